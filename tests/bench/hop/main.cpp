// hop_bench: how long a call to another process takes, by every way that one might choose. README.md says what is
// measured and how to read it.
#include <algorithm>
#include <cstdio>
#include <exception>
#include <fstream>
#include <stdexcept>
#include <string>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "hop/placement.h"
#include "hop/report.h"

namespace {

using namespace outboard::bench;

struct Wishes {
    bool quick = false, full = false, sweep = false, check = false;
    std::vector<std::string> contestants;
    std::string prewake = "both";
    std::vector<std::size_t> sizes;
    std::vector<int> periods_us, duties, children;
    std::vector<std::string> loads, scheds, placements, clocks;
    Settings settings;
    std::string json;
};

void declare(CLI::App& app, Wishes& wishes) {
    app.add_flag("--sweep", wishes.sweep, "every value of every axis, one axis at a time");
    app.add_flag("--full", wishes.full, "every combination of all axes: many hours");
    app.add_flag("--quick", wishes.quick, "the important values, one axis at a time (this is the default)");
    app.add_flag("--check", wishes.check, "only asks every contestant a few things and checks the answers");
    app.add_option("--contestants", wishes.contestants, "some only, by name")->delimiter(',');
    app.add_option("--prewake", wishes.prewake, "on, off or both")->check(CLI::IsMember({"on", "off", "both"}));
    app.add_option("--sizes", wishes.sizes, "bytes; 8 is the empty call")->delimiter(',')->check(CLI::Range(8, 65536));
    app.add_option("--periods", wishes.periods_us, "microseconds between blocks; 0: back to back")
        ->delimiter(',')
        ->check(CLI::Range(0, 1'000'000));
    app.add_option("--load", wishes.loads, "idle, stress")->delimiter(',')->check(CLI::IsMember({"idle", "stress"}));
    app.add_option("--sched", wishes.scheds, "fifo, other")->delimiter(',')->check(CLI::IsMember({"fifo", "other"}));
    app.add_option("--duty", wishes.duties, "percent of the blocks with a call")
        ->delimiter(',')
        ->check(CLI::Range(1, 100));
    app.add_option("--children", wishes.children, "called in every block")->delimiter(',')->check(CLI::Range(1, 64));
    app.add_option("--placement", wishes.placements, "pinned, free")
        ->delimiter(',')
        ->check(CLI::IsMember({"pinned", "free"}));
    app.add_option("--clock", wishes.clocks, "timer, or jack: from a PortAudio callback")
        ->delimiter(',')
        ->check(CLI::IsMember({"timer", "jack"}));
    app.add_option("--seconds", wishes.settings.seconds, "per contestant and condition (default 1)")
        ->check(CLI::Range(0.1, 86400.0));
    app.add_option("--slice", wishes.settings.slice_ms, "milliseconds until the next contestant's turn (default 250)")
        ->check(CLI::Range(20, 900));
    app.add_option("--json", wishes.json, "write the results to this file");
}

template <typename Value>
bool choose(std::vector<Value>& axis, const std::vector<Value>& wish) {
    if (!wish.empty()) {
        axis = wish;
    }
    return !wish.empty();
}

/// The axes that were named; the others as they are in `axes`. Whether any was named.
bool choose(Axes& axes, const Wishes& wishes) {
    bool any = choose(axes.sizes, wishes.sizes);
    any |= choose(axes.periods_us, wishes.periods_us);
    any |= choose(axes.loads, wishes.loads);
    any |= choose(axes.scheds, wishes.scheds);
    any |= choose(axes.duties, wishes.duties);
    any |= choose(axes.children, wishes.children);
    any |= choose(axes.placements, wishes.placements);
    any |= choose(axes.clocks, wishes.clocks);
    return any;
}

std::vector<Condition> conditions(const Wishes& wishes) {
    if (wishes.full || wishes.sweep) {
        Axes axes = Axes::all();
        choose(axes, wishes);
        return wishes.full ? product(axes) : one_axis_at_a_time(axes);
    }
    Axes named;
    return choose(named, wishes) ? product(named) : one_axis_at_a_time(Axes::quick());
}

std::vector<Entry> entries(const Wishes& wishes) {
    std::vector<Entry> all;
    for (const std::string& name : wishes.contestants) {
        if (std::none_of(contestants().begin(), contestants().end(),
                         [&](const auto& one) { return one.name == name; })) {
            throw std::runtime_error(fmt::format("there is no contestant \"{}\"", name));
        }
    }
    for (const Contestant& contestant : contestants()) {
        const auto& names = wishes.contestants;
        if (!names.empty() && std::find(names.begin(), names.end(), contestant.name) == names.end()) {
            continue;
        }
        if (wishes.prewake != "on" || contestant.spins) {
            all.push_back({&contestant, false});
        }
        if (wishes.prewake != "off" && !contestant.spins) {
            all.push_back({&contestant, true});
        }
    }
    return all;
}

int check(const std::vector<Entry>& all) {
    for (const Entry& entry : all) {
        for (const std::size_t size : {8, 64, 16384}) {
            check_answer(entry, size);
        }
        fmt::print("{}: answers\n", entry.title());
    }
    return 0;
}

int run(const Wishes& wishes) {
    const std::vector<Entry> all = entries(wishes);
    if (wishes.check) {
        return check(all);
    }
    std::vector<Condition> wanted = conditions(wishes);
    const bool fifo = fifo_granted();
    if (!fifo) {
        fmt::print("SCHED_FIFO is not granted here: what asks for it is not measured.\n");
        std::erase_if(wanted, [](const Condition& condition) { return condition.sched == "fifo"; });
        if (wanted.empty()) {
            throw std::runtime_error("nothing is left to measure: add --sched other, or raise the limit of rtprio");
        }
    }
    double expected = 0;
    for (const Condition& condition : wanted) {
        expected += expected_seconds(condition, all.size(), wishes.settings);
    }
    fmt::print("conditions: {}, contestants: {}, about {:.1f} min\n", wanted.size(), all.size(), expected / 60);
    std::fflush(stdout);

    nlohmann::ordered_json json = {{"kind", "hop"},
                                   {"cores", cores()},
                                   {"fifo_granted", fifo},
                                   {"seconds_per_contestant", wishes.settings.seconds},
                                   {"conditions", nlohmann::ordered_json::array()}};
    for (const Condition& condition : wanted) {
        const std::vector<Result> results = measure(condition, all, wishes.settings);
        print_table(condition, results);
        json["conditions"].push_back(to_json(condition, results));
        if (!wishes.json.empty()) {  // after each: a long run that is interrupted leaves what it has
            std::ofstream file(wishes.json);
            file << json.dump(1) << '\n';
            if (!file.flush()) {
                throw std::runtime_error("cannot write " + wishes.json);
            }
        }
    }
    return 0;
}

}  // namespace

int main(int count, char** arguments) {
    CLI::App app("How long a call to another process takes, by every way that one might choose.", "hop_bench");
    Wishes wishes;
    declare(app, wishes);
    CLI11_PARSE(app, count, arguments);
    try {
        return run(wishes);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "hop_bench: %s\n", error.what());
        return 1;
    }
}
