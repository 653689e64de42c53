#include "ipc/process.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <system_error>
#include <thread>

#include <fcntl.h>
#include <poll.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ends.h"
#include "watchdog.h"

namespace outboard::ipc::test {
namespace {

using namespace std::chrono_literals;

struct OsPipe {
    OsPipe() {
        int numbers[2] = {-1, -1};
        EXPECT_EQ(::pipe2(numbers, O_CLOEXEC), 0);
        read = Descriptor(numbers[0]);
        write = Descriptor(numbers[1]);
    }
    Descriptor read;
    Descriptor write;
};

/// What a peer prints, to its end.
std::string output_of(std::vector<std::string> arguments, std::vector<std::pair<int, int>> descriptors = {}) {
    OsPipe out;
    Process process = start_peer(std::move(arguments), std::move(descriptors), out.write.get());
    out.write.reset();
    std::string text;
    char part[4096];
    ssize_t got = 0;
    while ((got = ::read(out.read.get(), part, sizeof part)) > 0) {
        text.append(part, static_cast<std::size_t>(got));
    }
    const auto exit = process.wait(20s);
    EXPECT_TRUE(exit && exit->code == 0 && exit->signal == 0);
    return text;
}

std::string line_from(const Descriptor& descriptor) {
    std::string line;
    char letter = 0;
    while (::read(descriptor.get(), &letter, 1) == 1 && letter != '\n') {
        line += letter;
    }
    return line;
}

/// A peer that has said its first line.
struct Running {
    explicit Running(const std::string& mode) {
        OsPipe out;
        process.emplace(start_peer({mode}, {}, out.write.get()));
        out.write.reset();
        line = line_from(out.read);
    }
    std::optional<Process> process;
    std::string line;
};

/// Readable when the program of this number has ended, also when somebody else has to reap it.
Descriptor watch(pid_t pid) {
    return Descriptor(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
}

bool ends_within(const Descriptor& watched, int ms) {
    pollfd entry{watched.get(), POLLIN, 0};
    return ::poll(&entry, 1, ms) == 1;
}

int open_descriptors() {
    int count = 0;
    for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
        count += entry.path().empty() ? 0 : 1;
    }
    return count;
}

class ProcessTest : public testing::Test {
protected:
    Watchdog watchdog_{std::chrono::seconds(100)};
};

TEST_F(ProcessTest, TellsTheExitCode) {
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

TEST_F(ProcessTest, TellsTheSignalByName) {
    for (const auto& [number, name] : std::map<int, std::string>{
             {SIGKILL, "SIGKILL"}, {SIGTERM, "SIGTERM"}, {SIGABRT, "SIGABRT"}, {SIGXCPU, "SIGXCPU"}}) {
        Process process = start_peer({"raise", std::to_string(number)});
        const auto exit = process.wait(20s);
        ASSERT_TRUE(exit);
        EXPECT_EQ(exit->signal, number);
        EXPECT_EQ(exit->describe(), name);
    }
    EXPECT_EQ((Exit{0, SIGSEGV}.describe()), "SIGSEGV");
    EXPECT_EQ((Exit{0, SIGRTMIN + 3}.describe()), "signal " + std::to_string(SIGRTMIN + 3));
}

TEST_F(ProcessTest, GivesTheChildItsDescriptorsAndNoOthers) {
    const Descriptor inheritable(::open("/dev/zero", O_RDONLY));  // not close-on-exec: as careless libraries open
    const Descriptor far_away(::fcntl(inheritable.get(), F_DUPFD, 700));
    OsPipe a;
    OsPipe b;
    const std::string text = output_of({"list-descriptors"}, {{a.read.get(), 3}, {b.write.get(), 7}});
    std::istringstream lines(text);
    std::map<int, std::string> found;
    int number = 0;
    std::string target;
    while (lines >> number >> target) {
        found[number] = target;
    }
    ASSERT_EQ(found.size(), 5U) << text;
    EXPECT_EQ(found[0], "/dev/null");
    EXPECT_EQ(found[1].substr(0, 5), "pipe:");
    EXPECT_TRUE(found.contains(2));
    const auto name_of_here = [](const Descriptor& here) {
        return std::filesystem::read_symlink("/proc/self/fd/" + std::to_string(here.get())).string();
    };
    EXPECT_EQ(found[3], name_of_here(a.read));
    EXPECT_EQ(found[7], name_of_here(b.write));
}

TEST_F(ProcessTest, PlacesDescriptorsThatAreInEachOthersWay) {
    // Here 20 and 21, there the other way round; and one on the number of the source of another.
    const Descriptor zero(::open("/dev/zero", O_RDONLY | O_CLOEXEC));
    const Descriptor full(::open("/dev/full", O_RDONLY | O_CLOEXEC));
    const Descriptor at_20(::fcntl(zero.get(), F_DUPFD_CLOEXEC, 20));
    const Descriptor at_21(::fcntl(full.get(), F_DUPFD_CLOEXEC, at_20.get() + 1));
    const std::string text =
        output_of({"list-descriptors"}, {{at_20.get(), at_21.get()}, {at_21.get(), at_20.get()}, {at_20.get(), 3}});
    EXPECT_NE(text.find("\n" + std::to_string(at_20.get()) + " /dev/full\n"), std::string::npos) << text;
    EXPECT_NE(text.find("\n" + std::to_string(at_21.get()) + " /dev/zero\n"), std::string::npos) << text;
    EXPECT_NE(text.find("\n3 /dev/zero\n"), std::string::npos) << text;
}

TEST_F(ProcessTest, PassesArgumentsAsTheyAre) {
    const std::string text = output_of({"print-arguments", "", "two words", "$HOME \"*\""});
    EXPECT_EQ(text.substr(0, text.find("pid")), "[]\n[two words]\n[$HOME \"*\"]\n");
    // In a group of its own, so that a whole group can be killed.
    int pid = 0;
    int group = 1;
    ASSERT_EQ(std::sscanf(text.c_str() + text.find("pid"), "pid %d group %d", &pid, &group), 2);
    EXPECT_EQ(pid, group);
}

TEST_F(ProcessTest, AddsToTheEnvironment) {
    ::setenv("OUTBOARD_TEST_KEPT", "kept", 1);
    ::setenv("OUTBOARD_TEST_CHANGED", "before", 1);
    const auto variable = [](const std::string& name) {
        OsPipe out;
        Process::Options options;
        options.program = TEST_PEER;
        options.arguments = {"print-variable", name};
        options.environment = {{"OUTBOARD_TEST_CHANGED", "after"}, {"OUTBOARD_TEST_NEW", "a=b"}};
        options.standard_output = out.write.get();
        Process process = Process::start(options);
        out.write.reset();
        return line_from(out.read);
    };
    EXPECT_EQ(variable("OUTBOARD_TEST_KEPT"), "kept");
    EXPECT_EQ(variable("OUTBOARD_TEST_CHANGED"), "after");
    EXPECT_EQ(variable("OUTBOARD_TEST_NEW"), "a=b");
    EXPECT_EQ(variable("OUTBOARD_TEST_NONE"), "(none)");
}

TEST_F(ProcessTest, StartsTheChildWithDefaultSignals) {
    sigset_t some;
    sigset_t before;
    sigemptyset(&some);
    sigaddset(&some, SIGUSR1);
    sigaddset(&some, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &some, &before);
    const auto old_pipe = std::signal(SIGPIPE, SIG_IGN);
    const auto old_hup = std::signal(SIGHUP, SIG_IGN);
    const std::string text = output_of({"list-signals"});
    std::signal(SIGPIPE, old_pipe);
    std::signal(SIGHUP, old_hup);
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
    // Sanitizers install handlers of their own for these three.
    std::istringstream lines(text);
    for (int number = 0; lines >> number;) {
        EXPECT_TRUE(number == SIGSEGV || number == SIGBUS || number == SIGFPE) << number;
    }
}

TEST_F(ProcessTest, SaysWhatCannotBeStarted) {
    Process::Options options;
    options.program = "/no/such/program";
    try {
        Process::start(options);
        FAIL() << "started";
    } catch (const std::system_error& error) {
        EXPECT_EQ(std::string(error.what()), "cannot start the program '/no/such/program': No such file or directory");
        EXPECT_EQ(error.code().value(), ENOENT);
    }
    options.program = "/";
    EXPECT_THROW(Process::start(options), std::system_error);
    options.program = TEST_PEER;
    for (const std::pair<int, int>& wrong :
         {std::pair{0, 2}, std::pair{0, 256}, std::pair{9999, 3}, std::pair{-1, 3}}) {
        options.descriptors = {wrong};
        EXPECT_THROW(Process::start(options), std::system_error) << wrong.first << " " << wrong.second;
    }
    options.descriptors = {{0, 3}, {1, 3}};
    EXPECT_THROW(Process::start(options), std::system_error);
}

TEST_F(ProcessTest, TellsTheEndByItsDescriptor) {
    Running running("sleep");
    EXPECT_EQ(running.process->poll(), std::nullopt);
    EXPECT_EQ(running.process->wait(5ms), std::nullopt);
    pollfd entry{running.process->exit_descriptor(), POLLIN, 0};
    EXPECT_EQ(::poll(&entry, 1, 0), 0);
    running.process->kill();
    EXPECT_EQ(::poll(&entry, 1, 20'000), 1);
    EXPECT_EQ(running.process->poll()->describe(), "SIGKILL");
}

TEST_F(ProcessTest, AsksBeforeItKills) {
    Running polite("sleep");
    EXPECT_EQ(polite.process->terminate(20s).describe(), "SIGTERM");
    Running stubborn("ignore-sigterm");
    EXPECT_EQ(stubborn.process->terminate(20ms).describe(), "SIGKILL");
    Running stopped("sleep");
    ::kill(static_cast<pid_t>(stopped.process->pid()), SIGSTOP);
    siginfo_t info{};
    ASSERT_EQ(::waitid(P_PID, static_cast<id_t>(stopped.process->pid()), &info, WSTOPPED | WNOWAIT), 0);
    EXPECT_EQ(stopped.process->terminate(20ms).describe(), "SIGKILL");
}

TEST_F(ProcessTest, KillsAndReapsWhatIsDestroyedOrReplaced) {
    Running running("sleep");
    const Descriptor first = watch(static_cast<pid_t>(running.process->pid()));
    Running other("sleep");
    const Descriptor second = watch(static_cast<pid_t>(other.process->pid()));
    *running.process = std::move(*other.process);
    EXPECT_TRUE(ends_within(first, 0));
    EXPECT_FALSE(ends_within(second, 0));
    running.process.reset();
    EXPECT_TRUE(ends_within(second, 0));
    EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1);
    EXPECT_EQ(errno, ECHILD);
}

TEST_F(ProcessTest, TakesTheRestOfTheGroupAlong) {
    OsPipe out;
    Process process = start_peer({"leave-somebody-behind"}, {}, out.write.get());
    out.write.reset();
    const Descriptor helper = watch(std::stoi(line_from(out.read)));
    ASSERT_TRUE(helper);
    ASSERT_TRUE(process.wait(20s));
    EXPECT_TRUE(ends_within(helper, 20'000));
}

TEST_F(ProcessTest, StartsFromSeveralThreadsDoNotMixTheirDescriptors) {
    std::vector<std::thread> threads;
    for (int thread = 0; thread < 4; ++thread) {
        threads.emplace_back([thread] {
            for (int i = 0; i < 20; ++i) {
                const Descriptor careless(::open("/dev/zero", O_RDONLY));
                const OsPipe own;
                const int there = 3 + thread;
                const std::string text = output_of({"list-descriptors"}, {{own.read.get(), there}});
                const auto link = std::filesystem::read_symlink("/proc/self/fd/" + std::to_string(own.read.get()));
                EXPECT_NE(text.find("\n" + std::to_string(there) + " " + link.string() + "\n"), std::string::npos)
                    << text;
                EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 4) << text;
            }
        });
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
}

TEST_F(ProcessTest, StartsThatAreCutShortLeaveNothingBehind) {
    const int before = open_descriptors();
    for (int i = 0; i < 200; ++i) {
        Process process = start_peer({"sleep"});  // killed wherever it is
    }
    EXPECT_EQ(open_descriptors(), before);
    EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1);  // no zombie, nothing running
    EXPECT_EQ(errno, ECHILD);
}

/// Lines of /proc/self/maps; only those with the word, if one is given.
int mappings(const std::string& word = "") {
    std::ifstream maps("/proc/self/maps");
    int count = 0;
    for (std::string line; std::getline(maps, line);) {
        count += line.find(word) != std::string::npos;
    }
    return count;
}

TEST_F(ProcessTest, TenThousandStartsLeaveNothingBehind) {
    constexpr std::size_t at_once = 20;
    const auto start_all = [](std::size_t count) {
        for (std::size_t done = 0; done < count; done += at_once) {
            std::vector<Half> halves;
            std::vector<Process> processes;
            for (std::size_t i = 0; i < at_once; ++i) {
                // Each with what a child is given: both kinds of channel in turn.
                halves.push_back(make_half(i % 2 == 0 ? Transport::shm : Transport::pipe, 4096));
                Process::Options options;
                options.program = TEST_NOTHING;
                options.descriptors = {{halves.back().child[0].get(), 3}, {halves.back().child[1].get(), 4}};
                processes.push_back(Process::start(options));
            }
            for (std::size_t i = 0; i < at_once; ++i) {
                if (i % 5 == 4) {
                    continue;  // its destructor reaps it
                }
                const auto exit = processes[i].wait(20s);
                ASSERT_TRUE(exit);
                ASSERT_EQ(exit->describe(), "exit code 0");
            }
        }
    };
    start_all(at_once);  // what the C library keeps for later is there from now on
    const int descriptors_before = open_descriptors();
    const int mappings_before = mappings();
    start_all(10'000);
    EXPECT_EQ(open_descriptors(), descriptors_before);
    EXPECT_EQ(mappings("memfd:"), 0);
    EXPECT_LT(mappings(), mappings_before + 100);    // a heap may grow in pieces; one for each start it may not
    EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1);  // no zombie, nothing running
    EXPECT_EQ(errno, ECHILD);
}

}  // namespace
}  // namespace outboard::ipc::test
