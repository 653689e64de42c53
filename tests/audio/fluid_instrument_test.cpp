#include "audio/fluid_instrument.h"

#include <fluidsynth.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <stdexcept>

#include "allocations.h"
#include "songs.h"

namespace outboard::audio {
namespace {

using scripting::Event;
using scripting::Kind;
using testing::Bytes;
using ::testing::HasSubstr;
using testing::load_tracks;
using testing::play_song;
using testing::Track;

constexpr double rate = 48000;

std::string font() {
    const std::string path = default_soundfont();
    EXPECT_FALSE(path.empty()) << "install the package timgm6mb-soundfont";
    return path;
}

struct Sound {
    std::vector<float> left, right;
    bool operator==(const Sound&) const = default;
};

double level(const std::vector<float>& samples, std::size_t begin, std::size_t end) {
    double sum = 0;
    for (std::size_t i = begin; i < end; ++i) {
        sum += static_cast<double>(samples[i]) * samples[i];
    }
    return std::sqrt(sum / static_cast<double>(end - begin));
}

/// An instrument that is played in blocks.
class Player {
public:
    explicit Player(std::uint32_t block = 64, double at = rate) : instrument(font(), at), block_(block) {}

    /// `events` have absolute times; those outside the next `frames` are left out.
    Sound run(const std::vector<Event>& events, std::int64_t frames) {
        Sound sound{std::vector<float>(static_cast<std::size_t>(frames)),
                    std::vector<float>(static_cast<std::size_t>(frames))};
        const std::int64_t begin = time, end = time + frames;
        auto next = std::find_if(events.begin(), events.end(), [&](const Event& e) { return e.time >= begin; });
        while (time < end) {
            const auto count = std::min<std::int64_t>(block_, end - time);
            const auto stop = std::find_if(next, events.end(), [&](const Event& e) { return e.time >= time + count; });
            instrument.process(time, static_cast<std::uint32_t>(count), std::span(next, stop),
                               sound.left.data() + (time - begin), sound.right.data() + (time - begin));
            next = stop;
            time += count;
        }
        return sound;
    }

    FluidInstrument instrument;
    std::int64_t time = 0;

private:
    std::uint32_t block_;
};

Event message(std::int64_t time, std::uint8_t status, std::uint8_t first, std::uint8_t second = 0) {
    return scripting::event_from_midi(time, 0, status, first, second);
}

Event played(std::int64_t time, std::uint8_t status, std::uint8_t key, std::uint8_t velocity, std::int32_t id) {
    Event event = message(time, status, key, velocity);
    event.played = true;
    event.note_id = id;
    return event;
}

std::vector<std::shared_ptr<const Song>> three_songs() {
    const auto paths = testing::song_set();
    if (paths.size() != testing::song_set_size) {
        ADD_FAILURE() << "install the package openttd-openmsx";
        return {};
    }
    return {Song::load(paths[0]), Song::load(paths[10]), Song::load(paths[25])};
}

// ---- the reference: FluidSynth and nothing else -------------------------------------------------------------------

class Reference {
public:
    Reference() {
        settings_ = new_fluid_settings();
        fluid_settings_setnum(settings_, "synth.sample-rate", rate);
        fluid_settings_setnum(settings_, "synth.gain", 0.2);
        fluid_settings_setint(settings_, "synth.reverb.active", 0);
        fluid_settings_setint(settings_, "synth.chorus.active", 0);
        synth_ = new_fluid_synth(settings_);
        EXPECT_NE(fluid_synth_sfload(synth_, font().c_str(), 1), FLUID_FAILED);
    }
    ~Reference() {
        delete_fluid_synth(synth_);
        delete_fluid_settings(settings_);
    }
    Reference(const Reference&) = delete;
    Reference& operator=(const Reference&) = delete;

