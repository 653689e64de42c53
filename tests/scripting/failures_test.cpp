// What may go wrong with a child, and what the audience hears then. Real processes, real signals, in real time.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <set>

#include "rig.h"
#include "scripting/child/descriptors.h"

namespace outboard::scripting {
namespace {

using namespace testing;

std::string factory(const std::string& name) {
    return std::string(OUTBOARD_FACTORY) + "/" + name + ".py";
}

/// A rig in real time that counts what sounds at the instrument.
class FailuresTest : public ::testing::Test {
protected:
    explicit FailuresTest(const std::string& transport = "shm") : rig(options(transport, false)) {}

    void play(const std::vector<Event>& input = {}) {
        const auto output = rig.block(256, input);
        std::this_thread::sleep_for(std::chrono::milliseconds(3));
        for (const Event& event : output) {
            if (event.kind == Kind::note_on) {
                sounding.insert(event.note_id);
                ++started;
            } else if (event.kind == Kind::note_off && event.note_id >= 0) {
                EXPECT_EQ(sounding.erase(event.note_id), 1u) << "an end without its note";
            }
        }
    }
    template <typename Condition>
    bool play_until(Condition condition) {
        for (int blocks = 0; blocks < 5000; ++blocks) {
            play();
            if (condition()) {
                return true;
            }
        }
        return false;
    }
    void hold_keys(int count) {
        std::vector<Event> chord;
        for (int i = 0; i < count; ++i) {
            chord.push_back(note_on(rig.now + i, 48 + i));
        }
        play(chord);
    }
    void release_keys(int count) {
        std::vector<Event> offs;
        for (int i = 0; i < count; ++i) {
            offs.push_back(note_off(rig.now + i, 48 + i));
        }
        play(offs);
    }
    bool live_again(std::uint64_t restarts) {
        return play_until([&] {
            const SlotFigures figures = rig.slot.figures();
            return figures.restarts == restarts && figures.state == SlotState::live;
        });
    }
    void expect_nothing_lost() {
        const SlotFigures figures = rig.slot.figures();
        EXPECT_EQ(figures.events_pushed, figures.events_settled + figures.events_kept);
        EXPECT_EQ(figures.events_kept, 0u);
    }

