// The engine's control side: scripts and the document.
#include "audio/engine.h"

#include <gtest/gtest.h>

#include <vector>

#include "engine_rig.h"

namespace outboard::audio {
namespace {

using testing::Rig;
using testing::run;
using testing::session_of;

// ---- scripts and documents -----------------------------------------------------------------------------------------

TEST(Engine, ScriptsAreLoadedTunedBypassedAndTakenOut) {
    Rig rig;
    Session session = session_of({testing::track("a")});
    session.tracks[0].script = scripting::resolve_script("chords", rig.host.factory_folder());
    Engine engine(rig.options, rig.host, session);
    ASSERT_EQ(engine.wait_scripts(std::chrono::seconds(30)), std::vector<std::string>{});
    static_cast<void>(run(engine, 128, 128));
    const TrackSnapshot track = engine.snapshot().tracks[0];
    ASSERT_FALSE(track.parameters.empty());
    const scripting::Parameter& parameter = track.parameters[0];
    EXPECT_FALSE(engine.set_parameter(track.id, "no such thing", 1));
    EXPECT_TRUE(engine.set_parameter(track.id, parameter.id, parameter.maximum + 1000));
    static_cast<void>(run(engine, 256, 128));
    EXPECT_DOUBLE_EQ(engine.snapshot().tracks[0].parameters[0].value, parameter.maximum) << "clamped";
    EXPECT_DOUBLE_EQ(engine.session().tracks[0].parameters.at(parameter.id), parameter.maximum);

    engine.key_down(60, 100);
    static_cast<void>(run(engine, 256, 128));
    EXPECT_GT(rig.instruments[0]->note_count, 1U) << "a chord";
    engine.key_up(60);
    static_cast<void>(run(engine, 256, 128));
    const std::size_t before = rig.instruments[0]->note_count;
    engine.unload_script(track.id);
    static_cast<void>(engine.wait_scripts(std::chrono::seconds(30)));
    static_cast<void>(run(engine, 256, 128));
    engine.key_down(60, 100);
    static_cast<void>(run(engine, 256, 128));
    EXPECT_EQ(rig.instruments[0]->note_count, before + 1) << "a note";
    EXPECT_EQ(engine.session().tracks[0].script, "");
}

TEST(Engine, ASessionsBypassedScriptIsLoadedWhenItIsWanted) {
    Rig rig;
    Session session = session_of({testing::track("a")});
    session.tracks[0].script = scripting::resolve_script("passthrough", rig.host.factory_folder());
    session.tracks[0].bypassed = true;
    Engine engine(rig.options, rig.host, session);
    static_cast<void>(run(engine, 128, 128));
    TrackSnapshot track = engine.snapshot().tracks[0];
    EXPECT_EQ(track.script.state, scripting::SlotState::bypassed);
    EXPECT_EQ(track.script.script, session.tracks[0].script);
    engine.bypass_script(track.id, false);
    ASSERT_EQ(engine.wait_scripts(std::chrono::seconds(30)), std::vector<std::string>{});
    static_cast<void>(run(engine, 256, 128));
    track = engine.snapshot().tracks[0];
    EXPECT_EQ(track.script.state, scripting::SlotState::live);
    EXPECT_FALSE(track.settings.bypassed);
}

TEST(Engine, AFailedScriptIsASentenceAndTheTrackPlays) {
    Rig rig;
    Session session = session_of({testing::track("a")});
    const testing::TemporaryPath file("broken.py", {'d', 'e', 'f', '\n'});
    session.tracks[0].script = file.path();
    Engine engine(rig.options, rig.host, session);
    EXPECT_EQ(engine.wait_scripts(std::chrono::seconds(30)).size(), 1U);
    engine.key_down(60, 100);
    static_cast<void>(run(engine, 256, 128));
    EXPECT_EQ(rig.instruments[0]->note_count, 1U);
}

TEST(Engine, WhoMovesTheFaderLastHasIt) {
    Rig rig;
    Session session = session_of({testing::track("a")});
    const std::string script = R"(from outboard import *
@on.note
def moves(e):
    track.gain_db = -6 if e.key < 64 else -12
    track.pan = 0.5
@on.cc(1)
def asked(e):
    e.forward()
    play(60 if track.gain_db == -3 and track.pan == 0.5 else 40, duration=samples(10)))";
    const testing::TemporaryPath file("fader.py", {script.begin(), script.end()});
    session.tracks[0].script = file.path();
    session.tracks[0].gain_db = -3;
    Engine engine(rig.options, rig.host, session);
    ASSERT_EQ(engine.wait_scripts(std::chrono::seconds(30)), std::vector<std::string>{});
    const auto strip = [&] {
        static_cast<void>(run(engine, 256, 128));
        const TrackSnapshot now = engine.snapshot().tracks[0];
        return std::pair(now.gain_db, now.pan);
    };
    EXPECT_EQ(strip(), std::pair(-3.0, 0.0)) << "as the session has it";
    engine.key_down(60, 100);
    EXPECT_EQ(strip(), std::pair(-6.0, 0.5)) << "the script has moved both";
    EXPECT_EQ(engine.session().tracks[0].gain_db, -3) << "the session keeps what the user has set";

