// What a started program gets from its parent and how its end is told, on every system.
#include <gtest/gtest.h>

#include <optional>
#include <system_error>

#include "ends.h"
#include "watchdog.h"

namespace outboard::ipc::test {
namespace {

using namespace std::chrono_literals;

/// What a peer prints, to its end.
std::string output_of(std::vector<std::string> arguments) {
    auto out = os_pipe();
    Process process = start_peer(std::move(arguments), {}, out[1].get());
    out[1].reset();
    const std::string text = all_from(out[0]);
    const auto exit = process.wait(20s);
    EXPECT_TRUE(exit && exit->code == 0 && exit->signal == 0);
    return text;
}

/// A peer that has said its first line.
struct Running {
    explicit Running(const std::string& mode) {
        auto out = os_pipe();
        process.emplace(start_peer({mode}, {}, out[1].get()));
        out[1].reset();
        EXPECT_EQ(line_from(out[0]), "ready");
    }
    std::optional<Process> process;
};

class ChildTest : public testing::Test {
protected:
    Watchdog watchdog_{std::chrono::seconds(100)};
};

TEST_F(ChildTest, TellsTheExitCode) {
    for (const int code : {0, 1, 3, 255}) {
        Process process = start_peer({"leave", std::to_string(code)});
        const auto exit = process.wait(20s);
        ASSERT_TRUE(exit);
        EXPECT_EQ(exit->code, code);
        EXPECT_EQ(exit->signal, 0);
        EXPECT_EQ(exit->describe(), "exit code " + std::to_string(code));
        EXPECT_EQ(process.poll()->code, code);  // and again
        EXPECT_EQ(process.wait(0ms)->code, code);
        EXPECT_EQ(process.terminate(0ms).code, code);
        process.kill();
    }
}

TEST_F(ChildTest, PassesArgumentsAsTheyAre) {
    const std::string text =
        output_of({"print-arguments", "", "two words", "$HOME \"*\"", "back\\slash\\", "\\\"", "tab\there"});
    EXPECT_EQ(text, "[]\n[two words]\n[$HOME \"*\"]\n[back\\slash\\]\n[\\\"]\n[tab\there]\n");
}

TEST_F(ChildTest, AddsToTheEnvironment) {
    set_variable("OUTBOARD_TEST_KEPT", "kept");
    set_variable("OUTBOARD_TEST_CHANGED", "before");
    const auto variable = [](const std::string& name) {
        auto out = os_pipe();
        Process::Options options;
        options.program = TEST_PEER;
        options.arguments = {"print-variable", name};
        options.environment = {{"OUTBOARD_TEST_CHANGED", "after"}, {"OUTBOARD_TEST_NEW", "a=b"}};
        options.standard_output = out[1].get();
        Process process = Process::start(options);
        out[1].reset();
        return line_from(out[0]);
    };
    EXPECT_EQ(variable("OUTBOARD_TEST_KEPT"), "kept");
    EXPECT_EQ(variable("OUTBOARD_TEST_CHANGED"), "after");
    EXPECT_EQ(variable("OUTBOARD_TEST_NEW"), "a=b");
    EXPECT_EQ(variable("OUTBOARD_TEST_NONE"), "(none)");
}

TEST_F(ChildTest, InheritsWhatIsNamedAndNothingElse) {
    auto named = os_pipe();
    auto careless = os_pipe();
    make_inheritable(careless[1]);
    auto out = os_pipe();
    Process process = start_peer({"say", "3", "hello"}, {{named[1].get(), 3}}, out[1].get());
    named[1].reset();
    careless[1].reset();
    out[1].reset();
    EXPECT_EQ(line_from(named[0]), "hello");
    EXPECT_EQ(line_from(out[0]), "ready");
    // The child lives and holds on to the named pipe; the careless one has no writer left.
    EXPECT_EQ(line_from(careless[0]), "");
    EXPECT_EQ(process.poll(), std::nullopt);
}

TEST_F(ChildTest, HasNoHandleThatItWasNotGiven) {
    EXPECT_EQ(output_of({"ask-for", "3"}), "not given\n");
    const Descriptor null = open_null();
    Process::Options options;
    options.give(null, 200);
    EXPECT_EQ(start_peer({"ask-for", "200"}, options.descriptors).wait(20s)->describe(), "exit code 0");
}

TEST_F(ChildTest, SaysWhatCannotBeStarted) {
    Process::Options options;
    options.program = "/no/such/program";
    try {
        Process::start(options);
        FAIL() << "started";
    } catch (const std::system_error& error) {
        EXPECT_EQ(std::string(error.what()).substr(0, 45), "cannot start the program '/no/such/program': ");
    }
    options.program = TEST_PEER;
    const Descriptor null = open_null();
    for (const std::pair<Handle, int>& wrong :
         {std::pair{null.get(), 2}, std::pair{null.get(), 256}, std::pair{Handle{9999}, 3}, std::pair{no_handle, 3}}) {
        options.descriptors = {wrong};
        EXPECT_THROW(Process::start(options), std::system_error) << wrong.first << " " << wrong.second;
    }
    options.descriptors = {{null.get(), 3}, {null.get(), 3}};
    EXPECT_THROW(Process::start(options), std::system_error);
}

TEST_F(ChildTest, TellsTheEndByItsDescriptor) {
    Running running("sleep");
    EXPECT_EQ(running.process->poll(), std::nullopt);
    EXPECT_EQ(running.process->wait(5ms), std::nullopt);
    EXPECT_FALSE(is_ready(running.process->exit_descriptor()));
    running.process->kill();
    EXPECT_TRUE(is_ready(running.process->exit_descriptor(), 20'000));
    const auto exit = running.process->wait(20s);
    ASSERT_TRUE(exit);
    EXPECT_EQ(exit->describe(), word_for_killed);
    EXPECT_NE(exit->signal, 0);
}

TEST_F(ChildTest, WaitsForAnEndThatComes) {
    auto out = os_pipe();
    Process process = start_peer({"leave-after", "30", "7"}, {}, out[1].get());
    const auto exit = process.wait(20s);
    ASSERT_TRUE(exit);
    EXPECT_EQ(exit->describe(), "exit code 7");
}

TEST_F(ChildTest, KillsOneThatDoesNotGo) {
    Running stopped("sleep");
    stop(*stopped.process);
    EXPECT_EQ(stopped.process->terminate(20ms).describe(), word_for_killed);
}

TEST_F(ChildTest, AsksBeforeItKills) {
    auto out = os_pipe();
    const Lifeline lifeline = Lifeline::create();
    Process child = start_peer({"end-with-parent"}, {{lifeline.child.get(), 3}}, out[1].get());
    out[1].reset();
    ASSERT_EQ(line_from(out[0]), "ready");
    EXPECT_EQ(child.terminate(20s).describe(), word_for_asked);
}

TEST_F(ChildTest, KillsWhatIsDestroyedOrReplaced) {
    Running running("sleep");
    const Descriptor first = watch(running.process->pid());
    Running other("sleep");
    const Descriptor second = watch(other.process->pid());
    *running.process = std::move(*other.process);
    EXPECT_TRUE(is_ready(first.get()));
    EXPECT_FALSE(is_ready(second.get()));
    running.process.reset();
    EXPECT_TRUE(is_ready(second.get()));
}

TEST_F(ChildTest, ManyStartsLeaveNothingBehind) {
    const auto start = [](int i) {
        Process process =
            start_peer(i % 2 == 0 ? std::vector<std::string>{"leave", "0"} : std::vector<std::string>{"sleep"});
        if (i % 4 == 0) {
            EXPECT_TRUE(process.wait(20s));
        }
    };
    start(0);  // what the system opens once for all
    const int before = open_handles();
    for (int i = 0; i < 100; ++i) {
        start(i);
    }
    EXPECT_EQ(open_handles(), before);
}

}  // namespace
}  // namespace outboard::ipc::test
