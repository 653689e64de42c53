// Capture: writes what the device gets into a WAV file (16 bit), from a thread of its own.
#pragma once

#include <atomic>
#include <cstdint>
#include <exception>
#include <string>
#include <thread>
#include <vector>

#include "audio/wav_file.h"

namespace outboard::audio {

class Capture {
public:
    /// [control] Throws std::runtime_error with a sentence when the file cannot be written.
    Capture(const std::string& path, double sample_rate);
    /// Without finish() no file is left behind.
    ~Capture();
    Capture(const Capture&) = delete;
    Capture& operator=(const Capture&) = delete;

    /// [rt] Interleaved stereo. What finds no room (the disk stood still for 4 s) is missing in the file and counted.
    void push(const float* frames, std::uint32_t count) noexcept;

    /// [control] No push is under way or comes any more: writes the rest and gives the file its name. Throws
    /// std::runtime_error with a sentence when writing failed or frames are missing.
    void finish();

private:
    void run();
    void drain();

    std::string path_;
    WavFile file_;
    std::vector<float> ring_;                            ///< power of two
    alignas(64) std::atomic<std::uint64_t> written_{0};  ///< floats since the start, by the audio thread
    alignas(64) std::atomic<std::uint64_t> read_{0};     ///< by the writing thread
    std::atomic<std::uint64_t> missing_frames_{0};
    std::atomic<bool> ending_{false};
    std::exception_ptr failure_;  ///< of the thread; read after it was joined
    std::thread thread_;
};

}  // namespace outboard::audio
