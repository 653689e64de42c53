// Several scripts on one slot, through a real child: one hop, each with a bypass of its own, and nothing hangs.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <map>

#include "rig.h"
#include "scripting/saved_parts.h"

namespace outboard::scripting {
namespace {

using namespace testing;
using ::testing::ElementsAre;

constexpr auto patience = std::chrono::seconds(20);

constexpr const char* octave = "from outboard import *\n@on.note\ndef up(e): e.forward(key=e.key + 12)\n";
constexpr const char* passes = "from outboard import *\n";
constexpr const char* third = "from outboard import *\n@on.note\ndef n(e):\n    e.forward()\n    play(e.key + 4)\n";

class ChainTest : public ::testing::Test {
protected:
    explicit ChainTest() = default;

    Scripts files(const std::vector<std::string>& texts) {
        Scripts scripts;
        for (const std::string& text : texts) {
            scripts.push_back(folder.write("s" + std::to_string(scripts.size()) + ".py", text));
        }
        return scripts;
    }
    static void load(Rig& rig, const Scripts& scripts, std::uint32_t left_out = 0, ParameterValues values = {}) {
        rig.slot.load(scripts, left_out, std::move(values));
        if (const auto failure = rig.slot.wait_loaded(patience)) {
            throw std::runtime_error(*failure);
        }
    }
    /// Keys that sound at the end of what came out; the test fails for an off without its on.
    static std::map<int, int> sounding(const std::vector<Event>& heard) {
        std::map<int, int> keys;
        for (const Event& event : heard) {
            if (event.kind == Kind::note_on) {
                ++keys[event.data[1]];
            } else if ((event.kind == Kind::note_off || event.kind == Kind::choke) && --keys[event.data[1]] == 0) {
                keys.erase(event.data[1]);
            }
        }
        return keys;
    }
    /// Blocks in real time until something is so.
    template <typename Condition>
    static bool play_until(Rig& rig, std::vector<Event>& heard, Condition condition) {
        for (int blocks = 0; blocks < 3000; ++blocks) {
            const auto output = rig.block(256);
            heard.insert(heard.end(), output.begin(), output.end());
            if (condition()) {
                return true;
            }
            std::this_thread::sleep_for(std::chrono::milliseconds(3));
        }
        return false;
    }

