// Swaps in real time, through real children: the moment, what crosses, and files that were saved by any editor.

#include <algorithm>
#include <cmath>
#include <set>

#include "swap_rig.h"

namespace outboard::scripting {
namespace {

using namespace testing;

TEST_F(SwapTest, ASavedFileIsSwappedAtTheNextBeatWhilePlaying) {
    const auto path = folder.write("s.py", script(30));
    rig.load(path);
    play({note_on(rig.now, 60)});
    ASSERT_EQ(times_of(30).size(), 1U);
    folder.write("s.py", script(31));
    ASSERT_TRUE(swapped());
    ASSERT_EQ(times_of(31).size(), 1U);
    EXPECT_EQ(times_of(31)[0] % beat, 0) << "at the exact sample of the beat, within a block";
    EXPECT_EQ(times_of(31)[0], rig.slot.figures().swap_sample);
    EXPECT_EQ(value_of(31), 1) << "held crosses";
    EXPECT_GT(rig.slot.figures().swap_ms, 0);
    bool told = false;
    for (const Message& message : rig.host.take_messages()) {
        told = told || message.text.starts_with("s.py swapped in ");
    }
    EXPECT_TRUE(told);
    EXPECT_EQ(rig.slot.figures().restarts, 0U);
}

TEST_F(SwapTest, TheMomentCanBeABarOrABlock) {
    const auto path = folder.write("s.py", script(30));
    rig.slot.set_swap_moment(SwapMoment::bar);
    rig.load(path);
    play();
    folder.write("s.py", script(31));
    ASSERT_TRUE(swapped());
    EXPECT_EQ(times_of(31).at(0) % (4 * beat), 0);
    rig.slot.set_swap_moment(SwapMoment::block);
    folder.write("s.py", script(32));
    ASSERT_TRUE(swapped(2));
    EXPECT_EQ(times_of(32).at(0) % frames, 0);
}

TEST_F(SwapTest, WhileTheSongStandsItIsTheNextBlock) {
    rig.clock.points[0].playing = false;
    const auto path = folder.write("s.py", script(30));
    rig.load(path);
    play();
    folder.write("s.py", script(31));
    ASSERT_TRUE(swapped());
    EXPECT_EQ(times_of(31).at(0) % frames, 0);
}

TEST_F(SwapTest, EventsOfTheBlockGoToTheScriptThatIsLiveAtTheirSampleAndNoneIsLost) {
    const std::string mark = "@on.cc(1)\ndef cc(e: ControlChange) -> None:\n    send(ControlChange(cc=";
    const auto path = folder.write("s.py", script(30, mark + "40, value=0.5))\n"));
    rig.load(path);
    play();
    folder.write("s.py", script(31, mark + "41, value=0.5))\n"));
    int sent = 0;
    for (int blocks = 0; blocks < 3000 && rig.slot.figures().swaps == 0; ++blocks) {
        std::vector<Event> input;
        for (std::int64_t at = rig.now; at < rig.now + frames; at += 16) {
            input.push_back(control(at, 1, 5));
            ++sent;
        }
        play(input);
    }
    ASSERT_TRUE(play_until([&] { return rig.slot.figures().events_kept == 0; }));
    const auto before = times_of(40);
    const auto after = times_of(41);
    const std::int64_t at = rig.slot.figures().swap_sample;
    EXPECT_EQ(before.size() + after.size(), static_cast<std::size_t>(sent));
    EXPECT_LT(before.back(), at);
    EXPECT_GE(after.front(), at);
    EXPECT_EQ(rig.slot.figures().events_settled, rig.slot.figures().events_pushed);
}

TEST_F(SwapTest, ParametersAndStateCross) {
    const std::string keeps = R"(
level = Knob("Level", 0.5)
@on.cc(1)
def count(e: ControlChange) -> None:
    state["count"] = state.get("count", 0) + 1
@on.cc(2)
def tell(e: ControlChange) -> None:
    send(ControlChange(cc=50, value=state.get("count", 0) / 127))
    send(ControlChange(cc=51, value=level.value))
)";
    const auto path = folder.write("s.py", script(30, keeps));
    rig.load(path);
    for (int i = 0; i < 9; ++i) {
        play({control(rig.now, 1, 5)});
    }
    rig.before_post = [&] { rig.slot.set_parameter(0, 1.0); };
    play();
    rig.before_post = nullptr;
    folder.write("s.py", script(31, keeps));
    ASSERT_TRUE(swapped());
    play({control(rig.now, 2, 5)});
    play();
    EXPECT_EQ(value_of(50), 9);
    EXPECT_EQ(value_of(51), 127);
}

TEST_F(SwapTest, AHelperModuleBesideTheScriptIsWatched) {
    folder.write("helper.py", "NUMBER = 31\n");
    const auto path = folder.write("s.py",
                                   "from outboard import *\nimport helper\n@on.start\ndef start() -> None:\n"
                                   "    send(ControlChange(cc=helper.NUMBER, value=0))\n");
    rig.load(path);
    play();
    ASSERT_EQ(times_of(31).size(), 1U);
    folder.write("helper.py", "NUMBER = 32\n");
    ASSERT_TRUE(swapped());
    EXPECT_EQ(times_of(32).size(), 1U);
}

TEST_F(SwapTest, AFileThatDoesNotCompileOrRaisesLeavesTheOldOnePlayingAndTheNextSaveIsTaken) {
    const auto path = folder.write("s.py", script(30));
    rig.load(path);
    play();
    for (const char* broken : {"def f(:\n", "raise ValueError('no')\n"}) {
        folder.write("s.py", broken);
        bool told = false;
        ASSERT_TRUE(play_until([&] {
            for (const Message& message : rig.host.take_messages()) {
                told = told || (message.type == Message::Type::error && message.line == 1);
            }
            return told;
        }));
        EXPECT_EQ(rig.slot.figures().state, SlotState::live);
        EXPECT_EQ(rig.slot.figures().swaps, 0U);
    }
    folder.write("s.py", script(31));
    ASSERT_TRUE(swapped());
}

TEST_F(SwapTest, NotesBoundToAKeyEndWithItDurationsEndByThemselvesAndOthersAreReleased) {
    const auto path = folder.write("s.py", script(30, R"(
@on.note
def note(e: NoteOn) -> None:
    e.forward()
    play(72, duration=seconds(3))
    play(76, hold=True)
)"));
    rig.load(path);
    play({note_on(rig.now, 60)});
    play();
    const std::int64_t began = heard.back().time;
    folder.write("s.py", script(31));
    ASSERT_TRUE(swapped());
    const std::int64_t at = rig.slot.figures().swap_sample;
    const auto off_of = [&](int key) {
        for (const Event& event : heard) {
            if (event.kind == Kind::note_off && event.data[1] == key) {
                return event.time;
            }
        }
        return std::int64_t{-1};
    };
    EXPECT_EQ(off_of(76), at);
    EXPECT_EQ(off_of(60), -1);
    const std::int64_t up = rig.now;
    play({note_off(up, 60)});
    EXPECT_EQ(off_of(60), up);
    ASSERT_TRUE(play_until([&] { return off_of(72) >= 0; }));
    EXPECT_EQ(off_of(72), began + 3 * 48000);
}

TEST_F(SwapTest, ALiveLoopOfTheSameNameBeginsWhereTheOldOnesRoundEnds) {
    const auto loop = [](int number) {
        return script(number, "@live_loop(\"bass\")\nasync def bass() -> None:\n    send(ControlChange(cc=" +
                                  std::to_string(number + 10) + ", value=1))\n    await beats(1.5)\n");
    };
    rig.load(folder.write("s.py", loop(30)));
    play();
    const std::int64_t began = times_of(40).at(0);
    folder.write("s.py", loop(31));
    ASSERT_TRUE(swapped());
    ASSERT_TRUE(play_until([&] { return times_of(41).size() == 3; }));
    std::vector<std::int64_t> rounds = times_of(40);
    const std::int64_t at = rig.slot.figures().swap_sample;
    EXPECT_GE(times_of(41)[0], at);
    EXPECT_LT(rounds.back(), at) << "no new round after the swap";
    for (const std::int64_t time : times_of(41)) {
        rounds.push_back(time);
    }
    for (std::size_t i = 0; i < rounds.size(); ++i) {
        EXPECT_EQ(rounds[i], began + static_cast<std::int64_t>(i) * 36000) << "round " << i;
    }
}

TEST_F(SwapTest, AnOldRoundThatIsLateIsInTheLateWindows) {
    const auto loop = [](const std::string& work) {
        return script(30, "import time\n@live_loop(\"bass\")\nasync def bass() -> None:\n    await beats(2.5)\n" +
                              work + "    await beats(0.3)\n");
    };
    rig.load(folder.write("s.py", loop("    end = time.perf_counter() + 0.015\n"
                                       "    while time.perf_counter() < end: pass\n"
                                       "    send(ControlChange(cc=40, value=1))\n")));
    play();
    folder.write("s.py", loop(""));
    ASSERT_TRUE(swapped());
    rig.deadline_ns = 5'000'000;
    const std::int64_t at = rig.slot.figures().swap_sample;
    ASSERT_TRUE(play_until([&] { return !times_of(40).empty() && times_of(40).back() > at; })) << "its round goes on";
    play();
    const std::int64_t heard_at = times_of(40).back();
    const auto windows = rig.slot.figures().late_windows;
    EXPECT_TRUE(std::ranges::any_of(windows,
                                    [&](const LateWindow& window) {
                                        return window.begin > at && window.begin <= heard_at && heard_at < window.end;
                                    }))
        << "swap at " << at << ", heard at " << heard_at << ", last window "
        << (windows.empty() ? 0 : windows.back().begin) << " to " << (windows.empty() ? 0 : windows.back().end);
}

TEST_F(SwapTest, AnOldRoundDrainsAtMostFourBarsAndALoopOfAnotherNameEndsAtOnce) {
    const auto loops = [](const char* name, int cc) {
        return std::string("@live_loop(\"") + name + "\")\nasync def " + name +
               "() -> None:\n    for i in range(1000):\n        send(ControlChange(cc=" + std::to_string(cc) +
               ", value=1))\n        await beats(0.25)\n";
    };
    rig.load(folder.write("s.py", script(30, loops("same", 40) + loops("gone", 41))));
    play();
    folder.write("s.py", script(31, loops("same", 50)));
    ASSERT_TRUE(swapped());
    ASSERT_TRUE(play_until([&] { return !times_of(50).empty(); }));
    const std::int64_t at = rig.slot.figures().swap_sample;
    EXPECT_LT(times_of(41).back(), at);
    EXPECT_GT(times_of(40).back(), at + 15 * beat);
    EXPECT_LT(times_of(40).back(), at + 16 * beat + frames);
    EXPECT_GE(times_of(50).front(), at + 16 * beat);
    EXPECT_LT(times_of(50).front(), at + 16 * beat + 2 * frames);
}

TEST_F(SwapTest, ADelayedForwardIsNeitherLostNorDoubledAndKeepsItsLength) {
    const std::string delays =
        "@on.note\nasync def note(e: NoteOn) -> None:\n    await ms(400)\n    e.forward()\n"
        "    await ms(1)\n    play(90, duration=ms(5))\n";
    rig.load(folder.write("s.py", script(30, delays)));
    play();
    folder.write("s.py", script(31, delays));
    std::vector<std::int64_t> ons;
    for (int blocks = 0; blocks < 3000 && rig.slot.figures().swaps == 0; ++blocks) {
        const int key = 40 + blocks % 40;
        ons.push_back(rig.now);
        play({note_on(rig.now, key), note_off(rig.now + 100, key)});
    }
    ASSERT_TRUE(play_until([&] { return rig.now > ons.back() + 48000; }));
    std::vector<std::int64_t> heard_ons, heard_offs;
    for (const Event& event : heard) {
        if (event.data[1] != 90 && event.kind == Kind::note_on) {
            heard_ons.push_back(event.time);
        } else if (event.data[1] != 90 && event.kind == Kind::note_off) {
            heard_offs.push_back(event.time);
        }
    }
    ASSERT_EQ(heard_ons.size(), ons.size());
    ASSERT_EQ(heard_offs.size(), ons.size());
    for (std::size_t i = 0; i < ons.size(); ++i) {
        EXPECT_EQ(heard_ons[i], ons[i] + 19200) << i;
        EXPECT_EQ(heard_offs[i], ons[i] + 100 + 19200) << i;
    }
}

TEST_F(SwapTest, TenEditsInARowLoseNothing) {
    const auto path = folder.write("s.py", script(30, "@on.any\ndef all(e: Event) -> None:\n    e.forward()\n"));
    rig.load(path);
    rig.slot.set_swap_moment(SwapMoment::block);
    std::multiset<int> sounding;
    for (int edit = 1; edit <= 10; ++edit) {
        folder.write("s.py", script(30 + edit, "@on.any\ndef all(e: Event) -> None:\n    e.forward()\n"));
        for (int blocks = 0; blocks < 3000 && rig.slot.figures().swaps < static_cast<std::uint64_t>(edit); ++blocks) {
            play({note_on(rig.now, 60), note_off(rig.now + 100, 60)});
        }
        ASSERT_EQ(rig.slot.figures().swaps, static_cast<std::uint64_t>(edit));
    }
    for (const Event& event : heard) {
        if (event.kind == Kind::note_on) {
            sounding.insert(event.note_id);
        } else if (event.kind == Kind::note_off) {
            EXPECT_EQ(sounding.erase(event.note_id), 1U);
        }
    }
    EXPECT_TRUE(sounding.empty());
    const SlotFigures figures = rig.slot.figures();
    EXPECT_EQ(figures.events_pushed, figures.events_settled);
    EXPECT_EQ(figures.restarts, 0U);
}

}  // namespace
}  // namespace outboard::scripting
