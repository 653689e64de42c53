#include "audio/note_counter.h"

#include <algorithm>

namespace outboard::audio {
namespace {

using scripting::Event;
using scripting::Kind;

/// One writer: a plain load and store is enough, and cheaper than an atomic addition.
void add(std::atomic<std::uint64_t>& counter, std::int64_t change = 1) {
    counter.store(counter.load(std::memory_order_relaxed) + static_cast<std::uint64_t>(change),
                  std::memory_order_relaxed);
}

std::uint32_t home_of(std::int32_t note_id, std::uint32_t slots) {
    return (static_cast<std::uint32_t>(note_id) * 2654435769u) & (slots - 1);
}

}  // namespace

NoteCounter::NoteCounter() : notes_(slots) {}

void NoteCounter::take(const Event& event) noexcept {
    const std::uint32_t place = (event.channel & 0x0Fu) * 128u + (event.data[1] & 0x7Fu);
    if (event.kind == Kind::note_on) {
        start(event.note_id, place);
    } else if (event.kind == Kind::note_off || event.kind == Kind::choke) {
        end(event.note_id, place);
    }
}

void NoteCounter::start(std::int32_t note_id, std::uint32_t place) noexcept {
    add(started_);
    add(open_);
    set_key(place, 1);
    if (note_id < 0 || ids_ == most_ids) {
        ++without_id_[place];
        return;
    }
    std::uint32_t at = home_of(note_id, slots);
    while (notes_[at].note_id >= 0) {
        at = (at + 1) & (slots - 1);
    }
    notes_[at] = OpenNote{note_id, place};
    ++ids_;
}

void NoteCounter::end(std::int32_t note_id, std::uint32_t place) noexcept {
    if (note_id < 0 || !remove(note_id, place)) {
        if (without_id_[place] == 0) {
            add(stray_offs_);
            return;
        }
        --without_id_[place];
    }
    add(ended_);
    add(open_, -1);
    set_key(place, -1);
}

bool NoteCounter::remove(std::int32_t note_id, std::uint32_t& place) noexcept {
    std::uint32_t hole = home_of(note_id, slots);
    while (notes_[hole].note_id != note_id) {
        if (notes_[hole].note_id < 0) {
            return false;
        }
        hole = (hole + 1) & (slots - 1);
    }
    place = notes_[hole].place;
    // Close the gap: whoever was pushed past it moves back, so that a search may stop at the first free slot.
    for (std::uint32_t at = (hole + 1) & (slots - 1); notes_[at].note_id >= 0; at = (at + 1) & (slots - 1)) {
        const std::uint32_t home = home_of(notes_[at].note_id, slots);
        if (((at - home) & (slots - 1)) >= ((at - hole) & (slots - 1))) {
            notes_[hole] = notes_[at];
            hole = at;
        }
    }
    notes_[hole].note_id = -1;
    --ids_;
    return true;
}

void NoteCounter::set_key(std::uint32_t place, int change) noexcept {
    const std::uint32_t key = place % 128;
    key_count_[key] += static_cast<std::uint32_t>(change);
    std::atomic<std::uint64_t>& word = keys_[key / 64];
    const std::uint64_t bit = std::uint64_t{1} << (key % 64);
    const std::uint64_t bits = word.load(std::memory_order_relaxed);
    word.store(key_count_[key] > 0 ? bits | bit : bits & ~bit, std::memory_order_relaxed);
}

void NoteCounter::clear_notes() noexcept {
    std::fill(notes_.begin(), notes_.end(), OpenNote{});
    ids_ = 0;
    without_id_.fill(0);
    key_count_.fill(0);
    keys_[0].store(0, std::memory_order_relaxed);
    keys_[1].store(0, std::memory_order_relaxed);
    open_.store(0, std::memory_order_relaxed);
}

void NoteCounter::end_all() noexcept {
    add(ended_, static_cast<std::int64_t>(hanging()));
    clear_notes();
}

void NoteCounter::reset() noexcept {
    clear_notes();
    started_.store(0, std::memory_order_relaxed);
    ended_.store(0, std::memory_order_relaxed);
    stray_offs_.store(0, std::memory_order_relaxed);
}

std::array<std::uint64_t, 2> NoteCounter::keys_down() const noexcept {
    return {keys_[0].load(std::memory_order_relaxed), keys_[1].load(std::memory_order_relaxed)};
}

}  // namespace outboard::audio