    const std::uint32_t id = engine.snapshot().tracks[0].id;
    engine.move_strip(id, scripting::Setting::gain, -3);
    EXPECT_EQ(engine.snapshot().tracks[0].gain_db, -3) << "shown at once";
    EXPECT_EQ(strip(), std::pair(-3.0, 0.5)) << "where the user had it before counts, too";
    const std::uint8_t asks[]{0xB0, 1, 127};
    engine.midi_input(0, asks, 3, ipc::now_ns());
    static_cast<void>(run(engine, 256, 128));
    EXPECT_EQ(rig.instruments[0]->notes[0][2], 60) << "the script reads what the user has set";

    engine.key_down(70, 100);
    EXPECT_EQ(strip(), std::pair(-12.0, 0.5)) << "and moves it again";
    TrackSettings settings = engine.session().tracks[0];
    settings.mute = true;
    engine.update_track(id, settings);
    EXPECT_EQ(strip(), std::pair(-12.0, 0.5)) << "another setting of the track is not the fader";
    engine.move_strip(id, scripting::Setting::send, 0.25);
    EXPECT_EQ(engine.snapshot().tracks[0].send, 0.25);
    EXPECT_EQ(engine.session().tracks[0].send, 0.25);
    engine.move_strip(id, scripting::Setting::pan, -7);
    EXPECT_EQ(strip(), std::pair(-12.0, -1.0)) << "clamped";
    EXPECT_EQ(engine.session().tracks[0].pan, -1);
}

TEST(Engine, TheSessionIsWhatWasMadeOfIt) {
    Rig rig;
    Session session = session_of({testing::track("a"), testing::track("b")});
    session.master_db = -3;
    session.midi_inputs = {"somewhere"};
    session.device.name = "somehow";
    session.swap = scripting::SwapMoment::bar;
    session.tracks[1].pan = 0.5;
    session.tracks[1].parameters["unknown"] = 7;
    Engine engine(rig.options, rig.host, session);
    TrackSettings changed = session.tracks[0];
    changed.name = "c";
    changed.script = "ignored: scripts go by load_script";
    engine.update_track(engine.snapshot().tracks[0].id, changed);
    engine.set_loop(true);
    engine.set_master(-4);
    EXPECT_EQ(engine.snapshot().swap, scripting::SwapMoment::bar);
    engine.set_swap_moment(scripting::SwapMoment::block);
    EXPECT_EQ(engine.snapshot().swap, scripting::SwapMoment::block);
    const Session now = engine.session();
    EXPECT_EQ(now.master_db, -4);
    EXPECT_TRUE(now.loop);
    EXPECT_EQ(now.swap, scripting::SwapMoment::block);
    EXPECT_EQ(now.midi_inputs, session.midi_inputs);
    EXPECT_EQ(now.device.name, "somehow");
    ASSERT_EQ(now.tracks.size(), 2U);
    EXPECT_EQ(now.tracks[0].name, "c");
    EXPECT_EQ(now.tracks[0].script, "");
    EXPECT_EQ(now.tracks[1].pan, 0.5);
    EXPECT_EQ(now.tracks[1].parameters.at("unknown"), 7);
}

TEST(Engine, ImpossibleOptionsAreSentences) {
    Rig rig;
    for (const auto& spoil : std::vector<void (*)(Engine::Options&, Session&)>{
             [](Engine::Options&options, Session&) { options.sample_rate = 0; },
             [](Engine::Options&options, Session&) { options.max_frames = 0; },
             [](Engine::Options&options, Session&) { options.max_frames = 1'000'000; },
             [](Engine::Options&, Session&session) { session.song = "no/such/song.mid"; },
             [](Engine::Options&options, Session&session) {
                 options.make_instrument = nullptr;
                 session.soundfont = "no/such/font.sf2";
             },
             [](Engine::Options&, Session&session) { session.tracks[0].midi_output = "no such port"; }}) {
        Engine::Options options = rig.options;
        Session session = session_of({testing::track("a")});
        spoil(options, session);
        try {
            const Engine engine(options, rig.host, session);
            ADD_FAILURE();
        } catch (const std::runtime_error& error) {
            EXPECT_EQ(std::string(error.what()).back(), '.') << error.what();
        }
    }
}

}  // namespace
}  // namespace outboard::audio
