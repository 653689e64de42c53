// Changes of single notes, as they leave the ledger: once, with their end, whatever the tempo does meanwhile.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rig.h"
#include "scripting/note_ledger.h"

namespace outboard::scripting {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class NoteChangesTest : public ::testing::Test {
protected:
    static wire::Record voice(std::uint32_t number, int key, wire::End end = wire::End::hold, double at = 0) {
        wire::Record record;
        record.kind = 1;
        record.voice = number;
        record.data[1] = static_cast<std::uint8_t>(key);
        record.data[2] = 90;
        record.size = static_cast<std::uint8_t>(end);
        record.value[0] = at;
        record.value[1] = -1;
        return record;
    }
    static wire::Record change(std::uint32_t number, NoteDimension dimension, double value,
                               wire::End length = wire::End::hold, double end = 0, std::uint8_t flags = 0,
                               double from = 0) {
        wire::Record record;
        record.kind = wire::change_note;
        record.voice = number;
        record.data[0] = static_cast<std::uint8_t>(dimension);
        record.size = static_cast<std::uint8_t>(length);
        record.value[0] = value;
        record.value[1] = end;
        record.value[2] = from;
        record.flags = flags;
        return record;
    }
    /// "time kind.. value>until" of everything that is no note-on.
    static std::vector<std::string> said(std::span<const Event> events) {
        std::vector<std::string> all;
        for (const Event& event : events) {
            char text[80] = "";
            if (event.kind == Kind::note_change) {
                std::snprintf(text, sizeof text, "%d %d.%d=%g>%d", static_cast<int>(event.time), event.note_id,
                              event.data[0], static_cast<double>(event.value), static_cast<int>(event.until));
            } else if (event.kind != Kind::note_on) {
                std::snprintf(text, sizeof text, "%d %s %d", static_cast<int>(event.time),
                              event.kind == Kind::choke ? "cut" : "off", event.note_id);
            } else {
                continue;
            }
            all.emplace_back(text);
        }
        return all;
    }
    void begin(std::int64_t start, std::uint32_t frames) { ledger.begin(start, frames, clock); }
    std::vector<std::string> finish() { return said(ledger.finish_block()); }

