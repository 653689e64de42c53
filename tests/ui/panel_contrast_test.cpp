// What the panel's controls draw stands out from what they draw it on, in both themes: read off their pictures.

#include <QApplication>
#include <QCheckBox>
#include <QImage>
#include <QMouseEvent>

#include <cmath>

#include "parameter_rig.h"
#include "ui/file_drop.h"
#include "ui/panel_meter.h"
#include "ui/slider.h"
#include "ui/theme.h"
#include "ui/value_field.h"
#include "ui/watch_strip.h"

namespace outboard::ui::test {
namespace {

constexpr double for_text = 4.5, for_marks = 3.0;

class PanelContrastTest : public ParameterTest, public testing::WithParamInterface<ThemeKind> {
protected:
    void SetUp() override {
        apply_theme(*qApp, GetParam());
        ParameterTest::SetUp();
        std::vector<scripting::Parameter> all = every_kind();
        const auto set = [&all](const std::string& id, double value) {
            std::ranges::find(all, id, &scripting::Parameter::id)->value = value;
        };
        set("cutoff", 5000);
        set("steps[0]", 0.5);
        set("steps[1]", 0.5);
        set("density", 5);
        for (const scripting::Parameter& one : fake().snapshot.tracks[0].parameters) {
            all.push_back(one);  // a menu, knobs, a toggle
        }
        all.back().value = 1;
        declare(all);
    }
    void TearDown() override {
        ParameterTest::TearDown();
        apply_theme(*qApp, ThemeKind::dark);
    }

    static double best_on(const QImage& image, const QRect& area, const QColor& ground) {
        double best = 1;
        for (int y = area.top(); y <= area.bottom(); ++y) {
            for (int x = area.left(); x <= area.right(); ++x) {
                best = std::max(best, contrast(image.pixelColor(x, y), ground));
            }
        }
        return best;
    }
    /// The strongest of what is drawn in a part of a widget, against the pixel at `ground`.
    static double stands_out(QWidget* widget, const QRect& area, const QPoint& ground) {
        const QImage image = widget->grab().toImage();
        return best_on(image, area.intersected(image.rect()), image.pixelColor(ground));
    }
    template <class Control>
    Control* control() const {
        Control* const found = panel_->findChild<Control*>();
        EXPECT_NE(found, nullptr);
        return found;
    }
};

TEST_P(PanelContrastTest, NamesAndValuesCanBeRead) {
    const QPoint corner(0, 0);
    EXPECT_GE(stands_out(knob("Gate"), QRect(0, 42, 72, 15), corner), for_text) << "name";
    EXPECT_GE(stands_out(knob("Gate"), QRect(0, 58, 72, 15), corner), for_text) << "value";
    for (QWidget* one : std::initializer_list<QWidget*>{control<Slider>(), control<StepTable>(), control<XyPad>(),
                                                        control<PanelMeter>()}) {
        EXPECT_GE(stands_out(one, QRect(0, 2, one->width(), 16), corner), for_text) << one->metaObject()->className();
    }
    auto* drop = control<FileDrop>();
    EXPECT_GE(stands_out(drop, drop->rect().adjusted(8, 4, -8, -4), QPoint(6, drop->height() / 2)), for_text);
}

TEST_P(PanelContrastTest, BarsAndPointsStandOutFromTheirFrame) {
    auto* table = control<StepTable>();
    const auto bar = [&](std::size_t index) {
        const QRectF column = table->bar_rect(index);
        const QPoint low(static_cast<int>(column.center().x()), static_cast<int>(column.bottom() - 6));
        return stands_out(table, QRect(low, low), QPoint(low.x(), static_cast<int>(column.top() + 4)));
    };
    EXPECT_GE(bar(0), for_marks);
    table->setFocus();
    QTest::keyClick(table, Qt::Key_Right);  // bar 1 is the chosen one
    EXPECT_GE(bar(1), for_marks) << "the bar that the keys change";
    auto* pad = control<XyPad>();
    const QPoint middle(pad->width() / 2, 20 + (pad->height() - 20) / 2);
    EXPECT_GE(stands_out(pad, QRect(middle - QPoint(2, 2), QSize(4, 4)), middle + QPoint(20, 10)), for_marks);
}

TEST_P(PanelContrastTest, TravelStandsOutFromThePanel) {
    Knob* gate = knob("Gate");
    const QPoint corner(0, 0);
    EXPECT_GE(stands_out(gate, QRect(gate->width() / 2 - 20, 4, 12, 36), corner), for_marks) << "the arc so far";
    auto* slider = control<Slider>();
    EXPECT_GE(stands_out(slider, QRect(10, 35, 20, 3), corner), for_marks) << "the line so far";
    EXPECT_GE(stands_out(control<PanelMeter>(), QRect(4, 34, 30, 4), corner), for_marks);
}

TEST_P(PanelContrastTest, AToggleIsSeenBothOnAndOff) {
    auto* box = control<QCheckBox>();
    const QRect indicator(0, box->height() / 2 - 8, 16, 16);
    const QPoint outside(box->width() - 1, 0);
    EXPECT_GE(stands_out(box, indicator, outside), for_marks) << "on";
    fake().snapshot.tracks[0].parameters.back().value = 0;
    desk().refresh();
    EXPECT_GE(stands_out(box, indicator, outside), for_marks) << "off";
}

TEST_P(PanelContrastTest, WatchedValuesCanBeRead) {
    QWidget parent;
    parent.resize(500, 200);
    WatchStrip strip(desk(), &parent);
    strip.resize(500, 40);
    parent.show();
    fake().snapshot.tracks[0].watched = {{"step", "33"}};
    desk().refresh();
    QCoreApplication::processEvents();
    auto* table = strip.findChild<WatchTable*>();
    const QRect cell = table->cell_rect(0);
    const QPoint ground(cell.left(), cell.bottom());
    EXPECT_GE(stands_out(table, QRect(cell.left(), cell.top(), cell.width() * 2 / 5, cell.height()), ground), for_text);
    EXPECT_GE(stands_out(table, cell.adjusted(cell.width() * 9 / 20, 0, 0, 0), ground), for_text);
}

INSTANTIATE_TEST_SUITE_P(Both, PanelContrastTest, testing::Values(ThemeKind::dark, ThemeKind::light));

}  // namespace
}  // namespace outboard::ui::test
