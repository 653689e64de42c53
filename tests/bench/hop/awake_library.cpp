// What python_pipe_child.py calls by ctypes: the control page, and our pre-wake around a descriptor.
#include <memory>
#include <utility>

#include "hop/awake.h"
#include "hop/system_calls.h"

namespace {

using namespace outboard;

bench::ControlPage* the_page = nullptr;

}  // namespace

extern "C" {

/// Maps the page and tells the runner that this child serves.
void bench_ready(int control_page) {
    static const bench::MappedControlPage mapped{ipc::Descriptor(control_page)};
    the_page = &*mapped;
    the_page->ready.store(1, std::memory_order_release);
}

/// Returns when `descriptor` can be read.
void bench_wait_awake(int descriptor) {
    static bench::Awake awake(*the_page);
    awake.wait([descriptor](std::int64_t deadline_ns) { return bench::readable(descriptor, deadline_ns); });
}
}
