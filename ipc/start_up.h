// The start-up handshake: a child that was started has to say something before it counts as there.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "ipc/pipe.h"
#include "ipc/process.h"

namespace outboard::ipc {

/// How a start went.
struct StartUp {
    /// ok: the first message is there. timed_out: it said nothing in time, and was killed. peer_died: it ended first.
    /// closed: it closed its end without a word, and was killed. too_large, corrupt: what it said is no message that
    /// the buffer takes, and it was killed.
    Status status = Status::timed_out;
    std::size_t size = 0;      ///< bytes of the first message, when ok
    std::optional<Exit> exit;  ///< how it ended, unless ok
};

/// [control] Waits for the first message of a started child, until it ends, or until `deadline_ns` (absolute,
/// now_ns()). A child that did not make it is killed and reaped. Looks for its end a hundred times a second: a
/// message wakes at once, over either transport.
StartUp await_first_message(Process& child, Pipe& pipe, std::span<std::byte> buffer, std::int64_t deadline_ns);

}  // namespace outboard::ipc
