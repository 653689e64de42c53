#include "ui/parameter_panel.h"

#include <QCheckBox>
#include <QComboBox>
#include <QLineEdit>

#include "rig.h"
#include "ui/drag_value.h"
#include "ui/knob.h"

namespace outboard::ui::test {
namespace {

class ParameterTest : public Rig {
protected:
    void SetUp() override {
        Rig::SetUp();
        track("Arp", path("a.py"));
        track("Drums");
        panel_ = std::make_unique<ParameterPanel>(desk());
        panel_->resize(600, 104);
        panel_->show();
        ASSERT_TRUE(QTest::qWaitForWindowExposed(panel_.get()));
        desk().refresh();
    }
    Knob* knob(const QString& name) const {
        for (Knob* one : panel_->findChildren<Knob*>()) {
            if (one->accessibleName() == name) {
                return one;
            }
        }
        return nullptr;
    }
    static void drag(QWidget* widget, int up) {
        const QPoint from = widget->rect().center();
        QTest::mousePress(widget, Qt::LeftButton, {}, from);
        const QPoint to = from - QPoint(0, up);
        QMouseEvent move(QEvent::MouseMove, to, widget->mapToGlobal(to), Qt::NoButton, Qt::LeftButton, {});
        QApplication::sendEvent(widget, &move);
        QTest::mouseRelease(widget, Qt::LeftButton, {}, to);
    }
    static double value(const std::string& id) {
        for (const scripting::Parameter& parameter : fake().snapshot.tracks[0].parameters) {
            if (parameter.id == id) {
                return parameter.value;
            }
        }
        return -1;
    }
    std::unique_ptr<ParameterPanel> panel_;
};

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
