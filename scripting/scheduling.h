// Who runs where, and how urgently: the system's scheduler, asked in words of this house.
#pragma once

#include <cstdint>

namespace outboard::scripting {

/// The audio thread, as it sees itself in its first callback.
struct CallbackThread {
    int policy = 0;    ///< as sched_getscheduler gives it
    int priority = 0;  ///< as sched_getparam gives it
    int id = 0;        ///< the system's number of the thread; 0: unknown
    int core = -1;     ///< where it ran; -1: unknown
    /// Whether children can be put below it, and so may be awake before they are called.
    [[nodiscard]] bool realtime() const noexcept;
};

/// [rt] The calling thread. System calls: once, in its first callback.
[[nodiscard]] CallbackThread this_thread() noexcept;

/// [control] Puts a process's first thread, or a thread, under a real-time policy; what it starts itself runs without.
/// False if the system says no.
bool set_realtime_priority(std::int64_t id, int policy, int priority) noexcept;
/// [control] The policy of ordinary programs; its children start with it, too. False if the system says no.
bool set_normal_priority(std::int64_t id) noexcept;
/// [control] Asks the system to let a thread of normal priority run soon and for short: of those that have used equally
/// much, the one with the shorter turn goes first, and it takes the core from one with a longer turn. Linux 6.12 and
/// later (the slice of sched_setattr(2), 100 us at least; no privilege needed); no effect elsewhere, nor at real-time
/// priority.
void set_short_turns(std::int64_t id, std::int64_t turn_ns) noexcept;

/// [control] How long a process has run on cores, ns. 0: the system does not say.
[[nodiscard]] std::int64_t used_core_ns(std::int64_t id) noexcept;

/// What the system says of a process's first thread and its core.
struct CoreUse {
    std::uint64_t pushed_aside = 0;  ///< how often something more urgent took the core from it, so far
    int core = -1;                   ///< where it runs, or ran last; -1: unknown
};
/// [control] Reads files of proc(5): for now and then.
[[nodiscard]] CoreUse core_use(std::int64_t id) noexcept;

/// [control] Cores that this process may use.
[[nodiscard]] int usable_cores() noexcept;
/// [control] Lets a thread run on one core only, on all but one, or where it likes. No effect where the system says no.
void keep_on_core(std::int64_t id, int core) noexcept;
void keep_off_core(std::int64_t id, int core) noexcept;
void let_run_anywhere(std::int64_t id) noexcept;

}  // namespace outboard::scripting
