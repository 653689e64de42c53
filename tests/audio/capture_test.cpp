#include "audio/capture.h"

#include <gtest/gtest.h>
#include <sndfile.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <stdexcept>
#include <vector>

#include "engine_rig.h"

namespace outboard::audio {
namespace {

using testing::TemporaryPath;

struct Read {
    SF_INFO info{};
    std::vector<std::int16_t> samples;
};

Read read_wav(const std::string& path) {
    Read read;
    SNDFILE* const file = sf_open(path.c_str(), SFM_READ, &read.info);
    if (file == nullptr) {
        return read;
    }
    read.samples.resize(static_cast<std::size_t>(read.info.frames * read.info.channels));
    sf_read_short(file, read.samples.data(), static_cast<sf_count_t>(read.samples.size()));
    sf_close(file);
    return read;
}

std::int16_t rounded(float sample) {
    return static_cast<std::int16_t>(std::lrint(std::clamp(sample * 32767.0F, -32768.0F, 32767.0F)));
}

/// Noise that also leaves the range.
std::vector<float> noise(std::size_t frames) {
    std::vector<float> samples(frames * 2);
    std::uint32_t state = 1;
    for (float& sample : samples) {
        state = state * 1664525 + 1013904223;
        sample = static_cast<float>(state) / 2147483648.0F * 1.1F - 1.1F;
    }
    return samples;
}

TEST(WavFile, SixteenBitsAreRoundedToTheNearestAndClipped) {
    const TemporaryPath file("a.wav");
    std::vector<float> samples = noise(1000);
    samples[0] = NAN;
    samples[1] = 1e30F;
    WavFile wav(file.path(), 44100, SampleFormat::pcm16);
    wav.write(samples.data(), 1000);
    wav.finish();
    const Read read = read_wav(file.path());
    EXPECT_EQ(read.info.samplerate, 44100);
    EXPECT_EQ(read.info.channels, 2);
    EXPECT_EQ(read.info.format & SF_FORMAT_SUBMASK, SF_FORMAT_PCM_16);
    ASSERT_EQ(read.samples.size(), samples.size());
    EXPECT_EQ(read.samples[0], 0);
    EXPECT_EQ(read.samples[1], 32767);
    for (std::size_t i = 2; i < samples.size(); ++i) {
        ASSERT_EQ(read.samples[i], rounded(samples[i])) << i;
    }
}

TEST(WavFile, AppearsOnlyWhenItIsComplete) {
    const TemporaryPath file("a.wav");
    {
        WavFile wav(file.path(), 48000, SampleFormat::float32);
        EXPECT_FALSE(std::filesystem::exists(file.path()));
    }
    EXPECT_EQ(file.files_in_folder(), 0U) << "nothing is left behind";
    std::ofstream(file.path()) << "old";
    {
        WavFile wav(file.path(), 48000, SampleFormat::float32);
        EXPECT_EQ(std::filesystem::file_size(file.path()), 3U);
    }
    EXPECT_EQ(std::filesystem::file_size(file.path()), 3U) << "what was there stays";
    EXPECT_EQ(file.files_in_folder(), 1U);
}

TEST(WavFile, APlaceThatCannotBeWrittenIsASentence) {
    for (const std::string& path :
         {std::string(), ::testing::TempDir(), ::testing::TempDir() + "/no/such/folder/a.wav"}) {
        try {
            WavFile wav(path, 48000, SampleFormat::pcm16);
            ADD_FAILURE() << path;
        } catch (const std::runtime_error& error) {
            EXPECT_EQ(std::string(error.what()).back(), '.') << error.what();
        }
    }
}

TEST(Capture, TheFileIsWhatWasSent) {
    const TemporaryPath file("capture.wav");
    const std::vector<float> samples = noise(300'000);
    Capture capture(file.path(), 48000);
    const std::int64_t give_up = ipc::now_ns() + 60'000'000'000;
    // In callbacks of different length, more than the ring holds, as fast as the disk lets it.
    for (std::size_t done = 0; done < 300'000;) {
        const std::size_t part = std::min<std::size_t>(64 + done % 1000, 300'000 - done);
        capture.push(samples.data() + 2 * done, static_cast<std::uint32_t>(part));
        done += part;
        if (done % 50 == 0) {
            std::this_thread::sleep_for(std::chrono::milliseconds(10));
        }
        ASSERT_LT(ipc::now_ns(), give_up);
    }
    capture.finish();
    const Read read = read_wav(file.path());
    ASSERT_EQ(read.samples.size(), samples.size());
    for (std::size_t i = 0; i < samples.size(); ++i) {
        ASSERT_EQ(read.samples[i], rounded(samples[i])) << i;
    }
}

TEST(Capture, WithoutAnEndNothingIsLeftBehind) {
    const TemporaryPath file("capture.wav");
    {
        Capture capture(file.path(), 48000);
        const std::vector<float> samples = noise(100);
        capture.push(samples.data(), 100);
    }
    EXPECT_EQ(file.files_in_folder(), 0U);
}

TEST(Capture, FramesThatFoundNoRoomAreTold) {
    const TemporaryPath file("capture.wav");
    Capture capture(file.path(), 8000);
    const std::vector<float> samples = noise(65536);
    capture.push(samples.data(), 65536);  // more than the ring can ever hold
    EXPECT_THROW(capture.finish(), std::runtime_error);
}

TEST(Capture, TheEngineWritesExactlyWhatItGaveTheDevice) {
    testing::Rig rig;
    Session session;
    session.tracks = {testing::track("a")};
    Engine engine(rig.options, rig.host, session);
    engine.set_song(testing::scale_song());
    engine.play();
    const std::vector<float> before = testing::run(engine, 1000, 128);
    const TemporaryPath file("capture.wav");
    engine.start_capture(file.path());
    EXPECT_THROW(engine.start_capture(file.path()), std::runtime_error);
    EXPECT_TRUE(engine.snapshot().recording);
    const std::vector<float> sent = testing::run(engine, 50'000, 441);
    engine.stop_capture();
    EXPECT_FALSE(engine.snapshot().recording);
    static_cast<void>(testing::run(engine, 1000, 128));
    const Read read = read_wav(file.path());
    ASSERT_EQ(read.samples.size(), sent.size());
    for (std::size_t i = 0; i < sent.size(); ++i) {
        ASSERT_EQ(read.samples[i], rounded(sent[i])) << i;
    }
}

}  // namespace
}  // namespace outboard::audio
