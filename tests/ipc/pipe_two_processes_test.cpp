// What every transport promises when the peer is a process that is stopped, killed or disturbed.
#include <gtest/gtest.h>

#include <csignal>
#include <deque>
#include <thread>

#include <fcntl.h>
#include <sys/ptrace.h>
#include <sys/time.h>
#include <sys/wait.h>

#include "ends.h"
#include "messages.h"
#include "watchdog.h"

namespace outboard::ipc::test {
namespace {

constexpr std::size_t ring_bytes = 256 * 1024;
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr std::uint64_t echoes = 100'000;
#else
constexpr std::uint64_t echoes = 1'000'000;
#endif

/// A signal every millisecond, whose handler does nothing and does not restart system calls.
class SignalStorm {
public:
    SignalStorm() {
        struct sigaction action {};
        action.sa_handler = [](int) { count_ = count_ + 1; };
        ::sigaction(SIGALRM, &action, &before_);
        const itimerval every_ms{{0, 1000}, {0, 1000}};
        ::setitimer(ITIMER_REAL, &every_ms, nullptr);
    }
    ~SignalStorm() {
        const itimerval never{};
        ::setitimer(ITIMER_REAL, &never, nullptr);
        ::sigaction(SIGALRM, &before_, nullptr);
    }
    SignalStorm(const SignalStorm&) = delete;
    SignalStorm& operator=(const SignalStorm&) = delete;
    [[nodiscard]] static int count() { return count_; }

private:
    static inline volatile std::sig_atomic_t count_ = 0;
    struct sigaction before_ {};
};

/// A test's watchdog thread must not take the signals that are meant for the receiver.
class QuietWatchdog {
public:
    QuietWatchdog() {
        sigset_t alarm;
        sigemptyset(&alarm);
        sigaddset(&alarm, SIGALRM);
        pthread_sigmask(SIG_BLOCK, &alarm, nullptr);
        watchdog_.emplace(std::chrono::seconds(100));
        pthread_sigmask(SIG_UNBLOCK, &alarm, nullptr);
    }

private:
    std::optional<Watchdog> watchdog_;
};

class TwoProcesses : public testing::TestWithParam<Transport> {
protected:
    Talk start(const std::string& mode, const std::string& seed = "1") const {
        return start_talk(GetParam(), mode, ring_bytes, seed);
    }

    /// Sends messages 0 … count - 1 to an echo, with several under way, and checks each that comes back.
    void talk(Pipe& host, std::uint64_t seed, std::uint64_t count) {
        std::vector<std::byte> buffer(ring_bytes);
        std::uint64_t sent = 0;
        std::uint64_t got = 0;
        while (got < count) {
            while (sent < count && sent - got < 64 && host.pending() < ring_bytes / 8 &&
                   host.send(message_of(seed, sent, 5000)) == Status::ok) {
                ++sent;
            }
            const Received received = host.receive(buffer, patience());
            ASSERT_EQ(received.status, Status::ok) << to_string(received.status) << " at " << got;
            ASSERT_TRUE(same(std::span(buffer).first(received.size), message_of(seed, got, 5000))) << got;
            ++got;
        }
    }

