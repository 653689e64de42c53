// StallGuard: ends the benchmark with a sentence when a contestant no longer answers. The calls themselves wait without
// a deadline, since many contestants would pay for one.
#pragma once

#include <string>

namespace outboard::bench {

class StallGuard {
public:
    /// From now on this contestant must show signs of life at least every 30 s.
    static void watch(const std::string& contestant);
    static void alive() noexcept;
    /// Nobody is watched until the next watch().
    static void rest();
};

}  // namespace outboard::bench
