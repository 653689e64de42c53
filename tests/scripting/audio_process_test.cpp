// `audio.process` with a real child: what is heard, where the blocks lie, and what happens when the child fails.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <cmath>

#include "rig.h"
#include "scripting/audio_hop.h"

namespace outboard::scripting {
namespace {

using namespace testing;
using ::testing::HasSubstr;

const std::string halve =
    "from outboard import audio\n"
    "@audio.process(channels=2)\n"
    "def f(block, ctx):\n"
    "    block *= 0.5\n";

float left_at(std::int64_t time) {
    return time < 0 ? 0.0F : static_cast<float>(std::sin(static_cast<double>(time) * 0.05));
}
float right_at(std::int64_t time) {
    return time < 0 ? 0.0F : static_cast<float>(std::sin(static_cast<double>(time) * 0.031));
}

class Sound : public Rig {
public:
    explicit Sound(ScriptHost::Options with = options()) : Rig(with) {}

    /// One block: the events, then the sound. Appends to `left` and `right`.
    std::vector<Event> sound(std::uint32_t frames, const std::vector<Event>& input = {}) {
        const std::int64_t start = now;
        std::vector<Event> output = block(frames, input);
        std::vector<float> l(frames), r(frames);
        for (std::uint32_t i = 0; i < frames; ++i) {
            l[i] = left_at(start + i);
            r[i] = right_at(start + i);
        }
        slot.post_audio(l.data(), r.data());
        slot.collect_audio(l.data(), r.data());
        left.insert(left.end(), l.begin(), l.end());
        right.insert(right.end(), r.begin(), r.end());
        return output;
    }
    /// Real-time blocks, with so much time between them, until something holds. False: it never did.
    template <typename Condition>
    bool sound_until(Condition condition, std::chrono::milliseconds pause = std::chrono::milliseconds(2)) {
        const std::int64_t end = ipc::now_ns() + 20'000'000'000;
        while (ipc::now_ns() < end) {
            sound(64);
            if (condition()) {
                return true;
            }
            std::this_thread::sleep_for(pause);
        }
        return false;
    }
    /// Samples that are neither, of a sound that began at `first` and is heard so much later.
    [[nodiscard]] std::uint64_t neither_dry_nor_half(std::int64_t first, std::int64_t latency) const {
        std::uint64_t count = 0;
        for (std::size_t i = static_cast<std::size_t>(latency); i < left.size(); ++i) {
            const float dry = left_at(first + static_cast<std::int64_t>(i) - latency);
            count += left[i] == dry || left[i] == 0.5F * dry ? 0 : 1;
            EXPECT_LE(std::abs(left[i]), 1.5F) << i;
        }
        return count;
    }
    [[nodiscard]] AudioFigures audio() const { return slot.figures().audio; }
    [[nodiscard]] std::string messages() {
        std::string all;
        for (const Message& message : host.take_messages()) {
            all += message.text + "\n";
        }
        return all;
    }

    /// They come on the slow lane: those until one has these words, or the watchdog's time is over.
    [[nodiscard]] std::string messages_until(const std::string& text) {
        std::string all;
        for (const std::int64_t end = ipc::now_ns() + 20'000'000'000; ipc::now_ns() < end;) {
            all += messages();
            if (all.find(text) != std::string::npos) {
                break;
            }
            std::this_thread::sleep_for(std::chrono::milliseconds(2));
        }
        return all;
    }

