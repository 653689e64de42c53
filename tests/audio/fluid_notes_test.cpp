// Single notes in FluidSynth: each ends and changes by itself, whatever else sounds on its channel and key.

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "allocations.h"
#include "audio/fluid_instrument.h"

namespace outboard::audio {
namespace {

using scripting::Event;
using scripting::Kind;
using scripting::NoteDimension;
using scripting::Setting;

constexpr double rate = 48000;
constexpr std::uint8_t organ = 16;

Event message(std::int64_t time, std::uint8_t status, std::uint8_t first, std::uint8_t second = 0) {
    return scripting::event_from_midi(time, 0, status, first, second);
}

Event note(std::int64_t time, std::int32_t id, std::uint8_t key, bool played = true) {
    Event event = message(time, 0x90, key, 100);
    event.note_id = id;
    event.played = played;
    return event;
}

Event off(std::int64_t time, std::int32_t id, std::uint8_t key, bool played = true) {
    Event event = message(time, 0x80, key, 64);
    event.note_id = id;
    event.played = played;
    return event;
}

Event change(std::int64_t time, std::int32_t id, NoteDimension dimension, float value, std::int64_t until = 0) {
    Event event;
    event.time = time;
    event.kind = Kind::note_change;
    event.note_id = id;
    event.data[0] = static_cast<std::uint8_t>(dimension);
    event.value = value;
    event.until = until;
    return event;
}

Event setting(std::int64_t time, Setting what, float value) {
    Event event;
    event.time = time;
    event.kind = Kind::setting;
    event.data[0] = static_cast<std::uint8_t>(what);
    event.value = value;
    return event;
}

struct Result {
    std::vector<float> left, right;
    std::vector<std::int32_t> silent;  ///< in the order told
};

Result play(const std::vector<Event>& events, std::int64_t frames, std::uint32_t block = 64) {
    FluidInstrument instrument(default_soundfont(), rate);
    Result result{
        std::vector<float>(static_cast<std::size_t>(frames)), std::vector<float>(static_cast<std::size_t>(frames)), {}};
    std::size_t next = 0;
    for (std::int64_t at = 0; at < frames; at += block) {
        const auto count = std::min<std::int64_t>(block, frames - at);
        const std::size_t first = next;
        while (next < events.size() && events[next].time < at + count) {
            ++next;
        }
        instrument.process(at, static_cast<std::uint32_t>(count), std::span(events).subspan(first, next - first),
                           result.left.data() + at, result.right.data() + at);
        const auto silent = instrument.take_silent();
        result.silent.insert(result.silent.end(), silent.begin(), silent.end());
    }
    return result;
}

/// Strength of a frequency between two samples, with a window.
double strength(const std::vector<float>& samples, double hertz, std::size_t begin, std::size_t end) {
    double real = 0, imaginary = 0;
    for (std::size_t i = begin; i < end; ++i) {
        const double part = static_cast<double>(i - begin) / static_cast<double>(end - begin);
        const double window = 0.5 - 0.5 * std::cos(2 * M_PI * part);
        const double angle = 2 * M_PI * hertz * static_cast<double>(i) / rate;
        real += window * static_cast<double>(samples[i]) * std::cos(angle);
        imaginary += window * static_cast<double>(samples[i]) * std::sin(angle);
    }
    return std::hypot(real, imaginary);
}

double level_db(const std::vector<float>& samples, std::size_t begin, std::size_t end) {
    double sum = 1e-30;
    for (std::size_t i = begin; i < end; ++i) {
        sum += static_cast<double>(samples[i]) * static_cast<double>(samples[i]);
    }
    return 10 * std::log10(sum / static_cast<double>(end - begin));
}

/// The loudest frequency near another one, to a cent.
double peak(const std::vector<float>& samples, double near, std::size_t begin, std::size_t end) {
    double best = 0, loudest = 0;
    for (int cents = -40; cents <= 40; ++cents) {
        const double hertz = near * std::exp2(cents / 1200.0);
        const double here = strength(samples, hertz, begin, end);
        best = here > loudest ? hertz : best;
        loudest = std::max(loudest, here);
    }
    return best;
}

TEST(FluidNotes, OneOfTwoNotesOnAKeyIsTuned) {
    const Result one = play({message(0, 0xC0, organ), note(0, 1, 69)}, 144'000);
    const double hertz = peak(one.left, 440, 48'000, 144'000), higher = hertz * std::exp2(0.5 / 12);
    const double alone = strength(one.left, hertz, 48'000, 144'000);
    ASSERT_GT(alone, 5 * strength(one.left, higher, 48'000, 144'000));
    const Result two = play(
        {message(0, 0xC0, organ), note(0, 1, 69), note(0, 2, 69), change(0, 2, NoteDimension::tuning, 0.5F, 24'000)},
        144'000);
    EXPECT_NEAR(strength(two.left, hertz, 48'000, 144'000) / alone, 1, 0.2);
    EXPECT_NEAR(strength(two.left, higher, 48'000, 144'000) / alone, 1, 0.3);
}

TEST(FluidNotes, EachEndsByItself) {
    std::vector<Event> events{message(0, 0xC0, organ),   note(0, 1, 60),    note(100, 2, 60), note(200, 3, 60, false),
                              off(24'000, 3, 60, false), off(48'000, 1, 60)};
    events[1].tuning = 4;  // so that they add up by their power
    events[2].tuning = -3;
    const Result result = play(events, 144'000);
    const double two = level_db(result.left, 30'000, 47'000);
    EXPECT_LT(two, level_db(result.left, 6'000, 23'000) - 0.8) << "three, then two";
    EXPECT_LT(level_db(result.left, 96'000, 144'000), two - 1.5) << "then one";
    EXPECT_GT(level_db(result.left, 96'000, 144'000), -60);
    EXPECT_EQ(result.silent, (std::vector<std::int32_t>{3, 1}));
}

TEST(FluidNotes, APlainNoteEndsPlainNotesOnly) {
    const std::vector<Event> events{message(0, 0xC0, organ), note(0, 1, 60), note(0, 2, 60, false),
                                    note(24'000, 3, 60, false), off(48'000, 3, 60, false)};
    EXPECT_EQ(play(events, 96'000).silent, (std::vector<std::int32_t>{2, 3}));
}

TEST(FluidNotes, TheSustainPedalHoldsEveryNote) {
    const std::vector<Event> events{
        message(0, 0xC0, organ), message(0, 0xB0, 64, 127),   note(0, 1, 60), note(0, 2, 60), off(4800, 1, 60),
        off(4800, 2, 60),        message(48'000, 0xB0, 64, 0)};
    const Result result = play(events, 96'000);
    EXPECT_GT(level_db(result.left, 24'000, 47'000), -60);
    EXPECT_LT(level_db(result.left, 90'000, 96'000), -100);
    EXPECT_EQ(result.silent.size(), 2u);
}

TEST(FluidNotes, AllNotesOffAndAllSoundOffEndThem) {
    for (const std::uint8_t controller : {120, 123}) {
        const std::vector<Event> events{message(0, 0xC0, organ), note(0, 1, 60), note(0, 2, 60),
                                        message(24'000, 0xB0, controller, 0)};
        EXPECT_EQ(play(events, 72'000).silent.size(), 2u) << int{controller};
    }
}

TEST(FluidNotes, ChokeCutsOneOfTwoOnAKey) {
    Event choke = off(24'000, 1, 60);
    choke.kind = Kind::choke;
    const Result result = play({message(0, 0xC0, 88), note(0, 1, 60), note(0, 2, 60), choke}, 72'000, 64);
    EXPECT_EQ(result.silent, (std::vector<std::int32_t>{1}));
    EXPECT_GT(level_db(result.left, 48'000, 72'000), -80);
}

TEST(FluidNotes, ANoteThatHasNoSoundIsSilentAtOnce) {
    std::vector<Event> events{message(0, 0xC9, 0), note(0, 5, 2)};  // drums have nothing that low
    events[1].channel = 9;
    EXPECT_EQ(play(events, 640).silent, (std::vector<std::int32_t>{5}));
}

TEST(FluidNotes, FadesAreLinearInDecibels) {
    const std::vector<Event> plain{message(0, 0xC0, organ), note(0, 1, 60)};
    std::vector<Event> faded = plain;
    faded.push_back(change(48'000, 1, NoteDimension::volume, -144, 96'000));
    const Result loud = play(plain, 144'000), soft = play(faded, 144'000);
    for (const std::size_t quarter : {1u, 2u, 3u}) {
        const std::size_t at = 48'000 + quarter * 12'000;
        const double down = level_db(soft.left, at - 960, at + 960) - level_db(loud.left, at - 960, at + 960);
        EXPECT_NEAR(down, -15.0 * static_cast<double>(quarter), 0.4);
    }
    EXPECT_LT(level_db(soft.left, 100'000, 144'000), -140);
}

std::vector<Event> everything() {
    std::vector<Event> events{message(0, 0xC0, organ)};
    for (std::int32_t id = 1; id <= 60; ++id) {
        const std::int64_t at = id * 317;
        Event on = note(at, id, static_cast<std::uint8_t>(60 + id % 3), id % 4 != 0);
        on.tuning = static_cast<float>(id) * 0.01F;
        on.preset = id % 5 == 0 ? 56 : -1;
        on.sample_start = id % 7 == 0 ? 40'000 : 0;
        events.push_back(on);
        for (std::uint8_t dimension = 0; dimension < scripting::note_dimensions; ++dimension) {
            events.push_back(change(at, id, static_cast<NoteDimension>(dimension), 0.3F, at + 100 * id));
        }
        if (id > 20) {
            events.push_back(off(at, id - 20, static_cast<std::uint8_t>(60 + (id - 20) % 3), (id - 20) % 4 != 0));
        }
    }
    events.push_back(setting(20'000, Setting::filter_cutoff, -1));
    events.push_back(setting(20'000, Setting::amp_release, 3));
    events.push_back(setting(20'000, Setting::program, 19));
    events.push_back(setting(20'000, Setting::gain, -3));
    return events;
}

TEST(FluidNotes, SamplesDoNotDependOnTheBlockSize) {
    const Result expected = play(everything(), 48'000, 64);
    EXPECT_GT(level_db(expected.left, 0, 48'000), -60);
    for (const std::uint32_t block : {1u, 32u, 441u, 1024u}) {
        const Result result = play(everything(), 48'000, block);
        EXPECT_TRUE(result.left == expected.left && result.right == expected.right) << block;
    }
}

TEST(FluidNotes, NeitherAllocatesNorFrees) {
    FluidInstrument instrument(default_soundfont(), rate);
    const std::vector<Event> events = everything();
    std::array<float, 128> left{}, right{};
    std::size_t next = 0;
    const allocations::Scope scope;
    for (std::int64_t at = 0; at < 48'000; at += 128) {
        const std::size_t first = next;
        while (next < events.size() && events[next].time < at + 128) {
            ++next;
        }
        instrument.process(at, 128, std::span(events).subspan(first, next - first), left.data(), right.data());
        (void)instrument.take_silent();
    }
    instrument.sound_off();
    (void)instrument.take_silent();
    EXPECT_EQ(scope.count(), 0u);
    EXPECT_EQ(scope.frees(), 0u);
}

TEST(FluidNotes, MoreNotesThanVoicesLeaveNothingBehind) {
    std::vector<Event> events{message(0, 0xC0, organ)};
    for (std::int32_t id = 0; id < 3000; ++id) {
        events.push_back(note(id * 8, id, static_cast<std::uint8_t>(40 + id % 40)));
        events.push_back(change(id * 8, id, NoteDimension::pan, 1, id * 8 + 4000));
    }
    for (std::int32_t id = 0; id < 3000; ++id) {
        events.push_back(off(24'000, id, static_cast<std::uint8_t>(40 + id % 40)));
    }
    Result result = play(events, 96'000);
    EXPECT_LT(level_db(result.left, 90'000, 96'000), -100);
    std::sort(result.silent.begin(), result.silent.end());
    EXPECT_EQ(result.silent.size(), 3000u);
    EXPECT_EQ(std::unique(result.silent.begin(), result.silent.end()), result.silent.end()) << "none told twice";
}

}  // namespace
}  // namespace outboard::audio
