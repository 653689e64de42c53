#include "ui/theme.h"

#include <QApplication>
#include <QPalette>
#include <QScreen>
#include <QStyle>
#include <QStyleFactory>

#include <algorithm>
#include <cmath>
#include <string_view>

namespace outboard::ui {
namespace {

constexpr int code_pixels = 13;

Theme dark() {
    Theme t;
    t.kind = ThemeKind::dark;
    t.ground = QColor(0x16, 0x19, 0x1d);
    t.room = QColor(0x1a, 0x1d, 0x22);
    t.card = QColor(0x20, 0x24, 0x2a);
    t.raised = QColor(0x27, 0x2c, 0x33);
    t.line = QColor(0x2c, 0x31, 0x38);
    t.text = QColor(0xd7, 0xdd, 0xe3);
    t.quiet = QColor(0x9a, 0xa4, 0xae);
    t.line_number = QColor(0x8a, 0x94, 0x9e);
    t.amber = QColor(0xE0, 0xA4, 0x58);
    t.amber_pale = QColor(0xF3, 0xD6, 0xA6);
    t.green = QColor(0x5F, 0xAD, 0x8C);
    t.green_fill = QColor(0x2A, 0x5A, 0x46);
    t.on_green = QColor(0xE3, 0xF5, 0xEC);
    t.blue = QColor(0x3E, 0x7C, 0xB1);
    t.slate = QColor(0x5C, 0x6B, 0x7A);
    t.yellow = QColor(0xD9, 0xC6, 0x5B);
    t.red = QColor(0xD9, 0x65, 0x5B);
    t.red_ground = QColor(0x3A, 0x21, 0x22);
    t.keyword = QColor(0x8F, 0xA3, 0xE8);
    t.string = QColor(0x8F, 0xC4, 0x8B);
    t.number = QColor(0xD9, 0x9A, 0x7A);
    t.decorator = QColor(0xC5, 0x8F, 0xC9);
    t.definition = QColor(0xE2, 0xD3, 0x9B);
    t.comment = QColor(0x8A, 0x94, 0x9e);
    t.caret_line = QColor(0x1f, 0x23, 0x29);
    t.selection = QColor(0x33, 0x43, 0x57);
    t.white_key = QColor(0xe8, 0xeb, 0xee);
    t.black_key = QColor(0x1c, 0x1f, 0x24);
    t.key_edge = QColor(0x1a, 0x1d, 0x22);
    return t;
}

Theme light() {
    Theme t;
    t.kind = ThemeKind::light;
    t.ground = QColor(0xf0, 0xf2, 0xf4);
    t.room = QColor(0xff, 0xff, 0xff);
    t.card = QColor(0xf5, 0xf6, 0xf8);
    t.raised = QColor(0xe8, 0xeb, 0xef);
    t.line = QColor(0xd6, 0xdb, 0xe1);
    t.text = QColor(0x1d, 0x22, 0x28);
    t.quiet = QColor(0x55, 0x60, 0x6b);
    t.line_number = QColor(0x5c, 0x66, 0x71);
    t.amber = QColor(0x8A, 0x5A, 0x12);
    t.amber_pale = QColor(0xB8, 0x86, 0x35);
    t.green = QColor(0x24, 0x6B, 0x4F);
    t.green_fill = QColor(0x2B, 0x7A, 0x5B);
    t.on_green = QColor(0xff, 0xff, 0xff);
    t.blue = QColor(0x2F, 0x6F, 0xA8);
    t.slate = QColor(0x6A, 0x78, 0x86);
    t.yellow = QColor(0x7A, 0x66, 0x08);
    t.red = QColor(0xB2, 0x35, 0x2C);
    t.red_ground = QColor(0xfb, 0xe7, 0xe5);
    t.keyword = QColor(0x3B, 0x4F, 0xB0);
    t.string = QColor(0x2E, 0x6E, 0x33);
    t.number = QColor(0x96, 0x45, 0x1F);
    t.decorator = QColor(0x86, 0x3C, 0x8E);
    t.definition = QColor(0x6B, 0x55, 0x0A);
    t.comment = QColor(0x5c, 0x66, 0x71);
    t.caret_line = QColor(0xf5, 0xf6, 0xf8);
    t.selection = QColor(0xcf, 0xdf, 0xf1);
    t.white_key = QColor(0xff, 0xff, 0xff);
    t.black_key = QColor(0x2b, 0x30, 0x37);
    t.key_edge = QColor(0xa9, 0xb2, 0xbb);
    return t;
}

Theme& current() {
    static Theme in_use = dark();
    return in_use;
}

double channel(double value) {
    return value <= 0.04045 ? value / 12.92 : std::pow((value + 0.055) / 1.055, 2.4);
}

double luminance(const QColor& c) {
    return 0.2126 * channel(c.redF()) + 0.7152 * channel(c.greenF()) + 0.0722 * channel(c.blueF());
}

QFont font(const char* family, int pixels) {
    QFont f(QString::fromLatin1(family));
    f.setPixelSize(pixels);
    f.setStyleHint(family == std::string_view("DejaVu Sans Mono") ? QFont::Monospace : QFont::SansSerif);
    return f;
}

QPalette palette_of(const Theme& t) {
    QPalette p;
    p.setColor(QPalette::Window, t.room);
    p.setColor(QPalette::WindowText, t.text);
    p.setColor(QPalette::Base, t.room);
    p.setColor(QPalette::AlternateBase, t.card);
    p.setColor(QPalette::Text, t.text);
    p.setColor(QPalette::PlaceholderText, t.quiet);
    p.setColor(QPalette::Button, t.raised);
    p.setColor(QPalette::ButtonText, t.text);
    p.setColor(QPalette::Highlight, t.selection);
    p.setColor(QPalette::HighlightedText, t.text);
    p.setColor(QPalette::ToolTipBase, t.raised);
    p.setColor(QPalette::ToolTipText, t.text);
    p.setColor(QPalette::Link, t.blue);
    p.setColor(QPalette::Light, t.raised);
    p.setColor(QPalette::Mid, t.line);
    p.setColor(QPalette::Dark, t.line);
    p.setColor(QPalette::Shadow, t.ground);
    for (const QPalette::ColorRole role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText}) {
        p.setColor(QPalette::Disabled, role, t.slate);
    }
    return p;
}

}  // namespace

