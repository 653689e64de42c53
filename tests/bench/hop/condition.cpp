#include "hop/condition.h"

#include <fmt/format.h>

#include <cmath>
#include <utility>

namespace outboard::bench {

std::string Condition::describe() const {
    return fmt::format("{}, {}{}, {}, {}, called in {} % of the blocks, {} {}, {}",
                       size == 8 ? "empty call" : fmt::format("{} bytes", size),
                       period_us == 0 ? "back to back" : fmt::format("every {:.2f} ms", period_us / 1000.0),
                       clock == "jack" ? " by a PortAudio callback" : "", load == "idle" ? "idle" : "under stress-ng",
                       sched == "fifo" ? "SCHED_FIFO" : "SCHED_OTHER", duty, children,
                       children == 1 ? "child" : "children",
                       placement == "pinned" ? "host on core 0, children elsewhere" : "free placement");
}

int Condition::jack_frames() const {
    for (const int frames : {32, 64, 128, 256, 512, 1024}) {
        if (std::abs(frames * 1e6 / 48000 - period_us) < 1) {
            return frames;
        }
    }
    return 0;
}

Axes Axes::quick() {
    Axes axes;
    axes.sizes = {8, 16384};
    axes.periods_us = {1333, 0};
    axes.loads = {"idle", "stress"};
    axes.scheds = {"fifo", "other"};
    axes.duties = {100, 5};
    axes.children = {1, 3};
    axes.clocks = {"timer", "jack"};
    return axes;
}

Axes Axes::all() {
    Axes axes;
    axes.sizes = {8, 64, 256, 1024, 4096, 16384};
    axes.periods_us = {1333, 0, 2667, 5333};
    axes.loads = {"idle", "stress"};
    axes.scheds = {"fifo", "other"};
    axes.duties = {100, 50, 5};
    axes.children = {1, 3, 8};
    axes.placements = {"pinned", "free"};
    axes.clocks = {"timer", "jack"};
    return axes;
}

std::vector<Condition> product(const Axes& axes) {
    std::vector<Condition> all{Condition{}};
    // Each axis multiplies what there is; the first one varies slowest.
    const auto multiply = [&all](const auto& values, auto Condition::*member) {
        std::vector<Condition> more;
        for (const Condition& condition : all) {
            for (const auto& value : values) {
                more.push_back(condition);
                more.back().*member = value;
            }
        }
        all = std::move(more);
    };
    multiply(axes.loads, &Condition::load);
    multiply(axes.scheds, &Condition::sched);
    multiply(axes.placements, &Condition::placement);
    multiply(axes.clocks, &Condition::clock);
    multiply(axes.children, &Condition::children);
    multiply(axes.periods_us, &Condition::period_us);
    multiply(axes.duties, &Condition::duty);
    multiply(axes.sizes, &Condition::size);
    std::erase_if(all, [](const Condition& one) { return one.clock == "jack" && one.jack_frames() == 0; });
    return all;
}

std::vector<Condition> one_axis_at_a_time(const Axes& axes) {
    const Condition base{axes.sizes.at(0),  axes.periods_us.at(0), axes.loads.at(0),      axes.scheds.at(0),
                         axes.duties.at(0), axes.children.at(0),   axes.placements.at(0), axes.clocks.at(0)};
    std::vector<Condition> all{base};
    const auto vary = [&](const auto& values, auto Condition::*member) {
        for (std::size_t i = 1; i < values.size(); ++i) {
            Condition one = base;
            one.*member = values[i];
            all.push_back(one);
        }
    };
    vary(axes.sizes, &Condition::size);
    vary(axes.periods_us, &Condition::period_us);
    vary(axes.duties, &Condition::duty);
    vary(axes.children, &Condition::children);
    vary(axes.placements, &Condition::placement);
    vary(axes.clocks, &Condition::clock);
    vary(axes.scheds, &Condition::sched);
    vary(axes.loads, &Condition::load);
    return all;
}

}  // namespace outboard::bench
