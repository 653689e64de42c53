// Stage: a host, its slots and the block rhythm of an audio callback, for the tests with a child that fails or means
// harm. It keeps the books: every event has a number, and what becomes of it is counted.
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <map>
#include <memory>
#include <set>

#include "../ipc/watchdog.h"
#include "../scripting/rig.h"

namespace outboard::scripting::testing {

/// What came out of one slot, against what went in.
class Books {
public:
    void in(const Event& event) { in_[event.origin] = event; }
    void out(std::span<const Event> events, std::int64_t start, std::uint32_t frames) {
        std::int64_t last = start;
        for (const Event& event : events) {
            EXPECT_TRUE(event.time >= last && event.time < start + frames) << "out of order or outside of its block";
            last = event.time;
            if (event.origin != 0) {
                ++out_[event.origin];
            }
            if (event.kind == Kind::note_on) {
                sounding_.insert(event.note_id);
            } else if (event.kind == Kind::note_off && event.note_id >= 0) {
                EXPECT_EQ(sounding_.erase(event.note_id), 1U) << "an end without its note";
            }
        }
    }
    /// When all is over: nothing lost, nothing doubled, nothing sounds. `mad`: the child may also have made up events
    /// and acknowledged what it did not pass, which is its right.
    void check(const SlotFigures& figures, bool mad) const {
        EXPECT_EQ(figures.events_pushed, in_.size());
        EXPECT_EQ(figures.events_settled, in_.size());
        EXPECT_EQ(figures.events_kept, 0U);
        EXPECT_TRUE(sounding_.empty()) << sounding_.size() << " notes without an end";
        std::uint64_t taken = 0;
        std::uint64_t stale = 0;
        for (const auto& [origin, event] : in_) {
            const auto at = out_.find(origin);
            const int times = at == out_.end() ? 0 : at->second;
            EXPECT_LE(times, 1) << "doubled: event " << origin;
            if (times == 0 && event.kind == Kind::control_change) {
                ++taken;
                EXPECT_TRUE(mad || event.data[1] == 20) << "lost: event " << origin;
            } else if (times == 0 && event.kind == Kind::note_on) {
                ++stale;
            }
        }
        EXPECT_TRUE(mad || stale <= figures.stale) << "lost: " << stale << " notes, stale: " << figures.stale;
        EXPECT_LE(taken, in_.size());
    }

private:
    std::map<std::uint32_t, Event> in_;
    std::map<std::uint32_t, int> out_;
    std::set<std::int32_t> sounding_;
};

/// One slot of a host, its books, and the music that goes in: keys down and up, two controllers.
class Part {
public:
    Part(ScriptHost& host, const std::string& name) : slot(host.add_slot(name, 0)) {}

    void begin(const BlockInfo& info) {
        info_ = info;
        slot.begin(info);
        if (info.number % 3 == 0 && !quiet) {
            const int key = 48 + static_cast<int>(info.number / 3 % 24);
            const std::int64_t at = info.start + static_cast<std::int64_t>(info.number % 50);
            push(control(at, info.number % 2 == 0 ? 20 : 21, key));
            push(down_.contains(key) ? note_off(at + 1, key) : note_on(at + 1, key));
            if (!down_.erase(key)) {
                down_.insert(key);
            }
        }
        if (const int number = trigger.exchange(0); number != 0) {
            push(control(info.start, number, 1));
        }
    }
    void release_all() {
        for (const int key : down_) {
            push(note_off(info_.start, key));
        }
        down_.clear();
    }
    void collect(std::int64_t deadline_ns) { books.out(slot.collect(deadline_ns), info_.start, info_.frames); }

    ScriptSlot& slot;
    Books books;
    bool quiet = false;
    std::atomic<int> trigger{0};  ///< a controller to be sent with the next block; 0: none

private:
    void push(Event event) {
        event.origin = ++number_;
        books.in(event);
        slot.push(event);
    }
    BlockInfo info_;
    std::set<int> down_;
    std::uint32_t number_ = 0;
};

inline ScriptHost::Options stage_options(const std::string& transport) {
    ScriptHost::Options with = options(transport, false);
    with.child_program = HOSTILE_CHILD;
    return with;
}

/// The block after this one.
inline BlockInfo next_block(const BlockInfo& before, const ClockMap& clock, std::uint32_t frames = 64) {
    BlockInfo next;
    next.number = before.number + 1;
    next.start = before.start + before.frames;
    next.frames = frames;
    next.callback_start_ns = ipc::now_ns();
    next.clock = &clock;
    return next;
}

}  // namespace outboard::scripting::testing
