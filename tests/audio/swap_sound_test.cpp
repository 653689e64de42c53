// What a swap sounds like: the same song played twice through FluidSynth, once with the script saved while it plays.
// Over both transports, answered in the same block and one block later.

#include <gtest/gtest.h>

#include <chrono>
#include <fstream>
#include <thread>

#include "audio/engine.h"
#include "songs.h"

namespace outboard::audio {
namespace {

using scripting::Event;
using scripting::Kind;
using scripting::SwapMoment;

constexpr std::uint32_t frames = 256;
constexpr std::int64_t beat = 24000;  // 120 beats a minute at 48 kHz
constexpr std::int64_t second = 48000;

/// An organ's chord, pressed with the song's beginning and held for so many beats.
std::shared_ptr<const Song> chord(std::initializer_list<std::uint8_t> keys, std::uint32_t beats) {
    testing::Track notes;
    notes.tempo(0, 500'000).at(0, {0xC0, 16});
    for (const std::uint8_t key : keys) {
        notes.at(0, {0x90, key, 100});
    }
    std::uint32_t wait = 480 * beats;
    for (const std::uint8_t key : keys) {
        notes.at(std::exchange(wait, 0), {0x80, key, 64});
    }
    return testing::load_tracks(0, 480, {notes.end(wait)});
}

struct Way {
    const char* transport;
    bool pipelined;
    /// How much later than played it is heard.
    [[nodiscard]] std::int64_t latency() const { return pipelined ? frames : 0; }
};

/// A song and its script, offline, and what came of them so far.
class Stage {
public:
    Stage(const Way& way, const std::shared_ptr<const Song>& song, const std::string& script,
          SwapMoment moment = SwapMoment::beat)
        : host_(options_of(way)), script_("script.py") {
        write(script);
        Session session;
        session.swap = moment;
        session.tracks.emplace_back().script = script_.path();
        engine_ =
            std::make_unique<Engine>(Engine::Options{.offline = true, .pipelined = way.pipelined}, host_, session);
        EXPECT_EQ(engine_->wait_scripts(std::chrono::seconds(30)), std::vector<std::string>{});
        engine_->set_song(song);
        engine_->play();
    }

    Engine& engine() { return *engine_; }

    void play_to(std::int64_t sample) {
        while (now_ < sample) {
            block();
        }
    }

    /// Saves the script and plays on until the new one has taken over; where that was.
    std::int64_t save(const std::string& script) {
        write(script);
        const std::uint64_t before = snapshot().script.swaps;
        engine_->load_script(snapshot().id, script_.path());
        for (int blocks = 0; blocks < 5000; ++blocks) {
            block();
            std::this_thread::sleep_for(std::chrono::milliseconds(2));  // a new process takes its time
            if (const TrackSnapshot track = snapshot(); track.script.swaps > before) {
                return track.script.swap_sample;
            }
        }
        ADD_FAILURE() << "it never took over";
        return 0;
    }

    void expect_nothing_lost_or_hanging() {
        const TrackSnapshot track = snapshot();
        EXPECT_EQ(track.events_lost, 0U);
        EXPECT_EQ(track.notes_hanging, 0U);
        EXPECT_EQ(track.script.restarts, 0U);
    }

    /// When notes of a key began, or ended.
    [[nodiscard]] std::vector<std::int64_t> times(Kind kind, int key = -1) const {
        std::vector<std::int64_t> found;
        for (const Event& event : events) {
            if (event.kind == kind && (key < 0 || event.data[1] == key)) {
                found.push_back(event.time);
            }
        }
        return found;
    }

    std::vector<float> sound;  ///< interleaved
    std::vector<Event> events;

private:
    static scripting::ScriptHost::Options options_of(const Way& way) {
        scripting::ScriptHost::Options options;
        options.transport = way.transport;
        options.offline = true;
        options.pipelined = way.pipelined;
        return options;
    }
    void write(const std::string& text) const { std::ofstream(script_.path()) << text; }
    TrackSnapshot snapshot() { return engine_->snapshot().tracks.at(0); }
    void block() {
        sound.resize(sound.size() + 2 * std::size_t{frames});
        engine_->process(sound.data() + sound.size() - 2 * std::size_t{frames}, frames);
        const auto output = engine_->last_output(0);
        events.insert(events.end(), output.begin(), output.end());
        now_ += frames;
    }

    scripting::ScriptHost host_;
    testing::TemporaryPath script_;
    std::unique_ptr<Engine> engine_;
    std::int64_t now_ = 0;
};

class SwapSound : public ::testing::TestWithParam<Way> {
protected:
    /// The song played to a sample with one script all the time, and with it saved after a second: both are to be heard
    /// alike, sample by sample.
    static void expect_unheard(const std::shared_ptr<const Song>& song, const std::string& script, std::int64_t end,
                               std::int64_t latest) {
        Stage still(GetParam(), song, script);
        still.play_to(end);
        Stage swapped(GetParam(), song, script);
        swapped.play_to(second);
        const std::int64_t at = swapped.save(script);
        EXPECT_LT(at, latest) << "the machine was too slow for this to be a test";
        swapped.play_to(end);
        EXPECT_EQ(testing::difference(still.events, swapped.events), "");
        for (std::size_t i = 0; i < std::min(still.sound.size(), swapped.sound.size()); ++i) {
            ASSERT_EQ(still.sound[i], swapped.sound[i]) << "frame " << i / 2 << ", swapped at " << at;
        }
        swapped.expect_nothing_lost_or_hanging();
    }

    std::string arpeggiator() const {
        scripting::ScriptHost host(scripting::ScriptHost::Options{});
        std::ifstream file(scripting::resolve_script("arpeggiator", host.factory_folder()));
        return {std::istreambuf_iterator<char>(file), {}};
    }
    /// The factory arpeggiator under a held chord, saved once: its steps go on. `first`: what the session says.
    void expect_steps_go_on(SwapMoment first, SwapMoment moment, std::int64_t grid);
};

TEST_P(SwapSound, AHeldChordSoundsOnWithoutADip) {
    expect_unheard(chord({60, 64, 67}, 20),
                   "from outboard import NoteOn, on, play\n\n\n@on.note\ndef note(e: NoteOn) -> None:\n"
                   "    e.forward()\n    play(e.key + 12, 0.5)\n",
                   22 * beat, 20 * beat);
}

TEST_P(SwapSound, WhatRunsEndsWhenItWouldHave) {
    // A fade and a glide that the host draws, a delayed end, two durations, and a note that is still to be forwarded.
    expect_unheard(chord({60, 62, 64, 65, 67, 69}, 24), R"(from outboard import NoteOn, beats, on, play, seconds

@on.note
async def note(e: NoteOn) -> None:
    if e.key == 60:
        e.forward().fade_out(seconds(11))
    elif e.key == 62:
        e.forward().change_tune(7, glide=beats(21))
    elif e.key == 64:
        e.forward().release(after=beats(20.3))
    elif e.key == 65:
        play(72, duration=seconds(10.7))
    elif e.key == 67:
        play(76, duration=beats(21.7)).change_volume_db(-9, glide=seconds(9))
    else:
        await beats(15)
        e.forward()
)",
                   46 * beat, 15 * beat);
}

void SwapSound::expect_steps_go_on(SwapMoment first, SwapMoment moment, std::int64_t grid) {
    constexpr std::int64_t step = beat / 2;
    const std::int64_t latency = GetParam().latency();
    Stage stage(GetParam(), chord({60, 64, 67}, 40), arpeggiator(), first);
    stage.engine().set_swap_moment(moment);
    stage.play_to(second);
    const std::int64_t at = stage.save(arpeggiator());
    ASSERT_LT(at, 36 * beat) << "the machine was too slow for this to be a test";
    stage.play_to(44 * beat);
    EXPECT_EQ(at % grid, 0) << "the moment";
    const auto begins = stage.times(Kind::note_on);
    const auto ends = stage.times(Kind::note_off);
    ASSERT_EQ(begins.size(), ends.size()) << "none hangs";
    std::int64_t due = latency;
    bool before = true;
    for (std::size_t i = 0; i < begins.size(); ++i) {
        if (before && begins[i] >= at + latency) {
            before = false;
            EXPECT_GT(at + latency, due - step) << "no step was lost";
            EXPECT_LE(at + latency, due) << "none came twice";
            due = at + latency;
        }
        ASSERT_EQ(begins[i], due) << "step " << i << ", swapped at " << at;
        ASSERT_EQ(ends[i], begins[i] + step / 2);
        due += step;
    }
    EXPECT_FALSE(before);
    EXPECT_LE(40 * beat + latency, due) << "to the end of the chord";
    if (moment != SwapMoment::block) {
        EXPECT_EQ(begins.size(), 80U) << "none lost, none doubled";
    }
    stage.expect_nothing_lost_or_hanging();
}

TEST_P(SwapSound, TheArpeggiatorGoesOnAtTheNextBeat) {
    expect_steps_go_on(SwapMoment::block, SwapMoment::beat, beat);
}

TEST_P(SwapSound, TheArpeggiatorGoesOnAtTheNextBar) {
    expect_steps_go_on(SwapMoment::block, SwapMoment::bar, 4 * beat);
}

TEST_P(SwapSound, TheArpeggiatorGoesOnAtTheNextBlock) {
    expect_steps_go_on(SwapMoment::bar, SwapMoment::block, frames);
}

/// A live loop that plays a key once a round, and stands in the way of nothing else.
std::string loop(int key, const std::string& round) {
    return "from outboard import beats, live_loop, play, samples\n\n\n@live_loop(\"bass\")\nasync def bass() -> "
           "None:\n" +
           round + "    play(" + std::to_string(key) + ", duration=samples(100))\n    await beats(1.5)\n";
}

TEST_P(SwapSound, ALiveLoopEndsItsRoundBeforeTheNewOneBegins) {
    Stage stage(GetParam(), chord({}, 40), loop(60, ""));
    stage.play_to(second);
    const std::int64_t at = stage.save(loop(62, ""));
    stage.play_to(at + 8 * beat);
    const auto before = stage.times(Kind::note_on, 60);
    const auto after = stage.times(Kind::note_on, 62);
    ASSERT_GE(after.size(), 4U);
    EXPECT_LT(before.back(), at + GetParam().latency()) << "no new round after the swap";
    std::vector<std::int64_t> rounds = before;
    rounds.insert(rounds.end(), after.begin(), after.end());
    for (std::size_t i = 0; i < rounds.size(); ++i) {
        const std::int64_t due = GetParam().latency() + static_cast<std::int64_t>(i) * 3 * beat / 2;
        if (i == before.size() && GetParam().pipelined) {  // known one block later; the next ones make up for it
            EXPECT_GE(rounds[i], due);
            EXPECT_LT(rounds[i], due + frames);
        } else {
            EXPECT_EQ(rounds[i], due) << "round " << i;
        }
    }
    stage.expect_nothing_lost_or_hanging();
}

TEST_P(SwapSound, ALongRoundIsHeardForFourBarsAtMost) {
    const std::string many =
        "    for _ in range(1000):\n        play(60, duration=samples(100))\n"
        "        await beats(0.25)\n";
    Stage stage(GetParam(), chord({}, 80), loop(61, many));
    stage.play_to(second);
    const std::int64_t at = stage.save(loop(62, ""));
    stage.play_to(at + 18 * beat);
    const std::int64_t latency = GetParam().latency();
    const auto before = stage.times(Kind::note_on, 60);
    const auto after = stage.times(Kind::note_on, 62);
    ASSERT_FALSE(after.empty());
    for (std::size_t i = 0; i < before.size(); ++i) {
        EXPECT_EQ(before[i], latency + static_cast<std::int64_t>(i) * beat / 4) << "while it drains, too";
    }
    EXPECT_GT(before.back(), at + 15 * beat);
    EXPECT_LT(before.back(), at + 16 * beat + frames + latency);
    EXPECT_GE(after.front(), at + 16 * beat);
    EXPECT_LT(after.front(), at + 16 * beat + 2 * frames + latency);
    stage.expect_nothing_lost_or_hanging();
}

INSTANTIATE_TEST_SUITE_P(Ways, SwapSound,
                         ::testing::Values(Way{"shm", false}, Way{"shm", true}, Way{"pipe", false}, Way{"pipe", true}),
                         [](const ::testing::TestParamInfo<Way>& way) {
                             return std::string(way.param.transport) + (way.param.pipelined ? "Pipelined" : "Sync");
                         });

}  // namespace
}  // namespace outboard::audio
