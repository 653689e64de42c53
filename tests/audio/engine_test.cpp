// The engine: the same samples whatever the block, the song's transport, and what the callback may not do.
#include "audio/engine.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <cmath>
#include <vector>

#include "allocations.h"
#include "engine_rig.h"

namespace outboard::audio {
namespace {

using testing::l;
using testing::left;
using testing::Rig;
using testing::run;
using testing::scale_song;
using testing::session_of;

constexpr std::size_t quarter = 24000;  // samples at 120 bpm

// ---- the same samples ----------------------------------------------------------------------------------------------

std::vector<float> play_real_song(const std::string& path, std::uint32_t frames, std::uint32_t block_frames,
                                  bool offline) {
    scripting::ScriptHost host(Rig::host_options(offline));
    Session session = session_of({testing::track("all")});
    session.song = path;
    Engine::Options options;
    options.offline = offline;
    options.block_frames = block_frames;
    Engine engine(options, host, session);
    engine.play();
    return run(engine, 48000 * 6, frames);
}

TEST(Engine, SamplesDoNotDependOnCallbackBlockOrClock) {
    const std::vector<std::string> songs = testing::song_set();
    ASSERT_EQ(songs.size(), testing::song_set_size);
    const std::vector<float> reference = play_real_song(songs[3], 128, 0, true);
    float peak = 0;
    for (const float sample : reference) {
        peak = std::max(peak, std::abs(sample));
    }
    ASSERT_GT(peak, 0.01F) << "the song is heard";
    for (const std::uint32_t frames : {32U, 64U, 441U, 1024U}) {
        EXPECT_EQ(play_real_song(songs[3], frames, 0, true), reference) << frames;
    }
    EXPECT_EQ(play_real_song(songs[3], 1024, 100, true), reference) << "cut into blocks";
    EXPECT_EQ(play_real_song(songs[3], 20'000, 0, true), reference) << "longer than max_frames";
    EXPECT_EQ(play_real_song(songs[3], 256, 0, false), reference) << "with real time's deadlines";
}

TEST(Engine, PassThroughAScriptChangesNoSample) {
    Rig plain, scripted;
    Session session = session_of({testing::track("a")});
    Engine without(plain.options, plain.host, session);
    session.tracks[0].script = scripting::resolve_script("passthrough", scripted.host.factory_folder());
    Engine with(scripted.options, scripted.host, session);
    EXPECT_EQ(with.wait_scripts(std::chrono::seconds(30)), std::vector<std::string>{});
    for (Engine* const engine : {&without, &with}) {
        engine->set_song(scale_song());
        engine->play();
    }
    EXPECT_EQ(run(with, 200'000, 128), run(without, 200'000, 441));
    const EngineSnapshot snapshot = with.snapshot();
    EXPECT_EQ(snapshot.tracks[0].script.events_in, scale_song()->playable_count());
    EXPECT_EQ(snapshot.tracks[0].events_lost, 0U);
    EXPECT_EQ(snapshot.tracks[0].notes_hanging, 0U);
}

// ---- transport -----------------------------------------------------------------------------------------------------

TEST(Engine, PlaysStopsSeeksAndEndsTheNotes) {
    Rig rig;
    Engine engine(rig.options, rig.host, session_of({testing::track("a")}));
    engine.set_song(scale_song());
    EXPECT_EQ(run(engine, 1000, 128), std::vector<float>(2000)) << "nothing plays by itself";
    engine.play();
    const std::vector<float> sound = run(engine, quarter, 128);
    EXPECT_FLOAT_EQ(left(sound, 0), l);
    EXPECT_FLOAT_EQ(left(sound, quarter - 1), l);
    EXPECT_TRUE(engine.snapshot().playing);
    engine.stop();
    EXPECT_FLOAT_EQ(left(run(engine, 512, 128), 511), 0);
    EXPECT_FALSE(engine.snapshot().playing);
    EXPECT_EQ(engine.snapshot().tracks[0].notes_hanging, 0U);
    EXPECT_NEAR(engine.snapshot().song_beat, 1, 0.01);
    engine.seek(3.5);
    engine.play();
    static_cast<void>(run(engine, quarter, 128));
    EXPECT_NEAR(engine.snapshot().song_beat, 4.5, 0.01);
    engine.seek(0);
    const std::vector<float> again = run(engine, 256, 128);
    EXPECT_FLOAT_EQ(left(again, 255), l) << "one note, not two";
    EXPECT_EQ(engine.snapshot().bar, 1);
    static_cast<void>(run(engine, 8 * quarter, 128));
    EXPECT_TRUE(engine.snapshot().song_ended);
    EXPECT_TRUE(engine.idle());
    EXPECT_EQ(rig.instruments[0]->figures().notes_hanging, 0U);
}

TEST(Engine, ATempoOfOnesOwnMovesTheNotes) {
    Rig rig;
    Engine engine(rig.options, rig.host, session_of({testing::track("a")}));
    engine.set_song(scale_song());
    engine.set_tempo(240);
    engine.play();
    static_cast<void>(run(engine, quarter, 128));
    EXPECT_EQ(rig.instruments[0]->notes[1][0], static_cast<std::int64_t>(quarter / 2));
    EXPECT_DOUBLE_EQ(engine.snapshot().tempo, 240);
    EXPECT_EQ(engine.tempo(), 240);
    engine.set_tempo(std::nullopt);
    static_cast<void>(run(engine, 128, 128));
    EXPECT_DOUBLE_EQ(engine.snapshot().tempo, 120);
}

TEST(Engine, PanicSilencesEverything) {
    Rig rig;
    Engine engine(rig.options, rig.host, session_of({testing::track("a")}));
    for (std::uint8_t key = 20; key < 30; ++key) {
        engine.key_down(key, 100);
    }
    static_cast<void>(run(engine, 128, 128));
    engine.panic();
    EXPECT_FLOAT_EQ(left(run(engine, 128, 128), 127), 0);
    EXPECT_EQ(rig.instruments[0]->sound_offs, 1);
    EXPECT_EQ(rig.instruments[0]->figures().notes_hanging, 0U);
    EXPECT_EQ(engine.snapshot().keys_held[0], 0U);
    engine.key_down(50, 100);
    EXPECT_FLOAT_EQ(left(run(engine, 128, 128), 127), l) << "and life goes on";
}

TEST(Engine, AnotherSongReplacesTheOneThatPlays) {
    Rig rig;
    Engine engine(rig.options, rig.host, session_of({testing::track("a")}));
    std::weak_ptr<const Song> first;
    {
        testing::Track notes;
        notes.at(0, {0x90, 60, 100}).at(0, {0xF0, 0x05, 0x7E, 0x7F, 0x09, 0x01, 0xF7}).at(960, {0x80, 60, 64}).end();
        const std::shared_ptr<const Song> song = testing::load_tracks(0, 480, {notes});
        first = song;
        engine.set_song(song);
    }
    engine.play();
    static_cast<void>(run(engine, 128, 128));
    const auto sysex_known = [&] { return !rig.instruments[0]->sysex_source->sysex(1).empty(); };
    EXPECT_TRUE(sysex_known());
    engine.set_song(nullptr);
    EXPECT_FALSE(first.expired()) << "the audio thread still has it";
    EXPECT_FLOAT_EQ(left(run(engine, 128, 128), 127), 0);
    static_cast<void>(engine.snapshot());
    EXPECT_TRUE(first.expired());
    EXPECT_FALSE(sysex_known());
    EXPECT_EQ(engine.snapshot().song_length_beats, 0);
}

// ---- real time -----------------------------------------------------------------------------------------------------

TEST(Engine, TheCallbackAllocatesNothing) {
    scripting::ScriptHost host(Rig::host_options(false));
    Session session = session_of({testing::track("a"), testing::track("b")});
    session.song = testing::song_set().at(0);
    Engine engine({}, host, session);
    engine.play();
    std::vector<float> out(8192 * 2);
    std::uint64_t allocations = 0, frees = 0;
    for (int i = 0; i < 400; ++i) {
        // Everything that the control side can ask for comes by; its own allocations are not counted.
        switch (i % 40) {
            case 3:
                engine.seek(i % 7);
                break;
            case 7:
                engine.key_down(static_cast<std::uint8_t>(i % 128), 100);
                break;
            case 11:
                engine.set_tempo(60 + i);
                break;
            case 15:
                engine.panic();
                break;
            case 19:
                engine.stop();
                break;
            case 20:
                engine.play();
                break;
            case 23:
                engine.remove_track(engine.add_track(testing::track("short")));
                break;
            case 27:
                engine.set_song(Song::load(testing::song_set().at(1)));
                break;
            case 28:
                engine.play();
                break;
            case 31:
                engine.set_master(-i / 100.0);
                break;
            default:
                break;
        }
        const std::uint8_t note[]{0x91, static_cast<std::uint8_t>(i % 128), 64};
        engine.midi_input(0, note, 3, ipc::now_ns());
        const allocations::Scope scope;
        engine.process(out.data(), i % 10 == 0 ? 1024 : 128);
        allocations += scope.count();
        frees += scope.frees();
    }
    EXPECT_EQ(allocations, 0U);
    EXPECT_EQ(frees, 0U);
}

/// Pages that the calling thread had to wait for so far.
long page_faults() {
    rusage usage{};
    ::getrusage(RUSAGE_THREAD, &usage);
    return usage.ru_minflt + usage.ru_majflt;
}

TEST(Engine, TheCallbackTouchesNoNewPages) {
    scripting::ScriptHost host(Rig::host_options(true));
    Session session = session_of({testing::track("arpeggio")});
    session.tracks[0].script = host.factory_folder() + "/arpeggiator.py";
    session.song = testing::song_set().at(0);
    Engine engine({.offline = true}, host, session);
    ASSERT_TRUE(engine.wait_scripts(std::chrono::seconds(20)).empty());
    engine.play();
    std::vector<float> out(64 * 2);
    for (int block = 0; block < 2'000; ++block) {
        engine.process(out.data(), 64);
    }
    const long before = page_faults();
    for (int block = 0; block < 10'000; ++block) {
        engine.process(out.data(), 64);
    }
    // The system may take a page away that was long unused; what a callback does to new memory shows in every block.
    EXPECT_LT(page_faults() - before, 50);
}

TEST(Engine, CommandsWaitWhileNobodyPlaysAndNoneIsLost) {
    Rig rig;
    Engine engine(rig.options, rig.host, session_of({testing::track("a")}));
    for (int i = 0; i < 10'000; ++i) {  // more than the queue holds
        engine.set_master(-i);
    }
    engine.set_master(0);
    engine.key_down(60, 1);
    for (int i = 0; i < 5; ++i) {
        static_cast<void>(run(engine, 128, 128));
        static_cast<void>(engine.snapshot());
    }
    EXPECT_FLOAT_EQ(left(run(engine, 128, 128), 127), l);
}

TEST(Engine, LayersAreMeasuredWhereTheTimeGoes) {
    Rig rig;
    Engine engine(rig.options, rig.host, session_of({testing::track("quick"), testing::track("burns")}));
    engine.set_song(scale_song());
    engine.play();
    static_cast<void>(run(engine, 1280, 128));
    rig.instruments[1]->burn_ns = 500'000;
    engine.reset_figures();
    static_cast<void>(run(engine, 48000, 128));
    const EngineSnapshot snapshot = engine.snapshot();
    const auto share = [&](Layer layer) { return snapshot.layers_total[static_cast<std::size_t>(layer)].p50; };
    const auto of_track = [&](std::size_t track, Layer layer) {
        return snapshot.tracks[track].layers[static_cast<std::size_t>(layer)].p50;
    };
    const double burnt = 500'000.0 * 48000 / 128 / 1e9 * 100;  // percent of the period
    EXPECT_GE(of_track(1, Layer::instruments), burnt * 0.95);
    EXPECT_LT(of_track(0, Layer::instruments), burnt * 0.2);
    EXPECT_GE(share(Layer::instruments), burnt * 0.95);
    EXPECT_GE(share(Layer::callback), share(Layer::instruments) * 0.95);
    for (const Layer layer : {Layer::sequencer, Layer::scripting, Layer::mix, Layer::rest, Layer::wait, Layer::busy}) {
        EXPECT_LT(share(layer), burnt * 0.2) << to_string(layer);
    }
    EXPECT_LT(share(Layer::rest), 0.05 * share(Layer::callback));
}

TEST(Engine, FiguresStartAgainWhenTheyAreReset) {
    Rig rig;
    Engine engine(rig.options, rig.host, session_of({testing::track("a")}));
    engine.note_xrun();
    static_cast<void>(run(engine, 12800, 128));
    EngineSnapshot snapshot = engine.snapshot();
    EXPECT_EQ(snapshot.blocks, 100U);
    EXPECT_EQ(snapshot.xruns, 1U);
    EXPECT_EQ(snapshot.frames, 128U);
    EXPECT_NEAR(snapshot.layers_total[0].calls_per_second, 48000.0 / 128, 1);
    engine.reset_figures();
    static_cast<void>(run(engine, 1280, 128));
    snapshot = engine.snapshot();
    EXPECT_EQ(snapshot.xruns, 0U);
    EXPECT_NEAR(snapshot.layers_total[0].calls_per_second, 48000.0 / 128, 1);
}

}  // namespace
}  // namespace outboard::audio
