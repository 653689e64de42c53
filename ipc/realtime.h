// Marks for code that runs on the audio thread.
#pragma once

#if defined(__clang__) && __has_cpp_attribute(clang::nonblocking)
/// The function must not allocate, lock or block: RealtimeSanitizer watches everything that it calls.
#define OUTBOARD_NONBLOCKING [[clang::nonblocking]]
#else
#define OUTBOARD_NONBLOCKING
#endif

#if defined(__has_feature)
#if __has_feature(realtime_sanitizer)
#define OUTBOARD_REALTIME_SANITIZER 1
#endif
#endif

#if defined(OUTBOARD_REALTIME_SANITIZER)
extern "C" void __rtsan_disable(void);
extern "C" void __rtsan_enable(void);
#endif

namespace outboard::ipc {

/// Around the system calls that the audio callback may make: the futex, and SystemPipe's read, write and ppoll; and
/// around FluidSynth's fluid_synth_start(), which takes a mutex that no other thread has. Nothing else may use it.
class [[maybe_unused]] AllowedSystemCall {
public:
#if defined(OUTBOARD_REALTIME_SANITIZER)
    AllowedSystemCall() noexcept {
        __rtsan_disable();
    }
    ~AllowedSystemCall() {
        __rtsan_enable();
    }
#else
    AllowedSystemCall() noexcept = default;
    ~AllowedSystemCall() = default;
#endif
    AllowedSystemCall(const AllowedSystemCall&) = delete;
    AllowedSystemCall& operator=(const AllowedSystemCall&) = delete;
};

}  // namespace outboard::ipc
