// A script's panel through the facade, with a real child: what the user, a controller and the script itself move.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rig.h"
#include "scripting/panel_news.h"

namespace outboard::scripting {
namespace {

using namespace testing;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr const char* echoes = R"(
from outboard import *
__ = Knob("First", 0.0)
cutoff = Knob("Cutoff", 0.0, max=127.0)
table = Table("Steps", [0, 0, 0])
file = FileDrop("File")
label = Label("Label")
meter = Meter("Meter", max=10)
@cutoff.changed
def moved(value): send(ControlChange(cc=20, value=value / 127))
@table.changed
def drawn(values): send(ControlChange(cc=21, value=sum(values) / 127))
@file.changed
def dropped(path): send(ControlChange(cc=22, value=len(str(path)) / 127)); label.value = str(path)
@on.cc(74)
def controller(e): e.forward()
@on.note
def own(e):
    cutoff.value = e.key
    meter.value = 99
    watch("key", e.key)
    watch("and", "always this")
    keyboard.label(e.key, "own")
)";

class PanelTest : public ::testing::TestWithParam<const char*> {
protected:
    PanelTest() : rig(options(GetParam())) {
        rig.load(folder.write("panel.py", echoes));
        rig.block(64);
    }
    template <typename Condition>
    bool soon(Condition condition) {
        for (int i = 0; i < 2000; ++i) {
            if (condition()) {
                return true;
            }
            rig.block(64);
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
        }
        return false;
    }
    Parameter parameter(const std::string& id) const {
        for (const Parameter& one : rig.slot.parameters()) {
            if (one.id == id) {
                return one;
            }
        }
        ADD_FAILURE() << "no parameter " << id;
        return {};
    }
    Folder folder;
    Rig rig;
};

TEST_P(PanelTest, UiChangesAreStampedAtTheBlocksFirstSample) {
    rig.before_post = [&] {
        rig.slot.set_parameter(1, 60);
        for (std::uint32_t cell : {2u, 3u, 4u}) {
            rig.slot.set_parameter(cell, 1);
        }
    };
    EXPECT_THAT(words(rig.block(256)), ElementsAre("64:b0.20.60", "64:b0.21.3"));
}

TEST_P(PanelTest, ALearnedControllerMovesItsParameterAtItsOwnSampleAndStillReachesOnCc) {
    rig.slot.set_learned({{0, 74, "cutoff"}, {0, 75, "steps[1]"}, {0, 76, "unknown"}});
    EXPECT_THAT(words(rig.block(256, {control(100, 74, 33), control(120, 75, 127), control(130, 76, 5)})),
                ElementsAre("100:b0.20.33", "100:b0.74.33", "120:b0.21.1", "120:b0.75.127", "130:b0.76.5"));
    EXPECT_EQ(parameter("cutoff").value, 33);
    EXPECT_EQ(parameter("steps[1]").value, 1);
    // Another channel is another controller; and what was learned stays when the script is loaded again.
    EXPECT_THAT(words(rig.block(64, {control(330, 74, 44, 2)})), ElementsAre("330:b2.74.44"));
    rig.load(folder.write("panel.py", echoes));
    rig.block(64);
    const std::string now = std::to_string(rig.now);
    EXPECT_THAT(words(rig.block(64, {control(rig.now, 74, 50)})), ElementsAre(now + ":b0.20.50", now + ":b0.74.50"));
}

TEST_P(PanelTest, TheControllerThatCameLastIsSeen) {
    const auto before = rig.slot.last_controller();
    rig.block(64, {control(rig.now, 7, 1, 3), note_on(rig.now, 60), note_off(rig.now + 1, 60)});
    const auto after = rig.slot.last_controller();
    EXPECT_EQ(after.count, before.count + 1);
    EXPECT_EQ(after.channel, 3);
    EXPECT_EQ(after.controller, 7);
}

TEST_P(PanelTest, TextOfAnyLengthReachesTheScript) {
    for (const std::size_t length : {1u, 31u, 32u, 33u, 64u, 100u}) {
        const std::string text = "/" + std::string(length - 1, 'x');
        rig.slot.set_text(5, text);
        std::vector<std::string> heard;
        for (int i = 0; i < 2000 && heard.empty(); ++i) {
            for (const auto& word : words(rig.block(64))) {
                heard.push_back(word.substr(word.find(':') + 1));
            }
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
        }
        EXPECT_THAT(heard, ElementsAre("b0.22." + std::to_string(length)));
        EXPECT_EQ(parameter("file").text, text);
        EXPECT_TRUE(soon([&] { return parameter("label").text == text; })) << parameter("label").text;
    }
}

TEST_P(PanelTest, TheScriptsOwnAssignmentReachesThePanel) {
    rig.block(64, {note_on(rig.now, 61), note_off(rig.now + 5, 61)});
    EXPECT_TRUE(soon([&] { return parameter("cutoff").value == 61; }));
    EXPECT_TRUE(soon([&] { return parameter("meter").value == 10; }));
    EXPECT_TRUE(soon([&] { return rig.slot.key_marks().size() == 1; }));
    EXPECT_EQ(rig.slot.key_marks()[0].label, "own");
    EXPECT_TRUE(soon([&] { return rig.slot.watched().size() == 2; }));
    EXPECT_THAT(rig.slot.watched(), ElementsAre(WatchedValue{"key", "61"}, WatchedValue{"and", "always this"}));
    // It crosses a swap like the user's; the keyboard is cleared, and what was watched.
    rig.load(folder.write("panel.py", echoes));
    EXPECT_TRUE(soon([&] { return parameter("cutoff").value == 61; }));
    EXPECT_THAT(rig.slot.key_marks(), IsEmpty());
    EXPECT_THAT(rig.slot.watched(), IsEmpty());
}

TEST_P(PanelTest, WatchShowsTheNewestValueOfAName) {
    for (const int key : {61, 62, 63}) {
        rig.block(64, {note_on(rig.now, static_cast<std::uint8_t>(key)),
                       note_off(rig.now + 5, static_cast<std::uint8_t>(key))});
    }
    EXPECT_TRUE(soon([&] { return !rig.slot.watched().empty() && rig.slot.watched()[0].text == "63"; }));
    EXPECT_EQ(rig.slot.watched().size(), 2u) << "a name has one value";
    bool told = false;
    EXPECT_TRUE(soon([&] {
        for (const Message& message : rig.host.take_messages()) {
            told = told || (message.type == Message::Type::watch && message.text == "key = 61");
        }
        return told;
    })) << "who has no window reads it";
}

TEST_P(PanelTest, WhatTheUserSetsLaterIsNotUndoneByOldNews) {
    rig.block(64, {note_on(rig.now, 61), note_off(rig.now + 5, 61)});
    rig.before_post = [&] { rig.slot.set_parameter(1, 5); };
    rig.block(64);
    rig.before_post = nullptr;
    for (int i = 0; i < 100; ++i) {
        rig.block(64);
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
        ASSERT_EQ(parameter("cutoff").value, 5);
    }
}

INSTANTIATE_TEST_SUITE_P(Transports, PanelTest, ::testing::Values("shm", "pipe"));

TEST(CurveTest, PositionsAndValuesGoBackAndForth) {
    for (const auto curve :
         {Parameter::Curve::linear, Parameter::Curve::log, Parameter::Curve::square, Parameter::Curve::cube}) {
        Parameter parameter;
        parameter.minimum = 20;
        parameter.maximum = 20000;
        parameter.curve = curve;
        double before = -1;
        for (double position = 0; position <= 1; position += 0.125) {
            const double value = value_at(parameter, position);
            EXPECT_GT(value, before);
            EXPECT_NEAR(position_of(parameter, value), position, 1e-9);
            before = value;
        }
        EXPECT_EQ(value_at(parameter, -1), 20);
        EXPECT_EQ(value_at(parameter, 2), 20000);
    }
    Parameter steps;
    steps.minimum = 1;
    steps.maximum = 4;
    steps.step = 1;
    EXPECT_EQ(value_at(steps, 0.5), 3);
    EXPECT_EQ(value_at(steps, 0.49), 2);
}

TEST(PanelNewsTest, NothingThatAChildWritesIsBelieved) {
    for (const char* text :
         {"", "3", "[]", "{}", R"({"heard":"x"})", R"({"heard":1,"values":{"x":1}})",
          R"({"heard":1,"values":{"-1":1}})", R"({"heard":1,"values":{"1":"a"}})", R"({"heard":1,"texts":{"1":2}})",
          R"({"heard":1,"keyboard":[[1]]})", R"({"heard":1,"keyboard":[["a","","",""]]})",
          R"({"heard":1,"values":[1]})", R"({"heard":1,"watched":["a"]})", R"({"heard":1,"watched":[["a",1]]})"}) {
        EXPECT_FALSE(read_panel_news(text).has_value()) << text;
    }
    const auto news =
        read_panel_news(R"({"heard":7,"values":{"4000000000":1e300},"keyboard":[[999,"blue","","loud"]]})");
    ASSERT_TRUE(news.has_value());
    EXPECT_EQ(news->heard, 7u);
    ASSERT_EQ(news->keys->size(), 1u);
    EXPECT_EQ((*news->keys)[0].key, 127);
    EXPECT_EQ((*news->keys)[0].kind, KeyMark::Kind::note);
    const std::string long_text(5000, 'x');
    const auto watching = read_panel_news(R"({"heard":1,"watched":[[")" + long_text + R"(",")" + long_text + R"("]]})");
    ASSERT_TRUE(watching.has_value());
    EXPECT_EQ(watching->watched[0].name.size(), most_watched_name);
    EXPECT_EQ(watching->watched[0].text.size(), most_watched_text);
}

}  // namespace
}  // namespace outboard::scripting
