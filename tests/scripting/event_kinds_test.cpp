// Events beside keys and controllers, on their way through a real child: sysex, RPN, note expression, chokes,
// transport; and the call that a child asks for.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <filesystem>

#include "rig.h"
#include "scripting/sysex.h"

namespace outboard::scripting {
namespace {

using namespace testing;
using ::testing::ElementsAre;
using ::testing::ElementsAreArray;
using ::testing::IsEmpty;

/// Messages numbered from 1, as a song has them.
class Messages final : public SysexSource {
public:
    std::uint32_t add(std::vector<std::uint8_t> bytes) {
        all_.push_back(std::move(bytes));
        return static_cast<std::uint32_t>(all_.size());
    }
    std::uint32_t add_long(std::size_t size) {
        std::vector<std::uint8_t> bytes(size);
        for (std::size_t i = 0; i < size; ++i) {
            bytes[i] = static_cast<std::uint8_t>(i * 7 % 128);
        }
        bytes.front() = 0xF0;
        bytes.back() = 0xF7;
        return add(bytes);
    }
    [[nodiscard]] std::span<const std::uint8_t> sysex(std::uint32_t blob) const noexcept override {
        return blob > 0 && blob <= all_.size() ? all_[blob - 1] : std::span<const std::uint8_t>{};
    }

private:
    std::vector<std::vector<std::uint8_t>> all_;
};

Event sysex_event(std::int64_t time, std::uint32_t blob, std::uint32_t origin = 0) {
    Event event;
    event.time = time;
    event.kind = Kind::sysex;
    event.blob = blob;
    event.origin = origin;
    return event;
}

struct Heard {
    std::int64_t time;
    std::uint32_t origin;
    std::vector<std::uint8_t> bytes;
    bool operator==(const Heard&) const = default;
};

class EventKindsTest : public ::testing::TestWithParam<std::string> {
protected:
    /// The sysex messages that come out.
    std::vector<Heard> heard(const std::string& script, const std::vector<Event>& input, std::uint32_t frames = 64) {
        Rig rig(options(GetParam()));
        rig.sysex = &messages;
        rig.load(folder.write("script.py", "from outboard import *\n" + script));
        std::vector<Heard> all;
        while (rig.now < 4096) {
            for (const Event& event : rig.block(frames, input)) {
                if (event.kind == Kind::sysex) {
                    const auto bytes = rig.slot.sysex(event.blob);
                    all.push_back({event.time, event.origin, {bytes.begin(), bytes.end()}});
                }
            }
        }
        const SlotFigures figures = rig.slot.figures();
        EXPECT_EQ(figures.refused, 0u);
        EXPECT_EQ(figures.events_settled, input.size());
        for (const Message& message : rig.host.take_messages()) {
            EXPECT_NE(message.type, Message::Type::error) << message.text;
        }
        return all;
    }
    std::vector<std::uint8_t> bytes_of(std::uint32_t blob) const {
        const auto bytes = messages.sysex(blob);
        return {bytes.begin(), bytes.end()};
    }

