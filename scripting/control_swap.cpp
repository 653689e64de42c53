// The control thread's part of a swap: files that were saved, what the old child keeps on its way to the new one, and
// when that one may take over. The audio thread's part is slot_swap.cpp.
//
//     a file was saved, or an order came       start_loading(): the new child loads beside the old one, which plays
//     the new child is ready                   hand_over(): the old one is asked, in its ring, for what it keeps
//     it has answered on the slow lane         the new one gets that and the parameters' values, and is published
//     the moment has come (block, beat, bar)   the audio thread exchanges the two: tell_of_swap()

#include <algorithm>

#include "ipc/clock.h"
#include "scripting/control_thread.h"
#include "scripting/saved_parts.h"

namespace outboard::scripting {
namespace {

constexpr std::int64_t ms = 1'000'000;
constexpr std::int64_t look_at_files_ns = 50 * ms;
constexpr std::int64_t until_seen_ns = 200 * ms;      ///< the audio thread runs, or there is none
constexpr std::int64_t until_answered_ns = 300 * ms;  ///< a script that is busy loses what it has changed last
constexpr std::int64_t until_moment_ns = 60'000 * ms;

/// A live loop is known by its name.
Link::Handover handover(const Link& from, const Link& to) {
    Link::Handover handover;
    handover.from = &from;
    for (std::size_t i = 0; i < std::min(from.loops.size(), handover.next.size()); ++i) {
        const auto at = std::find(to.loops.begin(), to.loops.end(), from.loops[i]) - to.loops.begin();
        if (at < static_cast<std::ptrdiff_t>(std::min(to.loops.size(), handover.next.size()))) {
            handover.next[i] = std::uint32_t{1} << at;
            handover.stay |= std::uint32_t{1} << i;
            handover.wait |= handover.next[i];
        }
    }
    return handover;
}

}  // namespace

void ControlThread::watch_files(Seat& seat) {
    const std::int64_t now = ipc::now_ns();
    if (options_.offline || now - seat.files_seen_ns < look_at_files_ns) {
        return;
    }
    seat.files_seen_ns = now;
    if (!seat.files.saved()) {
        return;
    }
    Slot::Order order = seat.slot->restart_order();
    if (order.scripts != seat.scripts) {  // they did not load: what is live, if anything, is another one
        order = {Slot::Order::Type::load, seat.scripts, seat.left_out, seat.values};
    }
    seat.restart_at_ns = 0;
    seat.quick_deaths = 0;
    drop(seat, seat.loading);
    seat.loading = nullptr;
    seat.slot->set_control_state(SlotState::loading);
    start_loading(seat, order);
}

/// True when the new child has what the old one keeps; at once if no old one plays.
bool ControlThread::hand_over(Seat& seat, Link& link) {
    const std::int64_t now = ipc::now_ns();
    const bool old_plays = seat.current != nullptr && !seat.current->dead() && seat.current->condemned() == nullptr;
    const bool same = old_plays && seat.current->options.scripts == link.options.scripts;
    if (old_plays && seat.asked_ns == 0) {
        static_cast<void>(seat.current->take_kept());  // an answer to an earlier question
        seat.asked_ns = now;
        seat.slot->save_stage.store(Slot::Save::wanted, std::memory_order_release);
        return false;
    }
    if (old_plays) {
        std::string kept = seat.current->take_kept();
        const Slot::Save stage = seat.slot->save_stage.load(std::memory_order_acquire);
        if (stage == Slot::Save::asked && seat.posted_ns == 0) {
            seat.posted_ns = now;
        }
        const bool waits = stage == Slot::Save::wanted ? now - seat.asked_ns < until_seen_ns
                           : stage == Slot::Save::seen ? now - seat.asked_ns < until_moment_ns
                                                       : now - seat.posted_ns < until_answered_ns;
        if (kept.empty() && waits) {
            return false;
        }
        if (!kept.empty()) {
            seat.slot->keep_saved(seat.current->options.scripts, kept);
        }
    }
    seat.slot->save_stage.store(Slot::Save::none, std::memory_order_release);
    seat.asked_ns = seat.posted_ns = 0;
    link.go(seat.slot->saved_of(link.options.scripts), same ? seat.slot->restart_order().values : link.options.values);
    if (old_plays) {
        link.handover = handover(*seat.current, link);
    }
    seat.swapping = old_plays ? &link : nullptr;
    seat.adoptions_before = seat.slot->adoptions.load();
    return true;
}

/// Once the audio thread has exchanged the two.
void ControlThread::tell_of_swap(Seat& seat) {
    if (seat.swapping == nullptr || seat.slot->adoptions.load(std::memory_order_acquire) == seat.adoptions_before) {
        return;
    }
    const Link& link = *std::exchange(seat.swapping, nullptr);
    const std::int64_t took = seat.slot->adopted_ns.load(std::memory_order_relaxed) - seat.began_ns;
    Message notice;
    notice.type = Message::Type::notice;
    notice.slot = seat.slot->id();
    notice.file = link.options.scripts.front();
    notice.time = seat.slot->adopted_sample.load(std::memory_order_relaxed);
    notice.text = names_of(link.options.scripts) + " swapped in " + std::to_string((took + ms / 2) / ms) + " ms";
    seat.slot->note_swap(static_cast<double>(took) * 1e-6);
    say(notice);
}

}  // namespace outboard::scripting
