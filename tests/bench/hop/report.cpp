#include "hop/report.h"

#include <fmt/format.h>

#include <string_view>

namespace outboard::bench {
namespace {

using Json = nlohmann::ordered_json;

const Result* find(const std::vector<Result>& results, std::string_view name) {
    for (const Result& result : results) {
        if (result.entry.name() == name && result.left_out.empty() && result.times.count > 0) {
            return &result;
        }
    }
    return nullptr;
}

double ratio(double value, double reference) {
    return reference > 0 ? value / reference : 0;
}

std::string ratio_cell(const Result& result, const Result* reference) {
    if (reference == nullptr) {
        return fmt::format("{:>15}", "-");
    }
    return fmt::format("{:>7.3g} {:>7.3g}", ratio(result.times.p50, reference->times.p50),
                       ratio(result.times.p99, reference->times.p99));
}

}  // namespace

void print_table(const Condition& condition, const std::vector<Result>& results) {
    const Result* const futex = find(results, "futex");
    const Result* const spin = find(results, "spin");
    fmt::print("\n{}\n", condition.describe());
    fmt::print("{:<34} {:>6} {:>8} {:>8} {:>8} {:>8}  {:>15}  {:>15} {:>6} {:>6} {:>5}\n", "microseconds", "calls",
               "p50", "p99", "p99.9", "max", "/futex p50  p99", "/spin p50   p99", "child%", "host%", "met%");
    for (const Result& result : results) {
        if (!result.left_out.empty()) {
            fmt::print("{:<34} not measured: {}\n", result.entry.title(), result.left_out);
            continue;
        }
        const Summary& times = result.times;
        fmt::print("{:<34} {:>6} {:>8.2f} {:>8.2f} {:>8.2f} {:>8.1f}  {}  {} {:>6.1f} {:>6.1f} {:>5}\n",
                   result.entry.title(), times.count, times.p50, times.p99, times.p999, times.max,
                   ratio_cell(result, futex), ratio_cell(result, spin), result.child_cpu * 100, result.host_cpu * 100,
                   result.entry.prewake ? fmt::format("{:.1f}", result.met_polling * 100) : "");
    }
    std::fflush(stdout);
}

Json to_json(const Condition& condition, const std::vector<Result>& results) {
    const Result* const futex = find(results, "futex");
    const Result* const spin = find(results, "spin");
    Json json = {{"description", condition.describe()},
                 {"size", condition.size},
                 {"period_us", condition.period_us},
                 {"load", condition.load},
                 {"sched", condition.sched},
                 {"duty", condition.duty},
                 {"children", condition.children},
                 {"placement", condition.placement},
                 {"clock", condition.clock},
                 {"results", Json::array()}};
    for (const Result& result : results) {
        Json one = {{"name", result.entry.name()}, {"title", result.entry.title()}};
        if (!result.left_out.empty()) {
            one["left_out"] = result.left_out;
            json["results"].push_back(one);
            continue;
        }
        one["calls"] = result.times.count;
        one["us"] = {{"mean", result.times.mean},
                     {"p50", result.times.p50},
                     {"p99", result.times.p99},
                     {"p999", result.times.p999},
                     {"max", result.times.max}};
        for (const auto& [key, reference] : {std::pair{"to_futex", futex}, std::pair{"to_spin", spin}}) {
            if (reference != nullptr) {
                one[key] = {{"p50", ratio(result.times.p50, reference->times.p50)},
                            {"p99", ratio(result.times.p99, reference->times.p99)},
                            {"p999", ratio(result.times.p999, reference->times.p999)}};
            }
        }
        one["child_cpu"] = result.child_cpu;
        one["host_cpu"] = result.host_cpu;
        if (result.entry.prewake) {
            one["met_polling"] = result.met_polling;
        }
        one["histogram"] = {{"lowest_us", LogHistogram::lowest_us},
                            {"per_decade", LogHistogram::per_decade},
                            {"counts", result.histogram.counts}};
        json["results"].push_back(one);
    }
    return json;
}

}  // namespace outboard::bench
