// What every transport promises, with both ends in this process.
#include <gtest/gtest.h>

#include <atomic>
#include <deque>
#include <thread>

#include "ends.h"
#include "messages.h"
#include "watchdog.h"

namespace outboard::ipc::test {
namespace {

constexpr std::size_t ring_bytes = 64 * 1024;

class PipeConformance : public testing::TestWithParam<Transport> {
protected:
    Ends make(std::size_t bytes = ring_bytes) const { return make_ends(GetParam(), bytes); }

    /// Takes one message, which has to be there or to come.
    static std::vector<std::byte> take(Pipe& pipe, std::int64_t deadline = patience()) {
        std::vector<std::byte> buffer(ring_bytes);
        const Received received = pipe.receive(buffer, deadline);
        EXPECT_EQ(received.status, Status::ok) << to_string(received.status);
        buffer.resize(received.size);
        return buffer;
    }
    static Status look(Pipe& pipe) {
        std::vector<std::byte> buffer(ring_bytes);
        return pipe.receive(buffer, 0).status;
    }

    Watchdog watchdog_;
};

std::vector<std::byte> text(std::string_view words) {
    const auto bytes = std::as_bytes(std::span(words));
    return {bytes.begin(), bytes.end()};
}

TEST_P(PipeConformance, NamesItsTransport) {
    const Ends ends = make();
    EXPECT_STREQ(ends.host->transport(), name_of(GetParam()));
    EXPECT_EQ(ends.host->capacity(), ring_bytes / 2 - 8);
    EXPECT_EQ(ends.child->capacity(), ring_bytes / 2 - 8);
}

TEST_P(PipeConformance, KeepsTheOrderInBothDirections) {
    const Ends ends = make();
    for (std::uint64_t i = 0; i < 50; ++i) {
        ASSERT_EQ(ends.host->send(message_of(1, i, 300)), Status::ok);
        ASSERT_EQ(ends.child->send(message_of(2, i, 300)), Status::ok);
    }
    for (std::uint64_t i = 0; i < 50; ++i) {
        EXPECT_TRUE(same(take(*ends.child), message_of(1, i, 300))) << i;
        EXPECT_TRUE(same(take(*ends.host), message_of(2, i, 300))) << i;
    }
    EXPECT_EQ(look(*ends.host), Status::timed_out);
    EXPECT_EQ(look(*ends.child), Status::timed_out);
}

TEST_P(PipeConformance, TakesEverySizeUpToItsCapacityAndNoneBeyond) {
    const Ends ends = make(4096);
    const std::size_t capacity = ends.host->capacity();
    ASSERT_EQ(capacity, 2040U);
    for (std::size_t size = 0; size <= capacity; ++size) {  // every length also starts at another place of the ring
        const std::vector<std::byte> message = bytes_of(size, size);
        ASSERT_EQ(ends.host->send(message), Status::ok) << size;
        ASSERT_TRUE(same(take(*ends.child), message)) << size;
    }
    for (const std::size_t size :
         {capacity + 1, capacity + 7, capacity + 8, capacity + 9, 2 * capacity, 5 * capacity}) {
        EXPECT_EQ(ends.host->send(bytes_of(1, size)), Status::too_large) << size;
        EXPECT_EQ(look(*ends.child), Status::timed_out) << size;
    }
}

TEST_P(PipeConformance, TakesEverySizeTheOtherWayToo) {
    const Ends ends = make(4096);
    const std::size_t capacity = ends.child->capacity();
    for (std::size_t size = 0; size <= capacity; ++size) {
        const std::vector<std::byte> message = bytes_of(size, size);
        ASSERT_EQ(ends.child->send(message), Status::ok) << size;
        ASSERT_TRUE(same(take(*ends.host), message)) << size;
    }
    EXPECT_EQ(ends.child->send(bytes_of(1, capacity + 1)), Status::too_large);
    EXPECT_EQ(ends.child->send(bytes_of(1, 1 << 20)), Status::too_large);
    EXPECT_EQ(look(*ends.host), Status::timed_out);
}

TEST_P(PipeConformance, WrapsAroundAtEveryOffset) {
    // Each pair begins 8 bytes further on than the pair before: every size of the list meets the end of the ring with
    // each of its bytes, header included.
    constexpr std::size_t ring = 4096;
    const Ends ends = make(ring);
    std::size_t at = 0;  // where the next frame begins in the ring
    const auto pass = [&](std::size_t size) {
        const std::vector<std::byte> message = bytes_of(at + size, size);
        ASSERT_EQ(ends.host->send(message), Status::ok) << "size " << size << " at " << at;
        ASSERT_TRUE(same(take(*ends.child), message)) << "size " << size << " at " << at;
        at = (at + 8 + (size + 7) / 8 * 8) % ring;
    };
    const auto go_to = [&](std::size_t offset) {
        while (at != offset) {
            const std::size_t distance = (offset + ring - at) % ring;
            pass(distance > 2048 ? 1024 : distance - 8);
        }
    };
    for (const std::size_t size : {0, 1, 7, 8, 9, 63, 64, 100, 1000, 2033, 2040}) {
        for (std::size_t before = 0; before <= size + 16; before += 8) {
            go_to((ring - before) % ring);
            pass(size);
        }
    }
    EXPECT_EQ(look(*ends.child), Status::timed_out);
    EXPECT_EQ(ends.host->pending(), 0U);
}

TEST_P(PipeConformance, FillsUpAtEveryOffset) {
    const Ends ends = make(4096);
    const std::size_t rounds = GetParam() == Transport::shm ? 512 : 10;  // an OS pipe has no ring, and 1 MiB of room
    for (std::size_t round = 0; round < rounds; ++round) {
        std::uint64_t sent = 0;
        while (ends.host->send(bytes_of(sent, 500 + round % 8)) == Status::ok) {
            ASSERT_LT(++sent, 10'000U);
        }
        ASSERT_EQ(ends.host->send(bytes_of(sent, 500 + round % 8)), Status::full);
        for (std::uint64_t i = 0; i < sent; ++i) {
            ASSERT_TRUE(same(take(*ends.child), bytes_of(i, 500 + round % 8))) << round;
            (void)look(*ends.host);
        }
        ASSERT_EQ(ends.host->send(bytes_of(1, 8 * (round % 2))),
                  Status::ok);  // the next fill begins 8 bytes further on
        take(*ends.child);
    }
}

TEST_P(PipeConformance, GoesRoundItsRingManyTimes) {
    const Ends ends = make(4096);
    Random random(7);
    std::deque<std::vector<std::byte>> waiting;
    std::size_t in_flight = 0;
    for (int i = 0; i < 20'000; ++i) {
        std::vector<std::byte> message = bytes_of(random(), random.below(700));
        if (in_flight + message.size() + 16 <= 4096 - 16 * waiting.size()) {
            ASSERT_EQ(ends.host->send(message), Status::ok);
            in_flight += message.size();
            waiting.push_back(std::move(message));
        } else {
            const std::size_t count = 1 + random.below(waiting.size());
            for (std::size_t n = 0; n < count; ++n) {
                ASSERT_TRUE(same(take(*ends.child), waiting.front()));
                in_flight -= waiting.front().size();
                waiting.pop_front();
            }
        }
    }
}

TEST_P(PipeConformance, LeavesAMessageThatIsTooLargeForTheBuffer) {
    const Ends ends = make();
    ASSERT_EQ(ends.host->send(text("a rather long message")), Status::ok);
    ASSERT_EQ(ends.host->send(text("next")), Status::ok);
    std::vector<std::byte> small(20, std::byte{0x55});
    for (int i = 0; i < 3; ++i) {
        const Received received = ends.child->receive(small, patience());
        EXPECT_EQ(received.status, Status::too_large);
        EXPECT_EQ(received.size, 0U);
    }
    EXPECT_EQ(small, std::vector<std::byte>(20, std::byte{0x55}));
    std::vector<std::byte> exact(21);
    const Received received = ends.child->receive(exact, 0);
    ASSERT_EQ(received.status, Status::ok);
    EXPECT_EQ(received.size, 21U);
    EXPECT_EQ(exact, text("a rather long message"));
    EXPECT_EQ(take(*ends.child), text("next"));
}

TEST_P(PipeConformance, TakesAnEmptyMessageIntoAnEmptyBuffer) {
    const Ends ends = make();
    ASSERT_EQ(ends.host->send({}), Status::ok);
    const Received received = ends.child->receive({}, 0);
    EXPECT_EQ(received.status, Status::ok);
    EXPECT_EQ(received.size, 0U);
}

TEST_P(PipeConformance, OnlyLooksWithADeadlineOfZeroOrInThePast) {
    const Ends ends = make();
    std::vector<std::byte> buffer(ring_bytes);
    for (const std::int64_t deadline : {std::int64_t{0}, std::int64_t{-5}, std::int64_t{1}, in_ms(-1000)}) {
        EXPECT_EQ(ends.child->receive(buffer, deadline).status, Status::timed_out);
        ASSERT_EQ(ends.host->send(text("here")), Status::ok);
        EXPECT_EQ(ends.child->receive(buffer, deadline).status, Status::ok);  // what is there is taken all the same
    }
}

TEST_P(PipeConformance, WaitsUntilTheDeadlineAndNotLess) {
    const Ends ends = make();
    std::vector<std::byte> buffer(ring_bytes);
    for (const std::int64_t ms : {1, 3, 20}) {
        const std::int64_t deadline = in_ms(ms);
        EXPECT_EQ(ends.host->receive(buffer, deadline).status, Status::timed_out);
        EXPECT_GE(now_ns(), deadline);
    }
}

TEST_P(PipeConformance, WakesAWaitingReceiver) {
    const Ends ends = make();
    std::atomic<int> echoed{0};
    std::thread child([&] {
        for (int i = 0; i < 2000; ++i) {
            const std::vector<std::byte> message = take(*ends.child, no_deadline);
            EXPECT_EQ(ends.child->send(message), Status::ok);
            ++echoed;
        }
    });
    for (std::uint64_t i = 0; i < 2000; ++i) {
        EXPECT_EQ(ends.host->send(message_of(3, i, 100)), Status::ok);
        EXPECT_TRUE(same(take(*ends.host, no_deadline), message_of(3, i, 100)));
    }
    child.join();
    EXPECT_EQ(echoed, 2000);
}

TEST_P(PipeConformance, ShowsAMessageThatWokeNobodyToTheNextLook) {
    const Ends ends = make();
    ASSERT_EQ(ends.host->send(text("news"), Wake::no), Status::ok);
    ASSERT_EQ(ends.host->send(text("more"), Wake::no), Status::ok);
    EXPECT_EQ(take(*ends.child, 0), text("news"));
    EXPECT_EQ(take(*ends.child), text("more"));
    // Several that wake nobody, then one that does: in order, by one waiting receiver.
    std::thread child([&] {
        for (std::uint64_t i = 0; i < 10; ++i) {
            EXPECT_TRUE(same(take(*ends.child, no_deadline), message_of(4, i, 100)));
        }
    });
    for (std::uint64_t i = 0; i < 10; ++i) {
        EXPECT_EQ(ends.host->send(message_of(4, i, 100), i < 9 ? Wake::no : Wake::yes), Status::ok);
    }
    child.join();
}

TEST_P(PipeConformance, SaysFullAndWritesNothingThen) {
    const Ends ends = make();
    std::uint64_t sent = 0;
    while (ends.host->send(message_of(5, sent, 3000)) == Status::ok) {
        ASSERT_LT(++sent, 1'000'000U);
    }
    ASSERT_GT(sent, 10U);
    EXPECT_EQ(ends.host->send(message_of(5, sent, 3000)), Status::full);
    EXPECT_GE(ends.host->pending(), ring_bytes / 2);
    for (std::uint64_t i = 0; i < sent; ++i) {
        ASSERT_TRUE(same(take(*ends.child), message_of(5, i, 3000))) << i;
        (void)look(*ends.host);  // a begun frame of a SystemPipe goes on by any call of its end
    }
    EXPECT_EQ(look(*ends.child), Status::timed_out);
    EXPECT_EQ(ends.host->pending(), 0U);
    EXPECT_EQ(ends.host->send(text("room again")), Status::ok);
    EXPECT_EQ(take(*ends.child), text("room again"));
}

TEST_P(PipeConformance, CountsWhatThePeerHasNotRead) {
    const Ends ends = make();
    EXPECT_EQ(ends.host->pending(), 0U);
    ASSERT_EQ(ends.host->send(bytes_of(1, 1000)), Status::ok);
    EXPECT_EQ(ends.host->pending(), 1008U);
    ASSERT_EQ(ends.host->send(bytes_of(2, 16)), Status::ok);
    EXPECT_EQ(ends.host->pending(), 1032U);
    take(*ends.child);
    EXPECT_EQ(ends.host->pending(), 24U);
    take(*ends.child);
    EXPECT_EQ(ends.host->pending(), 0U);
}

TEST_P(PipeConformance, ReadsWhatWasSentBeforeTheClose) {
    const Ends ends = make();
    ASSERT_EQ(ends.child->send(text("one")), Status::ok);
    ASSERT_EQ(ends.child->send(text("two"), Wake::no), Status::ok);
    ends.child->close();
    ends.child->close();
    EXPECT_EQ(take(*ends.host), text("one"));
    EXPECT_EQ(take(*ends.host), text("two"));
    std::vector<std::byte> buffer(10);
    EXPECT_EQ(ends.host->receive(buffer, no_deadline).status, Status::closed);
    EXPECT_EQ(ends.host->receive(buffer, 0).status, Status::closed);
    EXPECT_EQ(ends.host->send(text("too late")), Status::closed);
    EXPECT_EQ(ends.child->send(text("too late")), Status::closed);
    EXPECT_EQ(ends.child->receive(buffer, no_deadline).status, Status::closed);
}

TEST_P(PipeConformance, ClosesWhenItIsDestroyed) {
    Ends ends = make();
    ASSERT_EQ(ends.host->send(text("last words")), Status::ok);
    ends.host.reset();
    EXPECT_EQ(take(*ends.child), text("last words"));
    EXPECT_EQ(look(*ends.child), Status::closed);
}

TEST_P(PipeConformance, CloseWakesTheReceiversOfBothEnds) {
    for (int i = 0; i < 50; ++i) {
        const Ends ends = make(4096);
        std::thread far([&] {
            std::vector<std::byte> buffer(10);
            EXPECT_EQ(ends.child->receive(buffer, no_deadline).status, Status::closed);
        });
        std::thread near([&] {
            std::vector<std::byte> buffer(10);
            EXPECT_EQ(ends.host->receive(buffer, no_deadline).status, Status::closed);
        });
        std::this_thread::sleep_for(std::chrono::microseconds(i * 20));
        ends.host->close();
        far.join();
        near.join();
    }
}

TEST_P(PipeConformance, DeathWakesAWaitingReceiver) {
    for (int i = 0; i < 200; ++i) {
        const Ends ends = make(4096);
        Pipe& pipe = i % 2 == 0 ? *ends.host : *ends.child;
        std::thread waiting([&] {
            std::vector<std::byte> buffer(10);
            EXPECT_EQ(pipe.receive(buffer, no_deadline).status, Status::peer_died);
        });
        if (i % 4 != 0) {
            std::this_thread::sleep_for(std::chrono::microseconds(i * 5));
        }
        pipe.mark_dead();
        waiting.join();
    }
}

TEST_P(PipeConformance, DrainsWhatADeadPeerSent) {
    const Ends ends = make();
    for (std::uint64_t i = 0; i < 20; ++i) {
        ASSERT_EQ(ends.child->send(message_of(6, i, 500)), Status::ok);
    }
    ends.host->mark_dead();
    EXPECT_EQ(ends.host->send(text("hello?")), Status::peer_died);
    for (std::uint64_t i = 0; i < 20; ++i) {
        EXPECT_TRUE(same(take(*ends.host), message_of(6, i, 500))) << i;
    }
    std::vector<std::byte> buffer(10);
    EXPECT_EQ(ends.host->receive(buffer, no_deadline).status, Status::peer_died);
    EXPECT_EQ(ends.host->receive(buffer, 0).status, Status::peer_died);
}

TEST_P(PipeConformance, DeathComesBeforeAClose) {
    const Ends ends = make();
    ASSERT_EQ(ends.child->send(text("one")), Status::ok);
    ends.child->close();
    ends.host->mark_dead();
    EXPECT_EQ(take(*ends.host), text("one"));
    EXPECT_EQ(look(*ends.host), Status::peer_died);
}

TEST_P(PipeConformance, SendsAndReceivesOnTwoThreadsOfOneEnd) {
    const Ends ends = make();
    constexpr std::uint64_t count = 3000;
    const std::size_t largest = ends.host->capacity();
    const auto send_all = [&](Pipe& pipe, std::uint64_t seed) {
        for (std::uint64_t i = 0; i < count; ++i) {
            while (pipe.send(message_of(seed, i, largest)) == Status::full) {
                std::this_thread::yield();
            }
        }
    };
    const auto take_all = [&](Pipe& pipe, std::uint64_t seed) {
        for (std::uint64_t i = 0; i < count; ++i) {
            ASSERT_TRUE(same(take(pipe, no_deadline), message_of(seed, i, largest))) << i;
        }
    };
    std::thread a([&] { send_all(*ends.host, 8); });
    std::thread b([&] { take_all(*ends.host, 9); });
    std::thread c([&] { send_all(*ends.child, 9); });
    std::thread d([&] { take_all(*ends.child, 8); });
    a.join();
    b.join();
    c.join();
    d.join();
}

TEST(Status, HasAWordForEach) {
    EXPECT_STREQ(to_string(Status::ok), "ok");
    EXPECT_STREQ(to_string(Status::timed_out), "timed out");
    EXPECT_STREQ(to_string(Status::full), "full");
    EXPECT_STREQ(to_string(Status::too_large), "too large");
    EXPECT_STREQ(to_string(Status::closed), "closed");
    EXPECT_STREQ(to_string(Status::peer_died), "peer died");
    EXPECT_STREQ(to_string(Status::corrupt), "corrupt");
}

INSTANTIATE_TEST_SUITE_P(Transports, PipeConformance, testing::Values(Transport::shm, Transport::pipe),
                         [](const auto& tested) { return std::string(name_of(tested.param)); });

}  // namespace
}  // namespace outboard::ipc::test
