#include "ui/layer_model.h"

#include <QFont>

#include <algorithm>

#include "ui/theme.h"

namespace outboard::ui {

using audio::Layer;

struct LayerModel::Node {
    Layer layer = Layer::callback;
    std::optional<std::uint32_t> track;
    QString name, tip;
    bool by_track = false;  ///< its children are the tracks
    bool scripting = false;
    QColor colour;  ///< of a track
    audio::LayerFigures figures;
    PeakHold now;
    Node* up = nullptr;
    std::vector<std::unique_ptr<Node>> under;

    Node& add(Layer which, const QString& words, const QString& tooltip, bool tracks, bool is_scripting) {
        auto made = std::make_unique<Node>();
        made->layer = which;
        made->name = words;
        made->tip = tooltip;
        made->by_track = tracks;
        made->scripting = is_scripting;
        made->up = this;
        under.push_back(std::move(made));
        return *under.back();
    }
    [[nodiscard]] int row() const {
        const auto at = std::ranges::find_if(up->under, [this](const auto& node) { return node.get() == this; });
        return static_cast<int>(at - up->under.begin());
    }
};

LayerModel::LayerModel(QObject* parent) : QAbstractItemModel(parent), root_(std::make_unique<Node>()) {
    Node& callback = root_->add(Layer::callback, tr("callback"), tr("The whole audio callback. 100 % is an underrun."),
                                false, false);
    callback.add(Layer::sequencer, tr("sequencer & MIDI"), tr("Song, MIDI input, handing events to tracks"), false,
                 false);
    Node& scripting = callback.add(Layer::scripting, tr("scripting"),
                                   tr("All that scripting costs the callback, waiting included"), false, true);
    scripting.add(Layer::encode, tr("encode"), tr("Writing the events for the scripts"), true, false);
    scripting.add(Layer::wait, tr("WAIT  posted → started"), tr("From the post until the script’s process runs"), true,
                  false);
    scripting.add(Layer::busy, tr("BUSY  started → finished"), tr("The script at work, in its own process"), true,
                  false);
    scripting.add(Layer::returned, tr("return  finished → seen"), tr("From the script’s answer until it is noticed"),
                  true, false);
    scripting.add(Layer::apply, tr("apply"), tr("Reading the answer, keeping book of notes"), true, false);
    scripting.add(Layer::audio, tr("audio.process"),
                  tr("Handing sound to scripts that process it, and taking it back one block later"), true, false);
    scripting.add(Layer::audio_busy, tr("sound  started → finished"),
                  tr("The script at work on the sound, beside the callback, which goes on meanwhile"), true, false);
    callback.add(Layer::instruments, tr("instruments"), tr("Rendering sound"), true, false);
    callback.add(Layer::mix, tr("mix"), tr("Gains, pan, meters, recording"), false, false);
    callback.add(Layer::rest, tr("rest"), tr("What no layer above accounts for"), false, false);
}

LayerModel::~LayerModel() = default;

void LayerModel::set_snapshot(const audio::EngineSnapshot& snapshot) {
    const auto same = [](std::uint32_t id, const audio::TrackSnapshot& track) { return id == track.id; };
    if (!std::ranges::equal(tracks_, snapshot.tracks, same)) {
        build_tracks(snapshot);
    }
    fill(*root_->under.front(), snapshot);
    tell(*root_);
}

void LayerModel::build_tracks(const audio::EngineSnapshot& snapshot) {
    tracks_.clear();
    for (const audio::TrackSnapshot& track : snapshot.tracks) {
        tracks_.push_back(track.id);
    }
    const auto rebuild = [&](auto& self, Node& node) -> void {
        if (!node.by_track) {
            for (const auto& below : node.under) {
                self(self, *below);
            }
            return;
        }
        const QModelIndex here = createIndex(node.row(), 0, &node);
        if (!node.under.empty()) {
            beginRemoveRows(here, 0, static_cast<int>(node.under.size()) - 1);
            node.under.clear();
            endRemoveRows();
        }
        if (!snapshot.tracks.empty()) {
            beginInsertRows(here, 0, static_cast<int>(snapshot.tracks.size()) - 1);
            for (const audio::TrackSnapshot& track : snapshot.tracks) {
                node.add(node.layer, {}, {}, false, false).track = track.id;
            }
            endInsertRows();
        }
    };
    rebuild(rebuild, *root_);
}

void LayerModel::fill(Node& node, const audio::EngineSnapshot& snapshot) {
    const auto at = static_cast<std::size_t>(node.layer);
    if (!node.track) {
        node.figures = snapshot.layers[at];
    } else {
        const auto track = std::ranges::find(snapshot.tracks, *node.track, &audio::TrackSnapshot::id);
        node.figures = track->layers[at];
        node.name = QString::fromStdString(track->settings.name);
        node.colour = readable(track_colour(track->settings.colour), theme().room, 4.5);
    }
    node.now.feed(node.figures.now);
    for (const auto& below : node.under) {
        fill(*below, snapshot);
    }
}

void LayerModel::tell(const Node& node) {
    if (node.under.empty()) {
        return;
    }
    emit dataChanged(createIndex(0, 0, node.under.front().get()),
                     createIndex(static_cast<int>(node.under.size()) - 1, column_count - 1, node.under.back().get()));
    for (const auto& below : node.under) {
        tell(*below);
    }
}

QModelIndex LayerModel::index_of(Layer layer, std::optional<std::uint32_t> track) const {
    const auto find = [&](auto& self, const Node& node) -> QModelIndex {
        for (const auto& below : node.under) {
            if (below->layer == layer && below->track == track) {
                return createIndex(below->row(), 0, below.get());
            }
            if (const QModelIndex deeper = self(self, *below); deeper.isValid()) {
                return deeper;
            }
        }
        return {};
    };
    return find(find, *root_);
}

LayerModel::Node* LayerModel::node_at(const QModelIndex& index) const noexcept {
    return index.isValid() ? static_cast<Node*>(index.internalPointer()) : root_.get();
}

QModelIndex LayerModel::index(int row, int column, const QModelIndex& parent) const {
    const Node* above = node_at(parent);
    if (row < 0 || column < 0 || column >= column_count || row >= static_cast<int>(above->under.size())) {
        return {};
    }
    return createIndex(row, column, above->under[static_cast<std::size_t>(row)].get());
}

QModelIndex LayerModel::parent(const QModelIndex& index) const {
    Node* above = node_at(index)->up;
    return above == nullptr || above == root_.get() ? QModelIndex() : createIndex(above->row(), 0, above);
}

int LayerModel::rowCount(const QModelIndex& parent) const {
    return parent.column() > 0 ? 0 : static_cast<int>(node_at(parent)->under.size());
}

int LayerModel::columnCount(const QModelIndex&) const {
    return column_count;
}

QVariant LayerModel::data(const QModelIndex& index, int role) const {
    const Node& node = *node_at(index);
    const bool about_scripting = node.layer == Layer::scripting;
    switch (role) {
        case Qt::DisplayRole:
            return text(node, index.column());
        case Qt::TextAlignmentRole:
            return int(index.column() == name_column ? Qt::AlignLeft | Qt::AlignVCenter
                                                     : Qt::AlignRight | Qt::AlignVCenter);
        case Qt::FontRole: {
            QFont font = text_font();
            font.setPixelSize(12);
            font.setBold(about_scripting);
            return font;
        }
        case Qt::ForegroundRole:
            return about_scripting                               ? theme().amber
                   : node.track && index.column() == name_column ? node.colour
                                                                 : theme().text;
        case Qt::ToolTipRole:
            return index.column() == now_column ? tr("The highest value sampled in the last second") : node.tip;
        case number_role:
            return index.column() == now_column    ? node.now.value()
                   : index.column() == mean_column ? node.figures.mean
                   : index.column() == p99_column  ? node.figures.p99
                                                   : node.figures.max;
        case scripting_role:
            return about_scripting;
        case track_role:
            return node.track ? QVariant(*node.track) : QVariant();
        default:
            return {};
    }
}

QVariant LayerModel::text(const Node& node, int column) const {
    switch (column) {
        case name_column:
            return node.name;
        case now_column:
            return QString::number(node.now.value(), 'f', 1);
        case mean_column:
            return QString::number(node.figures.mean, 'f', 1);
        case p99_column:
            return QString::number(node.figures.p99, 'f', 1);
        default:
            return QString::number(node.figures.max, 'f', 1);
    }
}

QVariant LayerModel::headerData(int section, Qt::Orientation, int role) const {
    static const char* const names[] = {"layer", "now", "mean", "p99", "max"};
    static const char* const tips[] = {"", "The highest value sampled in the last second",
                                       "Over the blocks that called it", "99 of 100 blocks stay below",
                                       "The longest of the last 10 seconds"};
    if (role == Qt::DisplayRole) {
        return tr(names[section]);
    }
    if (role == Qt::ToolTipRole) {
        return tr(tips[section]);
    }
    if (role == Qt::TextAlignmentRole) {
        return int(section == name_column ? Qt::AlignLeft | Qt::AlignVCenter : Qt::AlignRight | Qt::AlignVCenter);
    }
    return {};
}

}  // namespace outboard::ui
