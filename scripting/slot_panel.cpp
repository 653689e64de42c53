// A slot and its script's panel: values that the script moves itself, texts, controllers that move parameters, marked
// keys, watched values. Marked [rt] is the audio thread's, the rest is the control side's.

#include <algorithm>
#include <cmath>
#include <cstring>

#include "scripting/slot.h"

namespace outboard::scripting {

void Slot::set_text(std::uint32_t index, const std::string& text) {
    {
        const std::lock_guard lock(mutex_);
        if (index >= parameters_.size()) {
            return;
        }
        parameters_[index].text = text.substr(0, text_mail_.bytes.size());
        texts_waiting_.emplace_back(index, parameters_[index].text);
    }
    wake_control();
}

void Slot::pass_text(Link* current) {
    if (text_mail_.full.load(std::memory_order_acquire)) {
        return;
    }
    const std::lock_guard lock(mutex_);
    if (texts_waiting_.empty()) {
        return;
    }
    const auto& [index, text] = texts_waiting_.front();
    text_mail_.link = current;
    text_mail_.index = index;
    text_mail_.size = static_cast<std::uint32_t>(text.size());
    std::copy(text.begin(), text.end(), text_mail_.bytes.begin());
    texts_waiting_.pop_front();
    text_mail_.full.store(true, std::memory_order_release);
}

/// [rt]
void Slot::append_text() noexcept {
    if (!text_mail_.full.load(std::memory_order_acquire)) {
        return;
    }
    if (text_mail_.link != link_) {
        if (incoming_.load(std::memory_order_acquire) == nullptr) {
            text_mail_.full.store(false, std::memory_order_release);  // for a child that is no more
        }
        return;
    }
    ipc::Record record;
    record.time = block_.start;
    record.kind = wire::text;
    record.sequence = text_mail_.index;
    std::size_t at = 0;
    do {
        const std::size_t size = std::min<std::size_t>(text_mail_.size - at, wire::bytes_per_text_record);
        std::memcpy(record.value, text_mail_.bytes.data() + at, size);
        record.size = static_cast<std::uint8_t>(size);
        at += size;
        record.flags = at == text_mail_.size ? wire::flag_last : 0;
        append(record);
        ++moves_;
    } while (at < text_mail_.size);
    text_mail_.full.store(false, std::memory_order_release);
}

void Slot::hear_panel(const PanelNews& news) {
    const std::lock_guard lock(mutex_);
    for (const auto& [index, value] : news.values) {
        if (index >= parameters_.size() || index >= live_values_.size()) {
            continue;
        }
        double seen = live_values_[index].load(std::memory_order_acquire);
        // What was set from outside since is newer. Should it be set at this very moment, the exchange fails.
        if (set_at_[index].load(std::memory_order_acquire) <= news.heard) {
            const Parameter& parameter = parameters_[index];
            live_values_[index].compare_exchange_strong(
                seen, std::clamp(value, parameter.minimum, std::max(parameter.minimum, parameter.maximum)));
        }
    }
    for (const auto& [index, text] : news.texts) {
        if (index < parameters_.size()) {
            parameters_[index].text = text;
        }
    }
    if (news.keys) {
        key_marks_ = *news.keys;
    }
    given_up_ = news.given_up.value_or(given_up_);
    for (const WatchedValue& value : news.watched) {
        const auto known = std::ranges::find(watched_, value.name, &WatchedValue::name);
        if (known != watched_.end()) {
            known->text = value.text;
        } else if (watched_.size() < most_watched) {
            watched_.push_back(value);
        }
    }
}

std::vector<KeyMark> Slot::key_marks() const {
    const std::lock_guard lock(mutex_);
    return key_marks_;
}

std::vector<WatchedValue> Slot::watched() const {
    const std::lock_guard lock(mutex_);
    return watched_;
}

// ---- controllers ---------------------------------------------------------------------------------------------------

void Slot::set_learned(std::vector<Learned> learned) {
    const std::lock_guard lock(mutex_);
    learned_ids_ = std::move(learned);
    resolve_learned();
}

/// With the mutex.
void Slot::resolve_learned() {
    for (auto& place : learned_) {
        place.store(0, std::memory_order_relaxed);
    }
    for (const Learned& learned : learned_ids_) {
        const auto found = std::find_if(parameters_.begin(), parameters_.end(),
                                        [&](const Parameter& parameter) { return parameter.id == learned.id; });
        const auto index = static_cast<std::size_t>(found - parameters_.begin());
        if (found != parameters_.end() && index < live_values_.size()) {
            learned_[static_cast<std::size_t>(learned.channel & 15) << 7 | (learned.controller & 127)].store(
                static_cast<std::uint16_t>(index + 1), std::memory_order_relaxed);
        }
    }
}

/// [rt]
const Parameter* Slot::learned_by(const Event& event) const noexcept {
    if (event.kind != Kind::control_change || link_ == nullptr) {
        return nullptr;
    }
    const auto place = static_cast<std::size_t>(event.channel & 15) << 7 | (event.data[1] & 127);
    const std::size_t index = learned_[place].load(std::memory_order_relaxed);
    return index == 0 || index > link_->parameters.size() ? nullptr : &link_->parameters[index - 1];
}

/// [rt]
void Slot::note_controller(const Event& event) noexcept {
    if (event.kind != Kind::control_change) {
        return;
    }
    const std::uint32_t count = (last_controller_.load(std::memory_order_relaxed) >> 11) + 1;
    last_controller_.store(count << 11 | static_cast<std::uint32_t>(event.channel & 15) << 7 | (event.data[1] & 127),
                           std::memory_order_relaxed);
    if (const Parameter* parameter = learned_by(event)) {
        const auto index = static_cast<std::size_t>(parameter - link_->parameters.data());
        set_at_[index].store(++moves_, std::memory_order_release);
        live_values_[index].store(value_at(*parameter, event.data[2] / 127.0), std::memory_order_release);
    }
}

Slot::ControllerSeen Slot::last_controller() const noexcept {
    const std::uint32_t packed = last_controller_.load(std::memory_order_relaxed);
    return {packed >> 11, static_cast<std::uint8_t>(packed >> 7 & 15), static_cast<std::uint8_t>(packed & 127)};
}

}  // namespace outboard::scripting
