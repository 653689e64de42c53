// Menus: the menu bar and every shortcut. Each entry is one line that calls a room.
#pragma once

#include <QMainWindow>

#include <functional>
#include <vector>

#include "ui/desk.h"

class QDockWidget;

namespace outboard::ui {

class DocumentActions;
class EditorTabs;
class TrackList;
class TransportBar;

struct MenuTargets {
    Desk& desk;
    DocumentActions& documents;
    EditorTabs& editors;
    TrackList& tracks;
    TransportBar& transport;
    std::vector<QDockWidget*> docks;
    std::function<void(bool dark)> set_dark;
    std::function<void()> reset_layout;
};

void build_menus(QMainWindow& window, const MenuTargets& targets);

}  // namespace outboard::ui
