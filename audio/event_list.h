// EventList: a list of events whose capacity is fixed when it is made, so that the audio thread can fill it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "scripting/event.h"

namespace outboard::audio {

class EventList {
public:
    /// [control] Allocates; nothing after this does.
    explicit EventList(std::size_t capacity) : events_(capacity) {}

    /// [rt] False when the list is full: the event is not in it and `refused` counts up. Who pushes decides what
    /// becomes of it (the sequencer keeps it for the next block).
    bool push(const scripting::Event& event) noexcept {
        if (size_ == events_.size()) {
            ++refused_;
            return false;
        }
        events_[size_++] = event;
        return true;
    }
    /// [rt]
    void clear() noexcept { size_ = 0; }

    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    [[nodiscard]] std::size_t capacity() const noexcept { return events_.size(); }
    [[nodiscard]] bool empty() const noexcept { return size_ == 0; }
    [[nodiscard]] bool full() const noexcept { return size_ == events_.size(); }
    /// Pushes refused since the list was made; clear() keeps it.
    [[nodiscard]] std::uint64_t refused() const noexcept { return refused_; }

    [[nodiscard]] scripting::Event& operator[](std::size_t index) noexcept { return events_[index]; }
    [[nodiscard]] const scripting::Event& operator[](std::size_t index) const noexcept { return events_[index]; }
    [[nodiscard]] scripting::Event* begin() noexcept { return events_.data(); }
    [[nodiscard]] scripting::Event* end() noexcept { return events_.data() + size_; }
    [[nodiscard]] const scripting::Event* begin() const noexcept { return events_.data(); }
    [[nodiscard]] const scripting::Event* end() const noexcept { return events_.data() + size_; }
    [[nodiscard]] std::span<scripting::Event> span() noexcept { return {events_.data(), size_}; }
    [[nodiscard]] std::span<const scripting::Event> span() const noexcept { return {events_.data(), size_}; }

private:
    std::vector<scripting::Event> events_;
    std::size_t size_ = 0;
    std::uint64_t refused_ = 0;
};

}  // namespace outboard::audio
