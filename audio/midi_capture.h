// MidiCapture: writes what the tracks send to their instruments into a MIDI file, collected by a thread of its own.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "audio/song.h"
#include "scripting/event.h"
#include "scripting/spsc_queue.h"

namespace outboard::audio {

class MidiCapture {
public:
    /// [control] `song` gives the file its tempi and chunks; its start lies at engine time `origin`. Throws
    /// std::runtime_error with a sentence when the file cannot be written.
    MidiCapture(std::string path, std::shared_ptr<const Song> song, double sample_rate, std::int64_t origin);
    /// Without finish() no file is left behind.
    ~MidiCapture();
    MidiCapture(const MidiCapture&) = delete;
    MidiCapture& operator=(const MidiCapture&) = delete;

    /// [rt] Events of one track in time order. What finds no room is missing in the file and counted. What MIDI has no
    /// bytes for is left out, and so is system exclusive, whose bytes the tracks forget with the block.
    void push(std::span<const scripting::Event> events) noexcept;

    /// [control] No push is under way or comes any more: writes the file. Throws std::runtime_error with a sentence
    /// when writing failed or events are missing.
    void finish();

private:
    void run();
    void drain();

    std::string path_;
    std::shared_ptr<const Song> song_;
    double sample_rate_;
    std::int64_t origin_;
    scripting::SpscQueue<scripting::Event> queue_{std::size_t{1} << 16};
    std::vector<scripting::Event> events_;  ///< the thread's, until it was joined
    std::atomic<std::uint64_t> missing_{0};
    std::atomic<bool> ending_{false};
    std::thread thread_;
};

}  // namespace outboard::audio
