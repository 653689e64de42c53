#include "scripting/traceback.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <string>
#include <vector>

namespace outboard::scripting {
namespace {

const std::vector<std::string> script{"/home/me/x.py", "/home/me/y.py"};
constexpr const char* package = "/usr/share/outboard/python/outboard/";

TEST(PlaceTest, TheInnermostFrameOfTheScriptAndTheHandlerAreNamed) {
    const Place place = place_from(
        "Fatal Python error: Segmentation fault\n\nCurrent thread 0x00007f (most recent call first):\n"
        "  File \"/usr/lib/python3.11/ctypes/__init__.py\", line 519 in string_at\n"
        "  File \"/home/me/x.py\", line 5 in step\n"
        "  File \"/home/me/x.py\", line 12 in note\n"
        "  File \"/usr/share/outboard/python/outboard/_runtime.py\", line 240 in _run\n",
        script, package);
    EXPECT_EQ(place.file, script[0]);
    EXPECT_EQ(place.line, 5);
    EXPECT_EQ(place.sentence(), "x.py, line 5 in step (called from note)");
    EXPECT_EQ(place.text, "__init__.py, line 519 in string_at\nx.py, line 5 in step\nx.py, line 12 in note");
}

TEST(PlaceTest, TheLastOfSeveralTracebacksCounts) {
    const Place place = place_from(
        "Current thread 0x00007f (most recent call first):\n  File \"/home/me/x.py\", line 5 in slow\n"
        "Current thread 0x00007f (most recent call first):\n  File \"/home/me/y.py\", line 9 in endless\n",
        script, package);
    EXPECT_EQ(place.text, "y.py, line 9 in endless");
    EXPECT_EQ(place.file, script[1]);
}

TEST(PlaceTest, WhatIsNoFrameIsLeftOut) {
    for (const char* text : {"", "  <no Python frame>\n", "  File \"", "  File \"/x.py\", line \n",
                             "  File \"/x.py\", line -3 in f\n", "  File \"/x.py\", line 99999999999 in f\n",
                             "  File \"/x\x1b[2J.py\", line 1 in f\n", "  File \"<string>\", line 1 in f\n"}) {
        EXPECT_EQ(place_from(text, script, package).sentence(), "") << text;
    }
}

TEST(PlaceTest, AFloodIsCutAndNobodyWaits) {
    TracebackPipe pipe;
    EXPECT_EQ(pipe.read(), "");
    const std::string much(10000, 'x');
    ssize_t written = 0;
    while (written >= 0) {
        written = ::write(pipe.child.get(), much.data(), much.size());
    }
    EXPECT_GE(pipe.read().size(), 10000U);
    EXPECT_LE(pipe.read().size(), 70000U);
}

}  // namespace
}  // namespace outboard::scripting
