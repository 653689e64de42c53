// The other process of the tests. peer MODE [ARGUMENTS]
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <system_error>
#include <thread>

#include "ends.h"
#include "ipc/clock.h"
#include "ipc/segment.h"
#include "ipc/semaphore.h"
#include "ipc/shared_memory.h"
#include "messages.h"
#include "peer_modes.h"

namespace outboard::ipc::test {

/// TRANSPORT RING_BYTES, and what the pipe needs from 3 on.
Inherited inherited_pipe(const Arguments& arguments) {
    const std::size_t ring_bytes = std::stoul(arguments.at(1));
    if (arguments.at(0) == "shm") {
        return {ring_bytes,
                open_half(Transport::shm, in_a_row(inherited_from<SharedMemoryPipe::ChildHandles>(3)), ring_bytes)};
    }
    return {ring_bytes, open_half(Transport::pipe, in_a_row(inherited_from<SystemPipe::ChildHandles>(3)), ring_bytes)};
}

namespace {

int status_code(Status status) {
    return 100 + static_cast<int>(status);
}

}  // namespace

/// Sends everything back until the host closes: 0.
int echo(const Arguments& arguments) {
    const auto [ring_bytes, pipe] = inherited_pipe(arguments);
    std::vector<std::byte> buffer(ring_bytes);
    for (;;) {
        const Received received = pipe->receive(buffer, no_deadline);
        if (received.status != Status::ok) {
            return received.status == Status::closed ? 0 : status_code(received.status);
        }
        Status sent = Status::full;
        while ((sent = pipe->send(std::span(buffer).first(received.size))) == Status::full) {
            // Only a look: it is what a busy child would do, and it pushes a begun frame on.
            std::this_thread::sleep_for(std::chrono::microseconds(50));
        }
        if (sent != Status::ok) {
            return status_code(sent);
        }
    }
}

namespace {

/// Says one message, and leaves with the code that the seed says; 1000: stays.
int say_hello(const Arguments& arguments) {
    const auto [ring_bytes, pipe] = inherited_pipe(arguments);
    const int code = std::stoi(arguments.at(2));
    pipe->send(message_of(1, 0, 100));
    while (code == 1000) {
        std::this_thread::sleep_for(std::chrono::hours(1));
    }
    std::_Exit(code);
}

/// Leaves with the code that the seed says and without a word; 1000: stays; 1001: stays with its pipe closed.
int say_nothing(const Arguments& arguments) {
    const auto [ring_bytes, pipe] = inherited_pipe(arguments);
    const int code = std::stoi(arguments.at(2));
    if (code == 1001) {
        pipe->close();
    }
    while (code >= 1000) {
        std::this_thread::sleep_for(std::chrono::hours(1));
    }
    std::_Exit(code);  // without a close: shared memory does not tell
}

/// Sends message 0, 1, 2, … of the seed, until it is killed.
int flood(const Arguments& arguments) {
    const auto [ring_bytes, pipe] = inherited_pipe(arguments);
    const std::uint64_t seed = std::stoull(arguments.at(2));
    for (std::uint64_t index = 0;; ++index) {
        const std::vector<std::byte> message = message_of(seed, index, pipe->capacity());
        Status sent = Status::full;
        while ((sent = pipe->send(message)) == Status::full) {
            std::this_thread::yield();
        }
        if (sent != Status::ok) {
            return status_code(sent);
        }
    }
}

/// Waits for the host's posts and answers each with one of its own, both over segments as a pipe has them.
int semaphore(const Arguments& arguments) {
    const Descriptor theirs_file = ipc::inherited(3);
    const Descriptor ours_file = ipc::inherited(4);
    const Descriptor listener = bell_handles != 0 ? ipc::inherited(5) : Descriptor();
    const Descriptor ringer = bell_handles != 0 ? ipc::inherited(6) : Descriptor();
    const SharedMemory theirs_memory = SharedMemory::map(theirs_file, SharedMemory::Access::read_only);
    const SharedMemory ours_memory = SharedMemory::map(ours_file, SharedMemory::Access::read_write);
    const auto& theirs = *reinterpret_cast<const Segment*>(theirs_memory.bytes().data());
    auto& ours = *reinterpret_cast<Segment*>(ours_memory.bytes().data());
    Poster poster(ours.posts, theirs.waiting, ringer.get());
    Waiter waiter(theirs.posts, ours.waiting, listener.get());
    const auto rounds = static_cast<std::uint32_t>(std::stoul(arguments.at(0)));
    for (std::uint32_t seen = 0; seen < rounds; ++seen) {
        while (waiter.posts() == seen) {
            waiter.wait(seen, no_deadline);
        }
        poster.post();
    }
    return 0;
}

/// Waits for a post that never comes.
int wait_for_ever(const Arguments&) {
    const SharedMemory theirs_memory = SharedMemory::map(ipc::inherited(3), SharedMemory::Access::read_only);
    const SharedMemory ours_memory = SharedMemory::map(ipc::inherited(4), SharedMemory::Access::read_write);
    const Descriptor listener = bell_handles != 0 ? ipc::inherited(5) : Descriptor();
    const auto& theirs = *reinterpret_cast<const Segment*>(theirs_memory.bytes().data());
    auto& ours = *reinterpret_cast<Segment*>(ours_memory.bytes().data());
    Waiter waiter(theirs.posts, ours.waiting, listener.get());
    const std::uint32_t seen = waiter.posts();
    while (waiter.posts() == seen) {
        waiter.wait(seen, no_deadline);
    }
    return 0;
}

int print_variable(const Arguments& arguments) {
    const char* value = std::getenv(arguments.at(0).c_str());
    std::printf("%s\n", value != nullptr ? value : "(none)");
    return 0;
}

int print_arguments(const Arguments& arguments) {
    for (const std::string& argument : arguments) {
        std::printf("[%s]\n", argument.c_str());
    }
    return 0;
}

/// NUMBER WORDS: writes a line to what it was given by this number.
int say(const Arguments& arguments) {
    const Descriptor given = ipc::inherited(std::stoi(arguments.at(0)));
    const std::string line = arguments.at(1) + "\n";
    return write_all(given, std::as_bytes(std::span(line))) ? sleep_on(arguments) : 1;
}

int ask_for(const Arguments& arguments) {
    try {
        (void)ipc::inherited(std::stoi(arguments.at(0)));
    } catch (const std::system_error&) {
        std::puts("not given");
    }
    return 0;
}

/// MS CODE
int leave_after(const Arguments& arguments) {
    std::this_thread::sleep_for(std::chrono::milliseconds(std::stoi(arguments.at(0))));
    return std::stoi(arguments.at(1));
}

int leave(const Arguments& arguments) {
    return std::stoi(arguments.at(0));
}

/// Ends with its parent, by the lifeline at 3.
int end_with_parent_at_3(const Arguments& arguments) {
    end_with_parent(ipc::inherited(3).release());
    return sleep_on(arguments);
}

/// Ends with its parent, though it is busy and lets no signal through.
int end_with_parent_busy(const Arguments&) {
    end_with_parent(ipc::inherited(3).release());
    block_signals();
    for (;;) {
        (void)now_ns();
    }
}

/// PROGRAM MODES...: starts children of the modes given, prints their numbers and sleeps: the parent that gets killed.
int parent(const Arguments& arguments) {
    std::vector<Process> children;
    std::vector<Lifeline> lifelines;
    for (std::size_t i = 1; i < arguments.size(); ++i) {
        lifelines.push_back(Lifeline::create());
        Process::Options options;
        options.program = arguments[0];
        options.arguments = {arguments[i]};
        options.give(lifelines.back().child, 3);
        children.push_back(Process::start(options));
        lifelines.back().child.reset();
        std::printf("%lld\n", static_cast<long long>(children.back().pid()));
    }
    return sleep_on(arguments);
}

}  // namespace

int sleep_on(const Arguments&) {
    std::puts("ready");
    std::fflush(stdout);
    for (;;) {
        std::this_thread::sleep_for(std::chrono::hours(1));
    }
}

}  // namespace outboard::ipc::test

int main(int count, char** values) {
    using namespace outboard::ipc::test;
    Modes modes{
        {"echo", echo},
        {"flood", flood},
        {"say-hello", say_hello},
        {"say-nothing", say_nothing},
        {"semaphore", semaphore},
        {"wait-for-ever", wait_for_ever},
        {"print-variable", print_variable},
        {"print-arguments", print_arguments},
        {"say", say},
        {"ask-for", ask_for},
        {"leave", leave},
        {"leave-after", leave_after},
        {"sleep", sleep_on},
        {"end-with-parent", end_with_parent_at_3},
        {"end-with-parent-busy", end_with_parent_busy},
        {"parent", parent},
    };
    modes.merge(system_modes());
    const auto mode = count > 1 ? modes.find(values[1]) : modes.end();
    if (mode == modes.end()) {
        std::fputs("peer: unknown mode\n", stderr);
        return 99;
    }
    return mode->second(Arguments(values + 2, values + count));
}
