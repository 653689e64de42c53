// Contestant: shared memory, and an eventfd in each direction to wake the other side.
#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "hop/all.h"
#include "hop/mailbox.h"
#include "hop/system_calls.h"
#include "ipc/clock.h"

namespace outboard::bench {
namespace {

class EventEnd final : public End {
public:
    EventEnd(const ipc::Descriptor& file, MailboxSide::Who who, ipc::Descriptor read, ipc::Descriptor write)
        : side_(file, who), read_(std::move(read)), write_(std::move(write)) {}
    void send(std::span<const std::byte> message) override {
        side_.put(message);
        const std::uint64_t one = 1;
        checked(::write(write_.get(), &one, sizeof one), "eventfd: write");
    }
    bool take(std::span<std::byte> message, std::int64_t deadline_ns) override {
        if (deadline_ns != ipc::no_deadline && !readable(read_.get(), deadline_ns)) {
            return false;
        }
        std::uint64_t count = 0;
        while (::read(read_.get(), &count, sizeof count) < 0) {
            if (errno != EINTR) {
                fail("eventfd: read");
            }
        }
        side_.fetch(message);
        return true;
    }

private:
    MailboxSide side_;
    ipc::Descriptor read_, write_;
};

ipc::Descriptor new_eventfd() {
    return ipc::Descriptor(static_cast<int>(checked(::eventfd(0, EFD_CLOEXEC), "eventfd")));
}

ipc::Descriptor copy_of(const ipc::Descriptor& descriptor) {
    return ipc::Descriptor(static_cast<int>(checked(::dup(descriptor.get()), "dup")));
}

}  // namespace

HostHalf eventfd_host(const Format&) {
    ipc::Descriptor file = MailboxSide::create(), to_child = new_eventfd(), to_host = new_eventfd();
    HostHalf half{std::make_unique<EventEnd>(file, MailboxSide::Who::host, copy_of(to_host), copy_of(to_child)), {}};
    half.child.descriptors.push_back(std::move(file));
    half.child.descriptors.push_back(std::move(to_child));
    half.child.descriptors.push_back(std::move(to_host));
    return half;
}

std::unique_ptr<End> eventfd_child(const Format&, const std::string&) {
    return std::make_unique<EventEnd>(ipc::Descriptor(first_own_descriptor), MailboxSide::Who::child,
                                      ipc::Descriptor(first_own_descriptor + 1),
                                      ipc::Descriptor(first_own_descriptor + 2));
}

}  // namespace outboard::bench
