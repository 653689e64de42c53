// A song of 16 channels with three scripts, in real time, while they are edited ten times, killed, hang, leave and
// crash. OUTBOARD_TORTURE_SECONDS says for how long; 12 if not set.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>

#include <csignal>

#include "stage.h"

namespace outboard::scripting::testing {
namespace {

double seconds() {
    const char* text = std::getenv("OUTBOARD_TORTURE_SECONDS");
    return text != nullptr ? std::stod(text) : 12;
}

// Three ways to play, each with the same three ways to end badly. `{}` is the number of the edit.
constexpr const char* ends = R"(
import ctypes, os
from outboard import *
@on.cc(110)
def hang(e: ControlChange) -> None:
    while True: pass
@on.cc(111)
def leave(e: ControlChange) -> None:
    os._exit(3)
@on.cc(112)
def crash(e: ControlChange) -> None:
    ctypes.string_at(0)
)";
constexpr const char* delays = R"(
@on.note
async def note(e: NoteOn) -> None:
    await ms(5)
    e.forward()
)";
constexpr const char* chords = R"(
@on.note
def note(e: NoteOn) -> None:
    e.forward()
    play(e.key + 7)
    play(e.key + 12, duration=ms(300))
    play(e.key + 19, hold=True).release(after=ms(200))
)";
constexpr const char* loops = R"(
@live_loop("bass")
async def bass() -> None:
    play(30, duration=beats(0.5))
    await beats(0.75)
@every(beats(0.5))
def tick() -> None:
    send(ControlChange(cc=70, value=0.5))
@on.note
def note(e: NoteOn) -> None:
    e.forward()
)";

std::string edition(const char* plays, int number) {
    return std::string(ends) + plays + "# edition " + std::to_string(number) + "\n";
}

