#include "app/session_file.h"

#include <filesystem>
#include <fstream>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

namespace outboard::app {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;

class SessionFile : public testing::Test {
protected:
    SessionFile() {
        auto pattern = (fs::temp_directory_path() / "outboard-session-XXXXXX").string();
        folder_ = ::mkdtemp(pattern.data());
        factory_ = (folder_ / "factory").string();
    }
    ~SessionFile() override { fs::remove_all(folder_); }

    [[nodiscard]] std::string file() const { return (folder_ / "a.outboard").string(); }
    void write(const std::string& text) const { std::ofstream(file()) << text; }
    [[nodiscard]] std::string complaint(const std::string& text) const {
        write(text);
        try {
            (void)load_session(file(), factory_);
        } catch (const std::runtime_error& error) {
            return error.what();
        }
        return "";
    }
    [[nodiscard]] std::string text() const {
        std::ifstream stream(file());
        return {std::istreambuf_iterator<char>(stream), {}};
    }

    fs::path folder_;
    std::string factory_;
};

audio::Session full_session(const fs::path& folder) {
    audio::Session session;
    session.soundfont = "/elsewhere/big.sf2";
    session.song = (folder / "songs" / "evening.mid").string();
    session.master_db = -4.5;
    session.loop = true;
    session.swap = scripting::SwapMoment::bar;
    session.device = {"system", 44100, 64};
    session.midi_inputs = {"Keys", "Pads"};
    audio::TrackSettings track;
    track.name = "Strings \"wide\" ♪";
    track.colour = 0x6D9DC5;
    track.port = 1;
    track.channels = 0b1000000000000101;
    track.from_song = false;
    track.from_keyboard = false;
    track.script = (folder / "my.py").string();
    track.bypassed = true;
    track.parameters = {{"gate", 0.25},    {"rate", 2},     {"steps[0]", 1},
                        {"steps[1]", 0.5}, {"steps[2]", 0}, {"far[11]", 3}};
    track.texts = {{"scale", "/scales/just.scl"}};
    track.learned = {{9, 74, "gate"}, {0, 1, "gone"}, {2, 20, "steps[1]"}};
    track.kept = R"({"state":{"steps":[1,0.5,9223372036854775807,"é"]},"data":null,"version":"1.2"})";
    track.soundfont = (folder / "own.sf2").string();
    track.bank = 128;
    track.program = 7;
    track.midi_output = "Synth";
    track.gain_db = -6;
    track.pan = -0.5;
    track.send = 0.25;
    track.mute = true;
    track.solo = true;
    session.tracks = {track, audio::TrackSettings{}};
    session.tracks[1].script = (folder / "factory" / "arpeggiator.py").string();
    return session;
}

TEST_F(SessionFile, KeepsEverything) {
    const auto saved = full_session(folder_);
    save_session(file(), saved, factory_);
    const auto loaded = load_session(file(), factory_);
    EXPECT_THAT(loaded.notices, ElementsAre());
    const auto& session = loaded.session;
    EXPECT_EQ(session.soundfont, saved.soundfont);
    EXPECT_EQ(session.song, saved.song);
    EXPECT_EQ(session.master_db, saved.master_db);
    EXPECT_EQ(session.loop, saved.loop);
    EXPECT_EQ(session.swap, saved.swap);
    EXPECT_EQ(session.device.name, "system");
    EXPECT_EQ(session.device.rate, 44100);
    EXPECT_EQ(session.device.frames, 64U);
    EXPECT_EQ(session.midi_inputs, saved.midi_inputs);
    ASSERT_EQ(session.tracks.size(), 2U);
    const auto& track = session.tracks[0];
    const auto& wanted = saved.tracks[0];
    EXPECT_EQ(track.name, wanted.name);
    EXPECT_EQ(track.colour, wanted.colour);
    EXPECT_EQ(track.port, wanted.port);
    EXPECT_EQ(track.channels, wanted.channels);
    EXPECT_EQ(track.from_song, wanted.from_song);
    EXPECT_EQ(track.from_keyboard, wanted.from_keyboard);
    EXPECT_EQ(track.script, wanted.script);
    EXPECT_EQ(track.bypassed, wanted.bypassed);
    EXPECT_EQ(track.parameters, wanted.parameters);
    EXPECT_EQ(track.kept, wanted.kept);
    EXPECT_EQ(track.texts, wanted.texts);
    EXPECT_EQ(track.learned, wanted.learned);
    EXPECT_THAT(text(), HasSubstr("\"steps\": ["));
    EXPECT_EQ(track.soundfont, wanted.soundfont);
    EXPECT_EQ(track.bank, wanted.bank);
    EXPECT_EQ(track.program, wanted.program);
    EXPECT_EQ(track.midi_output, wanted.midi_output);
    EXPECT_EQ(track.gain_db, wanted.gain_db);
    EXPECT_EQ(track.pan, wanted.pan);
    EXPECT_EQ(track.send, wanted.send);
    EXPECT_EQ(track.mute, wanted.mute);
    EXPECT_EQ(track.solo, wanted.solo);
    EXPECT_EQ(session.tracks[1].script, saved.tracks[1].script);
    EXPECT_EQ(session.tracks[1].channels, 0xFFFF);
    EXPECT_FALSE(session.tracks[1].program);
}

TEST_F(SessionFile, KeepsChains) {
    auto saved = full_session(folder_);
    saved.tracks[0].set_scripts(
        {(folder_ / "my.py").string(), (folder_ / "factory" / "echo.py").string(), (folder_ / "my.py").string()});
    saved.tracks[0].left_out = 0b101;
    saved.tracks[0].parameters["3.steps[1]"] = 0.25;
    save_session(file(), saved, factory_);
    EXPECT_THAT(text(), HasSubstr("\"factory:echo\""));
    const auto loaded = load_session(file(), factory_);
    EXPECT_THAT(loaded.notices, ElementsAre());
    EXPECT_EQ(loaded.session.tracks[0].scripts(), saved.tracks[0].scripts());
    EXPECT_EQ(loaded.session.tracks[0].left_out, 0b101U);
    EXPECT_EQ(loaded.session.tracks[0].parameters, saved.tracks[0].parameters);
    EXPECT_EQ(loaded.session.tracks[1].scripts(), saved.tracks[1].scripts());
    EXPECT_EQ(loaded.session.tracks[1].left_out, 0U);
}

TEST_F(SessionFile, PathsBelowTheFileMoveWithItAndFactoryScriptsGoByName) {
    save_session(file(), full_session(folder_), factory_);
    EXPECT_THAT(text(), HasSubstr("\"song\": \"songs/evening.mid\""));
    EXPECT_THAT(text(), HasSubstr("\"soundfont\": \"/elsewhere/big.sf2\""));
    EXPECT_THAT(text(), HasSubstr("\"factory:arpeggiator\""));
    const auto moved = folder_ / "moved";
    fs::create_directory(moved);
    fs::rename(file(), moved / "a.outboard");
    const auto session = load_session((moved / "a.outboard").string(), "/other/factory").session;
    EXPECT_EQ(session.song, (moved / "songs" / "evening.mid").string());
    EXPECT_EQ(session.tracks[0].script, (moved / "my.py").string());
    EXPECT_EQ(session.tracks[1].script, "/other/factory/arpeggiator.py");
}

TEST_F(SessionFile, OneOfBeforeThereWasASwapSettingSwapsAtTheBeat) {
    write(R"({"outboard_session": 1, "loop": true})");
    const auto loaded = load_session(file(), factory_);
    EXPECT_THAT(loaded.notices, ElementsAre());
    EXPECT_EQ(loaded.session.swap, scripting::SwapMoment::beat);
}

TEST_F(SessionFile, WhatIsNotKnownIsReported) {
    write(
        R"({"outboard_session": 1, "mood": "blue", "device": {"volume": 11}, "tracks": [{"name": "a", "gian_db": 3}]})");
    EXPECT_THAT(load_session(file(), factory_).notices,
                ElementsAre(HasSubstr("device.volume"), HasSubstr("tracks[0].gian_db"), HasSubstr("mood")));
}

TEST_F(SessionFile, DamageIsToldWithItsLine) {
    EXPECT_THAT(complaint("{\n  \"outboard_session\": 1,\n  \"song\": \n}"), HasSubstr("line 4"));
    EXPECT_THAT(complaint("{\n  \"outboard_session\": 1,\n"), HasSubstr("line 3"));
    EXPECT_THAT(complaint(""), HasSubstr("line 1"));
    EXPECT_THAT(complaint("\x89PNG\r\n"), HasSubstr("damaged"));
    EXPECT_THAT(complaint("[1, 2]"), HasSubstr("object"));
}

TEST_F(SessionFile, AWrongValueIsToldWithItsKey) {
    const auto of = [&](const std::string& part) { return complaint(R"({"outboard_session": 1, )" + part + "}"); };
    EXPECT_THAT(of(R"("song": 3)"), HasSubstr("song should be a text"));
    EXPECT_THAT(of(R"("master_db": "loud")"), HasSubstr("master_db should be a number"));
    EXPECT_THAT(of(R"("loop": 1)"), HasSubstr("loop should be true or false"));
    EXPECT_THAT(of(R"("swap": "now")"), HasSubstr("swap should be \"block\", \"beat\" or \"bar\""));
    EXPECT_THAT(of(R"("swap": 2)"), HasSubstr("swap should be"));
    EXPECT_THAT(of(R"("device": {"frames": -1})"), HasSubstr("device.frames"));
    EXPECT_THAT(of(R"("device": {"frames": 64.5})"), HasSubstr("whole number"));
    EXPECT_THAT(of(R"("midi_inputs": [1])"), HasSubstr("midi_inputs"));
    EXPECT_THAT(of(R"("tracks": {})"), HasSubstr("tracks"));
    EXPECT_THAT(of(R"("tracks": [{}, {"pan": 2}])"), HasSubstr("tracks[1].pan"));
    EXPECT_THAT(of(R"("tracks": [{"channels": [17]}])"), HasSubstr("tracks[0].channels"));
    EXPECT_THAT(of(R"("tracks": [{"colour": "red"}])"), HasSubstr("tracks[0].colour"));
    EXPECT_THAT(of(R"("tracks": [{"parameters": {"gate": true}}])"),
                testing::AllOf(HasSubstr("parameters"), HasSubstr("gate")));
    EXPECT_THAT(complaint("{}"), HasSubstr("not a session"));
    EXPECT_THAT(complaint(R"({"outboard_session": 99})"), HasSubstr("newer"));
}

TEST_F(SessionFile, AMissingFileIsASentence) {
    EXPECT_THROW((void)load_session((folder_ / "none.outboard").string(), factory_), std::runtime_error);
}

TEST_F(SessionFile, AFailedSaveLeavesNothing) {
    const auto place = (folder_ / "no" / "such" / "a.outboard").string();
    EXPECT_THROW(save_session(place, audio::Session{}, factory_), std::runtime_error);
    EXPECT_TRUE(fs::is_empty(folder_));
}

TEST_F(SessionFile, SavingReplacesInOneStepAndLeavesNothingElse) {
    write("old");
    save_session(file(), audio::Session{}, factory_);
    EXPECT_THAT(text(), HasSubstr("outboard_session"));
    EXPECT_EQ(std::distance(fs::directory_iterator(folder_), fs::directory_iterator()), 1);
}

}  // namespace
}  // namespace outboard::app