    std::vector<float> left, right;
};

/// Offline and over either transport.
class AudioProcessTest : public ::testing::TestWithParam<std::string> {
protected:
    Folder folder;
    Sound rig{options(GetParam())};
};
INSTANTIATE_TEST_SUITE_P(Transports, AudioProcessTest, ::testing::Values("shm", "pipe"),
                         [](const auto& parameter) { return parameter.param; });

TEST_P(AudioProcessTest, IsHeardAtItsOwnSamplesAtEveryBlockSize) {
    rig.load(folder.write("halve.py", halve));
    for (const std::uint32_t frames : {64U, 64U, 1U, 441U, 8192U, 1024U, 7U}) {
        rig.sound(frames);
    }
    for (std::size_t i = 0; i < rig.left.size(); ++i) {
        ASSERT_EQ(rig.left[i], 0.5F * left_at(static_cast<std::int64_t>(i))) << i;
        ASSERT_EQ(rig.right[i], 0.5F * right_at(static_cast<std::int64_t>(i))) << i;
    }
    EXPECT_EQ(rig.audio().calls, 7u);
    EXPECT_EQ(rig.audio().late + rig.audio().missed + rig.audio().dry + rig.audio().cleaned, 0u);
    EXPECT_EQ(rig.audio().latency, 0u);
    const SlotFigures figures = rig.slot.figures();
    EXPECT_EQ(figures.audio_wait_total.count, 7u);
    EXPECT_EQ(figures.audio_busy_total.count, 7u);
    EXPECT_EQ(figures.audio_hop_total.count, 7u);
    EXPECT_GT(figures.audio_busy_total.mean, 0);
}

// SCRIPT_API 7: "a float32 numpy array (channels × frames) whose memory is the shared mapping (owndata False)".
TEST_P(AudioProcessTest, TheBlocksMemoryIsTheSharedMapping) {
    rig.load(folder.write("where.py",
                          "import re\n"
                          "from outboard import audio\n"
                          "@audio.process(channels=2)\n"
                          "def f(block, ctx):\n"
                          "    assert block.dtype == 'float32' and block.shape == (2, ctx.frames)\n"
                          "    assert not block.flags.owndata and block.flags.writeable\n"
                          "    begin = block.__array_interface__['data'][0]\n"
                          "    end = begin + block.nbytes\n"
                          "    for line in open('/proc/self/maps'):\n"
                          "        low, high = (int(word, 16) for word in re.match('(.*?)-(.*?) ', line).groups())\n"
                          "        if 'outboard audio' in line and low <= begin and end <= high:\n"
                          "            assert 'rw-s' in line\n"
                          "            block[:] = 0.125\n"));
    for (const std::uint32_t frames : {64U, 8192U, 64U, 1U}) {
        rig.sound(frames);
    }
    EXPECT_THAT(rig.messages(), ::testing::Not(HasSubstr("Error")));
    EXPECT_EQ(rig.left, std::vector<float>(rig.left.size(), 0.125F));
    EXPECT_EQ(rig.audio().dry, 0u);
}

TEST_P(AudioProcessTest, ItKnowsTheTimeTheEventsTheParametersAndTheClockOfItsBlock) {
    rig.load(folder.write("knows.py",
                          "from outboard import Knob, audio\n"
                          "level = Knob('Level', 0.25)\n"
                          "@audio.process(channels=2)\n"
                          "def f(block, ctx):\n"
                          "    block[0] = 0\n"
                          "    for e in ctx.events:\n"
                          "        block[0, e.time - ctx.time] = e.key\n"
                          "    block[1] = ctx.beats + level.value + (ctx.samples - ctx.time - range(ctx.frames))\n"));
    rig.clock.points[0].tempo = 240;
    const std::vector<Event> input{note_on(3, 60), note_off(70, 60), note_on(128, 61), note_on(191, 62)};
    rig.sound(64, input);
    rig.before_post = [&] { rig.slot.set_parameter(0, 0.5); };
    rig.sound(64, input);
    rig.before_post = nullptr;
    rig.sound(64, input);
    for (std::size_t i = 0; i < 192; ++i) {
        const float key = i == 3 || i == 70 ? 60.0F : i == 128 ? 61.0F : i == 191 ? 62.0F : 0.0F;
        EXPECT_EQ(rig.left[i], key) << i;
        EXPECT_NEAR(rig.right[i], static_cast<double>(i) / 12000 + (i < 64 ? 0.25 : 0.5), 1e-6) << i;
    }
}

TEST_P(AudioProcessTest, HandlersAndSoundShareOneScript) {
    rig.load(folder.write("both.py",
                          "from outboard import audio, beats, on, play\n"
                          "gain = 1.0\n"
                          "@on.note\n"
                          "async def note(e):\n"
                          "    global gain\n"
                          "    gain = 0.0\n"
                          "    e.forward()\n"
                          "    await beats(0.01)\n"
                          "    gain = 0.25\n"
                          "    play(72, duration=beats(1))\n"
                          "@audio.process(channels=2)\n"
                          "def f(block, ctx):\n"
                          "    block *= gain\n"));
    std::vector<std::string> heard;
    for (int i = 0; i < 6; ++i) {
        for (const std::string& word : words(rig.sound(64, {note_on(64, 60)}))) {
            heard.push_back(word);
        }
    }
    EXPECT_THAT(heard, ::testing::ElementsAre("64:90.60.100", "304:90.72.102"));
    EXPECT_EQ(rig.left[63], left_at(63));
    EXPECT_EQ(rig.left[127], 0);
    EXPECT_EQ(rig.left[255], 0);
    EXPECT_EQ(rig.left[300], 0.25F * left_at(300)) << "the handlers of a block run before its sound";
}

TEST_P(AudioProcessTest, ABlockInWhichItRaisesIsDryAndTwentyInASecondBypass) {
    rig.load(folder.write("raises.py",
                          "from outboard import audio, on\n"
                          "@on.note\n"
                          "def hold(e):\n"
                          "    e.forward()\n"
                          "@audio.process(channels=2)\n"
                          "def f(block, ctx):\n"
                          "    block[:] = 9\n"
                          "    if ctx.time >= 128:\n"
                          "        raise ValueError('no sound today')\n"));
    rig.sound(64, {note_on(0, 60)});
    rig.sound(64);
    std::vector<std::string> heard;
    for (int i = 0; i < 30; ++i) {
        for (const std::string& word : words(rig.sound(64))) {
            heard.push_back(word);
        }
    }
    EXPECT_EQ(rig.left[127], 9);
    for (std::size_t i = 128 + AudioHop::fade_frames; i < rig.left.size(); ++i) {
        ASSERT_EQ(rig.left[i], left_at(static_cast<std::int64_t>(i)));
    }
    EXPECT_EQ(rig.audio().dry, 30u);
    EXPECT_EQ(rig.slot.figures().state, SlotState::bypassed);
    const std::string said = rig.messages_until("bypassed after 20 errors");
    EXPECT_THAT(said, HasSubstr("ValueError: no sound today"));
    EXPECT_THAT(said, HasSubstr("bypassed after 20 errors"));
    EXPECT_THAT(words(rig.sound(64, {note_on(rig.now, 64)})), ::testing::Contains(HasSubstr("90.64.100"))) << "passes";
}

TEST_P(AudioProcessTest, WhatIsNoNumberNeverReachesTheMixer) {
    rig.load(folder.write("nan.py",
                          "import numpy as np\n"
                          "from outboard import audio\n"
                          "@audio.process(channels=2)\n"
                          "def f(block, ctx):\n"
                          "    block[0] = np.nan\n"
                          "    block[1, ::2] = -np.inf\n"));
    rig.sound(64);
    rig.sound(64);
    EXPECT_EQ(rig.left, std::vector<float>(128, 0.0F));
    EXPECT_EQ(rig.right[64], 0);
    EXPECT_EQ(rig.right[65], right_at(65));
    EXPECT_EQ(rig.audio().cleaned, 192u);
}

TEST_P(AudioProcessTest, KilledInTheMiddleTheDrySoundGoesOnAndTheNextChildTakesOver) {
    rig.load(folder.write("halve.py", halve));
    rig.sound(256);
    ASSERT_EQ(::kill(static_cast<pid_t>(rig.slot.figures().pid), SIGKILL), 0);
    const std::uint64_t calls = rig.audio().calls;
    ASSERT_TRUE(rig.sound_until([&] { return rig.slot.figures().restarts == 1 && rig.audio().calls > calls + 5; }));
    EXPECT_EQ(rig.left.back(), 0.5F * left_at(rig.now - 1));
    EXPECT_LE(rig.neither_dry_nor_half(0, 0), 2 * AudioHop::fade_frames);
}

TEST_P(AudioProcessTest, ASwapGoesFromOneScriptToTheNextInOneBlock) {
    rig.load(folder.write("halve.py", halve));
    rig.sound(256);
    rig.load(folder.write("negate.py",
                          "from outboard import audio\n@audio.process\ndef f(block, ctx):\n"
                          "    block *= -1\n"));
    rig.sound(256);
    rig.sound(256);
    for (std::size_t i = 0; i < rig.left.size(); ++i) {
        const float factor = i < 256 ? 0.5F : -1.0F;
        if (i < 256 || i >= 256 + AudioHop::fade_frames) {
            ASSERT_EQ(rig.left[i], factor * left_at(static_cast<std::int64_t>(i))) << i;
        } else {
            ASSERT_LT(std::abs(rig.left[i] - rig.left[i - 1]), 0.15F) << i << ": faded";
        }
    }
}

TEST_P(AudioProcessTest, ScriptsWithoutItCostNothing) {
    rig.load(folder.write("none.py", "from outboard import on\n"));
    rig.sound(64);
    rig.sound(64);
    EXPECT_EQ(rig.left[100], left_at(100));
    EXPECT_EQ(rig.audio().calls, 0u);
    EXPECT_EQ(rig.slot.figures().audio_hop_total.count, 0u);
}

TEST_P(AudioProcessTest, TheTransportChangesWhileItPlays) {
    rig.load(folder.write("halve.py", halve));
    for (int i = 0; i < 30; ++i) {
        rig.slot.set_transport(i % 4 < 2 ? "pipe" : "shm");
        rig.sound(100);
    }
    for (std::size_t i = 0; i < rig.left.size(); ++i) {
        ASSERT_EQ(rig.left[i], 0.5F * left_at(static_cast<std::int64_t>(i))) << i;
    }
    EXPECT_EQ(rig.audio().calls, 30u);
}

/// In real time: the callback only looks.
class LiveAudioProcessTest : public ::testing::TestWithParam<std::string> {
protected:
    Folder folder;
    Sound rig{options(GetParam(), false)};
};
INSTANTIATE_TEST_SUITE_P(Transports, LiveAudioProcessTest, ::testing::Values("shm", "pipe"),
                         [](const auto& parameter) { return parameter.param; });

TEST_P(LiveAudioProcessTest, IsHeardOneBlockLater) {
    rig.load(folder.write("halve.py", halve));
    const std::int64_t first = rig.now;
    ASSERT_TRUE(rig.sound_until([&] { return rig.audio().calls == 50; }));
    EXPECT_EQ(rig.audio().latency, 64u);
    // A block that the machine had no time for is dry, and faded.
    const std::uint64_t fades = 1 + 2 * (rig.audio().late + rig.audio().missed);
    EXPECT_LE(rig.neither_dry_nor_half(first, 64), fades * AudioHop::fade_frames);
    EXPECT_EQ(rig.left.size() / 64, rig.audio().calls + rig.audio().missed);
}

TEST_P(LiveAudioProcessTest, AChildThatIsLateIsNotWaitedForAndCounted) {
    rig.load(folder.write("late.py",
                          "import time\n"
                          "from outboard import audio\n"
                          "@audio.process(channels=2)\n"
                          "def f(block, ctx):\n"
                          "    block[:] = 0\n"
                          "    time.sleep(0.1)\n"));
    ASSERT_TRUE(rig.sound_until([&] { return rig.audio().late > 0 && rig.audio().missed > 0; }));
    for (std::size_t i = 64; i < rig.left.size(); ++i) {
        const float dry = left_at(static_cast<std::int64_t>(i) - 64);
        ASSERT_LE(std::abs(rig.left[i]), std::abs(dry) + 1.0F);
    }
    EXPECT_EQ(rig.slot.figures().state, SlotState::live) << "it has no events to be late with";
    EXPECT_EQ(rig.slot.figures().restarts, 0u);
}

TEST_P(LiveAudioProcessTest, AnEndlessLoopIsEndedByTheWatchdogAndTheDrySoundGoesOn) {
    rig.load(folder.write("loop.py",
                          "from outboard import audio\n"
                          "@audio.process(channels=2)\n"
                          "def f(block, ctx):\n"
                          "    while ctx.time >= 640:\n"
                          "        pass\n"));
    ASSERT_TRUE(rig.sound_until([&] { return rig.slot.figures().restarts > 0; }));
    EXPECT_EQ(rig.left.back(), left_at(rig.now - 1 - 64));
    EXPECT_THAT(rig.slot.figures().reasons.at(0), HasSubstr("500 ms"));
}

TEST_P(LiveAudioProcessTest, TakenOutTheSoundIsInTimeAgain) {
    rig.load(folder.write("halve.py", halve));
    ASSERT_TRUE(rig.sound_until([&] { return rig.audio().calls == 5; }));
    rig.slot.unload();
    ASSERT_FALSE(rig.slot.wait_loaded(std::chrono::seconds(20)));
    ASSERT_TRUE(rig.sound_until([&] { return rig.audio().latency == 0; }));
    rig.sound(64);
    rig.sound(64);
    EXPECT_EQ(rig.left.back(), left_at(rig.now - 1));
}

// ---- offline and pipelined: the same sound, one block later, on any machine
// ------------------------------------------

TEST(PipelinedAudioProcessTest, OfflineItIsExactlyOneBlockLater) {
    const Folder folder;
    ScriptHost::Options with = options("shm");
    with.pipelined = true;
    Sound rig(with);
    rig.load(folder.write("halve.py", halve));
    for (int i = 0; i < 20; ++i) {
        rig.sound(128);
    }
    for (std::size_t i = 0; i < rig.left.size(); ++i) {
        ASSERT_EQ(rig.left[i], 0.5F * left_at(static_cast<std::int64_t>(i) - 128)) << i;
    }
    EXPECT_EQ(rig.audio().late, 0u);
}

}  // namespace
}  // namespace outboard::scripting
