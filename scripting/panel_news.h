// PanelNews: what a child says of its own panel: values and texts that the script itself has moved, marked keys,
// watched values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "scripting/script_slot.h"

namespace outboard::scripting {

struct PanelNews {
    std::uint64_t heard = 0;  ///< moves from outside that the script had heard of
    std::vector<std::pair<std::uint32_t, double>> values;
    std::vector<std::pair<std::uint32_t, std::string>> texts;
    std::optional<std::vector<KeyMark>> keys;  ///< all that are marked; nothing: as before
    std::vector<WatchedValue> watched;         ///< those that have changed, each name once
    std::optional<std::uint32_t> given_up;     ///< scripts that are bypassed for their errors, as bits in their order
};

/// Watched names of one script, and bytes of a name and of a value (longer ones are cut).
inline constexpr std::size_t most_watched = 64, most_watched_name = 256, most_watched_text = 800;

/// Takes the child's JSON apart; nothing if it is not that. Indices are not checked against anything, keys are.
[[nodiscard]] std::optional<PanelNews> read_panel_news(const std::string& text);

}  // namespace outboard::scripting
