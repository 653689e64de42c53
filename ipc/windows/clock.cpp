#include "ipc/clock.h"

#include <windows.h>

namespace outboard::ipc {

namespace {

std::int64_t ticks_per_second() noexcept {
    LARGE_INTEGER frequency{};
    ::QueryPerformanceFrequency(&frequency);
    return frequency.QuadPart;
}

}  // namespace

// The counter starts with the system and is the same in every process.
std::int64_t now_ns() noexcept {
    static const std::int64_t frequency = ticks_per_second();
    LARGE_INTEGER ticks{};
    ::QueryPerformanceCounter(&ticks);
    // In two parts: ticks · 10⁹ would not fit into 64 bits after half an hour.
    const std::int64_t seconds = ticks.QuadPart / frequency;
    return seconds * 1'000'000'000 + ticks.QuadPart % frequency * 1'000'000'000 / frequency;
}

}  // namespace outboard::ipc
