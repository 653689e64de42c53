// RealtimeKit over a private bus with a service of our own behind its name: what is asked, and what a refusal does.
#include "scripting/realtime_kit.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>

namespace outboard::scripting {
namespace {

/// A program whose output is read line by line; killed at the end.
class Program {
public:
    explicit Program(const std::string& command)
        : output_(::popen(("exec timeout 60 " + command).c_str(), "r"), ::pclose) {}
    std::string line() {
        char text[512] = "";
        return std::fgets(text, sizeof text, output_.get()) != nullptr ? std::string(text, std::string(text).find('\n'))
                                                                       : "(ended)";
    }

private:
    std::unique_ptr<std::FILE, int (*)(std::FILE*)> output_;
};

TEST(RealtimeKit, IsAskedForTheThreadAndAtMostForItsOwnHighestPriority) {
    // The daemon writes its address, then its number; the service ends with the bus.
    Program bus("dbus-daemon --session --nofork --print-address=1 --print-pid=1");
    const std::string address = bus.line();
    const std::string pid = bus.line();
    ASSERT_NE(address, "(ended)") << "dbus-daemon is needed (package dbus-daemon)";
    ::setenv("DBUS_SYSTEM_BUS_ADDRESS", address.c_str(), 1);
    EXPECT_FALSE(ask_realtime_kit(1, 1, 5)) << "nobody has that name yet";

    Program kit("/usr/bin/python3 " REALTIME_KIT_MOCK " '" + address + "'");
    ASSERT_EQ(kit.line(), "ready");
    const std::string us = std::to_string(::getpid());
    EXPECT_TRUE(ask_realtime_kit(::getpid(), 77, 9));
    EXPECT_EQ(kit.line(), us + " 77 9");
    EXPECT_TRUE(ask_realtime_kit(::getpid(), 77, 88)) << "more than it gives: the most that it gives";
    EXPECT_EQ(kit.line(), us + " 77 20");
    EXPECT_FALSE(ask_realtime_kit(::getpid(), 78, 13));
    EXPECT_EQ(kit.line(), us + " 78 13");
    ASSERT_EQ(std::system(("kill " + pid).c_str()), 0);
}

TEST(RealtimeKit, WithoutABusTheAnswerIsNo) {
    ::setenv("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/nonexistent/bus", 1);
    EXPECT_FALSE(ask_realtime_kit(::getpid(), ::getpid(), 5));
}

}  // namespace
}  // namespace outboard::scripting
