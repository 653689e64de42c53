// A child that watches its lifeline ends when its parent does, however that happens.
#include <gtest/gtest.h>

#include <system_error>

#include "ends.h"
#include "watchdog.h"

namespace outboard::ipc::test {
namespace {

using namespace std::chrono_literals;

TEST(EndWithParent, LeavesInOrderWhenTheLifelineCloses) {
    const Watchdog watchdog;
    Lifeline lifeline = Lifeline::create();
    auto out = os_pipe();
    Process child = start_peer({"end-with-parent"}, {{lifeline.child.get(), 3}}, out[1].get());
    lifeline.child.reset();
    out[1].reset();
    ASSERT_EQ(line_from(out[0]), "ready");
    EXPECT_EQ(child.wait(30ms), std::nullopt);
    lifeline.parent.reset();
    const auto exit = child.wait(20s);
    ASSERT_TRUE(exit);
    EXPECT_EQ(exit->describe(), "exit code 0");
}

TEST(EndWithParent, EndsWhenTheParentIsKilled) {
    const Watchdog watchdog;
    auto out = os_pipe();
    Process parent = start_peer({"parent", TEST_PEER, "end-with-parent"}, {}, out[1].get());
    out[1].reset();
    const int number = std::stoi(line_from(out[0]));
    const Descriptor child = watch(number);
    ASSERT_TRUE(child);
    ASSERT_EQ(line_from(out[0]), "ready");
    EXPECT_FALSE(is_ready(child.get(), 30));  // it lives as long as the parent does
    parent.kill();
    EXPECT_TRUE(is_ready(child.get(), 20'000));
}

TEST(EndWithParent, ManyEndWithinASecondOfTheirParentsKill) {
    const Watchdog watchdog;
    auto out = os_pipe();
    std::vector<std::string> arguments{"parent", TEST_PEER};
    for (int i = 0; i < 9; ++i) {
        arguments.emplace_back(i % 3 == 2 ? "end-with-parent-busy" : "end-with-parent");
    }
    Process parent = start_peer(arguments, {}, out[1].get());
    out[1].reset();
    std::vector<Descriptor> children;
    for (std::size_t i = 2; i < arguments.size(); ++i) {
        children.push_back(watch(std::stoi(line_from(out[0]))));
        ASSERT_TRUE(children.back());
    }
    ASSERT_EQ(line_from(out[0]), "ready");
    for (const Descriptor& child : children) {
        EXPECT_FALSE(is_ready(child.get(), 2));
    }
    const std::int64_t killed = now_ns();
    parent.kill();  // SIGKILL: its destructors do not run
    std::vector<std::int64_t> ends;
    for (const Descriptor& child : children) {
        ASSERT_TRUE(is_ready(child.get(), 20'000));
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
