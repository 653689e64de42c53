// ClockMap: sample time ⇄ beats inside one block.
//
// Two beat counters run side by side. The *clock* beat never stops and never jumps: it integrates the tempo from
// the start of the engine; waits and durations in beats use it. The *song* beat is the position in the song; it
// stands while stopped and jumps at a seek; grid lines and `transport.beat` use it. A beat is a quarter note.
#pragma once

#include <array>
#include <cstdint>
#include <limits>

namespace outboard::scripting {

/// From `sample` on, until the next point: the tempo, and both beat counters at that exact (fractional) sample.
struct ClockPoint {
    double sample = 0;  ///< exact position of the change, absolute samples, fractional
    double clock_beat = 0;
    double song_beat = 0;
    double tempo = 120;    ///< quarter notes per minute
    bool playing = false;  ///< whether song_beat runs
    std::uint8_t numerator = 4;
    std::uint8_t denominator = 4;
    double bar_beat = 0;                  ///< song beat at which bar number `bar` began (for bar and beat displays)
    std::int32_t bar = 0;                 ///< 0-based
    double loop_begin = 0, loop_end = 0;  ///< song beats; no loop unless the end is later
};

/// The points that hold in one block: the one in force at its start, then every change inside it, in time order. A
/// change belongs to the block of the sample that it rounds to: there scripts see it.
struct ClockMap {
    static constexpr std::size_t max_points = 64;
    double sample_rate = 48000;
    std::uint32_t count = 1;
    std::array<ClockPoint, max_points> points{};

    /// [rt] Clock beat at an exact sample position.
    [[nodiscard]] double beat_at(double sample) const noexcept;
    /// [rt] Exact (fractional) sample of a clock beat; beyond the last point its tempo goes on.
    [[nodiscard]] double sample_of(double clock_beat) const noexcept;
    [[nodiscard]] const ClockPoint& point_at(double sample) const noexcept;
};

/// The last points of a run of blocks: converts beats that lie behind the block, too. What lands later than its own
/// time (the pipelined latency) is due by the tempo of its time, not by that of the block in which it lands.
class ClockMemory {
public:
    /// [rt] A block's points.
    void hear(const ClockMap& clock) noexcept;
    /// [rt] Exact (fractional) sample of a clock beat; beyond the last point its tempo goes on.
    [[nodiscard]] double sample_of(double clock_beat) const noexcept;

private:
    struct Point {
        double sample = 0, clock_beat = 0, samples_per_beat = 24000;
    };
    static constexpr std::uint32_t most = 2 * ClockMap::max_points;
    std::array<Point, most> points_{};  ///< ring
    std::uint32_t count_ = 0;           ///< points heard; the last `most` of them are there
};

/// The rounding of everything that leaves a script: half up, with a ten-thousandth of a sample of tolerance so that
/// the last bits of a double do not decide. The Python runtime has the same function.
[[nodiscard]] std::int64_t round_sample(double exact) noexcept;

}  // namespace outboard::scripting
