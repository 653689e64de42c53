#include "ipc/protocol.h"

#include <cstring>
#include <type_traits>

namespace outboard::ipc {
namespace {

static_assert(std::is_trivially_copyable_v<Record> && std::is_trivially_copyable_v<PostHead> &&
              std::is_trivially_copyable_v<AnswerHead>);

template <typename Head>
std::size_t write_message(std::span<std::byte> buffer, Head head, std::span<const Record> records) noexcept {
    const std::size_t size = sizeof(Head) + records.size_bytes();
    if (size > buffer.size()) {
        return 0;
    }
    head.count = static_cast<std::uint32_t>(records.size());
    std::memcpy(buffer.data(), &head, sizeof head);
    if (!records.empty()) {
        std::memcpy(buffer.data() + sizeof head, records.data(), records.size_bytes());
    }
    return size;
}

template <typename Head>
bool read_message(std::span<const std::byte> message, Head& head, std::span<Record> records) noexcept {
    if (message.size() < sizeof(Head)) {
        return false;
    }
    std::memcpy(&head, message.data(), sizeof head);
    if (head.magic != protocol_magic || head.major != protocol_major || head.count > records.size() ||
        message.size() != sizeof(Head) + head.count * sizeof(Record)) {
        return false;
    }
    if (head.count != 0) {
        std::memcpy(records.data(), message.data() + sizeof head, head.count * sizeof(Record));
    }
    return true;
}

}  // namespace

std::size_t write_post(std::span<std::byte> buffer, PostHead head, std::span<const Record> records) noexcept {
    return write_message(buffer, head, records);
}

std::size_t write_answer(std::span<std::byte> buffer, AnswerHead head, std::span<const Record> records) noexcept {
    return write_message(buffer, head, records);
}

bool read_post(std::span<const std::byte> message, PostHead& head, std::span<Record> records) noexcept {
    return read_message(message, head, records) && head.type >= PostType::call && head.type <= PostType::change_lane;
}

bool read_answer(std::span<const std::byte> message, AnswerHead& head, std::span<Record> records) noexcept {
    return read_message(message, head, records);
}

std::vector<std::byte> write_slow(Opcode opcode, std::string_view text) {
    text = text.substr(0, max_slow_text);
    SlowHead head;
    head.opcode = opcode;
    std::vector<std::byte> message(sizeof head + text.size());
    std::memcpy(message.data(), &head, sizeof head);
    std::memcpy(message.data() + sizeof head, text.data(), text.size());
    return message;
}

bool read_slow(std::span<const std::byte> message, Opcode& opcode, std::string& text) {
    SlowHead head;
    if (message.size() < sizeof head || message.size() > sizeof head + max_slow_text) {
        return false;
    }
    std::memcpy(&head, message.data(), sizeof head);
    if (head.magic != protocol_magic || head.major != protocol_major || head.opcode < Opcode::hello ||
        head.opcode > Opcode::panel) {
        return false;
    }
    opcode = head.opcode;
    text.assign(reinterpret_cast<const char*>(message.data()) + sizeof head, message.size() - sizeof head);
    return true;
}

}  // namespace outboard::ipc
