// The facade with a real child: what goes in comes out as the script says, over both transports and at every block
// size.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "rig.h"

namespace outboard::scripting {
namespace {

using namespace testing;
using ::testing::ElementsAre;

std::string factory(const std::string& name) {
    return std::string(OUTBOARD_FACTORY) + "/" + name + ".py";
}

std::vector<Event> music() {
    std::vector<Event> events;
    std::uint32_t number = 1;
    std::uint64_t random = 12345;
    for (std::int64_t time = 0; time < 20000; time += 37) {
        random = random * 6364136223846793005ULL + 1442695040888963407ULL;
        const int key = 40 + static_cast<int>((random >> 33) % 40);
        const int channel = static_cast<int>((random >> 40) % 4);
        switch ((random >> 50) % 5) {
            case 0:
            case 1:
                events.push_back(note_on(time, key, 1 + static_cast<int>((random >> 20) % 127), channel));
                break;
            case 2:
                events.push_back(note_off(time, key, 17, channel));
                break;
            case 3:
                events.push_back(control(time, 1 + key, key, channel));
                break;
            default:
                events.push_back(event_from_midi(time, 0, static_cast<std::uint8_t>(0xE0 | channel), 3, 70));
                break;
        }
        events.back().origin = number++;
    }
    return events;
}

class SlotTest : public ::testing::TestWithParam<std::string> {};

TEST_P(SlotTest, PassThroughGivesTheSameEventsAsNoScript) {
    const auto input = music();
    Rig bare;
    const auto expected = bare.run(24000, 64, input);
    ASSERT_GT(expected.size(), 400u);
    for (const std::uint32_t frames : {32u, 441u, 1024u}) {
        Rig rig(options(GetParam()));
        rig.load(factory("passthrough"));
        const auto output = rig.run(24000, frames, input);
        EXPECT_EQ(words(output), words(expected)) << frames;
        const SlotFigures figures = rig.slot.figures();
        EXPECT_EQ(figures.events_in, input.size());
        EXPECT_EQ(figures.events_settled, input.size());
        EXPECT_EQ(figures.refused, 0u);
        EXPECT_EQ(figures.transport, GetParam());
        for (std::size_t i = 0; i < output.size(); ++i) {
            EXPECT_EQ(output[i].origin, expected[i].origin);
        }
    }
}

TEST_P(SlotTest, AChildWithNothingToDoIsNotCalled) {
    Folder folder;
    Rig rig(options(GetParam()));
    rig.load(folder.write(
        "quiet.py",
        "from outboard import on, ControlChange\n@on.cc(1)\ndef cc(e: ControlChange) -> None:\n    e.forward()\n"));
    rig.run(6400, 64, {note_on(100, 60), note_off(3000, 60)});
    EXPECT_EQ(rig.slot.figures().calls, 1u);  // the one that makes it live
}

TEST_P(SlotTest, WhatAScriptReadsIsTheStateAtItsSample) {
    Folder folder;
    const auto path = folder.write("reader.py", R"(
from outboard import ControlChange, held, midi, on, send
@on.cc(20)
def asked(e: ControlChange) -> None:
    send(ControlChange(cc=21, value=len(held) / 127))
    send(ControlChange(cc=22, value=midi.cc[7]))
)");
    const std::vector<Event> input{note_on(10, 60),   control(20, 7, 99),  note_on(300, 64),   control(500, 20, 1),
                                   note_off(600, 60), control(700, 7, 11), control(900, 20, 1)};
    for (const std::uint32_t frames : {32u, 1024u}) {
        Rig rig(options(GetParam()));
        rig.load(path);
        EXPECT_THAT(words(rig.run(1024, frames, input)),
                    ElementsAre("10:90.60.100", "20:b0.7.99", "300:90.64.100", "500:b0.21.2", "500:b0.22.99",
                                "600:80.60.30", "700:b0.7.11", "900:b0.21.1", "900:b0.22.11"))
            << frames;
    }
}

TEST_P(SlotTest, DurationsInBeatsWaitsAndParametersWork) {
    Folder folder;
    const auto path = folder.write("steps.py", R"(
from outboard import Knob, NoteOn, beats, on, play, spawn
gap = Knob("Gap", 0.25, min=0.1, max=1.0)
@on.note
def note(e: NoteOn) -> None:
    spawn(steps, e.key)
async def steps(key: int) -> None:
    for i in range(3):
        play(key + i, 0.5, beats(0.125))
        await beats(gap.value)
)");
    Rig rig(options(GetParam()));
    rig.load(path, {{"gap", 0.5}});
    ASSERT_EQ(rig.slot.parameters().size(), 1u);
    EXPECT_EQ(rig.slot.parameters()[0].value, 0.5);
    EXPECT_THAT(words(rig.run(48000, 64, {note_on(5, 60)})),
                ElementsAre("5:90.60.64", "3005:80.60.64", "12005:90.61.64", "15005:80.61.64", "24005:90.62.64",
                            "27005:80.62.64"));
    EXPECT_TRUE(rig.slot.idle());
}

TEST_P(SlotTest, TheHopIsWhatScriptingTakesBesidesWaitingForTheScriptAtWork) {
    Folder folder;
    Rig rig(options(GetParam()));
    rig.load(
        folder.write("works.py",
                     "import time\nfrom outboard import *\n@on.note\ndef note(e: NoteOn) -> None:\n"
                     "    end = time.perf_counter() + 0.02\n    while time.perf_counter() < end:\n        pass\n"));
    std::vector<Event> input;
    for (std::int64_t at = 100; at < 6400; at += 640) {
        input.push_back(note_on(at, 60));
    }
    rig.run(6400, 64, input);
    const SlotFigures figures = rig.slot.figures();
    EXPECT_GE(figures.hop_total.count, input.size());
    EXPECT_EQ(figures.hop_total.count, figures.scripting_total.count);
    const double waited = figures.scripting_total.sum - figures.hop_total.sum;
    EXPECT_GT(waited, 1e8) << "ten times 20 ms, of which a busy machine may take some before the wait begins";
    EXPECT_LE(waited, figures.busy_total.sum + 1);
}

TEST_P(SlotTest, PrintsAndErrorsReachTheConsoleWithTheirLine) {
    Folder folder;
    const auto path = folder.write("talks.py", R"(
from outboard import NoteOn, on
@on.note
def note(e: NoteOn) -> None:
    print("key", e.key)
    raise ValueError("no such thing")
)");
    Rig rig(options(GetParam()));
    rig.load(path);
    EXPECT_THAT(words(rig.run(640, 64, {note_on(5, 60)})), ElementsAre("5:90.60.100"));  // it had done nothing yet
    std::vector<Message> messages;
    for (int tries = 0; tries < 500 && messages.size() < 3; ++tries) {
        for (Message& message : rig.host.take_messages()) {
            messages.push_back(std::move(message));
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    ASSERT_EQ(messages.size(), 3u);  // ready, print, error
    EXPECT_EQ(messages[1].text, "key 60");
    EXPECT_EQ(messages[1].type, Message::Type::print);
    EXPECT_EQ(messages[2].type, Message::Type::error);
    EXPECT_EQ(messages[2].line, 6);
    EXPECT_THAT(messages[2].text, ::testing::HasSubstr("ValueError: no such thing"));
}

INSTANTIATE_TEST_SUITE_P(Transports, SlotTest, ::testing::Values("shm", "pipe"),
                         [](const auto& test) { return test.param; });

TEST(SlotLoadingTest, ARefusedScriptSaysWhereAndLeavesTheOldOnePlaying) {
    Folder folder;
    Rig rig;
    rig.load(factory("passthrough"));
    rig.block(64);
    rig.slot.load(folder.write("broken.py", "x = 1\ndef f(:\n"), {});
    const auto failure = rig.slot.wait_loaded(std::chrono::seconds(20));
    ASSERT_TRUE(failure.has_value());
    EXPECT_THAT(*failure, ::testing::StartsWith("broken.py, line 2: SyntaxError: "));
    const auto messages = rig.host.take_messages();
    ASSERT_FALSE(messages.empty());
    EXPECT_EQ(messages.back().line, 2);
    EXPECT_EQ(messages.back().type, Message::Type::error);
    EXPECT_THAT(words(rig.run(rig.now + 64, 64, {note_on(70, 60)})), ElementsAre("70:90.60.100"));
    EXPECT_EQ(rig.slot.figures().state, SlotState::live);
    EXPECT_EQ(rig.slot.figures().script, factory("passthrough"));
}

TEST(SlotLoadingTest, ASwapKeepsHeldKeysAndTheirNotes) {
    Folder folder;
    Rig rig;
    rig.load(factory("passthrough"));
    rig.block(64, {note_on(3, 60)});
    rig.load(folder.write("next.py", R"(
from outboard import ControlChange, held, on, send
@on.start
def start() -> None:
    send(ControlChange(cc=30, value=len(held) / 127))
)"));
    EXPECT_THAT(words(rig.block(64)), ElementsAre("64:b0.30.1"));
    EXPECT_THAT(words(rig.block(64, {note_off(140, 60)})), ElementsAre("140:80.60.30"));
}

TEST(SlotLoadingTest, PipelinedPlaysTheSameOneBlockLater) {
    const auto input = music();
    Rig bare;
    auto expected = bare.run(24000, 64, input);
    for (Event& event : expected) {
        event.time += 64;
    }
    auto with = options();
    with.pipelined = true;
    Rig rig(with);
    rig.load(factory("passthrough"));
    std::vector<Event> output;
    while (rig.now < 24064) {
        const auto some = rig.block(64, input);
        output.insert(output.end(), some.begin(), some.end());
    }
    EXPECT_EQ(words(output), words(expected));
}

TEST(LateWindowsTest, OutsideOfThemEverythingIsHeardAtItsTime) {
    Folder folder;
    Rig rig(options("shm", false));
    rig.load(folder.write("sleeps.py", R"(
import time
from outboard import ControlChange, Event, on
@on.cc(20)
def late(e: ControlChange) -> None:
    time.sleep(0.05)
    e.forward()
@on.any
def rest(e: Event) -> None:
    e.forward()
)"));
    const auto block_with_note = [&] { return rig.block(512, {note_on(rig.now + 5, 60), note_off(rig.now + 50, 60)}); };
    ASSERT_EQ(block_with_note().size(), 2U);
    EXPECT_TRUE(rig.slot.figures().late_windows.empty());
    const std::int64_t late_block = rig.now;
    rig.deadline_ns = 1'000'000;
    rig.block(512, {control(rig.now + 10, 20, 1)});
    rig.deadline_ns = 2'000'000'000;
    ASSERT_EQ(rig.slot.figures().late_windows.size(), 1U);
    EXPECT_EQ(rig.slot.figures().late_windows[0].begin, late_block);
    // Late often enough to play a block later for a second: that belongs to it.
    std::int64_t heard = 0;
    do {
        std::this_thread::sleep_for(std::chrono::milliseconds(3));
        const std::int64_t start = rig.now;
        for (const Event& event : block_with_note()) {
            heard = event.time - start;
        }
    } while (rig.slot.figures().state != SlotState::live && rig.now < 100 * 48000);
    const auto windows = rig.slot.figures().late_windows;
    ASSERT_EQ(windows.size(), 1U);
    EXPECT_EQ(windows[0].end, rig.now) << "closed with the block that caught up";
    EXPECT_EQ(heard, 50);
    ASSERT_EQ(block_with_note().size(), 2U);
    EXPECT_EQ(rig.slot.figures().late_windows[0].end, rig.now - 512) << "and stays closed";
}

TEST(TransportTest, ChangesWhilePlayingWithoutLosingOrDoublingAnything) {
    const auto input = music();
    Rig bare;
    const auto expected = bare.run(24000, 64, input);
    for (const int every : {1, 2, 7}) {
        for (const bool pipelined : {false, true}) {
            auto with = options("pipe");
            with.pipelined = pipelined;
            Rig rig(with);
            rig.load(factory("passthrough"));
            std::vector<Event> output;
            std::set<std::string> seen;
            for (int block = 0; rig.now < 24064; ++block) {
                if (block % every == 0) {
                    rig.slot.set_transport(block / every % 2 == 0 ? "shm" : "pipe");
                }
                const auto some = rig.block(64, input);
                output.insert(output.end(), some.begin(), some.end());
                seen.insert(rig.slot.figures().transport);
            }
            std::vector<Event> shifted = expected;
            for (Event& event : shifted) {
                event.time += pipelined ? 64 : 0;
            }
            EXPECT_EQ(words(output), words(shifted)) << every << (pipelined ? " pipelined" : "");
            EXPECT_THAT(seen, ElementsAre("pipe", "shm"));
            EXPECT_EQ(rig.slot.figures().events_in, input.size());
            EXPECT_EQ(rig.slot.figures().restarts, 0U);
        }
    }
}

TEST(TransportTest, OneThatIsNotKnownIsRefusedByName) {
    Rig rig;
    try {
        rig.slot.set_transport("dove");
        FAIL() << "it was taken";
    } catch (const std::runtime_error& error) {
        EXPECT_THAT(error.what(), ::testing::HasSubstr("'dove': use shm or pipe"));
    }
}

TEST(TransportTest, ANewChildBeginsWithTheTransportThatWasChosen) {
    Rig rig;
    rig.slot.set_transport("pipe");
    rig.load(factory("passthrough"));
    rig.block(64);
    EXPECT_EQ(rig.slot.figures().transport, "pipe");
    rig.load(factory("passthrough"));
    rig.block(64);
    rig.block(64);
    EXPECT_EQ(rig.slot.figures().transport, "pipe");
}

}  // namespace
}  // namespace outboard::scripting
