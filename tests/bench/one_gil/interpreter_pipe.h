// InterpreterPipe: a Pipe behind which a script answers in this very process. A post waits in memory; the receive that
// looks for its answer runs the script, on its own thread and with the GIL, as programs do that embed Python.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

#include "ipc/pipe.h"
#include "ipc/protocol.h"
#include "one_gil.h"

namespace outboard::scripting::one_gil {

/// [rt] but for what Python does.
class InterpreterPipe final : public ipc::Pipe {
public:
    explicit InterpreterPipe(std::shared_ptr<Loaded> script);

    [[nodiscard]] std::size_t capacity() const noexcept override { return ipc::max_post_bytes; }
    ipc::Status send(std::span<const std::byte> message, ipc::Wake) noexcept override;
    ipc::Received receive(std::span<std::byte> buffer, std::int64_t deadline_ns) noexcept override;
    [[nodiscard]] std::size_t pending() const noexcept override { return 0; }
    void mark_dead() noexcept override { dead_.store(true, std::memory_order_relaxed); }
    void close() noexcept override {}
    [[nodiscard]] const char* transport() const noexcept override { return "one GIL"; }

private:
    struct Call {
        ipc::PostHead head;
        std::size_t records = 0;  ///< of waiting_
        std::uint32_t acknowledged = 0;
    };

    Call take_call();
    std::size_t answer(const Call& call, std::span<std::byte> buffer);
    void run(const Call& call, ipc::AnswerHead& head);

    std::shared_ptr<Loaded> script_;  ///< complete before the link is published
    std::vector<ipc::Record> incoming_, waiting_, records_, output_;
    std::array<Call, 8> calls_{};
    std::size_t call_count_ = 0;
    std::uint32_t posted_ = 0;
    std::uint32_t answers_ = 0;
    std::atomic<bool> dead_{false};
};

}  // namespace outboard::scripting::one_gil
