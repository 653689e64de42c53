// The two ledgers are honest: linked with a floor that loses one event and one note-off (audio/faults.h), they say so.
#include <gtest/gtest.h>

#include "audio/faults.h"
#include "engine_rig.h"

namespace outboard::audio {
namespace {

using testing::Rig;
using testing::run;

static_assert(faults::enabled);

class Faulty : public ::testing::Test {
protected:
    /// Plays the scale to its end and looks.
    TrackSnapshot play(int events, int note_offs, const std::string& script = {}) {
        faults::events_to_drop = events;
        faults::note_offs_to_drop = note_offs;
        Rig rig;
        Session session;
        session.tracks = {testing::track("a")};
        if (!script.empty()) {
            session.tracks[0].script = scripting::resolve_script(script, rig.host.factory_folder());
        }
        Engine engine(rig.options, rig.host, session);
        EXPECT_EQ(engine.wait_scripts(std::chrono::seconds(30)), std::vector<std::string>{});
        engine.set_song(testing::scale_song());
        engine.play();
        static_cast<void>(run(engine, 8 * 24000, 128));
        EXPECT_TRUE(engine.idle());
        return engine.snapshot().tracks.at(0);
    }
};

TEST_F(Faulty, WithoutFaultsNothingIsLost) {
    const TrackSnapshot track = play(0, 0);
    EXPECT_EQ(track.events_lost, 0U);
    EXPECT_EQ(track.notes_hanging, 0U);
}

TEST_F(Faulty, OneLostEventAndOneLostNoteOffAreSeen) {
    const TrackSnapshot track = play(1, 1);
    EXPECT_EQ(track.events_lost, 1U);
    EXPECT_EQ(track.notes_hanging, 1U);
}

TEST_F(Faulty, EachLedgerSeesItsOwnLossOnly) {
    EXPECT_EQ(play(2, 0).events_lost, 2U);
    EXPECT_EQ(play(2, 0).notes_hanging, 0U);
    EXPECT_EQ(play(0, 3).notes_hanging, 3U);
    EXPECT_EQ(play(0, 3).events_lost, 0U);
}

TEST_F(Faulty, AScriptInBetweenHidesNothing) {
    const TrackSnapshot track = play(1, 1, "passthrough");
    EXPECT_EQ(track.events_lost, 1U);
    EXPECT_EQ(track.notes_hanging, 1U);
}

}  // namespace
}  // namespace outboard::audio
