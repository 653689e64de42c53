// What the engine's tests share: a script host, instruments that can be looked at, and callbacks of any length.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "audio/engine.h"
#include "audio/instrument.h"
#include "ipc/clock.h"
#include "songs.h"

namespace outboard::audio::testing {

/// Sounds as the number of its notes: each adds 1/16 to the left and 1/32 to the right from its sample on.
class CountingInstrument : public Instrument {
public:
    void process(std::int64_t start, std::uint32_t frames, std::span<const scripting::Event> events, float* left,
                 float* right) noexcept override {
        if (burn_ns > 0) {
            const std::int64_t until = ipc::now_ns() + burn_ns;
            while (ipc::now_ns() < until) {
            }
        }
        std::size_t next = 0;
        for (std::uint32_t i = 0; i < frames; ++i) {
            for (; next < events.size() && events[next].time <= start + i; ++next) {
                take(events[next]);
            }
            left[i] = static_cast<float>(down_) / 16;
            right[i] = static_cast<float>(down_) / 32;
        }
        for (; next < events.size(); ++next) {
            take(events[next]);
        }
    }
    void set_program(std::uint8_t channel, std::uint16_t bank, std::uint8_t program) noexcept override {
        programs.at(channel) = bank * 128 + program;
    }
    void set_sysex_source(const scripting::SysexSource* source) noexcept override { sysex_source = source; }
    void sound_off() noexcept override {
        ended_ += static_cast<std::uint64_t>(down_);
        down_ = 0;
        ++sound_offs;
    }
    void reset() noexcept override { sound_off(); }
    [[nodiscard]] std::string preset_name(std::uint8_t) const override { return "Counter"; }
    [[nodiscard]] std::string preset_name() const override { return "Counter"; }
    [[nodiscard]] InstrumentFigures figures() const noexcept override {
        const std::uint64_t started = started_, ended = ended_;
        return {.notes_started = started, .notes_ended = ended, .notes_hanging = started - ended};
    }
    [[nodiscard]] std::array<std::uint64_t, 2> keys_down() const noexcept override { return {}; }

    std::int64_t burn_ns = 0;
    std::array<int, 16> programs{};
    const scripting::SysexSource* sysex_source = nullptr;
    int sound_offs = 0;
    /// (time, status, key) of notes, in order; as many as there is room for.
    std::array<std::array<std::int64_t, 3>, 4096> notes{};
    std::size_t note_count = 0;

private:
    void take(const scripting::Event& event) noexcept {
        using scripting::Kind;
        if (event.kind == Kind::note_on) {
            ++down_;
            ++started_;
        } else if ((event.kind == Kind::note_off || event.kind == Kind::choke) && down_ > 0) {
            --down_;
            ++ended_;
        }
        if (event.kind <= Kind::note_off || event.kind == Kind::choke) {
            notes[note_count % notes.size()] = {event.time, event.kind == Kind::note_on ? 0x90 : 0x80, event.data[1]};
            ++note_count;
        }
    }
    int down_ = 0;
    std::atomic<std::uint64_t> started_{0}, ended_{0};
};

/// A script host and the options for engines whose instruments are CountingInstruments, in the order of the tracks.
class Rig {
public:
    explicit Rig(bool offline = true) : host(host_options(offline)) {
        options.offline = offline;
        options.make_instrument = [this](const std::string&) {
            auto made = std::make_unique<CountingInstrument>();
            instruments.push_back(made.get());
            return made;
        };
    }
    static scripting::ScriptHost::Options host_options(bool offline) {
        scripting::ScriptHost::Options made;
        made.offline = offline;
        return made;
    }

    scripting::ScriptHost host;
    Engine::Options options;
    std::vector<CountingInstrument*> instruments;  ///< owned by the engine
};

/// `total` frames in callbacks of at most `frames`; interleaved.
inline std::vector<float> run(Engine& engine, std::int64_t total, std::uint32_t frames) {
    std::vector<float> sound(static_cast<std::size_t>(total) * 2);
    for (std::int64_t done = 0; done < total;) {
        const auto part = static_cast<std::uint32_t>(std::min<std::int64_t>(frames, total - done));
        engine.process(sound.data() + 2 * done, part);
        done += part;
    }
    return sound;
}

inline TrackSettings track(std::string name) {
    TrackSettings settings;
    settings.name = std::move(name);
    return settings;
}

inline Session session_of(std::vector<TrackSettings> tracks) {
    Session session;
    session.tracks = std::move(tracks);
    return session;
}

/// What a note of a CountingInstrument adds.
inline constexpr float l = 1.0F / 16, r = 1.0F / 32;

/// Left channel at a frame.
inline float left(const std::vector<float>& sound, std::size_t frame) {
    return sound.at(2 * frame);
}

/// A song of quarter notes C3 D3 E3 F3 at 120 bpm, each a quarter long but the last, which lasts for 4 beats: 7 beats.
inline std::shared_ptr<const Song> scale_song() {
    Track notes;
    notes.tempo(0, 500'000).at(0, {0xC0, 0x04});
    for (const std::uint8_t key : {60, 62, 64}) {
        notes.at(0, {0x90, key, 100}).at(480, {0x80, key, 64});
    }
    notes.at(0, {0x90, 65, 100}).at(4 * 480, {0x80, 65, 64}).end();
    return load_tracks(0, 480, {notes});
}

}  // namespace outboard::audio::testing
