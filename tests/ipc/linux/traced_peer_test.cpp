// What every transport promises when the peer is killed at any place of its code.
#include <gtest/gtest.h>

#include <fcntl.h>
#include <sys/ptrace.h>
#include <sys/wait.h>

#include "ends.h"
#include "messages.h"
#include "watchdog.h"

namespace outboard::ipc::test {
namespace {

class TracedPeer : public testing::TestWithParam<Transport> {
protected:
    Watchdog watchdog_{std::chrono::seconds(100)};
};

// The child is stepped through its own code, one instruction after the other, and killed at a place that the seed
// says: within the copy, before and after the index is published, before and after the post, within a system call.
TEST_P(TracedPeer, APeerThatIsKilledAtAnyInstructionOfAWriteTearsNothing) {
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

INSTANTIATE_TEST_SUITE_P(Transports, TracedPeer, testing::Values(Transport::shm, Transport::pipe),
                         [](const auto& tested) { return std::string(name_of(tested.param)); });

}  // namespace
}  // namespace outboard::ipc::test
