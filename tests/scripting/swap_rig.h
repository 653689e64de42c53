// A rig in real time whose song plays, for tests of swaps through real children.
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <thread>
#include <vector>

#include "rig.h"

namespace outboard::scripting::testing {

inline constexpr std::uint32_t frames = 256;
inline constexpr std::int64_t beat = 24000;  // 120 beats a minute

/// A rig in real time whose song plays, and the outputs with a mark: a controller that names the script.
class SwapTest : public ::testing::Test {
protected:
    explicit SwapTest(const ScriptHost::Options& with = options("shm", false)) : rig(with) {
        rig.clock.points[0].playing = true;
        rig.clock.points[0].tempo = 120;
    }
    std::vector<Event> play(const std::vector<Event>& input = {}) {
        auto output = rig.block(frames, input);
        std::this_thread::sleep_for(std::chrono::milliseconds(3));
        heard.insert(heard.end(), output.begin(), output.end());
        return output;
    }
    template <typename Condition>
    bool play_until(Condition condition) {
        for (int blocks = 0; blocks < 3000; ++blocks) {
            play();
            if (condition()) {
                return true;
            }
        }
        return false;
    }
    bool swapped(std::uint64_t times = 1) {
        return play_until([&] { return rig.slot.figures().swaps == times; });
    }
    /// Says which script it is at @on.start, with what crossed: controller, value.
    static std::string script(int number, const std::string& more = "") {
        return "from outboard import *\n__version__ = \"1\"\n@on.start\ndef start() -> None:\n"
               "    send(ControlChange(cc=" +
               std::to_string(number) + ", value=len(held) / 127))\n" + more;
    }
    std::vector<std::int64_t> times_of(int cc) const {
        std::vector<std::int64_t> times;
        for (const Event& event : heard) {
            if (event.kind == Kind::control_change && event.data[1] == cc) {
                times.push_back(event.time);
            }
        }
        return times;
    }
    int value_of(int cc) const {
        int value = -1;
        for (const Event& event : heard) {
            if (event.kind == Kind::control_change && event.data[1] == cc) {
                value = event.data[2];
            }
        }
        return value;
    }

    Folder folder;
    Rig rig;
    std::vector<Event> heard;
};

}  // namespace outboard::scripting::testing
