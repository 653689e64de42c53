// The style sheet: how the tokens of a theme lie on Qt's widgets. `kind` is a dynamic property that names a role.
#include <QString>

#include "ui/theme.h"

namespace outboard::ui {
namespace {

constexpr const char* sheet = R"(
* { outline: none; }
QMainWindow, QMainWindow::separator { background: @ground; }
QMainWindow::separator { width: 4px; height: 4px; }
QMainWindow::separator:hover { background: @line; }
QDockWidget, QDialog, QMessageBox { background: @room; color: @text; }
QWidget[kind="room"] { background: @room; }
QWidget[kind="strip"] { background: @ground; }
QWidget[kind="bar"] { background: @room; border-bottom: 1px solid @line; }
QToolBar { background: @room; border: none; padding: 0; spacing: 0; }
QToolTip { background: @raised; color: @text; border: 1px solid @line; padding: 4px; }

QMenuBar { background: @ground; color: @quiet; padding: 0 4px; font-size: 12px; }
QMenuBar::item { padding: 4px 8px; border-radius: 4px; background: transparent; }
QMenuBar::item:selected { background: @raised; color: @text; }
QMenu { background: @card; color: @text; border: 1px solid @line; padding: 4px; }
QMenu::item { padding: 5px 24px 5px 24px; border-radius: 4px; }
QMenu::item:selected { background: @raised; }
QMenu::item:disabled { color: @slate; }
QMenu::separator { height: 1px; background: @line; margin: 4px 8px; }

QLabel { background: transparent; }
QLabel[kind="heading"], QToolButton[kind="heading"] { color: @quiet; font-size: 11px; font-weight: bold; }
QLabel[kind="caption"] { color: @quiet; font-size: 11px; }
QLabel[kind="control"] { color: @text; font-size: 11px; }
QLabel[kind="sentence"] { font-size: 12px; }
QLabel[kind="quiet"] { color: @quiet; }
QLabel[kind="scripting"] { color: @amber; }
QLabel[kind="running"] { color: @green; }
QLabel[kind="warning"] { color: @yellow; }
QLabel[kind="failed"] { color: @red; }
QLabel[kind="failed_on_card"] { color: @red_on_card; }
QLabel[kind="chip"], QFrame[kind="chip"] { background: @card; border-radius: 14px; }
QFrame[kind="rule"] { background: @line; border: none; }

QPushButton, QToolButton { background: @raised; color: @text; border: 1px solid @raised; border-radius: 6px;
                           padding: 4px 10px; }
QPushButton:hover, QToolButton:hover { border-color: @slate; }
QPushButton:focus, QToolButton:focus { border-color: @quiet; }
QPushButton:pressed, QToolButton:pressed { background: @line; }
QPushButton:disabled, QToolButton:disabled { color: @slate; background: @card; border-color: @card; }
QPushButton[kind="go"] { background: @green_fill; color: @on_green; border-color: @green_fill; }
QPushButton[kind="go"]:hover, QPushButton[kind="go"]:focus { border-color: @green; }
QPushButton[kind="go"]:disabled { background: @card; color: @slate; border-color: @card; }
QPushButton[kind="outline"] { background: transparent; border-color: @slate; }
QPushButton[kind="outline"]:hover { background: @raised; }
QPushButton[kind="small"] { padding: 0; font-size: 11px; font-weight: bold; color: @quiet; border-radius: 4px; }
QPushButton[kind="small"]:checked { background: @text; color: @room; border-color: @text; }
QPushButton[kind="toggle"] { background: transparent; border-color: transparent; color: @quiet; padding: 4px 6px; }
QPushButton[kind="toggle"]:hover { background: @raised; }
QPushButton[kind="toggle"]:checked { background: @raised; color: @text; }
QPushButton[kind="recording"] { background: @red_ground; color: @red; border-color: @red; }
QPushButton[kind="link"], QToolButton[kind="link"], QToolButton[kind="heading"] { background: transparent;
    border: none; padding: 2px 4px; color: @quiet; text-align: left; }
QPushButton[kind="link"]:hover, QToolButton[kind="link"]:hover, QToolButton[kind="heading"]:hover,
QPushButton[kind="link"]:focus, QToolButton[kind="link"]:focus, QToolButton[kind="heading"]:focus { color: @text; }
QPushButton[kind="link"]:checked { color: @green; }
QToolButton::menu-indicator, QPushButton::menu-indicator { image: none; }

QLineEdit, QComboBox { background: @raised; color: @text; border: 1px solid @raised;
    border-radius: 6px; padding: 3px 8px; selection-background-color: @selection; selection-color: @text; }
QLineEdit:focus, QComboBox:focus { border-color: @quiet; }
QLineEdit[kind="flat"] { background: transparent; border-color: transparent; padding: 0; font-weight: bold; }
QLineEdit[kind="flat"][readOnly="false"] { background: @raised; }
QComboBox::drop-down { border: none; width: 20px; }
QComboBox::down-arrow { image: none; width: 0; }
QComboBox QAbstractItemView { background: @card; color: @text; border: 1px solid @line;
    selection-background-color: @raised; selection-color: @text; }
QCheckBox { spacing: 6px; }
QCheckBox::indicator { width: 14px; height: 14px; border: 1px solid @slate; border-radius: 4px; background: @raised; }
QCheckBox::indicator:checked { background: @text; border-color: @text; }
QCheckBox[kind="scripting"]::indicator:checked { background: @amber; border-color: @amber; }
QCheckBox::indicator:focus, QCheckBox::indicator:hover { border-color: @text; }
QDialogButtonBox { dialogbuttonbox-buttons-have-icons: 0; }

QTabBar { background: @ground; qproperty-drawBase: 0; }
QTabBar::tab { background: @ground; color: @quiet; padding: 9px 12px 8px 14px; border: none;
               border-top: 2px solid transparent; }
QTabBar::tab:selected { background: @room; color: @text; border-top-color: @amber; }
QTabBar::tab:hover { color: @text; }
QTabBar::tab:focus { color: @text; }
QTabBar QToolButton { background: @ground; padding: 0; border: none; border-radius: 0; }

QTreeView { background: @room; color: @text; border: none; }
QTreeView::item { height: 22px; border-bottom: 1px solid @rule; padding: 0 2px; }
QTreeView::item:selected { background: @raised; color: @text; }
QTreeView::item:hover { background: @card; }
QHeaderView { background: @room; }
QHeaderView::section { background: @room; color: @quiet; font-size: 11px; border: none;
                       border-bottom: 1px solid @line; padding: 3px 4px; }

QPlainTextEdit { background: @room; color: @text; border: none; selection-background-color: @selection;
                 selection-color: @text; }
QScrollArea { background: @room; border: none; }
QScrollArea > QWidget > QWidget { background: @room; }
QScrollBar, QAbstractScrollArea::corner { background: transparent; border: none; }
QScrollBar:vertical { width: 10px; }
QScrollBar:horizontal { height: 10px; }
QScrollBar::handle { background: @raised; border-radius: 3px; margin: 2px; }
QScrollBar::handle:hover { background: @slate; }
QScrollBar::handle:vertical { min-height: 24px; }
QScrollBar::handle:horizontal { min-width: 24px; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }

QSlider::groove:horizontal { height: 4px; background: @raised; border-radius: 2px; }
QSlider::sub-page:horizontal { background: @quiet; border-radius: 2px; }
QSlider::handle:horizontal { width: 8px; height: 14px; margin: -5px 0; border-radius: 4px; background: @text; }
QSlider::handle:horizontal:focus { background: @on_green; }
QSlider::sub-page:horizontal:disabled, QSlider::handle:horizontal:disabled { background: @raised; }

QFrame[kind="notice"] { background: @raised; border-left: 3px solid @yellow; }
QProgressBar { background: @raised; border: none; border-radius: 4px; text-align: center; height: 8px; }
QProgressBar::chunk { background: @green; border-radius: 4px; }
)";

}  // namespace

QString style_sheet(const Theme& t) {
    QString text = QString::fromLatin1(sheet);
    // Longest names first: @green_fill must not be read as @green.
    const std::pair<const char*, QColor> tokens[] = {
        {"@green_fill", t.green_fill},
        {"@red_ground", t.red_ground},
        {"@selection", t.selection},
        {"@on_green", t.on_green},
        {"@ground", t.ground},
        {"@raised", t.raised},
        {"@yellow", t.yellow},
        {"@amber", t.amber},
        {"@green", t.green},
        {"@quiet", t.quiet},
        {"@slate", t.slate},
        {"@room", t.room},
        {"@card", t.card},
        {"@line", t.line},
        {"@text", t.text},
        {"@red_on_card", readable(t.red, t.card, 4.5)},
        {"@rule", blend(t.line, t.room, 0.5)},
        {"@red", t.red},
    };
    for (const auto& [name, colour] : tokens) {
        text.replace(QLatin1String(name), colour.name());
    }
    return text;
}

}  // namespace outboard::ui
