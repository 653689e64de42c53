// ScriptHost: makes slots and owns the one control thread that starts, watches, restarts and retires their children.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "scripting/scheduling.h"
#include "scripting/script_slot.h"

namespace outboard::scripting {

class ScriptHost {
public:
    struct Options {
        std::string child_program;  ///< path of `outboard-script`; empty: beside this executable
        std::string package_path;   ///< folder that holds the Python package `outboard`; empty: as installed or built
        std::string transport = "shm";  ///< "shm" or "pipe"
        double sample_rate = 48000;
        std::uint64_t seed = 0;
        bool offline = false;  ///< watchdog of 10 s instead of 500 ms; prints wait rather than drop
        /// Pre-waking (ipc/prewake.h) for children with real-time priority: 0: the guard time is learned; more: so many
        /// nanoseconds; nothing: children sleep until they are called.
        std::optional<std::int64_t> prewake_guard_ns = 0;
        bool pipelined = false;  ///< answers land one block later at the same offsets; the callback never waits
        SwapMoment swap = SwapMoment::beat;  ///< of every slot; set_swap_moment changes it
        /// Bytes of data (RLIMIT_DATA) that a script's process may have; beyond it Python raises MemoryError. 0: no
        /// limit.
        std::uint64_t memory_limit = std::uint64_t{2} << 30;
        /// Bytes of text (prints, tracebacks) that wait for take_messages(); what is beyond is counted and dropped. A
        /// line may have 256 KiB, so that their number, 10,000, alone is no bound.
        std::size_t most_message_bytes = 32 << 20;
    };
    /// [control] Starts the control thread. Throws std::runtime_error with a sentence when the child program or
    /// the package is not where it should be.
    explicit ScriptHost(Options options);
    /// [control] Stops all children. No slot may be in use by an audio thread any more.
    ~ScriptHost();

    /// [control] The slot lives as long as the host, or until remove(). `channel`: the track's first channel
    /// (0-based), which `play` uses where no event gives one. `tag` is what its messages carry as Message::slot.
    ScriptSlot& add_slot(const std::string& name, std::uint8_t channel, std::uint32_t tag = 0);
    /// [control] The audio thread must have let it go.
    void remove_slot(ScriptSlot& slot);

    /// [control] Messages since the last call, oldest first.
    std::vector<Message> take_messages();

    /// [control] The audio thread, as this_thread() said in its first callback. If it has real-time priority, children
    /// are put one below it, where the system allows; those that were called lately and may be awake before they are
    /// called are sent to other cores than its own, and it is kept on that.
    void set_callback_thread(const CallbackThread& thread);

    /// Folder of the factory scripts, for names such as "arpeggiator". Empty if not found.
    [[nodiscard]] std::string factory_folder() const;

private:
    struct State;
    std::unique_ptr<State> state_;
};

/// Resolves what a user wrote for a script: an existing path, else a factory script's name. Throws std::runtime_error
/// with a sentence that lists the names.
[[nodiscard]] std::string resolve_script(const std::string& text, const std::string& factory_folder);

}  // namespace outboard::scripting
