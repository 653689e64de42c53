// Offline: the very same engine as fast as it goes, into a WAV file or (events only) a MIDI file.
//
// The engine must have been made with Options.offline, hold a song and have its scripts loaded (wait_scripts). Both
// functions seek to the start, play, and stop at the end. The thread that calls them is the audio thread meanwhile:
// nobody else may call process(), and other control calls wait until they are back.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "audio/engine.h"
#include "audio/wav_file.h"

namespace outboard::audio {

/// Called after each 50 ms or so of work with the part done, 0..1. False cancels: nothing is left behind.
using Progress = std::function<bool(double done)>;

struct RenderOptions {
    std::string output{};                  ///< path of the file; replaced in one step when it is complete
    std::uint32_t frames = 128;            ///< frames per block, at least 1; at most what the engine's options allow is
                                           ///< used; the last block may be shorter
    std::optional<double> tail_seconds{};  ///< after the song's end; nothing: 2 bars at the final tempo
    std::optional<double> limit_seconds{};      ///< end here at the latest, tail included
    SampleFormat format = SampleFormat::pcm16;  ///< render only
    Progress progress{};                        ///< may be empty
};

struct RenderResult {
    std::int64_t length = 0;        ///< samples
    std::uint64_t blocks = 0;       ///< ceil(length / frames)
    double seconds = 0;             ///< length / rate
    double elapsed_seconds = 0;     ///< that it took
    std::uint64_t events = 0;       ///< transform: events written; render: 0
    std::uint64_t beyond_midi = 0;  ///< transform: what a MIDI file cannot say and was left out: changes of single
                                    ///< notes, settings of the track, tuning or preset of a note (which is written)
    float peak = 0;                 ///< render: loudest sample, linear; above 1 it was clipped in pcm16
    bool cancelled = false;         ///< by progress; there is no file then
};

/// [control] Song → WAV. Length = the song's, up to its last event, and then the tail, in which delayed notes of
/// scripts still come and the sound dies away; there all that sounds is ended. Throws std::runtime_error with a
/// sentence (no song, unwritable file, frames out of range); nothing is left behind then.
RenderResult render(Engine& engine, const RenderOptions& options);

/// [control] Song → MIDI file: what all tracks would have sent to their instruments, which do not run. Metas and ticks
/// of events that only passed are kept. Keys still down are let go after the song's last event; from there it runs on
/// while a script has something to come, at most for the tail. The song's own tempi hold, whatever set_tempo said.
RenderResult transform(Engine& engine, const RenderOptions& options);

}  // namespace outboard::audio
