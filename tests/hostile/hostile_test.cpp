// A child that does all the harm that it can, again and again, while its host keeps the rhythm of 64-frame blocks.
// OUTBOARD_HOSTILE_SECONDS says for how long; 5 if not set.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include <sys/wait.h>

#include "stage.h"

namespace outboard::scripting::testing {
namespace {

int seconds() {
    const char* text = std::getenv("OUTBOARD_HOSTILE_SECONDS");
    return text != nullptr ? std::stoi(text) : 5;
}

int open_descriptors() {
    int count = 0;
    for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
        count += entry.path().empty() ? 0 : 1;
    }
    return count;
}

class HostileChild : public ::testing::TestWithParam<std::string> {
protected:
    ipc::test::Watchdog watchdog_{std::chrono::seconds(seconds() + 60)};
};

TEST_P(HostileChild, NeverStopsTheBlocks) {
    constexpr std::int64_t block_ns = 1'333'333;
    constexpr std::int64_t deadline_ns = block_ns / 2;
    const int descriptors_before = open_descriptors();
    {
        const Folder folder;
        const std::string good_script = folder.write("good.py", "good 0\n");
        ScriptHost host(stage_options(GetParam()));
        Part hostile(host, "hostile");
        Part good(host, "good");
        good.slot.load(good_script, {});
        ASSERT_EQ(good.slot.wait_loaded(std::chrono::seconds(20)), std::nullopt);

        std::atomic<bool> stop{false};
        std::vector<std::int64_t> spent;  // per block, in both slots
        spent.reserve(static_cast<std::size_t>(seconds()) * 1000);
        std::thread callback([&] {
            ClockMap clock;
            BlockInfo info;
            std::int64_t due = ipc::now_ns();
            while (!stop) {
                info = next_block(info, clock);
                const std::int64_t began = ipc::now_ns();
                hostile.begin(info);
                good.begin(info);
                hostile.slot.post();
                good.slot.post();
                hostile.collect(began + deadline_ns);
                good.collect(began + deadline_ns);
                const std::int64_t now = ipc::now_ns();
                spent.push_back(now - began);
                due = std::max(due + block_ns,
                               now - 20 * block_ns);  // after a stall of the machine it catches up, a little
                if (due > now) {
                    std::this_thread::sleep_for(std::chrono::nanoseconds(due - now));
                }
            }
            // The end: silence, then every key up, then what is still under way.
            hostile.quiet = good.quiet = true;
            for (int i = 0; i < 1500; ++i) {
                info = next_block(info, clock);
                for (Part* part : {&hostile, &good}) {
                    part->begin(info);
                    if (i == 0) {
                        part->release_all();
                    }
                    part->slot.post();
                    if (i == 1499) {
                        part->slot.finish();
                    }
                }
                for (Part* part : {&hostile, &good}) {
                    part->collect(ipc::now_ns() + deadline_ns);
                }
                std::this_thread::sleep_for(std::chrono::microseconds(700));
            }
        });

        // The control side: a child that was ended comes again, at once instead of after a growing pause.
        const std::int64_t until = ipc::now_ns() + seconds() * 1'000'000'000LL;
        std::size_t loads = 0;
        while (ipc::now_ns() < until) {
            const SlotState state = hostile.slot.figures().state;
            if (loads == 0 || state == SlotState::restarting || state == SlotState::failed) {
                const std::string seed = std::to_string(++loads);
                hostile.slot.load(folder.write("hostile" + seed + ".py", "hostile " + seed + "\n"), {});
            }
            (void)host.take_messages();
            std::this_thread::sleep_for(std::chrono::milliseconds(20));
        }
        // After all that a child that behaves is loaded as ever, and everything passes through it.
        hostile.slot.load(good_script, {});
        EXPECT_EQ(hostile.slot.wait_loaded(std::chrono::seconds(20)), std::nullopt);
        stop = true;
        callback.join();

        const auto expected = static_cast<std::size_t>(seconds() * 1'000'000'000LL / block_ns);
        EXPECT_GT(spent.size(), expected / 2);
        std::sort(spent.begin(), spent.end());
        EXPECT_LT(spent[spent.size() / 2], deadline_ns);
        EXPECT_LT(spent[spent.size() * 9 / 10], 2 * block_ns);
        const SlotFigures figures = hostile.slot.figures();
        EXPECT_GE(loads, static_cast<std::size_t>(seconds()) / 3);
        EXPECT_GE(figures.reasons.size(), std::min<std::size_t>(static_cast<std::size_t>(seconds()) / 3, 100));
        for (const std::string& reason : figures.reasons) {
            EXPECT_FALSE(reason.empty());
        }
        hostile.books.check(figures, true);
        good.books.check(good.slot.figures(), false);
        EXPECT_EQ(good.slot.figures().refused, 0U);
        std::map<std::string, int> reasons;
        for (const std::string& reason : figures.reasons) {
            ++reasons[reason];
        }
        for (const auto& [reason, times] : reasons) {
            std::printf("%4d times: %s\n", times, reason.c_str());
        }
        std::printf("%zu blocks, median %lld us, p99 %lld us; %zu children\n", spent.size(),
                    static_cast<long long>(spent[spent.size() / 2] / 1000),
                    static_cast<long long>(spent[spent.size() * 99 / 100] / 1000), loads);
    }
    EXPECT_EQ(open_descriptors(), descriptors_before);
    EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1) << "somebody is left";
}

// Nobody reads: what waits in the host is bounded in bytes, and what did not fit is counted.
TEST_P(HostileChild, ThatIsReadyInNoWordsIsRefusedAtOnce) {
    const Folder folder;
    const std::string script = folder.write("nonsense.py", "nonsense 0\n");
    ScriptHost host(stage_options(GetParam()));
    Part part(host, "nonsense");
    part.slot.load(script, {});
    EXPECT_THAT(part.slot.wait_loaded(std::chrono::seconds(20)).value_or(""),
                ::testing::HasSubstr("nonsense.py was not loaded: its slow lane carried text"));
}

TEST_P(HostileChild, CannotFillItsHostsMemoryWithMessages) {
    const Folder folder;
    ScriptHost::Options with = stage_options(GetParam());
    with.most_message_bytes = 2 << 20;
    ScriptHost host(with);
    ScriptSlot& slot = host.add_slot("talks", 0);
    slot.load(folder.write("talk.py", "talk 0\n"), {});
    ASSERT_EQ(slot.wait_loaded(std::chrono::seconds(20)), std::nullopt);
    std::size_t bytes = 0;
    bool dropped = false;
    // Longer each time: a build with a sanitizer reads a few megabytes in a second.
    for (int tries = 1; tries < 8 && !dropped; ++tries) {
        std::this_thread::sleep_for(std::chrono::milliseconds(250 << tries));
        bytes = 0;
        for (const Message& message : host.take_messages()) {
            bytes += message.text.size();
            dropped |= message.text.find("lines were dropped") != std::string::npos;
        }
        EXPECT_LT(bytes, 3U << 20);
    }
    EXPECT_TRUE(dropped);
    EXPECT_GT(bytes, 1U << 20);
}

INSTANTIATE_TEST_SUITE_P(Transports, HostileChild, ::testing::Values("shm", "pipe"),
                         [](const auto& test) { return test.param; });

}  // namespace
}  // namespace outboard::scripting::testing
