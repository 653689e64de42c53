// The other process of hop_bench: one contestant's end, which answers what it gets until the runner goes.
//
//     bench_hop_child NAME ADDRESS SIZE PREWAKE CORE PRIORITY
//
// Descriptors: lifeline, control page, then the contestant's own (end.h).
#include <sys/mman.h>
#include <sys/prctl.h>

#include <algorithm>
#include <cstdio>
#include <exception>
#include <stdexcept>
#include <string>
#include <vector>

#include "hop/awake.h"
#include "hop/control_page.h"
#include "hop/end.h"
#include "hop/placement.h"
#include "ipc/process.h"

namespace outboard::bench {

namespace {

[[noreturn]] void serve(End& end, std::size_t size) {
    std::vector<std::byte> buffer(size);
    for (;;) {
        if (end.take(buffer, ipc::no_deadline)) {
            end.send(buffer);
        }
    }
}

[[noreturn]] void serve_awake(End& end, std::size_t size) {
    std::vector<std::byte> buffer(size);
    Awake awake(childs_control_page());
    for (;;) {
        awake.wait([&](std::int64_t deadline_ns) { return end.take(buffer, deadline_ns); });
        end.send(buffer);
    }
}

void run(const std::vector<std::string>& arguments) {
    const auto all = contestants();
    const auto contestant = std::find_if(all.begin(), all.end(), [&](const auto& one) {
        return one.name == arguments.at(0) && one.open_child != nullptr;
    });
    if (contestant == all.end()) {
        throw std::runtime_error("no contestant of that name");
    }
    Format format;
    format.size = std::stoul(arguments.at(2));
    format.prewake = arguments.at(3) == "1";
    ::prctl(PR_SET_TIMERSLACK, 1UL);
    place(std::stoi(arguments.at(4)), std::stoi(arguments.at(5)));
    const auto end = contestant->open_child(format, arguments.at(1));
    ::mlockall(MCL_CURRENT);  // where it is allowed
    childs_control_page().ready.store(1, std::memory_order_release);
    if (format.prewake && !contestant->own_prewake) {
        serve_awake(*end, format.size);
    }
    serve(*end, format.size);
}

}  // namespace
}  // namespace outboard::bench

int main(int count, char** arguments) {
    if (count != 7) {
        std::fputs("bench_hop_child is started by hop_bench\n", stderr);
        return 2;
    }
    try {
        outboard::ipc::end_with_parent(outboard::bench::lifeline_descriptor);
        outboard::bench::run(std::vector<std::string>(arguments + 1, arguments + count));
    } catch (const std::exception& error) {
        std::fprintf(stderr, "bench_hop_child %s: %s\n", arguments[1], error.what());
    }
    return 1;
}
