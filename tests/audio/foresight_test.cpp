// The song's next events are known: the script that they are for is awake for them, however many scripts there are. Not
// built with sanitizers, which make blocks so slow that no rhythm is kept.

#include <gtest/gtest.h>
#include <pthread.h>
#include <sched.h>
#include <time.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <thread>

#include "../scripting/realtime_right.h"
#include "engine_rig.h"
#include "scripting/scheduling.h"

namespace outboard::audio {
namespace {

using testing::Rig;
using testing::session_of;

constexpr int callback_priority = 30;
constexpr std::uint32_t frames = 128;
constexpr std::int64_t period_ns = 2'666'667;

/// Notes of 20 ms, one every 40, on so many channels in turns.
std::shared_ptr<const Song> notes_in_turns(int channels) {
    testing::Track notes;
    for (int i = 0; i < 1500; ++i) {
        const auto channel = static_cast<std::uint8_t>(i % channels);
        notes.at(20, {static_cast<std::uint8_t>(0x90 | channel), 60, 100})
            .at(20, {static_cast<std::uint8_t>(0x80 | channel), 60, 64});
    }
    notes.end();
    return testing::load_tracks(0, 500, {notes});  // at 120 bpm a tick is a millisecond
}

TEST(Foresight, OfMoreScriptsThanCoresThoseThatTheSongCallsNextAreAwake) {
    const bool poll = scripting::testing::may_be_realtime(callback_priority) && scripting::usable_cores() > 1;
    const int count = std::min(scripting::usable_cores() + 1, 16);
    Rig rig(false);
    Session session;
    for (int i = 0; i < count; ++i) {
        TrackSettings track = testing::track("track " + std::to_string(i));
        track.channels = static_cast<std::uint16_t>(1U << i);
        track.script = scripting::resolve_script("passthrough", rig.host.factory_folder());
        session.tracks.push_back(track);
    }
    rig.options.max_frames = frames;
    Engine engine(rig.options, rig.host, session);
    ASSERT_EQ(engine.wait_scripts(std::chrono::seconds(30)), std::vector<std::string>{});
    engine.set_song(notes_in_turns(count));
    engine.play();

    std::atomic<bool> over{false};
    std::thread callback([&] {
        const sched_param parameters{callback_priority};
        pthread_setschedparam(pthread_self(), SCHED_FIFO, &parameters);
        rig.host.set_callback_thread(scripting::this_thread());
        std::array<float, std::size_t{2} * frames> sound{};
        for (std::int64_t due = ipc::now_ns(); !over; due = std::max(due + period_ns, ipc::now_ns())) {
            const timespec time{due / 1'000'000'000, due % 1'000'000'000};
            ::clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, nullptr);
            engine.process(sound.data(), frames);
        }
    });
    const auto all_met = [&] {
        const EngineSnapshot snapshot = engine.snapshot();
        return std::ranges::all_of(snapshot.tracks, [](const auto& track) { return track.script.met_polling >= 30; });
    };
    const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(poll ? 40 : 3);
    while (!all_met() && std::chrono::steady_clock::now() < give_up) {
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    EXPECT_EQ(all_met(), poll);
    over = true;
    callback.join();
    for (const auto& track : engine.snapshot().tracks) {
        EXPECT_EQ(track.events_lost, 0U);
    }
}

}  // namespace
}  // namespace outboard::audio
