// LiveInput: MIDI inputs and the on-screen keyboard, brought into sample time.
//
// A MIDI message keeps its rhythm: what arrived x samples into one callback period plays x samples into the next
// callback, one period late but without jitter. Callbacks begin with some jitter of their own, so their start times are
// smoothed before messages are measured against them.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>

#include "audio/event_list.h"
#include "scripting/event.h"
#include "scripting/spsc_queue.h"
#include "scripting/sysex.h"

namespace outboard::audio {

/// The smoothed time at which callbacks begin: a second-order delay-locked loop (as JACK's), set anew after a jump.
class CallbackClock {
public:
    /// [rt] A callback of `frames` began at `now_ns`; the one before it had `previous_frames`. Its smoothed time.
    double begin(std::int64_t now_ns, std::uint32_t previous_frames, double sample_rate) noexcept;

private:
    bool running_ = false;
    double time_ = 0;     ///< ns
    double stretch_ = 1;  ///< measured / nominal length of a frame
};

class LiveInput {
public:
    static constexpr std::size_t capacity = 1024;  ///< messages that may wait for a callback

    /// Offline there is no arrival time: messages play at the start of the next callback.
    LiveInput(double sample_rate, bool offline);

    /// Any one thread; never blocks. Channel messages and whole system exclusive ones; others, and what finds no room,
    /// are counted as refused.
    void midi_input(std::uint8_t port, const std::uint8_t* bytes, std::size_t size, std::int64_t arrival_ns) noexcept;

    /// [rt] A key of the on-screen keyboard; plays at the start of the callback that is being prepared.
    void key(std::uint8_t status, std::uint8_t key, std::uint8_t velocity) noexcept;

    /// [rt] Collects what plays in the callback [start, start + frames), in time order.
    void begin_callback(std::int64_t callback_ns, std::int64_t start, std::uint32_t frames) noexcept;
    /// [rt] The next event before `end`, or null.
    const scripting::Event* next_before(std::int64_t end) noexcept;
    /// [rt] The smoothed start of this callback, ns.
    [[nodiscard]] double callback_time() const noexcept { return callback_time_; }
    /// [rt] The bytes of a system exclusive message that came in lately.
    [[nodiscard]] std::span<const std::uint8_t> sysex(std::uint32_t blob) const noexcept { return pool_.sysex(blob); }
    /// [rt] Forgets which keys are down.
    void panic() noexcept;

    [[nodiscard]] std::array<std::uint64_t, 2> keys_held() const noexcept;  ///< any thread
    /// [control] Whether something arrived since the last call.
    [[nodiscard]] bool take_activity() noexcept { return activity_.exchange(false, std::memory_order_relaxed); }
    [[nodiscard]] std::uint64_t refused() const noexcept { return refused_.load(std::memory_order_relaxed); }

private:
    struct Message {
        std::int64_t arrival_ns = 0;
        std::uint8_t port = 0, status = 0, data1 = 0, data2 = 0;
    };
    /// A part of a system exclusive message. The last one is there before its Message is.
    struct Piece {
        std::uint8_t size = 0;
        bool last = false;
        std::array<std::uint8_t, 62> bytes{};
    };
    static constexpr std::size_t pieces = 4096;
    [[nodiscard]] bool push_sysex(std::span<const std::uint8_t> bytes) noexcept;
    [[nodiscard]] scripting::Event take_sysex(std::int64_t time, std::uint8_t port) noexcept;
    void add(const scripting::Event& event) noexcept;

    double sample_rate_;
    bool offline_;
    scripting::SpscQueue<Message> messages_;
    scripting::SpscQueue<Piece> pieces_;
    scripting::SysexPool pool_{scripting::sysex_from_live};
    std::vector<std::uint8_t> joined_;  ///< [rt] room for one message
    EventList keys_, events_;
    std::size_t next_ = 0;
    CallbackClock clock_;
    double callback_time_ = 0, previous_time_ = 0;
    std::uint32_t previous_frames_ = 0;
    std::array<std::uint16_t, 128> down_{};
    std::array<std::atomic<std::uint64_t>, 2> held_{};
    std::atomic<bool> activity_{false};
    std::atomic<std::uint64_t> refused_{0};
};

}  // namespace outboard::audio
