#include "scripting/watchdog.h"

#include <algorithm>
#include <csignal>
#include <mutex>
#include <utility>

#include <sys/syscall.h>
#include <unistd.h>

#include "ipc/clock.h"

namespace outboard::scripting {

namespace {

constexpr std::int64_t ms = 1'000'000;
constexpr std::int64_t rhythm_ns = 10 * ms;
constexpr std::int64_t grace_ns = 1 * ms;        ///< at work so long after the deadline is worth a blame
constexpr std::int64_t long_grace_ns = 20 * ms;  ///< and so long costs the priority at once
// Late at each call: twice is enough. At every third: three times. Now and then: never.
constexpr int blame_of_a_lateness = 4;
constexpr int most_blame = 8;
constexpr std::int64_t least_penalty_ns = 100 * ms;
constexpr std::int64_t most_penalty_ns = 10'000 * ms;
constexpr std::int64_t forgotten_after_ns = 30'000 * ms;
constexpr std::int64_t last_words_ns = 50 * ms;          ///< so long before its end it is asked where it is
constexpr std::int64_t between_questions_ns = 500 * ms;  ///< to a child that is late
constexpr std::int64_t least_words_ns = 10 * ms;         ///< what it gets to say it when it was asked too late
// At normal priority a thread waits for its turn behind whatever runs. The child's is the shorter one, so that it
// starts as soon as it is called; longer than the callback's, it would wait for the callback that waits for it.
constexpr std::int64_t callback_turn_ns = 200'000;
constexpr std::int64_t child_turn_ns = 100'000;

/// Where is it? Its script's thread writes a traceback; who does not listen ignores it.
void ask(const Watched& child) noexcept {
    ::syscall(SYS_tgkill, child.pid, child.pid, SIGURG);
}

}  // namespace

Watchdog::Mutex::Mutex() {
    pthread_mutexattr_t attributes;
    ::pthread_mutexattr_init(&attributes);
    ::pthread_mutexattr_setprotocol(&attributes, PTHREAD_PRIO_INHERIT);
    ::pthread_mutex_init(&mutex_, &attributes);
    ::pthread_mutexattr_destroy(&attributes);
}

Watchdog::Watchdog(std::int64_t limit_ns) : limit_ns_(limit_ns), thread_([this] { run(); }) {
    id_.wait(0);
}

Watchdog::~Watchdog() {
    stopping_.store(true);
    waiter_.cancel();
    thread_.join();
}

void Watchdog::set_callback(const CallbackThread& callback, bool bound) {
    const std::lock_guard lock(mutex_);
    callback_ = callback;
    const auto with_priority = [&](int policy, int priority) {
        sched_param parameters{};
        parameters.sched_priority = priority;
        return ::pthread_setschedparam(thread_.native_handle(), policy, &parameters) == 0;
    };
    // Bound, it fetches children from cores that are not at work. On the callback's core it has to be above it.
    core_ = bound && with_priority(SCHED_FIFO, callback.priority + 1) ? callback.core : -1;
    if (core_ >= 0) {
        keep_on_core(id_.load(), core_);
    } else {
        let_run_anywhere(id_.load());
        // Refused without the right to it; then the children have none either.
        with_priority(callback.realtime() ? SCHED_FIFO : SCHED_OTHER, callback.realtime() ? callback.priority : 0);
    }
    if (!callback.realtime() && callback.id != 0) {
        set_short_turns(callback.id, callback_turn_ns);
    }
    for (Watched* child : children_) {
        promote(*child);
    }
}

void Watchdog::follow_callback(int core) {
    const std::lock_guard lock(mutex_);
    callback_.core = core;
    if (core_ >= 0) {
        core_ = core;
        keep_on_core(id_.load(), core_);
    }
}

void Watchdog::add(Watched& child, bool on_probation) {
    const std::lock_guard lock(mutex_);
    child.blame = on_probation ? blame_of_a_lateness : 0;
    children_.push_back(&child);
    promote(child);
}

void Watchdog::remove(Watched& child) {
    const std::lock_guard lock(mutex_);
    std::erase(children_, &child);
}

void Watchdog::promote(Watched& child) noexcept {
    if (std::exchange(child.back_at_ns, 0) != 0) {  // the next lateness is one too many, if it comes soon
        child.blame = blame_of_a_lateness;
        child.calls_then = child.calls.load(std::memory_order_relaxed);
    }
    if (callback_.realtime()) {
        const int priority = callback_.priority - 1;
        const bool granted = set_realtime_priority(child.pid, callback_.policy, priority);
        child.realtime.store(granted);
        child.wanted_priority.store(granted ? 0 : priority);  // the control thread may ask: it takes too long here
    } else {
        if (child.realtime.exchange(false)) {
            set_normal_priority(child.pid);
        }
        if (callback_.id != 0) {
            set_short_turns(child.pid, child_turn_ns);
        }
    }
}

void Watchdog::run() {
    id_.store(::gettid());
    id_.notify_all();
    while (!stopping_.load()) {
        const std::uint32_t posts = waiter_.posts();
        std::int64_t next = ipc::now_ns() + rhythm_ns;
        {
            const std::lock_guard lock(mutex_);
            const std::int64_t now = ipc::now_ns();
            for (Watched* child : children_) {
                next = std::min(next, look(*child, now));
            }
        }
        waiter_.wait(posts, next);
    }
}

std::int64_t Watchdog::look(Watched& child, std::int64_t now) noexcept {
    if (child.fetch.exchange(false, std::memory_order_acq_rel) && core_ >= 0) {
        keep_on_core(child.pid, core_);
        child.fetched.store(true, std::memory_order_release);
        child.fetches.fetch_add(1, std::memory_order_relaxed);
    }
    const std::int64_t oldest = child.oldest_call_ns.load(std::memory_order_acquire);
    if (oldest != 0 && now - oldest > limit_ns_ - last_words_ns) {
        if (child.asked_for_ns != oldest) {
            child.asked_for_ns = oldest;
            child.asked_ns = now;
            ask(child);
        }
        if (const auto end = std::max(oldest + limit_ns_, child.asked_ns + least_words_ns); now < end) {
            return end;
        }
        const char* none = nullptr;
        child.condemned.compare_exchange_strong(none,
                                                limit_ns_ < 5'000 * ms ? "no answer for 500 ms" : "no answer for 10 s");
        ::syscall(SYS_pidfd_send_signal, child.exit_descriptor, SIGKILL, nullptr, 0);
        return now + rhythm_ns;
    }
    const std::int64_t late = child.late_since_ns.load(std::memory_order_acquire);
    if (late != 0 && oldest != 0 && now - child.asked_late_ns.load(std::memory_order_relaxed) > between_questions_ns) {
        ask(child);
        child.asked_late_ns.store(now, std::memory_order_release);
    }
    if (child.back_at_ns != 0) {
        if (late != 0) {
            child.back_at_ns = std::max(child.back_at_ns, late + child.penalty_ns);
        }
        if (oldest == 0 && now >= child.back_at_ns) {
            promote(child);
        }
    } else if (late != 0 && oldest != 0 && child.realtime.load(std::memory_order_relaxed)) {
        return look_at_lateness(child, late, now);
    }
    return now + rhythm_ns;
}

std::int64_t Watchdog::look_at_lateness(Watched& child, std::int64_t late, std::int64_t now) noexcept {
    if (child.late_seen_ns != late) {
        child.late_seen_ns = late;
        child.looked_ns = now;
        child.used_ns = used_core_ns(child.pid);
        child.worked_ns = 0;
    }
    if (const std::int64_t end = child.looked_ns + grace_ns; now < end) {
        return end;
    }
    const std::int64_t used = used_core_ns(child.pid);
    const std::int64_t elapsed = now - std::exchange(child.looked_ns, now);
    const bool works = used - std::exchange(child.used_ns, used) > elapsed / 2;
    if (!works) {
        return now + grace_ns;
    }
    const bool first = std::exchange(child.worked_ns, child.worked_ns + elapsed) == 0;
    const std::uint64_t calls = child.calls.load(std::memory_order_relaxed);
    if (first) {
        const std::uint64_t between = calls > child.calls_then ? calls - child.calls_then - 1 : 0;
        child.blame -= static_cast<int>(std::min<std::uint64_t>(between, static_cast<std::uint64_t>(child.blame)));
        child.blame = std::min(child.blame + blame_of_a_lateness, most_blame);
    }
    child.calls_then = calls;
    if (child.blame < most_blame && child.worked_ns < long_grace_ns) {
        return now + grace_ns;
    }
    if (set_normal_priority(child.pid)) {
        demote(child, now);
    }
    return now + rhythm_ns;
}

void Watchdog::demote(Watched& child, std::int64_t now) noexcept {
    child.realtime.store(false);
    child.demotions.fetch_add(1, std::memory_order_relaxed);
    const bool again = child.penalty_ns != 0 && now - child.demoted_ns < forgotten_after_ns;
    child.penalty_ns = again ? std::min(2 * child.penalty_ns, most_penalty_ns) : least_penalty_ns;
    child.demoted_ns = now;
    child.back_at_ns = now + child.penalty_ns;
}

}  // namespace outboard::scripting
