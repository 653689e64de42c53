#include "ui/track_list.h"

#include <QLineEdit>
#include <QMessageBox>
#include <QPushButton>

#include "rig.h"
#include "ui/drag_value.h"
#include "ui/script_menu.h"
#include "ui/script_state.h"
#include "ui/theme.h"
#include "ui/track_card.h"

namespace outboard::ui::test {
namespace {

class TrackTest : public Rig {
protected:
    TrackList& list() {
        if (!list_) {
            list_ = std::make_unique<TrackList>(desk());
            list_->resize(240, 600);
            list_->show();
            EXPECT_TRUE(QTest::qWaitForWindowExposed(list_.get()));
            desk().refresh();
        }
        return *list_;
    }
    static QPushButton* button(TrackCard& card, const QString& name) {
        for (QPushButton* one : card.findChildren<QPushButton*>()) {
            if (one->accessibleName() == name) {
                return one;
            }
        }
        return nullptr;
    }
    std::unique_ptr<TrackList> list_;
};

TEST_F(TrackTest, ACardForEveryTrackAndClicksSelect) {
    track("Strings");
    track("Arp", path("a.py"));
    ASSERT_EQ(list().cards().size(), 2u);
    QTest::mouseClick(list().cards()[1].get(), Qt::LeftButton, {}, QPoint(60, 80));
    EXPECT_EQ(desk().selected(), 2u);
}

TEST_F(TrackTest, MuteAndSoloGoToTheEngine) {
    track("Strings");
    TrackCard& card = *list().cards()[0];
    QTest::mouseClick(button(card, "Mute"), Qt::LeftButton);
    EXPECT_TRUE(fake().snapshot.tracks[0].settings.mute);
    QTest::mouseClick(button(card, "Solo"), Qt::LeftButton);
    EXPECT_TRUE(fake().snapshot.tracks[0].settings.solo);
    QTest::mouseClick(button(card, "Mute"), Qt::LeftButton);
    EXPECT_FALSE(fake().snapshot.tracks[0].settings.mute);
}

DragValue* drag_value(TrackCard& card, const QString& name) {
    for (DragValue* one : card.findChildren<DragValue*>()) {
        if (one->accessibleName() == name) {
            return one;
        }
    }
    return nullptr;
}

TEST_F(TrackTest, FaderAndPanFollowTheScriptAndAreNotSentBack) {
    track("Strings");
    DragValue* gain = drag_value(*list().cards()[0], "Gain");
    DragValue* pan = drag_value(*list().cards()[0], "Pan");
    fake().calls.clear();
    fake().snapshot.tracks[0].gain_db = -12;
    fake().snapshot.tracks[0].pan = 0.5;
    fake().snapshot.tracks[0].send = 0.25;
    desk().refresh();
    EXPECT_EQ(gain->value(), -12);
    EXPECT_EQ(pan->value(), 0.5);
    EXPECT_EQ(drag_value(*list().cards()[0], "Send")->value(), 0.25);
    EXPECT_EQ(fake().count("move_strip") + fake().count("update_track"), 0u);
    EXPECT_FALSE(desk().is_modified());
}

TEST_F(TrackTest, WhatTheUserMovesGoesOnFromWhereTheScriptLeftIt) {
    track("Strings");
    DragValue* gain = drag_value(*list().cards()[0], "Gain");
    fake().snapshot.tracks[0].gain_db = -12;
    desk().refresh();
    QTest::keyClick(gain, Qt::Key_Up);
    EXPECT_EQ(fake().snapshot.tracks[0].gain_db, -11.5);
    EXPECT_TRUE(desk().is_modified());
    // Back to 0 dB, which is what the session has all the time: the script's value must go all the same.
    fake().snapshot.tracks[0].gain_db = -12;
    fake().snapshot.tracks[0].settings.gain_db = 0;
    desk().refresh();
    QTest::mouseDClick(gain, Qt::LeftButton);
    EXPECT_EQ(fake().snapshot.tracks[0].gain_db, 0);
}

TEST_F(TrackTest, TheSendIsMovedAndTakenBack) {
    track("Strings");
    DragValue* send = drag_value(*list().cards()[0], "Send");
    QTest::keyClick(send, Qt::Key_Up);
    EXPECT_EQ(fake().snapshot.tracks[0].send, 0.05);
    EXPECT_TRUE(desk().is_modified());
    QTest::mouseDClick(send, Qt::LeftButton);
    EXPECT_EQ(fake().snapshot.tracks[0].send, 0);
}

TEST_F(TrackTest, AFaderUnderTheMouseStaysThereWhileTheScriptMovesIt) {
    track("Strings");
    DragValue* gain = drag_value(*list().cards()[0], "Gain");
    QTest::mousePress(gain, Qt::LeftButton);
    fake().snapshot.tracks[0].gain_db = -20;
    desk().refresh();
    EXPECT_EQ(gain->value(), 0);
    QTest::mouseRelease(gain, Qt::LeftButton);
    desk().refresh();
    EXPECT_EQ(gain->value(), -20) << "let go of without a move: it is the script's";
}

TEST_F(TrackTest, RenamingTakesTheNewNameOnce) {
    track("Strings");
    TrackCard& card = *list().cards()[0];
    card.edit_name();
    auto* name = card.findChild<QLineEdit*>();
    QTest::keyClicks(name, "Violins");
    desk().refresh();  // the old name must not come back while it is typed over
    QTest::keyClick(name, Qt::Key_Return);
    EXPECT_EQ(fake().snapshot.tracks[0].settings.name, "Violins");
    EXPECT_EQ(fake().count("update_track"), 1u);
}

TEST_F(TrackTest, ANameHasMostOfItsRow) {
    track("Bass & drums");
    TrackCard& card = *list().cards()[0];
    const auto* name = card.findChild<QLineEdit*>();
    ASSERT_TRUE(QTest::qWaitFor([&] { return card.width() <= list().width(); })) << "it has its place";
    QCoreApplication::processEvents();
    card.refresh();
    EXPECT_GT(name->width(), card.width() / 2);
    EXPECT_EQ(name->text(), "Bass & drums");
}

TEST_F(TrackTest, ANameThatIsTooLongEndsInDotsAndIsWholeWhenItIsEdited) {
    const std::string long_name = "Strings that sustain for very long";
    track(long_name);
    TrackCard& card = *list().cards()[0];
    auto* name = card.findChild<QLineEdit*>();
    card.refresh();
    EXPECT_TRUE(name->text().startsWith("Str") && name->text().endsWith(QChar(0x2026))) << name->text().toStdString();
    EXPECT_TRUE(name->toolTip().contains(QString::fromStdString(long_name)));
    EXPECT_TRUE(card.accessibleName().contains(QString::fromStdString(long_name)));
    card.edit_name();
    EXPECT_EQ(name->text().toStdString(), long_name);
    QTest::keyClick(name, Qt::Key_End);
    QTest::keyClick(name, Qt::Key_Return);
    EXPECT_EQ(fake().snapshot.tracks[0].settings.name, long_name);
}

TEST_F(TrackTest, AddingSelectsTheNewTrackInAColourOfThePalette) {
    track("Strings");
    list().add_track();
    ASSERT_EQ(list().cards().size(), 2u);
    EXPECT_EQ(desk().selected(), 2u);
    EXPECT_EQ(fake().snapshot.tracks[1].settings.colour, track_palette[1]);
}

TEST_F(TrackTest, RemovingATrackIsAskedFirst) {
    track("Strings");
    TrackCard& card = *list().cards()[0];
    const auto answer = [&](QMessageBox::StandardButton which) {
        card.remove();
        auto* box = card.findChild<QMessageBox*>();
        ASSERT_NE(box, nullptr);
        QTest::mouseClick(box->button(which), Qt::LeftButton);
        QCoreApplication::sendPostedEvents(nullptr, QEvent::DeferredDelete);
    };
    answer(QMessageBox::Cancel);
    EXPECT_EQ(fake().count("remove_track"), 0u);
    answer(QMessageBox::Ok);
    EXPECT_EQ(fake().count("remove_track 1"), 1u);
}

TEST_F(TrackTest, TheMenuOffersFactoryScriptsAndBypass) {
    write("factory/echo.py", "");
    write("factory/_hidden.py", "");
    track("Arp", path("a.py"));
    desk();
    QMenu menu;
    fill_script_menu(menu, desk(), 1, {.make_new = [] {}, .open_file = [] {}});
    const auto entry = [&](const QString& words) -> QAction* {
        for (QAction* action : menu.actions()) {
            if (action->text() == words) {
                return action;
            }
        }
        return nullptr;
    };
    EXPECT_EQ(entry("_hidden"), nullptr);
    ASSERT_NE(entry("echo"), nullptr);
    entry("echo")->trigger();
    EXPECT_EQ(fake().calls.back(), "load_script 1 " + path("factory/echo.py").toStdString());
    ASSERT_NE(entry("Bypass"), nullptr);
    entry("Bypass")->trigger();
    EXPECT_EQ(fake().calls.back(), "bypass_script 1 on");
    ASSERT_NE(entry("Events cross by a pipe"), nullptr);
    entry("Events cross by a pipe")->trigger();
    EXPECT_EQ(fake().calls.back(), "set_script_transport 1 pipe");
}

TEST_F(TrackTest, TheMenuHasTheChain) {
    write("factory/echo.py", "");
    track("Arp", path("a.py"));
    fake().snapshot.tracks[0].settings.next_scripts = {path("b.py").toStdString()};
    fake().snapshot.tracks[0].settings.left_out = 0b10;
    const QString tip = button(*list().cards()[0], "Script")->toolTip();
    EXPECT_EQ(tip, path("a.py") + '\n' + path("b.py") + " (bypassed)");
    QMenu menu;
    fill_script_menu(menu, desk(), 1, {.make_new = [] {}, .open_file = [] {}});
    const auto entry = [](const QMenu& of, const QString& words) -> QAction* {
        for (QAction* action : of.actions()) {
            if (action->text() == words) {
                return action;
            }
        }
        return nullptr;
    };
    ASSERT_NE(entry(menu, "2 b.py"), nullptr);
    const QMenu& second = *entry(menu, "2 b.py")->menu();
    EXPECT_TRUE(entry(second, "Bypass")->isChecked());
    entry(second, "Bypass")->trigger();
    EXPECT_EQ(fake().calls.back(), "bypass_in_chain 1 1 off");
    const std::string a = path("a.py").toStdString(), b = path("b.py").toStdString();
    const std::string echo = path("factory/echo.py").toStdString();
    EXPECT_FALSE(entry(second, "Later")->isEnabled());
    entry(second, "Earlier")->trigger();
    EXPECT_EQ(fake().calls.back(), "load_scripts 1 " + b + " " + a);
    entry(*entry(menu, "Add a script behind")->menu(), "echo")->trigger();
    EXPECT_EQ(fake().calls.back(), "load_scripts 1 " + a + " " + b + " " + echo);
    entry(second, "Take out")->trigger();
    EXPECT_EQ(fake().calls.back(), "load_script 1 " + a);
    QString shown;
    QObject::connect(&desk(), &Desk::script_wished, [&](const QString& wished) { shown = wished; });
    entry(second, "Show in the editor")->trigger();
    EXPECT_EQ(shown, path("b.py"));
}

TEST(ScriptStateTest, IsSaidInWords) {
    using scripting::SlotState;
    audio::TrackSnapshot one = make_track(1, "Arp", "/somewhere/a.py");
    EXPECT_EQ(script_state(one, {}).words, "running");
    EXPECT_EQ(script_state(one, {}).lamp, theme().green);
    one.script.state = SlotState::bypassed;
    one.script.reasons = {"20 exceptions in a second"};
    EXPECT_EQ(script_state(one, {}).words, "bypassed: 20 exceptions in a second");
    one.settings.bypassed = true;
    EXPECT_EQ(script_state(one, {}).words, "bypassed: by you");
    one.script.state = SlotState::restarting;
    EXPECT_EQ(script_state(one, {}).words, "restarting");
    one.script.state = SlotState::failed;
    EXPECT_EQ(script_state(one, {}).words, "failed");
    EXPECT_EQ(script_state(one, {}).lamp, theme().red);
}

TEST(ScriptStateTest, IsLateForSomeSecondsAndKeepsTheCount) {
    audio::EngineSnapshot now;
    now.sample = 60 * 48'000;
    audio::TrackSnapshot one = make_track(1, "Arp", "/somewhere/a.py");
    one.script.late = 3;
    one.script.missed = 1;
    one.script.late_windows = {
        {40'000, 40'128}, {now.sample - 2'000, now.sample - 1'744}, {now.sample - 64, now.sample}};
    EXPECT_EQ(script_state(one, now).words, "late 2");
    EXPECT_EQ(script_state(one, now).lamp, theme().yellow);
    EXPECT_TRUE(
        script_state(one, now).detail.endsWith("Times it was late in the last 10 s: 2. Late answers since reset: 4."));
    now.sample += 10 * 48'000;
    EXPECT_EQ(script_state(one, now).words, "running");
    EXPECT_EQ(script_state(one, now).lamp, theme().green);
    EXPECT_TRUE(script_state(one, now).detail.endsWith("Late answers since reset: 4."));
}

TEST(ScriptStateTest, NamesTheScriptOfAChainThatIsBypassedForItsErrors) {
    audio::TrackSnapshot one = make_track(1, "Arp", "/somewhere/a.py");
    one.script.scripts = {"/somewhere/a.py", "/somewhere/b.py"};
    one.script.reasons = {"bypassed after 20 errors within a second: b.py, line 5"};
    one.script.given_up = 2;
    EXPECT_FALSE(has_given_up(one, 0));
    EXPECT_TRUE(has_given_up(one, 1));
    EXPECT_EQ(script_state(one, {}).words, "1 bypassed");
    EXPECT_EQ(script_state(one, {}).lamp, theme().yellow);
    EXPECT_TRUE(script_state(one, {}).detail.contains("errors: b.py.")) << script_state(one, {}).detail.toStdString();
    EXPECT_TRUE(script_state(one, {}).detail.contains("line 5"));
    one.settings.left_out = 2;
    EXPECT_EQ(script_state(one, {}).words, "running") << "then it is the user who has bypassed it";
}

}  // namespace
}  // namespace outboard::ui::test
