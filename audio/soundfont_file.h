// A first look at a SoundFont file, before FluidSynth reads it.
//
// FluidSynth tells only that loading failed, and one of its libraries prints to stderr on the way. Looking at the frame
// of the file first gives the user a reason: missing, of another kind, cut off.
#pragma once

#include <string>

namespace outboard::audio {

/// [control] Throws std::runtime_error with a sentence unless the file is a RIFF file of form "sfbk" whose chunks are
/// all there.
void check_soundfont_file(const std::string& path);

/// Path of the SoundFont that the system offers as its default; empty when there is none.
[[nodiscard]] std::string default_soundfont();

}  // namespace outboard::audio
