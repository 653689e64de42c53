#include "ui/theme.h"

#include <gtest/gtest.h>

#include <QApplication>

namespace outboard::ui {
namespace {

class ThemeTest : public testing::TestWithParam<ThemeKind> {
protected:
    void SetUp() override { apply_theme(*qApp, GetParam()); }
    void TearDown() override { apply_theme(*qApp, ThemeKind::dark); }
};

TEST(Contrast, IsTheWcagRatio) {
    EXPECT_NEAR(contrast(Qt::black, Qt::white), 21.0, 0.01);
    EXPECT_NEAR(contrast(Qt::white, Qt::white), 1.0, 0.01);
    EXPECT_NEAR(contrast(QColor(0x77, 0x77, 0x77), Qt::white), 4.48, 0.01);
}

TEST_P(ThemeTest, TextCanBeReadOnEverySurfaceItLiesOn) {
    const Theme& t = theme();
    struct Pair {
        const char* what;
        QColor text, ground;
    };
    const Pair pairs[] = {
        {"text on ground", t.text, t.ground},
        {"text on room", t.text, t.room},
        {"text on card", t.text, t.card},
        {"text on raised", t.text, t.raised},
        {"quiet on ground", t.quiet, t.ground},
        {"quiet on room", t.quiet, t.room},
        {"quiet on card", t.quiet, t.card},
        {"quiet on raised", t.quiet, t.raised},
        {"line number", t.line_number, t.room},
        {"a choice in a menu's list", t.text, t.card},
        {"selected in it", t.text, t.raised},
        {"amber on room", t.amber, t.room},
        {"amber on card", t.amber, t.card},
        {"green on room", t.green, t.room},
        {"green on ground", t.green, t.ground},
        {"yellow on room", t.yellow, t.room},
        {"yellow on card", t.yellow, t.card},
        {"red on room", t.red, t.room},
        {"red on ground", t.red, t.ground},
        {"red of a failed track", readable(t.red, t.card, 4.5), t.card},
        {"Play", t.on_green, t.green_fill},
        {"keyword", t.keyword, t.room},
        {"string", t.string, t.room},
        {"number", t.number, t.room},
        {"decorator", t.decorator, t.room},
        {"definition", t.definition, t.room},
        {"comment", t.comment, t.room},
        {"text on the caret line", t.text, t.caret_line},
        {"comment on the caret line", t.comment, t.caret_line},
        {"selected text", t.text, t.selection},
        {"text on an error line", t.text, t.red_ground},
    };
    for (const Pair& pair : pairs) {
        EXPECT_GE(contrast(pair.text, pair.ground), 4.5) << pair.what;
    }
}

TEST_P(ThemeTest, MarksStandOut) {
    const Theme& t = theme();
    for (const auto& [what, mark] : std::initializer_list<std::pair<const char*, QColor>>{{"BUSY", t.amber},
                                                                                          {"WAIT", t.amber_pale},
                                                                                          {"instruments", t.blue},
                                                                                          {"mix", t.slate},
                                                                                          {"deadline", t.red},
                                                                                          {"running", t.green},
                                                                                          {"warning", t.yellow}}) {
        EXPECT_GE(contrast(mark, t.room), 3.0) << what;
    }
    for (const std::uint32_t rgb : track_palette) {
        EXPECT_GE(contrast(track_colour(rgb), t.card), 3.0) << std::hex << rgb;
    }
}

TEST_P(ThemeTest, TrackColoursMeanNothingElse) {
    const Theme& t = theme();
    for (const std::uint32_t rgb : track_palette) {
        for (const QColor& meaning : {t.amber, t.red, t.green, t.yellow}) {
            EXPECT_NE(track_colour(rgb), meaning);
        }
    }
}

TEST_P(ThemeTest, TheStyleSheetKnowsEveryToken) {
    EXPECT_FALSE(style_sheet(theme()).contains('@')) << style_sheet(theme()).toStdString();
}

TEST(Readable, MovesOnlyWhatDoesNotStandOut) {
    EXPECT_EQ(readable(Qt::white, Qt::black, 4.5), QColor(Qt::white));
    EXPECT_GE(contrast(readable(QColor(0x33, 0x33, 0x33), Qt::black, 4.5), Qt::black), 4.5);
    EXPECT_GE(contrast(readable(QColor(0xee, 0xee, 0xee), Qt::white, 4.5), Qt::white), 4.5);
}

INSTANTIATE_TEST_SUITE_P(Both, ThemeTest, testing::Values(ThemeKind::dark, ThemeKind::light));

}  // namespace
}  // namespace outboard::ui
