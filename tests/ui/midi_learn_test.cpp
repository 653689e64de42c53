// MIDI learn from the context menu of every control that has something to move.

#include <QMenu>

#include "parameter_rig.h"
#include "ui/panel_meter.h"
#include "ui/value_field.h"

namespace outboard::ui::test {
namespace {

/// The words of the context menu at a point of a widget; the one that begins with `trigger` is chosen.
QStringList menu_at(const ParameterPanel& panel, QWidget* widget, const QPoint& at, const QString& trigger = {}) {
    QStringList words;
    emit widget->customContextMenuRequested(at);
    for (auto* menu : panel.findChildren<QMenu*>()) {
        if (!menu->isVisible()) {
            continue;
        }
        for (QAction* action : menu->actions()) {
            words << action->text();
            if (!trigger.isEmpty() && action->text().startsWith(trigger)) {
                action->trigger();
            }
        }
        menu->close();
    }
    QCoreApplication::sendPostedEvents(nullptr, QEvent::DeferredDelete);
    return words;
}

TEST_F(ParameterTest, AControllerIsLearnedByTheContextMenu) {
    const auto trigger = [&](const QString& words) {
        const QStringList all = menu_at(*panel_, knob("Gate"), QPoint(5, 5), words);
        EXPECT_EQ(all.filter(words).size(), 1) << all.join(" | ").toStdString();
    };
    trigger("Learn: move a MIDI controller for Gate");
    EXPECT_EQ(fake().count("learn 1 gate"), 1u);
    desk().refresh();
    trigger("Gate waits");
    EXPECT_EQ(fake().count("learn 1 nothing"), 1u);
    fake().snapshot.tracks[0].settings.learned = {{0, 74, "gate"}};
    desk().refresh();
    trigger("Forget CC 74 on channel 1");
    EXPECT_EQ(fake().count("forget_learned 1 gate"), 1u);
}

TEST_F(EveryKindTest, TheBarOfATableUnderTheMouseIsLearned) {
    auto* table = panel_->findChild<StepTable*>();
    ASSERT_NE(table, nullptr);
    const QPoint third = table->bar_rect(2).center().toPoint();
    EXPECT_EQ(menu_at(*panel_, table, third, "Learn"), QStringList("Learn: move a MIDI controller for Steps 3"));
    EXPECT_EQ(fake().count("learn 1 steps[2]"), 1u);
    fake().snapshot.tracks[0].settings.learned = {{2, 20, "steps[2]"}, {2, 21, "steps[5]"}};
    desk().refresh();
    menu_at(*panel_, table, third, "Forget CC 20 on channel 3, which moves Steps 3");
    EXPECT_EQ(fake().count("forget_learned 1 steps[2]"), 1u);
    EXPECT_EQ(fake().count("forget_learned"), 1u);
}

TEST_F(EveryKindTest, TheKeyboardOpensTheMenuOfTheBarThatItChanges) {
    auto* table = panel_->findChild<StepTable*>();
    ASSERT_NE(table, nullptr);
    for (int i = 0; i < 4; ++i) {
        QTest::keyClick(table, Qt::Key_Right);
    }
    const QPoint there = table->inputMethodQuery(Qt::ImCursorRectangle).toRect().center();
    EXPECT_EQ(menu_at(*panel_, table, there), QStringList("Learn: move a MIDI controller for Steps 5"));
}

TEST_F(EveryKindTest, BothAxesOfAPointAreLearnedEachByItself) {
    auto* pad = panel_->findChild<XyPad*>();
    ASSERT_NE(pad, nullptr);
    const QStringList words =
        menu_at(*panel_, pad, QPoint(50, 50), "Learn: move a MIDI controller for Morph Resonance");
    EXPECT_EQ(words, QStringList({"Learn: move a MIDI controller for Morph Cutoff",
                                  "Learn: move a MIDI controller for Morph Resonance"}));
    EXPECT_EQ(fake().count("learn 1 morph[1]"), 1u);
}

TEST_F(EveryKindTest, WhatTheScriptMovesItselfIsNotLearned) {
    auto* meter = panel_->findChild<PanelMeter*>();
    ASSERT_NE(meter, nullptr);
    EXPECT_EQ(menu_at(*panel_, meter, QPoint(5, 5)), QStringList());
}

}  // namespace
}  // namespace outboard::ui::test
