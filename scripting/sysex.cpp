#include "scripting/sysex.h"

#include <algorithm>

namespace outboard::scripting {

bool is_whole_sysex(std::span<const std::uint8_t> bytes) noexcept {
    return bytes.size() >= 2 && bytes.size() <= max_sysex && bytes.front() == 0xF0 && bytes.back() == 0xF7 &&
           std::all_of(bytes.begin() + 1, bytes.end() - 1, [](std::uint8_t byte) { return byte < 0x80; });
}

std::uint32_t SysexPool::put(std::span<const std::uint8_t> bytes) noexcept {
    if (bytes.size() > max_sysex) {
        return 0;
    }
    const std::size_t at = written_ % capacity;
    if (at + bytes.size() > capacity) {
        written_ += capacity - at;  // a message is never wrapped
    }
    std::copy(bytes.begin(), bytes.end(), bytes_.begin() + static_cast<std::ptrdiff_t>(written_ % capacity));
    number_ = number_ == ~sysex_owner_bits ? 1 : number_ + 1;
    places_[number_ % places_.size()] = {number_, static_cast<std::uint32_t>(bytes.size()), written_};
    written_ += bytes.size();
    return owner_ | number_;
}

std::span<const std::uint8_t> SysexPool::sysex(std::uint32_t blob) const noexcept {
    const std::uint32_t number = blob & ~sysex_owner_bits;
    const Place& place = places_[number % places_.size()];
    if (number == 0 || (blob & sysex_owner_bits) != owner_ || place.number != number ||
        written_ - place.start > capacity) {
        return {};
    }
    return std::span(bytes_).subspan(place.start % capacity, place.size);
}

bool SysexJoiner::begin(const Event& event, std::size_t size) noexcept {
    forget();
    if (size > max_sysex) {
        return false;
    }
    event_ = event;
    wanted_ = size;
    return true;
}

void SysexJoiner::add(std::span<const std::uint8_t> bytes) noexcept {
    if (bytes.size() > wanted_) {
        forget();
        return;
    }
    std::copy(bytes.begin(), bytes.end(), bytes_.begin() + static_cast<std::ptrdiff_t>(size_));
    size_ += bytes.size();
    wanted_ -= bytes.size();
}

}  // namespace outboard::scripting
