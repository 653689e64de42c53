// A child that means harm. It keeps copies of its descriptors and maps what can be mapped, behaves for some blocks, and
// then one of the attacks below runs until the host ends it, or for most of a second.
#include <atomic>
#include <chrono>
#include <climits>
#include <csignal>
#include <thread>

#include <fcntl.h>
#include <linux/falloc.h>
#include <linux/futex.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "../ipc/messages.h"
#include "behaviours.h"
#include "ipc/segment.h"

namespace outboard::scripting::testing {
namespace {

using ipc::test::Random;

constexpr std::int64_t longest_attack_ns = 800'000'000;  // longer than the host's watchdog

/// What was inherited: copies of the descriptors of both lanes, and every mapping of them that the kernel gives.
struct Loot {
    Loot() {
        for (const int number : {child::shared_in, child::shared_out, child::piped_in, child::piped_out, child::slow_in,
                                 child::slow_out}) {
            const int copy = ::fcntl(number, F_DUPFD, 100);
            descriptors.push_back(copy);
            struct stat status {};
            ::fstat(copy, &status);
            const auto size = static_cast<std::size_t>(status.st_size);
            if (size == 0) {
                continue;  // a pipe
            }
            void* memory = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, copy, 0);
            if (memory == MAP_FAILED) {
                memory = ::mmap(nullptr, size, PROT_READ, MAP_SHARED, copy, 0);
                if (memory == MAP_FAILED || ::mprotect(memory, size, PROT_READ | PROT_WRITE) != 0) {
                    continue;
                }
                ::_exit(77);  // the host's own file must never become writable here
            }
            writable.push_back({static_cast<std::byte*>(memory), size});
        }
    }
    std::vector<int> descriptors;
    std::vector<std::span<std::byte>> writable;
};

std::vector<std::byte> noise(Random& random, std::size_t size) {
    return ipc::test::bytes_of(random(), size);
}

/// Random bytes over all memory, mostly where the words and the first frames are.
void scribble(Random& random, const Loot& loot) {
    for (const std::span<std::byte> memory : loot.writable) {
        const std::size_t reach = random.below(3) == 0 ? memory.size() : 4096 + 2048;
        const std::size_t at = random.below(reach);
        const std::vector<std::byte> bytes = noise(random, std::min(1 + random.below(64), memory.size() - at));
        std::memcpy(memory.data() + at, bytes.data(), bytes.size());
    }
}

/// The words that the host reads, each with values that are nearly right.
void play_with_words(Random& random, const Loot& loot) {
    for (const std::span<std::byte> memory : loot.writable) {
        auto& segment = *reinterpret_cast<ipc::Segment*>(memory.data());
        switch (random.below(6)) {
            case 0:
                segment.write_index += 8 * random.below(100);
                break;
            case 1:
                segment.read_index += random.below(3) == 0 ? random() : 8;
                break;
            case 2:
                segment.posts = static_cast<std::uint32_t>(random());
                break;
            case 3:
                segment.waiting = static_cast<std::uint32_t>(random.below(4));
                break;
            case 4:
                segment.closed = static_cast<std::uint32_t>(random.below(50) == 0);
                break;
            default:
                ::syscall(SYS_futex, &segment.posts, FUTEX_WAKE, INT_MAX, nullptr, nullptr, 0);
                break;
        }
    }
}

/// Everything that may be asked of a memory file or pipe.
void tear_at_files(Random& random, const Loot& loot) {
    const int file = loot.descriptors[random.below(loot.descriptors.size())];
    const auto at = static_cast<off_t>(4096 * random.below(300));
    switch (random.below(8)) {
        case 0:
            ::fallocate(file, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, at, 4096);
            break;
        case 1:
            ::fallocate(file, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, 1 << 24);
            break;
        case 2:
            (void)!::ftruncate(file, at);
            break;
        case 3:
            (void)!::ftruncate(file, 0);
            break;
        case 4:
            ::fcntl(file, F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE);
            break;
        case 5:
            (void)!::pwrite(file, "no", 2, at);
            break;
        case 6:
            ::fcntl(file, F_SETPIPE_SZ, 4096);
            break;
        default:
            ::fcntl(file, F_SETFL, random.below(2) == 0 ? 0 : O_NONBLOCK | O_APPEND);
            break;
    }
}

/// Random bytes into everything that takes bytes, and everything read away that gives some.
void flood_pipes(Random& random, const Loot& loot) {
    for (const int file : loot.descriptors) {
        ::fcntl(file, F_SETFL, O_NONBLOCK);
        const std::vector<std::byte> bytes = noise(random, random.below(20'000));
        (void)!::write(file, bytes.data(), bytes.size());
        std::byte away[4096];
        (void)!::read(file, away, sizeof away);
    }
}

/// Messages that are sound, as fast as they go: large, small, of every kind.
void flood_slow_lane(Random& random, PlainChild& child) {
    const auto opcode = static_cast<ipc::Opcode>(1 + random.below(5));
    const std::string text(random.below(4) == 0 ? random.below(ipc::max_slow_text) : random.below(100), 'x');
    const std::string json = R"({"level": 1, "text": ")" + text + R"(", "parameters": [], "handles": 1})";
    child.slow().send(ipc::write_slow(random.below(200) == 0 ? opcode : ipc::Opcode::message, json));
}

/// Answers to calls that were never made.
void flood_block_lane(Random& random, PlainChild& child) {
    std::vector<std::byte> bytes = noise(random, random.below(3000));
    if (random.below(2) == 0) {
        const auto head = child.head();
        const auto sound = child.message(head);
        bytes.assign(sound.begin(), sound.end());
    }
    child.send(bytes);
}

enum class Attack : std::uint8_t {
    scribble,
    words,
    files,
    pipes,
    slow_lane,
    block_lane,
    close,
    leave_somebody,
    stop,
    count
};

}  // namespace

void be_hostile(PlainChild& child) {
    Random random(child.seed ^ static_cast<std::uint64_t>(ipc::now_ns()));
    const Loot loot;
    child.open_block_lanes();
    child.say_ready();
    for (std::size_t blocks = random.below(60); blocks > 0;) {
        if (child.receive()) {
            child.answer();
            --blocks;
        }
    }
    const std::int64_t until = ipc::now_ns() + longest_attack_ns;
    // Over pipes there is no memory to attack.
    const std::size_t first = loot.writable.empty() ? static_cast<std::size_t>(Attack::files) : 0;
    const auto attack = static_cast<Attack>(first + random.below(static_cast<std::size_t>(Attack::count) - first));
    // Memory is attacked by a second thread, while this one goes on answering as if nothing were: the worst case.
    if (attack <= Attack::files) {
        std::thread([seed = random(), &loot, attack, until] {
            Random own(seed);
            while (ipc::now_ns() < until) {
                (attack == Attack::scribble ? scribble
                 : attack == Attack::words  ? play_with_words
                                            : tear_at_files)(own, loot);
                if (own.below(20) == 0) {
                    std::this_thread::sleep_for(std::chrono::microseconds(own.below(300)));
                }
            }
            ::_exit(5);
        }).detach();
        for (;;) {
            if (child.receive()) {
                child.answer();
            }
        }
    }
    while (ipc::now_ns() < until) {
        switch (attack) {
            case Attack::pipes:
                flood_pipes(random, loot);
                break;
            case Attack::slow_lane:
                flood_slow_lane(random, child);
                break;
            case Attack::block_lane:
                flood_block_lane(random, child);
                break;
            case Attack::close:
                ::close_range(3, UINT_MAX, 0);
                ::pause();
                break;
            case Attack::leave_somebody:
                if (::fork() == 0) {
                    ::pause();  // holds every descriptor open, whatever becomes of its parent
                }
                ::_exit(6);
            default:
                std::raise(SIGSTOP);
                break;
        }
    }
    ::_exit(5);
}

void talk_for_ever(PlainChild& child) {
    child.open_block_lanes();
    child.say_ready();
    const std::string text(ipc::max_slow_text - 100, 'x');
    const auto message = ipc::write_slow(ipc::Opcode::message, R"({"level": 1, "text": ")" + text + R"("})");
    for (;;) {
        child.slow().send_until(message, ipc::no_deadline);
    }
}

}  // namespace outboard::scripting::testing
