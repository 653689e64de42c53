// A conversation with an echo.
#pragma once

#include <gtest/gtest.h>

#include "ends.h"
#include "messages.h"
#include "watchdog.h"

namespace outboard::ipc::test {

/// Sends messages 0 … count - 1 to an echo, with several under way, and checks each that comes back.
inline void talk(Pipe& host, std::uint64_t seed, std::uint64_t count) {
    std::vector<std::byte> buffer(host.capacity());
    std::uint64_t sent = 0;
    std::uint64_t got = 0;
    while (got < count) {
        while (sent < count && sent - got < 64 && host.pending() < host.capacity() / 4 &&
               host.send(message_of(seed, sent, 5000)) == Status::ok) {
            ++sent;
        }
        const Received received = host.receive(buffer, patience());
        ASSERT_EQ(received.status, Status::ok) << to_string(received.status) << " at " << got;
        ASSERT_TRUE(same(std::span(buffer).first(received.size), message_of(seed, got, 5000))) << got;
        ++got;
    }
}

}  // namespace outboard::ipc::test
