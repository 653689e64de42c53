#include "app/command_line.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace outboard::app {
namespace {

using testing::HasSubstr;

CommandLine parse(std::vector<const char*> words) {
    words.insert(words.begin(), "outboard");
    return parse_command_line(static_cast<int>(words.size()), words.data());
}

std::string complaint(const std::vector<const char*>& words) {
    try {
        (void)parse(words);
    } catch (const UsageError& error) {
        return error.what();
    }
    return "";
}

TEST(CommandLine, NoVerbMeansTheWindow) {
    EXPECT_EQ(parse({}).verb, Verb::window);
}

TEST(CommandLine, PlayTakesASongAndTheOptionsOfARealTimeRun) {
    const auto line = parse({"play",        "a.mid",     "--script", "arpeggiator", "--frames",  "128",        "--rate",
                             "44100",       "--seconds", "20",       "--device",    "timer",     "--deadline", "0.25",
                             "--transport", "pipe",      "--stats",  "s.json",      "--capture", "c.wav",      "--seed",
                             "7",           "--set",     "gate=0.8", "--soundfont", "f.sf2"});
    EXPECT_EQ(line.verb, Verb::play);
    EXPECT_EQ(line.input, "a.mid");
    ASSERT_EQ(line.scripts.size(), 1U);
    EXPECT_EQ(line.scripts[0].script, "arpeggiator");
    EXPECT_FALSE(line.scripts[0].channel);
    EXPECT_EQ(line.frames, 128U);
    EXPECT_EQ(line.rate, 44100.0);
    EXPECT_EQ(line.seconds, 20.0);
    EXPECT_EQ(line.device, "timer");
    EXPECT_EQ(line.deadline, 0.25);
    EXPECT_EQ(line.transport, "pipe");
    EXPECT_EQ(line.stats, "s.json");
    EXPECT_EQ(line.capture, "c.wav");
    EXPECT_EQ(line.seed, 7U);
    ASSERT_EQ(line.settings.size(), 1U);
    EXPECT_EQ(line.settings[0], std::make_pair(std::string("gate"), std::string("0.8")));
    EXPECT_EQ(line.soundfont, "f.sf2");
}

TEST(CommandLine, RenderAndTransformTakeAnOutput) {
    EXPECT_EQ(parse({"render", "a.mid", "-o", "b.wav"}).output, "b.wav");
    const auto line = parse({"transform", "a.mid", "-o", "b.mid", "--script", "x.py", "--tail", "0"});
    EXPECT_EQ(line.verb, Verb::transform);
    EXPECT_EQ(line.output, "b.mid");
    EXPECT_EQ(line.tail, 0.0);
    EXPECT_THAT(complaint({"render", "a.mid"}), HasSubstr("--output"));
}

TEST(CommandLine, ScriptsForChannelsAreRepeatable) {
    const auto line = parse({"play", "a.mid", "--script", "3:S.py", "--script", "10:chords", "--script", "echo"});
    ASSERT_EQ(line.scripts.size(), 3U);
    EXPECT_EQ(line.scripts[0].channel, 3);
    EXPECT_EQ(line.scripts[0].script, "S.py");
    EXPECT_EQ(line.scripts[1].channel, 10);
    EXPECT_FALSE(line.scripts[2].channel);
}

TEST(CommandLine, SeveralScriptsForTheSameAreAChain) {
    const auto line = parse({"play", "a.mid", "--script", "2:a", "--script", "b", "--script", "2:c", "--script", "b"});
    ASSERT_EQ(line.scripts.size(), 4U);
    EXPECT_EQ(line.scripts[2].channel, 2);
    EXPECT_EQ(line.scripts[2].script, "c");
    std::vector<const char*> words{"play", "a.mid"};
    for (int i = 0; i < 33; ++i) {
        words.insert(words.end(), {"--script", "2:a"});
    }
    EXPECT_THAT(complaint(words), HasSubstr("33 scripts are given for channel 2: a track takes 32"));
}

TEST(CommandLine, AScriptsPathMayHoldAColon) {
    EXPECT_EQ(parse_script_choice("my:script.py").script, "my:script.py");
    EXPECT_EQ(parse_script_choice("2:my:script.py").script, "my:script.py");
}

TEST(CommandLine, WrongUsageIsOneSentenceThatSaysWhatThereIs) {
    EXPECT_THAT(complaint({"dance"}), HasSubstr("play, render, transform or check"));
    EXPECT_THAT(complaint({"play", "--loud"}), HasSubstr("--loud"));
    EXPECT_THAT(complaint({"play", "a.mid", "--script", "17:x.py"}), HasSubstr("1 to 16"));
    EXPECT_THAT(complaint({"play", "a.mid", "--script", "0:x.py"}), HasSubstr("1 to 16"));
    EXPECT_THAT(complaint({"play", "a.mid", "--script", "-1:x.py"}), HasSubstr("1 to 16"));
    EXPECT_THAT(complaint({"play", "a.mid", "--script", "3:"}), HasSubstr("names no script"));
    EXPECT_THAT(complaint({"play", "--frames", "0"}), HasSubstr("--frames"));
    EXPECT_THAT(complaint({"play", "--frames", "-5"}), HasSubstr("1 to 8192"));
    EXPECT_THAT(complaint({"play", "--frames", "x"}), HasSubstr("'x'"));
    EXPECT_THAT(complaint({"play", "--rate", "nan"}), HasSubstr("--rate"));
    EXPECT_THAT(complaint({"play", "--seconds", "-1"}), HasSubstr("--seconds"));
    EXPECT_THAT(complaint({"play", "--transport", "dove"}), HasSubstr("shm or pipe"));
    EXPECT_THAT(complaint({"play", "--latency", "none"}), HasSubstr("sync or pipelined"));
    EXPECT_THAT(complaint({"render", "a.mid", "-o", "a.wav", "--format", "mp3"}), HasSubstr("pcm16 or float32"));
    EXPECT_THAT(complaint({"play", "--set", "gate"}), HasSubstr("NAME=VALUE"));
    EXPECT_THAT(complaint({"play", "--set", "=1"}), HasSubstr("NAME=VALUE"));
    for (const auto& words : {std::vector<const char*>{"dance"}, {"play", "--loud"}, {"render"}, {"play", "a", "b"}}) {
        EXPECT_THAT(complaint(words), testing::Not(HasSubstr("\n")));
        EXPECT_NE(complaint(words), "");
    }
}

TEST(CommandLine, SwapTakesBlockBeatOrBar) {
    EXPECT_EQ(parse({"play"}).swap, std::nullopt) << "as the session says";
    EXPECT_EQ(parse({"play", "--swap", "block"}).swap, scripting::SwapMoment::block);
    EXPECT_EQ(parse({"play", "--swap", "beat"}).swap, scripting::SwapMoment::beat);
    EXPECT_EQ(parse({"--swap", "bar"}).swap, scripting::SwapMoment::bar);
    EXPECT_THAT(complaint({"play", "--swap", "now"}), HasSubstr("block, beat or bar"));
    EXPECT_NE(complaint({"render", "a.mid", "-o", "b.wav", "--swap", "bar"}), "") << "offline nothing is edited";
}

TEST(CommandLine, PrewakeTakesAutoOffOrMicroseconds) {
    EXPECT_EQ(parse({"play"}).prewake_guard_ns, 0);
    EXPECT_EQ(parse({"play", "--prewake", "auto"}).prewake_guard_ns, 0);
    EXPECT_EQ(parse({"play", "--prewake", "off"}).prewake_guard_ns, std::nullopt);
    EXPECT_EQ(parse({"play", "--prewake", "80"}).prewake_guard_ns, 80'000);
    for (const char* wrong : {"0", "-5", "80us", "always", "6000", ""}) {
        EXPECT_THAT(complaint({"play", "--prewake", wrong}), HasSubstr("auto, off or 1 to 5000 microseconds"));
    }
    EXPECT_NE(complaint({"render", "a.mid", "-o", "b.wav", "--prewake", "auto"}), "") << "offline nothing is due";
}

TEST(CommandLine, WhatIsNotBuiltIsRefused) {
    EXPECT_THAT(complaint({"play", "a.mid", "--sandbox", "on"}), HasSubstr("not built"));
    EXPECT_THAT(complaint({"play", "a.mid", "--trace", "t.json"}), HasSubstr("not built"));
}

TEST(CommandLine, AnOptionThatAVerbCannotUseIsNotTaken) {
    EXPECT_NE(complaint({"check", "--frames", "64"}), "");
    EXPECT_NE(complaint({"transform", "a.mid", "-o", "b.mid", "--soundfont", "f.sf2"}), "");
    EXPECT_NE(complaint({"render", "a.mid", "-o", "b.wav", "--device", "timer"}), "");
}

TEST(CommandLine, HelpIsAsked) {
    EXPECT_THAT(parse({"--help"}).help, HasSubstr("transform"));
    EXPECT_THAT(parse({"play", "--help"}).help, HasSubstr("--transport"));
    EXPECT_THAT(parse({"--version"}).help, HasSubstr("outboard"));
}

}  // namespace
}  // namespace outboard::app