    Folder folder;
    Messages messages;
};

TEST_P(EventKindsTest, TheBytesOfASysexReachTheScriptAndGoOnByteForByte) {
    const std::uint32_t gm = messages.add({0xF0, 0x7E, 0x7F, 9, 1, 0xF7});
    const std::uint32_t big = messages.add_long(max_sysex);
    const std::uint32_t part = messages.add({0xF0, 1, 2});
    const std::vector<Event> input{sysex_event(10, gm, 5), sysex_event(100, big, 6), sysex_event(200, part, 7)};
    const std::vector<Heard> same{{10, 5, bytes_of(gm)}, {100, 6, bytes_of(big)}, {200, 7, bytes_of(part)}};
    EXPECT_EQ(heard("", input), same);
    EXPECT_EQ(heard("@on.any\ndef a(e): e.forward()", input), same);
    EXPECT_EQ(heard("@on.any\ndef a(e): pass", input), std::vector<Heard>{});
    for (const std::uint32_t frames : {32u, 1024u}) {
        // The part has no bytes for the script: it is raw, no handler of sysex takes it, and it passes.
        EXPECT_EQ(heard("@on.sysex\ndef s(e): send(SysEx(data=e.data))", input, frames),
                  (std::vector<Heard>{{10, 0, bytes_of(gm)}, {100, 0, bytes_of(big)}, {200, 7, bytes_of(part)}}));
        EXPECT_EQ(heard("@on.sysex\nasync def s(e):\n    await samples(70)\n    e.forward()", input, frames),
                  (std::vector<Heard>{{80, 0, bytes_of(gm)}, {170, 0, bytes_of(big)}, {200, 7, bytes_of(part)}}));
    }
}

TEST_P(EventKindsTest, MoreBytesThanAnAnswerHoldsComeWithTheNextOnes) {
    const std::string script =
        "@on.start\ndef s():\n    for i in range(9):\n"
        "        send(SysEx(data=b'\\xf0' + bytes([i]) * 16000 + b'\\xf7'))";
    const std::vector<Heard> all = heard(script, {});
    ASSERT_EQ(all.size(), 9u);
    for (std::size_t i = 0; i < all.size(); ++i) {
        ASSERT_EQ(all[i].bytes.size(), 16002u);
        EXPECT_EQ(all[i].bytes[1], i);
        EXPECT_EQ(all[i].bytes[16000], i);
    }
}

TEST_P(EventKindsTest, ARegisteredParameterIsTakenAndTheRestPasses) {
    Rig rig(options(GetParam()));
    rig.load(folder.write("rpn.py", R"(
from outboard import ControlChange, Rpn, on, send
@on.rpn(0)
def bend_range(e: Rpn) -> None:
    send(ControlChange(cc=20, value=(e.value14 >> 7) / 127))
)"));
    const std::vector<Event> input{control(10, 101, 0), control(10, 100, 0), control(10, 6, 12), control(20, 100, 1),
                                   control(20, 6, 64)};
    EXPECT_THAT(words(rig.run(640, 64, input)),
                ElementsAre("10:b0.101.0", "10:b0.100.0", "10:b0.20.12", "20:b0.100.1", "20:b0.6.64"));
}

TEST_P(EventKindsTest, TheParameterThatIsChosenCrossesToAScriptThatBecomesLiveLater) {
    Rig rig(options(GetParam()));
    rig.run(128, 64,
            {control(3, 101, 0), control(3, 100, 0), control(4, 6, 2), control(9, 99, 1), control(9, 98, 2),
             control(9, 6, 12)});
    rig.load(folder.write("late.py", R"(
from outboard import ControlChange, Nrpn, on, send
@on.nrpn
def n(e: Nrpn) -> None:
    send(ControlChange(cc=20, value=(e.parameter - 66) / 127))
    send(ControlChange(cc=21, value=(e.value14 & 127) / 127))
    send(ControlChange(cc=22, value=(e.value14 >> 7) / 127))
)"));
    EXPECT_THAT(words(rig.run(640, 64, {control(300, 96, 0)})),
                ElementsAre("300:b0.20.64", "300:b0.21.1", "300:b0.22.12"));
}

TEST_P(EventKindsTest, NoteExpressionCrossesBothWays) {
    Rig rig(options(GetParam()));
    rig.load(folder.write("expression.py", R"(
from outboard import NoteExpression, on
@on.expression(keys="C3")
def x(e: NoteExpression) -> None:
    e.forward(value=e.value * 2, channel=3)
)"));
    Event event;
    event.kind = Kind::note_expression;
    event.time = 7;
    event.channel = 1;
    event.data = {static_cast<std::uint8_t>(Expression::tuning), 60, 0};
    event.tuning = -0.25F;
    Event other = event;
    other.data[1] = 61;
    const auto output = rig.run(640, 64, {event, other});
    ASSERT_EQ(output.size(), 2u);
    EXPECT_EQ(output[0].kind, Kind::note_expression);
    EXPECT_EQ(output[0].tuning, -0.5F);
    EXPECT_EQ(output[0].channel, 2);
    EXPECT_EQ(output[1].tuning, -0.25F);
    EXPECT_EQ(output[1].data, other.data);
}

TEST_P(EventKindsTest, AChokeCutsEveryPressOfItsKey) {
    for (const char* script : {"", "@on.note\ndef n(e): e.forward()", "@on.any\ndef n(e): e.forward()"}) {
        Rig rig(options(GetParam()));
        rig.load(folder.write("choke.py", std::string("from outboard import *\n") + script));
        Event choke;
        choke.kind = Kind::choke;
        choke.time = 70;
        choke.data = {0, 60, 0};
        const auto output = rig.run(640, 64, {note_on(1, 60), note_on(2, 60), note_on(3, 61), choke, note_off(90, 61)});
        ASSERT_EQ(output.size(), 6u) << script;
        EXPECT_EQ(output[3].kind, Kind::choke);
        EXPECT_EQ(output[4].kind, Kind::choke);
        EXPECT_EQ(output[3].time, 70);
        EXPECT_EQ(output[5].kind, Kind::note_off);
    }
}

TEST_P(EventKindsTest, TheTransportIsAnEventAndItsLoopCanBeAsked) {
    Rig rig(options(GetParam()));
    rig.load(folder.write("transport.py", R"(
from outboard import ControlChange, Transport, on, send, transport
@on.transport
def t(e: Transport) -> None:
    send(ControlChange(cc=20, value=(e.started + 2 * e.stopped + 4 * e.jumped) / 127))
    if transport.loop is not None:
        send(ControlChange(cc=21, value=transport.loop[1] / 127))
)"));
    EXPECT_THAT(words(rig.run(64, 64, {})), IsEmpty()) << "how it stands at the start is no change";
    rig.clock.points[0].sample = 64;
    rig.clock.points[0].playing = true;
    rig.clock.points[0].clock_beat = 64 / 24000.0;
    EXPECT_THAT(words(rig.run(128, 64, {})), ElementsAre("64:b0.20.1"));
    rig.clock.points[0].loop_end = 16;
    EXPECT_THAT(words(rig.run(192, 64, {})), ElementsAre("128:b0.20.0", "128:b0.21.16"));
}

/// Blocks until `done`, for at most 20 s.
template <typename Done>
bool blocks_until(Rig& rig, Done done) {
    for (int i = 0; i < 20'000; ++i) {
        if (done(rig.block(64))) {
            return true;
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return false;
}

constexpr auto heard_something = [](const std::vector<Event>& output) { return !output.empty(); };

TEST_P(EventKindsTest, AFinishedBackgroundCallsAnIdleChild) {
    Rig rig(options(GetParam(), false));
    rig.load(folder.write("background.py", R"(
import os, time
from outboard import ControlChange, background, on, send
def work(x: int) -> int:
    time.sleep(0.05)
    return x if os.getpid() != PARENT else 0
PARENT = os.getpid()
@on.start
async def start() -> None:
    send(ControlChange(cc=20, value=await background(work, 7) / 127))
)"));
    std::string word;
    EXPECT_TRUE(blocks_until(rig, [&](const std::vector<Event>& output) {
        word = output.empty() ? "" : words(output)[0];
        return !output.empty();
    }));
    EXPECT_THAT(word, ::testing::EndsWith(":b0.20.7")) << "it runs in a process of its own";
    EXPECT_LT(rig.slot.figures().calls, 10u) << "nobody polls for it";
}

TEST_P(EventKindsTest, CallSoonFromAThreadCallsAnIdleChild) {
    Rig rig(options(GetParam(), false));
    rig.load(folder.write("soon.py", R"(
import threading, time
from outboard import ControlChange, call_soon, on, send
def later() -> None:
    time.sleep(0.05)
    call_soon(lambda: send(ControlChange(cc=20, value=1.0)))
@on.start
def start() -> None:
    threading.Thread(target=later, daemon=True).start()
)"));
    EXPECT_TRUE(blocks_until(rig, heard_something));
    EXPECT_LT(rig.slot.figures().calls, 10u);
}

TEST_P(EventKindsTest, OfflineABackgroundTakesNoSongTime) {
    Rig rig(options(GetParam()));
    rig.load(folder.write("offline.py", R"(
import time
from outboard import ControlChange, background, on, samples, send
def work(x: int) -> int:
    time.sleep(0.02)
    return x
@on.start
async def start() -> None:
    await samples(100)
    send(ControlChange(cc=20, value=await background(work, 7) / 127))
)"));
    EXPECT_THAT(words(rig.run(640, 64, {})), ElementsAre("100:b0.20.7"));
}

TEST_P(EventKindsTest, TheEndOfARenderNamesWhatStillRan) {
    Rig rig(options(GetParam()));
    rig.load(folder.write("endless.py", R"(
from outboard import beats, on, play, spawn
async def arpeggio() -> None:
    while True:
        play(60, hold=True)
        await beats(1 / 1000)
@on.start
def start() -> None:
    spawn(arpeggio)
)"));
    rig.run(64, 64, {});
    rig.before_post = [&] { rig.slot.finish(); };
    const std::vector<Event> last = rig.block(64);
    ASSERT_FALSE(last.empty());
    EXPECT_EQ(last.back().time, 127);
    EXPECT_TRUE(rig.slot.idle());
    std::string text;
    for (int i = 0; i < 5000 && text.empty(); ++i) {
        for (const Message& message : rig.host.take_messages()) {
            text += message.type == Message::Type::info ? message.text : "";
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    EXPECT_EQ(text, "the render ends here and cancels what still ran: arpeggio");
}

/// Processes whose parent is `pid`.
std::vector<std::int64_t> children_of(std::int64_t pid) {
    std::vector<std::int64_t> all;
    for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
        const std::string name = entry.path().filename().string();
        if (name.find_first_not_of("0123456789") != std::string::npos) {
            continue;
        }
        std::ifstream file(entry.path() / "stat");
        std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
        const std::size_t end = text.rfind(')');
        std::int64_t parent = 0;
        if (end != std::string::npos && std::sscanf(text.c_str() + end + 1, " %*c %ld", &parent) == 1 &&
            parent == pid) {
            all.push_back(std::stoll(name));
        }
    }
    return all;
}

TEST_P(EventKindsTest, TheHelperOfBackgroundIsGoneWithItsChildAlsoAfterKill9) {
    Rig rig(options(GetParam(), false));
    rig.load(folder.write("killed.py", R"(
from outboard import background, on
def forever() -> None:
    while True:
        pass
@on.start
async def start() -> None:
    await background(forever)
)"));
    static_cast<void>(rig.block(64));
    const std::int64_t child = rig.slot.figures().pid;
    const std::vector<std::int64_t> helpers = children_of(child);
    ASSERT_EQ(helpers.size(), 1u);
    ::kill(static_cast<pid_t>(child), SIGKILL);
    bool gone = false;
    for (int i = 0; i < 10'000 && !gone; ++i) {
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
        std::ifstream state("/proc/" + std::to_string(helpers[0]) + "/stat");
        std::string text((std::istreambuf_iterator<char>(state)), std::istreambuf_iterator<char>());
        const std::size_t end = text.rfind(')');
        gone = end == std::string::npos || text.compare(end, 3, ") Z") == 0;
    }
    EXPECT_TRUE(gone) << "the helper works on though nobody is left to take its result";
}

TEST_P(EventKindsTest, AScriptWithoutBackgroundHasNoHelper) {
    Rig rig(options(GetParam(), false));
    rig.load(folder.write("none.py", "from outboard import on\n"));
    static_cast<void>(rig.block(64));
    EXPECT_THAT(children_of(rig.slot.figures().pid), IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(Transports, EventKindsTest, ::testing::Values("shm", "pipe"),
                         [](const auto& test) { return test.param; });

}  // namespace
}  // namespace outboard::scripting
