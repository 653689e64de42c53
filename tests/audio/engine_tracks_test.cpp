// The engine's tracks: how they are mixed, what they hear, how they come and go.
#include "audio/engine.h"

#include <gtest/gtest.h>

#include <atomic>
#include <cmath>
#include <thread>
#include <vector>

#include "engine_rig.h"

namespace outboard::audio {
namespace {

using testing::l;
using testing::left;
using testing::r;
using testing::Rig;
using testing::run;
using testing::scale_song;
using testing::session_of;

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

}  // namespace
}  // namespace outboard::audio