    /// Chunks of 64 frames; before chunk n come the events with n*64 - 64 < time <= n*64.
    Sound play(const Song& song, const std::vector<Event>& events, std::int64_t frames) {
        Sound sound{std::vector<float>(static_cast<std::size_t>(frames)),
                    std::vector<float>(static_cast<std::size_t>(frames))};
        std::size_t next = 0;
        for (std::int64_t at = 0; at < frames; at += 64) {
            for (; next < events.size() && events[next].time <= at; ++next) {
                send(song, events[next]);
            }
            const int count = static_cast<int>(std::min<std::int64_t>(64, frames - at));
            fluid_synth_write_float(synth_, count, sound.left.data() + at, 0, 1, sound.right.data() + at, 0, 1);
        }
        return sound;
    }

private:
    void send(const Song& song, const Event& event) {
        const int channel = event.data[0] & 15, first = event.data[1], second = event.data[2];
        if (event.kind == Kind::sysex) {
            const auto bytes = song.sysex(event.blob);
            fluid_synth_sysex(synth_, reinterpret_cast<const char*>(bytes.data()) + 1,
                              static_cast<int>(bytes.size()) - 2, nullptr, nullptr, nullptr, 0);
            return;
        }
        switch (event.data[0] & 0xF0) {
            case 0x80:
                fluid_synth_noteoff(synth_, channel, first);
                break;
            case 0x90:
                fluid_synth_noteon(synth_, channel, first, second);
                break;
            case 0xA0:
                fluid_synth_key_pressure(synth_, channel, first, second);
                break;
            case 0xB0:
                fluid_synth_cc(synth_, channel, first, second);
                break;
            case 0xC0:
                fluid_synth_program_change(synth_, channel, first);
                break;
            case 0xD0:
                fluid_synth_channel_pressure(synth_, channel, first);
                break;
            default:
                fluid_synth_pitch_bend(synth_, channel, second * 128 + first);
                break;
        }
    }

