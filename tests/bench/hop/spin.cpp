// Contestant: both sides look at a word of shared memory all the time. The floor: nothing that lets go of the
// processor can be faster, and nothing burns more.
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "hop/all.h"
#include "hop/control_page.h"
#include "hop/mailbox.h"
#include "ipc/clock.h"
#include "ipc/prewake.h"

namespace outboard::bench {
namespace {

class SpinEnd : public End {
public:
    SpinEnd(const ipc::Descriptor& file, MailboxSide::Who who) : side_(file, who) {}
    void send(std::span<const std::byte> message) override { side_.put(message); }
    bool take(std::span<std::byte> message, std::int64_t deadline_ns) override {
        while (!side_.arrived()) {
            if (deadline_ns != ipc::no_deadline && ipc::now_ns() >= deadline_ns) {
                return false;
            }
            between();
            ipc::relax();
        }
        side_.fetch(message);
        return true;
    }

protected:
    virtual void between() {}

private:
    MailboxSide side_;
};

/// Sleeps while the slices of others run: it would take their core.
class SpinChild final : public SpinEnd {
public:
    using SpinEnd::SpinEnd;

private:
    void between() override {
        std::atomic<std::uint32_t>& active = childs_control_page().active;
        if (active.load(std::memory_order_relaxed) == 0) {
            ::syscall(SYS_futex, &active, FUTEX_WAIT, 0, nullptr, nullptr, 0);
        }
    }
};

}  // namespace

HostHalf spin_host(const Format&) {
    ipc::Descriptor file = MailboxSide::create();
    HostHalf half{std::make_unique<SpinEnd>(file, MailboxSide::Who::host), {}};
    half.child.descriptors.push_back(std::move(file));
    return half;
}

std::unique_ptr<End> spin_child(const Format&, const std::string&) {
    return std::make_unique<SpinChild>(ipc::Descriptor(first_own_descriptor), MailboxSide::Who::child);
}

}  // namespace outboard::bench
