// Mailbox: the shared memory under the contestants that bring a way of waking only: raw spin, raw futex, eventfd.
//
// One message in each direction, and a count of the messages sent in each. No checks, no ring, no protection from the
// other side: the least that works.
#pragma once

#include <atomic>
#include <cstring>
#include <new>
#include <span>
#include <utility>

#include "hop/end.h"
#include "ipc/shared_memory.h"

namespace outboard::bench {

struct Mailbox {
    static constexpr std::size_t room = 64 * 1024;
    struct Direction {
        alignas(64) std::atomic<std::uint32_t> sent{0};
        alignas(64) std::byte message[room];
    };
    Direction to_child, to_host;
};

/// One side's view of a mailbox.
class MailboxSide {
public:
    enum class Who { host, child };

    static ipc::Descriptor create() { return ipc::SharedMemory::create("bench mailbox", sizeof(Mailbox)); }

    MailboxSide(const ipc::Descriptor& file, Who who)
        : memory_(ipc::SharedMemory::map(file, ipc::SharedMemory::Access::read_write)),
          box_(reinterpret_cast<Mailbox*>(memory_.bytes().data())),
          out_(who == Who::host ? box_->to_child : box_->to_host),
          in_(who == Who::host ? box_->to_host : box_->to_child) {}

    void put(std::span<const std::byte> message) {
        std::memcpy(out_.message, message.data(), message.size());
        out_.sent.store(++sent_, std::memory_order_seq_cst);
    }
    /// Whether a message is there that was not fetched yet.
    [[nodiscard]] bool arrived() const { return in_.sent.load(std::memory_order_acquire) != fetched_; }
    void fetch(std::span<std::byte> message) {
        std::memcpy(message.data(), in_.message, message.size());
        ++fetched_;
    }
    /// The word that counts what the other side sent, and what it holds while there is no news.
    [[nodiscard]] std::atomic<std::uint32_t>& incoming_word() { return in_.sent; }
    [[nodiscard]] std::uint32_t fetched() const { return fetched_; }
    [[nodiscard]] std::atomic<std::uint32_t>& outgoing_word() { return out_.sent; }

private:
    ipc::SharedMemory memory_;
    Mailbox* box_;
    Mailbox::Direction& out_;
    Mailbox::Direction& in_;
    std::uint32_t sent_ = 0, fetched_ = 0;
};

}  // namespace outboard::bench
