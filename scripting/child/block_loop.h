// BlockLoop: the child's life after loading: receive a post, run the script, answer.
#pragma once

#include <array>
#include <memory>
#include <vector>

#include "ipc/clock.h"
#include "ipc/pipe.h"
#include "ipc/protocol.h"
#include "scripting/child/interpreter.h"

namespace outboard::scripting::child {

class BlockLoop {
public:
    /// One block lane of each transport; the host may go over from one to the other at any time.
    using Lanes = std::array<std::unique_ptr<ipc::Pipe>, 2>;
    BlockLoop(Lanes lanes, std::size_t first, Interpreter& interpreter);
    /// Awake when the host's next block is due. `guard_ns` as in ipc::Prewaker.
    void prewake(std::int64_t guard_ns);
    /// Until the host says quit or is gone.
    void run();

private:
    /// Before a block is due: goes the whole way of a call that is none, from its bytes to those of the answer, unless
    /// a real one comes.
    void warm_up(const ipc::Pipe::Came& came);
    void answer(const ipc::PostHead& call, std::int64_t started_ns);
    void give_up_flooding(const ipc::PostHead& call);
    void answer_audio(const ipc::PostHead& post, const ipc::Record& record, std::int64_t started_ns);
    void send(const ipc::AnswerHead& head, std::span<const ipc::Record> records);
    void note_chores(bool save, bool show);

    /// Something for the time between blocks: when there is nothing to read, not more often than every `between_ns`,
    /// and by force when it has been due for as long again.
    struct Chore {
        std::int64_t between_ns;
        void (Interpreter::*work)();
        bool wanted = false;
        std::int64_t earliest_ns = 0;

        [[nodiscard]] std::int64_t due() const noexcept { return wanted ? earliest_ns : ipc::no_deadline; }
        [[nodiscard]] bool overdue(std::int64_t now) const noexcept {
            return wanted && earliest_ns > 0 && now - earliest_ns > between_ns;
        }
        void run(Interpreter& interpreter) {
            wanted = false;
            earliest_ns = ipc::now_ns() + between_ns;
            (interpreter.*work)();
        }
    };

    Lanes lanes_;
    std::size_t lane_;  ///< in use
    Interpreter& interpreter_;
    std::vector<std::byte> buffer_;
    std::vector<std::byte> warm_post_;   ///< the call that is none: two notes
    std::vector<ipc::Record> incoming_;  ///< of one message
    std::vector<ipc::Record> waiting_;   ///< posted and not yet handled, in order
    std::vector<ipc::Record> output_;    ///< made and not yet sent, in order
    std::uint32_t acknowledged_ = 0;
    std::uint32_t answers_ = 0;
    bool keep_asked_ = false;  ///< answer the call, then say what the script keeps
    std::array<Chore, 2> chores_{Chore{1'000'000'000, &Interpreter::save}, Chore{33'000'000, &Interpreter::show}};
};

}  // namespace outboard::scripting::child
