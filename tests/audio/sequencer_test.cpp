#include "audio/sequencer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "allocations.h"
#include "songs.h"

namespace outboard::audio {
namespace {

using scripting::ClockMap;
using scripting::Event;
using scripting::Kind;
using testing::Bytes;
using testing::difference;
using ::testing::ElementsAre;
using testing::load_tracks;
using testing::play_song;
using testing::Track;

constexpr double rate = 48000;

/// A sequencer with the buffers that its caller owns.
class Player {
public:
    explicit Player(const Song* song = nullptr, std::size_t capacity = 4096) : list_(capacity) {
        sequencer.set_song(song);
    }
    /// Runs `frames` frames in blocks of at most `block`; what came out.
    std::vector<Event> run(std::int64_t frames, std::uint32_t block = 64) {
        std::vector<Event> events;
        for (const std::int64_t end = time + frames; time < end;) {
            const auto count = static_cast<std::uint32_t>(std::min<std::int64_t>(block, end - time));
            list_.clear();
            sequencer.next_block(time, count, clock, list_);
            std::int64_t last = time;
            for (const Event& event : list_) {
                EXPECT_GE(event.time, last) << "inside the block, in time order";
                EXPECT_LT(event.time, time + count);
                last = event.time;
            }
            events.insert(events.end(), list_.begin(), list_.end());
            time += count;
        }
        return events;
    }
    Sequencer sequencer{rate};
    ClockMap clock;
    std::int64_t time = 0;

private:
    EventList list_;
};

std::vector<std::string> words(const std::vector<Event>& events) {
    std::vector<std::string> list;
    for (const Event& event : events) {
        char text[80];
        std::snprintf(text, sizeof text, "%lld: %02X %d %d #%u", static_cast<long long>(event.time), event.data[0],
                      event.data[1], event.data[2], event.origin);
        list.emplace_back(text);
    }
    return list;
}

/// One beat is 24000 samples; a note per beat, each half a beat long.
std::shared_ptr<const Song> four_notes() {
    Track track;
    for (std::uint8_t key = 60; key < 64; ++key) {
        track.at(key == 60 ? 0 : 48, {0x90, key, 100}).at(48, {0x80, key, 10});
    }
    return load_tracks(0, 96, {track.end(48)});
}

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