const Theme& theme() noexcept {
    return current();
}

Theme theme_of(ThemeKind kind) {
    return kind == ThemeKind::dark ? dark() : light();
}

void apply_theme(QApplication& application, ThemeKind kind) {
    current() = theme_of(kind);
    if (application.style()->name() != QStringLiteral("fusion")) {
        application.setStyle(QStyleFactory::create(QStringLiteral("Fusion")));
    }
    application.setFont(text_font());
    application.setPalette(palette_of(current()));
    application.setStyleSheet(style_sheet(current()));
}

QColor track_colour(std::uint32_t rgb) {
    return readable(QColor::fromRgb(rgb), theme().card, 3.0);
}

double contrast(const QColor& a, const QColor& b) {
    const double la = luminance(a) + 0.05;
    const double lb = luminance(b) + 0.05;
    return std::max(la, lb) / std::min(la, lb);
}

QColor readable(QColor colour, const QColor& ground, double ratio) {
    const bool darker = luminance(ground) > 0.18;
    for (int i = 0; i < 40 && contrast(colour, ground) < ratio; ++i) {
        colour = blend(darker ? QColor(Qt::black) : QColor(Qt::white), colour, 0.06);
    }
    return colour;
}

QColor blend(const QColor& a, const QColor& b, double share) {
    const auto mix = [share](int x, int y) { return static_cast<int>(std::lround(x * share + y * (1 - share))); };
    return QColor(mix(a.red(), b.red()), mix(a.green(), b.green()), mix(a.blue(), b.blue()));
}

QFont text_font() {
    return font("DejaVu Sans", 13);
}

QFont caption_font() {
    return font("DejaVu Sans", 11);
}

QFont room_font() {
    QFont f = font("DejaVu Sans", 11);
    f.setBold(true);
    f.setLetterSpacing(QFont::AbsoluteSpacing, 0.8);
    return f;
}

QFont code_font() {
    return in_points(font("DejaVu Sans Mono", code_pixels));
}

QFont in_points(QFont font) {
    const QScreen* screen = QGuiApplication::primaryScreen();
    font.setPointSizeF(font.pixelSize() * 72.0 / (screen == nullptr ? 96.0 : screen->logicalDotsPerInchY()));
    return font;
}

}  // namespace outboard::ui
