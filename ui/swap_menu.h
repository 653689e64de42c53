// SwapMenu: when a saved script takes over from the one that plays: with the next block, beat or bar. It stands in the
// menu bar and on the script's own line.
#pragma once

#include <QMenu>

#include <array>

#include "ui/desk.h"

namespace outboard::ui {

class SwapMenu : public QMenu {
    Q_OBJECT

public:
    explicit SwapMenu(Desk& desk, QWidget* parent = nullptr);

private:
    void show_choice();

    Desk& desk_;
    std::array<QAction*, 3> choices_{};  ///< in the order of scripting::SwapMoment
};

/// "next beat", for a button.
[[nodiscard]] QString swap_words(scripting::SwapMoment moment);

}  // namespace outboard::ui
