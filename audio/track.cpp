#include "audio/track.h"

#include <algorithm>
#include <bit>

#include "audio/faults.h"

namespace outboard::audio {

using scripting::Event;
using scripting::Kind;
using scripting::Setting;

namespace {

constexpr std::uint8_t drum_channel = 9;

std::uint8_t first_channel(const TrackSettings& settings) noexcept {
    return settings.channels == 0 ? std::uint8_t{0} : static_cast<std::uint8_t>(std::countr_zero(settings.channels));
}

}  // namespace

TrackControls::TrackControls(const TrackSettings& settings) noexcept
    : channels(settings.channels),
      from_song(settings.from_song),
      from_keyboard(settings.from_keyboard),
      mute(settings.mute),
      solo(settings.solo),
      gain_db(settings.gain_db),
      pan(settings.pan),
      send(settings.send) {
    if (settings.port) {
        port = static_cast<std::uint8_t>(std::clamp(*settings.port, 0, 255));
    }
    if (settings.program) {
        program = static_cast<std::uint8_t>(std::clamp(*settings.program, 0, 127));
        bank = static_cast<std::uint16_t>(std::clamp(settings.bank.value_or(0), 0, 16383));
    }
}

Track::Track(std::uint32_t id, scripting::ScriptHost& host, const TrackSettings& settings, std::uint32_t max_block)
    : id_(id),
      host_(host),
      slot_(host.add_slot(settings.name, first_channel(settings), id)),
      controls_(settings),
      kept_(faults::enabled ? 32768 : 0),
      left_(max_block),
      right_(max_block) {
    for (const Setting what : strip_settings) {
        show_strip(what, strip_value(controls_, what));
    }
    tell_settings();
}

Track::~Track() {
    host_.remove_slot(slot_);
}

void Track::set_controls(const TrackControls& controls) noexcept {
    for (const Setting what : strip_settings) {
        if (const double value = strip_value(controls, what); value != strip_value(controls_, what)) {
            show_strip(what, value);
        }
    }
    controls_ = controls;
    tell_settings();
}

void Track::move_strip(Setting what, double value) noexcept {
    strip_value(controls_, what) = value;
    show_strip(what, value);
    slot_.set_setting(what, static_cast<float>(value));
}

void Track::tell_settings() noexcept {
    for (const Setting what : strip_settings) {
        slot_.set_setting(what, static_cast<float>(strip(what)));
    }
    if (controls_.program) {
        slot_.set_setting(Setting::program, static_cast<float>(*controls_.bank * 128 + *controls_.program));
    }
}

void Track::choose_program(Instrument& instrument) const noexcept {
    if (!controls_.program) {
        return;
    }
    const bool only_drums = controls_.channels == 1U << drum_channel;
    for (std::uint8_t channel = 0; channel < 16; ++channel) {
        const bool mine = (controls_.channels >> channel & 1) != 0 && (channel != drum_channel || only_drums);
        if (mine) {
            instrument.set_program(channel, *controls_.bank, *controls_.program);
        }
    }
}

bool Track::lets_in(const Event& event, Source source, bool armed) const noexcept {
    const bool channel = (controls_.channels >> event.channel & 1) != 0;
    if (source == Source::song) {
        return channel && controls_.from_song;
    }
    return channel && controls_.from_keyboard && armed && (!controls_.port || *controls_.port == event.port);
}

void Track::hear(const Event& event, Source source, bool armed) noexcept {
    const std::size_t key = (event.channel & 15U) * 128U + (event.data[1] & 127U);
    std::uint8_t& down = down_[static_cast<std::size_t>(source)][key];
    if (event.kind == Kind::note_off && down > 0) {
        --down;
    } else if (!lets_in(event, source, armed)) {
        return;
    } else if (event.kind == Kind::note_on && down < 255) {
        ++down;
    }
    // Counted here, before the slot: whatever is lost from now on is a difference to what the slot settles.
    heard_.fetch_add(1, std::memory_order_release);
    if (!faults::drop_input(event)) {
        input_.push(event);
    }
}

void Track::foresee(const Event& event) noexcept {
    if (lets_in(event, Source::song, false)) {
        slot_.foresee(event.kind);
    }
}

void Track::begin(const scripting::BlockInfo& block, bool leaving) noexcept {
    slot_.begin(block);
    if (panic || leaving) {
        slot_.panic();
    }
}

void Track::push() noexcept {
    for (const Event& event : input_.span()) {
        slot_.push(event);
    }
    input_.clear();
}

void Track::collect(std::int64_t deadline_ns) noexcept {
    output_ = slot_.collect(deadline_ns);
    if constexpr (faults::enabled) {
        kept_.clear();
        for (const Event& event : output_) {
            if (!faults::drop_output(event)) {
                kept_.push(event);
            }
        }
        output_ = kept_.span();
    }
}

void Track::send_midi(MidiOutput& port, double start_ns, std::int64_t start, double sample_rate) const noexcept {
    for (const Event& event : output_) {
        const double due = start_ns + static_cast<double>(event.time - start) * 1e9 / sample_rate;
        if (event.kind == Kind::choke) {
            const std::array<std::uint8_t, 3> off{static_cast<std::uint8_t>(0x80 | event.channel), event.data[1], 64};
            port.send(static_cast<std::int64_t>(due), off.data(), 3);
        } else if (event.kind == Kind::sysex) {
            const std::span<const std::uint8_t> bytes = sysex(event.blob);
            port.send(static_cast<std::int64_t>(due), bytes.data(), bytes.size());
        } else if (is_midi(event.kind)) {
            port.send(static_cast<std::int64_t>(due), event.data.data(), event.size);
        }
    }
}

void Track::render(Instrument& instrument, std::int64_t start, std::uint32_t frames, bool leaving) noexcept {
    const Lap lap(instruments_ns_);
    if (panic) {
        instrument.sound_off();
    }
    // A track that leaves is faded out by the mixer; its ends are for its MIDI port.
    const std::span<const Event> events = leaving ? std::span<const Event>{} : output_;
    instrument.process(start, frames, events, left_.data(), right_.data());
    for (const std::int32_t note_id : instrument.take_silent()) {
        slot_.note_silent(note_id);
    }
}

void Track::render_nothing() noexcept {
    for (const Event& event : output_) {
        if (event.kind == Kind::note_off || event.kind == Kind::choke) {
            slot_.note_silent(event.note_id);
        }
    }
}

void Track::mix(float* out, Room& room, std::int64_t start, std::uint32_t frames, bool silent) noexcept {
    const Lap lap(mix_ns_);
    std::uint32_t done = 0;
    const auto mix_until = [&](std::uint32_t end) {
        const StereoGain gain = silent ? StereoGain{0, 0} : strip_gain(strip(Setting::gain), strip(Setting::pan));
        gain_.set(gain);
        gain_.add(left_.data() + done, right_.data() + done, end - done, out + std::size_t{2} * done, left_peak,
                  right_peak);
        const auto send = static_cast<float>(strip(Setting::send));
        to_room_.set({gain.left * send, gain.right * send});
        to_room_.add(left_.data() + done, right_.data() + done, end - done, room.bus() + std::size_t{2} * done,
                     room.left_peak, room.right_peak);
        done = end;
    };
    for (const Event& event : output_) {
        const auto setting = static_cast<Setting>(event.data[0]);
        if (event.kind == Kind::setting && std::ranges::find(strip_settings, setting) != strip_settings.end()) {
            mix_until(static_cast<std::uint32_t>(std::clamp<std::int64_t>(event.time - start, done, frames)));
            show_strip(setting, event.value);
        }
    }
    mix_until(frames);
}

void Track::settle(const Instrument& instrument) noexcept {
    panic = false;
    hanging_.store(slot_.idle() ? instrument.notes_hanging() : 0, std::memory_order_release);
}

void Track::forget_keys() noexcept {
    for (auto& keys : down_) {
        keys.fill(0);
    }
}

void Track::end_callback(double period_ns) noexcept {
    instruments.record(instruments_ns_, period_ns);
    mixing.record(mix_ns_, period_ns);
    instruments_ns_ = mix_ns_ = 0;
}

void Track::next_second() noexcept {
    instruments.next_second();
    mixing.next_second();
}

}  // namespace outboard::audio
