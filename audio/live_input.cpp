#include "audio/live_input.h"

#include <algorithm>
#include <cmath>

#include "ipc/clock.h"

namespace outboard::audio {

namespace {

// Bandwidth of the loop per callback: follows a drifting clock within a second, takes out the jitter of one callback.
constexpr double proportional = 0.1, integral = 0.005;

}  // namespace

double CallbackClock::begin(std::int64_t now_ns, std::uint32_t previous_frames, double sample_rate) noexcept {
    const auto now = static_cast<double>(now_ns);
    const double nominal = previous_frames * 1e9 / sample_rate;
    const double expected = time_ + nominal * stretch_;
    const double error = now - expected;
    if (!running_ || std::abs(error) > std::max(2 * nominal, 20e6)) {
        running_ = true;
        stretch_ = 1;
        time_ = now;
        return time_;
    }
    time_ = expected + proportional * error;
    stretch_ = std::clamp(stretch_ + integral * error / std::max(nominal, 1.0), 0.99, 1.01);
    return time_;
}

LiveInput::LiveInput(double sample_rate, bool offline)
    : sample_rate_(sample_rate),
      offline_(offline),
      messages_(capacity),
      pieces_(pieces),
      keys_(capacity),
      events_(2 * capacity) {
    joined_.reserve(scripting::max_sysex);
}

void LiveInput::midi_input(std::uint8_t port, const std::uint8_t* bytes, std::size_t size,
                           std::int64_t arrival_ns) noexcept {
    const std::span<const std::uint8_t> all(bytes, size);
    if (scripting::is_whole_sysex(all)) {
        // An arrival in the future would hold up all that follows.
        const Message message{std::min(arrival_ns, ipc::now_ns()), port, all[0], 0, 0};
        if (!push_sysex(all) || !messages_.push(message)) {
            refused_.fetch_add(1, std::memory_order_relaxed);
        }
        return;
    }
    const bool channel_message = size >= 1 && bytes[0] >= 0x80 && bytes[0] < 0xF0;
    const bool short_one = channel_message && ((bytes[0] & 0xE0) == 0xC0);  // program and channel pressure
    if (!channel_message || size < (short_one ? 2U : 3U) || bytes[1] > 127 || (!short_one && bytes[2] > 127)) {
        refused_.fetch_add(1, std::memory_order_relaxed);
        return;
    }
    const Message message{std::min(arrival_ns, ipc::now_ns()), port, bytes[0], bytes[1],
                          short_one ? std::uint8_t{0} : bytes[2]};
    if (!messages_.push(message)) {
        refused_.fetch_add(1, std::memory_order_relaxed);
    }
}

bool LiveInput::push_sysex(std::span<const std::uint8_t> bytes) noexcept {
    // Messages that were refused after their pieces had gone in would leave those behind: room for both, or neither.
    if (messages_.room() == 0 || pieces_.room() < (bytes.size() + 61) / 62) {
        return false;
    }
    while (!bytes.empty()) {
        Piece piece;
        piece.size = static_cast<std::uint8_t>(std::min(bytes.size(), piece.bytes.size()));
        std::copy_n(bytes.begin(), piece.size, piece.bytes.begin());
        bytes = bytes.subspan(piece.size);
        piece.last = bytes.empty();
        pieces_.push(piece);
    }
    return true;
}

scripting::Event LiveInput::take_sysex(std::int64_t time, std::uint8_t port) noexcept {
    joined_.clear();
    for (Piece piece; pieces_.pop(piece);) {
        joined_.insert(joined_.end(), piece.bytes.begin(), piece.bytes.begin() + piece.size);
        if (piece.last) {
            break;
        }
    }
    scripting::Event event;
    event.time = time;
    event.kind = scripting::Kind::sysex;
    event.port = port;
    event.blob = pool_.put(joined_);
    return event;
}

void LiveInput::key(std::uint8_t status, std::uint8_t key, std::uint8_t velocity) noexcept {
    if (!keys_.push(scripting::event_from_midi(0, 0, status, key, velocity))) {
        refused_.fetch_add(1, std::memory_order_relaxed);
    }
}

void LiveInput::add(const scripting::Event& event) noexcept {
    if (!events_.push(event)) {
        refused_.fetch_add(1, std::memory_order_relaxed);
        return;
    }
    activity_.store(true, std::memory_order_relaxed);
    const std::uint8_t key = event.data[1] & 127;
    if (event.kind == scripting::Kind::note_on) {
        ++down_[key];
    } else if (event.kind == scripting::Kind::note_off && down_[key] > 0) {
        --down_[key];
    } else {
        return;
    }
    const std::uint64_t bit = std::uint64_t{1} << (key & 63);
    std::atomic<std::uint64_t>& word = held_[key / 64];
    const std::uint64_t others = word.load(std::memory_order_relaxed) & ~bit;
    word.store(down_[key] > 0 ? others | bit : others, std::memory_order_relaxed);
}

void LiveInput::begin_callback(std::int64_t callback_ns, std::int64_t start, std::uint32_t frames) noexcept {
    previous_time_ = callback_time_;
    callback_time_ = clock_.begin(callback_ns, previous_frames_, sample_rate_);
    events_.clear();
    next_ = 0;
    for (scripting::Event& event : keys_.span()) {
        event.time = start;
        add(event);
    }
    keys_.clear();
    std::int64_t latest = start;
    while (const Message* message = messages_.front()) {
        std::int64_t offset = 0;
        if (!offline_) {
            const double since = static_cast<double>(message->arrival_ns) - previous_time_;
            offset = static_cast<std::int64_t>(std::max(since, 0.0) * sample_rate_ * 1e-9);
            if (offset >= frames && static_cast<double>(message->arrival_ns) >= callback_time_) {
                break;  // came while this callback began: belongs to the next one
            }
        }
        latest = std::max(latest, start + std::min<std::int64_t>(offset, frames - 1));
        add(message->status == 0xF0
                ? take_sysex(latest, message->port)
                : scripting::event_from_midi(latest, message->port, message->status, message->data1, message->data2));
        messages_.drop_front();
    }
    previous_frames_ = frames;
}

const scripting::Event* LiveInput::next_before(std::int64_t end) noexcept {
    return next_ < events_.size() && events_[next_].time < end ? &events_[next_++] : nullptr;
}

void LiveInput::panic() noexcept {
    down_.fill(0);
    held_[0].store(0, std::memory_order_relaxed);
    held_[1].store(0, std::memory_order_relaxed);
}

std::array<std::uint64_t, 2> LiveInput::keys_held() const noexcept {
    return {held_[0].load(std::memory_order_relaxed), held_[1].load(std::memory_order_relaxed)};
}

}  // namespace outboard::audio
