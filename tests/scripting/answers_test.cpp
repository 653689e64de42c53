// What the host makes of answers that no child of ours would give: found by tests/fuzz/slot_fuzz.cpp and the models.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "held_child.h"
#include "rig.h"
#include "scripting/slot.h"

namespace outboard::scripting {
namespace {

using namespace testing;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class AnswersTest : public ::testing::TestWithParam<std::string> {
protected:
    AnswersTest() : child(ANSWERS_IDLE, GetParam()), slot({0, "answers", 0, 48000, false, false, GetParam()}, company) {
        slot.wake_control = [] {};
        child.link->handles = ~std::uint64_t{0};
        slot.publish(child.link.get());
        block();  // adopts the link and calls it once
        answer();
        EXPECT_THAT(block(), IsEmpty());
    }
    /// One block of 64; answers are to be given before it: it looks, and does not wait.
    std::vector<std::string> block(const std::vector<Event>& input = {}, bool panic = false) {
        BlockInfo info;
        info.number = number_++;
        info.start = now;
        info.frames = 64;
        info.clock = &clock_;
        slot.begin(info);
        for (const Event& event : input) {
            slot.push(event);
        }
        if (panic) {
            slot.panic();
        }
        slot.post();
        if (before_collect) {
            before_collect();
        }
        const auto output = slot.collect(0);
        now += 64;
        return words({output.begin(), output.end()});
    }
    /// Answers the oldest call.
    void answer(const std::vector<ipc::Record>& records = {}, std::uint32_t acknowledged = 0, std::uint32_t flags = 0) {
        ipc::PostHead call;
        do {
            const ipc::Received received = child.pipe().receive(message_, ipc::now_ns() + 10'000'000'000);
            ASSERT_EQ(received.status, ipc::Status::ok);
            ASSERT_TRUE(ipc::read_post(std::span(message_).first(received.size), call, records_));
        } while (call.type != ipc::PostType::call);
        ipc::AnswerHead head;
        head.block = call.block;
        head.through = call.start + call.frames;
        head.acknowledged = acknowledged;
        head.flags = flags;
        head.wake_sample = INT64_MAX;
        head.wake_beat = std::numeric_limits<double>::infinity();
        const std::size_t size = ipc::write_answer(message_, head, records);
        ASSERT_EQ(child.pipe().send(std::span(message_).first(size)), ipc::Status::ok);
    }
    ipc::Record record(std::uint8_t kind, std::uint32_t sequence = 0) const {
        ipc::Record record;
        record.kind = kind;
        record.time = now;
        record.sequence = sequence;
        return record;
    }

    HeldChild child;
    Slot::Company company;
    Slot slot;
    std::int64_t now = 0;
    std::function<void()> before_collect;

private:
    ClockMap clock_;
    std::uint64_t number_ = 0;
    std::vector<std::byte> message_ = std::vector<std::byte>(ipc::max_post_bytes);
    std::vector<ipc::Record> records_ = std::vector<ipc::Record>(ipc::max_post_records);
};

TEST_P(AnswersTest, ARecordOfNoKindIsRefused) {
    before_collect = [&] {
        ipc::Record none = record(0);
        none.data[0] = 0xF0;  // what event_from_midi calls "none", too
        answer({none}, 1);
    };
    EXPECT_THAT(block({control(now, 1, 5)}), IsEmpty());
    EXPECT_EQ(slot.figures().refused, 1u);
}

TEST_P(AnswersTest, ABlockOfSoundThatNobodyPostedIsNoAnswer) {
    before_collect = [&] { answer({}, 0, ipc::answer_audio); };
    EXPECT_THAT(block({control(now, 1, 5)}), IsEmpty());
    EXPECT_EQ(slot.figures().refused, 1u);
    EXPECT_NE(child.link->condemned(), nullptr);
}

TEST_P(AnswersTest, PanicNeverCutsANoteBeforeItBegins) {
    // Pushed at 20, then panic in the same block: the note passes and is cut at 20, not at the block's start.
    const auto output = block({note_on(now + 20, 60)}, true);
    EXPECT_THAT(output, ElementsAre("148:90.60.100", "148:80.60.64"));
}

TEST_P(AnswersTest, WhatTheScriptHoldsBackIsNotPassedMeanwhile) {
    before_collect = [&] { answer({}, 0, ipc::answer_more); };
    EXPECT_THAT(block({control(now, 1, 5)}), IsEmpty()) << "its output is still to come";
    EXPECT_EQ(slot.figures().events_kept, 1u);
    before_collect = [&] { answer({record(wire::pass, 1)}, 1); };
    EXPECT_THAT(block(), ElementsAre("192:b0.1.5"));
    EXPECT_EQ(slot.figures().refused, 0u);
    EXPECT_EQ(slot.figures().events_settled, 1u);
}

TEST_P(AnswersTest, WhatNoCallAskedForYetIsNotPassedWhenTheAnswersCome) {
    for (int i = 0; i < 8; ++i) {  // as many open calls as there may be
        EXPECT_THAT(block(i == 0 ? std::vector{control(now, 1, 4)} : std::vector<Event>()), IsEmpty());
    }
    EXPECT_THAT(block({control(now, 1, 5)}), IsEmpty()) << "it crosses as news";
    answer({record(wire::pass, 1)}, 1);
    for (int i = 0; i < 7; ++i) {
        answer({}, 1);
    }
    EXPECT_EQ(block().size(), 1u) << "the second one is still the script's";
    EXPECT_EQ(slot.figures().events_kept, 1u);
    answer({record(wire::pass, 2)}, 2);
    EXPECT_EQ(block().size(), 1u);
    EXPECT_EQ(slot.figures().refused, 0u);
    EXPECT_EQ(slot.figures().events_settled, 2u);
}

TEST_P(AnswersTest, AnAnswerSpeaksOfNoEventThatWasPostedAfterItsCall) {
    EXPECT_THAT(block({control(now, 1, 4)}), IsEmpty());
    EXPECT_THAT(block({control(now, 1, 5)}), IsEmpty());
    answer({record(wire::pass, 1), record(wire::pass, 2)}, ~std::uint32_t{0});  // to the first call
    EXPECT_EQ(block().size(), 1u);
    EXPECT_EQ(slot.figures().refused, 1u);
    EXPECT_EQ(slot.figures().events_kept, 1u) << "what it does with the second one is still to be heard";
    answer({record(wire::pass, 2)}, 2);
    EXPECT_EQ(block().size(), 1u);
    EXPECT_EQ(slot.figures().refused, 1u);
    EXPECT_EQ(slot.figures().events_settled, 2u);
}

TEST_P(AnswersTest, ANewChildWaitsForWhatTheOldOneHoldsBack) {
    // Let go at once, the old one would say it all the same while it leaves: beside the event, which would have passed.
    before_collect = [&] { answer({}, 0, ipc::answer_more); };
    EXPECT_THAT(block({control(now, 1, 5)}), IsEmpty());
    HeldChild next(ANSWERS_IDLE, GetParam());
    slot.publish(next.link.get());
    before_collect = [&] {
        ipc::Record made = record(static_cast<std::uint8_t>(Kind::control_change), 1);
        made.data[0] = 0xB0;
        made.data[1] = 40;
        answer({made}, 1);
    };
    EXPECT_THAT(block(), ElementsAre("192:b0.40.0"));
    EXPECT_EQ(slot.adoptions.load(), 1u);
    before_collect = nullptr;
    EXPECT_THAT(block(), IsEmpty());
    EXPECT_EQ(slot.adoptions.load(), 2u);
    EXPECT_EQ(slot.figures().refused, 0u);
}

TEST_P(AnswersTest, ANewChildWaitsForEventsThatTheOldOneHasAndNoCallAskedFor) {
    for (int i = 0; i < 8; ++i) {  // as many open calls as there may be
        EXPECT_THAT(block(i == 0 ? std::vector{control(now, 1, 4)} : std::vector<Event>()), IsEmpty());
    }
    EXPECT_THAT(block({control(now, 1, 5)}), IsEmpty()) << "it crosses as news";
    HeldChild next(ANSWERS_IDLE, GetParam());
    slot.publish(next.link.get());
    answer({record(wire::pass, 1)}, 1);
    for (int i = 0; i < 7; ++i) {
        answer({}, 1);
    }
    EXPECT_THAT(block(), SizeIs(1)) << "the second one is still the old script's, which is called for it now";
    EXPECT_EQ(slot.adoptions.load(), 1u);
    answer({record(wire::pass, 2)}, 2);
    EXPECT_THAT(block(), SizeIs(1));
    EXPECT_EQ(slot.adoptions.load(), 2u);
    EXPECT_EQ(slot.figures().refused, 0u);
}

TEST_P(AnswersTest, ADeathWhileItHoldsBackPassesEverythingInItsBlock) {
    before_collect = [&] { answer({}, 0, ipc::answer_more); };
    EXPECT_THAT(block({control(now, 1, 5)}), IsEmpty());
    before_collect = nullptr;
    child.link->mark_dead();
    EXPECT_THAT(block({control(now + 3, 1, 6)}), ElementsAre("192:b0.1.5", "195:b0.1.6"));
    EXPECT_THAT(block({control(now + 3, 1, 7)}), ElementsAre("259:b0.1.7"));
}

TEST_P(AnswersTest, AfterABrokenLaneEventsPassInTheirOwnBlock) {
    child.pipe().close();
    std::vector<std::string> all = block({control(now, 1, 5)});  // cannot be posted: kept until the link is gone
    child.link->mark_dead();
    for (const std::string& word : block({control(now + 1, 1, 6)})) {
        all.push_back(word);
    }
    EXPECT_THAT(all, ElementsAre("192:b0.1.5", "193:b0.1.6"));
    EXPECT_THAT(block({control(now + 1, 1, 7)}), ElementsAre("257:b0.1.7"));
}

INSTANTIATE_TEST_SUITE_P(Transports, AnswersTest, ::testing::Values("shm", "pipe"),
                         [](const auto& test) { return test.param; });

}  // namespace
}  // namespace outboard::scripting
