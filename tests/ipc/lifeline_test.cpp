// A child that watches its lifeline ends when its parent does, however that happens.
#include <gtest/gtest.h>

#include <system_error>

#include <fcntl.h>
#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "ends.h"
#include "watchdog.h"

namespace outboard::ipc::test {
namespace {

using namespace std::chrono_literals;

std::array<Descriptor, 2> os_pipe() {
    int numbers[2] = {-1, -1};
    EXPECT_EQ(::pipe2(numbers, O_CLOEXEC), 0);
    return {Descriptor(numbers[0]), Descriptor(numbers[1])};
}

std::string line_from(const Descriptor& descriptor) {
    std::string line;
    char letter = 0;
    while (::read(descriptor.get(), &letter, 1) == 1 && letter != '\n') {
        line += letter;
    }
    return line;
}

TEST(EndWithParent, LeavesInOrderWhenTheLifelineCloses) {
    const Watchdog watchdog;
    auto lifeline = os_pipe();
    auto out = os_pipe();
    Process child = start_peer({"end-with-parent"}, {{lifeline[0].get(), 3}}, out[1].get());
    lifeline[0].reset();
    out[1].reset();
    ASSERT_EQ(line_from(out[0]), "ready");
    EXPECT_EQ(child.wait(30ms), std::nullopt);
    lifeline[1].reset();
    const auto exit = child.wait(20s);
    ASSERT_TRUE(exit);
    EXPECT_EQ(exit->describe(), "exit code 0");
}

TEST(EndWithParent, EndsWhenTheParentIsKilled) {
    const Watchdog watchdog;
    auto out = os_pipe();
    Process parent = start_peer({"parent", "end-with-parent"}, {}, out[1].get());
    out[1].reset();
    const int number = std::stoi(line_from(out[0]));
    const Descriptor child(static_cast<int>(::syscall(SYS_pidfd_open, number, 0)));
    ASSERT_TRUE(child);
    ASSERT_EQ(line_from(out[0]), "ready");
    pollfd entry{child.get(), POLLIN, 0};
    EXPECT_EQ(::poll(&entry, 1, 30), 0);  // it lives as long as the parent does
    parent.kill();
    EXPECT_EQ(::poll(&entry, 1, 20'000), 1);
}

TEST(EndWithParent, ManyEndWithinASecondOfTheirParentsKill) {
    const Watchdog watchdog;
    auto out = os_pipe();
    std::vector<std::string> arguments{"parent"};
    for (int i = 0; i < 9; ++i) {
        arguments.emplace_back(i % 3 == 2 ? "end-with-parent-busy" : "end-with-parent");
    }
    Process parent = start_peer(arguments, {}, out[1].get());
    out[1].reset();
    std::vector<Descriptor> children;
    for (std::size_t i = 1; i < arguments.size(); ++i) {
        children.emplace_back(static_cast<int>(::syscall(SYS_pidfd_open, std::stoi(line_from(out[0])), 0)));
        ASSERT_TRUE(children.back());
    }
    ASSERT_EQ(line_from(out[0]), "ready");
    for (const Descriptor& child : children) {
        pollfd entry{child.get(), POLLIN, 0};
        EXPECT_EQ(::poll(&entry, 1, 2), 0);
    }
    const std::int64_t killed = now_ns();
    parent.kill();  // SIGKILL: its destructors do not run
    std::vector<std::int64_t> ends;
    for (const Descriptor& child : children) {
        pollfd entry{child.get(), POLLIN, 0};
        ASSERT_EQ(::poll(&entry, 1, 20'000), 1);
        ends.push_back(now_ns() - killed);
    }
    EXPECT_LT(ends[ends.size() / 2], 1'000'000'000);  // looked at one after the other: half of them have ended by then
}

TEST(EndWithParent, RefusesAClosedDescriptor) {
    EXPECT_THROW(end_with_parent(-1), std::system_error);
    EXPECT_THROW(end_with_parent(9999), std::system_error);
}

}  // namespace
}  // namespace outboard::ipc::test
