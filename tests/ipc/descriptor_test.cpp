#include "ipc/descriptor.h"

#include <gtest/gtest.h>

#include "system.h"

namespace outboard::ipc::test {
namespace {

TEST(Descriptor, ClosesWhatItOwns) {
    const Handle number = open_null().release();
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
    EXPECT_EQ(descriptor.get(), no_handle);
    descriptor.reset();
    EXPECT_EQ(descriptor.release(), no_handle);
}

TEST(Descriptor, MovesAndReleases) {
    const Handle first = open_null().release();
    const Handle second = open_null().release();
    Descriptor a(first);
    Descriptor b(second);
    a = std::move(b);
    EXPECT_FALSE(is_open(first));
    EXPECT_EQ(a.get(), second);
    Descriptor c(std::move(a));
    EXPECT_EQ(c.release(), second);
    c.reset();
    EXPECT_TRUE(is_open(second));
    Descriptor(second).reset();
}

}  // namespace
}  // namespace outboard::ipc::test
