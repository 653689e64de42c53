// --set NAME=VALUE: what people write, and which parameter they mean.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "app/command_line.h"
#include "app/parameter_choice.h"
#include "app/parameter_words.h"

namespace outboard::app {
namespace {

using scripting::Parameter;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

template <class Action>
std::string sentence_of(Action action) {
    try {
        action();
    } catch (const UsageError& error) {
        return error.what();
    }
    return "";
}

std::string complaint(const Parameter& parameter, const std::string& text) {
    return sentence_of([&] { (void)parameter_value(parameter, text); });
}

/// "Steps" with three values from -1 to 1, "Morph" with two axes, a knob that is called as one of them, a file.
std::vector<Parameter> some_of_each() {
    std::vector<Parameter> all;
    const auto add = [&](Parameter::Type type, const std::string& id, const std::string& name) -> Parameter& {
        all.emplace_back();
        all.back().type = type;
        all.back().id = id;
        all.back().name = name;
        return all.back();
    };
    for (int i = 0; i < 3; ++i) {
        Parameter& cell =
            add(Parameter::Type::table, "steps[" + std::to_string(i) + "]", "Steps " + std::to_string(i + 1));
        cell.owner = "steps";
        cell.text = "Steps";
        cell.minimum = -1;
    }
    for (int i = 0; i < 2; ++i) {
        Parameter& axis = add(Parameter::Type::xy, "morph[" + std::to_string(i) + "]", i == 0 ? "Cutoff" : "Resonance");
        axis.owner = "morph";
        axis.text = "Morph";
    }
    add(Parameter::Type::knob, "cutoff", "Cutoff");
    add(Parameter::Type::file, "scale", "Scale").choices = {".scl"};
    add(Parameter::Type::label, "chord", "Chord");
    return all;
}

class SetSomeOfEach : public testing::Test {
protected:
    SetSomeOfEach() { session.tracks.resize(1); }
    void set(const std::string& name, const std::string& text) { set_parameter(session, {some_of_each()}, name, text); }
    [[nodiscard]] std::string wrong(const std::string& name, const std::string& text) {
        return sentence_of([&] { set(name, text); });
    }
    [[nodiscard]] const std::map<std::string, double>& values() const { return session.tracks[0].parameters; }
    audio::Session session;
};

TEST(ParameterValue, IsReadAsPeopleWriteIt) {
    Parameter rate;
    rate.id = "rate";
    rate.type = Parameter::Type::menu;
    rate.choices = {"1/4", "1/8", "Up and down"};
    EXPECT_EQ(parameter_value(rate, "1/8"), 1);
    EXPECT_EQ(parameter_value(rate, "up and DOWN"), 2);
    EXPECT_THAT(complaint(rate, "1/7"), HasSubstr("1/4, 1/8, Up and down"));
    EXPECT_THAT(complaint(rate, "1"), HasSubstr("no choice '1'")) << "a menu is set by its texts, not by numbers";

    Parameter gate;
    gate.id = "gate";
    gate.minimum = 0.05;
    gate.maximum = 1;
    EXPECT_EQ(parameter_value(gate, "0.5"), 0.5);
    EXPECT_EQ(parameter_value(gate, " 0.5 "), 0.5);
    for (const char* wrong : {"2", "", "half", "0.5x", "0.5 0.6", "0,5", "nan", "inf", "0x1", "50%"}) {
        EXPECT_THAT(complaint(gate, wrong), HasSubstr("0.05 to 1")) << wrong;
    }

    Parameter latch;
    latch.id = "latch";
    latch.type = Parameter::Type::toggle;
    EXPECT_EQ(parameter_value(latch, "On"), 1);
    EXPECT_EQ(parameter_value(latch, "false"), 0);
    EXPECT_THAT(complaint(latch, "maybe"), HasSubstr("on or off"));
}

TEST(ParameterValue, MayHaveTheUnitThatTheWindowShows) {
    Parameter gate;
    gate.id = "gate";
    gate.unit = "%";
    EXPECT_EQ(parameter_value(gate, "50 %"), 0.5);
    EXPECT_EQ(parameter_value(gate, "0.5"), 0.5);
    EXPECT_THAT(complaint(gate, "500 %"), HasSubstr("0 to 1"));
    Parameter time;
    time.id = "time";
    time.unit = "ms";
    time.maximum = 500;
    EXPECT_EQ(parameter_value(time, "120ms"), 120);
    EXPECT_THAT(complaint(time, "1 s"), HasSubstr("'1 s'"));
}

TEST(ParameterValue, StandsOnItsStep) {
    Parameter octaves;
    octaves.id = "octaves";
    octaves.minimum = 1;
    octaves.maximum = 4;
    octaves.step = 1;
    EXPECT_EQ(parameter_value(octaves, "3"), 3);
    EXPECT_THAT(complaint(octaves, "2.5"), HasSubstr("in steps of 1"));
}

TEST(SetParameter, GoesToEveryTrackThatHasIt) {
    audio::Session session;
    session.tracks.resize(3);
    Parameter gate;
    gate.id = "gate";
    gate.name = "Gate";
    const std::vector<std::vector<Parameter>> declared{{gate}, {}, {gate}};
    set_parameter(session, declared, "GATE", "0.5");
    EXPECT_EQ(session.tracks[0].parameters.at("gate"), 0.5);
    EXPECT_TRUE(session.tracks[1].parameters.empty());
    EXPECT_EQ(session.tracks[2].parameters.at("gate"), 0.5);
    EXPECT_THROW(set_parameter(session, declared, "tempo", "1"), UsageError);
    EXPECT_THROW(set_parameter(session, {{}, {}, {}}, "gate", "0.5"), UsageError);
}

TEST_F(SetSomeOfEach, ATableTakesAListWithOrWithoutBrackets) {
    for (const char* text : {"1,0,-0.5", "[1, 0, -0.5]", " (1,0, -0.5) "}) {
        session.tracks[0].parameters.clear();
        set("steps", text);
        EXPECT_THAT(values(), ElementsAre(Pair("steps[0]", 1), Pair("steps[1]", 0), Pair("steps[2]", -0.5))) << text;
    }
    set("steps[1]", "0.25");
    EXPECT_EQ(values().at("steps[1]"), 0.25);
    EXPECT_THAT(wrong("steps", "1,0"), HasSubstr("steps takes 3 numbers with commas between them, not '1,0'"));
    EXPECT_THAT(wrong("steps", ""), HasSubstr("3 numbers"));
    EXPECT_THAT(wrong("steps", "1,,0"), HasSubstr("steps[1] takes a number from -1 to 1, not ''"));
    EXPECT_THAT(wrong("steps", "1,0,7"), HasSubstr("steps[2] takes a number from -1 to 1, not '7'"));
    EXPECT_THAT(wrong("steps[9]", "1"), HasSubstr("there are chord, cutoff, morph, scale, steps"));
}

TEST_F(SetSomeOfEach, AnXyTakesAPairAndItsAxesAreNoParametersOfTheirOwn) {
    set("Morph", "0.2, 0.8");
    EXPECT_THAT(values(), ElementsAre(Pair("morph[0]", 0.2), Pair("morph[1]", 0.8)));
    set("cutoff", "1");
    EXPECT_EQ(values().at("morph[0]"), 0.2) << "the knob was meant, not the axis of the same name";
    EXPECT_EQ(values().at("cutoff"), 1);
    EXPECT_THAT(wrong("Morph", "0.2"), HasSubstr("morph takes 2 numbers"));
    EXPECT_THAT(wrong("Resonance", "1"), HasSubstr("no script has a parameter 'Resonance'"));
}

TEST_F(SetSomeOfEach, AFileIsAPathThatIsThere) {
    const std::filesystem::path file = testing::TempDir() + "/just.scl";
    std::ofstream(file) << "! just\n";
    set("Scale", file.string());
    EXPECT_EQ(session.tracks[0].texts.at("scale"), std::filesystem::absolute(file).lexically_normal().string());
    set("scale", "");
    EXPECT_EQ(session.tracks[0].texts.at("scale"), "") << "nothing: no file";
    EXPECT_THAT(wrong("scale", "/no/such.scl"), HasSubstr("there is none at '/no/such.scl'"));
    EXPECT_THAT(wrong("scale", testing::TempDir()), HasSubstr("takes a file"));
    const std::filesystem::path other = testing::TempDir() + "/just.wav";
    std::ofstream(other) << "x";
    EXPECT_THAT(wrong("scale", other.string()), HasSubstr("takes files of .scl"));
    std::filesystem::remove(file);
    std::filesystem::remove(other);
}

TEST_F(SetSomeOfEach, WhatTheScriptWritesCannotBeSet) {
    EXPECT_THAT(wrong("chord", "Cm7"), HasSubstr("a label, which the script writes"));
}

}  // namespace
}  // namespace outboard::app