    Folder folder;
    Rig rig;
    std::set<std::int32_t> sounding;
    int started = 0;
};

TEST_F(FailuresTest, KilledWithTenNotesDownNothingHangsAndItRestarts) {
    rig.load(factory("passthrough"));
    play();
    hold_keys(10);
    ASSERT_TRUE(play_until([&] { return sounding.size() == 10; }));
    ::kill(static_cast<pid_t>(rig.slot.figures().pid), SIGKILL);
    ASSERT_TRUE(live_again(1));
    EXPECT_EQ(sounding.size(), 10u) << "keys that are down sound on";
    release_keys(10);
    ASSERT_TRUE(play_until([&] { return sounding.empty(); }));
    EXPECT_THAT(rig.slot.figures().reasons, ::testing::ElementsAre("SIGKILL"));
    expect_nothing_lost();
}

TEST_F(FailuresTest, AStoppedChildIsKilledByTheWatchdogAndItsInputPasses) {
    rig.load(factory("passthrough"));
    play();
    ::kill(static_cast<pid_t>(rig.slot.figures().pid), SIGSTOP);
    hold_keys(3);
    release_keys(3);
    ASSERT_TRUE(live_again(1));
    EXPECT_THAT(rig.slot.figures().reasons, ::testing::ElementsAre("no answer for 500 ms"));
    EXPECT_TRUE(play_until([&] { return sounding.empty(); }));
    expect_nothing_lost();
}

TEST_F(FailuresTest, AnEndlessLoopIsEndedAndReported) {
    rig.load(folder.write("loop.py",
                          "from outboard import NoteOn, on\n@on.note(keys=\"C3\")\ndef note(e: NoteOn) -> None:\n    "
                          "while True: pass\n"));
    play();
    play({note_on(rig.now, 60)});
    ASSERT_TRUE(live_again(1));
    EXPECT_GT(rig.slot.figures().late + rig.slot.figures().missed, 0u);
    const auto windows = rig.slot.figures().late_windows;
    ASSERT_FALSE(windows.empty());
    EXPECT_LT(windows.back().end, rig.now) << "over when the child is gone";
    rig.slot.reset_figures();
    EXPECT_EQ(rig.slot.figures().late_blocks(), 0u);
#if defined(__SANITIZE_THREAD__)  // which holds signals back: it may be ended before it has said where it is
    EXPECT_THAT(rig.slot.figures().reasons, ::testing::ElementsAre(::testing::StartsWith("no answer for 500 ms")));
#else
    EXPECT_THAT(rig.slot.figures().reasons, ::testing::ElementsAre("no answer for 500 ms: loop.py, line 4 in note"));
#endif
    play({note_off(rig.now, 60)});
    EXPECT_TRUE(play_until([&] { return sounding.empty(); }));
    expect_nothing_lost();
}

std::string counter(const Folder& folder, const std::string& name = "counter.py") {
    return folder.write(
        name,
        "from outboard import NoteOn, on, send, state, ControlChange\n@on.note\ndef n(e: NoteOn) -> None:\n"
        "    state.setdefault('keys', []).append(e.key)\n"
        "    send(ControlChange(cc=20, value=len(state['keys']) / 127))\n");
}

TEST_F(FailuresTest, StateSurvivesACrash) {
    rig.load(counter(folder));
    play();
    play({note_on(rig.now, 60), note_on(rig.now, 61)});
    ASSERT_TRUE(play_until([&] { return rig.slot.saved().find("[60,61]") != std::string::npos; }));
    // At most once a second: this change is copied when the second is over, with no further call of the script.
    play({note_on(rig.now, 62)});
    ASSERT_TRUE(play_until([&] { return rig.slot.saved().find("[60,61,62]") != std::string::npos; }));
    ::kill(static_cast<pid_t>(rig.slot.figures().pid), SIGKILL);
    ASSERT_TRUE(live_again(1));
    play({note_on(rig.now, 63)});
    ASSERT_TRUE(play_until([&] { return rig.slot.saved().find("[60,61,62,63]") != std::string::npos; }));
    expect_nothing_lost();
}

TEST_F(FailuresTest, WhatAScriptKeepsIsItsOwn) {
    const std::string first = counter(folder), second = counter(folder, "other.py");
    rig.load(first);
    play();
    play({note_on(rig.now, 60)});
    ASSERT_TRUE(play_until([&] { return rig.slot.saved().find("[60]") != std::string::npos; }));
    rig.load(second);
    EXPECT_EQ(rig.slot.saved(), "");
    rig.slot.load(folder.write("broken.py", "x = (\n"), {}, R"({"state":{"a":1}})");
    EXPECT_NE(rig.slot.wait_loaded(std::chrono::seconds(20)), std::nullopt);
    EXPECT_EQ(rig.slot.saved(), R"({"state":{"a":1}})") << "a script that does not load loses nothing";
    rig.load(first);
    play();
    play({note_on(rig.now, 62)});
    EXPECT_TRUE(play_until([&] { return rig.slot.saved().find("[60,62]") != std::string::npos; }));
}

TEST_F(FailuresTest, WhatIsGivenBackIsLimited) {
    rig.slot.load(counter(folder), {}, "{\"state\":{\"a\":\"" + std::string(300'000, 'x') + "\"}}");
    const auto failure = rig.slot.wait_loaded(std::chrono::seconds(20));
    ASSERT_NE(failure, std::nullopt);
    EXPECT_NE(failure->find("too large to be given back"), std::string::npos) << *failure;
}

TEST_F(FailuresTest, AnExitIsNamed) {
    rig.load(folder.write(
        "exit.py",
        "import os\nfrom outboard import NoteOn, on\n@on.note\ndef note(e: NoteOn) -> None:\n    os._exit(3)\n"));
    play();
    play({note_on(rig.now, 60)});
    ASSERT_TRUE(live_again(1));
    EXPECT_THAT(rig.slot.figures().reasons, ::testing::ElementsAre("exit code 3: exit.py, line 5 in note"));
    play({note_off(rig.now, 60)});
    EXPECT_TRUE(play_until([&] { return sounding.empty(); }));
    expect_nothing_lost();
}

// A sanitizer takes the signals that these are about for itself, and leaves no room for a limit of memory.
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)

/// A script whose handler does this, and a key that makes it do so.
class EndsBadly : public FailuresTest {
protected:
    void expect_reason(const std::string& statements, const std::string& reason) {
        rig.load(folder.write(
            "bad.py", "import ctypes, os, re\nfrom outboard import NoteOn, on\ndef step() -> None:\n    " + statements +
                          "\n@on.note(keys=\"C3\")\ndef note(e: NoteOn) -> None:\n    step()\n"));
        play();
        hold_keys(2);
        play({note_on(rig.now, 60)});
        ASSERT_TRUE(live_again(1));
        EXPECT_THAT(rig.slot.figures().reasons, ::testing::ElementsAre(reason));
        bool told = false;
        for (const Message& message : rig.host.take_messages()) {
            told = told || (message.type == Message::Type::error && message.line == 4 &&
                            message.text.find(reason) != std::string::npos);
        }
        EXPECT_TRUE(told) << "the console has no line";
        release_keys(2);
        play({note_off(rig.now, 60)});
        EXPECT_TRUE(play_until([&] { return sounding.empty(); }));
        expect_nothing_lost();
    }
};

TEST_F(EndsBadly, AnEndlessLoopInCIsEndedAndItsLineAndHandlerAreNamed) {
    expect_reason("sum(range(10**12))", "no answer for 500 ms: bad.py, line 4 in step (called from note)");
}

TEST_F(EndsBadly, AnEndlessRegularExpressionIsNamedByTheLineOfTheScript) {
    expect_reason("re.match('(a+)+b', 'a' * 60)", "no answer for 500 ms: bad.py, line 4 in step (called from note)");
}

TEST_F(EndsBadly, ACrashInCIsNamedByItsSignalAndLine) {
    expect_reason("ctypes.string_at(0)", "SIGSEGV: bad.py, line 4 in step (called from note)");
}

TEST_F(FailuresTest, OutOfMemoryIsAnErrorOfTheHandlerAndTheScriptLives) {
    rig.load(folder.write("hungry.py", R"(
from outboard import NoteOn, on
@on.note
def note(e: NoteOn) -> None:
    much = bytearray(3 << 30)
)"));
    play();
    play({note_on(rig.now, 60), note_off(rig.now + 10, 60)});
    EXPECT_TRUE(play_until([&] { return started == 1 && sounding.empty(); })) << "the event passes";
    EXPECT_EQ(rig.slot.figures().restarts, 0u);
    bool told = false;
    ASSERT_TRUE(play_until([&] {
        for (const Message& message : rig.host.take_messages()) {
            told = told || (message.line == 5 && message.text.find("MemoryError") != std::string::npos);
        }
        return told;
    }));
}
#endif

TEST_F(FailuresTest, VoicesWithAnEndOfTheirOwnKeepItAndHeldOnesAreReleased) {
    rig.load(folder.write("voices.py", R"(
from outboard import NoteOn, on, play, seconds
@on.note
def note(e: NoteOn) -> None:
    play(72, duration=seconds(1))
    play(76, hold=True)
    play(79)
)"));
    play();
    play({note_on(rig.now, 60)});
    ASSERT_TRUE(play_until([&] { return sounding.size() == 3; }));
    const std::int64_t until = rig.now + 48000;
    ::kill(static_cast<pid_t>(rig.slot.figures().pid), SIGKILL);
    ASSERT_TRUE(play_until([&] { return sounding.size() == 2; })) << "the held voice is released";
    ASSERT_TRUE(play_until([&] { return sounding.size() == 1; })) << "the second's note ends by itself";
    EXPECT_GE(rig.now, until - 1024);
    play({note_off(rig.now, 60)});
    EXPECT_TRUE(play_until([&] { return sounding.empty(); })) << "the bound one with its key";
}

TEST_F(FailuresTest, AChildThatDiesWhileLoadingIsRefusedWithItsReason) {
    rig.slot.load(folder.write("dies.py", "import os, signal\nos.kill(os.getpid(), signal.SIGTERM)\n"), {});
    const auto failure = rig.slot.wait_loaded(std::chrono::seconds(20));
    ASSERT_TRUE(failure.has_value());
    EXPECT_THAT(*failure, ::testing::HasSubstr("SIGTERM"));
    EXPECT_EQ(rig.slot.figures().state, SlotState::failed);
    hold_keys(2);
    release_keys(2);
    EXPECT_EQ(started, 2);
    EXPECT_TRUE(sounding.empty());
}

TEST_F(FailuresTest, PanicEndsEverythingAndTheScriptPlaysOn) {
    rig.load(factory("passthrough"));
    play();
    hold_keys(5);
    ASSERT_TRUE(play_until([&] { return sounding.size() == 5; }));
    rig.before_post = [&] { rig.slot.panic(); };
    const auto cut = rig.block(256);
    rig.before_post = nullptr;
    EXPECT_EQ(std::count_if(cut.begin(), cut.end(), [](const Event& e) { return e.kind == Kind::choke; }), 5);
    sounding.clear();
    play({note_on(rig.now, 60), note_off(rig.now + 100, 60)});
    EXPECT_TRUE(play_until([&] { return started == 6 && sounding.empty(); }));
}

TEST_F(FailuresTest, BypassPassesEverythingAndComesBackWithItsValues) {
    rig.load(folder.write("mute.py", R"(
from outboard import Knob, NoteOn, on
level = Knob("Level", 0.5)
@on.note
def note(e: NoteOn) -> None:
    pass
)"),
             {{"level", 0.25}});
    play();
    play({note_on(rig.now, 60), note_off(rig.now + 10, 60)});
    EXPECT_EQ(started, 0);
    rig.slot.set_bypass(true);
    ASSERT_FALSE(rig.slot.wait_loaded(std::chrono::seconds(20)).has_value());
    play();
    EXPECT_EQ(rig.slot.figures().state, SlotState::bypassed);
    play({note_on(rig.now, 60), note_off(rig.now + 10, 60)});
    EXPECT_EQ(started, 1);
    rig.slot.set_bypass(false);
    ASSERT_FALSE(rig.slot.wait_loaded(std::chrono::seconds(20)).has_value());
    play();
    play({note_on(rig.now, 60), note_off(rig.now + 10, 60)});
    EXPECT_EQ(started, 1);
    EXPECT_EQ(rig.slot.parameters()[0].value, 0.25);
}

#if !defined(__SANITIZE_THREAD__) && !defined(__SANITIZE_ADDRESS__)  // so many prints would take too long there
TEST_F(FailuresTest, AFloodOfPrintsIsCutAndCountedAndTheScriptPlaysOn) {
    rig.load(folder.write("chatty.py", R"(
from outboard import NoteOn, on
@on.note
def note(e: NoteOn) -> None:
    e.forward()
    for i in range(20000):
        print("line", i)
)"));
    play();
    play({note_on(rig.now, 60), note_off(rig.now + 10, 60)});
    bool told = false;
    ASSERT_TRUE(play_until([&] {
        for (const Message& message : rig.host.take_messages()) {
            told = told ||
                   (message.type == Message::Type::warning && message.text.find("were dropped") != std::string::npos);
        }
        return told && started == 1 && sounding.empty();
    }));
    EXPECT_EQ(rig.slot.figures().restarts, 0u);
    expect_nothing_lost();
}
#endif

TEST_F(FailuresTest, TwentyErrorsInASecondAreAReasonWithItsLine) {
    rig.load(folder.write("wrong.py",
                          "from outboard import NoteOn, on\n@on.note\ndef note(e: NoteOn) -> None:\n    1 / 0\n"));
    play();
    for (int i = 0; i < 20; ++i) {
        play({note_on(rig.now, 60), note_off(rig.now + 10, 60)});
    }
    ASSERT_TRUE(play_until([&] { return !rig.slot.figures().reasons.empty(); }));
    EXPECT_THAT(rig.slot.figures().reasons,
                ::testing::ElementsAre("bypassed after 20 errors within a second: wrong.py, line 4"));
    EXPECT_EQ(rig.slot.figures().state, SlotState::bypassed);
    EXPECT_EQ(started, 20);
    EXPECT_TRUE(sounding.empty());
    expect_nothing_lost();
}

/// Offline: how long Python takes for so many does not matter.
class FloodTest : public ::testing::Test {
protected:
    void play_notes(int notes) {
        rig.load(folder.write("flood.py",
                              "from outboard import NoteOn, on, play, ms\n@on.note\ndef note(e: NoteOn) -> None:\n"
                              "    for i in range(" +
                                  std::to_string(notes) + "):\n        play(i % 128, duration=ms(0.1))\n"));
        rig.block(64);
        for (int block = 0; block < 40; ++block) {
            std::size_t ons = 0;
            const std::vector<Event> input{note_on(block == 0 ? rig.now : -1, 60),
                                           note_off(block == 3 ? rig.now : -1, 60)};
            for (const Event& event : rig.block(64, input)) {
                if (event.kind == Kind::note_on) {
                    ++ons;
                    sounding.insert(event.note_id);
                } else if (event.kind == Kind::note_off) {
                    sounding.erase(event.note_id);
                }
            }
            per_block.push_back(ons);
        }
    }
    Folder folder;
    Rig rig;
    std::vector<std::size_t> per_block;
    std::set<std::int32_t> sounding;
};

TEST_F(FloodTest, OutputIsCappedPerBlockAndTheRestComesWithTheNextBlocks) {
    play_notes(3000);
    EXPECT_EQ(per_block[0], 1024u);
    EXPECT_EQ(per_block[1], 1024u);
    EXPECT_EQ(per_block[2], 952u);
    EXPECT_TRUE(sounding.empty());
    const SlotFigures figures = rig.slot.figures();
    EXPECT_EQ(figures.flooded, 3000u - 1024u + 952u);
    EXPECT_EQ(figures.state, SlotState::live);
    EXPECT_EQ(figures.events_pushed, figures.events_settled);
}

TEST_F(FloodTest, AHundredThousandNotesInOneBlockBypassTheScript) {
    play_notes(100000);
    EXPECT_TRUE(std::all_of(per_block.begin(), per_block.end(), [](std::size_t ons) { return ons <= 1024; }));
    EXPECT_TRUE(sounding.empty());
    bool bypassed = false;
    for (int tries = 0; tries < 500 && !bypassed; ++tries) {
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
        const auto reasons = rig.slot.figures().reasons;
        bypassed = !reasons.empty() && reasons[0].starts_with("bypassed after 100,000 notes and events at once");
    }
    EXPECT_TRUE(bypassed);
    const auto output = rig.block(64, {note_on(rig.now, 61), note_off(rig.now + 5, 61)});
    EXPECT_EQ(output.size(), 2u) << "everything passes";
    const SlotFigures figures = rig.slot.figures();
    EXPECT_EQ(figures.state, SlotState::bypassed);
    EXPECT_EQ(figures.events_pushed, figures.events_settled);
    EXPECT_EQ(figures.restarts, 0u);
}

/// A script that writes where the protocol is.
class HostileTest : public FailuresTest {
protected:
    HostileTest() : FailuresTest("pipe") {}
    void expect_refused(const std::string& descriptor) {
        rig.load(folder.write(
            "hostile.py",
            "import os\nfrom outboard import NoteOn, on\n@on.note\ndef note(e: NoteOn) -> None:\n    os.write(" +
                descriptor + ", os.urandom(300))\n"));
        play();
        play({note_on(rig.now, 60)});
        ASSERT_TRUE(live_again(1));
        play({note_off(rig.now, 60)});
        EXPECT_TRUE(play_until([&] { return sounding.empty(); }));
        expect_nothing_lost();
    }
};

TEST_F(HostileTest, GarbageOnTheBlockLaneEndsTheChildOnly) {
    expect_refused(std::to_string(child::piped_out));
    EXPECT_THAT(rig.slot.figures().reasons, ::testing::ElementsAre(::testing::StartsWith("its answers make no sense")));
}

TEST_F(HostileTest, GarbageOnTheSlowLaneEndsTheChildOnly) {
    expect_refused(std::to_string(child::slow_out));
    EXPECT_THAT(rig.slot.figures().reasons, ::testing::ElementsAre(::testing::StartsWith("its slow lane broke")));
}

TEST_F(HostileTest, ClosedDescriptorsAreLikeACrash) {
    rig.load(folder.write("closes.py",
                          "import os\nfrom outboard import NoteOn, on\n@on.note\ndef note(e: NoteOn) -> None:\n    "
                          "os.closerange(3, 10)\n"));
    play();
    play({note_on(rig.now, 60)});
    ASSERT_TRUE(live_again(1));
    play({note_off(rig.now, 60)});
    EXPECT_TRUE(play_until([&] { return sounding.empty(); }));
    expect_nothing_lost();
}

}  // namespace
}  // namespace outboard::scripting
