// What people and programs read of a run: the stats file, the table.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "app/cpu_table.h"
#include "app/script_messages.h"
#include "app/stats_file.h"
#include "app/terminal.h"

namespace outboard::app {
namespace {

using audio::Layer;
using testing::HasSubstr;

RunFigures example() {
    RunFigures run;
    run.frames = 128;
    run.length = 48000;
    auto& snapshot = run.snapshot;
    snapshot.blocks = 375;
    snapshot.xruns = 2;
    auto& scripting = snapshot.layers_total[static_cast<std::size_t>(Layer::scripting)];
    scripting.mean = 3.0;
    scripting.mean_all = 0.75;
    scripting.p99 = 4.0;
    audio::TrackSnapshot track;
    track.settings.name = "Arp";
    track.script.state = scripting::SlotState::live;
    track.script.transport = "shm";
    track.script.events_in = 11;
    track.script.wait_total.p99 = 12'345;
    track.script.python_total.mean = 4'500;
    track.script.hop_total.p99 = 6'250;
    track.script.reasons = {"SIGSEGV"};
    track.script.late_windows = {{128, 512}, {4096, 4224}};
    track.events_lost = 1;
    snapshot.tracks = {track};
    return run;
}

TEST(StatsFile, HasTheWordsThatTestsRelyOn) {
    const auto json = nlohmann::json::parse(stats_text(example()));
    EXPECT_EQ(json["frames"], 128);
    EXPECT_EQ(json["rate"], 48000);
    EXPECT_EQ(json["length"], 48000);
    EXPECT_EQ(json["blocks"], 375);
    EXPECT_EQ(json["xruns"], 2);
    EXPECT_FALSE(json.contains("device"));
    for (const char* layer : {"callback", "sequencer", "scripting", "encode", "wait", "busy", "return", "apply",
                              "instruments", "mix", "rest"}) {
        for (const char* figure : {"mean", "p50", "p99", "p999", "max"}) {
            EXPECT_TRUE(json["layers"][layer].contains(figure)) << layer << " " << figure;
        }
    }
    EXPECT_EQ(json["layers"]["scripting"]["mean"], 0.75) << "the mean is over all blocks";
    EXPECT_EQ(json["layers"]["scripting"]["p99"], 4.0);
    const auto& track = json["tracks"][0];
    EXPECT_EQ(track["name"], "Arp");
    EXPECT_EQ(track["state"], "live");
    EXPECT_EQ(track["transport"], "shm");
    EXPECT_EQ(track["latency"], "sync");
    EXPECT_EQ(track["events_in"], 11);
    EXPECT_EQ(track["events_lost"], 1);
    EXPECT_EQ(track["notes_hanging"], 0);
    EXPECT_EQ(track["reasons"][0], "SIGSEGV");
    EXPECT_EQ(track["late_windows"], nlohmann::json::parse("[[128, 512], [4096, 4224]]"));
    EXPECT_EQ(track["wait_us"]["p99"], 12.345);
    EXPECT_EQ(track["busy_parts_us"]["python"]["mean"], 4.5);
    EXPECT_EQ(track["hop_us"]["p99"], 6.25);
}

TEST(StatsFile, TellsTheDeviceOfARealTimeRun) {
    auto run = example();
    run.device = RunDevice{"system", "JACK Audio Connection Kit", 48000, 128, 6.25};
    const auto json = nlohmann::json::parse(stats_text(run));
    EXPECT_EQ(json["device"]["host_api"], "JACK Audio Connection Kit");
    EXPECT_EQ(json["device"]["cpu_load_median"], 6.25);
}

TEST(CpuTable, HasARowForEveryLayerAndTrack) {
    const auto run = example();
    const auto lines = cpu_table(run.snapshot);
    std::string all;
    for (const auto& line : lines) {
        all += line + "\n";
    }
    for (const char* word : {"callback", "sequencer", "scripting", "encode", "WAIT", "BUSY", "return", "apply",
                             "instruments", "mix", "rest", "xruns 2", "Arp"}) {
        EXPECT_THAT(all, HasSubstr(word));
    }
    EXPECT_THAT(cpu_line(run.snapshot), HasSubstr("xruns 2"));
}

TEST(Terminal, WritesTimesAsPeopleDo) {
    EXPECT_EQ(clock_text(0), "0:00");
    EXPECT_EQ(clock_text(61.9), "1:01");
    EXPECT_EQ(clock_text(3725), "1:02:05");
    EXPECT_EQ(bar_text(0.5, 4), "██░░");
}

TEST(MessageLine, SaysWhenWhereAndWhat) {
    scripting::Message message;
    message.type = scripting::Message::Type::warning;
    message.time = 96000;
    message.file = "/somewhere/mine.py";
    message.line = 7;
    message.text = "too loud";
    EXPECT_EQ(message_line(message, 48000), "    2.00 s  mine.py:7: warning: too loud");
}

}  // namespace
}  // namespace outboard::app
