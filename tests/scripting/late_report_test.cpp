// A script that is late is told of in the log: when, by how much, and where it was.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/syscall.h>

#include "rig.h"

namespace outboard::scripting {
namespace {

using namespace testing;
using ::testing::ElementsAre;
using ::testing::MatchesRegex;

/// Works for as long as its velocity says, in milliseconds, in a function that its task calls.
constexpr const char* burning =
    "import time\n"
    "from outboard import NoteOn, on\n"
    "def work(ms: float) -> None:\n"
    "    end = time.perf_counter() + ms / 1000\n"
    "    while time.perf_counter() < end:\n"
    "        pass\n"
    "@on.note\n"
    "async def step(e: NoteOn) -> None:\n"
    "    work(e.velocity * 127 - 1)\n"
    "    e.forward()\n";

class LateReportTest : public ::testing::Test {
protected:
    LateReportTest() : rig(options("shm", false)) {
        rig.deadline_ns = 1'000'000;
        rig.load(folder.write("burn.py", burning));
        // The first calls of a new child are cold, and may be late themselves: what is said of them is not meant here.
        do {
            block({note_on(rig.now, 60, 1), note_off(rig.now + 1, 60)});
            wait(1100);
        } while (!lines().empty());
    }
    void block(const std::vector<Event>& input = {}) {
        rig.block(128, input);
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    void wait(int ms) {
        for (const auto end = ipc::now_ns() + ms * std::int64_t{1'000'000}; ipc::now_ns() < end;) {
            block();
        }
    }
    std::vector<Message> lines() {
        std::vector<Message> late;
        for (Message& message : rig.host.take_messages()) {
            if (message.text.starts_with("late ")) {
                late.push_back(std::move(message));
            }
        }
        return late;
    }
    std::int64_t burn(int ms) {
        const std::int64_t at = rig.now;
        block({note_on(at, 60, ms), note_off(at + 1, 60)});
        return at;
    }

    Folder folder;
    Rig rig;
};

TEST_F(LateReportTest, ALateScriptIsNamedWithLineTaskAndTime) {
    const std::int64_t at = burn(100);
    wait(300);
    const std::vector<Message> late = lines();
    ASSERT_EQ(late.size(), 1U);
    EXPECT_EQ(late[0].type, Message::Type::warning);
    EXPECT_EQ(late[0].time, at);
    EXPECT_EQ(late[0].file, (folder.path() / "burn.py").string());
#if !defined(__SANITIZE_THREAD__)  // which holds signals back: it answers when it is no more where it was
    EXPECT_THAT(late[0].text, MatchesRegex("late by [0-9]+\\.[0-9] ms: when its time was up it was at burn\\.py, "
                                           "line [56] in work \\(called from step\\)"));
    EXPECT_THAT(late[0].line, ::testing::AnyOf(5, 6));
#endif
    EXPECT_GT(std::stod(late[0].text.substr(8)), 90.0) << late[0].text;
}

TEST_F(LateReportTest, ThereIsALineASecondAtMostAndItCounts) {
    burn(30);
    wait(150);
    burn(60);
    wait(150);
    burn(30);
    wait(150);
    std::vector<Message> late = lines();
    ASSERT_EQ(late.size(), 1U);
    EXPECT_THAT(late[0].text, MatchesRegex("late by .*"));
    wait(1000);
    late = lines();
    ASSERT_EQ(late.size(), 1U) << "what came meanwhile is not forgotten";
    EXPECT_THAT(late[0].text, MatchesRegex("late 2 times, by [0-9]+\\.[0-9] ms at most.*"));
    EXPECT_GT(std::stod(late[0].text.substr(late[0].text.find("by ") + 3)), 50.0) << late[0].text;
    wait(1200);
    EXPECT_TRUE(lines().empty());
}

TEST_F(LateReportTest, WhoHangsAfterBeingLateIsStillEndedWithItsPlace) {
    rig.load(folder.write("hang.py", std::string(burning) + "    if e.velocity * 127 > 50:\n"
                                                            "        while True:\n"
                                                            "            pass\n"));
    wait(50);
    burn(40);
    wait(150);
    EXPECT_FALSE(lines().empty());
    burn(60);
    for (int i = 0; i < 1000 && rig.slot.figures().restarts == 0; ++i) {
        block();
    }
#if defined(__SANITIZE_THREAD__)
    EXPECT_THAT(rig.slot.figures().reasons, ElementsAre(::testing::StartsWith("no answer for 500 ms")));
#else
    EXPECT_THAT(rig.slot.figures().reasons,
                ElementsAre(::testing::MatchesRegex("no answer for 500 ms: hang\\.py, line 1[23] in step")));
#endif
}

TEST_F(LateReportTest, BeingAskedAgainAndAgainDoesNoHarm) {
    const auto pid = static_cast<pid_t>(rig.slot.figures().pid);
    for (int i = 0; i < 200; ++i) {
        const auto at = rig.now;
        rig.block(128, {note_on(at, 60, 1), note_off(at + 1, 60)});
        for (int asked = 0; asked < 20; ++asked) {
            ::syscall(SYS_tgkill, pid, pid, SIGURG);
            std::this_thread::sleep_for(std::chrono::microseconds(20 + 7 * (i % 13)));
        }
    }
    EXPECT_EQ(rig.slot.figures().restarts, 0U);
    EXPECT_EQ(rig.slot.figures().pid, pid);
}

}  // namespace
}  // namespace outboard::scripting
