// Link, replaced: the script runs in this process, under the one GIL of this process, on the thread that waits for its
// answer. Compiled instead of scripting/link.h into the bench-only program outboard-one-gil; all else of the program is
// what users run, so that the two differ in nothing but the hop. It must offer what scripting/link.h offers.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "ipc/descriptor.h"
#include "ipc/pipe.h"
#include "ipc/process.h"
#include "ipc/protocol.h"
#include "scripting/script_slot.h"
#include "scripting/watchdog.h"

namespace outboard::scripting {

inline constexpr std::array<const char*, 2> transports{"shm", "pipe"};
[[nodiscard]] std::size_t lane_of(const std::string& transport);

struct LinkOptions {
    std::string child_program;
    std::string package_path;
    std::string transport;
    std::string script;
    double sample_rate = 48000;
    std::uint64_t seed = 0;
    std::uint32_t slot = 0;
    std::uint8_t channel = 0;
    std::optional<std::int64_t> prewake_guard_ns;
    bool keep_prints = false;
    std::vector<std::pair<std::string, double>> values;
};

class Link {
public:
    explicit Link(const LinkOptions& options);
    ~Link();
    Link(const Link&) = delete;
    Link& operator=(const Link&) = delete;

    // ---- [rt] -------------------------------------------------------------------------------------------------
    ipc::Pipe& pipe() noexcept { return *pipe_; }
    /// There is one way only; a wish for another is granted without effect.
    [[nodiscard]] std::size_t lane() const noexcept { return lane_; }
    bool change_lane() noexcept {
        lane_ = 1 - lane_;
        return true;
    }
    [[nodiscard]] ipc::Pipe::PrewakeFigures prewake_figures() const noexcept { return {}; }
    [[nodiscard]] bool dead() const noexcept { return dead_.load(std::memory_order_acquire); }
    void condemn(const char* reason) noexcept { watched.condemned.store(reason, std::memory_order_release); }
    std::uint64_t handles = 0;
    Watched watched;  ///< without a process: nothing to give priority to, to demote or to end
    Watchdog* watchdog = nullptr;
    std::atomic<bool> prewakes{false};

    // ---- [control] --------------------------------------------------------------------------------------------
    enum class Stage : std::uint8_t { starting, ready, refused, ended };
    void read_slow_lane(std::vector<Message>& messages);
    [[nodiscard]] Stage stage() const noexcept { return stage_; }
    void mark_dead() noexcept;
    void kill() noexcept { killed_ = true; }
    std::optional<ipc::Exit> poll_exit() { return killed_ ? std::optional(ipc::Exit{1, 0}) : std::nullopt; }

    const LinkOptions options;
    std::vector<Parameter> parameters;  ///< none: they keep their defaults here
    Message refusal;
    std::int64_t started_ns = 0;
    std::string end_reason;
    bool kit_refused = false;
    Link* next_retired = nullptr;

    [[nodiscard]] const char* condemned() const noexcept { return watched.condemned.load(std::memory_order_acquire); }
    [[nodiscard]] std::int64_t pid() const noexcept;
    [[nodiscard]] int slow_descriptor() const noexcept { return news_.get(); }
    [[nodiscard]] int exit_descriptor() const noexcept { return -1; }

private:
    ipc::Descriptor news_;  ///< readable while read_slow_lane was not called
    std::unique_ptr<ipc::Pipe> pipe_;
    std::size_t lane_ = 0;
    std::string failure_;
    Stage stage_ = Stage::starting;
    bool killed_ = false;
    std::atomic<bool> dead_{false};
};

}  // namespace outboard::scripting
