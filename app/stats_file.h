// The figures of a run as JSON: what --stats writes. Tests and users rely on its words.
//
//     frames, rate        of the run; frames is the longest block when the device varies it
//     length              samples that were processed
//     blocks, xruns
//     device              name, host_api, rate, frames, cpu_load_median (percent; real time only)
//     layers              callback, sequencer, scripting, encode, wait, busy, return, apply, instruments, mix, rest:
//                         mean, p50, p99, p999, max in percent of the block period; mean is over all blocks, the others
//                         over called blocks
//     tracks              one each: name, script, pid, state, transport, latency, counters, wait_us, busy_us, hop_us
//                         (scripting without the waiting for a script at work), layers, …
//                         late_windows: [begin, end] in samples, when the script was late (the latest 1023); outside of
//                         them everything was heard at its own time
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "audio/engine.h"

namespace outboard::app {

struct RunDevice {
    std::string name, host_api;
    double rate = 0;
    std::uint32_t frames = 0;
    double cpu_load_median = 0;  ///< percent
};

struct RunFigures {
    audio::EngineSnapshot snapshot;
    std::uint32_t frames = 0;  ///< per block
    std::int64_t length = 0;   ///< samples
    bool pipelined = false;
    std::optional<RunDevice> device;  ///< nothing: offline
};

/// The JSON text, ending in a line break.
[[nodiscard]] std::string stats_text(const RunFigures& run);
/// [control] Throws std::runtime_error with a sentence; nothing is left behind then.
void write_stats(const std::string& path, const RunFigures& run);

}  // namespace outboard::app
