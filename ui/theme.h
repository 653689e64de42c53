// Theme: every colour, font and distance of the window, defined once. Widgets that paint read theme() when they
// paint; all others take the style sheet.
//
// Amber means scripting, and nothing else is amber. Red is what failed, green is what runs, yellow warns.
#pragma once

#include <QColor>
#include <QFont>
#include <QString>

#include <array>
#include <cstdint>

class QApplication;

namespace outboard::ui {

enum class ThemeKind { dark, light };

struct Theme {
    ThemeKind kind = ThemeKind::dark;
    // Surfaces, from the back to the front
    QColor ground, room, card, raised, line;
    // Text
    QColor text, quiet, line_number;
    // Meaning
    QColor amber, amber_pale;            ///< scripting: BUSY and WAIT
    QColor green, green_fill, on_green;  ///< runs; the face of a Play button and its words
    QColor blue, slate;                  ///< instruments, mix
    QColor yellow;                       ///< a warning lamp
    QColor red, red_ground;              ///< failed; ground of an error line
    // Code
    QColor keyword, string, number, decorator, definition, comment, caret_line, selection;
    // Piano
    QColor white_key, black_key, key_edge;
};

/// The theme in use.
[[nodiscard]] const Theme& theme() noexcept;
[[nodiscard]] Theme theme_of(ThemeKind kind);
/// Makes it the one in use: palette, style sheet and font of the whole application. Widgets get StyleChange.
void apply_theme(QApplication& application, ThemeKind kind);

/// Track colours: used for tracks and for nothing else. 0xRRGGBB.
inline constexpr std::array<std::uint32_t, 8> track_palette{0xB56576, 0x6D9DC5, 0x7BA05B, 0x9A77CF,
                                                            0x4FA3A5, 0xC77DA6, 0x8C8F5A, 0x7D8BD6};
/// A track's colour as it is drawn on a card of the theme in use: as it is where it stands out (contrast 3), darker
/// or lighter where it does not.
[[nodiscard]] QColor track_colour(std::uint32_t rgb);

/// WCAG contrast ratio, 1..21.
[[nodiscard]] double contrast(const QColor& a, const QColor& b);
/// `colour`, moved in lightness until its contrast against `ground` is at least `ratio`.
[[nodiscard]] QColor readable(QColor colour, const QColor& ground, double ratio);
/// `share` (0..1) of a over b.
[[nodiscard]] QColor blend(const QColor& a, const QColor& b, double share);

// Fonts: pixel sizes, so that the window keeps its proportions.
[[nodiscard]] QFont text_font();     ///< 13 px
[[nodiscard]] QFont caption_font();  ///< 11 px
[[nodiscard]] QFont room_font();     ///< 11 px, bold and spaced: headings of rooms
[[nodiscard]] QFont code_font();     ///< 13 px, fixed width, in points
/// The same size in points, for Scintilla, which reads nothing else.
[[nodiscard]] QFont in_points(QFont font);

inline constexpr int radius = 6;

/// The style sheet of a theme (style_sheet.cpp).
[[nodiscard]] QString style_sheet(const Theme& theme);

}  // namespace outboard::ui