    Folder folder;
};

TEST_F(ChainTest, NoScriptsAreAsTakenOutAndTooManyAreRefused) {
    Rig rig(options("shm"));
    load(rig, files({octave}));
    rig.slot.load(Scripts{}, 0, {});
    std::vector<Event> heard;
    EXPECT_TRUE(play_until(rig, heard, [&] { return rig.slot.figures().state == SlotState::empty; }));
    EXPECT_THROW(rig.slot.load(Scripts(max_scripts + 1, "x.py"), 0, {}), std::runtime_error);
}

TEST_F(ChainTest, TheOutputOfOneIsTheInputOfTheNext) {
    const std::vector<Event> keys{note_on(10, 60), note_off(500, 60, 30), control(501, 1, 7)};
    for (const char* transport : {"shm", "pipe"}) {
        for (const std::uint32_t frames : {32U, 64U, 441U, 1024U}) {
            Rig rig(options(transport));
            load(rig, files({third, octave}));
            const auto heard = rig.run(2048, frames, keys);
            EXPECT_THAT(words(heard),
                        ElementsAre("10:90.72.100", "10:90.76.102", "500:80.72.30", "500:80.76.64", "501:b0.1.7"))
                << transport << ' ' << frames;
            EXPECT_EQ(rig.slot.figures().scripts.size(), 2U);
            EXPECT_EQ(rig.slot.figures().refused, 0U);
        }
    }
}

TEST_F(ChainTest, WhatAllLetThroughIsTheSameAsWithoutThem) {
    std::vector<Event> song;
    for (int i = 0; i < 200; ++i) {
        song.push_back(note_on(i * 20, 40 + i % 30, 1 + i % 127, i % 16));
        song.push_back(control(i * 20 + 3, i % 120, i % 128));
        song.push_back(note_off(i * 20 + 11, 40 + i % 30, i % 128, i % 16));
    }
    Rig without;
    const auto expected = words(without.run(5000, 128, song));
    Rig rig;
    load(rig, files({passes, passes, passes}));
    EXPECT_EQ(words(rig.run(5000, 128, song)), expected);
    EXPECT_LT(rig.slot.figures().calls, 3U) << "no script has anything to do";
}

TEST_F(ChainTest, PipelinedItComesOneBlockLater) {
    auto later = options();
    later.pipelined = true;
    Rig rig(later);
    load(rig, files({third, octave}));
    const auto heard = rig.run(2048, 64, {note_on(10, 60), note_off(500, 60, 30)});
    EXPECT_THAT(words(heard), ElementsAre("74:90.72.100", "74:90.76.102", "564:80.72.30", "564:80.76.64"));
}

TEST_F(ChainTest, OneIsBypassedWhileNotesAreHeldAndNothingHangs) {
    Rig rig(options("shm", false));
    load(rig, files({third, octave}));
    std::vector<Event> heard = rig.block(256, {note_on(10, 60)});
    const auto pid = rig.slot.figures().pid;
    rig.slot.set_left_out(1);
    ASSERT_TRUE(play_until(rig, heard, [&] { return sounding(heard).empty(); })) << "its notes end";
    const auto some = rig.block(256, {note_on(rig.now + 1, 64)});
    EXPECT_EQ(some.size(), 1U) << "its input is the next one's";
    heard.insert(heard.end(), some.begin(), some.end());
    EXPECT_EQ(sounding(heard), (std::map<int, int>{{76, 1}}));
    EXPECT_EQ(rig.slot.figures().left_out, 1U);
    rig.slot.set_left_out(0);
    ASSERT_TRUE(play_until(rig, heard, [&] {
        const auto ons = rig.block(256, {note_on(rig.now + 1, 30), note_off(rig.now + 2, 30)});
        return ons.size() == 4;
    })) << "it is back";
    const auto last = rig.block(256, {note_off(rig.now + 1, 60), note_off(rig.now + 2, 64)});
    heard.insert(heard.end(), last.begin(), last.end());
    EXPECT_TRUE(sounding(heard).empty());
    EXPECT_EQ(rig.slot.figures().pid, pid) << "nothing was loaded";
    EXPECT_EQ(rig.slot.figures().events_pushed, rig.slot.figures().events_settled);
}

TEST_F(ChainTest, KilledWithNotesHeldNothingHangsAndItComesBack) {
    Rig rig(options("shm", false));
    const std::string holds =
        "from outboard import *\n@on.note\ndef n(e):\n    play(e.key, hold=True)\n"
        "    play(e.key + 1, duration=samples(3000))\n    play(e.key + 2)\n";
    load(rig, files({holds, octave}));
    std::vector<Event> heard = rig.block(256, {note_on(10, 60)});
    EXPECT_EQ(sounding(heard).size(), 3U);
    ::kill(static_cast<pid_t>(rig.slot.figures().pid), SIGKILL);
    ASSERT_TRUE(play_until(rig, heard, [&] { return rig.slot.figures().restarts == 1; }));
    ASSERT_TRUE(play_until(rig, heard, [&] { return rig.slot.figures().state == SlotState::live; }));
    ASSERT_TRUE(play_until(rig, heard, [&] { return !sounding(heard).contains(72); })) << "held by nobody any more";
    const auto off = rig.block(256, {note_off(rig.now + 1, 60)});
    heard.insert(heard.end(), off.begin(), off.end());
    ASSERT_TRUE(play_until(rig, heard, [&] { return sounding(heard).empty(); }));
    EXPECT_THAT(rig.slot.figures().reasons, ElementsAre("SIGKILL"));
    EXPECT_EQ(rig.block(256, {note_on(rig.now + 1, 60)}).size(), 3U);
}

TEST_F(ChainTest, AnyOfThemThatIsSavedSwapsTheChainAndHeldNotesGoOn) {
    Rig rig(options("shm", false));
    const Scripts scripts = files({third, octave});
    load(rig, scripts);
    std::vector<Event> heard = rig.block(256, {note_on(10, 60)});
    EXPECT_EQ(sounding(heard), (std::map<int, int>{{72, 1}, {76, 1}}));
    folder.write("s1.py", "from outboard import *\n@on.note\ndef up(e): e.forward(key=e.key + 24)\n");
    ASSERT_TRUE(play_until(rig, heard, [&] { return rig.slot.figures().swaps == 1; }));
    EXPECT_EQ(sounding(heard), (std::map<int, int>{{72, 1}, {76, 1}})) << "until their key goes up";
    const auto off = rig.block(256, {note_off(rig.now + 1, 60)});
    heard.insert(heard.end(), off.begin(), off.end());
    EXPECT_TRUE(sounding(heard).empty());
    EXPECT_THAT(words(rig.block(256, {note_on(rig.now, 30)})).front(), ::testing::HasSubstr(":90.54.100"));
}

TEST_F(ChainTest, AStormOfErrorsBypassesItsScriptAndNamesItsLine) {
    Rig rig;
    load(rig, files({"from outboard import *\n\n@on.note\ndef n(e):\n    1 / 0\n", octave}));
    std::vector<Event> keys;
    for (int i = 0; i < 25; ++i) {
        keys.push_back(note_on(i * 40, 60));
        keys.push_back(note_off(i * 40 + 20, 60));
    }
    const auto heard = rig.run(2048, 64, keys);
    EXPECT_EQ(heard.size(), 50U);
    EXPECT_TRUE(std::ranges::all_of(heard, [](const Event& event) { return event.data[1] == 72; }));
    EXPECT_EQ(rig.slot.figures().state, SlotState::live) << "the other script plays on";
    for (int tries = 0; tries < 2000 && rig.slot.figures().reasons.empty(); ++tries) {
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    EXPECT_THAT(rig.slot.figures().reasons, ElementsAre("bypassed after 20 errors within a second: s0.py, line 5"));
}

TEST_F(ChainTest, WhichOfThemHasGivenUpIsToldUntilTheUserBringsItBack) {
    Rig rig(options("shm", false));
    load(rig, files({octave, "from outboard import *\n\n@on.note\ndef n(e):\n    1 / 0\n"}));
    std::vector<Event> heard;
    const auto gives_up = [&] {
        return play_until(rig, heard, [&] {
            rig.block(256, {note_on(rig.now + 1, 30), note_off(rig.now + 2, 30)});
            return rig.slot.figures().given_up == 2;
        });
    };
    ASSERT_TRUE(gives_up());
    EXPECT_EQ(rig.slot.figures().left_out, 0U);
    rig.slot.set_left_out(2);
    rig.block(256, {note_on(rig.now + 1, 30), note_off(rig.now + 2, 30)});
    EXPECT_EQ(rig.slot.figures().given_up, 2U);
    ASSERT_TRUE(play_until(rig, heard, [&] {
        rig.slot.set_left_out(2);
        rig.block(256, {note_on(rig.now + 1, 30), note_off(rig.now + 2, 30)});
        rig.slot.set_left_out(0);
        return rig.slot.figures().given_up == 0;
    }));
    rig.slot.set_left_out(0);
    EXPECT_TRUE(gives_up()) << "and it does not work better than before";
}

TEST_F(ChainTest, WhatEachOfThemWatchesIsShown) {
    Rig rig(options("shm", false));
    const std::string watches =
        "from outboard import *\n@on.note\ndef n(e):\n    watch(\"key\", e.key)\n"
        "    e.forward(key=e.key + 12)\n";
    load(rig, files({watches, watches}));
    std::vector<Event> heard = rig.block(256, {note_on(10, 60)});
    ASSERT_TRUE(play_until(rig, heard, [&] { return rig.slot.watched().size() == 2; }));
    EXPECT_EQ(rig.slot.watched()[0].name, "key");
    EXPECT_EQ(rig.slot.watched()[0].text, "60");
    EXPECT_EQ(rig.slot.watched()[1].name, "2.key");
    EXPECT_EQ(rig.slot.watched()[1].text, "72");
}

TEST_F(ChainTest, AnEndlessLoopIsFoundInItsScript) {
    Rig rig(options("shm", false));
    load(rig, files({octave, "from outboard import *\n@on.note\ndef endless(e):\n    while True: pass\n"}));
    rig.deadline_ns = 5'000'000;
    std::vector<Event> heard = rig.block(256, {note_on(10, 60)});
    ASSERT_TRUE(play_until(rig, heard, [&] { return !rig.slot.figures().reasons.empty(); }));
#if !defined(__SANITIZE_THREAD__)  // which holds signals back: it may be ended before it has said where it is
    EXPECT_THAT(rig.slot.figures().reasons.front(), ::testing::EndsWith("s1.py, line 4 in endless"));
#endif
}

TEST_F(ChainTest, ParametersOfTwoCopiesAreApartAndSurviveARestart) {
    const std::string knob =
        "from outboard import *\nstep = Knob('Step', 1, min=0, max=24, step=1)\n"
        "@on.note\ndef up(e): e.forward(key=e.key + step.value)\n";
    const std::string file = folder.write("knob.py", knob);
    Rig rig;
    load(rig, {file, file}, 0, {{"2.step", 10.0}});
    ASSERT_EQ(rig.slot.parameters().size(), 2U);
    EXPECT_EQ(rig.slot.parameters()[1].id, "2.step");
    EXPECT_EQ(rig.slot.parameters()[0].group, "knob.py (1)");
    EXPECT_THAT(words(rig.block(64, {note_on(3, 40)})), ElementsAre("3:90.51.100"));
    rig.before_post = [&] { rig.slot.set_parameter(0, 5); };
    rig.block(64);
    rig.before_post = nullptr;
    EXPECT_THAT(words(rig.block(64, {note_on(130, 50)})), ElementsAre("130:90.65.100"));
    rig.slot.set_bypass(true);
    ASSERT_EQ(rig.slot.wait_loaded(patience), std::nullopt);
    rig.block(64);
    rig.slot.set_bypass(false);
    ASSERT_EQ(rig.slot.wait_loaded(patience), std::nullopt);
    rig.block(64);
    EXPECT_THAT(words(rig.block(64, {note_on(rig.now, 60)})), ElementsAre("320:90.75.100"));
}

TEST_F(ChainTest, WhatOneKeepsGoesWithItToAnotherPlace) {
    const std::string counts =
        "from outboard import *\n@on.start\ndef s() -> None:\n"
        "    state['n'] = state.get('n', 0) + 1\n    send(ControlChange(cc=20, value=state['n'] / 127))\n";
    const Scripts scripts = files({counts, passes});
    Rig rig;
    load(rig, scripts);
    EXPECT_THAT(words(rig.block(64)), ElementsAre("0:b0.20.1"));
    for (int tries = 0; tries < 2000 && rig.slot.saved().find("\"n\":1") == std::string::npos; ++tries) {
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    load(rig, {scripts[1], scripts[0]});
    std::vector<Event> heard;
    ASSERT_TRUE(play_until(rig, heard, [&] { return !heard.empty(); }));
    EXPECT_EQ(heard.front().data[2], 2);
}

TEST(SavedPartsTest, GoOutAndBackAgain) {
    EXPECT_THAT(saved_parts("{\"state\":{}}", 1), ElementsAre("{\"state\":{}}"));
    const std::string both = "{\"chain\":{\"3\":{\"state\":{\"b\":2}}},\"state\":{\"a\":1}}";
    EXPECT_THAT(saved_parts(both, 3), ElementsAre("{\"state\":{\"a\":1}}", "", "{\"state\":{\"b\":2}}"));
    EXPECT_EQ(joined_saved(saved_parts(both, 3)), both);
    EXPECT_EQ(joined_saved({"", ""}), "");
    EXPECT_EQ(joined_saved({"", "nonsense"}), "") << "what is no JSON is left out";
}

}  // namespace
}  // namespace outboard::scripting
