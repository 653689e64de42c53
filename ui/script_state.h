// What a track's script is doing, in words and a lamp.
#pragma once

#include <QColor>
#include <QString>
#include <cstddef>

#include "audio/engine.h"

namespace outboard::ui {

struct ScriptState {
    QString words;   ///< short: "running", "late 2" (times, in the last seconds), "bypassed: 20 errors in a second"
    QString detail;  ///< a sentence or two for the tooltip
    QColor lamp;
    bool failed = false;
};

/// Whether the script at this place of a chain is bypassed because of its errors, while others of it may play on.
[[nodiscard]] bool has_given_up(const audio::TrackSnapshot& track, std::size_t place);

/// Of a track of this snapshot.
[[nodiscard]] ScriptState script_state(const audio::TrackSnapshot& track, const audio::EngineSnapshot& snapshot);

}  // namespace outboard::ui
