// ALSA's and JACK's libraries write to stderr whatever does not work while PortAudio looks what there is.
#pragma once

namespace outboard::audio {

/// [control] Gives both libraries a handler that drops their messages; errors that matter come back as codes. They are
/// looked up at run time, because only PortAudio is linked against them. Cheap; may be called again.
void quiet_sound_libraries() noexcept;

/// [control] Whether a JACK server can be reached. Starts none. A few milliseconds when there is one.
[[nodiscard]] bool jack_server_runs() noexcept;

}  // namespace outboard::audio
