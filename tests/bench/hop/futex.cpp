// Contestant: shared memory and a bare futex, one wake call per message and a wait call for what is not there yet.
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <ctime>

#include "hop/all.h"
#include "hop/mailbox.h"
#include "ipc/clock.h"

namespace outboard::bench {
namespace {

class FutexEnd final : public End {
public:
    FutexEnd(const ipc::Descriptor& file, MailboxSide::Who who) : side_(file, who) {}
    void send(std::span<const std::byte> message) override {
        side_.put(message);
        ::syscall(SYS_futex, &side_.outgoing_word(), FUTEX_WAKE, 1, nullptr, nullptr, 0);
    }
    bool take(std::span<std::byte> message, std::int64_t deadline_ns) override {
        while (!side_.arrived()) {
            if (deadline_ns != ipc::no_deadline && (deadline_ns == 0 || ipc::now_ns() >= deadline_ns)) {
                return false;
            }
            const timespec until{static_cast<time_t>(deadline_ns / 1'000'000'000),
                                 static_cast<long>(deadline_ns % 1'000'000'000)};
            ::syscall(SYS_futex, &side_.incoming_word(), FUTEX_WAIT_BITSET, side_.fetched(),
                      deadline_ns == ipc::no_deadline ? nullptr : &until, nullptr, FUTEX_BITSET_MATCH_ANY);
        }
        side_.fetch(message);
        return true;
    }

private:
    MailboxSide side_;
};

}  // namespace

HostHalf futex_host(const Format&) {
    ipc::Descriptor file = MailboxSide::create();
    HostHalf half{std::make_unique<FutexEnd>(file, MailboxSide::Who::host), {}};
    half.child.descriptors.push_back(std::move(file));
    return half;
}

std::unique_ptr<End> futex_child(const Format&, const std::string&) {
    return std::make_unique<FutexEnd>(ipc::Descriptor(first_own_descriptor), MailboxSide::Who::child);
}

}  // namespace outboard::bench
