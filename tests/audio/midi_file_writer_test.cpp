#include "audio/midi_file_writer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <map>
#include <stdexcept>

#include "audio/midi_file.h"
#include "songs.h"

namespace outboard::audio {
namespace {

using scripting::Event;
using scripting::Kind;
using testing::Bytes;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::load_tracks;
using testing::play_song;
using testing::Track;

constexpr double rate = 48000;

/// The events of one chunk as text, in file order.
std::vector<std::string> chunk_of(const MidiFile& file, std::uint16_t chunk) {
    std::vector<std::string> list;
    for (const SongEvent& event : file.events) {
        if (event.track == chunk) {
            std::string text = std::to_string(event.tick) + ":";
            for (const std::uint8_t byte : event.bytes) {
                char hex[4];
                std::snprintf(hex, sizeof hex, " %02X", byte);
                text += hex;
            }
            list.push_back(text);
        }
    }
    return list;
}

MidiFile written(const Song& song, const std::vector<Event>& events, double at = rate) {
    return parse_midi_file(encode_midi_file(song, events, at), "written");
}

Event note_event(std::int64_t time, std::uint8_t status, std::uint8_t key, std::uint8_t velocity,
                 std::uint32_t origin = 0) {
    Event event = scripting::event_from_midi(time, 0, status, key, velocity);
    event.origin = origin;
    return event;
}

std::vector<Event> without_offs_of_the_host(std::vector<Event> events) {
    std::erase_if(events, [](const Event& event) { return event.origin == 0; });
    return events;
}

TEST(MidiFileWriter, EverySongComesBackAsItWas) {
    const auto paths = testing::song_set();
    ASSERT_EQ(paths.size(), testing::song_set_size) << "install the package openttd-openmsx";
    for (const std::string& path : paths) {
        for (const double at : {48000.0, 44100.0, 8000.0}) {
            const auto song = Song::load(path);
            const MidiFile before = read_midi_file(path);
            const MidiFile after = written(*song, without_offs_of_the_host(play_song(*song, at, 1024)), at);
            ASSERT_EQ(after.format, before.format);
            ASSERT_EQ(after.division, before.division);
            ASSERT_EQ(after.track_count, before.track_count);
            ASSERT_EQ(after.track_ends, before.track_ends) << path;
            ASSERT_EQ(after.events.size(), before.events.size()) << path;
            for (std::size_t i = 0; i < before.events.size(); ++i) {
                ASSERT_EQ(after.events[i].tick, before.events[i].tick) << path << " event " << i;
                ASSERT_EQ(after.events[i].track, before.events[i].track) << path << " event " << i;
                ASSERT_EQ(after.events[i].bytes, before.events[i].bytes) << path << " event " << i;
            }
        }
    }
}

TEST(MidiFileWriter, OddEventsComeBackAsTheyWere) {
    const auto song = load_tracks(1, 96,
                                  {Track()
                                       .tempo(0, 400'000)
                                       .at(0, {0xFF, 0x03, 1, 'a'})
                                       .tempo(77, 333'333)
                                       .at(3, {0xF0, 4, 1, 2, 3, 0xF7})
                                       .at(0, {0xFF, 0x7F, 0})
                                       .end(9),
                                   Track()
                                       .at(0, {0x90, 60, 1})
                                       .at(0, {0xFF, 0x06, 1, 'x'})
                                       .at(0, {0x90, 60, 2})
                                       .at(5, {0x90, 60, 0})
                                       .at(0, {0x80, 60, 99})
                                       .at(0, {0x80, 61, 3})
                                       .at(0, {0xFF, 0x05, 2, 'l', 'a'})
                                       .at(0x0FFFFFF, {0xF7, 1, 0xF3})
                                       .end(5)});
    const MidiFile after = written(*song, without_offs_of_the_host(play_song(*song, rate, 8192)));
    EXPECT_THAT(chunk_of(after, 0), ElementsAre("0: FF 51 06 1A 80", "0: FF 03 61", "77: FF 51 05 16 15",
                                                "80: F0 01 02 03 F7", "80: FF 7F"));
    EXPECT_THAT(chunk_of(after, 1), ElementsAre("0: 90 3C 01", "0: FF 06 78", "0: 90 3C 02", "5: 90 3C 00",
                                                "5: 80 3C 63", "5: 80 3D 03", "5: FF 05 6C 61", "16777220: F7 F3"));
    EXPECT_THAT(after.track_ends, ElementsAre(89, 16777225));
}

/// One beat is 24000 samples, one tick is 250; channel 3 lives in chunk 2.
std::shared_ptr<const Song> small_song() {
    return load_tracks(1, 96,
                       {Track().tempo(0, 500'000).end(), Track().at(0, {0x90, 60, 1}).end(96),
                        Track().at(96, {0x92, 61, 1}).at(0, {0xFF, 0x01, 1, 't'}).at(96, {0x82, 61, 0}).end()});
}

TEST(MidiFileWriter, PutsNewEventsOnTheNearestTickInTheChunkOfTheirChannel) {
    const auto song = small_song();
    const MidiFile file = written(
        *song, {note_event(0, 0x90, 60, 1, 1), note_event(124, 0x92, 1, 1), note_event(126, 0x92, 2, 1),
                note_event(251, 0x95, 3, 1), note_event(24'000, 0x92, 61, 1, 2), note_event(100'000, 0x85, 3, 7)});
    EXPECT_THAT(chunk_of(file, 0), ElementsAre("0: FF 51 07 A1 20"));
    EXPECT_THAT(chunk_of(file, 1), ElementsAre("0: 90 3C 01", "1: 95 03 01", "400: 85 03 07"));
    EXPECT_THAT(chunk_of(file, 2), ElementsAre("0: 92 01 01", "1: 92 02 01", "96: 92 3D 01", "96: FF 01 74"));
    EXPECT_THAT(file.track_ends, ElementsAre(0, 400, 192)) << "a chunk ends later only if an event does";
}

TEST(MidiFileWriter, AMovedOriginIsANewEvent) {
    const auto song = small_song();
    // The origin's note, one tick late, changed in key: it keeps nothing of the origin's place.
    const MidiFile file = written(*song, {note_event(24'250, 0x90, 70, 9, 2)});
    EXPECT_THAT(chunk_of(file, 1), ElementsAre("97: 90 46 09"));
    EXPECT_THAT(chunk_of(file, 2), ElementsAre("96: FF 01 74"));
}

TEST(MidiFileWriter, ChangedBytesStayInPlace) {
    const auto song = small_song();
    const MidiFile file = written(*song, {note_event(24'000, 0x92, 65, 9, 2), note_event(24'000, 0x92, 69, 9, 2)});
    EXPECT_THAT(chunk_of(file, 2), ElementsAre("96: 92 41 09", "96: 92 45 09", "96: FF 01 74"));
}

TEST(MidiFileWriter, RoundingNeverTurnsEventsAround) {
    // A tick is 1.25 samples: an off that comes before a note of the song may round onto a later tick than that.
    const auto song = load_tracks(0, 19'200, {Track().at(1, {0x90, 60, 1}).at(1, {0x90, 62, 1}).end(9)});
    ASSERT_EQ(song->playable.size(), 2u);
    const auto sample = [&](std::size_t i) {
        return scripting::round_sample(song->sample_of_beat(song->playable[i].beat, rate));
    };
    const MidiFile file = written(*song, {note_event(sample(0), 0x90, 60, 1, 1), note_event(sample(1), 0x80, 60, 64),
                                          note_event(sample(1), 0x90, 62, 1, 2), note_event(sample(1), 0x80, 62, 64)});
    EXPECT_THAT(chunk_of(file, 0), ElementsAre("1: 90 3C 01", "2: 80 3C 40", "2: 90 3E 01", "2: 80 3E 40"));
}

TEST(MidiFileWriter, OrderAtOneTickIsTheOutputsOrder) {
    const auto song = load_tracks(0, 96, {Track().at(0, {0xFF, 0x01, 1, 'a'}).at(0, {0x90, 60, 1}).end(96)});
    const MidiFile file = written(*song, {note_event(0, 0x90, 1, 1), note_event(0, 0x80, 1, 1),
                                          note_event(1, 0x90, 2, 1), note_event(0, 0x90, 60, 1, 1)});
    EXPECT_THAT(chunk_of(file, 0),
                ElementsAre("0: FF 01 61", "0: 90 01 01", "0: 80 01 01", "0: 90 02 01", "0: 90 3C 01"));
}

TEST(MidiFileWriter, BridgesEndlessSilence) {
    const auto song = load_tracks(0, 1, {Track().at(0x0FFFFFFF, {0x90, 60, 1}).at(0x0FFFFFFF, {0xFF, 1, 0}).end()});
    // Without the note the text is further away than one delta time can say.
    const MidiFile file = written(*song, {});
    EXPECT_THAT(chunk_of(file, 0), ElementsAre("268435455: FF 01", "536870910: FF 01"));
}

TEST(MidiFileWriter, AChokeIsWrittenAsAnOff) {
    Event choke = note_event(0, 0x92, 61, 1);
    choke.kind = Kind::choke;
    EXPECT_THAT(chunk_of(written(*small_song(), {choke}), 2), ElementsAre("0: 82 3D 40", "96: FF 01 74"));
}

TEST(MidiFileWriter, WritesAllOrNothing) {
    const auto song = small_song();
    const testing::TemporaryPath good("b.mid");
    write_midi_file(good.path(), *song, {}, rate);
    write_midi_file(good.path(), *song, {}, rate);
    EXPECT_EQ(good.files_in_folder(), 1u);
    EXPECT_EQ(Song::load(good.path())->track_count, 3);

    const std::string folder = std::filesystem::path(good.path()).parent_path().string();
    const std::string inside_a_file = good.path() + "/c.mid";
    const std::string missing_folder = folder + "/no/such/folder/c.mid";
    for (const std::string& path : {folder, inside_a_file, missing_folder, std::string()}) {
        try {
            write_midi_file(path, *song, {}, rate);
            ADD_FAILURE() << path;
        } catch (const std::runtime_error& error) {
            EXPECT_THAT(error.what(), HasSubstr(path));
            EXPECT_EQ(std::string(error.what()).back(), '.');
        }
    }
    try {
        write_midi_file("/dev/full", *song, {}, rate);
        ADD_FAILURE();
    } catch (const std::runtime_error& error) {
        EXPECT_THAT(error.what(), HasSubstr("No space left"));
    }
    EXPECT_EQ(good.files_in_folder(), 1u);
}

}  // namespace
}  // namespace outboard::audio
