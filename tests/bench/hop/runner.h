// Runner: measures all contestants under one condition, in slices that take turns, so that a slow moment of the machine
// meets all alike.
#pragma once

#include <string>
#include <vector>

#include "hop/condition.h"
#include "hop/end.h"
#include "hop/statistics.h"

namespace outboard::bench {

/// One line of a table: a contestant, alone or with our pre-wake.
struct Entry {
    const Contestant* contestant = nullptr;
    bool prewake = false;
    [[nodiscard]] std::string name() const;
    [[nodiscard]] std::string title() const;
};

struct Result {
    Entry entry;
    std::string left_out;  ///< why it was not measured; empty: it was
    Summary times;
    LogHistogram histogram;
    double child_cpu = 0;    ///< of one core, all children together, 0..
    double host_cpu = 0;     ///< of one core, the calling thread
    double met_polling = 0;  ///< part of the posts that found the child polling
};

struct Settings {
    double seconds = 1;  ///< per entry and condition
    int slice_ms = 250;
    int warm_up_blocks = 16;  ///< at the begin of a slice, not counted
};

[[nodiscard]] std::vector<Result> measure(const Condition& condition, const std::vector<Entry>& entries,
                                          const Settings& settings);

/// How long that takes, seconds.
[[nodiscard]] double expected_seconds(const Condition& condition, std::size_t entries, const Settings& settings);

/// One call over a fresh connection, answer checked. Throws std::runtime_error with a sentence.
void check_answer(const Entry& entry, std::size_t size);

}  // namespace outboard::bench
