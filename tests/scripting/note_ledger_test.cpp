#include "scripting/note_ledger.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rig.h"

namespace outboard::scripting {
namespace {

using testing::control;
using ::testing::ElementsAre;
using testing::note_off;
using testing::note_on;
using testing::words;

class NoteLedgerTest : public ::testing::Test {
protected:
    std::vector<std::string> finish() {
        const auto output = ledger.finish_block();
        return words({output.begin(), output.end()});
    }
    void begin(std::int64_t start, std::uint32_t frames) { ledger.begin(start, frames, clock); }
    static wire::Record voice(std::uint32_t number, int key, wire::End end, double at, std::uint32_t press = 0) {
        wire::Record record;
        record.kind = 1;
        record.voice = number;
        record.data[1] = static_cast<std::uint8_t>(key);
        record.data[2] = 90;
        record.size = static_cast<std::uint8_t>(end);
        record.value[0] = at;
        record.sequence = press;
        return record;
    }
    NoteLedger ledger;
    ClockMap clock;
};

TEST_F(NoteLedgerTest, PassesPressAndReleaseByteForByte) {
    begin(0, 64);
    ledger.pass(note_on(3, 60, 77), 1, 3);
    ledger.pass(note_off(9, 60, 11), 2, 9);
    EXPECT_THAT(finish(), ElementsAre("3:90.60.77", "9:80.60.11"));
    EXPECT_EQ(ledger.voices(), 0u);
}

TEST_F(NoteLedgerTest, AnOffEndsTheOldestPressOfItsKey) {
    begin(0, 64);
    ledger.pass(note_on(0, 60), 1, 0);
    ledger.pass(note_on(1, 60), 2, 1);
    ledger.pass(note_off(2, 60), 3, 2);
    ASSERT_EQ(ledger.presses().size(), 1u);
    EXPECT_EQ(ledger.presses()[0].sequence, 2u);
    ledger.pass(note_off(3, 60), 4, 3);
    const auto output = ledger.finish_block();
    ASSERT_EQ(output.size(), 4u);
    EXPECT_EQ(output[2].note_id, output[0].note_id);
    EXPECT_EQ(output[3].note_id, output[1].note_id);
}

TEST_F(NoteLedgerTest, AnOffWithoutAnOnPassesUnchanged) {
    begin(0, 64);
    ledger.pass(note_on(5, 61, 0), 1, 5);
    EXPECT_THAT(finish(), ElementsAre("5:90.61.0"));
}

TEST_F(NoteLedgerTest, TheOffOfATakenPressIsSwallowed) {
    begin(0, 64);
    ledger.take_press(note_on(0, 60), 1);
    ledger.pass(note_off(7, 60), 2, 7);
    EXPECT_THAT(finish(), ElementsAre());
}

TEST_F(NoteLedgerTest, BoundVoicesEndWithTheirPressPlusDelay) {
    begin(0, 100);
    ledger.take_press(note_on(0, 60), 1);
    ASSERT_TRUE(ledger.start_voice(voice(1, 64, wire::End::press, 0, 1), 0, 0, 0));
    wire::Record delayed = voice(2, 67, wire::End::press, 0, 1);
    delayed.delay = 50;
    ASSERT_TRUE(ledger.start_voice(delayed, 50, 50, 0));
    ledger.pass(note_off(60, 60), 2, 60);
    EXPECT_THAT(finish(), ElementsAre("0:90.64.90", "50:90.67.90", "60:80.64.64"));
    begin(100, 100);
    EXPECT_THAT(finish(), ElementsAre("110:80.67.64"));
}

TEST_F(NoteLedgerTest, ForwardedVoicesKeepReleaseVelocityAndKindOfOff) {
    begin(0, 100);
    ledger.take_press(note_on(0, 60), 1);
    wire::Record forwarded = voice(1, 72, wire::End::press, 0, 1);
    forwarded.flags = wire::flag_forwarded;
    ASSERT_TRUE(ledger.start_voice(forwarded, 0, 0, 0));
    ledger.pass(note_on(10, 60, 0), 2, 10);  // an off that is a note-on with velocity 0
    EXPECT_THAT(finish(), ElementsAre("0:90.72.90", "10:90.72.0"));
}

TEST_F(NoteLedgerTest, AForwardAfterItsKeyIsUpKeepsTheReleaseVelocity) {
    begin(0, 100);
    wire::Record forwarded = voice(1, 72, wire::End::sample, 40, 1);
    forwarded.flags = wire::flag_forwarded;
    forwarded.delay = 23;
    ASSERT_TRUE(ledger.start_voice(forwarded, 20, 20, 0));
    EXPECT_THAT(finish(), ElementsAre("20:90.72.90", "40:80.72.23"));
}

TEST_F(NoteLedgerTest, EndsComeBeforeWhatStartsAtTheSameSampleAndInTheOrderOfTheirStart) {
    begin(0, 100);
    ledger.start_voice(voice(1, 60, wire::End::sample, 40), 0, 0, 0);
    ledger.start_voice(voice(2, 62, wire::End::sample, 30), 0, 0, 0);
    ledger.start_voice(voice(3, 64, wire::End::sample, 40), 0, 0, 0);
    ledger.flush_ends(40);
    ledger.start_voice(voice(4, 60, wire::End::sample, 200), 40, 40, 0);
    EXPECT_THAT(finish(), ElementsAre("0:90.60.90", "0:90.62.90", "0:90.64.90", "30:80.62.64", "40:80.60.64",
                                      "40:80.64.64", "40:90.60.90"));
}

TEST_F(NoteLedgerTest, AVoiceOfNoLengthEndsAfterItsOn) {
    begin(0, 100);
    ledger.start_voice(voice(1, 60, wire::End::sample, 10), 20, 20, 0);
    EXPECT_THAT(finish(), ElementsAre("20:90.60.90", "20:80.60.64"));
}

TEST_F(NoteLedgerTest, EndsInBeatsFollowTheTempo) {
    begin(0, 24000);
    ledger.start_voice(voice(1, 60, wire::End::beat, 2.0), 0, 0, 0);  // 48000 samples at 120
    EXPECT_THAT(finish(), ElementsAre("0:90.60.90"));
    clock.points[0].sample = 24000;  // after one beat the tempo doubles
    clock.points[0].clock_beat = 1.0;
    clock.points[0].tempo = 240;
    begin(24000, 24000);
    EXPECT_THAT(finish(), ElementsAre("36000:80.60.64"));
}

TEST_F(NoteLedgerTest, WhatLandsLaterIsDueByTheTempoOfItsOwnTime) {
    begin(0, 24000);
    EXPECT_THAT(finish(), ElementsAre());
    clock.points[0].sample = 24000;
    clock.points[0].clock_beat = 1.0;
    clock.points[0].tempo = 60;
    begin(24000, 24000);  // the answer for 0..24000 lands here
    ledger.start_voice(voice(1, 60, wire::End::beat, 0.5), 6000, 30000, 0);
    EXPECT_THAT(finish(), ElementsAre("30000:90.60.90", "36000:80.60.64"));
}

TEST_F(NoteLedgerTest, ABeatBeyondAllTimeIsAnEndToo) {
    begin(100, 64);
    ledger.start_voice(voice(1, 60, wire::End::beat, -1e300), 110, 110, 0);
    ledger.start_voice(voice(2, 62, wire::End::beat, 1e300), 110, 110, 0);
    EXPECT_THAT(finish(), ElementsAre("110:90.60.90", "110:90.62.90", "110:80.60.64"));
    EXPECT_EQ(ledger.voices(), 1u);
}

TEST_F(NoteLedgerTest, LatenessMovesAnOffThatCameWithItsOn) {
    begin(128, 64);  // the answer for 0..64 lands at 128
    ledger.pass(note_on(10, 60), 1, 128);
    ledger.pass(note_off(40, 60), 2, 128);
    ledger.start_voice(voice(1, 64, wire::End::sample, 30), 20, 128, 0);
    EXPECT_THAT(finish(), ElementsAre("128:90.60.100", "128:90.64.90", "138:80.64.64", "158:80.60.30"));
}

TEST_F(NoteLedgerTest, AnEndThatIsMovedIsAsLateAsTheMessageAndKeepsNoOldDelay) {
    begin(0, 64);
    ledger.pass(note_on(0, 50), 1, 0);
    wire::Record forwarded = voice(1, 50, wire::End::press, 0, 1);
    forwarded.delay = 20;
    ledger.start_voice(forwarded, 0, 0, 0);
    ledger.start_voice(voice(2, 60, wire::End::hold, 0), 0, 0, 0);
    ledger.set_end(1, wire::End::sample, 30, 5, 5, false);
    ledger.set_end(2, wire::End::sample, 30, 5, 13, false);
    EXPECT_THAT(finish(), ElementsAre("0:90.50.100", "0:90.50.90", "0:90.60.90", "30:80.50.64", "38:80.60.64"));
}

TEST_F(NoteLedgerTest, AnEndThatIsMovedIntoThePastComesWhereItWasMoved) {
    begin(0, 64);
    ledger.start_voice(voice(1, 60, wire::End::hold, 0), 0, 0, 0);
    ledger.set_end(1, wire::End::sample, 5, 9, 9, false);
    ledger.send(control(9, 1, 2), 9);
    EXPECT_THAT(finish(), ElementsAre("0:90.60.90", "9:b0.1.2", "9:80.60.64"));
}

TEST_F(NoteLedgerTest, AScriptThatGoesLeavesNotesWithAnEndOfTheirOwnAndReleasesTheRest) {
    begin(0, 64);
    ledger.take_press(note_on(0, 60), 1);
    ledger.start_voice(voice(1, 60, wire::End::press, 0, 1), 0, 0, 0);
    ledger.start_voice(voice(2, 62, wire::End::hold, 0), 0, 0, 0);
    ledger.start_voice(voice(3, 64, wire::End::sample, 100), 0, 0, 0);
    ledger.script_gone(5);
    EXPECT_THAT(finish(), ElementsAre("0:90.60.90", "0:90.62.90", "0:90.64.90", "5:80.62.64"));
    begin(64, 64);
    ledger.start_voice(voice(1, 70, wire::End::hold, 0), 64, 64, 0);  // the next script numbers anew
    ledger.end_voice(1, 255, false, 70);
    ledger.pass(note_off(80, 60), 2, 80);
    EXPECT_THAT(finish(), ElementsAre("64:90.70.90", "70:80.70.64", "80:80.60.64", "100:80.64.64"));
}

TEST_F(NoteLedgerTest, RefusesAVoiceBoundToAPressThatIsUp) {
    begin(0, 64);
    EXPECT_FALSE(ledger.start_voice(voice(1, 60, wire::End::press, 0, 9), 0, 0, 0));
    EXPECT_THAT(finish(), ElementsAre());
}

TEST_F(NoteLedgerTest, AFullTableRefusesOnsAndStillEndsAll) {
    begin(0, 64);
    std::size_t started = 0;
    for (std::uint32_t i = 1; i <= NoteLedger::max_voices + 10; ++i) {
        started += ledger.start_voice(voice(i, 60, wire::End::hold, 0), 0, 0, 0) ? 1 : 0;
    }
    EXPECT_EQ(started, NoteLedger::max_voices);
    ledger.end_everything(3, true);
    EXPECT_EQ(ledger.finish_block().size(), 2 * NoteLedger::max_voices);
    EXPECT_EQ(ledger.voices(), 0u);
}

TEST_F(NoteLedgerTest, OutputIsSortedWhenALatencyChangePutItOutOfOrder) {
    begin(0, 64);
    ledger.send(control(0, 1, 1), 40);
    ledger.send(control(0, 2, 2), 10);
    ledger.send(control(0, 3, 3), 40);
    EXPECT_THAT(finish(), ElementsAre("10:b0.2.2", "40:b0.1.1", "40:b0.3.3"));
}

}  // namespace
}  // namespace outboard::scripting
