#include "ui/parameter_panel.h"

#include <QCheckBox>
#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>

#include "parameter_rig.h"
#include "ui/drag_value.h"
#include "ui/file_drop.h"
#include "ui/knob.h"
#include "ui/panel_meter.h"
#include "ui/preset_bar.h"
#include "ui/slider.h"
#include "ui/value_field.h"

namespace outboard::ui::test {
namespace {

TEST_F(ParameterTest, DraggingAKnobChangesItsParameter) {
    ASSERT_NE(knob("Gate"), nullptr);
    drag(knob("Gate"), 40);
    EXPECT_NEAR(value("gate"), 0.5 + 0.95 * 40 / 160, 1e-9);
    drag(knob("Gate"), -1000);
    EXPECT_NEAR(value("gate"), 0.05, 1e-9);
    EXPECT_TRUE(desk().is_modified());
}

TEST_F(ParameterTest, AKnobKeepsItsStepsAndItsRange) {
    Knob* octaves = knob("Octaves");
    QTest::keyClick(octaves, Qt::Key_Up);
    EXPECT_EQ(value("octaves"), 3);
    QTest::keyClick(octaves, Qt::Key_PageUp);
    EXPECT_EQ(value("octaves"), 4);
    QTest::keyClick(octaves, Qt::Key_Home);
    EXPECT_EQ(value("octaves"), 1);
    QTest::mouseDClick(octaves, Qt::LeftButton);
    EXPECT_EQ(value("octaves"), 2);
    drag(octaves, 40);  // three quarters of a step
    EXPECT_EQ(value("octaves"), 3);
}

TEST_F(ParameterTest, AValueOfTheEngineIsShownAndNotSentBack) {
    fake().calls.clear();
    fake().snapshot.tracks[0].parameters[1].value = 0.75;
    desk().refresh();
    EXPECT_EQ(knob("Gate")->value(), 0.75);
    EXPECT_EQ(fake().count("set_parameter"), 0u);
}

TEST_F(ParameterTest, MenusAndTogglesSetTheirValue) {
    auto* menu = panel_->findChild<QComboBox*>();
    ASSERT_NE(menu, nullptr);
    EXPECT_EQ(menu->currentText(), "1/8");
    menu->setFocus();
    QTest::keyClick(menu, Qt::Key_Down);
    EXPECT_EQ(value("rate"), 2);
    auto* toggle = panel_->findChild<QCheckBox*>();
    ASSERT_NE(toggle, nullptr);
    QTest::mouseClick(toggle, Qt::LeftButton, {}, QPoint(6, toggle->height() / 2));
    EXPECT_EQ(value("latch"), 1);
}

TEST_F(ParameterTest, TheControlsAreThoseOfTheSelectedTrackAndItsLatestScript) {
    desk().select(2);
    QCoreApplication::sendPostedEvents(nullptr, QEvent::DeferredDelete);
    EXPECT_EQ(knob("Gate"), nullptr);
    desk().select(1);
    ASSERT_NE(knob("Gate"), nullptr);
    fake().snapshot.tracks[0].parameters = {{.id = "depth", .name = "Depth", .unit = {}, .choices = {}}};
    ++fake().snapshot.tracks[0].script_generation;
    desk().refresh();
    QCoreApplication::sendPostedEvents(nullptr, QEvent::DeferredDelete);
    EXPECT_EQ(knob("Gate"), nullptr);
    EXPECT_NE(knob("Depth"), nullptr);
}

TEST_F(EveryKindTest, ASliderGoesAlongItsCurve) {
    auto* slider = panel_->findChild<Slider*>();
    ASSERT_NE(slider, nullptr);
    QTest::mouseClick(slider, Qt::LeftButton, {}, QPoint(slider->width() / 2, 36));
    EXPECT_NEAR(value("cutoff"), 632.5, 40) << "the middle of a logarithmic travel";
    QTest::keyClick(slider, Qt::Key_End);
    EXPECT_EQ(value("cutoff"), 20000);
    QTest::keyClick(slider, Qt::Key_Delete);
    EXPECT_EQ(value("cutoff"), 1000);
    EXPECT_TRUE(slider->toolTip().contains("Hz"));
}

TEST_F(EveryKindTest, ATableIsDrawnWithTheMouseAndWithTheKeys) {
    auto* table = panel_->findChild<StepTable*>();
    ASSERT_NE(table, nullptr);
    const QRectF third = table->bar_rect(2);
    QTest::mouseClick(table, Qt::LeftButton, {},
                      QPoint(static_cast<int>(third.center().x()), static_cast<int>(third.top())));
    EXPECT_NEAR(value("steps[2]"), 1, 0.02);
    QTest::keyClick(table, Qt::Key_Right);
    QTest::keyClick(table, Qt::Key_Up);
    EXPECT_NEAR(value("steps[3]"), 0.05, 1e-9);
    fake().snapshot.tracks[0].parameters[3].value = 0.5;
    desk().refresh();
    EXPECT_EQ(table->value(0), 0.5);
}

TEST_F(EveryKindTest, APointIsDragged) {
    auto* pad = panel_->findChild<XyPad*>();
    ASSERT_NE(pad, nullptr);
    QTest::mouseClick(pad, Qt::LeftButton, {}, QPoint(pad->width() - 2, 22));
    EXPECT_EQ(value("morph[0]"), 1);
    EXPECT_EQ(value("morph[1]"), 1);
    QTest::keyClick(pad, Qt::Key_Left);
    EXPECT_NEAR(value("morph[0]"), 0.95, 1e-9);
}

TEST_F(EveryKindTest, AButtonIsDownWhileItIsPressed) {
    QPushButton* again = nullptr;
    for (auto* button : panel_->findChildren<QPushButton*>()) {
        again = button->accessibleName() == "Again" ? button : again;
    }
    ASSERT_NE(again, nullptr);
    QTest::mousePress(again, Qt::LeftButton);
    EXPECT_EQ(value("again"), 1);
    QTest::mouseRelease(again, Qt::LeftButton);
    EXPECT_EQ(value("again"), 0);
}

TEST_F(EveryKindTest, LabelAndMeterShowWhatTheScriptSays) {
    auto& parameters = fake().snapshot.tracks[0].parameters;
    for (auto& parameter : parameters) {
        if (parameter.id == "chord") {
            parameter.text = "<b>F</b>";
        }
        if (parameter.id == "density") {
            parameter.value = 7;
        }
    }
    desk().refresh();
    bool found = false;
    for (const auto* label : panel_->findChildren<QLabel*>()) {
        found = found || (label->text() == "<b>F</b>" && label->textFormat() == Qt::PlainText);
    }
    EXPECT_TRUE(found);
    ASSERT_NE(panel_->findChild<PanelMeter*>(), nullptr);
    EXPECT_EQ(panel_->findChild<PanelMeter*>()->value(), 7);
}

TEST_F(EveryKindTest, DeleteEmptiesAFile) {
    auto* drop = panel_->findChild<FileDrop*>();
    ASSERT_NE(drop, nullptr);
    EXPECT_TRUE(drop->toolTip().contains(".scl"));
    QTest::keyClick(drop, Qt::Key_Delete);
    EXPECT_EQ(fake().count("set_parameter_text 1 scale"), 1u);
}

TEST_F(EveryKindTest, EveryControlIsReachedByTheKeyboardAndHasAName) {
    for (const auto* widget : panel_->findChildren<QWidget*>()) {
        if (widget->focusPolicy() == Qt::StrongFocus && widget->isVisibleTo(panel_)) {
            EXPECT_FALSE(widget->accessibleName().isEmpty()) << widget->metaObject()->className();
        }
    }
    EXPECT_GT(panel_->height(), 104) << "a group has a heading";
}

TEST_F(ParameterTest, AAndBAreCompared) {
    auto* bar = panel_->findChild<PresetBar*>();
    ASSERT_NE(bar, nullptr);
    EXPECT_TRUE(bar->isVisible());
    bar->compare();  // B begins as A is
    QTest::keyClick(knob("Gate"), Qt::Key_End);
    desk().refresh();
    EXPECT_EQ(value("gate"), 1);
    bar->compare();
    EXPECT_EQ(value("gate"), 0.5);
    desk().refresh();
    bar->compare();
    EXPECT_EQ(value("gate"), 1);
}

TEST(ParameterText, IsWhatPeopleRead) {
    scripting::Parameter gate{.id = {}, .name = {}, .maximum = 1, .unit = "%", .choices = {}};
    EXPECT_EQ(parameter_text(gate, 0.5), "50 %");
    scripting::Parameter octaves{.id = {}, .name = {}, .maximum = 4, .step = 1, .unit = {}, .choices = {}};
    EXPECT_EQ(parameter_text(octaves, 2), "2");
    scripting::Parameter time{.id = {}, .name = {}, .maximum = 500, .unit = "ms", .choices = {}};
    EXPECT_EQ(parameter_text(time, 120.4), "120 ms");
}

TEST(DragValueTest, TypingAndPuttingBack) {
    DragValue tempo({.minimum = 20, .maximum = 400, .initial = 120, .step = 1, .decimals = 1});
    tempo.show();
    ASSERT_TRUE(QTest::qWaitForWindowExposed(&tempo));
    std::vector<double> heard;
    int resets = 0;
    QObject::connect(&tempo, &DragValue::changed, [&](double value) { heard.push_back(value); });
    QObject::connect(&tempo, &DragValue::reset_wished, [&] { ++resets; });
    QTest::keyClick(&tempo, Qt::Key_9);
    auto* editor = tempo.findChild<QLineEdit*>();
    ASSERT_NE(editor, nullptr);
    QTest::keyClicks(editor, "0,5");
    QTest::keyClick(editor, Qt::Key_Return);
    EXPECT_EQ(heard, std::vector<double>{90.5});
    QTest::mouseDClick(&tempo, Qt::LeftButton);
    EXPECT_EQ(resets, 1);
    EXPECT_EQ(heard.size(), 1u);
}

}  // namespace
}  // namespace outboard::ui::test
