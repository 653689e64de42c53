// What every transport promises when signals interrupt its system calls.
#include <gtest/gtest.h>

#include <csignal>

#include <sys/time.h>

#include "talk.h"

namespace outboard::ipc::test {
namespace {

constexpr std::size_t ring_bytes = 256 * 1024;

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

class SignalStorms : public testing::TestWithParam<Transport> {
protected:
    QuietWatchdog watchdog_;
};

TEST_P(SignalStorms, SignalsNeitherExtendADeadlineNorLoseAMessage) {
    Talk talk_with = start_talk(GetParam(), "echo", ring_bytes);
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

TEST_P(SignalStorms, SignalsOnBothSidesLoseNoMessage) {
    Talk talk_with = start_talk(GetParam(), "echo-in-a-storm", ring_bytes);
    const SignalStorm storm;
    const int before = SignalStorm::count();
    talk(*talk_with.host, 18, many_messages(false) / 10);
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

INSTANTIATE_TEST_SUITE_P(Transports, SignalStorms, testing::Values(Transport::shm, Transport::pipe),
                         [](const auto& tested) { return std::string(name_of(tested.param)); });

}  // namespace
}  // namespace outboard::ipc::test
