// The control thread's part in who runs where: priorities that RealtimeKit grants, and which children may be awake
// before they are called, on which core.

#include <algorithm>
#include <utility>

#include "ipc/clock.h"
#include "scripting/control_thread.h"
#include "scripting/realtime_kit.h"

namespace outboard::scripting {

void ControlThread::set_callback_thread(const CallbackThread& thread) {
    const bool bound = options_.prewake_guard_ns && thread.realtime() && thread.core >= 0 && usable_cores() > 1;
    const std::lock_guard lock(seats_mutex_);
    watchdog_.set_callback(thread, bound);
    stop_prewaking();
    callback_ = thread;
    core_look_ = {};
    joined_server_ = false;
    if (bound) {
        keep_on_core(thread.id, thread.core);
    }
}

/// Where the limits refuse real-time priority, the desktop's service may grant it.
void ControlThread::ask_for_priority(Link& link) {
    const int priority = link.watched.wanted_priority.exchange(0);
    if (priority > 0 && !link.kit_refused) {
        const bool granted = ask_realtime_kit(link.pid(), link.pid(), priority);
        link.watched.realtime.store(granted);
        link.kit_refused = !granted;
    }
}

/// Who may poll: children that were called in the last minute, on other cores than the callback's. As many at a time as
/// there are such cores (core_share.h).
void ControlThread::share_cores() {
    constexpr std::int64_t lately_ns = 60'000'000'000;
    if (!options_.prewake_guard_ns || !callback_.realtime() || callback_.core < 0) {
        return;
    }
    const std::int64_t now = ipc::now_ns();
    company_.cores.store(static_cast<std::uint32_t>(std::max(usable_cores() - 1, 0)), std::memory_order_relaxed);
    const Seat* polls = nullptr;  ///< the first one
    for (const auto& seat : seats_) {
        Link* link = seat->current;
        if (link == nullptr || link->dead()) {
            continue;
        }
        const bool lately = now - seat->slot->last_called_ns.load(std::memory_order_relaxed) < lately_ns;
        const bool realtime = link->watched.realtime.load(std::memory_order_relaxed);
        if (link->prewakes.load(std::memory_order_relaxed)) {
            keep_in_place(*link);
            polls = polls == nullptr ? seat.get() : polls;
        } else if (link->watched.fetched.exchange(false)) {
            let_run_anywhere(link->pid());  // it stopped polling meanwhile
        }
        set_prewake(*link, lately && realtime);
    }
    if (polls != nullptr && !joined_server_) {
        join_server(*polls);
    }
}

/// A sound server and the callback that it wakes take turns; callback and script work at the same time. But the system
/// puts nobody where it would fit best, and of two cores the server may have the script's. Then it pushes the script
/// onto the callback's core in every block, the callback pushes it back, and it begins late by two moves. One that is
/// pushed aside as often tells of it, and the callback goes there, once: the server wakes it without waking a core, and
/// the script has the other core for itself. Not where the machine stands still again and again: while a core is taken
/// away that a script shares with the server, no block is asked for that the script cannot play.
void ControlThread::join_server(const Seat& first) {
    constexpr std::int64_t look_every_ns = 4'000'000'000;
    constexpr std::uint64_t most_gaps = 8;  ///< between two looks
    constexpr auto relaxed = std::memory_order_relaxed;
    const std::int64_t now = ipc::now_ns();
    const std::int64_t pid = first.current->pid();
    if (core_look_.pid == pid && now - core_look_.at_ns < look_every_ns) {
        return;
    }
    std::uint64_t pushed_aside = 0, most = 0;
    int core = -1;
    for (const auto& seat : seats_) {
        Link* link = seat->current;
        if (link == nullptr || link->dead() || !link->prewakes.load(relaxed)) {
            continue;
        }
        const CoreUse use = core_use(link->pid());
        const std::uint64_t times = use.pushed_aside - link->pushed_aside.value_or(use.pushed_aside);
        link->pushed_aside = use.pushed_aside;
        pushed_aside += times;  // of several each polls in a part of the blocks
        if (times > most) {
            most = times;
            core = use.core;
        }
    }
    const CoreLook look{pid, now, first.slot->ticks.load(relaxed), first.slot->gaps.load(relaxed)};
    const CoreLook then = std::exchange(core_look_, look);
    if (look.pid != then.pid || 2 * pushed_aside <= look.ticks - then.ticks || look.gaps - then.gaps > most_gaps ||
        core < 0 || core == callback_.core) {
        return;
    }
    joined_server_ = true;
    callback_.core = core;
    keep_on_core(callback_.id, callback_.core);
    watchdog_.follow_callback(callback_.core);
    stop_prewaking();
}

/// Until cores are shared again: the callback has another one, which some of them may have to leave.
void ControlThread::stop_prewaking() {
    for (const auto& seat : seats_) {
        if (seat->current != nullptr) {
            set_prewake(*seat->current, false);
        }
    }
}

void ControlThread::set_prewake(Link& link, bool allowed) {
    if (link.prewakes.exchange(allowed) == allowed) {
        return;
    }
    if (allowed) {
        keep_off_core(link.pid(), callback_.core);
    } else {
        let_run_anywhere(link.pid());
    }
    link.kept_off_core = allowed;
    link.pushed_aside.reset();  // what happened meanwhile tells nothing of a child that polls
}

/// One that polls belongs on another core than the callback. But it is not bound there: when something more urgent
/// comes up on its core, such as the sound server that is about to wake the callback, the system puts it onto the
/// callback's for a moment, and back when the callback pushes it aside. Were it bound, the server would have to leave
/// instead, and stay on the callback's core. Only one that the watchdog has bound is sent away, for one round.
void ControlThread::keep_in_place(Link& link) {
    if (link.kept_off_core) {
        let_run_anywhere(link.pid());
    } else if (link.watched.fetched.exchange(false)) {
        keep_off_core(link.pid(), callback_.core);
    } else {
        return;
    }
    link.kept_off_core = !link.kept_off_core;
}

}  // namespace outboard::scripting
