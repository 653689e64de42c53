#include "ui/desk.h"

#include "rig.h"

namespace outboard::ui::test {
namespace {

using DeskTest = Rig;

TEST_F(DeskTest, SelectsTheFirstTrackAndArmsIt) {
    track("One");
    track("Two");
    EXPECT_EQ(desk().selected(), 1u);
    EXPECT_EQ(fake().calls.back(), "arm 1");
    desk().select(2);
    EXPECT_EQ(fake().calls.back(), "arm 2");
    fake().snapshot.tracks.pop_back();
    desk().refresh();
    EXPECT_EQ(desk().selected(), 1u);
}

TEST_F(DeskTest, TwoQuickChangesOfATrackAddUp) {
    track("One");
    desk().change_track(1, [](audio::TrackSettings& s) { s.mute = true; });
    desk().change_track(1, [](audio::TrackSettings& s) { s.solo = true; });
    EXPECT_TRUE(fake().snapshot.tracks[0].settings.mute);
    EXPECT_TRUE(fake().snapshot.tracks[0].settings.solo);
    EXPECT_EQ(fake().count("update_track 1"), 2u);
}

TEST_F(DeskTest, WithoutAnEngineNothingIsSentAndNothingFails) {
    track("One");
    desk().set_engine(nullptr);
    fake().calls.clear();
    desk().toggle_play();
    desk().select(1);
    desk().set_parameter(1, "gate", 1);
    desk().refresh();
    EXPECT_TRUE(fake().calls.empty());
    EXPECT_TRUE(desk().snapshot().tracks.empty());
    EXPECT_FALSE(desk().is_modified());
}

TEST_F(DeskTest, AnExceptionBecomesANotice) {
    QString notice;
    QObject::connect(&desk(), &Desk::notice, [&](const QString& sentence) { notice = sentence; });
    EXPECT_FALSE(desk().edit([](audio::Engine&) { throw std::runtime_error("The disk is full."); }));
    EXPECT_EQ(notice, "The disk is full.");
    EXPECT_FALSE(desk().is_modified());
}

TEST_F(DeskTest, ASongThatIsNotOneIsANotice) {
    QString notice;
    QObject::connect(&desk(), &Desk::notice, [&](const QString& sentence) { notice = sentence; });
    EXPECT_FALSE(desk().open_song(write("x.mid", "not a song")));
    EXPECT_TRUE(notice.contains("x.mid")) << notice.toStdString();
    EXPECT_EQ(fake().count("set_song"), 0u);
}

TEST(PositionOf, CountsBackAtTheSongsTempoAndSignature) {
    audio::EngineSnapshot now;
    now.playing = true;
    now.sample_rate = 48000;
    now.tempo = 120;  // a quarter note is 24000 samples
    now.sample = 1'000'000;
    now.bar = 3;
    now.beat = 1;
    now.tick = 0;
    EXPECT_EQ(position_of(now, now.sample), "3:1:000");
    EXPECT_EQ(position_of(now, now.sample - 12000), "2:4:480");
    EXPECT_EQ(position_of(now, now.sample - 24000 * 4), "2:1:000");
    now.song_beat = 8 + 0.9 / 960;  // the position leaves this out: 22.5 samples
    EXPECT_EQ(position_of(now, now.sample - 22), "3:1:000");
    now.song_beat = 8;
    now.numerator = 6;
    now.denominator = 8;  // beats are eighth notes
    EXPECT_EQ(position_of(now, now.sample - 12000), "2:6:000");
    EXPECT_EQ(position_of(now, 0), "1:1:000");
}

}  // namespace
}  // namespace outboard::ui::test
