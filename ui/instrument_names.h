// The 128 program names of General MIDI, in order: what a SoundFont calls its presets is close to it.
#pragma once

#include <QStringList>

namespace outboard::ui {

[[nodiscard]] const QStringList& instrument_names();

}  // namespace outboard::ui
