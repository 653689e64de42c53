// WavFile: a stereo WAV file that appears under its name in one step, when it is complete.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

namespace outboard::audio {

enum class SampleFormat : std::uint8_t {
    pcm16,    ///< round(x * 32767) to the nearest, halves to even, no dither, clipped to -32768..32767: what libsndfile
              ///< and so jack_rec do, to compare bit for bit
    float32,  ///< as they are, unclipped
};

class WavFile {
public:
    /// [control] Opens a hidden temporary file beside `path`. Throws std::runtime_error with a sentence.
    WavFile(const std::string& path, double sample_rate, SampleFormat format);
    /// Removes the temporary file unless finish() was called.
    ~WavFile();
    WavFile(const WavFile&) = delete;
    WavFile& operator=(const WavFile&) = delete;

    /// [control] Appends interleaved stereo frames. Throws std::runtime_error with a sentence (disk full).
    void write(const float* frames, std::size_t count);
    /// [control] Completes the file and gives it its name, in the place of one that is there. Throws as write.
    void finish();

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace outboard::audio
