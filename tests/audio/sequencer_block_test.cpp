// What one block of the sequencer tells: the clock, every change in it, what does not fit, and what the next one
// brings.
#include "audio/sequencer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <span>

#include "allocations.h"
#include "sequencer_player.h"

namespace outboard::audio {
namespace {

using scripting::ClockMap;
using scripting::Event;
using scripting::Kind;
using ::testing::ElementsAre;
using testing::four_notes;
using testing::load_tracks;
using testing::Player;
using testing::rate;
using testing::Track;
using testing::words;

TEST(Sequencer, TellsWhatTheNextBlockWillBring) {
    const auto paths = testing::song_set();
    ASSERT_EQ(paths.size(), testing::song_set_size);
    const auto song = Song::load(paths[3]);
    Player player(song.get());
    EXPECT_TRUE(player.sequencer.coming(64).empty()) << "it does not play";
    player.sequencer.play();
    std::size_t told = 0;
    for (int block = 0; block < 20'000; ++block) {
        const std::span<const PlayableEvent> coming = player.sequencer.coming(64);
        const std::vector<Event> events = player.run(64);
        ASSERT_EQ(coming.size(), std::min<std::size_t>(events.size(), 64)) << "block " << block;
        for (std::size_t i = 0; i < coming.size(); ++i) {
            ASSERT_EQ(coming[i].message.data, events[i].data);
        }
        told += coming.size();
    }
    EXPECT_GT(told, 1000U);
    player.sequencer.stop();
    EXPECT_TRUE(player.sequencer.coming(64).empty());
}

// The clock beat against a sum of the tempi, at every sample where something is known.
TEST(Sequencer, ClockNeitherStopsNorJumps) {
    const auto song =
        load_tracks(0, 96, {Track().tempo(96, 1'000'000).signature(96, 3, 2).at(96, {0x90, 1, 1}).end(96)});
    Player player(song.get());
    double last = 0, last_tempo = 120;
    const auto run = [&](std::int64_t frames) {
        for (std::int64_t i = 0; i < frames; i += 50) {
            player.run(50);
            for (std::int64_t sample = player.time - 50; sample < player.time; ++sample) {
                const double now = player.clock.beat_at(static_cast<double>(sample));
                const double step = now - last;
                const double tempo = player.clock.point_at(static_cast<double>(sample)).tempo;
                ASSERT_GE(step, std::min(tempo, last_tempo) / 60 / rate * 0.999 * (sample > 0)) << sample;
                ASSERT_LE(step, std::max(tempo, last_tempo) / 60 / rate * 1.001) << sample;
                last = now;
                last_tempo = tempo;
            }
        }
    };
    run(5000);
    EXPECT_NEAR(player.clock.beat_at(5000), 5000 / 24000.0, 1e-12);
    player.sequencer.play();
    run(30'000);
    EXPECT_EQ(player.sequencer.tempo(), 60);
    const double at_change = 29'000 / 24000.0;  // the tempo changes at 24000 samples of song
    EXPECT_NEAR(player.clock.beat_at(35'000), at_change + 6000 / 48000.0, 1e-12);
    player.sequencer.stop();
    run(1000);
    player.sequencer.seek(0);
    run(1000);
    EXPECT_EQ(player.sequencer.tempo(), 120) << "the tempo of the place where it stands";
    player.sequencer.set_tempo(30);
    run(1000);
    player.sequencer.play();
    run(10'000);
    player.sequencer.set_tempo(240);
    run(60'000);
    player.sequencer.set_tempo(0);
    run(200'000);
    EXPECT_TRUE(player.sequencer.ended());
}

TEST(Sequencer, TellsEveryChangeInABlock) {
    const auto song = load_tracks(
        0, 96, {Track().tempo(48, 1'000'000).signature(48, 3, 3).tempo(96, 500'000).at(96, {0x90, 1, 1}).end(96)});
    Player player(song.get());
    player.sequencer.play();
    player.run(12'000 + 24'000 + 48'000 + 1, 100'000);
    ASSERT_EQ(player.clock.count, 4u);
    EXPECT_EQ(player.clock.points[0].sample, 0);
    EXPECT_TRUE(player.clock.points[0].playing);
    EXPECT_EQ(player.clock.points[1].sample, 12'000);
    EXPECT_EQ(player.clock.points[1].song_beat, 0.5);
    EXPECT_EQ(player.clock.points[1].tempo, 60);
    EXPECT_EQ(player.clock.points[2].sample, 36'000);
    EXPECT_EQ(player.clock.points[2].numerator, 3);
    EXPECT_EQ(player.clock.points[2].denominator, 8);
    EXPECT_EQ(player.clock.points[2].bar, 1);
    EXPECT_EQ(player.clock.points[2].bar_beat, 1);
    EXPECT_EQ(player.clock.points[3].tempo, 120);
    EXPECT_EQ(player.clock.points[3].clock_beat, 2);
    player.run(10);
    ASSERT_EQ(player.clock.count, 1u) << "the one in force, as it was";
    EXPECT_EQ(player.clock.points[0].sample, 84'000);
}

TEST(Sequencer, MergesTooManyChanges) {
    Track track;
    for (std::uint32_t i = 0; i < 200; ++i) {
        track.tempo(1, 400'000 + i * 1000);
    }
    const auto song = load_tracks(0, 960, {track.at(1, {0x90, 60, 1}).end(10)});
    Player player(song.get());
    player.sequencer.play();
    const auto frames = static_cast<std::int64_t>(song->sample_of_beat(song->beat_of(201), rate)) + 5;
    const auto events = player.run(frames, 100'000);
    ASSERT_EQ(player.clock.count, ClockMap::max_points);
    EXPECT_NEAR(player.clock.beat_at(static_cast<double>(frames)),
                song->beat_of_sample(static_cast<double>(frames), rate), 1e-9);
    ASSERT_EQ(events.size(), 1u);
    EXPECT_EQ(events[0].time, scripting::round_sample(song->sample_of_beat(song->beat_of(201), rate)));
    for (std::uint32_t i = 1; i < player.clock.count; ++i) {
        EXPECT_GE(player.clock.points[i].sample, player.clock.points[i - 1].sample);
    }
}

TEST(Sequencer, WhatDoesNotFitComesLater) {
    Track track;
    for (std::uint8_t key = 0; key < 100; ++key) {
        track.at(0, {0x90, key, 1});
    }
    const auto song = load_tracks(0, 96, {track.end(96)});
    Player player(song.get(), 8);
    player.sequencer.play();
    auto events = player.run(64 * 13);
    ASSERT_EQ(events.size(), 100u);
    for (std::size_t i = 0; i < events.size(); ++i) {
        EXPECT_EQ(events[i].origin, i + 1);
        EXPECT_EQ(events[i].time, static_cast<std::int64_t>(i / 8 * 64));
    }
    player.sequencer.stop();
    std::map<int, int> offs;
    for (const Event& event : player.run(64 * 20)) {
        EXPECT_EQ(event.kind, Kind::note_off);
        ++offs[event.data[1]];
    }
    EXPECT_EQ(offs.size(), 100u) << "each key once";
    EXPECT_EQ(player.sequencer.events_lost(), 0u);
}

TEST(Sequencer, WhatDoesNotFitKeepsItsOrderAcrossALoop) {
    Track track;
    for (std::uint8_t cc = 1; cc < 60; ++cc) {
        track.at(0, {0xB0, cc, 1});
    }
    const auto song = load_tracks(0, 96, {track.at(2, {0x90, 60, 1}).at(3, {0xB0, 7, 9}).end(1)});
    Player player(song.get(), 5);
    player.sequencer.set_loop(true);
    player.sequencer.seek(song->beat_of(3));
    player.sequencer.play();
    const auto events = player.run(200'000, 1024);
    for (std::size_t i = 0; i < 5; ++i) {
        EXPECT_EQ(events[i].origin, 0u) << "chased first";
    }
    EXPECT_GT(player.sequencer.events_lost(), 0u) << "a list far too small is told of";
}

TEST(Sequencer, ShowsBarsAndBeats) {
    const auto song = load_tracks(0, 96, {Track().signature(96 * 8, 6, 3).at(96 * 30, {0x90, 1, 1}).end(960)});
    Player player(song.get());
    const auto at = [&](double beat) {
        player.sequencer.seek(beat);
        const SongPosition position = player.sequencer.position();
        return std::vector<int>{position.bar, position.beat, position.tick, position.numerator, position.denominator};
    };
    EXPECT_THAT(at(0), ElementsAre(1, 1, 0, 4, 4));
    EXPECT_THAT(at(3.5), ElementsAre(1, 4, 480, 4, 4));
    EXPECT_THAT(at(3.999999999), ElementsAre(2, 1, 0, 4, 4));
    EXPECT_THAT(at(7.25), ElementsAre(2, 4, 240, 4, 4));
    EXPECT_THAT(at(8), ElementsAre(3, 1, 0, 6, 8));
    EXPECT_THAT(at(9.25), ElementsAre(3, 3, 480, 6, 8));
    EXPECT_THAT(at(11), ElementsAre(4, 1, 0, 6, 8));
}

TEST(Sequencer, NeverAllocates) {
    const auto paths = testing::song_set();
    ASSERT_EQ(paths.size(), testing::song_set_size);
    const auto song = Song::load(paths[10]);
    Sequencer sequencer(rate);
    ClockMap clock;
    EventList list(4096);
    allocations::Scope scope;
    sequencer.set_song(song.get());
    sequencer.set_loop(true);
    for (std::int64_t block = 0; block < 20'000; ++block) {
        if (block % 1000 == 0) {
            sequencer.play();
        } else if (block % 1000 == 300) {
            sequencer.seek(static_cast<double>(block % 7) * 20);
        } else if (block % 1000 == 600) {
            sequencer.set_tempo(static_cast<double>(block % 3) * 70);
        } else if (block % 1000 == 900) {
            sequencer.stop();
        }
        list.clear();
        sequencer.next_block(block * 256, 256, clock, list);
    }
    EXPECT_EQ(scope.count(), 0u);
    EXPECT_EQ(scope.frees(), 0u);
}

TEST(Sequencer, AGapInTimeMovesTheSong) {
    const auto song = four_notes();
    Player player(song.get());
    player.sequencer.play();
    player.time = 1'000'000;
    EXPECT_THAT(words(player.run(12'001)), ElementsAre("1000000: 90 60 100 #1", "1012000: 80 60 10 #2"));
}

}  // namespace
}  // namespace outboard::audio
