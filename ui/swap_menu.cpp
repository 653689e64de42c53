#include "ui/swap_menu.h"

#include <QActionGroup>

#include "ui/child.h"

namespace outboard::ui {

using scripting::SwapMoment;

SwapMenu::SwapMenu(Desk& desk, QWidget* parent) : QMenu(tr("A saved script &takes over"), parent), desk_(desk) {
    setToolTipsVisible(true);
    auto* group = child<QActionGroup>(this);
    const auto add = [&](SwapMoment moment, const QString& words, const QString& tip) {
        QAction* action = addAction(words);
        action->setToolTip(tip);
        action->setCheckable(true);
        group->addAction(action);
        connect(action, &QAction::triggered, this,
                [this, moment] { desk_.edit([=](audio::Engine& engine) { engine.set_swap_moment(moment); }); });
        choices_.at(static_cast<std::size_t>(moment)) = action;
    };
    const QString stands = tr("While the song stands it takes over at once.");
    add(SwapMoment::block, tr("At &once"), tr("With the next block"));
    add(SwapMoment::beat, tr("At the next &beat"), stands);
    add(SwapMoment::bar, tr("At the next b&ar"), stands);
    connect(this, &QMenu::aboutToShow, this, &SwapMenu::show_choice);
    show_choice();
}

void SwapMenu::show_choice() {
    choices_.at(static_cast<std::size_t>(desk_.snapshot().swap))->setChecked(true);
}

QString swap_words(SwapMoment moment) {
    switch (moment) {
        case SwapMoment::block:
            return QObject::tr("at once");
        case SwapMoment::beat:
            return QObject::tr("next beat");
        case SwapMoment::bar:
            return QObject::tr("next bar");
    }
    return {};
}

}  // namespace outboard::ui
