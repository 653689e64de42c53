// Watchdog: a thread above the children. Being late is paid with priority: a script that is again and again still at
// work a moment after its deadline, or once for long, loses its real-time priority, so that it cannot keep other
// scripts from a core; it gets it back when it has been in time for a while. A single slow call is forgiven: it may not
// even have been the script's, since what a machine's host takes from a core counts as work. One that is late because
// it waits, for a core itself or for something else, keeps nobody from anything and keeps its priority. A script that
// does not answer at all is ended.
//
// It also fetches a child that was woken on a core that does not take it up, because the kernel or the machine's host
// is at work there: it is moved to the callback's core, where the callback is about to sleep until it answers. The
// kernel itself never moves a thread that is above all that runs on its core (pull_rt_task, push_rt_task).
//
// Why a thread of its own: two scripts in endless loops at real-time priority fill two cores, and a control thread of
// normal priority would see them 400 ms late (the system lets ordinary threads run for 5 % of each second). Where the
// callback is bound to a core, the watchdog is bound to the same one and one above it: a look takes some microseconds.
// Elsewhere it runs at the callback's own priority. It nearly always sleeps.
#pragma once

#include <atomic>
#include <cstdint>
#include <thread>
#include <vector>

#include <pthread.h>

#include "ipc/semaphore.h"
#include "scripting/scheduling.h"

namespace outboard::scripting {

/// What the watchdog knows of one child. Lives in its Link.
struct Watched {
    std::int64_t pid = 0;
    std::atomic<std::int64_t> oldest_call_ns{0};  ///< [rt] when the oldest unanswered call was posted; 0: none
    std::atomic<std::int64_t> late_since_ns{0};   ///< [rt] when it missed its deadline; 0: since then it was in time
    std::atomic<std::uint64_t> calls{0};          ///< [rt] posted so far
    // What was late and is over, for the log (late_report.h).
    std::atomic<std::uint64_t> latenesses{0};    ///< [rt] counted after the two below are set
    std::atomic<std::int64_t> late_sample{0};    ///< [rt] the first sample that was not answered in time
    std::atomic<std::int64_t> late_worst_ns{0};  ///< [rt] from deadline to answer; the control thread takes it
    std::atomic<std::int64_t> asked_late_ns{0};  ///< when it was last asked where it is because it was late
    std::atomic<bool> fetch{false};              ///< [rt] it was woken and its core does not take it up
    std::atomic<bool> fetched{false};     ///< so it is bound to the callback's core: the control thread lets it go
    std::atomic<bool> realtime{false};    ///< has real-time priority now
    std::atomic<int> wanted_priority{0};  ///< to be asked for elsewhere: the system refused it; 0: nothing
    std::atomic<const char*> condemned{nullptr};  ///< why it must end (a literal)
    std::atomic<std::uint64_t> demotions{0};
    std::atomic<std::uint64_t> fetches{0};
    int exit_descriptor = -1;  ///< a pidfd: means this child whoever gets its number later

    // The watchdog's own.
    std::int64_t back_at_ns = 0;  ///< 0: not demoted
    std::int64_t penalty_ns = 0;
    std::int64_t demoted_ns = 0;
    std::int64_t late_seen_ns = 0;  ///< the lateness of which the next two tell: as in late_since_ns
    std::int64_t looked_ns = 0;     ///< then it was looked at how much of a core it had used
    std::int64_t used_ns = 0;       ///< so much
    std::int64_t worked_ns = 0;     ///< in that lateness, as far as it was looked at
    int blame = 0;                  ///< for having been at work when it was late; less with every call in between
    std::uint64_t calls_then = 0;   ///< when it was blamed, or the last of that lateness
    std::int64_t asked_for_ns = 0;  ///< the call because of which it was asked where it is; 0: none
    std::int64_t asked_ns = 0;
};

class Watchdog {
public:
    /// `limit_ns`: how long a call may be open.
    explicit Watchdog(std::int64_t limit_ns);
    ~Watchdog();
    Watchdog(const Watchdog&) = delete;
    Watchdog& operator=(const Watchdog&) = delete;

    /// [control] From now on the children belong below this callback: those watched now and those to come. Without
    /// real-time priority callback and children are given short turns, the children the shorter ones. `bound`: it stays
    /// on its core.
    void set_callback(const CallbackThread& callback, bool bound);
    /// [control] The callback, which is bound, goes to another core.
    void follow_callback(int core);
    /// [control] Watches a child and gives it its priority, until remove(). `on_probation`: it takes the place of one
    /// that came to a bad end, and its first lateness is one too many.
    void add(Watched& child, bool on_probation = false);
    void remove(Watched& child);

    /// [rt] There is news of a child: it missed its deadline (`late_since_ns`), and is asked where it is; or it is to
    /// be fetched (`fetch`). The futex, if the watchdog sleeps.
    void note() noexcept { poster_.post(); }

private:
    void run();
    /// Looks at one child; returns when to look again.
    std::int64_t look(Watched& child, std::int64_t now) noexcept;
    /// The same, of one that is late at real-time priority.
    std::int64_t look_at_lateness(Watched& child, std::int64_t late, std::int64_t now) noexcept;
    static void demote(Watched& child, std::int64_t now) noexcept;
    void promote(Watched& child) noexcept;

    /// Inherits the priority of who waits for it: the control thread, at normal priority, holds it for a moment, too.
    class Mutex {
    public:
        Mutex();
        ~Mutex() { ::pthread_mutex_destroy(&mutex_); }
        Mutex(const Mutex&) = delete;
        Mutex& operator=(const Mutex&) = delete;
        void lock() { ::pthread_mutex_lock(&mutex_); }
        void unlock() { ::pthread_mutex_unlock(&mutex_); }

    private:
        pthread_mutex_t mutex_;
    };

    const std::int64_t limit_ns_;
    Mutex mutex_;
    std::vector<Watched*> children_;
    CallbackThread callback_;
    int core_ = -1;  ///< the one on which the callback stays
    std::atomic<std::uint32_t> posts_{0}, waiting_{0};
    ipc::Poster poster_{posts_, waiting_};
    ipc::Waiter waiter_{posts_, waiting_};
    std::atomic<bool> stopping_{false};
    std::atomic<int> id_{0};
    std::thread thread_;
};

}  // namespace outboard::scripting
