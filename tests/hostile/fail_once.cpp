// A child that fails at one step of the protocol, which its seed says. The steps of its life are counted: started,
// order received, lane opened, ready said, and for every post: received, about to answer, answered.
#include <chrono>
#include <csignal>
#include <filesystem>
#include <thread>

#include <sys/stat.h>
#include <unistd.h>

#include "../ipc/messages.h"
#include "behaviours.h"
#include "ipc/segment.h"
#include "ipc/shared_memory.h"

namespace outboard::scripting::testing {
namespace {

using ipc::test::Random;

enum class Fault : std::uint8_t {
    none,
    kill,
    leave,
    stop,
    delay,         ///< goes on afterwards, late
    torn_frame,    ///< dies within the write of an answer
    short_answer,  ///< an answer that ends too early
    drop_answer,   ///< one call is never answered
    double_answer,
    wrong_block,
    acknowledges_all,  ///< more than was ever posted
    holds_back,        ///< says "more follows", and gives it with the next answer
    closes,
    count,
};

class Failing {
public:
    explicit Failing(PlainChild& child) : child_(child), random_(child.seed * 977) {
        // Which process of this script it is: each adds a byte to a file beside the script.
        const std::string lives = child.path + ".lives";
        std::error_code none_yet;
        const auto life = std::filesystem::file_size(lives, none_yet);
        std::ofstream(lives, std::ios::app) << 'x';
        const std::uint64_t number = none_yet ? 0 : life;
        for (std::uint64_t i = 0; i <= number; ++i) {
            fault_ = static_cast<Fault>(1 + random_.below(static_cast<std::size_t>(Fault::count) - 1));
            step_ = random_.below(3) == 0 ? random_.below(8) : random_.below(120);
        }
        if (number >= 2) {
            fault_ = Fault::none;
        }
        keep_lane();
    }

    void run() {
        step();
        child_.open_block_lanes();
        step();
        child_.say_ready();
        for (;;) {
            step();
            const bool call = child_.receive();
            step();
            if (call) {
                answer();
                step();
            }
        }
    }

private:
    /// A way to the block lane beside the pipe object, for a write that ends in the middle.
    void keep_lane() {
        raw_ = ::dup(child_.transport() == "shm" ? child::shared_out : child::piped_out);
        struct stat status {};
        ::fstat(raw_, &status);
        if (status.st_size > 0) {
            memory_.emplace(
                ipc::SharedMemory::map(ipc::Descriptor(::dup(raw_)), ipc::SharedMemory::Access::read_write));
        }
    }

    [[nodiscard]] bool due() { return fault_ != Fault::none && taken_++ >= step_; }

    /// A step at which the process may end or stand still.
    void step() {
        if (!due()) {
            return;
        }
        switch (fault_) {
            case Fault::kill:
                std::raise(SIGKILL);
                break;
            case Fault::leave:
                ::_exit(9);
            case Fault::stop:
                std::raise(SIGSTOP);
                break;
            case Fault::delay:
                std::this_thread::sleep_for(std::chrono::milliseconds(random_.below(5) == 0 ? 700 : random_.below(20)));
                fault_ = Fault::none;
                break;
            case Fault::closes:
                ::close_range(3, ~0U, 0);
                ::pause();
                break;
            default:
                break;  // one of the faults of an answer: at the next one
        }
    }

    void answer() {
        if (!due()) {
            child_.answer();
            return;
        }
        ipc::AnswerHead head = child_.head();
        const Fault fault = fault_;
        fault_ = Fault::none;
        switch (fault) {
            case Fault::torn_frame:
                tear(child_.message(head));
                break;
            case Fault::short_answer: {
                const auto whole = child_.message(head);
                child_.send(whole.first(random_.below(whole.size())));
                break;
            }
            case Fault::drop_answer:
                child_.output.clear();
                return;
            case Fault::double_answer:
                child_.send(child_.message(head));
                break;
            case Fault::wrong_block:
                head.block += 1 + random_.below(3);
                child_.send(child_.message(head));
                break;
            case Fault::acknowledges_all:
                head.acknowledged = ~std::uint32_t{0} - static_cast<std::uint32_t>(random_.below(3));
                child_.send(child_.message(head));
                child_.output.clear();
                return;
            case Fault::holds_back: {
                head.acknowledged = child_.output.empty() ? head.acknowledged : child_.output.front().sequence - 1;
                head.flags = ipc::answer_more;
                std::vector<ipc::Record> later;
                later.swap(child_.output);
                child_.send(child_.message(head));
                child_.output.swap(later);
                return;
            }
            default:
                fault_ = fault;
                break;
        }
        child_.answer();
    }

    /// The first bytes of an answer as they come to lie in the ring or in the pipe, and then the end.
    void tear(std::span<const std::byte> message) {
        if (memory_) {
            const auto bytes = memory_->bytes();
            const auto& segment = *reinterpret_cast<const ipc::Segment*>(bytes.data());
            const std::size_t ring = bytes.size() - ipc::Segment::ring_offset;
            const std::size_t at = static_cast<std::size_t>(segment.write_index.load()) % ring;
            const auto length = static_cast<std::uint32_t>(message.size());
            const std::uint64_t header = std::uint64_t{length} | (std::uint64_t{~length} << 32);
            if (at + 8 + message.size() < ring) {
                std::memcpy(bytes.data() + ipc::Segment::ring_offset + at, &header, 1 + random_.below(8));
                std::memcpy(bytes.data() + ipc::Segment::ring_offset + at + 8, message.data(),
                            random_.below(message.size()));
            }
        } else {
            const std::uint32_t magic = 0x624f;
            const auto length = static_cast<std::uint32_t>(message.size());
            std::vector<std::byte> frame(8);
            std::memcpy(frame.data(), &magic, 4);
            std::memcpy(frame.data() + 4, &length, 4);
            frame.insert(frame.end(), message.begin(), message.end());
            (void)!::write(raw_, frame.data(), 1 + random_.below(frame.size() - 1));
        }
        std::raise(SIGKILL);
    }

    PlainChild& child_;
    Random random_;
    Fault fault_ = Fault::none;
    std::size_t step_ = 0;
    std::size_t taken_ = 0;
    int raw_ = -1;
    std::optional<ipc::SharedMemory> memory_;
};

}  // namespace

void behave(PlainChild& child) {
    child.open_block_lanes();
    child.say_ready();
    for (;;) {
        if (child.receive()) {
            child.answer();
        }
    }
}

void fail_once(PlainChild& child) {
    Failing(child).run();
    ::_exit(0);
}

}  // namespace outboard::scripting::testing
