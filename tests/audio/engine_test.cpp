#include "audio/engine.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <atomic>
#include <cmath>
#include <thread>
#include <vector>

#include "allocations.h"
#include "engine_rig.h"

namespace outboard::audio {
namespace {

using testing::CountingInstrument;
using testing::Rig;
using testing::run;
using testing::scale_song;

Session session_of(std::vector<TrackSettings> tracks) {
    Session session;
    session.tracks = std::move(tracks);
    return session;
}

/// Left channel at a frame.
float left(const std::vector<float>& sound, std::size_t frame) {
    return sound.at(2 * frame);
}

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

// ---- mixing --------------------------------------------------------------------------------------------------------

class ThreeTracks : public ::testing::Test {
protected:
    ThreeTracks() {
        Session session = session_of({testing::track("a"), testing::track("b"), testing::track("c")});
        session.tracks[1].gain_db = -6.0205999132796239;
        session.tracks[2].pan = 1;
        engine = std::make_unique<Engine>(rig.options, rig.host, session);
        engine->key_down(60, 100);
        static_cast<void>(run(*engine, 512, 128));
    }
    /// Left and right once no ramp runs.
    std::pair<float, float> steady() {
        const std::vector<float> sound = run(*engine, 256, 128);
        return {sound[510], sound[511]};
    }
    void set(std::size_t index, bool mute, bool solo) {
        TrackSettings settings = engine->session().tracks[index];
        settings.mute = mute;
        settings.solo = solo;
        engine->update_track(engine->snapshot().tracks[index].id, settings);
    }
    Rig rig;
    std::unique_ptr<Engine> engine;
};

constexpr float l = 1.0F / 16, r = 1.0F / 32;
const float c_right = std::sqrt(2.0F) * r;

TEST_F(ThreeTracks, GainPanMuteSolo) {
    const auto [both_left, both_right] = steady();
    EXPECT_FLOAT_EQ(both_left, l * 1.5F);
    EXPECT_FLOAT_EQ(both_right, r * 1.5F + c_right);
    set(0, true, false);
    EXPECT_FLOAT_EQ(steady().first, l * 0.5F) << "a is muted";
    set(2, false, true);
    EXPECT_FLOAT_EQ(steady().first, 0) << "c alone, to the right";
    EXPECT_FLOAT_EQ(steady().second, c_right);
    set(0, true, true);
    EXPECT_FLOAT_EQ(steady().first, 0) << "mute is stronger than solo";
    set(0, false, false);
    set(2, false, false);
    EXPECT_FLOAT_EQ(steady().first, l * 1.5F);
    engine->set_master(-6.0205999132796239);
    EXPECT_FLOAT_EQ(steady().first, l * 0.75F);
}

TEST_F(ThreeTracks, NothingJumps) {
    set(0, true, false);
    const std::vector<float> sound = run(*engine, 256, 32);
    for (std::size_t i = 1; i < 256; ++i) {
        EXPECT_LE(std::abs(left(sound, i) - left(sound, i - 1)), l / 64 + 1e-6);
    }
    EXPECT_FLOAT_EQ(left(sound, 255), l * 0.5F);
}

TEST_F(ThreeTracks, MutedTracksPlayOnSilently) {
    set(0, true, false);
    engine->key_up(60);
    engine->key_down(62, 1);
    static_cast<void>(run(*engine, 256, 128));
    EXPECT_EQ(rig.instruments[0]->note_count, 3U);
}

TEST_F(ThreeTracks, MetersShowPeaksSinceTheLastLook) {
    static_cast<void>(engine->snapshot());
    static_cast<void>(steady());
    EngineSnapshot snapshot = engine->snapshot();
    EXPECT_FLOAT_EQ(snapshot.tracks[0].level_left, l);
    EXPECT_FLOAT_EQ(snapshot.tracks[1].level_left, l / 2);
    EXPECT_FLOAT_EQ(snapshot.tracks[2].level_left, 0);
    EXPECT_FLOAT_EQ(snapshot.master_left, l * 1.5F);
    engine->key_up(60);
    static_cast<void>(run(*engine, 128, 128));
    static_cast<void>(engine->snapshot());
    static_cast<void>(run(*engine, 128, 128));
    EXPECT_FLOAT_EQ(engine->snapshot().master_left, 0);
}

// ---- what a track hears --------------------------------------------------------------------------------------------

TEST(Engine, TracksHearWhatTheirFilterLetsIn) {
    Rig rig;
    Session session = session_of({testing::track("channel 1"), testing::track("no song"), testing::track("no keys")});
    session.tracks[0].channels = 1;
    session.tracks[1].from_song = false;
    session.tracks[2].from_keyboard = false;
    Engine engine(rig.options, rig.host, session);
    engine.set_song(scale_song());
    engine.play();
    engine.key_down(30, 1, 5);
    static_cast<void>(run(engine, 480, 128));
    EXPECT_EQ(rig.instruments[0]->note_count, 1U) << "the song's first note";
    EXPECT_EQ(rig.instruments[0]->notes[0][2], 60);
    EXPECT_EQ(rig.instruments[1]->note_count, 1U) << "the key";
    EXPECT_EQ(rig.instruments[1]->notes[0][2], 30);
    EXPECT_EQ(rig.instruments[2]->note_count, 1U);
    EXPECT_EQ(rig.instruments[2]->notes[0][2], 60);
}

TEST(Engine, PortsAreForMidiInputs) {
    Rig rig;
    Session session = session_of({testing::track("port 0"), testing::track("port 1")});
    session.tracks[0].port = 0;
    session.tracks[1].port = 1;
    Engine engine(rig.options, rig.host, session);
    const std::uint8_t note[]{0x90, 60, 100};
    engine.midi_input(1, note, 3, ipc::now_ns());
    static_cast<void>(run(engine, 128, 128));
    EXPECT_EQ(rig.instruments[0]->note_count, 0U);
    EXPECT_EQ(rig.instruments[1]->note_count, 1U);
    EXPECT_TRUE(engine.snapshot().midi_in);
    EXPECT_EQ(engine.snapshot().keys_held[0], std::uint64_t{1} << 60);
}

TEST(Engine, AnEndFollowsItsBeginningWhateverTheFilterSaysMeanwhile) {
    Rig rig;
    Engine engine(rig.options, rig.host, session_of({testing::track("a"), testing::track("b")}));
    const EngineSnapshot snapshot = engine.snapshot();
    engine.arm(snapshot.tracks[0].id);
    engine.set_song(scale_song());
    engine.play();
    engine.key_down(40, 100);
    static_cast<void>(run(engine, 128, 128));
    ASSERT_EQ(rig.instruments[0]->note_count, 2U);
    ASSERT_EQ(rig.instruments[1]->note_count, 1U);
    // The other track is armed and both hear another channel, while a key and a song's note are down.
    engine.arm(snapshot.tracks[1].id);
    for (const TrackSnapshot& track : snapshot.tracks) {
        TrackSettings settings = track.settings;
        settings.channels = 2;
        engine.update_track(track.id, settings);
    }
    engine.key_up(40);
    engine.stop();
    static_cast<void>(run(engine, 128, 128));
    EXPECT_EQ(rig.instruments[0]->note_count, 4U);
    EXPECT_EQ(rig.instruments[0]->figures().notes_hanging, 0U);
    EXPECT_EQ(rig.instruments[1]->figures().notes_hanging, 0U);
}

TEST(Engine, ATracksOwnProgramIsSetOnItsChannelsButNotOnTheDrums) {
    Rig rig;
    Session session = session_of({testing::track("all"), testing::track("drums")});
    session.tracks[0].program = 19;
    session.tracks[0].bank = 2;
    session.tracks[1].program = 8;
    session.tracks[1].channels = 1U << 9;
    Engine engine(rig.options, rig.host, session);
    static_cast<void>(run(engine, 128, 128));
    EXPECT_EQ(rig.instruments[0]->programs[0], 2 * 128 + 19);
    EXPECT_EQ(rig.instruments[0]->programs[15], 2 * 128 + 19);
    EXPECT_EQ(rig.instruments[0]->programs[9], 0);
    EXPECT_EQ(rig.instruments[1]->programs[9], 8);
    EXPECT_EQ(rig.instruments[1]->programs[0], 0);
    session.tracks[0].program = 20;
    engine.update_track(engine.snapshot().tracks[0].id, session.tracks[0]);
    static_cast<void>(run(engine, 128, 128));
    EXPECT_EQ(rig.instruments[0]->programs[0], 2 * 128 + 20);
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

// ---- tracks come and go --------------------------------------------------------------------------------------------

TEST(Engine, ARemovedTrackFadesOutAndIsFreed) {
    Rig rig;
    Engine engine(rig.options, rig.host, session_of({testing::track("a"), testing::track("b")}));
    engine.key_down(60, 100);
    static_cast<void>(run(engine, 256, 128));
    const std::uint32_t first = engine.snapshot().tracks[0].id;
    engine.remove_track(first);
    const std::vector<float> sound = run(engine, 256, 128);
    for (std::size_t i = 1; i < 256; ++i) {
        EXPECT_LE(std::abs(left(sound, i) - left(sound, i - 1)), l / 64 + 1e-6);
    }
    EXPECT_FLOAT_EQ(left(sound, 255), l);
    EXPECT_THROW(engine.remove_track(first), std::runtime_error);
    EXPECT_EQ(engine.snapshot().tracks.size(), 1U);
    EXPECT_EQ(engine.session().tracks[0].name, "b");
}

TEST(Engine, TracksComeAndGoWhileAnotherThreadPlays) {
    Rig rig(false);
    Engine engine(rig.options, rig.host, session_of({testing::track("first")}));
    engine.set_song(scale_song());
    engine.set_loop(true);
    engine.play();
    std::atomic<bool> playing{true};
    std::atomic<std::uint64_t> callbacks{0};
    std::thread audio([&] {
        std::vector<float> out(256);
        while (playing) {
            engine.process(out.data(), 128);
            ++callbacks;
        }
    });
    const std::int64_t give_up = ipc::now_ns() + 60'000'000'000;
    std::vector<std::uint32_t> ids;
    for (int i = 0; i < 60; ++i) {
        ids.push_back(engine.add_track(testing::track("more")));
        TrackSettings settings = testing::track("changed");
        settings.solo = i % 3 == 0;
        settings.channels = static_cast<std::uint16_t>(i * 7 + 1);
        engine.update_track(ids.back(), settings);
        engine.key_down(static_cast<std::uint8_t>(i), 100);
        if (i % 2 == 1) {
            engine.remove_track(ids[ids.size() - 2]);
            ids.erase(ids.end() - 2);
        }
        if (i % 10 == 0) {
            engine.set_song(scale_song());
            engine.play();
        }
        static_cast<void>(engine.snapshot());
        const std::uint64_t seen = callbacks;
        while (callbacks < seen + 3) {
            ASSERT_LT(ipc::now_ns(), give_up);
            std::this_thread::yield();
        }
    }
    playing = false;
    audio.join();
    const EngineSnapshot snapshot = engine.snapshot();
    EXPECT_EQ(snapshot.tracks.size(), 31U);
    for (const TrackSnapshot& track : snapshot.tracks) {
        EXPECT_EQ(track.events_lost, 0U);
    }
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

// ---- scripts and documents -----------------------------------------------------------------------------------------

TEST(Engine, ScriptsAreLoadedTunedBypassedAndTakenOut) {
    Rig rig;
    Session session = session_of({testing::track("a")});
    session.tracks[0].script = scripting::resolve_script("chords", rig.host.factory_folder());
    Engine engine(rig.options, rig.host, session);
    ASSERT_EQ(engine.wait_scripts(std::chrono::seconds(30)), std::vector<std::string>{});
    static_cast<void>(run(engine, 128, 128));
    const TrackSnapshot track = engine.snapshot().tracks[0];
    ASSERT_FALSE(track.parameters.empty());
    const scripting::Parameter& parameter = track.parameters[0];
    EXPECT_FALSE(engine.set_parameter(track.id, "no such thing", 1));
    EXPECT_TRUE(engine.set_parameter(track.id, parameter.id, parameter.maximum + 1000));
    static_cast<void>(run(engine, 256, 128));
    EXPECT_DOUBLE_EQ(engine.snapshot().tracks[0].parameters[0].value, parameter.maximum) << "clamped";
    EXPECT_DOUBLE_EQ(engine.session().tracks[0].parameters.at(parameter.id), parameter.maximum);

    engine.key_down(60, 100);
    static_cast<void>(run(engine, 256, 128));
    EXPECT_GT(rig.instruments[0]->note_count, 1U) << "a chord";
    engine.key_up(60);
    static_cast<void>(run(engine, 256, 128));
    const std::size_t before = rig.instruments[0]->note_count;
    engine.unload_script(track.id);
    static_cast<void>(engine.wait_scripts(std::chrono::seconds(30)));
    static_cast<void>(run(engine, 256, 128));
    engine.key_down(60, 100);
    static_cast<void>(run(engine, 256, 128));
    EXPECT_EQ(rig.instruments[0]->note_count, before + 1) << "a note";
    EXPECT_EQ(engine.session().tracks[0].script, "");
}

TEST(Engine, ASessionsBypassedScriptIsLoadedWhenItIsWanted) {
    Rig rig;
    Session session = session_of({testing::track("a")});
    session.tracks[0].script = scripting::resolve_script("passthrough", rig.host.factory_folder());
    session.tracks[0].bypassed = true;
    Engine engine(rig.options, rig.host, session);
    static_cast<void>(run(engine, 128, 128));
    TrackSnapshot track = engine.snapshot().tracks[0];
    EXPECT_EQ(track.script.state, scripting::SlotState::bypassed);
    EXPECT_EQ(track.script.script, session.tracks[0].script);
    engine.bypass_script(track.id, false);
    ASSERT_EQ(engine.wait_scripts(std::chrono::seconds(30)), std::vector<std::string>{});
    static_cast<void>(run(engine, 256, 128));
    track = engine.snapshot().tracks[0];
    EXPECT_EQ(track.script.state, scripting::SlotState::live);
    EXPECT_FALSE(track.settings.bypassed);
}

TEST(Engine, AFailedScriptIsASentenceAndTheTrackPlays) {
    Rig rig;
    Session session = session_of({testing::track("a")});
    const testing::TemporaryPath file("broken.py", {'d', 'e', 'f', '\n'});
    session.tracks[0].script = file.path();
    Engine engine(rig.options, rig.host, session);
    EXPECT_EQ(engine.wait_scripts(std::chrono::seconds(30)).size(), 1U);
    engine.key_down(60, 100);
    static_cast<void>(run(engine, 256, 128));
    EXPECT_EQ(rig.instruments[0]->note_count, 1U);
}

TEST(Engine, TheSessionIsWhatWasMadeOfIt) {
    Rig rig;
    Session session = session_of({testing::track("a"), testing::track("b")});
    session.master_db = -3;
    session.midi_inputs = {"somewhere"};
    session.device.name = "somehow";
    session.tracks[1].pan = 0.5;
    session.tracks[1].parameters["unknown"] = 7;
    Engine engine(rig.options, rig.host, session);
    TrackSettings changed = session.tracks[0];
    changed.name = "c";
    changed.script = "ignored: scripts go by load_script";
    engine.update_track(engine.snapshot().tracks[0].id, changed);
    engine.set_loop(true);
    engine.set_master(-4);
    const Session now = engine.session();
    EXPECT_EQ(now.master_db, -4);
    EXPECT_TRUE(now.loop);
    EXPECT_EQ(now.midi_inputs, session.midi_inputs);
    EXPECT_EQ(now.device.name, "somehow");
    ASSERT_EQ(now.tracks.size(), 2U);
    EXPECT_EQ(now.tracks[0].name, "c");
    EXPECT_EQ(now.tracks[0].script, "");
    EXPECT_EQ(now.tracks[1].pan, 0.5);
    EXPECT_EQ(now.tracks[1].parameters.at("unknown"), 7);
}

TEST(Engine, ImpossibleOptionsAreSentences) {
    Rig rig;
    for (const auto& spoil : std::vector<void (*)(Engine::Options&, Session&)>{
             [](Engine::Options&options, Session&) { options.sample_rate = 0; },
             [](Engine::Options&options, Session&) { options.max_frames = 0; },
             [](Engine::Options&options, Session&) { options.max_frames = 1'000'000; },
             [](Engine::Options&, Session&session) { session.song = "no/such/song.mid"; },
             [](Engine::Options&options, Session&session) {
                 options.make_instrument = nullptr;
                 session.soundfont = "no/such/font.sf2";
             },
             [](Engine::Options&, Session&session) { session.tracks[0].midi_output = "no such port"; }}) {
        Engine::Options options = rig.options;
        Session session = session_of({testing::track("a")});
        spoil(options, session);
        try {
            const Engine engine(options, rig.host, session);
            ADD_FAILURE();
        } catch (const std::runtime_error& error) {
            EXPECT_EQ(std::string(error.what()).back(), '.') << error.what();
        }
    }
}

}  // namespace
}  // namespace outboard::audio
