#include "audio/song.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>

#include "allocations.h"
#include "songs.h"

namespace outboard::audio {
namespace {

using scripting::Kind;
using ::testing::AllOf;
using testing::Bytes;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::load_bytes;
using testing::load_tracks;
using testing::midi_file;
using testing::midi_header;
using testing::Track;

std::string sentence_of(const Bytes& bytes) {
    try {
        load_bytes(bytes);
    } catch (const std::runtime_error& error) {
        return error.what();
    }
    return "no error";
}

std::string sentence_of_path(const std::string& path) {
    try {
        Song::load(path);
    } catch (const std::runtime_error& error) {
        return error.what();
    }
    return "no error";
}

TEST(Song, LoadsEveryRealSong) {
    const auto paths = testing::song_set();
    ASSERT_EQ(paths.size(), testing::song_set_size) << "install the package openttd-openmsx";
    for (const std::string& path : paths) {
        const auto song = Song::load(path);
        EXPECT_GT(song->playable_count(), 100u) << path;
        EXPECT_EQ(song->track_ends.size(), song->track_count) << path;
        EXPECT_GT(song->length_beats(), 10) << path;
        EXPECT_EQ(song->tempi.front().tick, 0u);
        std::uint64_t last = 0;
        for (const SongEvent& event : song->events) {
            ASSERT_GE(event.tick, last);
            last = event.tick;
        }
        for (std::size_t i = 0; i < song->playable.size(); ++i) {
            ASSERT_EQ(song->playable[i].message.origin, i + 1);
        }
    }
}

TEST(Song, KeepsEveryByte) {
    const auto song = load_tracks(1, 96,
                                  {Track()
                                       .at(0, {0xFF, 0x03, 0x04, 'N', 'a', 'm', 'e'})
                                       .at(0, {0xF0, 0x05, 0x7E, 0x7F, 0x09, 0x01, 0xF7})
                                       .at(10, {0xF7, 0x02, 0x01, 0x02})
                                       .at(0, {0xFF, 0x7F, 0x00})
                                       .end(5),
                                   Track()
                                       .at(0, {0x91, 60, 100})
                                       .at(4, {62, 0})         // running status, velocity 0
                                       .at(1, {0x81, 60, 33})  // release velocity
                                       .at(0, {0xFF, 0x06, 0x01, 'x'})
                                       .at(0, {61, 34})  // running status across a meta, an off without an on
                                       .at(300, {0xC1, 5})
                                       .at(0, {6})
                                       .at(0, {0xE1, 0x01, 0x7F})
                                       .at(0, {0xD1, 0x11})
                                       .at(0, {0xA1, 60, 0x12})
                                       .end()});
    std::vector<Bytes> bytes;
    std::vector<std::uint64_t> ticks;
    for (const SongEvent& event : song->events) {
        bytes.push_back(event.bytes);
        ticks.push_back(event.tick);
    }
    EXPECT_THAT(bytes,
                ElementsAre(Bytes{0xFF, 0x03, 'N', 'a', 'm', 'e'}, Bytes{0xF0, 0x7E, 0x7F, 0x09, 0x01, 0xF7},
                            Bytes{0x91, 60, 100}, Bytes{0x91, 62, 0}, Bytes{0x81, 60, 33}, Bytes{0xFF, 0x06, 'x'},
                            Bytes{0x81, 61, 34}, Bytes{0xF7, 0x01, 0x02}, Bytes{0xFF, 0x7F}, Bytes{0xC1, 5},
                            Bytes{0xC1, 6}, Bytes{0xE1, 0x01, 0x7F}, Bytes{0xD1, 0x11}, Bytes{0xA1, 60, 0x12}));
    EXPECT_THAT(ticks, ElementsAre(0, 0, 0, 4, 5, 5, 5, 10, 10, 305, 305, 305, 305, 305));
    EXPECT_THAT(song->track_ends, ElementsAre(15, 305));
    EXPECT_EQ(song->length_ticks, 305u);
    EXPECT_EQ(song->playable_count(), 11u);
    EXPECT_EQ(song->playable[2].message.kind, Kind::note_off);
    EXPECT_EQ(song->playable[2].message.data[0], 0x91);
    EXPECT_THAT(song->sysex(1), ElementsAre(0xF0, 0x7E, 0x7F, 0x09, 0x01, 0xF7));
    EXPECT_THAT(song->sysex(2), ElementsAre(0xF7, 0x01, 0x02));
    EXPECT_TRUE(song->sysex(0).empty());
    EXPECT_TRUE(song->sysex(3).empty());
}

TEST(Song, MapsTempo) {
    const auto song = load_tracks(0, 480,
                                  {Track()
                                       .tempo(0, 500'000)
                                       .tempo(480, 250'000)
                                       .tempo(0, 1'000'000)
                                       .tempo(960, 0)
                                       .at(0, {0x90, 60, 1})
                                       .end(480)});
    ASSERT_EQ(song->tempi.size(), 2u) << "the last of one tick holds; a tempo of 0 is none";
    EXPECT_EQ(song->tempi[1].bpm, 60);
    EXPECT_EQ(song->tempi[1].seconds, 0.5);
    EXPECT_EQ(song->sample_of_beat(0.5, 48000), 12000);
    EXPECT_EQ(song->sample_of_beat(1, 48000), 24000);
    EXPECT_EQ(song->sample_of_beat(4, 48000), 24000 + 3 * 48000);
    EXPECT_EQ(song->beat_of_sample(24000 + 24000, 48000), 1.5);
    EXPECT_EQ(song->beat_of_sample(12000, 48000), 0.5);
    EXPECT_EQ(song->length_beats(), 4);
}

TEST(Song, TempoBeforeTheFirstChangeIs120) {
    const auto song = load_tracks(1, 100, {Track().tempo(100, 1'000'000).end(), Track().at(200, {0x90, 1, 1}).end()});
    EXPECT_EQ(song->sample_of_beat(1, 1000), 500);
    EXPECT_EQ(song->sample_of_beat(2, 1000), 1500);
}

TEST(Song, CountsBarsAcrossSignatures) {
    // 4/4 for two bars, 3/8 for two bars, then a change in the middle of the third.
    const auto song = load_tracks(0, 4, {Track().signature(32, 3, 3).signature(12 + 2, 7, 3).end(100)});
    ASSERT_EQ(song->signatures.size(), 3u);
    EXPECT_EQ(song->signatures[1].bar, 2);
    EXPECT_EQ(song->signatures[1].beat, 8);
    EXPECT_EQ(song->signatures[1].numerator, 3);
    EXPECT_EQ(song->signatures[1].denominator, 8);
    EXPECT_EQ(song->signatures[2].bar, 5);
    EXPECT_EQ(song->signature_index(8), 1u);
    EXPECT_EQ(song->signature_index(7.9), 0u);
}

TEST(Song, ReadsSmpteDivisions) {
    const auto film = load_tracks(0, (0x100 - 25) << 8 | 40, {Track().tempo(0, 250'000).at(1000, {0x90, 1, 1}).end()});
    EXPECT_EQ(film->ticks_per_beat, 500);
    EXPECT_EQ(film->sample_of_beat(film->beat_of(1000), 48000), 48000) << "1000 ticks are a second, tempo or not";
    const auto odd = load_tracks(0, (0x100 - 25) << 8 | 1, {Track().at(25, {0x90, 1, 1}).end()});
    EXPECT_EQ(odd->sample_of_beat(odd->beat_of(25), 48000), 48000);
    const auto drop = load_tracks(0, (0x100 - 29) << 8 | 100, {Track().at(3000, {0x90, 1, 1}).end()});
    EXPECT_NEAR(drop->sample_of_beat(drop->beat_of(3000), 48000), 48048, 1e-6);
}

TEST(Song, TakesWhatFilesInTheWildDo) {
    Bytes bytes = midi_header(1, 1, 96);
    const Bytes alien = testing::chunk("XFIH", {1, 2, 3});
    bytes.insert(bytes.end(), alien.begin(), alien.end());
    const Bytes track = testing::chunk("MTrk", Track().at(0, {0x90, 60, 1}).bytes());  // no end of track
    bytes.insert(bytes.end(), track.begin(), track.end());
    bytes.insert(bytes.end(), {1, 2, 3});  // bytes after the last chunk
    const auto song = load_bytes(bytes);
    EXPECT_EQ(song->playable_count(), 1u);
    EXPECT_THAT(song->track_ends, ElementsAre(0));
    EXPECT_EQ(load_tracks(0, 96, {Track().end().at(0, {1, 2, 3})})->playable_count(), 0u);
}

TEST(Song, ChaseIsTheSameFromAnyCheckpoint) {
    Track track;
    for (int i = 0; i < 10'000; ++i) {
        track.at(1, {0xB0, static_cast<std::uint8_t>(i % 90), static_cast<std::uint8_t>(i % 127)});
    }
    const auto song = load_tracks(0, 96, {track.end()});
    for (const std::size_t count : {0u, 1u, 4095u, 4096u, 4097u, 8192u, 10'000u, 99'999u}) {
        ChaseState expected;
        for (std::size_t i = 0; i < std::min<std::size_t>(count, 10'000); ++i) {
            expected.apply(song->playable[i].message);
        }
        EventList a(ChaseState::max_events), b(ChaseState::max_events);
        expected.append(0, a);
        song->chase(count).append(0, b);
        EXPECT_EQ(testing::difference({a.begin(), a.end()}, {b.begin(), b.end()}), "") << count;
    }
}

TEST(Song, BadFilesGetOneSentence) {
    const Bytes good = midi_file(1, 96, {Track().at(0, {0x90, 60, 1}).end(), Track().at(5, {0x90, 61, 1}).end()});
    Bytes cut = good;
    cut.resize(good.size() - 3);
    Bytes one_track = good;
    one_track.resize(14 + 8 + 8);
    struct Case {
        const char* name;
        Bytes bytes;
        std::vector<std::string> words;
    };
    const std::vector<Case> cases{
        {"empty", {}, {"empty"}},
        {"one byte", {'M'}, {"no standard MIDI file"}},
        {"a PNG", {0x89, 'P', 'N', 'G', 13, 10, 26, 10, 0, 0, 0, 13, 'I', 'H', 'D', 'R'}, {"no standard MIDI file"}},
        {"half a header", {'M', 'T', 'h', 'd', 0, 0, 0, 6, 0, 1}, {"truncated at byte 10"}},
        {"short header", {'M', 'T', 'h', 'd', 0, 0, 0, 2, 0, 1, 0, 1, 0, 1}, {"at byte 4", "damaged"}},
        {"endless header", {'M', 'T', 'h', 'd', 255, 255, 255, 255, 0, 1, 0, 1, 0, 1}, {"truncated at byte 14"}},
        {"format 2", midi_file(2, 96, {Track().end()}), {"format 2", "0 or 1"}},
        {"format 7", midi_file(7, 96, {Track().end()}), {"format 7"}},
        {"no tracks", midi_file(1, 96, {}), {"no tracks"}},
        {"division 0", midi_file(1, 0, {Track().end()}), {"at byte 12"}},
        {"SMPTE 31", midi_file(1, (0x100 - 31) << 8 | 4, {Track().end()}), {"SMPTE division of 31"}},
        {"cut", cut, {"truncated at byte " + std::to_string(cut.size()), "track 2 of 2", "3 more bytes"}},
        {"one track of two", one_track, {"truncated at byte 30", "1 of the 2 tracks"}},
        {"data byte first", midi_file(0, 96, {Track().at(0, {60, 1})}), {"at byte 23", "data byte (3C)"}},
        {"status inside", midi_file(0, 96, {Track().at(0, {0x90, 0x80, 1})}), {"at byte 24", "80"}},
        {"status F4", midi_file(0, 96, {Track().at(0, {0xF4})}), {"status byte F4"}},
        {"delta only", midi_file(0, 96, {Track().at(0, {})}), {"between a delta time and its event"}},
        {"half a note", midi_file(0, 96, {Track().at(0, {0x90, 60})}), {"2 more bytes where its track has 1"}},
        {"half a meta", midi_file(0, 96, {Track().at(0, {0xFF})}), {"1 more bytes where its track has 0"}},
        {"huge meta",
         midi_file(0, 96, {Track().at(0, {0xFF, 1, 0xFF, 0xFF, 0xFF, 0x7F, 1})}),
         {"268435455 more bytes"}},
        {"huge sysex", midi_file(0, 96, {Track().at(0, {0xF0, 0xFF, 0xFF, 0xFF, 0x7F, 1})}), {"268435455 more bytes"}},
        {"five byte length", midi_file(0, 96, {Track().at(0, {0xF0, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F})}), {"four bytes"}},
        {"cut length", midi_file(0, 96, {Track().at(0, {0xF0, 0xFF})}), {"cuts off"}},
    };
    for (const Case& item : cases) {
        allocations::Scope scope;
        const std::string sentence = sentence_of(item.bytes);
        EXPECT_LT(scope.largest(), 100'000u) << item.name;
        EXPECT_THAT(sentence, HasSubstr("song.mid: ")) << item.name;
        for (const std::string& word : item.words) {
            EXPECT_THAT(sentence, HasSubstr(word)) << item.name;
        }
        EXPECT_EQ(sentence.find('\n'), std::string::npos) << item.name;
        EXPECT_EQ(sentence.back(), '.') << item.name;
    }
}

TEST(Song, WhatIsNoFileGetsOneSentence) {
    EXPECT_THAT(sentence_of_path("no/such/song.mid"), AllOf(HasSubstr("no/such/song.mid"), HasSubstr("no such song")));
    EXPECT_THAT(sentence_of_path(::testing::TempDir()), HasSubstr("folder"));
    EXPECT_THAT(sentence_of_path("/dev/null"), HasSubstr("no ordinary file"));
    EXPECT_THAT(sentence_of_path(""), HasSubstr("no such song"));
}

}  // namespace
}  // namespace outboard::audio
