#include "audio/device.h"

#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <thread>

#include "engine_rig.h"
#include "ipc/denormals.h"

namespace outboard::audio {
namespace {

using ipc::DenormalsOff;
using testing::Rig;
using namespace std::chrono_literals;

/// Whether it becomes true within 30 s.
bool comes_true(const std::function<bool()>& condition) {
    const std::int64_t give_up = ipc::now_ns() + 30'000'000'000;
    while (!condition()) {
        if (ipc::now_ns() > give_up) {
            return false;
        }
        std::this_thread::sleep_for(5ms);
    }
    return true;
}

Session one_track() {
    Session session;
    session.tracks = {testing::track("a")};
    return session;
}

TEST(TimerDevice, CallsTheEngineInRealTime) {
    Rig rig(false);
    const std::unique_ptr<Device> device = open_device({.name = "timer", .rate = 44100, .frames = 441});
    EXPECT_EQ(device->rate(), 44100);
    EXPECT_EQ(device->frames(), 441U);
    EXPECT_EQ(device->host_api(), "Timer");
    EXPECT_EQ(device->notice(), "") << "it was asked for";
    EXPECT_FALSE(device->alive());
    EXPECT_FALSE(device->callback_thread());
    rig.options.sample_rate = device->rate();
    Engine engine(rig.options, rig.host, one_track());
    const std::int64_t began = ipc::now_ns();
    device->start(engine);
    EXPECT_TRUE(device->alive());
    ASSERT_TRUE(comes_true([&] { return engine.snapshot().blocks >= 100; }));
    EXPECT_GE(ipc::now_ns() - began, 980'000'000) << "not faster than real time";
    EXPECT_TRUE(device->callback_thread());
    EXPECT_GT(device->cpu_load(), 0);
    device->stop();
    EXPECT_FALSE(device->alive());
    const std::uint64_t blocks = engine.snapshot().blocks;
    std::this_thread::sleep_for(50ms);
    EXPECT_EQ(engine.snapshot().blocks, blocks) << "stopped is stopped";
    device->start(engine);
    EXPECT_TRUE(comes_true([&] { return engine.snapshot().blocks > blocks; })) << "and may start again";
    device->stop();  // before the engine goes
}

TEST(TimerDevice, ACallbackThatTakesTooLongIsAnXrun) {
    Rig rig(false);
    const std::unique_ptr<Device> device = open_device({.name = "Timer"});
    EXPECT_EQ(device->frames(), 128U);
    Engine engine(rig.options, rig.host, one_track());
    ASSERT_EQ(rig.instruments.size(), 1U);
    rig.instruments[0]->burn_ns = 5'000'000;
    device->start(engine);
    EXPECT_TRUE(comes_true([&] { return engine.snapshot().xruns >= 10; }));
    EXPECT_TRUE(comes_true([&] { return device->cpu_load() > 1; }));
    device->stop();
    const EngineSnapshot snapshot = engine.snapshot();
    EXPECT_GE(snapshot.xruns, snapshot.blocks / 2);
}

TEST(Device, WhatCannotBeOpenedIsASentence) {
    for (const DeviceSettings& settings :
         {DeviceSettings{.name = "no such card"}, DeviceSettings{.name = "timer", .frames = 100'000},
          DeviceSettings{.name = "timer", .rate = 12}}) {
        try {
            static_cast<void>(open_device(settings));
            ADD_FAILURE() << settings.name;
        } catch (const std::runtime_error& error) {
            EXPECT_EQ(std::string(error.what()).back(), '.') << error.what();
        }
    }
    try {
        static_cast<void>(open_device({.name = "no such card"}));
    } catch (const std::runtime_error& error) {
        EXPECT_NE(std::string(error.what()).find("\"timer\""), std::string::npos) << "the names there are";
    }
}

TEST(Device, TheListAlwaysEndsWithTheTimer) {
    const std::vector<DeviceDescription> devices = list_devices();
    ASSERT_FALSE(devices.empty());
    EXPECT_EQ(devices.back().name, "timer");
    for (const DeviceDescription& device : devices) {
        EXPECT_FALSE(device.name.empty());
        EXPECT_FALSE(device.host_api.empty());
        EXPECT_GT(device.rate, 0);
    }
}

TEST(Device, SomethingAlwaysPlays) {
    Rig rig(false);
    const std::unique_ptr<Device> device = open_device({});
    EXPECT_EQ(device->notice().empty(), device->host_api() != "Timer") << device->notice();
    rig.options.sample_rate = device->rate();
    Engine engine(rig.options, rig.host, one_track());
    device->start(engine);
    EXPECT_TRUE(comes_true([&] { return engine.snapshot().blocks > 10; }));
    device->stop();
}

TEST(Denormals, AreOffInTheirScopeOnly) {
    EXPECT_FALSE(DenormalsOff::active());
    {
        const DenormalsOff off;
        EXPECT_TRUE(DenormalsOff::active());
        volatile float tiny = 1e-38F;
        tiny = tiny * 0.01F;
        EXPECT_EQ(tiny, 0.0F);
    }
    EXPECT_FALSE(DenormalsOff::active());
}

TEST(Denormals, AreOffWhileTheEngineRuns) {
    class Probe final : public testing::CountingInstrument {
    public:
        void process(std::int64_t start, std::uint32_t frames, std::span<const scripting::Event> events, float* left,
                     float* right) noexcept override {
            off = DenormalsOff::active();
            CountingInstrument::process(start, frames, events, left, right);
        }
        bool off = false;
    };
    Rig rig;
    Probe* probe = nullptr;
    rig.options.make_instrument = [&probe](const std::string&) {
        auto made = std::make_unique<Probe>();
        probe = made.get();
        return made;
    };
    Engine engine(rig.options, rig.host, one_track());
    static_cast<void>(testing::run(engine, 64, 64));
    EXPECT_TRUE(probe->off);
}

}  // namespace
}  // namespace outboard::audio