TEST(Torture, NothingIsLostAndNothingHangs) {
    constexpr std::int64_t block_ns = 2'666'667;
    constexpr std::uint32_t frames = 128;
    ipc::test::Watchdog watchdog{std::chrono::seconds(static_cast<int>(seconds()) * 2 + 90)};
    const Folder folder;
    ScriptHost host(options("shm", false));
    std::vector<std::unique_ptr<Part>> parts;
    for (int channel = 0; channel < 16; ++channel) {
        parts.push_back(std::make_unique<Part>(host, "channel " + std::to_string(channel + 1)));
    }
    const std::vector<const char*> plays{delays, chords, loops};
    const auto save = [&](std::size_t script, int number) {
        return folder.write("script" + std::to_string(script) + ".py", edition(plays[script], number));
    };
    for (std::size_t script = 0; script < plays.size(); ++script) {
        parts[script]->slot.load(save(script, 0), {});
        ASSERT_EQ(parts[script]->slot.wait_loaded(std::chrono::seconds(20)), std::nullopt);
    }

    std::atomic<bool> stop{false};
    std::vector<std::int64_t> spent;
    spent.reserve(1 << 16);
    std::thread callback([&] {
        ClockMap clock;
        clock.points[0].playing = true;
        BlockInfo info;
        const auto block = [&](std::int64_t deadline_ns, bool last) {
            info = next_block(info, clock, frames);
            const std::int64_t began = ipc::now_ns();
            for (const auto& part : parts) {
                part->begin(info);
            }
            if (last) {
                for (const auto& part : parts) {
                    part->release_all();
                }
            }
            for (const auto& part : parts) {
                part->slot.post();
            }
            for (const auto& part : parts) {
                part->collect(began + deadline_ns);
            }
            spent.push_back(ipc::now_ns() - began);
        };
        std::int64_t due = ipc::now_ns();
        while (!stop) {
            block(block_ns / 2, false);
            const std::int64_t now = ipc::now_ns();
            due = std::max(due + block_ns, now - 20 * block_ns);
            if (due > now) {
                std::this_thread::sleep_for(std::chrono::nanoseconds(due - now));
            }
        }
        for (const auto& part : parts) {
            part->quiet = true;
        }
        block(block_ns / 2, true);
        for (int i = 0; i < 400; ++i) {
            block(block_ns / 2, false);
            std::this_thread::sleep_for(std::chrono::nanoseconds(block_ns));
        }
        for (const auto& part : parts) {
            part->slot.unload();  // live loops end
            ASSERT_EQ(part->slot.wait_loaded(std::chrono::seconds(20)), std::nullopt);
        }
        for (int i = 0; i < 400; ++i) {
            block(block_ns / 2, false);
        }
    });

    // What happens, evenly over the time: an edit of each script in turn, and what goes wrong in between.
    struct Step {
        enum class What { edit, kill, hang, leave, crash } what;
        std::size_t script;
    };
    using enum Step::What;
    const std::vector<Step> steps{{edit, 0},  {kill, 0},  {edit, 1}, {edit, 2}, {hang, 0},
                                  {edit, 0},  {leave, 1}, {edit, 1}, {edit, 2}, {kill, 1},
                                  {crash, 2}, {edit, 0},  {edit, 1}, {edit, 2}, {edit, 0}};
    const auto pause = std::chrono::duration<double>(seconds() / static_cast<double>(steps.size() + 1));
    int number = 0;
    std::map<std::size_t, std::size_t> edits;
    for (const Step& step : steps) {
        std::this_thread::sleep_for(pause);
        Part& part = *parts[step.script];
        // Each waits for the one before: what is asked for happens, also on a slow machine.
        for (int tries = 0; tries < 1000; ++tries) {
            const SlotState state = part.slot.figures().state;
            if (state == SlotState::live || state == SlotState::late || state == SlotState::pipelined) {
                break;
            }
            std::this_thread::sleep_for(std::chrono::milliseconds(10));
        }
        const std::size_t reasons = part.slot.figures().reasons.size();
        const std::uint64_t swaps = part.slot.figures().swaps;
        switch (step.what) {
            case edit:
                save(step.script, ++number);
                ++edits[step.script];
                break;
            case kill:
                ::kill(static_cast<pid_t>(part.slot.figures().pid), SIGKILL);
                break;
            case hang:
                part.trigger = 110;
                break;
            case leave:
                part.trigger = 111;
                break;
            case crash:
                part.trigger = 112;
                break;
        }
        bool came = false;
        for (int tries = 0; tries < 1000 && !came; ++tries) {
            std::this_thread::sleep_for(std::chrono::milliseconds(10));
            const SlotFigures figures = part.slot.figures();
            came = step.what == edit ? figures.swaps > swaps : figures.reasons.size() > reasons;
            (void)host.take_messages();
        }
        EXPECT_TRUE(came) << "step " << &step - steps.data();
    }
    std::this_thread::sleep_for(pause);
    std::vector<SlotFigures> figures;
    for (const auto& part : parts) {
        figures.push_back(part->slot.figures());
    }
    stop = true;
    callback.join();

    using ::testing::ElementsAre;
    EXPECT_THAT(figures[0].reasons, ElementsAre("SIGKILL", "no answer for 500 ms: script0.py, line 6 in hang"));
    EXPECT_THAT(figures[1].reasons, ElementsAre("exit code 3: script1.py, line 9 in leave", "SIGKILL"));
    EXPECT_THAT(figures[2].reasons, ElementsAre("SIGSEGV: script2.py, line 12 in crash"));
    EXPECT_EQ(number, 10);
    for (std::size_t i = 0; i < parts.size(); ++i) {
        EXPECT_EQ(figures[i].swaps, i < 3 ? edits[i] : 0) << "script " << i;
        parts[i]->books.check(parts[i]->slot.figures(), true);
    }
    std::sort(spent.begin(), spent.end());
    EXPECT_LT(spent[spent.size() / 2], block_ns / 2);
    EXPECT_LT(spent[spent.size() * 9 / 10], block_ns);
}

}  // namespace
}  // namespace outboard::scripting::testing
