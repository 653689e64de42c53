#include "ui/track_list.h"

#include <QLabel>
#include <QPushButton>
#include <QScrollArea>
#include <QVBoxLayout>

#include <algorithm>

#include "ui/child.h"
#include "ui/theme.h"
#include "ui/track_card.h"

namespace outboard::ui {

TrackList::TrackList(Desk& desk, QWidget* parent) : QWidget(parent), desk_(desk) {
    setProperty("kind", "room");
    auto* whole = child<QVBoxLayout>(this);
    whole->setContentsMargins(0, 0, 0, 0);
    auto* scroll = child<QScrollArea>(this);
    scroll->setWidgetResizable(true);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    scroll->setFocusPolicy(Qt::NoFocus);
    whole->addWidget(scroll);
    auto* inside = child<QWidget>(scroll);
    column_ = child<QVBoxLayout>(inside);
    column_->setContentsMargins(12, 4, 12, 12);
    column_->setSpacing(8);
    empty_ = child<QLabel>(tr("No tracks yet. A track hears the song and the keyboard, and a script may stand between "
                              "them and its instrument."),
                           inside);
    empty_->setProperty("kind", "quiet");
    empty_->setWordWrap(true);
    add_ = child<QPushButton>(tr("+ Add track"), inside);
    add_->setFocusPolicy(Qt::TabFocus);
    add_->setToolTip(tr("Add a track (Ctrl+T)"));
    connect(add_, &QPushButton::clicked, this, &TrackList::add_track);
    column_->addWidget(empty_);
    column_->addWidget(add_);
    column_->addStretch();
    scroll->setWidget(inside);
    setMinimumWidth(200);
    connect(&desk, &Desk::refreshed, this, &TrackList::refresh);
    connect(&desk, &Desk::engine_changed, this, &TrackList::refresh);
    connect(&desk, &Desk::selection_changed, this, [this] {
        words_.hurry();
        refresh();
    });
}

TrackList::~TrackList() = default;

void TrackList::add_track() {
    audio::TrackSettings settings;
    const std::size_t count = desk_.snapshot().tracks.size();
    settings.name = tr("Track %1").arg(count + 1).toStdString();
    settings.colour = track_palette[count % track_palette.size()];
    std::uint32_t id = 0;
    if (desk_.edit([&](audio::Engine& engine) { id = engine.add_track(settings); })) {
        desk_.refresh();
        desk_.select(id);
    }
}

void TrackList::refresh() {
    const auto& tracks = desk_.snapshot().tracks;
    const auto same = [](const std::unique_ptr<TrackCard>& card, const audio::TrackSnapshot& track) {
        return card->track() == track.id;
    };
    if (!std::ranges::equal(cards_, tracks, same)) {
        // A card may be on the stack of what asked for the change, so the old ones go when the event is over.
        for (std::unique_ptr<TrackCard>& card : cards_) {
            card->hide();
            card.release()->deleteLater();
        }
        cards_.clear();
        for (const audio::TrackSnapshot& track : tracks) {
            cards_.push_back(std::make_unique<TrackCard>(desk_, track.id));
            TrackCard* card = cards_.back().get();
            column_->insertWidget(static_cast<int>(cards_.size()) - 1, card);
            connect(card, &TrackCard::new_script_wished, this, &TrackList::new_script_wished);
            connect(card, &TrackCard::open_script_wished, this, &TrackList::open_script_wished);
        }
        empty_->setVisible(cards_.empty());
        words_.hurry();
    }
    add_->setEnabled(desk_.has_engine());
    const bool words = words_.due();
    for (const std::unique_ptr<TrackCard>& card : cards_) {
        card->refresh_strip();
        if (words) {
            card->refresh();
        }
    }
}

}  // namespace outboard::ui
