// The start-up handshake: said, not said, ended before.
#include "ipc/start_up.h"

#include <gtest/gtest.h>

#include "ends.h"
#include "messages.h"
#include "watchdog.h"

namespace outboard::ipc::test {
namespace {

class StartUpTest : public testing::TestWithParam<Transport> {
protected:
    Talk start(const std::string& mode, int code) const {
        return start_talk(GetParam(), mode, 4096, std::to_string(code));
    }
    StartUp await(Talk& talk, std::int64_t deadline) {
        return await_first_message(talk.peer, *talk.host, buffer_, deadline);
    }

    std::array<std::byte, 2040> buffer_{};
    Watchdog watchdog_;
};

TEST_P(StartUpTest, TakesTheFirstMessage) {
    Talk talk = start("say-hello", 1000);
    const StartUp start_up = await(talk, patience());
    ASSERT_EQ(start_up.status, Status::ok);
    EXPECT_TRUE(same(std::span(buffer_).first(start_up.size), message_of(1, 0, 100)));
    EXPECT_FALSE(start_up.exit);
    EXPECT_FALSE(talk.peer.poll());  // it lives on
}

TEST_P(StartUpTest, FindsWhatWasSaidBeforeTheEnd) {
    for (int code = 0; code < 10; ++code) {
        Talk talk = start("say-hello", code);
        if (code % 2 == 0) {
            ASSERT_TRUE(talk.peer.wait(std::chrono::seconds(20)));
        }
        const StartUp start_up = await(talk, patience());
        ASSERT_EQ(start_up.status, Status::ok) << code;
        EXPECT_TRUE(same(std::span(buffer_).first(start_up.size), message_of(1, 0, 100)));
    }
}

TEST_P(StartUpTest, EndsAChildThatSaysNothingInTime) {
    Talk talk = start("say-nothing", 1000);
    const std::int64_t deadline = in_ms(30);
    const StartUp start_up = await(talk, deadline);
    EXPECT_GE(now_ns(), deadline);
    EXPECT_EQ(start_up.status, Status::timed_out);
    ASSERT_TRUE(start_up.exit);
    EXPECT_NE(start_up.exit->signal, 0);
    EXPECT_TRUE(talk.peer.poll());  // reaped
}

TEST_P(StartUpTest, TellsHowAChildEndedThatSaidNothing) {
    Talk talk = start("say-nothing", 7);
    const StartUp start_up = await(talk, patience());
    EXPECT_EQ(start_up.status, Status::peer_died);
    ASSERT_TRUE(start_up.exit);
    EXPECT_EQ(start_up.exit->describe(), "exit code 7");
}

TEST_P(StartUpTest, EndsAChildThatClosesWithoutAWord) {
    Talk talk = start("say-nothing", 1001);
    const StartUp start_up = await(talk, patience());
    EXPECT_EQ(start_up.status, Status::closed);
    EXPECT_TRUE(start_up.exit);
    EXPECT_TRUE(talk.peer.poll());
}

TEST_P(StartUpTest, EndsAChildWhoseFirstMessageIsTooLarge) {
    Talk talk = start("say-hello", 1000);
    const StartUp start_up = await_first_message(talk.peer, *talk.host, std::span(buffer_).first(1), patience());
    EXPECT_EQ(start_up.status, message_of(1, 0, 100).size() > 1 ? Status::too_large : Status::ok);
    EXPECT_TRUE(start_up.exit);
}

INSTANTIATE_TEST_SUITE_P(Transports, StartUpTest, testing::Values(Transport::shm, Transport::pipe),
                         [](const auto& tested) { return std::string(name_of(tested.param)); });

}  // namespace
}  // namespace outboard::ipc::test
