// What the scheduler is asked for, one call at a time, as it answers a user: without the privilege to do as he likes.

#include <gtest/gtest.h>
#include <sched.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <iterator>
#include <string>
#include <thread>

#include "ipc/clock.h"
#include "realtime_right.h"
#include "scripting/child/keep_errno.h"
#include "scripting/child/realtime_limit.h"
#include "scripting/scheduling.h"
#include "scripting/watchdog.h"

namespace outboard::scripting {
namespace {

using testing::may_set_priorities;

constexpr int priority = 10;

int policy_of(pid_t pid) {
    return ::sched_getscheduler(pid) & ~SCHED_RESET_ON_FORK;
}

/// A process that does what it is told and ends with what that returns.
class Process {
public:
    explicit Process(const std::function<int()>& work) : pid_(::fork()) {
        if (pid_ == 0) {
            ::alarm(20);
            ::_exit(work());
        }
    }
    ~Process() {
        if (!waited_) {
            ::kill(pid_, SIGKILL);
            ::waitpid(pid_, nullptr, 0);
        }
    }
    Process(const Process&) = delete;
    Process& operator=(const Process&) = delete;
    [[nodiscard]] pid_t pid() const { return pid_; }
    /// The status, as waitpid(2) gives it.
    int wait() {
        int status = 0;
        ::waitpid(pid_, &status, 0);
        waited_ = true;
        return status;
    }

private:
    pid_t pid_;
    bool waited_ = false;
};

int sleep_long() {
    ::sleep(20);
    return 0;
}

/// Whether it has come to its sleep: until then it works, be it only on its first pages.
bool comes_to_sleep(const Process& child) {
    const auto until = ipc::now_ns() + 10'000'000'000;
    for (; ipc::now_ns() < until; std::this_thread::sleep_for(std::chrono::milliseconds(1))) {
        std::ifstream stat("/proc/" + std::to_string(child.pid()) + "/stat");
        const std::string line{std::istreambuf_iterator<char>(stat), {}};
        if (line.find(") S ") != std::string::npos) {
            return true;
        }
    }
    return false;
}

bool granted(pid_t pid) {
    return set_realtime_priority(pid, SCHED_FIFO, priority);
}

TEST(Priority, IsTakenAwayByAUserWithoutPrivilege) {
    const Process child(sleep_long);
    if (!granted(child.pid())) {
        EXPECT_EQ(policy_of(child.pid()), SCHED_OTHER);
        return;  // a machine without the right to it: nothing to take away
    }
    bool taken = false;
    std::thread([&] {
        may_set_priorities(false);
        taken = set_normal_priority(child.pid());
    }).join();
    EXPECT_TRUE(taken);
    EXPECT_EQ(policy_of(child.pid()), SCHED_OTHER);
}

int work_long() {
    for (;;) {
    }
}

/// How often the watchdog, as run by a user without privilege, takes away the priority of a child that is late, until
/// it has done so or for a while.
std::uint64_t demotions_when_late(const Process& child, std::int64_t while_ns) {
    Watched watched;
    watched.pid = child.pid();
    std::thread([&] {
        may_set_priorities(false);  // its own thread inherits that
        Watchdog watchdog(60'000'000'000);
        watchdog.add(watched);
        watched.oldest_call_ns = ipc::now_ns();
        watched.late_since_ns = ipc::now_ns();
        watched.realtime = true;
        watchdog.note();
        const auto until = ipc::now_ns() + while_ns;
        while (watched.demotions == 0 && ipc::now_ns() < until) {
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
        }
        watchdog.remove(watched);
    }).join();
    return watched.demotions;
}

TEST(Priority, IsTakenAwayByTheWatchdogOfAUserWithoutPrivilege) {
    const Process child(work_long);
    if (!granted(child.pid())) {
        return;
    }
    EXPECT_EQ(demotions_when_late(child, 10'000'000'000), 1U);
    EXPECT_EQ(policy_of(child.pid()), SCHED_OTHER);
}

/// How often the priority of a child that works without a pause is taken away when it is late for some milliseconds
/// again and again, in every so manieth call.
std::uint64_t demotions_when_late_in_each(std::uint64_t calls, int latenesses, bool on_probation = false) {
    const Process child(work_long);
    if (!granted(child.pid())) {
        return 0;
    }
    Watched watched;
    watched.pid = child.pid();
    Watchdog watchdog(60'000'000'000);
    watchdog.add(watched, on_probation);
    watched.realtime = true;
    for (int i = 0; i < latenesses && watched.demotions == 0; ++i) {
        watched.calls += calls;
        watched.oldest_call_ns = ipc::now_ns();
        watched.late_since_ns = ipc::now_ns();
        watchdog.note();
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
        watched.oldest_call_ns = 0;
        watched.late_since_ns = 0;
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    watchdog.remove(watched);
    return watched.demotions;
}

TEST(Priority, IsTakenAwayFromAChildThatIsLateTwiceRunning) {
    EXPECT_EQ(demotions_when_late_in_each(1, 2), testing::may_be_realtime(priority) ? 1U : 0U);
}

TEST(Priority, IsTakenAwayFromAChildThatIsLateInEveryThirdCall) {
    EXPECT_EQ(demotions_when_late_in_each(3, 4), testing::may_be_realtime(priority) ? 1U : 0U);
}

TEST(Priority, IsTakenAwayAtOnceFromAChildInThePlaceOfOneThatCameToABadEnd) {
    EXPECT_EQ(demotions_when_late_in_each(1, 1, true), testing::may_be_realtime(priority) ? 1U : 0U);
}

TEST(Priority, IsKeptByAChildThatIsSlowNowAndThen) {
    EXPECT_EQ(demotions_when_late_in_each(8, 12), 0U);
}

TEST(Priority, IsKeptByAChildThatIsLateBecauseItWaits) {
    const Process child(sleep_long);
    ASSERT_TRUE(comes_to_sleep(child));
    if (!granted(child.pid())) {
        return;
    }
    EXPECT_EQ(demotions_when_late(child, 300'000'000), 0U);
    EXPECT_EQ(policy_of(child.pid()), SCHED_FIFO);
}

TEST(Priority, OfAChildThatWorksWithoutAPauseIsGivenUpByItselfEachTime) {
    const auto work = [] {
        child::give_up_priority_when_looping();
        for (int i = 0; i < 3; ++i) {
            may_set_priorities(true);
            if (!granted(::getpid())) {
                return i == 0 ? 2 : 3;
            }
            may_set_priorities(false);
            std::this_thread::sleep_for(std::chrono::milliseconds(1));  // the system counts from a pause on
            const auto until = ipc::now_ns() + 5'000'000'000;
            while (policy_of(0) == SCHED_FIFO) {
                if (ipc::now_ns() > until) {
                    return 4;
                }
            }
        }
        return 0;
    };
    const int status = Process(work).wait();
    ASSERT_TRUE(WIFEXITED(status)) << "ended by signal " << WTERMSIG(status) << ": the system's limit, not its own";
    EXPECT_TRUE(WEXITSTATUS(status) == 0 || WEXITSTATUS(status) == 2) << WEXITSTATUS(status);
}

// ---- signals --------------------------------------------------------------------------------------------------------

TEST(Signals, LeaveErrnoAsItWas) {
    static int handled = 0;
    const auto before = ::signal(SIGURG, [](int) {
        ++handled;
        errno = EAGAIN;
    });
    child::keep_errno(SIGURG);
    child::keep_errno(SIGURG);  // once is enough
    errno = EINTR;
    ::raise(SIGURG);
    EXPECT_EQ(errno, EINTR);
    EXPECT_EQ(handled, 1);
    ::signal(SIGURG, before);
    child::keep_errno(SIGURG);  // none to keep it for: nothing happens
    ::raise(SIGURG);
    EXPECT_EQ(handled, 1);
}

// ---- short turns ----------------------------------------------------------------------------------------------------

/// The slice of sched_getattr(2); 0 where it knows none.
std::uint64_t turn_of(pid_t pid) {
    std::array<std::uint64_t, 6> attributes{};
    EXPECT_EQ(::syscall(SYS_sched_getattr, pid, attributes.data(), sizeof attributes, 0), 0);
    return attributes[3];
}

bool has_turns() {
    utsname name{};
    ::uname(&name);
    char* rest = nullptr;
    const long major = std::strtol(static_cast<const char*>(name.release), &rest, 10);
    const long minor = std::strtol(rest + 1, nullptr, 10);
    return major > 6 || (major == 6 && minor >= 12);
}

TEST(ShortTurns, AreSetWithoutPrivilegeAndLeaveAllElse) {
    const Process child([] {
        ::setpriority(PRIO_PROCESS, 0, 5);
        return sleep_long();
    });
    const auto until = ipc::now_ns() + 10'000'000'000;
    while (::getpriority(PRIO_PROCESS, child.pid()) != 5 && ipc::now_ns() < until) {
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    std::thread([&] {
        may_set_priorities(false);
        set_short_turns(child.pid(), 150'000);
    }).join();
    EXPECT_EQ(turn_of(child.pid()), has_turns() ? 150'000U : 0U);
    EXPECT_EQ(::getpriority(PRIO_PROCESS, child.pid()), 5);
    EXPECT_EQ(::sched_getscheduler(child.pid()), SCHED_OTHER);
}

TEST(ShortTurns, DoNotTouchRealTimePriority) {
    const Process child(sleep_long);
    if (!granted(child.pid())) {
        return;
    }
    set_short_turns(child.pid(), 150'000);
    EXPECT_EQ(policy_of(child.pid()), SCHED_FIFO);
}

TEST(ShortTurns, AreGivenToCallbackAndChildrenWithoutRealTimePriority) {
    const Process callback(sleep_long);
    const Process early(sleep_long);
    const Process late(sleep_long);
    const std::uint64_t usual = turn_of(callback.pid());
    Watched first;
    Watched second;
    first.pid = early.pid();
    second.pid = late.pid();
    Watchdog watchdog(60'000'000'000);
    watchdog.add(first);
    EXPECT_EQ(turn_of(early.pid()), usual) << "nobody plays in real time";
    watchdog.set_callback({SCHED_OTHER, 0, static_cast<int>(callback.pid()), -1}, false);
    watchdog.add(second);
    if (has_turns()) {
        EXPECT_LT(turn_of(callback.pid()), usual);
        EXPECT_LT(turn_of(early.pid()), turn_of(callback.pid()));
        EXPECT_EQ(turn_of(late.pid()), turn_of(early.pid()));
    }
    watchdog.remove(first);
    watchdog.remove(second);
}

}  // namespace
}  // namespace outboard::scripting
