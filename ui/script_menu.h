// The menu that chooses a track's script: factory scripts, the user's own, a file, a new one; the chain of
// several; bypass; remove.
#pragma once

#include <QMenu>

#include <cstdint>
#include <functional>

#include "ui/desk.h"

namespace outboard::ui {

/// What the menu leaves to the script room, which owns the files.
struct ScriptMenuActions {
    std::function<void()> make_new, open_file;
};

void fill_script_menu(QMenu& menu, Desk& desk, std::uint32_t track, const ScriptMenuActions& actions);

}  // namespace outboard::ui
