// What only Windows has: jobs, rights of handles, statuses in place of signals.
#include <gtest/gtest.h>

#include <system_error>

#include <windows.h>

#include "ends.h"
#include "watchdog.h"

namespace outboard::ipc::test {
namespace {

using namespace std::chrono_literals;

HANDLE native(const Descriptor& descriptor) {
    return reinterpret_cast<HANDLE>(descriptor.get());
}

class WindowsTest : public testing::Test {
protected:
    Watchdog watchdog_;
};

TEST_F(WindowsTest, TellsACrashByName) {
    const auto exit = start_peer({"crash"}).wait(20s);
    ASSERT_TRUE(exit);
    EXPECT_EQ(exit->describe(), "access violation");
    EXPECT_EQ(static_cast<DWORD>(exit->signal), 0xc0000005);
    EXPECT_EQ((Exit{0, static_cast<int>(0xc00000fd)}.describe()), "stack overflow");
    EXPECT_EQ((Exit{0, static_cast<int>(0xc0123456)}.describe()), "status 0xc0123456");
}

TEST_F(WindowsTest, PassesArgumentsAsUtf8) {
    auto out = os_pipe();
    Process process =
        start_peer({"print-wide", "", "gr\xc3\xbc\xc3\x9f", "\xf0\x9f\x8e\xb9 \"", "a\\\\\"b"}, {}, out[1].get());
    out[1].reset();
    EXPECT_EQ(all_from(out[0]), "[]\n[gr\xc3\xbc\xc3\x9f]\n[\xf0\x9f\x8e\xb9 \"]\n[a\\\\\"b]\n");
    Process::Options options;
    options.program = "\xff";
    EXPECT_THROW(Process::start(options), std::system_error);
}

TEST_F(WindowsTest, TakesTheRestOfTheJobAlong) {
    auto out = os_pipe();
    Process process = start_peer({"leave-somebody-behind", TEST_PEER}, {}, out[1].get());
    out[1].reset();
    const Descriptor left = watch(std::stoi(line_from(out[0])));
    ASSERT_TRUE(left);
    ASSERT_TRUE(process.wait(20s));
    EXPECT_TRUE(is_ready(left.get(), 20'000));
}

TEST_F(WindowsTest, TheChildCannotRaiseTheRightsOfItsHandle) {
    const auto pair = SharedMemoryPipe::create();
    HANDLE raised = nullptr;
    EXPECT_EQ(::DuplicateHandle(::GetCurrentProcess(), native(pair.child[0]), ::GetCurrentProcess(), &raised,
                                FILE_MAP_ALL_ACCESS, FALSE, 0),
              FALSE);
    EXPECT_EQ(::DuplicateHandle(::GetCurrentProcess(), native(pair.child[0]), ::GetCurrentProcess(), &raised,
                                FILE_MAP_WRITE, FALSE, 0),
              FALSE);
    EXPECT_EQ(::MapViewOfFile(native(pair.child[0]), FILE_MAP_WRITE, 0, 0, 0), nullptr);
    void* view = ::MapViewOfFile(native(pair.child[0]), FILE_MAP_READ, 0, 0, 0);
    ASSERT_NE(view, nullptr);
    DWORD before = 0;
    EXPECT_EQ(::VirtualProtect(view, 4096, PAGE_READWRITE, &before), FALSE);
    ::UnmapViewOfFile(view);
    EXPECT_EQ(::SetEvent(native(pair.child[3])), TRUE);                       // it may ring the host's bell,
    EXPECT_EQ(::WaitForSingleObject(native(pair.child[3]), 0), WAIT_FAILED);  // and not listen to it
}

TEST_F(WindowsTest, OurHandlesAreNotInheritable) {
    const auto shm = SharedMemoryPipe::create();
    const auto pipe = SystemPipe::create();
    const Lifeline lifeline = Lifeline::create();
    for (const Descriptor* one : {&shm.child[0], &shm.child[1], &shm.child[2], &shm.child[3], &pipe.child[0],
                                  &pipe.child[1], &lifeline.parent, &lifeline.child}) {
        DWORD flags = HANDLE_FLAG_INHERIT;
        EXPECT_NE(::GetHandleInformation(native(*one), &flags), FALSE);
        EXPECT_EQ(flags & HANDLE_FLAG_INHERIT, 0U);
    }
}

}  // namespace
}  // namespace outboard::ipc::test
