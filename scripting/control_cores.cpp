// The control thread's part in who runs where: priorities that RealtimeKit grants, and which children may be awake
// before they are called, on which core.

#include <utility>
#include <vector>

#include "ipc/clock.h"
#include "scripting/control_thread.h"
#include "scripting/realtime_kit.h"

namespace outboard::scripting {

void ControlThread::set_callback_thread(const CallbackThread& thread) {
    const bool bound = options_.prewake_guard_ns && thread.realtime() && thread.core >= 0 && usable_cores() > 1;
    watchdog_.set_callback(thread, bound);
    const std::lock_guard lock(seats_mutex_);
    for (const auto& seat : seats_) {
        if (seat->current != nullptr) {
            set_prewake(*seat->current, false);  // it may have to leave another core now
        }
    }
    callback_ = thread;
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

/// Who may poll: as many children as there are cores beside the callback's, those that were called lately.
void ControlThread::share_cores() {
    constexpr std::int64_t lately_ns = 2'000'000'000;
    if (!options_.prewake_guard_ns || !callback_.realtime() || callback_.core < 0) {
        return;
    }
    const std::int64_t now = ipc::now_ns();
    int free = usable_cores() - 1;
    std::vector<Link*> applicants;
    for (const auto& seat : seats_) {
        Link* link = seat->current;
        if (link == nullptr || link->dead()) {
            continue;
        }
        const bool lately = now - seat->slot->last_called_ns.load(std::memory_order_relaxed) < lately_ns;
        const bool realtime = link->watched.realtime.load(std::memory_order_relaxed);
        if (link->prewakes.load(std::memory_order_relaxed)) {
            keep_in_place(*link);
        } else if (link->watched.fetched.exchange(false)) {
            let_run_anywhere(link->pid());  // it stopped polling meanwhile
        }
        if (!lately || !realtime) {
            set_prewake(*link, false);
        } else if (link->prewakes.load(std::memory_order_relaxed)) {
            --free;
        } else {
            applicants.push_back(link);
        }
    }
    for (Link* link : applicants) {
        if (free-- > 0) {
            set_prewake(*link, true);
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
