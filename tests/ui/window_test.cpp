#include "ui/main_window.h"

#include <QApplication>
#include <QDockWidget>
#include <QLabel>
#include <QMessageBox>
#include <QPushButton>
#include <QTextBrowser>
#include <QTimer>
#include <QToolButton>

#include <algorithm>

#include "rig.h"
#include "ui/editor_tabs.h"
#include "ui/guide_window.h"
#include "ui/notice_bar.h"
#include "ui/script_editor.h"
#include "ui/swap_menu.h"
#include "ui/track_card.h"
#include "ui/transport_bar.h"

namespace outboard::ui::test {
namespace {

class WindowTest : public Rig {
protected:
    MainWindow& window() {
        if (!window_) {
            AppHooks made = hooks();
            made.device = [] { return DeviceStatus{"JACK", 48000, 64, 1.3, 5.0, {}}; };
            made.save_session = [this](const std::string& where) { saved_ = where; };
            made.session_path = [this] { return session_; };
            window_ = std::make_unique<MainWindow>(engine_, made);
            window_->show();
            EXPECT_TRUE(QTest::qWaitForWindowExposed(window_.get()));
        }
        return *window_;
    }
    std::string session_, saved_;
    std::unique_ptr<MainWindow> window_;
};

TEST_F(WindowTest, TypingAndCtrlSRunsWhatYouSee) {
    const QString file = write("a.py", "x = 1\n");
    track("Arp", file);
    auto* editor = window().findChild<ScriptEditor*>();
    ASSERT_NE(editor, nullptr);
    editor->setFocus();
    editor->setCursorPosition(0, 0);
    QTest::keyClicks(editor, "y = 2 ; ");
    EXPECT_EQ(fake().count("play"), 0u);  // the space bar writes spaces there
    QTest::keyClick(editor, Qt::Key_S, Qt::ControlModifier);
    EXPECT_EQ(read(file), "y = 2 ; x = 1\n");
    EXPECT_EQ(fake().count("load_script 1"), 1u);
}

TEST_F(WindowTest, SpacePlaysAndStopsOutsideTheEditor) {
    track("Arp", write("a.py", "x\n"));
    // Right after the start nothing that takes text or clicks has the focus.
    QTest::keyClick(window().focusWidget(), Qt::Key_Space);
    EXPECT_EQ(fake().calls.back(), "play");
    window().findChild<ScriptEditor*>()->setFocus();
    QTest::keyClick(window().focusWidget(), Qt::Key_Space);
    EXPECT_EQ(fake().calls.back(), "play");
    EXPECT_TRUE(window().findChild<ScriptEditor*>()->text().startsWith(' '));
    // A click on a track leaves the editor.
    QTest::mouseClick(window().findChild<TrackCard*>(), Qt::LeftButton, {}, QPoint(60, 85));
    QTest::keyClick(window().focusWidget(), Qt::Key_Space);
    EXPECT_EQ(fake().calls.back(), "stop");
    window().findChild<ScriptEditor*>()->setModified(false);
}

TEST_F(WindowTest, TheScriptMenuAndItsLineSayWhenASavedScriptTakesOver) {
    track("Arp", write("a.py", "x\n"));
    fake().snapshot.swap = scripting::SwapMoment::bar;  // of the session that was opened
    window().resize(1440, 900);
    QTest::qWait(150);
    window().refresh();
    const auto menus = window().findChildren<SwapMenu*>();
    ASSERT_EQ(menus.size(), 2);
    const auto button = [&]() -> QToolButton* {
        for (auto* found : window().findChildren<QToolButton*>()) {
            if (qobject_cast<SwapMenu*>(found->menu()) != nullptr) {
                return found;
            }
        }
        return nullptr;
    };
    ASSERT_NE(button(), nullptr);
    EXPECT_TRUE(button()->isVisible());
    EXPECT_EQ(button()->text(), "next bar ▾");
    for (SwapMenu* menu : menus) {
        emit menu->aboutToShow();
        EXPECT_EQ(menu->actions().size(), 3);
        EXPECT_TRUE(menu->actions().at(2)->isChecked());
    }
    menus[0]->actions().at(0)->trigger();
    EXPECT_EQ(fake().calls.back(), "set_swap_moment block");
    EXPECT_TRUE(window().isWindowModified()) << "the session keeps it";
    QTest::qWait(150);
    window().refresh();
    EXPECT_EQ(button()->text(), "at once ▾");
    emit menus[1]->aboutToShow();
    EXPECT_TRUE(menus[1]->actions().at(0)->isChecked());
}

TEST_F(WindowTest, AllRoomsAreThereAndNothingOfTheBarIsCutOff) {
    track("Arp", write("a.py", "x\n"));
    EXPECT_EQ(window().findChildren<QDockWidget*>().size(), 4);
    auto* bar = window().findChild<TransportBar*>();
    for (const int width : {1100, 1280, 1440, 1920}) {
        window().resize(width, 800);
        QCoreApplication::processEvents();
        ASSERT_EQ(window().width(), width);
        for (const QWidget* part : bar->findChildren<QWidget*>()) {
            if (part->isVisible() && part->parentWidget()->isVisible()) {
                EXPECT_GE(part->width(), part->minimumSizeHint().width())
                    << width << ' ' << part->accessibleName().toStdString();
            }
        }
    }
}

TEST_F(WindowTest, WhatIsSaidOfAScriptIsWholeBesideTheTabsOfThree) {
    for (const char* name : {"chords.py", "arpeggiator.py", "humaniser.py"}) {
        track("Track", write(QStringLiteral("factory/") + name, "x\n"));
    }
    fake().snapshot.swap = scripting::SwapMoment::beat;
    auto* editors = window().findChild<EditorTabs*>();
    const auto shown = [&](const QString& words) {
        const auto labels = editors->findChildren<QLabel*>();
        return std::ranges::any_of(labels, [&](const QLabel* label) {
            return label->isVisible() && label->text() == words && label->width() >= label->sizeHint().width();
        });
    };
    for (const bool edited : {false, true}) {
        if (edited) {
            editors->current()->editor().append("y\n");
        }
        for (const int width : {1280, 1440}) {
            window().resize(width, 900);
            QTest::qWait(150);
            window().refresh();
            QCoreApplication::processEvents();
            EXPECT_TRUE(shown(edited ? "● edited · saving makes your copy" : "● runs what you see")) << width;
        }
    }
    editors->current()->editor().setModified(false);
}

TEST_F(WindowTest, ANewEngineTakesOverAndNoEngineIsDrawn) {
    track("Arp", write("a.py", "x\n"));
    window().set_engine(nullptr);
    window().refresh();
    fake().calls.clear();
    QTest::keyClick(&window(), Qt::Key_Space);
    EXPECT_TRUE(fake().calls.empty());
    audio::Engine other({}, host_, {});
    window().set_engine(&other);
    QTest::keyClick(&window(), Qt::Key_Space);
    EXPECT_EQ(fake().calls.back(), "play");
    window().set_engine(&engine_);
}

TEST_F(WindowTest, UnsavedEditsAreAskedAboutAndKept) {
    const QString file = write("a.py", "x\n");
    track("Arp", file);
    auto* editor = window().findChild<ScriptEditor*>();
    ASSERT_NE(editor, nullptr);
    const auto answer = [](QMessageBox::StandardButton which) {
        QTimer::singleShot(50, [which] {
            auto* box = qobject_cast<QMessageBox*>(QApplication::activeModalWidget());
            ASSERT_NE(box, nullptr);
            QTest::mouseClick(box->button(which), Qt::LeftButton);
        });
    };
    QTest::keyClicks(editor, "edited ");
    answer(QMessageBox::Cancel);
    EXPECT_FALSE(window().close());
    EXPECT_TRUE(editor->isModified());
    EXPECT_EQ(read(file), "x\n");
    answer(QMessageBox::Save);
    EXPECT_TRUE(window().close());
    EXPECT_EQ(read(file), "edited x\n");
}

TEST_F(WindowTest, TheGuideOpensWithF1AndItsLinksLeadOn) {
    track("Arp");
    QDir(folder_.path()).mkpath("guide");
    write("guide/README.md", "# Writing scripts\n\nRead the [cookbook](cookbook.md).\n");
    write("guide/cookbook.md", "# Cookbook\n");
    window().activateWindow();
    QTest::keyClick(&window(), Qt::Key_F1);
    auto* guide = window().findChild<GuideWindow*>();
    ASSERT_NE(guide, nullptr);
    EXPECT_TRUE(guide->isVisible());
    auto* pages = guide->findChild<QTextBrowser*>();
    EXPECT_TRUE(pages->toPlainText().startsWith("Writing scripts"));
    pages->setSource(pages->source().resolved(QUrl("cookbook.md")));
    EXPECT_TRUE(pages->toPlainText().startsWith("Cookbook"));
    const auto buttons = guide->findChildren<QPushButton*>();
    ASSERT_EQ(buttons.size(), 2);
    QTest::mouseClick(buttons.front(), Qt::LeftButton);
    EXPECT_TRUE(pages->toPlainText().startsWith("Writing scripts"));
    QTest::keyClick(&window(), Qt::Key_F1);
    EXPECT_EQ(window().findChildren<GuideWindow*>().size(), 1);
}

TEST_F(WindowTest, WithoutTheGuideASentenceSaysWhereItBelongs) {
    track("Arp");
    QString said;
    QTimer look;
    QObject::connect(&look, &QTimer::timeout, [&said] {
        if (auto* box = qobject_cast<QMessageBox*>(QApplication::activeModalWidget())) {
            said = box->text();
            box->accept();
        }
    });
    look.start(20);
    QTest::keyClick(&window(), Qt::Key_F1);
    EXPECT_TRUE(said.contains("guide"));
    EXPECT_EQ(window().findChild<GuideWindow*>(), nullptr);
}

TEST_F(WindowTest, NoticesAddUpAndNoneIsSaidTwice) {
    track("Arp");
    for (const char* sentence : {"One.", "No sound card was found.", "Two.", "No sound card was found.", "Three."}) {
        window().show_notice(sentence);
    }
    EXPECT_EQ(window().findChild<NoticeBar*>()->sentence(), "Two.\nNo sound card was found.\nThree.");
}

TEST_F(WindowTest, TheScriptsOfAllTracksAreOpenAndTheSelectedOneIsShown) {
    track("One", write("a.py", "a\n"));
    track("Two", write("b.py", "b\n"));
    auto* editors = window().findChild<EditorTabs*>();
    ASSERT_EQ(editors->documents().size(), 2u);
    EXPECT_EQ(editors->current()->path(), path("a.py"));
}

TEST_F(WindowTest, EveryControlHasANameForThoseWhoDoNotSee) {
    track("Arp", write("a.py", "x\n"));
    for (const QWidget* widget : window().findChildren<QWidget*>()) {
        const bool by_keyboard = (widget->focusPolicy() & Qt::TabFocus) != 0 && widget->isVisible();
        const auto* button = qobject_cast<const QAbstractButton*>(widget);
        if (by_keyboard && !widget->inherits("QScrollArea") && !widget->objectName().startsWith("qt_")) {
            EXPECT_FALSE(widget->accessibleName().isEmpty() && (button == nullptr || button->text().isEmpty()))
                << widget->metaObject()->className();
        }
    }
}

}  // namespace
}  // namespace outboard::ui::test
