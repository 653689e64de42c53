#include "ipc/descriptor.h"

#include <gtest/gtest.h>

#include <fcntl.h>
#include <unistd.h>

namespace outboard::ipc::test {
namespace {

int open_null() {
    return ::open("/dev/null", O_RDONLY | O_CLOEXEC);
}

bool is_open(int number) {
    return ::fcntl(number, F_GETFD) >= 0;
}

TEST(Descriptor, ClosesWhatItOwns) {
    const int number = open_null();
    {
        const Descriptor descriptor(number);
        EXPECT_TRUE(descriptor);
        EXPECT_EQ(descriptor.get(), number);
        EXPECT_TRUE(is_open(number));
    }
    EXPECT_FALSE(is_open(number));
}

TEST(Descriptor, OwnsNothingAtFirst) {
    Descriptor descriptor;
    EXPECT_FALSE(descriptor);
    EXPECT_EQ(descriptor.get(), -1);
    descriptor.reset();
    EXPECT_EQ(descriptor.release(), -1);
}

TEST(Descriptor, MovesAndReleases) {
    const int first = open_null();
    const int second = open_null();
    Descriptor a(first);
    Descriptor b(second);
    a = std::move(b);
    EXPECT_FALSE(is_open(first));
    EXPECT_EQ(a.get(), second);
    Descriptor c(std::move(a));
    EXPECT_EQ(c.release(), second);
    c.reset();
    EXPECT_TRUE(is_open(second));
    ::close(second);
}

}  // namespace
}  // namespace outboard::ipc::test
