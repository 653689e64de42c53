// The README's example is this folder's example.cpp, word by word, and it does what it says.
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <string>

#include "ipc/process.h"
#include "system.h"
#include "watchdog.h"

namespace outboard::ipc::test {
namespace {

std::string contents(const char* path) {
    std::ifstream file(path);
    EXPECT_TRUE(file) << path;
    return {std::istreambuf_iterator<char>(file), {}};
}

TEST(Example, IsQuotedInTheReadme) {
    const std::string quoted = "```cpp\n" + contents(TEST_EXAMPLE_SOURCE) + "```\n";
    ASSERT_GT(quoted.size(), 1000U);
    EXPECT_NE(contents(TEST_README).find(quoted), std::string::npos)
        << "ipc/README.md has to quote tests/ipc/example.cpp as it is";
}

TEST(Example, Runs) {
    const Watchdog watchdog;
    auto out = os_pipe();
    Process process =
        Process::start({.program = TEST_EXAMPLE, .standard_output = out[1].get(), .standard_error = standard_error()});
    out[1].reset();
    const std::string text = all_from(out[0]);
    const auto exit = process.wait(std::chrono::seconds(20));
    ASSERT_TRUE(exit);
    EXPECT_EQ(exit->describe(), "exit code 0");
    EXPECT_EQ(text, "ok: outboard\nthe child: exit code 0\n");
}

}  // namespace
}  // namespace outboard::ipc::test
