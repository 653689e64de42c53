#include "hop/awake.h"

#include <utility>

namespace outboard::bench {
namespace {

class AwakeHost final : public End {
public:
    AwakeHost(std::unique_ptr<End> inner, ControlPage& page, std::int64_t spin_ns)
        : inner_(std::move(inner)), page_(page), spin_ns_(spin_ns) {}

    void send(std::span<const std::byte> message) override {
        const bool polling = page_.polling.load(std::memory_order_acquire) != 0;
        inner_->send(message);
        met_polling_ += polling ? 1 : 0;
        spin_until_ns_ = polling ? ipc::now_ns() + spin_ns_ : 0;
    }
    bool take(std::span<std::byte> message, std::int64_t deadline_ns) override {
        while (ipc::now_ns() < spin_until_ns_) {
            if (inner_->take(message, 0)) {
                return true;
            }
            ipc::relax();
        }
        return inner_->take(message, deadline_ns);
    }
    void tick(std::int64_t due_ns) override { page_.due.store(due_ns, std::memory_order_release); }
    [[nodiscard]] std::uint64_t met_polling() const override { return met_polling_; }

private:
    std::unique_ptr<End> inner_;
    ControlPage& page_;
    const std::int64_t spin_ns_;
    std::int64_t spin_until_ns_ = 0;
    std::uint64_t met_polling_ = 0;
};

}  // namespace

std::unique_ptr<End> with_prewake(std::unique_ptr<End> inner, ControlPage& page, std::int64_t spin_ns) {
    return std::make_unique<AwakeHost>(std::move(inner), page, spin_ns);
}

}  // namespace outboard::bench
