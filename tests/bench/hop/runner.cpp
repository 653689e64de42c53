#include "hop/runner.h"

#include <sys/prctl.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <ctime>
#include <random>
#include <stdexcept>

#include "hop/connection.h"
#include "hop/jack_clock.h"
#include "hop/load.h"
#include "hop/placement.h"
#include "hop/stall_guard.h"
#include "ipc/clock.h"

namespace outboard::bench {
namespace {

void sleep_until(std::int64_t ns) {
    const timespec time{static_cast<time_t>(ns / 1'000'000'000), static_cast<long>(ns % 1'000'000'000)};
    ::clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, nullptr);
}

/// The children of one entry, called together in a block as an engine calls its tracks: all posts, then all answers.
class Team {
public:
    Team(const Entry& entry, const Condition& condition, int priority) : entry_(entry), message_(condition.size) {
        const int others = std::max(1, cores() - 1);
        for (int i = 0; i < condition.children; ++i) {
            const int core = condition.placement == "pinned" ? std::min(1 + i % others, cores() - 1) : -1;
            // More pollers than cores beside the host's would take each other's.
            const Format format{condition.size, entry.prewake && i<others, condition.children> 1 ? 20'000 : 150'000};
            children_.push_back(std::make_unique<Connection>(*entry.contestant, format, core, priority));
        }
    }

    void set_active(bool active) {
        for (const auto& child : children_) {
            child->set_active(active);
        }
    }
    void tick(std::int64_t due_ns) {
        for (const auto& child : children_) {
            child->end().tick(due_ns);
        }
    }
    void call(std::int64_t due_ns) {
        std::memcpy(message_.data(), &++number_, sizeof number_);
        for (const auto& child : children_) {
            child->end().send(message_);
        }
        tick(due_ns);
        for (const auto& child : children_) {
            if (!child->end().take(message_, ipc::no_deadline) ||
                std::memcmp(message_.data(), &number_, sizeof number_) != 0) {
                throw std::runtime_error(entry_.name() + ": a wrong answer");
            }
        }
    }
    [[nodiscard]] std::int64_t cpu_ns() const {
        std::int64_t sum = 0;
        for (const auto& child : children_) {
            sum += child->cpu_ns();
        }
        return sum;
    }
    [[nodiscard]] std::uint64_t met_polling() const {
        std::uint64_t sum = 0;
        for (const auto& child : children_) {
            sum += child->end().met_polling();
        }
        return sum;
    }
    [[nodiscard]] std::uint64_t posts() const { return number_ * children_.size(); }

private:
    Entry entry_;
    std::vector<std::byte> message_;
    std::vector<std::unique_ptr<Connection>> children_;
    std::uint64_t number_ = 0;
};

/// What is added up over an entry's slices.
struct Tally {
    std::vector<double> times_us;
    std::int64_t wall_ns = 0, host_cpu_ns = 0, child_cpu_ns = 0;
    std::uint64_t met_polling = 0, posts = 0;
};

/// One contestant's turn, block by block.
class Slice {
public:
    Slice(Team& team, const Condition& condition, const Settings& settings, std::uint64_t seed, Tally& tally)
        : team_(team),
          condition_(condition),
          settings_(settings),
          tally_(tally),
          random_(static_cast<unsigned>(seed)),
          length_ns_(std::int64_t{settings.slice_ms} * 1'000'000) {
        team_.set_active(true);
    }
    ~Slice() { team_.set_active(false); }
    Slice(const Slice&) = delete;
    Slice& operator=(const Slice&) = delete;

    /// One block, on the host's thread. False: the slice is over.
    bool block(std::int64_t due_ns) {
        StallGuard::alive();
        if (number_++ == settings_.warm_up_blocks) {
            before_ = read();
            counts_ = true;
        }
        const std::int64_t now = ipc::now_ns();
        if (counts_ && now - before_.wall_ns >= length_ns_) {
            finish();
            return false;
        }
        // Called in every block while it warms up: a child that was not called for long has to be woken once.
        const bool drawn = static_cast<int>(random_() % 100) < condition_.duty;
        if (!drawn && counts_) {
            team_.tick(due_ns);
            return true;
        }
        team_.call(due_ns);
        if (counts_) {
            tally_.times_us.push_back(static_cast<double>(ipc::now_ns() - now) / 1000);
        }
        return true;
    }

private:
    struct Reading {
        std::int64_t wall_ns = 0, host_cpu_ns = 0, child_cpu_ns = 0;
        std::uint64_t met_polling = 0, posts = 0;
    };
    [[nodiscard]] Reading read() const {
        return {ipc::now_ns(), thread_cpu_ns(), team_.cpu_ns(), team_.met_polling(), team_.posts()};
    }
    void finish() {
        const Reading after = read();
        tally_.wall_ns += after.wall_ns - before_.wall_ns;
        tally_.host_cpu_ns += after.host_cpu_ns - before_.host_cpu_ns;
        tally_.child_cpu_ns += after.child_cpu_ns - before_.child_cpu_ns;
        tally_.met_polling += after.met_polling - before_.met_polling;
        tally_.posts += after.posts - before_.posts;
    }

