// What every transport promises when the peer is a process that is stopped or killed.
#include <gtest/gtest.h>

#include <deque>
#include <thread>

#include "ends.h"
#include "messages.h"
#include "talk.h"
#include "watchdog.h"

namespace outboard::ipc::test {
namespace {

constexpr std::size_t ring_bytes = 256 * 1024;

class TwoProcesses : public testing::TestWithParam<Transport> {
protected:
    Talk start(const std::string& mode, const std::string& seed = "1") const {
        return start_talk(GetParam(), mode, ring_bytes, seed);
    }

    Watchdog watchdog_{std::chrono::seconds(100)};
};

TEST_P(TwoProcesses, ExchangeMillionsOfMessages) {
    Talk talk_with = start("echo");
    talk(*talk_with.host, 11, many_messages(GetParam() == Transport::pipe));  // there and back
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
        EXPECT_EQ(exit->describe(), word_for_killed);
        talk_with.host->mark_dead();
        Status status = Status::ok;
        while (status == Status::ok) {
            status = take(patience());
        }
        EXPECT_EQ(status, Status::peer_died) << to_string(status);
    }
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
    stop(talk_with.peer);
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
    go_on(talk_with.peer);
    if (!answered) {
        received = talk_with.host->receive(buffer, patience());
    }
    ASSERT_EQ(received.status, Status::ok);
    EXPECT_TRUE(same(std::span(buffer).first(received.size), message_of(13, 0, 100)));
    talk(*talk_with.host, 14, 100);
}

TEST_P(TwoProcesses, OneThatDoesNotComeUpWhenItIsWokenIsKnownOverSharedMemory) {
    Talk talk_with = start("echo");
    talk(*talk_with.host, 17, 10);
    const auto pause = [] { std::this_thread::sleep_for(std::chrono::milliseconds(50)); };
    std::vector<std::byte> buffer(ring_bytes);
    pause();  // it sleeps
    stop(talk_with.peer);
    pause();
    ASSERT_EQ(talk_with.host->send(message_of(18, 0, 100)), Status::ok);
    EXPECT_EQ(talk_with.host->comes_up(in_ms(10)), GetParam() == Transport::pipe);
    go_on(talk_with.peer);
    ASSERT_EQ(talk_with.host->receive(buffer, patience()).status, Status::ok);
    pause();
    ASSERT_EQ(talk_with.host->send(message_of(18, 1, 100)), Status::ok);
    EXPECT_TRUE(talk_with.host->comes_up(patience()));
    ASSERT_EQ(talk_with.host->receive(buffer, patience()).status, Status::ok);
    EXPECT_TRUE(talk_with.host->comes_up(0)) << "nobody was woken since";
}

TEST_P(TwoProcesses, AStoppedPeerFillsThePipeAndReadsItLater) {
    Talk talk_with = start("echo");
    talk(*talk_with.host, 15, 10);
    stop(talk_with.peer);
    std::uint64_t sent = 0;
    while (talk_with.host->send(message_of(16, sent, 5000)) == Status::ok) {
        ASSERT_LT(++sent, 1'000'000U);
    }
    EXPECT_EQ(talk_with.host->send(message_of(16, sent, 5000)), Status::full);
    go_on(talk_with.peer);
    std::vector<std::byte> buffer(ring_bytes);
    for (std::uint64_t i = 0; i < sent; ++i) {
        const Received received = talk_with.host->receive(buffer, patience());
        ASSERT_EQ(received.status, Status::ok) << i;
        ASSERT_TRUE(same(std::span(buffer).first(received.size), message_of(16, i, 5000))) << i;
    }
}

INSTANTIATE_TEST_SUITE_P(Transports, TwoProcesses, testing::Values(Transport::shm, Transport::pipe),
                         [](const auto& tested) { return std::string(name_of(tested.param)); });

}  // namespace
}  // namespace outboard::ipc::test
