// ALSA's and JACK's libraries write to stderr whatever does not work while PortAudio looks what there is.
#pragma once

namespace outboard::audio {

/// [control] Gives both libraries a handler that drops their messages; errors that matter come back as codes. They are
/// looked up at run time, because only PortAudio is linked against them. Cheap; may be called again.
void quiet_sound_libraries() noexcept;

}  // namespace outboard::audio
