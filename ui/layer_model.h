// LayerModel: the tree of the CPU panel: layers, and under each the tracks that spend time in it.
#pragma once

#include <QAbstractItemModel>

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "audio/engine.h"
#include "ui/peak_hold.h"

namespace outboard::ui {

class LayerModel : public QAbstractItemModel {
    Q_OBJECT

public:
    enum Column { name_column, now_column, mean_column, p99_column, max_column, column_count };
    /// Roles beside the text: the number (double), and whether the row is about scripting.
    enum Role { number_role = Qt::UserRole + 1, scripting_role, track_role };

    explicit LayerModel(QObject* parent = nullptr);
    ~LayerModel() override;

    /// Takes the figures over; tells the view of the cells, and of rows only when tracks came or went.
    void set_snapshot(const audio::EngineSnapshot& snapshot);
    [[nodiscard]] QModelIndex index_of(audio::Layer layer, std::optional<std::uint32_t> track = {}) const;

    [[nodiscard]] QModelIndex index(int row, int column, const QModelIndex& parent = {}) const override;
    [[nodiscard]] QModelIndex parent(const QModelIndex& index) const override;
    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    struct Node;
    [[nodiscard]] Node* node_at(const QModelIndex& index) const noexcept;
    void build_tracks(const audio::EngineSnapshot& snapshot);
    void fill(Node& node, const audio::EngineSnapshot& snapshot);
    void tell(const Node& node);
    [[nodiscard]] QVariant text(const Node& node, int column) const;

    std::unique_ptr<Node> root_;
    std::vector<std::uint32_t> tracks_;
};

}  // namespace outboard::ui
