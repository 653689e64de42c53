#include "audio/wav_file.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <vector>

#include <fmt/format.h>
#include <sndfile.h>

#include "audio/temporary_file.h"

namespace outboard::audio {

namespace {

struct CloseSoundFile {
    void operator()(SNDFILE* file) const noexcept { sf_close(file); }
};

std::int16_t to_pcm16(float sample) noexcept {
    // A NaN would be undefined as an integer; it becomes silence.
    const float scaled = std::isnan(sample) ? 0.0F : std::clamp(sample * 32767.0F, -32768.0F, 32767.0F);
    return static_cast<std::int16_t>(std::lrintf(scaled));
}

}  // namespace

struct WavFile::State {
    State(const std::string& target, double rate, SampleFormat sample_format) : file(target), format(sample_format) {
        SF_INFO info{};
        info.samplerate = static_cast<int>(std::lround(rate));
        info.channels = 2;
        info.format = SF_FORMAT_WAV | (format == SampleFormat::pcm16 ? SF_FORMAT_PCM_16 : SF_FORMAT_FLOAT);
        sound.reset(sf_open(file.temporary_path().c_str(), SFM_WRITE, &info));
        if (!sound) {
            throw std::runtime_error(fmt::format("{} cannot be written: {}.", target, sf_strerror(nullptr)));
        }
    }

    TemporaryFile file;  // outlives `sound`, which writes into it
    SampleFormat format;
    std::unique_ptr<SNDFILE, CloseSoundFile> sound;
    std::vector<std::int16_t> converted;
};

WavFile::WavFile(const std::string& path, double sample_rate, SampleFormat format)
    : state_(std::make_unique<State>(path, sample_rate, format)) {}

WavFile::~WavFile() = default;

void WavFile::write(const float* frames, std::size_t count) {
    const auto wanted = static_cast<sf_count_t>(count);
    sf_count_t written = 0;
    if (state_->format == SampleFormat::pcm16) {
        state_->converted.resize(count * 2);
        std::transform(frames, frames + count * 2, state_->converted.begin(), to_pcm16);
        written = sf_writef_short(state_->sound.get(), state_->converted.data(), wanted);
    } else {
        written = sf_writef_float(state_->sound.get(), frames, wanted);
    }
    if (written != wanted) {
        throw std::runtime_error(fmt::format("Writing {} failed: {}. Is the disk full?", state_->file.path(),
                                             sf_strerror(state_->sound.get())));
    }
}

void WavFile::finish() {
    if (sf_close(state_->sound.release()) != 0) {
        throw std::runtime_error(fmt::format("Writing {} failed at its end. Is the disk full?", state_->file.path()));
    }
    state_->file.commit();
}

}  // namespace outboard::audio
