// The sequencer: every song at its samples, and the transport.
#include "audio/sequencer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "sequencer_player.h"

namespace outboard::audio {
namespace {

using scripting::Event;
using scripting::Kind;
using testing::difference;
using ::testing::ElementsAre;
using testing::four_notes;
using testing::load_tracks;
using testing::play_song;
using testing::Player;
using testing::rate;
using testing::Track;
using testing::words;

TEST(Sequencer, EverySongIsTheSameAtEveryBlockSize) {
    const auto paths = testing::song_set();
    ASSERT_EQ(paths.size(), testing::song_set_size) << "install the package openttd-openmsx";
    for (const std::string& path : paths) {
        const auto song = Song::load(path);
        const auto expected = play_song(*song, rate, 1024);
        ASSERT_GE(expected.size(), song->playable_count()) << path;
        for (const std::uint32_t frames : {32u, 64u, 441u, 4096u}) {
            EXPECT_EQ(difference(expected, play_song(*song, rate, frames)), "") << path << " at " << frames;
        }
        const std::int64_t seconds = 3;
        auto begin = expected;
        std::erase_if(begin, [](const Event& event) { return event.time >= seconds * 48000; });
        EXPECT_EQ(difference(begin, play_song(*song, rate, 1, seconds * 48000)), "") << path << " sample by sample";
    }
}

// Against arithmetic of its own: ticks · microseconds, summed in whole numbers.
TEST(Sequencer, EverySongIsWhereItsTempoMapSays) {
    const auto paths = testing::song_set();
    ASSERT_EQ(paths.size(), testing::song_set_size);
    for (const std::string& path : paths) {
        const auto song = Song::load(path);
        ASSERT_LT(song->division, 0x8000) << path;
        std::vector<std::int64_t> expected;
        std::uint64_t elapsed = 0, tick = 0, microseconds = 500'000;
        for (const SongEvent& event : song->events) {
            elapsed += (event.tick - tick) * microseconds;
            tick = event.tick;
            if (event.is_meta() && event.bytes[1] == 0x51) {
                microseconds = static_cast<std::uint64_t>(event.bytes[2]) << 16 | event.bytes[3] << 8 | event.bytes[4];
            } else if (!event.is_meta()) {
                const long double samples = static_cast<long double>(elapsed) * 48000 / (song->division * 1e6L);
                expected.push_back(static_cast<std::int64_t>(std::floor(samples + 0.5001L)));
            }
        }
        const auto events = play_song(*song, rate, 512);
        ASSERT_GE(events.size(), expected.size());
        for (std::size_t i = 0; i < expected.size(); ++i) {
            ASSERT_EQ(events[i].time, expected[i]) << path << " event " << i;
            ASSERT_EQ(events[i].origin, i + 1);
            ASSERT_EQ(events[i].time, scripting::round_sample(song->sample_of_beat(song->playable[i].beat, rate)));
        }
    }
}

TEST(Sequencer, StopEndsNotesAndPlayGoesOn) {
    const auto song = four_notes();
    Player player(song.get());
    EXPECT_TRUE(player.run(1000).empty());
    player.sequencer.play();
    EXPECT_THAT(words(player.run(5000)), ElementsAre("1000: 90 60 100 #1"));
    player.sequencer.stop();
    EXPECT_FALSE(player.sequencer.playing());
    EXPECT_THAT(words(player.run(5000)), ElementsAre("6000: 80 60 64 #0"));
    EXPECT_NEAR(player.sequencer.song_beat(), 5000 / 24000.0, 1e-12);
    player.sequencer.play();
    // The off of the note that was ended passes: nothing of the song is left out.
    EXPECT_THAT(words(player.run(20'000)), ElementsAre("18000: 80 60 10 #2", "30000: 90 61 100 #3"));
}

TEST(Sequencer, SeekEndsNotesAndChases) {
    const auto song = load_tracks(0, 96,
                                  {Track()
                                       .at(0, {0xB2, 0, 1})
                                       .at(0, {0xC2, 7})
                                       .at(0, {0xB2, 7, 90})
                                       .at(0, {0xB2, 7, 91})
                                       .at(0, {0xB2, 101, 0})
                                       .at(0, {0xB2, 100, 0})
                                       .at(0, {0xB2, 6, 12})
                                       .at(0, {0xB2, 101, 127})
                                       .at(0, {0xB2, 100, 127})
                                       .at(0, {0xE2, 1, 65})
                                       .at(0, {0xD2, 33})
                                       .at(0, {0xB2, 123, 0})
                                       .at(0, {0x92, 50, 1})
                                       .at(0, {0x92, 50, 2})
                                       .at(96, {0xC2, 8})
                                       .at(96, {0xB2, 7, 1})
                                       .at(96, {0x92, 51, 1})
                                       .end(96)});
    Player player(song.get());
    player.sequencer.play();
    player.run(100);
    player.sequencer.seek(2);
    EXPECT_THAT(
        words(player.run(100)),
        ElementsAre("100: 82 50 64 #0", "100: 82 50 64 #0", "100: B2 0 1 #0", "100: C2 8 0 #0", "100: B2 7 91 #0",
                    "100: B2 101 0 #0", "100: B2 100 0 #0", "100: B2 6 12 #0", "100: B2 101 127 #0",
                    "100: B2 100 127 #0", "100: E2 1 65 #0", "100: D2 33 0 #0", "100: B2 7 1 #16"));
    EXPECT_NEAR(player.sequencer.song_beat(), 2 + 100 / 24000.0, 1e-12);
    player.sequencer.seek(-5);
    EXPECT_EQ(player.sequencer.song_beat(), 0);
    EXPECT_EQ(words(player.run(1)).front(), "200: B2 0 1 #1") << "at the very start there is nothing to chase";
    player.sequencer.seek(std::nan(""));
    EXPECT_EQ(player.sequencer.song_beat(), 0);
}

TEST(Sequencer, SeekWhileStoppedChasesWhenItPlays) {
    const auto song = load_tracks(0, 96, {Track().at(0, {0xC0, 7}).at(96, {0x90, 60, 1}).end(96)});
    Player player(song.get());
    player.sequencer.seek(0.5);
    EXPECT_TRUE(player.run(100).empty());
    EXPECT_EQ(player.sequencer.song_beat(), 0.5);
    player.sequencer.play();
    EXPECT_THAT(words(player.run(12'100)), ElementsAre("100: C0 7 0 #0", "12100: 90 60 1 #2"));
}

TEST(Sequencer, ChaseAfterAControllerReset) {
    const auto song = load_tracks(0, 96,
                                  {Track()
                                       .at(0, {0xB0, 1, 50})
                                       .at(0, {0xB0, 7, 80})
                                       .at(0, {0xE0, 0, 0})
                                       .at(0, {0xB0, 121, 0})
                                       .at(0, {0xB0, 11, 70})
                                       .at(96, {0x90, 1, 1})
                                       .end(96)});
    Player player(song.get());
    player.sequencer.seek(1);
    player.sequencer.play();
    EXPECT_THAT(words(player.run(10)),
                ElementsAre("0: B0 121 0 #0", "0: B0 7 80 #0", "0: B0 11 70 #0", "0: 90 1 1 #6"));
}

TEST(Sequencer, EndsAtTheEnd) {
    const auto song = load_tracks(0, 96, {Track().at(0, {0x95, 60, 1}).at(96, {0x95, 61, 1}).end(48)});
    for (const std::uint32_t block : {1u, 64u, 36'000u, 36'001u, 50'000u}) {
        Player player(song.get());
        player.sequencer.play();
        const auto events = player.run(36'000, block);
        EXPECT_THAT(words(events), ElementsAre("0: 95 60 1 #1", "24000: 95 61 1 #2"));
        EXPECT_FALSE(player.sequencer.ended());
        EXPECT_THAT(words(player.run(1, block)), ElementsAre("36000: 85 60 64 #0", "36000: 85 61 64 #0"));
        EXPECT_TRUE(player.sequencer.ended());
        EXPECT_FALSE(player.sequencer.playing());
        EXPECT_EQ(player.sequencer.song_beat(), 1.5);
        EXPECT_TRUE(player.run(100).empty());
        player.sequencer.play();
        EXPECT_FALSE(player.sequencer.ended());
        EXPECT_THAT(words(player.run(10)), ElementsAre("36101: 95 60 1 #1"));
    }
}

// 120.5 beats per minute: nothing falls on a whole sample, so the end rounds up into the next block.
TEST(Sequencer, EndsOnTheSameSampleAtEveryBlockSize) {
    const auto song = load_tracks(
        0, 7, {Track().tempo(0, 497'925).at(0, {0x90, 60, 1}).at(3, {0x90, 61, 1}).at(4, {0x80, 60, 1}).end()});
    const auto expected = play_song(*song, rate, 4096);
    ASSERT_EQ(expected.size(), 4u);
    EXPECT_EQ(expected.back().time, 23900);
    for (std::uint32_t block = 1; block < 600; block += block < 70 ? 1 : 37) {
        EXPECT_EQ(difference(expected, play_song(*song, rate, block)), "") << block;
    }
}

TEST(Sequencer, LoopsWithoutDrift) {
    const auto song = load_tracks(0, 7, {Track().tempo(0, 497'925).at(0, {0x90, 60, 1}).at(6, {0x90, 61, 1}).end(1)});
    std::vector<Event> expected;
    for (const std::uint32_t block : {4096u, 1u, 32u, 441u, 100'000u}) {
        Player player(song.get());
        player.sequencer.set_loop(true);
        player.sequencer.play();
        const auto events = player.run(240'000, block);
        if (expected.empty()) {
            expected = events;
            const double round = 0.497925 * 48000;
            for (int i = 0; i < 10; ++i) {
                const auto at = static_cast<std::size_t>(4 * i);
                ASSERT_GT(events.size(), at + 3);
                EXPECT_EQ(events[at].time, scripting::round_sample(i * round));
                EXPECT_EQ(events[at].origin, 1u);
                EXPECT_EQ(events[at + 1].time, scripting::round_sample(i * round + round * 6 / 7));
                EXPECT_EQ(events[at + 2].time, scripting::round_sample((i + 1) * round)) << "the notes end first";
                EXPECT_EQ(events[at + 3].kind, Kind::note_off);
            }
        }
        EXPECT_EQ(difference(expected, events), "") << block;
        EXPECT_TRUE(player.sequencer.playing());
        EXPECT_EQ(player.sequencer.events_lost(), 0u);
    }
}

TEST(Sequencer, DoesNotLoopWhatIsTooShort) {
    for (const auto& song : {load_tracks(0, 96, {Track().at(0, {0x90, 60, 1}).end()}),
                             load_tracks(0, 30'000, {Track().tempo(0, 1).at(0, {0x90, 60, 1}).end(1)})}) {
        Player player(song.get());
        player.sequencer.set_loop(true);
        player.sequencer.play();
        EXPECT_EQ(player.run(64).size(), 2u);
        EXPECT_TRUE(player.sequencer.ended());
    }
}

TEST(Sequencer, PlaysAtTheUsersTempo) {
    const auto song = four_notes();
    Player player(song.get());
    player.sequencer.set_tempo(240);
    player.sequencer.play();
    EXPECT_THAT(words(player.run(12'001)), ElementsAre("0: 90 60 100 #1", "6000: 80 60 10 #2", "12000: 90 61 100 #3"));
    player.sequencer.set_tempo(0);
    // One sample past beat 1, that is two samples at 120; beat 1.5 is 11998 samples away.
    EXPECT_THAT(words(player.run(12'001)), ElementsAre("23999: 80 61 10 #4"));
    player.sequencer.set_tempo(1e9);
    EXPECT_EQ(player.sequencer.tempo(), 1000);
    player.sequencer.set_tempo(std::nan(""));
    EXPECT_EQ(player.sequencer.tempo(), 120);
}

TEST(Sequencer, RunsWithoutASong) {
    Player player;
    player.sequencer.set_tempo(60);
    player.sequencer.play();
    EXPECT_TRUE(player.run(48'000).empty());
    EXPECT_TRUE(player.sequencer.playing());
    EXPECT_FALSE(player.sequencer.ended());
    EXPECT_NEAR(player.sequencer.song_beat(), 1, 1e-9);
    EXPECT_NEAR(player.clock.beat_at(48'000), 1, 1e-9);
}

TEST(Sequencer, AnotherSongEndsTheNotesOfTheOldOne) {
    auto song = four_notes();
    Player player(song.get());
    player.sequencer.play();
    player.run(100);
    const auto other = load_tracks(0, 96, {Track().tempo(0, 250'000).at(0, {0x90, 1, 1}).end(96)});
    player.sequencer.set_song(other.get());
    song.reset();
    EXPECT_FALSE(player.sequencer.playing());
    EXPECT_THAT(words(player.run(100)), ElementsAre("100: 80 60 64 #0"));
    EXPECT_EQ(player.sequencer.tempo(), 240);
    player.sequencer.play();
    EXPECT_THAT(words(player.run(100)), ElementsAre("200: 90 1 1 #1"));
    player.sequencer.set_song(nullptr);
    EXPECT_THAT(words(player.run(100)), ElementsAre("300: 80 1 64 #0"));
}

}  // namespace
}  // namespace outboard::audio
