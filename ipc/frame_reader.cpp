#include "ipc/frame_reader.h"

#include <cstring>

namespace outboard::ipc {

Received FrameReader::read(Handle descriptor, std::span<std::byte> buffer) noexcept {
    const bool between_messages = header_have_ == 0;
    Status status = fill(descriptor, header_, header_have_);
    if (status != Status::ok) {
        const bool torn = status == Status::closed && !(between_messages && header_have_ == 0);
        return {torn ? Status::peer_died : status, 0};
    }
    FrameHeader header;
    std::memcpy(&header, header_.data(), sizeof header);
    if (header.magic != FrameHeader::expected_magic || header.zero != 0 || header.length > payload_.size()) {
        return {Status::corrupt, 0};
    }
    if (header.length > buffer.size()) {
        return {Status::too_large, 0};
    }
    status = fill(descriptor, std::span(payload_).first(header.length), payload_have_);
    if (status != Status::ok) {
        return {status == Status::closed ? Status::peer_died : status, 0};
    }
    if (header.length > 0) {
        std::memcpy(buffer.data(), payload_.data(), header.length);
    }
    header_have_ = 0;
    payload_have_ = 0;
    return {Status::ok, header.length};
}

Status FrameReader::fill(Handle descriptor, std::span<std::byte> into, std::size_t& have) noexcept {
    while (have < into.size()) {
        const Received got = read_now(descriptor, into.subspan(have));
        if (got.status != Status::ok) {
            return got.status;
        }
        have += got.size;
    }
    return Status::ok;
}

}  // namespace outboard::ipc
