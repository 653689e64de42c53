#include "ipc/windows/frame_writer.h"

#include <algorithm>
#include <cstring>

#include "ipc/clock.h"
#include "ipc/windows/win32.h"

namespace outboard::ipc {

namespace {

/// Takes one notice from a port, whatever it says: what became of a call stands in its OVERLAPPED.
void take_notice(const Descriptor& port, DWORD timeout_ms) noexcept {
    DWORD bytes = 0;
    ULONG_PTR key = 0;
    OVERLAPPED* call = nullptr;
    ::GetQueuedCompletionStatus(native(port), &bytes, &key, &call, timeout_ms);
}

}  // namespace

// The end of a call is told by a completion port, not by an event: Windows takes back the calls of a thread that ends,
// and half a frame with them, but not those that are to be told to a port.
FrameWriter::FrameWriter(Handle pipe, std::size_t capacity)
    : frame_(sizeof(FrameHeader) + capacity), port_(owned(::CreateIoCompletionPort(native(pipe), nullptr, 0, 1))) {
    if (!port_) {
        fail("cannot use the pipe");
    }
}

Status FrameWriter::write(Handle pipe, std::span<const std::byte> message) noexcept {
    if (const Status status = flush(); status != Status::ok) {
        return status;
    }
    FrameHeader header;
    header.length = static_cast<std::uint32_t>(message.size());
    std::memcpy(frame_.data(), &header, sizeof header);
    if (!message.empty()) {
        std::memcpy(frame_.data() + sizeof header, message.data(), message.size());
    }
    const std::size_t size = sizeof header + message.size();
    call_ = {};
    if (::WriteFile(native(pipe), frame_.data(), static_cast<DWORD>(size), nullptr, &call_) != FALSE) {
        take_notice(port_, 0);
        return Status::ok;
    }
    if (::GetLastError() != ERROR_IO_PENDING) {
        return Status::closed;
    }
    under_way_.store(size, std::memory_order_release);
    return Status::ok;
}

Status FrameWriter::flush() noexcept {
    if (under_way_.load(std::memory_order_relaxed) == 0) {
        return Status::ok;
    }
    if (!HasOverlappedIoCompleted(&call_)) {
        return Status::full;
    }
    take_notice(port_, 0);
    under_way_.store(0, std::memory_order_relaxed);
    return call_.Internal == 0 ? Status::ok : Status::closed;  // the status of the call; 0 is success
}

void FrameWriter::cancel(Handle pipe) noexcept {
    if (under_way_.load(std::memory_order_relaxed) != 0 && !HasOverlappedIoCompleted(&call_)) {
        ::CancelIoEx(native(pipe), &call_);
        while (!HasOverlappedIoCompleted(&call_)) {  // until the system lets go of our memory
            take_notice(port_, 100);
        }
    }
    under_way_.store(0, std::memory_order_relaxed);
}

void FrameWriter::wait(std::int64_t deadline_ns) const noexcept {
    const std::int64_t left_ms = deadline_ns == no_deadline ? 60'000 : (deadline_ns - now_ns() + 999'999) / 1'000'000;
    take_notice(port_, static_cast<DWORD>(std::clamp<std::int64_t>(left_ms, 0, 60'000)));
}

void FrameWriter::wake() const noexcept {
    ::PostQueuedCompletionStatus(native(port_), 0, 0, nullptr);
}

std::size_t FrameWriter::rest() const noexcept {
    const std::size_t size = under_way_.load(std::memory_order_acquire);
    return size != 0 && !HasOverlappedIoCompleted(&call_) ? size : 0;
}

}  // namespace outboard::ipc