    Team& team_;
    const Condition& condition_;
    const Settings& settings_;
    Tally& tally_;
    std::minstd_rand random_;
    const std::int64_t length_ns_;
    int number_ = 0;
    bool counts_ = false;
    Reading before_;
};

/// Who calls a slice's blocks in time: this thread, or an audio callback.
class Rhythm {
public:
    explicit Rhythm(const Condition& condition) : period_ns_(std::int64_t{condition.period_us} * 1000) {
        const int core = condition.placement == "pinned" ? 0 : -1;
        const bool fifo = condition.sched == "fifo";
        if (condition.clock == "jack") {
            jack_ = std::make_unique<JackClock>(condition.jack_frames(), fifo, core);
            if (fifo && jack_->priority() < 2) {
                throw std::runtime_error("JACK's callback has no real-time priority here");
            }
        }
        child_priority_ = !fifo ? 0 : jack_ ? jack_->priority() - 1 : host_priority - 1;
        // Also where the callback is another thread: libraries with threads of their own hand on what they find here.
        ::prctl(PR_SET_TIMERSLACK, 1UL);
        place(core, fifo ? child_priority_ + 1 : 0);
    }
    ~Rhythm() {
        try {
            place(-1, 0);
        } catch (const std::exception&) {  // it was allowed to begin with
        }
    }
    Rhythm(const Rhythm&) = delete;
    Rhythm& operator=(const Rhythm&) = delete;

    [[nodiscard]] int child_priority() const { return child_priority_; }

    void run(Slice& slice) {
        if (jack_) {
            jack_->run([&slice](std::int64_t due_ns) { return slice.block(due_ns); });
            return;
        }
        for (std::int64_t next = ipc::now_ns();;) {
            next = std::max(next + period_ns_, ipc::now_ns());
            if (period_ns_ > 0) {
                sleep_until(next);
            }
            if (!slice.block(next + period_ns_)) {
                return;
            }
        }
    }

private:
    const std::int64_t period_ns_;
    std::unique_ptr<JackClock> jack_;
    int child_priority_ = 0;
};

int rounds(const Condition& condition, const Settings& settings) {
    // Calls that are rare need more time to become as many.
    const double stretch = std::min(4.0, 100.0 / condition.duty);
    return std::max(2, static_cast<int>(std::lround(settings.seconds * stretch * 1000 / settings.slice_ms)));
}

std::string reason_to_leave_out(const Entry& entry, const Condition& condition) {
    const int others = cores() - 1;
    if (entry.contestant->spins && condition.children > others) {
        return "a spinning child needs a core of its own";
    }
    return {};
}

Result result_of(const Entry& entry, const Tally& tally) {
    Result result;
    result.entry = entry;
    result.times = summarise(tally.times_us);
    for (const double time : tally.times_us) {
        result.histogram.add(time);
    }
    const auto wall = static_cast<double>(tally.wall_ns);
    result.child_cpu = static_cast<double>(tally.child_cpu_ns) / wall;
    result.host_cpu = static_cast<double>(tally.host_cpu_ns) / wall;
    result.met_polling =
        tally.posts > 0 ? static_cast<double>(tally.met_polling) / static_cast<double>(tally.posts) : 0;
    return result;
}

}  // namespace

std::string Entry::name() const {
    return std::string(contestant->name) + (prewake ? "+prewake" : "");
}

std::string Entry::title() const {
    return std::string(contestant->title) + (prewake ? " + pre-wake" : "");
}

std::vector<Result> measure(const Condition& condition, const std::vector<Entry>& entries, const Settings& settings) {
    const Load load(condition.load == "stress", expected_seconds(condition, entries.size(), settings));
    Rhythm rhythm(condition);
    std::vector<std::unique_ptr<Team>> teams;
    for (const Entry& entry : entries) {
        StallGuard::watch(entry.name());
        const bool runs = reason_to_leave_out(entry, condition).empty();
        teams.push_back(runs ? std::make_unique<Team>(entry, condition, rhythm.child_priority()) : nullptr);
    }
    std::vector<Tally> tallies(entries.size());
    const int count = rounds(condition, settings);
    for (int round = 0; round < count; ++round) {
        for (std::size_t i = 0; i < entries.size(); ++i) {
            if (teams[i]) {
                StallGuard::watch(entries[i].name());
                // The same blocks are called for all.
                Slice slice(*teams[i], condition, settings, static_cast<std::uint64_t>(round) + 1, tallies[i]);
                rhythm.run(slice);
            }
        }
    }
    StallGuard::rest();
    std::vector<Result> results;
    for (std::size_t i = 0; i < entries.size(); ++i) {
        if (teams[i]) {
            results.push_back(result_of(entries[i], tallies[i]));
        } else {
            results.push_back({entries[i], reason_to_leave_out(entries[i], condition), {}, {}, 0, 0, 0});
        }
    }
    return results;
}

double expected_seconds(const Condition& condition, std::size_t entries, const Settings& settings) {
    const double warm_up = settings.warm_up_blocks * std::max(condition.period_us, 100) / 1e6;
    const double slices = rounds(condition, settings) * (settings.slice_ms / 1000.0 + warm_up);
    const double starting = 0.05 * condition.children;
    return static_cast<double>(entries) * (slices + starting) + (condition.load == "stress" ? Load::settle_seconds : 0);
}

void check_answer(const Entry& entry, std::size_t size) {
    Condition condition;
    condition.size = size;
    condition.sched = "other";
    condition.placement = "free";
    StallGuard::watch(entry.name());
    Team team(entry, condition, 0);
    team.set_active(true);
    for (int i = 0; i < 20; ++i) {
        team.call(ipc::now_ns() + 1'000'000);
        sleep_until(ipc::now_ns() + 1'000'000);
        team.tick(ipc::now_ns() + 1'000'000);
    }
    StallGuard::rest();
}

}  // namespace outboard::bench
