// DenormalsOff: in its scope the processor treats numbers below 1e-38 as zero. A decaying filter otherwise makes the
// callback up to a hundred times slower. Set in every call, so that offline and real time compute the same.
#pragma once

#include <cstdint>

#if defined(__SSE2__)
#include <xmmintrin.h>
#endif

namespace outboard::ipc {

class DenormalsOff {
public:
    DenormalsOff() noexcept : before_(read()) { write(before_ | mask); }
    ~DenormalsOff() { write(before_); }
    DenormalsOff(const DenormalsOff&) = delete;
    DenormalsOff& operator=(const DenormalsOff&) = delete;

    /// Whether they are off on this thread now (for tests).
    [[nodiscard]] static bool active() noexcept { return (read() & mask) == mask; }

private:
#if defined(__SSE2__)
    using Register = unsigned int;
    static constexpr Register mask = 0x8040;  // flush to zero, denormals are zero
    static Register read() noexcept {
        return _mm_getcsr();
    }
    static void write(Register value) noexcept {
        _mm_setcsr(value);
    }
#elif defined(__aarch64__)
    using Register = std::uint64_t;
    static constexpr Register mask = Register{1} << 24;  // FZ
    static Register read() noexcept {
        Register value = 0;
        __asm__ __volatile__("mrs %0, fpcr" : "=r"(value));
        return value;
    }
    static void write(Register value) noexcept {
        __asm__ __volatile__("msr fpcr, %0" : : "r"(value));
    }
#else
#error "Say here how this processor's denormals are switched off."
#endif
    Register before_;
};

}  // namespace outboard::ipc
