// Swaps of a track whose answers land one block later: all is as in the same block, shifted.

#include <algorithm>

#include "swap_rig.h"

namespace outboard::scripting {
namespace {

using namespace testing;

struct Way {
    const char* transport;
    bool offline;
};

class PipelinedSwapTest : public SwapTest, public ::testing::WithParamInterface<Way> {
protected:
    PipelinedSwapTest() : SwapTest(pipelined(GetParam())) {}

    static ScriptHost::Options pipelined(const Way& way) {
        ScriptHost::Options with = options(way.transport, way.offline);
        with.pipelined = true;
        return with;
    }
    /// Marks controller 1 with another one, and does `last` at the value 127 before.
    static std::string marks(int number, int mark, const std::string& last = "pass") {
        return script(number,
                      "import os, time\n@on.cc(1)\ndef cc(e: ControlChange) -> None:\n    if e.value == 1:\n        " +
                          last + "\n    send(ControlChange(cc=" + std::to_string(mark) + ", value=e.value))\n");
    }
    /// Blocks with the input that `of_block` makes, until the new script has taken over. `of_block` hears whether that
    /// is ready, so that it does with the next beat.
    template <typename Input>
    void swap_to(const std::string& script, Input of_block) {
        rig.slot.load(folder.write("new.py", script), {});
        for (int blocks = 0; blocks < 3000 && rig.slot.figures().swaps == 0; ++blocks) {
            const bool ready = !rig.slot.wait_loaded(std::chrono::milliseconds(0));
            if (ready && (rig.now + frames) / beat != rig.now / beat) {  // an answer that is owed would put it off
                std::this_thread::sleep_for(std::chrono::milliseconds(50));
            }
            play(of_block(ready));
        }
        ASSERT_EQ(rig.slot.figures().swaps, 1U);
        EXPECT_EQ(rig.slot.figures().swap_sample % beat, 0);
    }
    /// Swaps to marks(31, 41) while controllers come all the time, with the value 127 where the old child's part of
    /// that block ends, and goes on until all of them are settled. Returns how many there were.
    std::size_t swap_among_controllers(const std::string& old) {
        rig.load(folder.write("old.py", old));
        play();
        std::size_t sent = 0;
        swap_to(marks(31, 41), [&](bool ready) {
            std::vector<Event> input;
            for (std::int64_t at = rig.now; at < rig.now + frames; at += 16, ++sent) {
                input.push_back(control(at, 1, ready && (at + 16) % beat == 0 ? 127 : 5));
            }
            return input;
        });
        EXPECT_TRUE(play_until([&] { return rig.slot.figures().events_kept == 0; }));
        play();
        const SlotFigures figures = rig.slot.figures();
        EXPECT_EQ(figures.events_pushed, figures.events_settled);
        EXPECT_EQ(figures.restarts, 0U);
        EXPECT_EQ(figures.refused, 0U);
        EXPECT_TRUE(std::ranges::is_sorted(heard, {}, &Event::time));
        return sent;
    }
};

TEST_P(PipelinedSwapTest, EventsGoToTheScriptThatIsLiveAtTheirSample) {
    const std::size_t sent = swap_among_controllers(marks(30, 40));
    const std::int64_t heard_at = rig.slot.figures().swap_sample + frames;
    const auto before = times_of(40);
    const auto after = times_of(41);
    EXPECT_EQ(before.size() + after.size(), sent);
    EXPECT_EQ(times_of(31), std::vector{heard_at});
    if (GetParam().offline) {
        EXPECT_EQ(before.back(), heard_at - 16);
        EXPECT_EQ(after.front(), heard_at);
    }
}

TEST_P(PipelinedSwapTest, NotesAreHandedOverWithTheKeysOfThatSample) {
    const std::string tells = R"(from outboard import *
@on.start
def start() -> None:
    send(ControlChange(cc=50, value=held.by_time[0].key / 127 if held else 0))
    send(ControlChange(cc=51, value=len(held) / 127))
@on.note
def note(e: NoteOn) -> None:
    e.forward()
)";
    rig.load(folder.write("old.py", tells + "    play(110, hold=True)\n"));
    play();
    // A key changes for the next one in each block, before the place where the beat may be and after it.
    std::vector<std::int64_t> ons, offs;
    const auto key_of = [](std::size_t number) { return 20 + static_cast<int>(number % 80); };
    swap_to(tells, [&](bool) {
        std::vector<Event> input;
        for (const std::int64_t at : {rig.now + 16, rig.now + 200}) {
            input.push_back(note_on(at, key_of(ons.size())));
            if (!ons.empty()) {
                input.push_back(note_off(at + 8, key_of(ons.size() - 1)));
                offs.push_back(at + 8);
            }
            ons.push_back(at);
        }
        return input;
    });
    offs.push_back(rig.now);
    play({note_off(rig.now, key_of(ons.size() - 1))});
    play();
    play();
    const std::int64_t at = rig.slot.figures().swap_sample;
    const auto last_on = std::ranges::find_if(ons, [&](std::int64_t on) { return on >= at; }) - ons.begin() - 1;
    EXPECT_EQ(value_of(50), key_of(static_cast<std::size_t>(last_on)));
    EXPECT_EQ(value_of(51), 1);
    std::vector<std::int64_t> heard_ons, heard_offs, held_offs;
    for (const Event& event : heard) {
        const bool on = event.kind == Kind::note_on;
        if (event.data[1] != 110 && (on || event.kind == Kind::note_off)) {
            (on ? heard_ons : heard_offs).push_back(event.time - frames);
        } else if (event.data[1] == 110 && event.kind == Kind::note_off) {
            held_offs.push_back(event.time - frames);
        }
    }
    EXPECT_EQ(held_offs, std::vector(static_cast<std::size_t>(last_on) + 1, at)) << "released at the swap";
    if (GetParam().offline) {
        EXPECT_EQ(heard_ons, ons);
        EXPECT_EQ(heard_offs, offs);
    } else {
        EXPECT_EQ(heard_ons.size(), ons.size());
        EXPECT_EQ(heard_offs.size(), offs.size());
    }
}

TEST_P(PipelinedSwapTest, WhatTheOldOneHoldsBackComesBeforeTheNewOneIsHeard) {
    const std::string flood = "for i in range(3000): send(ControlChange(cc=42, value=1))";
    const std::size_t sent = swap_among_controllers(marks(30, 40, flood));
    EXPECT_EQ(times_of(42).size(), 3000U);
    EXPECT_EQ(times_of(40).size() + times_of(41).size(), sent);
    EXPECT_TRUE(times_of(1).empty()) << "none passed beside what was made of it";
    EXPECT_LE(times_of(40).back(), times_of(31).at(0));
}

TEST_P(PipelinedSwapTest, AnOldOneThatIsLateIsHeardBeforeTheNewOne) {
    const std::size_t sent = swap_among_controllers(marks(30, 40, "time.sleep(0.1)"));
    EXPECT_EQ(times_of(40).size() + times_of(41).size(), sent);
    EXPECT_LE(times_of(40).back(), times_of(31).at(0));
}

TEST_P(PipelinedSwapTest, WhatAnOldOneThatDiesHasNotAnsweredPasses) {
    const std::size_t sent = swap_among_controllers(marks(30, 40, "os._exit(3)"));
    EXPECT_EQ(times_of(1).size() + times_of(40).size() + times_of(41).size(), sent);
    EXPECT_GE(times_of(1).size(), 1U);
    EXPECT_LE(times_of(1).back(), times_of(31).at(0));
}

TEST_P(PipelinedSwapTest, AnOldOneThatHangsIsLetGoAndTheNewOneLives) {
    const std::size_t sent = swap_among_controllers(marks(30, 40, "while True: pass"));
    EXPECT_EQ(times_of(1).size() + times_of(40).size() + times_of(41).size(), sent);
    EXPECT_GE(times_of(1).size(), 1U);
    EXPECT_LE(times_of(1).back(), times_of(31).at(0));
}

INSTANTIATE_TEST_SUITE_P(Ways, PipelinedSwapTest,
                         ::testing::Values(Way{"shm", true}, Way{"pipe", true}, Way{"shm", false}, Way{"pipe", false}),
                         [](const ::testing::TestParamInfo<Way>& way) {
                             return std::string(way.param.transport) + (way.param.offline ? "Offline" : "RealTime");
                         });

}  // namespace
}  // namespace outboard::scripting
