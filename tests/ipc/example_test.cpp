// The README's example is this folder's example.cpp, word by word, and it does what it says.
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <string>

#include <fcntl.h>
#include <unistd.h>

#include "ipc/process.h"
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
    int numbers[2] = {-1, -1};
    ASSERT_EQ(::pipe2(numbers, O_CLOEXEC), 0);
    const Descriptor read_end(numbers[0]);
    Descriptor write_end(numbers[1]);
    Process process =
        Process::start({.program = TEST_EXAMPLE, .standard_output = write_end.get(), .standard_error = 2});
    write_end.reset();
    std::string text;
    char letter = 0;
    while (::read(read_end.get(), &letter, 1) == 1) {
        text += letter;
    }
    const auto exit = process.wait(std::chrono::seconds(20));
    ASSERT_TRUE(exit);
    EXPECT_EQ(exit->describe(), "exit code 0");
    EXPECT_EQ(text, "ok: outboard\nthe child: exit code 0\n");
}

}  // namespace
}  // namespace outboard::ipc::test
