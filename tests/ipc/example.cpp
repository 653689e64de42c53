// A parent starts itself as its own child, asks it something through shared memory and prints the answer.
#include <algorithm>
#include <array>
#include <cstdio>
#include <string_view>

#include "ipc/clock.h"
#include "ipc/process.h"
#include "ipc/shared_memory_pipe.h"

using namespace outboard::ipc;

static int child() {
    end_with_parent(inherited(3).release());
    const auto pipe = SharedMemoryPipe::open(inherited_from<SharedMemoryPipe::ChildHandles>(4));
    std::array<std::byte, 1000> buffer;
    for (;;) {
        const auto [status, size] = pipe->receive(buffer, no_deadline);
        if (status != Status::ok) {
            return status == Status::closed ? 0 : 1;  // closed: the parent needs us no more
        }
        std::reverse(buffer.begin(), buffer.begin() + size);
        pipe->send(std::span(buffer).first(size));
    }
}

int main(int count, char** arguments) {
    if (count > 1) {
        return child();
    }
    const Lifeline lifeline = Lifeline::create();
    auto [pipe, handles] = SharedMemoryPipe::create();
    Process::Options options{.program = arguments[0], .arguments = {"child"}};
    options.give(lifeline.child, 3);
    options.give(handles, 4);
    Process process = Process::start(options);

    constexpr std::string_view question = "draobtuo";
    pipe->send(std::as_bytes(std::span(question)));
    std::array<std::byte, 1000> answer;
    const auto [status, size] = pipe->receive(answer, now_ns() + 5'000'000'000);  // at most five seconds
    std::printf("%s: %.*s\n", to_string(status), static_cast<int>(size), reinterpret_cast<const char*>(answer.data()));
    pipe->close();
    const auto exit = process.wait(std::chrono::seconds(5));
    std::printf("the child: %s\n", exit ? exit->describe().c_str() : "still there");
    return status == Status::ok && exit && exit->code == 0 ? 0 : 1;
}
