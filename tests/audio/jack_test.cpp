// The engine on a real JACK server with its dummy driver: PortAudio's callback, MIDI ports, what is heard outside. The
// server is this test's own; without the programs jackd, jack_lsp and jack_rec the tests fail.
#include <RtMidi.h>
#include <gtest/gtest.h>
#include <sndfile.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <functional>
#include <mutex>
#include <thread>

#include "audio/device.h"
#include "audio/midi_ports.h"
#include "engine_rig.h"
#include "ipc/process.h"

namespace outboard::audio {
namespace {

using testing::Rig;
using namespace std::chrono_literals;

ipc::Process start(std::vector<std::string> command) {
    ipc::Process::Options options;
    options.program = "/usr/bin/env";
    options.arguments = std::move(command);
    return ipc::Process::start(options);
}

bool comes_true(const std::function<bool()>& condition, std::chrono::seconds patience = 30s) {
    const auto give_up = std::chrono::steady_clock::now() + patience;
    while (!condition()) {
        if (std::chrono::steady_clock::now() > give_up) {
            return false;
        }
        std::this_thread::sleep_for(10ms);
    }
    return true;
}

/// A server of a name of its own, which all of JACK's clients in this process and its children then use.
class Jack : public ::testing::Test {
protected:
    Jack() {
        // Always the same name: JACK keeps a place for every server that was killed, has eight of them, and gives a
        // place back only to a server of the same name.
        setenv("JACK_DEFAULT_SERVER", "outboard-audio-test", 1);
        setenv("JACK_NO_AUDIO_RESERVATION", "1", 1);
        start_server();
    }
    void SetUp() override { ASSERT_TRUE(answers()) << "jackd did not start; it comes with the package jackd2"; }
    ~Jack() override {
        server_->terminate(5s);
        unsetenv("JACK_DEFAULT_SERVER");
    }
    void kill_server() { server_->kill(); }
    /// A server that is killed leaves its files behind, and the next one would go on with them, in whatever state they
    /// are. One of the same name that ends by itself takes them along.
    void sweep_up() {
        start_server();
        EXPECT_TRUE(answers());
    }

    static Session one_track() {
        Session session;
        session.tracks = {testing::track("a")};
        return session;
    }

private:
    void start_server() {
        server_ = std::make_unique<ipc::Process>(
            start({"jackd", "-n", "outboard-audio-test", "-d", "dummy", "-r", "48000", "-p", "128"}));
    }
    static bool answers() {
        return comes_true([] {
            const auto end = start({"jack_lsp"}).wait(10s);
            return end && end->signal == 0 && end->code == 0;
        });
    }

