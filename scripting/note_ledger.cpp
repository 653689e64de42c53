#include "scripting/note_ledger.h"

#include <algorithm>
#include <limits>

#include "ipc/cache.h"

namespace outboard::scripting {
namespace {

constexpr std::int64_t never = std::numeric_limits<std::int64_t>::max();
/// Room kept back for the ends of all notes: a full output refuses note-ons, never note-offs.
constexpr std::size_t reserve_for_ends = 2 * NoteLedger::max_voices;

std::int64_t sample_from(double value) noexcept {
    return round_sample(std::clamp(value, 0.0, 9e15));
}

auto of_key(const Event& event) noexcept {
    return [&event](const NoteLedger::Press& press) {
        return press.event.port == event.port && press.event.channel == event.channel &&
               press.event.data[1] == event.data[1];
    };
}

}  // namespace

NoteLedger::NoteLedger() {
    output_.reserve(max_output);
    presses_.reserve(max_presses);
    presses_ahead_.reserve(max_presses);
    voices_.reserve(max_voices);
    later_.reserve(NoteChanges::max_glides);
}

void NoteLedger::begin(std::int64_t start, std::uint32_t frames, const ClockMap& clock) noexcept {
    start_ = start;
    end_ = start + frames;
    clock_.hear(clock);
    block_clock_ = &clock;
    output_.clear();
    refresh_next_due();
    changes_.follow(start_, clock, later_);
}

void NoteLedger::prepare() const noexcept {
    ipc::prepare_to_write(output_.data() + output_.size());
    ipc::prepare_to_write(voices_.data() + voices_.size());
    ipc::prepare_to_write(presses_.data() + presses_.size());
}

bool NoteLedger::emit(const Event& event) noexcept {
    if (output_.size() == max_output) {
        return false;
    }
    output_.push_back(event);
    return true;
}

bool NoteLedger::send(Event event, std::int64_t landing) noexcept {
    if (output_.size() + reserve_for_ends >= max_output) {
        return false;
    }
    event.time = landing;
    return emit(event);
}

bool NoteLedger::pass(const Event& event, std::uint32_t sequence, std::int64_t landing) noexcept {
    if (event.kind == Kind::note_off) {
        const auto press = std::ranges::find_if(presses_, of_key(event));
        if (press == presses_.end()) {
            return send(event, landing);
        }
        release_press(static_cast<std::size_t>(press - presses_.begin()), event, landing);
        return true;
    }
    if (event.kind == Kind::choke) {
        choke_key(event, landing);
        return true;
    }
    if (event.kind == Kind::note_end) {
        return true;  // told by the instrument: it does not go there again
    }
    if (event.kind != Kind::note_on) {
        return send(event, landing);
    }
    if (presses_.size() == max_presses || voices_.size() == max_voices) {
        return false;
    }
    Event on = event;
    on.note_id = next_note_id_;
    if (!send(on, landing)) {
        return false;
    }
    presses_.push_back({sequence, event});
    Voice voice;
    voice.note_id = next_note_id_++;
    voice.press = sequence;
    voice.end = wire::End::press;
    voice.forwarded = true;
    voice.port = event.port;
    voice.channel = event.channel;
    voice.key = event.data[1];
    voice.not_before = landing;
    voice.shift = landing - event.time;
    voices_.push_back(voice);
    return true;
}

void NoteLedger::take_press(const Event& event, std::uint32_t sequence) noexcept {
    if (event.kind == Kind::note_on && presses_.size() < max_presses) {
        presses_.push_back({sequence, event});
    }
}

void NoteLedger::look_ahead(const Event& event, std::uint32_t sequence) noexcept {
    if (event.kind == Kind::note_on && presses_ahead_.size() < max_presses) {
        presses_ahead_.push_back({sequence, event});
    } else if (event.kind == Kind::choke) {
        std::erase_if(presses_ahead_, of_key(event));
    } else if (event.kind == Kind::note_off) {
        const auto press = std::ranges::find_if(presses_ahead_, of_key(event));
        if (press != presses_ahead_.end()) {
            presses_ahead_.erase(press);
        }
    }
}

void NoteLedger::choke_key(const Event& event, std::int64_t landing) noexcept {
    std::erase_if(presses_, [&, its_key = of_key(event)](const Press& press) {
        if (!its_key(press)) {
            return false;
        }
        std::erase_if(voices_, [&](const Voice& voice) {
            const bool its = voice.end == wire::End::press && voice.press == press.sequence;
            if (its) {
                emit_off(voice, landing, true);
            }
            return its;
        });
        return true;
    });
}

void NoteLedger::release_press(std::size_t index, const Event& off, std::int64_t landing) noexcept {
    const std::uint32_t sequence = presses_[index].sequence;
    presses_.erase(presses_.begin() + static_cast<std::ptrdiff_t>(index));
    for (std::size_t i = 0; i < voices_.size();) {
        Voice& voice = voices_[i];
        if (voice.end != wire::End::press || voice.press != sequence) {
            ++i;
            continue;
        }
        if (voice.forwarded) {
            voice.off_status = off.data[0] & 0xF0;
            voice.off_velocity = off.data[2];
        }
        const std::int64_t end = off.time + voice.shift;
        if (end <= landing) {
            voice.off_origin = voice.forwarded ? off.origin : 0;
            emit_off(voice, landing, false);
            voices_.erase(voices_.begin() + static_cast<std::ptrdiff_t>(i));
            continue;
        }
        voice.end = wire::End::sample;
        voice.end_sample = end;
        voice.shift = 0;
        next_due_ = std::min(next_due_, due(voice));
        ++i;
    }
}

bool NoteLedger::start_voice(const wire::Record& record, std::int64_t time, std::int64_t landing,
                             std::uint32_t press_origin) noexcept {
    const auto end = static_cast<wire::End>(record.size);
    if (voices_.size() == max_voices || record.size > static_cast<std::uint8_t>(wire::End::press)) {
        return false;
    }
    if (end == wire::End::press &&
        std::none_of(presses_.begin(), presses_.end(), [&](const Press& p) { return p.sequence == record.sequence; })) {
        return false;
    }
    const bool forwarded = (record.flags & wire::flag_forwarded) != 0;
    Event on;
    on.kind = Kind::note_on;
    on.port = record.port;
    on.channel = record.channel & 0x0F;
    on.size = 3;
    on.data = {static_cast<std::uint8_t>(0x90 | on.channel), static_cast<std::uint8_t>(record.data[1] & 0x7F),
               static_cast<std::uint8_t>(std::clamp<int>(record.data[2], 1, 127))};
    on.played = !forwarded;
    on.origin = forwarded ? press_origin : 0;
    on.note_id = next_note_id_;
    // A second voice of one key press would end the first one if it were plain MIDI.
    on.played = on.played || std::any_of(voices_.begin(), voices_.end(), [&](const Voice& other) {
                    return other.forwarded && other.press == record.sequence && other.channel == on.channel &&
                           other.key == on.data[1];
                });
    on.tuning = std::clamp(record.number, -120.0F, 120.0F);
    on.preset = static_cast<std::int32_t>(std::clamp(record.value[1], -1.0, 16384.0 * 128 - 1));
    on.sample_start = static_cast<std::uint32_t>(std::clamp(record.value[2], 0.0, 4294967295.0));
    if (!send(on, landing)) {
        return false;
    }
    Voice voice;
    voice.note_id = next_note_id_++;
    voice.number = record.voice;
    voice.script = true;
    voice.leaving = leaving_;
    voice.press = record.sequence;
    voice.forwarded = forwarded;
    voice.played = on.played;
    voice.port = on.port;
    voice.channel = on.channel;
    voice.key = on.data[1];
    voice.not_before = landing;
    voice.end = end;
    const std::int64_t late = landing - time;
    switch (end) {
        case wire::End::hold:
            break;
        case wire::End::press:
            voice.shift = std::max<std::int64_t>(record.delay, 0) + late;
            break;
        case wire::End::sample:
            voice.end_sample = sample_from(record.value[0]);
            voice.shift = late;
            if (forwarded) {  // its key is up already: the release velocity of that key comes with it
                voice.off_velocity = static_cast<std::uint8_t>(std::clamp(record.delay, 0, 127));
            }
            break;
        case wire::End::beat:
            voice.end_beat = record.value[0];
            voice.shift = late;
            break;
    }
    voices_.push_back(voice);
    next_due_ = std::min(next_due_, due(voice));
    on.note_id = voice.note_id;
    changes_.started(voice.number, on, leaving_);
    return true;
}

std::vector<NoteLedger::Voice>::iterator NoteLedger::find_voice(std::uint32_t number) noexcept {
    return std::find_if(voices_.begin(), voices_.end(),
                        [&](const Voice& v) { return v.number == number && v.leaving == leaving_; });
}

void NoteLedger::end_voice(std::uint32_t number, std::uint8_t velocity, bool choke, std::int64_t landing) noexcept {
    const auto voice = find_voice(number);
    if (number == 0 || voice == voices_.end()) {
        return;
    }
    voice->off_velocity = velocity > 127 ? 64 : velocity;
    emit_off(*voice, landing, choke);
    voices_.erase(voice);
}

void NoteLedger::set_end(std::uint32_t number, wire::End end, double value, std::int64_t time, std::int64_t landing,
                         bool cut) noexcept {
    const auto voice = find_voice(number);
    if (number == 0 || voice == voices_.end() || end == wire::End::press) {
        return;
    }
    voice->end = end;
    voice->end_sample = sample_from(value);
    voice->end_beat = value;
    voice->shift = landing - time;  // the delay of a forwarded note belongs to its key-up only
    voice->not_before = landing;
    voice->cut = cut;
    next_due_ = std::min(next_due_, due(*voice));
}

bool NoteLedger::change_note(const wire::Record& record, std::int64_t time, std::int64_t landing) noexcept {
    const auto end = static_cast<wire::End>(record.size);
    if (record.data[0] >= note_dimensions || record.size > static_cast<std::uint8_t>(wire::End::beat)) {
        return false;
    }
    const auto dimension = static_cast<NoteDimension>(record.data[0]);
    Event change = changes_.event_for(record.voice, dimension, leaving_);
    if (change.kind == Kind::none) {
        return true;
    }
    const std::int64_t late = landing - time;
    change.time = change.until = landing;
    if (changes_.replace(change)) {
        take_back_glide(change);
    }
    if ((record.flags & wire::flag_from) != 0) {
        change.value = clamped(dimension, record.value[2]);
        if (!send(change, landing)) {
            return false;
        }
    }
    change.value = clamped(dimension, record.value[0]);
    if (end == wire::End::sample) {
        change.until = sample_from(record.value[1]) + late;
    } else if (end == wire::End::beat) {
        change = changes_.begin_glide(change, record.value[1], late, *block_clock_, later_);
    }
    if ((record.flags & wire::flag_kill) != 0) {
        set_end(record.voice, end == wire::End::hold ? wire::End::sample : end,
                end == wire::End::hold ? static_cast<double>(time) : record.value[1], time, landing, true);
    }
    return send(change, landing);
}

/// What was drawn ahead of a glide that another change has overtaken.
void NoteLedger::take_back_glide(const Event& change) noexcept {
    std::erase_if(later_, [&](const Event& ahead) {
        return ahead.note_id == change.note_id && ahead.data[0] == change.data[0] && ahead.time >= change.time;
    });
}

void NoteLedger::end_all(std::int64_t landing) noexcept {
    std::erase_if(voices_, [&](const Voice& voice) {
        if (!voice.script || voice.number == 0 || voice.leaving != leaving_) {
            return false;
        }
        emit_off(voice, landing, false);
        return true;
    });
}

void NoteLedger::script_gone(std::int64_t landing) noexcept {
    std::erase_if(voices_, [&](Voice& voice) {
        if (voice.leaving != leaving_) {
            return false;
        }
        if (voice.script && voice.end == wire::End::hold) {
            emit_off(voice, landing, false);
            return true;
        }
        voice.number = 0;
        voice.leaving = false;
        return false;
    });
    changes_.forget_numbers(leaving_);
}

void NoteLedger::script_leaves(std::int64_t landing) noexcept {
    std::erase_if(voices_, [&](Voice& voice) {
        if (voice.script && voice.end == wire::End::hold && !voice.leaving) {
            emit_off(voice, landing, false);
            return true;
        }
        voice.leaving = voice.number != 0;
        return false;
    });
    changes_.script_leaves();
}

void NoteLedger::end_everything(std::int64_t landing, bool choke) noexcept {
    for (const Voice& voice : voices_) {
        emit_off(voice, landing, choke);
    }
    voices_.clear();
    presses_.clear();
    later_.clear();
    next_due_ = never;
}

std::int64_t NoteLedger::due(const Voice& voice) const noexcept {
    std::int64_t at = never;
    if (voice.end == wire::End::sample) {
        at = voice.end_sample;
    } else if (voice.end == wire::End::beat) {
        const double exact = clock_.sample_of(voice.end_beat);
        at = exact < 9e15 ? round_sample(std::max(exact, 0.0)) : never;
    }
    return at == never ? never : std::max(at + voice.shift, voice.not_before);
}

void NoteLedger::refresh_next_due() noexcept {
    next_due_ = never;
    for (const Voice& voice : voices_) {
        next_due_ = std::min(next_due_, due(voice));
    }
}

void NoteLedger::flush_ends(std::int64_t time) noexcept {
    while (next_due_ <= time) {
        std::size_t first = voices_.size();
        std::int64_t first_due = never;
        std::int64_t following = never;
        for (std::size_t i = 0; i < voices_.size(); ++i) {
            const std::int64_t at = due(voices_[i]);
            if (at < first_due) {
                following = first_due;
                first_due = at;
                first = i;
            } else {
                following = std::min(following, at);
            }
        }
        if (first_due > time) {
            next_due_ = first_due;
            return;
        }
        emit_off(voices_[first], std::clamp(first_due, start_, end_ - 1), voices_[first].cut);
        voices_.erase(voices_.begin() + static_cast<std::ptrdiff_t>(first));
        next_due_ = following;
    }
}

void NoteLedger::emit_off(const Voice& voice, std::int64_t time, bool choke) noexcept {
    Event off;
    off.time =
        std::max(time, voice.not_before);  // a panic ends notes at the block's start that were passed on later in it
    off.kind = choke ? Kind::choke : Kind::note_off;
    off.port = voice.port;
    off.channel = voice.channel;
    off.size = 3;
    const std::uint8_t velocity = voice.off_status == 0x90 ? 0 : voice.off_velocity;
    off.data = {static_cast<std::uint8_t>(voice.off_status | voice.channel), voice.key, velocity};
    off.played = voice.played;
    off.origin = voice.off_origin;
    off.note_id = voice.note_id;
    emit(off);
}

std::span<const Event> NoteLedger::finish_block() noexcept {
    flush_ends(end_ - 1);
    std::erase_if(
        later_, [&](const Event& change) { return change.time < end_ && send(change, std::max(change.time, start_)); });
    for (std::size_t i = 1; i < output_.size(); ++i) {  // insertion sort: stable, in place, and mostly nothing to do
        if (output_[i - 1].time <= output_[i].time) {
            continue;
        }
        const Event event = output_[i];
        std::size_t at = i;
        while (at > 0 && output_[at - 1].time > event.time) {
            output_[at] = output_[at - 1];
            --at;
        }
        output_[at] = event;
    }
    return output_;
}

}  // namespace outboard::scripting
