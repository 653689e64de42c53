// A child fails at a step of the protocol that a seed says; so does the child that comes after it. Whatever the step
// and whatever the fault: every event is taken, passed or stale, once, and every note gets its end.

#include <gtest/gtest.h>

#include "stage.h"

namespace outboard::scripting::testing {
namespace {

class FaultAtAnyStep : public ::testing::TestWithParam<std::string> {
protected:
    /// Plays until the script has had three lives or is refused, then on to its end.
    void play(std::uint64_t seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        const Folder folder;
        const std::string script = folder.write("fault.py", "fault " + std::to_string(seed) + "\n");
        ScriptHost host(stage_options(GetParam()));
        Part part(host, "fault");
        ClockMap clock;
        BlockInfo info;
        const auto block = [&](bool releases, bool last) {
            info = next_block(info, clock);
            part.begin(info);
            if (releases) {
                part.release_all();
            }
            part.slot.post();
            if (last) {
                part.slot.finish();
            }
            part.collect(ipc::now_ns() + 1'000'000);
            std::this_thread::sleep_for(std::chrono::microseconds(300));
        };
        part.slot.load(script, {});
        for (int blocks = 0; blocks < 4000; ++blocks) {
            if (seed % 2 == 0 && blocks % 7 == 0) {  // the transport changes while it plays and fails
                part.slot.set_transport(blocks % 2 == 0 ? "shm" : "pipe");
            }
            block(false, false);
            const SlotFigures figures = part.slot.figures();
            lives_ += figures.restarts > seen_restarts_ ? 1 : 0;
            seen_restarts_ = figures.restarts;
            if (figures.state == SlotState::failed) {
                part.slot.load(script, {});  // it failed before it was ready: its next life
            }
            const bool lived = figures.state == SlotState::live || figures.state == SlotState::pipelined;
            if (blocks > 150 && lived && (figures.restarts >= 2 || blocks > 400)) {
                break;
            }
        }
        part.quiet = true;
        block(true, false);
        // Once it owes nothing more, whatever it was doing.
        for (int blocks = 0; blocks < 6000 && (blocks < 20 || part.slot.figures().events_kept > 0); ++blocks) {
            block(false, false);
        }
        block(false, true);
        seen_restarts_ = 0;
        const SlotFigures figures = part.slot.figures();
        part.books.check(figures, false);
        for (const std::string& reason : figures.reasons) {
            ++reasons_[reason];
        }
    }

    ipc::test::Watchdog watchdog_{std::chrono::seconds(170)};
    std::map<std::string, int> reasons_;
    std::uint64_t seen_restarts_ = 0;
    int lives_ = 0;
};

TEST_P(FaultAtAnyStep, NothingIsLostOrDoubled) {
    for (std::uint64_t seed = 1; seed <= 40; ++seed) {
        play(seed);
        if (HasFailure()) {
            break;  // the first one tells enough
        }
    }
    for (const auto& [reason, times] : reasons_) {
        std::printf("%4d times: %s\n", times, reason.c_str());
    }
    EXPECT_GE(reasons_.size(), 3U);  // the faults do reach what is checked
    EXPECT_GE(lives_, 20);
}

INSTANTIATE_TEST_SUITE_P(Transports, FaultAtAnyStep, ::testing::Values("shm", "pipe"),
                         [](const auto& test) { return test.param; });

}  // namespace
}  // namespace outboard::scripting::testing