    NoteLedger ledger;
    ClockMap clock;  ///< 120 BPM at 48 kHz: a beat is 24000 samples
};

TEST_F(NoteChangesTest, AChangeGoesToItsNoteWithItsEnd) {
    begin(0, 64);
    ledger.start_voice(voice(7, 60), 0, 0, 0);
    ledger.start_voice(voice(8, 60), 0, 0, 0);
    EXPECT_TRUE(ledger.change_note(change(8, NoteDimension::tuning, 0.5, wire::End::sample, 1000), 3, 3));
    EXPECT_TRUE(ledger.change_note(change(7, NoteDimension::pan, -1), 5, 5));
    EXPECT_TRUE(ledger.change_note(change(9, NoteDimension::pan, -1), 5, 5)) << "nobody knows it: no error";
    EXPECT_THAT(finish(), ElementsAre("3 2.0=0.5>1000", "5 1.2=-1>5"));
}

TEST_F(NoteChangesTest, WhatMakesNoSenseIsRefusedOrClamped) {
    begin(0, 64);
    ledger.start_voice(voice(1, 60), 0, 0, 0);
    wire::Record bad = change(1, NoteDimension::tuning, 1);
    bad.data[0] = note_dimensions;
    EXPECT_FALSE(ledger.change_note(bad, 0, 0));
    bad = change(1, NoteDimension::tuning, 1);
    bad.size = static_cast<std::uint8_t>(wire::End::press);
    EXPECT_FALSE(ledger.change_note(bad, 0, 0));
    ledger.change_note(change(1, NoteDimension::tuning, 1e30), 0, 0);
    ledger.change_note(change(1, NoteDimension::volume, std::numeric_limits<double>::quiet_NaN()), 0, 0);
    ledger.change_note(change(1, NoteDimension::amp_attack, -std::numeric_limits<double>::infinity()), 0, 0);
    EXPECT_THAT(finish(), ElementsAre("0 1.0=120>0", "0 1.1=0>0", "0 1.7=0.001>0"));
}

TEST_F(NoteChangesTest, AGlideInBeatsIsDrawnAnewAtEveryTempoChange) {
    const auto play = [&](std::uint32_t frames) {
        NoteLedger fresh;
        std::vector<std::string> all;
        for (std::int64_t start = 0; start < 60000; start += frames) {
            ClockMap map;
            // 120 BPM; from sample 12000 on 60; from 30000 (beat 0.875) on 240.
            std::vector<ClockPoint> points{{}, {12000, 0.5, 0.5, 60}, {30000, 0.875, 0.875, 240}};
            map.count = 0;
            for (std::size_t i = 0; i < points.size(); ++i) {
                const bool follows = i + 1 < points.size() && points[i + 1].sample <= static_cast<double>(start);
                if (!follows && points[i].sample < static_cast<double>(start + frames)) {
                    map.points[map.count++] = points[i];
                }
            }
            fresh.begin(start, frames, map);
            if (start == 0) {
                fresh.start_voice(voice(1, 60), 0, 0, 0);
                fresh.change_note(change(1, NoteDimension::volume, -144, wire::End::beat, 1, wire::flag_kill), 0, 0);
            }
            for (const std::string& word : said(fresh.finish_block())) {
                all.push_back(word);
            }
        }
        return all;
    };
    const auto expected =
        ElementsAre("0 1.1=-144>24000", "12000 1.1=-144>36000", "30000 1.1=-144>31500", "31500 cut 1");
    for (const std::uint32_t frames : {32u, 64u, 441u, 1024u, 60000u}) {
        EXPECT_THAT(play(frames), expected) << frames;
    }
}

TEST_F(NoteChangesTest, ALaterChangeTakesThePlaceOfAGlide) {
    clock.count = 2;
    clock.points[1] = {500, 500.0 / 24000, 500.0 / 24000, 60};
    begin(0, 1000);
    ledger.start_voice(voice(1, 60), 0, 0, 0);
    ledger.change_note(change(1, NoteDimension::pan, 1, wire::End::beat, 1), 0, 0);
    ledger.change_note(change(1, NoteDimension::pan, 0), 400, 400);
    EXPECT_THAT(finish(), ElementsAre("0 1.2=1>24000", "400 1.2=0>400"));
    clock.count = 1;
    begin(1000, 1000);
    EXPECT_THAT(finish(), IsEmpty());
}

TEST_F(NoteChangesTest, AKillingFadeTakesOverTheEndAndCutsTheNote) {
    begin(0, 64);
    ledger.start_voice(voice(1, 60, wire::End::sample, 20), 0, 0, 0);
    ledger.change_note(change(1, NoteDimension::volume, -144, wire::End::sample, 40, wire::flag_kill), 10, 10);
    EXPECT_THAT(finish(), ElementsAre("10 1.1=-144>40", "40 cut 1"));
}

TEST_F(NoteChangesTest, AGlideThatIsLateEndsAsMuchLater) {
    begin(64, 64);
    ledger.start_voice(voice(1, 60), 60, 64, 0);
    ledger.change_note(
        change(1, NoteDimension::volume, -144, wire::End::sample, 80, wire::flag_kill | wire::flag_from, -60), 60, 64);
    EXPECT_THAT(finish(), ElementsAre("64 1.1=-60>64", "64 1.1=-144>84", "84 cut 1"));
}

TEST_F(NoteChangesTest, ANoteCanBeChangedUntilTheInstrumentHasEndedIt) {
    begin(0, 64);
    ledger.start_voice(voice(5, 60), 0, 0, 0);
    ledger.end_voice(5, 64, false, 10);
    ledger.change_note(change(5, NoteDimension::tuning, 1), 20, 20);
    EXPECT_THAT(finish(), ElementsAre("10 off 1", "20 1.0=1>20"));
    EXPECT_EQ(ledger.note_silent(1), 5u);
    EXPECT_EQ(ledger.note_silent(1), 0u);
    begin(64, 64);
    ledger.change_note(change(5, NoteDimension::tuning, 2), 64, 64);
    EXPECT_THAT(finish(), IsEmpty());
}

TEST_F(NoteChangesTest, AFadeGoesOnWhenItsScriptIsGone) {
    begin(0, 64);
    ledger.start_voice(voice(1, 60), 0, 0, 0);
    ledger.change_note(change(1, NoteDimension::volume, -144, wire::End::beat, 0.01, wire::flag_kill), 0, 0);
    EXPECT_THAT(finish(), ElementsAre("0 1.1=-144>240"));
    begin(64, 64);
    ledger.script_gone(64);
    ledger.start_voice(voice(1, 72), 64, 64, 0);  // the next script counts from 1 again
    ledger.change_note(change(1, NoteDimension::pan, 1), 70, 70);
    EXPECT_THAT(finish(), ElementsAre("70 2.2=1>70"));
    clock.points[0] = {128, 128.0 / 24000, 128.0 / 24000, 60};
    begin(128, 512);
    EXPECT_THAT(finish(), ElementsAre("128 1.1=-144>352", "352 cut 1"));
}

TEST_F(NoteChangesTest, TheDelayOfAForwardedNoteBelongsToItsKeyUpOnly) {
    begin(0, 64);
    ledger.take_press(testing::note_on(0, 60), 1);
    wire::Record forwarded = voice(1, 60, wire::End::press);
    forwarded.sequence = 1;
    forwarded.delay = 20;
    forwarded.flags = wire::flag_forwarded;
    ledger.start_voice(forwarded, 20, 20, 0);
    ledger.set_end(1, wire::End::sample, 40, 20, 20, false);
    EXPECT_THAT(finish(), ElementsAre("40 off 1"));
}

TEST_F(NoteChangesTest, ASecondVoiceOfAKeyPressIsANoteOfItsOwn) {
    begin(0, 64);
    ledger.take_press(testing::note_on(0, 60), 1);
    for (const std::uint32_t number : {1u, 2u}) {
        wire::Record forwarded = voice(number, 60, wire::End::press);
        forwarded.sequence = 1;
        forwarded.flags = wire::flag_forwarded;
        ledger.start_voice(forwarded, 0, 0, 0);
    }
    ledger.pass(testing::note_off(10, 60), 2, 10);
    const auto output = ledger.finish_block();
    ASSERT_EQ(output.size(), 4u);
    EXPECT_FALSE(output[0].played);
    EXPECT_TRUE(output[1].played);
    EXPECT_FALSE(output[2].played);
    EXPECT_TRUE(output[3].played);
}

}  // namespace
}  // namespace outboard::scripting
