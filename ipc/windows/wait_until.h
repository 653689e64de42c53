// WaitForMultipleObjects to an absolute deadline.
#pragma once

#include <cstdint>
#include <span>

#include "ipc/native.h"

namespace outboard::ipc {

/// [rt] Waits until one of at most eight handles is signalled: its index; or until the deadline (now_ns(); no_deadline:
/// never): -1. Handles that are no_handle are skipped. A thread's first wait creates its timer.
int wait_until(std::span<const Handle> handles, std::int64_t deadline_ns) noexcept;

}  // namespace outboard::ipc
