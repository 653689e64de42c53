// End, Contestant: what every way of calling another process must offer to be measured.
//
// All contestants answer the same question: a message of a known size goes to the child, one of the same size comes
// back. The first eight bytes are the call's number; the runner checks it in every answer.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "ipc/descriptor.h"

namespace outboard::bench {

/// One end of a connection between two processes. One thread uses it. Throws std::runtime_error with a sentence when
/// the connection breaks: a benchmark has no use for half a result.
class End {
public:
    virtual ~End() = default;

    /// Sends one message of the size that was agreed.
    virtual void send(std::span<const std::byte> message) = 0;

    /// Takes the next message, as this contestant waits when left alone (`ipc::no_deadline`), waiting until a moment of
    /// ipc::now_ns(), or only looking (0). False: none came.
    virtual bool take(std::span<std::byte> message, std::int64_t deadline_ns) = 0;

    /// Host's end, once per block after what was sent in it: when the next block is due (0: it is not known).
    virtual void tick([[maybe_unused]] std::int64_t due_ns) {}

    /// Host's end with pre-wake: how many sends have met a polling child so far.
    [[nodiscard]] virtual std::uint64_t met_polling() const { return 0; }
};

/// What both ends know before they are made.
struct Format {
    std::size_t size = 8;  ///< bytes of every message
    bool prewake = false;
    /// How long the host looks for the answer of a child that was polling, before it sleeps: as the engine does, longer
    /// where one child alone is called (scripting/slot.h). The same for ours and around the others.
    std::int64_t spin_ns = 150'000;
};

/// How the child gets to its end: descriptors that it inherits (as `first_own_descriptor` and following), and a text.
struct Invitation {
    std::vector<ipc::Descriptor> descriptors;
    std::string address = "-";
    /// A program other than this benchmark's child, with its arguments before the common ones.
    std::string program{};
    std::vector<std::string> arguments{};
};

struct HostHalf {
    std::unique_ptr<End> end;
    Invitation child;
};

/// Which descriptors of the child are whose.
inline constexpr int lifeline_descriptor = 3;
inline constexpr int control_page_descriptor = 4;
inline constexpr int first_own_descriptor = 5;

struct Contestant {
    const char* name;   ///< on the command line
    const char* title;  ///< in tables
    HostHalf (*open_host)(const Format&);
    /// Null where the child is another program.
    std::unique_ptr<End> (*open_child)(const Format&, const std::string& address);
    /// Its child never sleeps, so it needs a core of its own, and pre-wake means nothing to it.
    bool spins = false;
    /// It has pre-wake of its own; with the others it is put around them (awake.h).
    bool own_prewake = false;
};

/// All of them, in the order of the tables.
[[nodiscard]] std::span<const Contestant> contestants();

}  // namespace outboard::bench
