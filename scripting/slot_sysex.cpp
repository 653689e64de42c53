// System exclusive messages on their way to the child and back: the event, then its bytes, 32 in a record.

#include <algorithm>
#include <cstring>

#include "scripting/slot.h"

namespace outboard::scripting {

std::span<const std::uint8_t> Slot::sysex(std::uint32_t blob) const noexcept {
    if ((blob & sysex_owner_bits) == sysex_from_script) {
        return sysex_pool_.sysex(blob);
    }
    return block_.sysex != nullptr ? block_.sysex->sysex(blob) : std::span<const std::uint8_t>{};
}

/// The bytes of a message behind its event. Of a part of one, or a very long one, none cross.
void Slot::append_sysex(ipc::Record event, std::span<const std::uint8_t> bytes) noexcept {
    event.voice = is_whole_sysex(bytes) ? static_cast<std::uint32_t>(bytes.size()) : 0;
    append(event);
    ipc::Record piece;
    piece.kind = wire::sysex_bytes;
    piece.time = event.time;
    for (std::size_t at = 0; at < event.voice && link_ != nullptr; at += wire::sysex_piece) {
        piece.size = static_cast<std::uint8_t>(std::min(wire::sysex_piece, bytes.size() - at));
        std::memcpy(piece.value, bytes.data() + at, piece.size);
        append(piece);
    }
}

/// A message that the script sends, or lets through by its number when it says no bytes.
bool Slot::begin_sysex(const ipc::Record& record, std::int64_t time, std::int64_t lands) noexcept {
    const bool recent = record.sequence != 0 && last_sequence_ - record.sequence < max_kept;
    Event event;
    event.time = time;
    event.kind = Kind::sysex;
    event.port = record.port;
    event.origin = recent ? kept(record.sequence).origin : 0;
    if (record.voice > 0) {
        return sysex_joiner_.begin(event, record.voice);
    }
    if (!recent || kept(record.sequence).kind != Kind::sysex) {
        return false;
    }
    event.blob = kept(record.sequence).blob;
    return ledger_.send(event, lands);
}

bool Slot::add_sysex(const ipc::Record& record, std::int64_t lands) noexcept {
    if (!sysex_joiner_.open() || record.size > wire::sysex_piece) {
        return false;
    }
    std::array<std::uint8_t, wire::sysex_piece> piece;
    std::memcpy(piece.data(), record.value, piece.size());
    sysex_joiner_.add(std::span(piece).first(record.size));
    if (sysex_joiner_.open()) {
        return true;
    }
    if (!is_whole_sysex(sysex_joiner_.bytes())) {
        sysex_joiner_.forget();
        return false;
    }
    Event event = sysex_joiner_.event();
    event.blob = sysex_pool_.put(sysex_joiner_.bytes());
    return ledger_.send(event, lands);
}

}  // namespace outboard::scripting
