// Condition: under what circumstances all contestants are measured, side by side.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace outboard::bench {

struct Condition {
    std::size_t size = 8;        ///< bytes; 8 is the empty call: its number and nothing else
    int period_us = 1333;        ///< 0: back to back
    std::string load = "idle";   ///< or "stress"
    std::string sched = "fifo";  ///< or "other"
    int duty = 100;              ///< percent of the blocks in which the child is called
    int children = 1;
    std::string placement = "pinned";  ///< host on core 0, children on the others; or "free"

    std::string clock = "timer";  ///< the host's thread sleeps to each block, or "jack": it is an audio callback

    [[nodiscard]] std::string describe() const;
    /// Frames of a JACK server with this period; 0 where there is none.
    [[nodiscard]] int jack_frames() const;
};

/// What each axis may be. The first value of an axis is where the others vary from.
struct Axes {
    std::vector<std::size_t> sizes{8};
    std::vector<int> periods_us{1333};
    std::vector<std::string> loads{"idle"};
    std::vector<std::string> scheds{"fifo"};
    std::vector<int> duties{100};
    std::vector<int> children{1};
    std::vector<std::string> placements{"pinned"};
    std::vector<std::string> clocks{"timer"};

    [[nodiscard]] static Axes quick();
    [[nodiscard]] static Axes all();
};

/// Every combination that there can be: JACK has no back to back.
[[nodiscard]] std::vector<Condition> product(const Axes& axes);
/// The first values, then each axis alone through its other values.
[[nodiscard]] std::vector<Condition> one_axis_at_a_time(const Axes& axes);

}  // namespace outboard::bench
