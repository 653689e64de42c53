// How a script's controls stand on the panel: at every width all of them can be seen, in their order.

#include <QLabel>
#include <QScrollArea>
#include <QScrollBar>

#include "parameter_rig.h"
#include "ui/value_field.h"

namespace outboard::ui::test {
namespace {

/// As EveryKindTest, at a width of the panel as it is in windows of 1100, 1440 and 1920 pixels.
class PanelLayoutTest : public EveryKindTest, public testing::WithParamInterface<int> {
protected:
    void show(std::vector<scripting::Parameter> parameters) {
        declare(std::move(parameters));
        window_.resize(GetParam(), window_.height());
        desk().refresh();
        QCoreApplication::processEvents();
    }
    /// The controls in the order of their declarations, as rectangles on the panel.
    [[nodiscard]] std::vector<QRect> controls() const {
        std::vector<QRect> places;
        for (const std::string& name : names_) {
            for (auto* widget : panel_->findChildren<QWidget*>()) {
                if (widget->accessibleName().toStdString() == name) {
                    places.push_back(place(widget));
                }
            }
        }
        return places;
    }
    [[nodiscard]] QRect place(const QWidget* widget) const {
        return {widget->mapTo(panel_, QPoint(0, 0)), widget->size()};
    }
    [[nodiscard]] QScrollArea& scroll() const { return *panel_->findChild<QScrollArea*>(); }
    std::vector<std::string> names_{"Cutoff", "Bars", "Again", "Steps", "Morph", "Chord", "Density", "Scale"};
};

TEST_P(PanelLayoutTest, EverythingHasRoomAndNothingLiesOnAnother) {
    show(every_kind());
    const std::vector<QRect> places = controls();
    ASSERT_EQ(places.size(), names_.size());
    EXPECT_EQ(scroll().horizontalScrollBar()->maximum(), 0);
    for (std::size_t i = 0; i < places.size(); ++i) {
        EXPECT_GE(places[i].left(), 0) << names_[i];
        EXPECT_LT(places[i].right(), GetParam()) << names_[i];
        EXPECT_GE(places[i].width(), 20) << names_[i];
        for (std::size_t k = 0; k < i; ++k) {
            EXPECT_FALSE(places[i].intersects(places[k])) << names_[i] << " on " << names_[k];
        }
    }
}

TEST_P(PanelLayoutTest, TheHeightFollowsAndTheEditorHasTheRest) {
    show(every_kind());
    int low = 0;
    for (const QRect& place : controls()) {
        low = std::max(low, place.bottom());
    }
    EXPECT_LT(low, panel_->height());
    EXPECT_GT(low, panel_->height() - 30) << "and nothing is left over";
    for (const int height : {500, 900, 300, 800}) {
        window_.resize(GetParam(), height);
        desk().refresh();
        QCoreApplication::processEvents();
        EXPECT_LE(panel_->height(), std::max(104, height * 2 / 5));
        EXPECT_EQ(scroll().geometry().bottom(), panel_->height() - 1);
        EXPECT_EQ(panel_->geometry().bottom(), height - 1);
        EXPECT_EQ(scroll().verticalScrollBar()->maximum() > 0, scroll().height() < scroll().widget()->height());
    }
    show({every_kind().front()});
    EXPECT_EQ(panel_->height(), 104) << "and goes down again";
}

TEST_P(PanelLayoutTest, GroupsKeepTheirControlsUnderTheirHeading) {
    show(every_kind());
    const QLabel* heading = nullptr;
    for (const auto* label : panel_->findChildren<QLabel*>()) {
        heading = label->text() == "PATTERN" ? label : heading;
    }
    ASSERT_NE(heading, nullptr);
    const QRect group = place(heading->parentWidget());
    const std::vector<QRect> places = controls();
    for (std::size_t i = 0; i < places.size(); ++i) {
        const bool belongs = names_[i] == "Steps" || names_[i] == "Morph";
        EXPECT_EQ(group.contains(places[i]), belongs) << names_[i];
        EXPECT_TRUE(!belongs || places[i].top() >= place(heading).bottom());
    }
}

TEST_P(PanelLayoutTest, ControlsGoOnInTheirOrder) {
    std::vector<scripting::Parameter> many;
    names_.clear();
    for (int i = 0; i < 24; ++i) {
        names_.push_back("Knob " + std::to_string(i));
        many.push_back({.id = "k" + std::to_string(i), .name = names_.back(), .unit = {}, .choices = {}});
    }
    show(many);
    const std::vector<QRect> places = controls();
    ASSERT_EQ(places.size(), 24u);
    for (std::size_t i = 1; i < places.size(); ++i) {
        const bool beside = places[i].top() == places[i - 1].top() && places[i].left() > places[i - 1].right();
        const bool below = places[i].top() > places[i - 1].bottom() && places[i].left() == places[0].left();
        EXPECT_TRUE(beside || below) << i;
    }
    EXPECT_GT(places.back().top(), places.front().top()) << "they do not all fit into one line";
}

TEST_P(PanelLayoutTest, ARowBeginsBelowTheOneBefore) {
    std::vector<scripting::Parameter> rows;
    names_.clear();
    for (int i = 0; i < 6; ++i) {
        names_.push_back("Knob " + std::to_string(i));
        rows.push_back(
            {.id = "k" + std::to_string(i), .name = names_.back(), .unit = {}, .choices = {}, .row = 1 + i / 3});
    }
    show(rows);
    const std::vector<QRect> places = controls();
    ASSERT_EQ(places.size(), 6u);
    EXPECT_EQ(places[0].top(), places[2].top());
    EXPECT_GT(places[3].top(), places[2].bottom());
    EXPECT_EQ(places[3].left(), places[0].left());
}

TEST_P(PanelLayoutTest, ALongTableTakesTheWidthThatIsThere) {
    std::vector<scripting::Parameter> table;
    for (int i = 0; i < 128; ++i) {
        table.push_back({.id = "cents[" + std::to_string(i) + "]",
                         .name = "Cents " + std::to_string(i),
                         .type = scripting::Parameter::Type::table,
                         .unit = {},
                         .choices = {},
                         .owner = "cents",
                         .text = "Cents"});
    }
    show(table);
    const auto* cents = panel_->findChild<StepTable*>();
    ASSERT_NE(cents, nullptr);
    EXPECT_EQ(scroll().horizontalScrollBar()->maximum(), 0);
    EXPECT_GE(cents->width(), std::min(448, GetParam() - 160));
}

INSTANTIATE_TEST_SUITE_P(Widths, PanelLayoutTest, testing::Values(440, 740, 980));

}  // namespace
}  // namespace outboard::ui::test
