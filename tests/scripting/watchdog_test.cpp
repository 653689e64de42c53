// What the watchdog does for a child that was woken on a core that does not take it up. (What it does against children
// that are late is in scheduling_test and failures_test.)

#include <gtest/gtest.h>
#include <sched.h>
#include <sys/resource.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <thread>

#include "../ipc/watchdog.h"
#include "realtime_right.h"
#include "scripting/watchdog.h"

namespace outboard::scripting {
namespace {

cpu_set_t cores_of(std::int64_t id) {
    cpu_set_t cores;
    CPU_ZERO(&cores);
    ::sched_getaffinity(static_cast<pid_t>(id), sizeof cores, &cores);
    return cores;
}

class Fetching : public ::testing::Test {
protected:
    Fetching() {
        child_.id.wait(0);
        watched_.pid = child_.id;
        watchdog_.add(watched_);
    }
    ~Fetching() override { watchdog_.remove(watched_); }

    void ask(bool bound) {
        const CallbackThread callback = this_thread();
        core_ = callback.core;
        watchdog_.set_callback(callback, bound);
        watched_.fetch = true;
        watchdog_.note();
        while (watched_.fetch) {
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
        }
        watchdog_.set_callback(callback, bound);  // returns when it has looked at all
    }

    struct Sleeper {  ///< a thread stands for the child
        std::atomic<int> id{0};
        std::atomic<bool> over{false};
        std::thread thread{[this] {
            id = ::gettid();
            id.notify_all();
            over.wait(false);
        }};
        ~Sleeper() {
            over = true;
            over.notify_all();
            thread.join();
        }
    };

    ipc::test::Watchdog watch_;
    Sleeper child_;
    Watched watched_;
    Watchdog watchdog_{500'000'000};
    int core_ = -1;
};

TEST_F(Fetching, MovesItToTheCallbacksCoreAndSaysSo) {
    ask(true);
    const cpu_set_t cores = cores_of(watched_.pid);
    const bool may = testing::may_be_realtime(1);  // on the callback's core it has to be above it
    EXPECT_EQ(CPU_COUNT(&cores), may ? 1 : usable_cores());
    EXPECT_TRUE(CPU_ISSET(core_, &cores));
    EXPECT_EQ(watched_.fetched, may);
    EXPECT_EQ(watched_.fetches, may ? 1U : 0U);
}

TEST_F(Fetching, CountsNothingWhereTheLimitsRefuseToBeAboveTheCallback) {
    std::thread([&] {
        rlimit before{};
        ::getrlimit(RLIMIT_RTPRIO, &before);
        const rlimit none{0, before.rlim_max};
        ::setrlimit(RLIMIT_RTPRIO, &none);
        testing::may_set_priorities(false);
        ask(true);
        ::setrlimit(RLIMIT_RTPRIO, &before);
    }).join();
    const cpu_set_t cores = cores_of(watched_.pid);
    EXPECT_EQ(CPU_COUNT(&cores), usable_cores());
    EXPECT_FALSE(watched_.fetched);
    EXPECT_EQ(watched_.fetches, 0U);
}

TEST_F(Fetching, LeavesItWhereItIsWhileTheCallbackMayBeAnywhere) {
    ask(false);
    const cpu_set_t cores = cores_of(watched_.pid);
    EXPECT_EQ(CPU_COUNT(&cores), usable_cores());
    EXPECT_FALSE(watched_.fetched);
    EXPECT_EQ(watched_.fetches, 0U);
}

}  // namespace
}  // namespace outboard::scripting