    std::unique_ptr<ipc::Process> server_;
};

TEST_F(Jack, TheCallbackComesInTheServersPeriod) {
    Rig rig(false);
    const std::unique_ptr<Device> device = open_device({.name = {}, .rate = 44100, .frames = 64});
    EXPECT_EQ(device->host_api(), "JACK Audio Connection Kit");
    EXPECT_EQ(device->rate(), 48000) << "the server's rate";
    EXPECT_NE(device->notice(), "") << "which is not the one that was asked for";
    const std::vector<DeviceDescription> devices = list_devices();
    EXPECT_EQ(devices.at(0).name, device->name());

    rig.options.sample_rate = device->rate();
    rig.options.block_frames = 64;
    Engine engine(rig.options, rig.host, one_track());
    rig.instruments[0]->burn_ns = 100'000;
    const std::int64_t began = ipc::now_ns();
    device->start(engine);
    std::vector<double> loads;
    ASSERT_TRUE(comes_true([&] {
        loads.push_back(device->cpu_load());
        return engine.snapshot().sample >= 2 * 48000;
    }));
    EXPECT_GE(ipc::now_ns() - began, 1'900'000'000) << "real time";
    EXPECT_TRUE(device->alive());
    EXPECT_EQ(device->frames(), 128U);
    EXPECT_TRUE(device->callback_thread());
    device->stop();
    EXPECT_FALSE(device->alive());
    const EngineSnapshot snapshot = engine.snapshot();
    EXPECT_EQ(snapshot.blocks, static_cast<std::uint64_t>(snapshot.sample) / 64) << "cut into blocks of 64";
    EXPECT_EQ(snapshot.frames, 128U);
    std::nth_element(loads.begin(), loads.begin() + static_cast<std::ptrdiff_t>(loads.size() / 2), loads.end());
    EXPECT_NEAR(snapshot.layers[0].p50, loads[loads.size() / 2] * 100, 3) << "percent, PortAudio's own figure";
}

TEST_F(Jack, WhatIsHeardOutsideIsWhatTheEngineSent) {
    scripting::ScriptHost host(Rig::host_options(false));
    const std::unique_ptr<Device> device = open_device({});
    Session session = one_track();
    session.song = testing::song_set().at(3);
    Engine engine({.sample_rate = device->rate()}, host, session);
    const testing::TemporaryPath heard("heard.wav"), sent("sent.wav");
    device->start(engine);
    engine.start_capture(sent.path());
    engine.play();
    ipc::Process recorder =
        start({"jack_rec", "-f", heard.path(), "-d", "4", "-b", "16", "PortAudio:out_0", "PortAudio:out_1"});
    ASSERT_TRUE(recorder.wait(60s));
    engine.stop_capture();
    device->stop();

    const auto read = [](const std::string& path) {
        SF_INFO info{};
        SNDFILE* const file = sf_open(path.c_str(), SFM_READ, &info);
        EXPECT_NE(file, nullptr) << path;
        std::vector<std::int16_t> samples(static_cast<std::size_t>(info.frames) * 2);
        sf_readf_short(file, samples.data(), info.frames);
        sf_close(file);
        return samples;
    };
    const std::vector<std::int16_t> outside = read(heard.path()), inside = read(sent.path());
    ASSERT_GT(outside.size(), 2U * 48000 * 3);
    // Aligned by a stretch of music from the middle of what was heard.
    constexpr std::size_t probe = 4096, window = 2048;
    // A machine that stalls may have dropped a block just there, so several stretches are tried.
    std::size_t middle = 0;
    auto found = inside.end();
    for (std::size_t eighth = 4; eighth <= 7 && found == inside.end(); ++eighth) {
        middle = outside.size() / 16 * eighth * 2;
        const auto from = outside.begin() + static_cast<std::ptrdiff_t>(middle);
        if (std::any_of(from, from + probe, [](std::int16_t sample) { return std::abs(sample) > 100; })) {
            found = std::search(inside.begin(), inside.end(), from, from + probe);
        }
    }
    ASSERT_NE(found, inside.end()) << "not a stretch of it is the same";
    // A machine that stalls drops blocks, of the engine or of the recorder: what follows is found a little aside, and
    // that moves what comes after it, too. A wrong engine is wrong everywhere.
    constexpr std::ptrdiff_t aside = 48000;
    const auto end = static_cast<std::ptrdiff_t>(inside.size());
    std::ptrdiff_t shift = (found - inside.begin()) - static_cast<std::ptrdiff_t>(middle);
    std::size_t windows = 0, different = 0, moves = 0;
    const auto compare = [&](std::size_t at) {
        const std::ptrdiff_t there = static_cast<std::ptrdiff_t>(at) + shift;
        if (there < 0 || there + static_cast<std::ptrdiff_t>(window) > end) {
            return;
        }
        ++windows;
        const auto from = outside.begin() + static_cast<std::ptrdiff_t>(at);
        if (std::equal(from, from + window, inside.begin() + there)) {
            return;
        }
        const auto last = inside.begin() + std::min(end, there + aside + static_cast<std::ptrdiff_t>(window));
        const auto moved =
            std::search(inside.begin() + std::max<std::ptrdiff_t>(0, there - aside), last, from, from + window);
        if (moved == last) {
            ++different;
        } else {
            ++moves;
            shift += (moved - inside.begin()) - there;
        }
    };
    const std::ptrdiff_t at_the_middle = shift;
    for (std::size_t at = middle; at + window <= outside.size(); at += window) {
        compare(at);
    }
    shift = at_the_middle;
    for (std::size_t at = middle; at >= window; at -= window) {
        compare(at - window);
    }
    EXPECT_GT(windows, 80U);
    EXPECT_LE(different, 3 + 2 * engine.snapshot().xruns + moves) << "of " << windows;
    EXPECT_LE(moves, windows / 4) << "of " << windows;
}

TEST_F(Jack, MidiComesInAndGoesOut) {
    Rig rig(false);
    Session session = one_track();
    RtMidiIn listener(RtMidi::UNIX_JACK, "listener");
    struct Heard {
        std::mutex mutex;
        std::vector<std::vector<unsigned char>> messages;
    } heard;
    listener.setCallback(
        [](double, std::vector<unsigned char>* message, void* user) {
            auto& to = *static_cast<Heard*>(user);
            const std::lock_guard lock(to.mutex);
            to.messages.push_back(*message);
        },
        &heard);
    listener.openVirtualPort("ear");
    RtMidiOut player(RtMidi::UNIX_JACK, "player");
    player.openVirtualPort("fingers");
    ASSERT_TRUE(comes_true([] {
        const std::vector<std::string> there = list_midi_inputs();
        return std::any_of(there.begin(), there.end(),
                           [](const std::string& name) { return name.find("fingers") != std::string::npos; });
    }));
    session.tracks[0].midi_output = "ear";
    const std::unique_ptr<Device> device = open_device({});
    Engine engine(rig.options, rig.host, session);
    const MidiInputs inputs(engine, {"fingers"});
    ASSERT_EQ(inputs.ports().size(), 1U);
    EXPECT_THROW(MidiInputs(engine, {"no such port"}), std::runtime_error);
    device->start(engine);
    for (unsigned char i = 0; i < 50; ++i) {
        const unsigned char on[]{0x92, i, 77}, off[]{0x82, i, 33};
        player.sendMessage(on, 3);
        player.sendMessage(off, 3);
        std::this_thread::sleep_for(5ms);
    }
    const auto count = [&] {
        const std::lock_guard lock(heard.mutex);
        return heard.messages.size();
    };
    EXPECT_TRUE(comes_true([&] { return count() == 100; })) << count();
    device->stop();
    EXPECT_EQ(rig.instruments[0]->note_count, 100U);
    const std::lock_guard lock(heard.mutex);
    for (std::size_t i = 0; i < heard.messages.size(); ++i) {
        const auto key = static_cast<unsigned char>(i / 2);
        const std::vector<unsigned char> expected =
            i % 2 == 0 ? std::vector<unsigned char>{0x92, key, 77} : std::vector<unsigned char>{0x82, key, 33};
        EXPECT_EQ(heard.messages[i], expected) << i;
    }
}

TEST_F(Jack, AServerThatDiesIsNoticedAndStopReturns) {
    Rig rig(false);
    const std::unique_ptr<Device> device = open_device({});
    ASSERT_EQ(device->host_api(), "JACK Audio Connection Kit");
    Engine engine(rig.options, rig.host, one_track());
    device->start(engine);
    ASSERT_TRUE(comes_true([&] { return engine.snapshot().blocks > 10; }));
    EXPECT_TRUE(device->alive());
    kill_server();
    EXPECT_TRUE(comes_true([&] { return !device->alive(); }));
    device->stop();
    sweep_up();
}

}  // namespace
}  // namespace outboard::audio
