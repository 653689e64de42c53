#include <gtest/gtest.h>

#include <fcntl.h>

#include "ipc/system_pipe.h"

namespace outboard::ipc::test {
namespace {

TEST(PipeDescriptor, IsLeftToNoOtherProgram) {
    const auto pair = SystemPipe::create();
    for (const int number : {pair.host->read_descriptor(), pair.child[0].get(), pair.child[1].get()}) {
        EXPECT_NE(::fcntl(number, F_GETFD) & FD_CLOEXEC, 0);
        EXPECT_NE(::fcntl(number, F_GETFL) & O_NONBLOCK, 0);
    }
}

}  // namespace
}  // namespace outboard::ipc::test