    QuietWatchdog watchdog_;
};

TEST_P(TwoProcesses, ExchangeTwoMillionMessages) {
    Talk talk_with = start("echo");
    talk(*talk_with.host, 11, echoes);  // there and back
    talk_with.host->close();
    const auto exit = talk_with.peer.wait(std::chrono::seconds(30));
    ASSERT_TRUE(exit);
    EXPECT_EQ(exit->code, 0) << exit->describe();
}

TEST_P(TwoProcesses, TheChildSeesTheEndOfADestroyedHost) {
    Talk talk_with = start("echo");
    talk_with.host.reset();
    const auto exit = talk_with.peer.wait(std::chrono::seconds(30));
    ASSERT_TRUE(exit);
    EXPECT_EQ(exit->code, 0) << exit->describe();
}

TEST_P(TwoProcesses, EverythingCompleteIsReadFromAPeerThatWasKilledWhileWriting) {
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        Talk talk_with = start("flood", std::to_string(seed));
        std::vector<std::byte> buffer(ring_bytes);
        std::uint64_t got = 0;
        const auto take = [&](std::int64_t deadline) {
            const Received received = talk_with.host->receive(buffer, deadline);
            if (received.status == Status::ok) {
                EXPECT_TRUE(
                    same(std::span(buffer).first(received.size), message_of(seed, got, talk_with.host->capacity())))
                    << "seed " << seed << ", message " << got;
                ++got;
            }
            return received.status;
        };
        while (got < seed * 37) {
            ASSERT_EQ(take(patience()), Status::ok);
        }
        talk_with.peer.kill();
        const auto exit = talk_with.peer.wait(std::chrono::seconds(30));
        ASSERT_TRUE(exit);
        EXPECT_EQ(exit->describe(), "SIGKILL");
        talk_with.host->mark_dead();
        Status status = Status::ok;
        while (status == Status::ok) {
            status = take(patience());
        }
        EXPECT_EQ(status, Status::peer_died) << to_string(status);
    }
}

// The child is stepped through its own code, one instruction after the other, and killed at a place that the seed
// says: within the copy, before and after the index is published, before and after the post, within a system call.
TEST_P(TwoProcesses, APeerThatIsKilledAtAnyInstructionOfAWriteTearsNothing) {
    constexpr std::size_t small_ring = 8192;
    int empty = 0;
    for (std::uint64_t seed = 1; seed <= 40; ++seed) {
        Talk talk_with = start_talk(GetParam(), "flood-traced", small_ring, std::to_string(seed));
        if (GetParam() == Transport::pipe) {
            const auto& pipe = static_cast<const SystemPipe&>(*talk_with.host);
            ::fcntl(pipe.read_descriptor(), F_SETPIPE_SZ, 4096);  // so that frames get begun and not finished
        }
        const auto pid = static_cast<pid_t>(talk_with.peer.pid());
        int status = 0;
        ASSERT_EQ(::waitpid(pid, &status, __WALL), pid);
        ASSERT_TRUE(WIFSTOPPED(status)) << "this system does not let a parent trace its child";
        Random random(seed);
        const std::size_t instructions = random.below(seed % 3 == 0 ? 15'000 : 2000);
        for (std::size_t i = 0; i < instructions; ++i) {
            ASSERT_EQ(::ptrace(PTRACE_SINGLESTEP, pid, nullptr, nullptr), 0);
            ASSERT_EQ(::waitpid(pid, &status, __WALL), pid);
            ASSERT_TRUE(WIFSTOPPED(status)) << i;
        }
        talk_with.peer.kill();
        const auto exit = talk_with.peer.wait(std::chrono::seconds(30));
        ASSERT_TRUE(exit);
        EXPECT_EQ(exit->describe(), "SIGKILL");
        talk_with.host->mark_dead();

        std::vector<std::byte> buffer(small_ring);
        std::uint64_t got = 0;
        Received received;
        while ((received = talk_with.host->receive(buffer, patience())).status == Status::ok) {
            ASSERT_TRUE(same(std::span(buffer).first(received.size), message_of(seed, got, talk_with.host->capacity())))
                << "seed " << seed << ", message " << got;
            ++got;
        }
        EXPECT_EQ(received.status, Status::peer_died) << to_string(received.status) << ", seed " << seed;
        empty += got == 0;
    }
    EXPECT_LT(empty, 35);  // some of them had sent something
}

// The end of a process without a word: an OS pipe tells it by itself, shared memory is told by who watches the process.
TEST_P(TwoProcesses, APeerThatLeavesWithoutAWordIsNoHang) {
    for (int round = 0; round < 20; ++round) {
        Talk talk_with = start("say-hello", "0");
        std::vector<std::byte> buffer(ring_bytes);
        ASSERT_EQ(talk_with.host->receive(buffer, patience()).status, Status::ok);
        std::thread watching([&] {
            EXPECT_TRUE(talk_with.peer.wait(std::chrono::seconds(30)));
            talk_with.host->mark_dead();
        });
        const Status status = talk_with.host->receive(buffer, no_deadline).status;
        EXPECT_TRUE(status == Status::peer_died || (status == Status::closed && GetParam() == Transport::pipe))
            << to_string(status);
        watching.join();
        EXPECT_EQ(talk_with.host->receive(buffer, no_deadline).status, Status::peer_died);
    }
}

TEST_P(TwoProcesses, AStoppedPeerMissesDeadlinesAndNothingElse) {
    Talk talk_with = start("echo");
    talk(*talk_with.host, 12, 100);
    ::kill(static_cast<pid_t>(talk_with.peer.pid()), SIGSTOP);
    std::vector<std::byte> buffer(ring_bytes);
    // What it had begun before it stopped may still come; it answers at most what was sent before.
    ASSERT_EQ(talk_with.host->send(message_of(13, 0, 100)), Status::ok);
    Received received = talk_with.host->receive(buffer, in_ms(30));
    bool answered = received.status == Status::ok;  // the stop may have come late
    for (int i = 0; i < 5 && !answered; ++i) {
        const std::int64_t deadline = in_ms(10);
        received = talk_with.host->receive(buffer, deadline);
        answered = received.status == Status::ok;
        if (!answered) {
            EXPECT_EQ(received.status, Status::timed_out);
            EXPECT_GE(now_ns(), deadline);
        }
    }
    ::kill(static_cast<pid_t>(talk_with.peer.pid()), SIGCONT);
    if (!answered) {
        received = talk_with.host->receive(buffer, patience());
    }
    ASSERT_EQ(received.status, Status::ok);
    EXPECT_TRUE(same(std::span(buffer).first(received.size), message_of(13, 0, 100)));
    talk(*talk_with.host, 14, 100);
}

TEST_P(TwoProcesses, AStoppedPeerFillsThePipeAndReadsItLater) {
    Talk talk_with = start("echo");
    talk(*talk_with.host, 15, 10);
    ::kill(static_cast<pid_t>(talk_with.peer.pid()), SIGSTOP);
    std::uint64_t sent = 0;
    while (talk_with.host->send(message_of(16, sent, 5000)) == Status::ok) {
        ASSERT_LT(++sent, 1'000'000U);
    }
    EXPECT_EQ(talk_with.host->send(message_of(16, sent, 5000)), Status::full);
    ::kill(static_cast<pid_t>(talk_with.peer.pid()), SIGCONT);
    std::vector<std::byte> buffer(ring_bytes);
    for (std::uint64_t i = 0; i < sent; ++i) {
        const Received received = talk_with.host->receive(buffer, patience());
        ASSERT_EQ(received.status, Status::ok) << i;
        ASSERT_TRUE(same(std::span(buffer).first(received.size), message_of(16, i, 5000))) << i;
    }
}

TEST_P(TwoProcesses, SignalsNeitherExtendADeadlineNorLoseAMessage) {
    Talk talk_with = start("echo");
    std::vector<std::byte> buffer(ring_bytes);
    const SignalStorm storm;
    for (int i = 0; i < 10; ++i) {
        const int before = SignalStorm::count();
        const std::int64_t deadline = in_ms(30);
        // Were each interruption to start the wait anew, this would never return: the watchdog sees it.
        EXPECT_EQ(talk_with.host->receive(buffer, deadline).status, Status::timed_out);
        EXPECT_GE(now_ns(), deadline);
        EXPECT_GT(SignalStorm::count(), before);
    }
    talk(*talk_with.host, 17, 5000);
}

TEST_P(TwoProcesses, SignalsOnBothSidesLoseNoMessage) {
    Talk talk_with = start("echo-in-a-storm");
    const SignalStorm storm;
    const int before = SignalStorm::count();
    talk(*talk_with.host, 18, echoes / 10);
    EXPECT_GT(SignalStorm::count(), before + 10);
    // One at a time: now each side sleeps for every message, and is disturbed while it does.
    std::vector<std::byte> buffer(ring_bytes);
    for (std::uint64_t i = 0; i < 5000; ++i) {
        ASSERT_EQ(talk_with.host->send(message_of(19, i, 5000)), Status::ok);
        const Received received = talk_with.host->receive(buffer, patience());
        ASSERT_EQ(received.status, Status::ok);
        ASSERT_TRUE(same(std::span(buffer).first(received.size), message_of(19, i, 5000)));
    }
}

INSTANTIATE_TEST_SUITE_P(Transports, TwoProcesses, testing::Values(Transport::shm, Transport::pipe),
                         [](const auto& tested) { return std::string(name_of(tested.param)); });

}  // namespace
}  // namespace outboard::ipc::test