    fluid_settings_t* settings_ = nullptr;
    fluid_synth_t* synth_ = nullptr;
};

TEST(FluidInstrument, SoundsLikeFluidSynthSampleForSample) {
    for (const auto& song : three_songs()) {
        const std::int64_t frames = 30 * 48000;
        const auto events = play_song(*song, rate, 512, frames);
        const Sound expected = Reference().play(*song, events, frames);
        ASSERT_GT(level(expected.left, 0, expected.left.size()), 1e-4) << song->path;
        Player player(441);
        player.instrument.set_sysex_source(song.get());
        EXPECT_TRUE(player.run(events, frames) == expected) << song->path;
        EXPECT_EQ(player.instrument.figures().events, events.size());
        EXPECT_EQ(player.instrument.figures().sysex_dropped, 0u);
    }
}

TEST(FluidInstrument, SamplesDoNotDependOnTheBlockSize) {
    for (const auto& song : three_songs()) {
        const std::int64_t frames = 10 * 48000;
        const auto events = play_song(*song, rate, 512, frames);
        const Sound expected = Player(64).run(events, frames);
        for (const std::uint32_t block : {32u, 441u, 1024u, 8192u}) {
            EXPECT_TRUE(Player(block).run(events, frames) == expected) << song->path << " at " << block;
        }
    }
}

TEST(FluidInstrument, SingleFramesAndAStartOffTheGrid) {
    const std::vector<Event> events{message(1001, 0x90, 60, 100), message(1024, 0x90, 64, 100),
                                    message(1025, 0x80, 60, 0), message(1999, 0x80, 64, 0)};
    const Sound expected = Player(64).run(events, 3000);
    EXPECT_TRUE(Player(1).run(events, 3000) == expected);
    for (std::size_t i = 0; i < 1024; ++i) {
        ASSERT_EQ(expected.left[i], 0.0f) << "1001 sounds from grid point 1024 on";
    }
    // Made in the middle of a run, at a sample that is on no grid point.
    Player late(100);
    late.time = 777;
    const Sound rest = late.run(events, 3000 - 777);
    EXPECT_TRUE(std::equal(rest.left.begin(), rest.left.end(), expected.left.begin() + 777));
    EXPECT_TRUE(std::equal(rest.right.begin(), rest.right.end(), expected.right.begin() + 777));
}

TEST(FluidInstrument, NeitherAllocatesNorFrees) {
    {
        allocations::Scope scope;
        auto memory = std::make_unique<std::array<char, 1000>>();
        memory->at(3) = 1;
        ASSERT_EQ(scope.count(), 1u) << "the counter counts";
        ASSERT_GE(scope.largest(), 1000u);
    }
    {
        allocations::Scope scope;
        delete_fluid_settings(new_fluid_settings());
        ASSERT_GT(scope.count(), 10u) << "and sees what FluidSynth does";
    }
    auto songs = three_songs();
    songs.push_back(load_tracks(0, 96,
                                {Track()
                                     .at(0, {0xF0, 5, 0x7E, 0x7F, 0x09, 0x01, 0xF7})
                                     .at(0, {0xF0, 10, 0x41, 0x10, 0x42, 0x12, 0x40, 0x00, 0x7F, 0x00, 0x41, 0xF7})
                                     .at(0, {0xF0, 8, 0x43, 0x10, 0x4C, 0x00, 0x00, 0x7E, 0x00, 0xF7})
                                     .at(1, {0x90, 60, 100})
                                     .at(0, {0xA0, 60, 7})
                                     .at(0, {0xD0, 7})
                                     .at(0, {0xB0, 121, 0})
                                     .at(0, {0xB0, 123, 0})
                                     .at(0, {0xB0, 126, 1})
                                     .at(1, {0x90, 60, 100})
                                     .at(1, {0x90, 62, 100})
                                     .at(1, {0xB0, 127, 0})
                                     .end(960)}));
    for (const auto& song : songs) {
        const std::int64_t frames = 10 * 48000;
        auto events = play_song(*song, rate, 512, frames);
        for (std::size_t i = 0; i < events.size(); i += 7) {
            events[i].kind = events[i].kind == Kind::note_off ? Kind::choke : events[i].kind;
        }
        FluidInstrument instrument(font(), rate);
        instrument.set_sysex_source(song.get());
        std::array<float, 128> left{}, right{};
        std::size_t next = 0;
        allocations::Scope scope;
        for (std::int64_t at = 0; at < frames; at += 128) {
            const std::size_t first = next;
            while (next < events.size() && events[next].time < at + 128) {
                ++next;
            }
            instrument.process(at, 128, std::span(events).subspan(first, next - first), left.data(), right.data());
        }
        instrument.set_program(3, 0, 40);
        instrument.sound_off();
        instrument.reset();
        EXPECT_EQ(scope.count(), 0u) << song->path;
        EXPECT_EQ(scope.frees(), 0u) << song->path;
    }
}

TEST(FluidInstrument, BadFontsGetOneSentence) {
    const testing::TemporaryPath empty("empty.sf2", {});
    const testing::TemporaryPath text("text.sf2", {'h', 'e', 'l', 'l', 'o'});
    std::ifstream file(font(), std::ios::binary);
    Bytes start(100'000);
    file.read(reinterpret_cast<char*>(start.data()), static_cast<std::streamsize>(start.size()));
    const testing::TemporaryPath cut("cut.sf2", start);
    Bytes frame{'R', 'I', 'F', 'F', 4, 0, 0, 0, 's', 'f', 'b', 'k'};
    const testing::TemporaryPath no_presets("no_presets.sf2", frame);
    frame[4] = 12;
    frame.insert(frame.end(), {'d', 'a', 't', 'a', 9, 0, 0, 0});
    const testing::TemporaryPath cut_chunk("cut_chunk.sf2", frame);
    const Bytes wave{'R', 'I', 'F', 'F', 4, 0, 0, 0, 'W', 'A', 'V', 'E'};
    const testing::TemporaryPath another("wave.sf2", wave);
    const std::vector<std::pair<std::string, std::string>> cases{{"no/such/font.sf2", "no such SoundFont"},
                                                                 {::testing::TempDir(), "no file"},
                                                                 {empty.path(), "no SoundFont"},
                                                                 {text.path(), "no SoundFont"},
                                                                 {cut.path(), "and has 100000"},
                                                                 {no_presets.path(), "no presets"},
                                                                 {cut_chunk.path(), "at byte 12"},
                                                                 {another.path(), "no SoundFont"},
                                                                 {"", "no such SoundFont"}};
    for (const auto& [path, words] : cases) {
        ::testing::internal::CaptureStderr();
        try {
            FluidInstrument instrument(path, rate);
            ADD_FAILURE() << path;
        } catch (const std::runtime_error& error) {
            EXPECT_THAT(error.what(), HasSubstr(path));
            EXPECT_THAT(error.what(), HasSubstr(words)) << path;
        }
        EXPECT_EQ(::testing::internal::GetCapturedStderr(), "") << path;
    }
    EXPECT_THROW(FluidInstrument(font(), 192'000), std::runtime_error);
    EXPECT_THROW(FluidInstrument(font(), 0), std::runtime_error);
}

// ---- notes of scripts ---------------------------------------------------------------------------------------------

double silence_after(Player& player, const std::vector<Event>& events) {
    player.run(events, 48'000);
    const Sound sound = player.run(events, 48'000);
    return level(sound.left, 0, sound.left.size());
}

constexpr std::uint8_t organ = 16;  // sounds as long as it is held

TEST(FluidInstrument, AnEarlierVoiceDoesNotEndANewerOne) {
    const std::vector<Event> base{message(0, 0xC0, organ), played(0, 0x90, 60, 100, 1)};
    auto both = base;
    both.push_back(played(4800, 0x90, 60, 100, 2));
    both.push_back(played(9600, 0x80, 60, 64, 1));  // of the first
    Player player;
    EXPECT_GT(silence_after(player, both), 1e-3) << "the second one goes on";
    player.run({played(96'000, 0x80, 60, 64, 2)}, 24'000);
    const Sound after = player.run({}, 4800);
    EXPECT_LT(level(after.left, 0, 4800), 1e-5);
    EXPECT_EQ(player.instrument.notes_hanging(), 0u);
    EXPECT_EQ(player.instrument.notes_started(), 2u);
}

TEST(FluidInstrument, AKeyUpDoesNotEndAScriptsNote) {
    Player player;
    const std::vector<Event> events{message(0, 0xC0, organ), message(0, 0x90, 60, 100), played(4800, 0x90, 60, 100, 7),
                                    message(9600, 0x80, 60, 64)};
    EXPECT_GT(silence_after(player, events), 1e-3);
    player.run({played(96'000, 0x80, 60, 64, 7)}, 24'000);
    const Sound after = player.run({}, 4800);
    EXPECT_LT(level(after.left, 0, 4800), 1e-5);
}

TEST(FluidInstrument, PlainNotesAreWhatMidiMakesThem) {
    Player player;
    const std::vector<Event> events{message(0, 0xC0, organ), message(0, 0x90, 60, 100), message(4800, 0x90, 60, 100),
                                    message(9600, 0x80, 60, 64)};
    EXPECT_LT(silence_after(player, events), 1e-5) << "one off ends the key";
    EXPECT_EQ(player.instrument.notes_hanging(), 1u) << "and the book says that one off is missing";
}

TEST(FluidInstrument, ChokeEndsANoteAtOnce) {
    for (const bool pedal : {false, true}) {
        Player player;
        std::vector<Event> events{message(0, 0xC0, 88)};  // a pad: long release
        if (pedal) {
            events.push_back(message(0, 0xB0, 64, 127));
        }
        events.push_back(played(0, 0x90, 60, 100, 1));
        events.push_back(played(0, 0x90, 67, 100, 2));
        Event choke = played(48'000, 0x90, 60, 0, 1);
        choke.kind = Kind::choke;
        player.run(events, 48'000);
        player.run({choke}, 960);
        const Sound one = player.run({}, 4800);
        EXPECT_GT(level(one.left, 0, 4800), 1e-4) << "the other note goes on";
        Event other = played(player.time, 0x90, 67, 0, 2);
        other.kind = Kind::choke;
        player.run({other}, 960);
        const Sound none = player.run({}, 4800);
        EXPECT_LT(level(none.left, 0, 4800), 1e-6) << "pedal " << pedal;
        EXPECT_EQ(player.instrument.notes_hanging(), 0u);
    }
}

TEST(FluidInstrument, ChokeOfAnOlderNoteLeavesTheNewerOne) {
    Player player;
    Event choke = played(24'000, 0x90, 60, 0, 1);
    choke.kind = Kind::choke;
    const std::vector<Event> events{message(0, 0xC0, organ), played(0, 0x90, 60, 100, 1),
                                    played(12'000, 0x90, 60, 100, 2), choke};
    EXPECT_GT(silence_after(player, events), 1e-3);
}

TEST(FluidInstrument, SoundOffEndsEverything) {
    Player player;
    player.run({message(0, 0xC0, organ), message(0, 0x90, 60, 100), played(0, 0x95, 62, 100, 3)}, 9600);
    EXPECT_EQ(player.instrument.notes_hanging(), 2u);
    EXPECT_EQ(player.instrument.keys_down()[0], (1ull << 60) | (1ull << 62));
    player.instrument.sound_off();
    EXPECT_EQ(player.instrument.notes_hanging(), 0u);
    EXPECT_EQ(player.instrument.notes_ended(), 2u);
    EXPECT_EQ(player.instrument.keys_down()[0], 0u);
    player.run({}, 960);
    const Sound after = player.run({}, 4800);
    EXPECT_LT(level(after.left, 0, 4800), 1e-6);
    player.instrument.reset();
    EXPECT_EQ(player.instrument.notes_started(), 0u);
    EXPECT_EQ(player.instrument.figures().events, 0u);
}

TEST(FluidInstrument, BooksEveryNote) {
    Player player;
    std::vector<Event> events;
    for (std::int32_t id = 0; id < 1000; ++id) {
        events.push_back(played(0, 0x90, static_cast<std::uint8_t>(id % 100), 1, id * 16'384));
    }
    events.push_back(message(10, 0x90, 127, 1));
    events.push_back(message(10, 0x80, 126, 1));
    player.run(events, 64);
    EXPECT_EQ(player.instrument.notes_started(), 1001u);
    EXPECT_EQ(player.instrument.figures().stray_offs, 1u);
    EXPECT_EQ(player.instrument.keys_down()[1], (1ull << 63) | ((1ull << 36) - 1));
    events.clear();
    for (std::int32_t id = 999; id > 0; --id) {
        events.push_back(played(64, 0x80, static_cast<std::uint8_t>(id % 100), 1, id * 16'384));
    }
    player.run(events, 64);
    EXPECT_EQ(player.instrument.notes_hanging(), 2u) << "one of the script, one plain";
    EXPECT_EQ(player.instrument.notes_ended(), 999u);
    EXPECT_EQ(player.instrument.keys_down()[0], 1u);
    EXPECT_EQ(player.instrument.keys_down()[1], 1ull << 63);
}

// ---- programs, drums, sysex -----------------------------------------------------------------------------------------

TEST(FluidInstrument, NamesWhatSounds) {
    Player player;
    const std::string piano = player.instrument.preset_name();
    EXPECT_FALSE(piano.empty());
    EXPECT_NE(player.instrument.preset_name(9), piano) << "channel 10 has the drums";
    player.run({message(0, 0xC3, organ), message(0, 0x93, 60, 1)}, 64);
    EXPECT_NE(player.instrument.preset_name(), piano);
    EXPECT_EQ(player.instrument.preset_name(), player.instrument.preset_name(3));
    player.instrument.set_program(3, 0, 0);
    EXPECT_EQ(player.instrument.preset_name(), piano);
    player.run({message(64, 0xC3, organ)}, 64);
    player.instrument.reset();
    EXPECT_EQ(player.instrument.preset_name(3), piano);
}

TEST(FluidInstrument, TakesSystemExclusive) {
    const auto song = load_tracks(0, 96,
                                  {Track()
                                       .at(0, {0xF0, 5, 0x7E, 0x7F, 0x09, 0x01, 0xF7})        // GM on
                                       .at(0, {0xF0, 7, 0x7F, 0x7F, 0x08, 0x02, 0, 0, 0xF7})  // tuning
                                       .at(0, {0xF0, 3, 0x7E, 0x7F, 0x09})                    // begins
                                       .at(0, {0xF7, 2, 0x01, 0xF7})                          // goes on
                                       .end()});
    Player player;
    player.run({message(0, 0xC3, organ)}, 64);
    const std::string before = player.instrument.preset_name(3);
    std::vector<Event> events;
    for (const PlayableEvent& item : song->playable) {
        events.push_back(item.message);
        events.back().time = 64;
    }
    player.run(events, 64);
    EXPECT_EQ(player.instrument.figures().sysex_dropped, 4u) << "nobody knows the bytes";
    EXPECT_EQ(player.instrument.preset_name(3), before);
    player.instrument.set_sysex_source(song.get());
    for (Event& event : events) {
        event.time = 128;
    }
    player.run(events, 64);
    EXPECT_EQ(player.instrument.figures().sysex_dropped, 7u) << "tuning would allocate; the others are parts";
    EXPECT_EQ(player.instrument.preset_name(3), player.instrument.preset_name(0)) << "GM on resets the programs";
}

TEST(FluidInstrument, LateAndEarlyEventsAreNotLost) {
    Player player;
    player.run({}, 640);
    std::array<float, 64> left{}, right{};
    const std::array<Event, 2> events{message(3, 0x90, 60, 100), message(99'999, 0x90, 64, 100)};
    player.instrument.process(640, 64, events, left.data(), right.data());
    EXPECT_GT(level({left.begin(), left.end()}, 0, 64), 0);
    EXPECT_EQ(player.instrument.notes_started(), 2u);
    player.instrument.process(704, 0, {}, left.data(), right.data());
}

}  // namespace
}  // namespace outboard::audio
