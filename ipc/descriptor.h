// Descriptor: owns one file descriptor; on Windows one HANDLE.
#pragma once

#include <utility>

#include "ipc/native.h"

namespace outboard::ipc {

class Descriptor {
public:
    Descriptor() = default;
    explicit Descriptor(Handle number) noexcept : number_(number) {}
    Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, no_handle)) {}
    Descriptor& operator=(Descriptor&& other) noexcept {
        if (this != &other) {
            reset();
            number_ = std::exchange(other.number_, no_handle);
        }
        return *this;
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor() { reset(); }

    [[nodiscard]] Handle get() const noexcept { return number_; }
    [[nodiscard]] explicit operator bool() const noexcept { return number_ >= 0; }
    [[nodiscard]] Handle release() noexcept { return std::exchange(number_, no_handle); }
    void reset() noexcept;  ///< closes

private:
    Handle number_ = no_handle;
};

}  // namespace outboard::ipc
