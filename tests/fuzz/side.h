// Side: the child's side of a link, in the fuzzer's hands.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <span>
#include <vector>

#include "../scripting/held_child.h"
#include "input.h"
#include "scripting/records.h"

namespace outboard::fuzz {

namespace wire = scripting::wire;

/// A child in the fuzzer's hands, and what the host has posted to it. For many inputs, until one has killed it.
class Side {
public:
    explicit Side(const char* transport) : transport_(transport) {}

    /// As at first: nothing on its lanes, no call open.
    void refresh() {
        if (!child_ || child_->link->dead()) {
            child_ = std::make_unique<scripting::testing::HeldChild>(FUZZ_IDLE, transport_);
        }
        drain();
        while (link()->pipe().receive(message_, 0).status == ipc::Status::ok) {
        }
        posts.clear();
        leaves_ = false;
        link()->watched.oldest_call_ns = 0;
        link()->handover = {};
    }

    /// What the host has posted: this side must find it sound. The number of the last event in it is `last_sequence`.
    void drain() {
        for (;;) {
            const ipc::Received received = child_->pipe().receive(message_, 0);
            if (received.status != ipc::Status::ok) {
                FUZZ_CHECK(received.status == ipc::Status::timed_out);
                return;
            }
            ipc::PostHead head;
            FUZZ_CHECK(ipc::read_post(std::span(message_).first(received.size), head, records_));
            for (std::uint32_t i = 0; i < head.count; ++i) {
                const ipc::Record& record = records_[i];
                leaves_ = leaves_ || record.kind == wire::leave;
                if (record.kind <= scripting::last_kind) {
                    last_sequence = std::max(last_sequence, record.sequence);
                    FUZZ_CHECK(!leaves_ || record.flags == wire::flag_passed);  // they are the next one's
                }
            }
            if (head.type == ipc::PostType::change_lane) {
                FUZZ_CHECK(posts.empty());  // only while no call is open
                child_->lane = 1 - child_->lane;
            }
            if (head.type == ipc::PostType::call) {
                posts.push_back(head);
            }
        }
    }

    /// To the oldest call.
    [[nodiscard]] ipc::AnswerHead next_answer() {
        ipc::AnswerHead head;
        head.block = posts.front().block;
        head.through = posts.front().start + posts.front().frames;
        head.acknowledged = last_sequence;
        head.wake_sample = INT64_MAX;
        head.wake_beat = std::numeric_limits<double>::infinity();
        posts.erase(posts.begin());
        return head;
    }
    /// At most so many bytes of it.
    void send(const ipc::AnswerHead& head, std::span<const ipc::Record> records, std::size_t most) {
        const std::size_t size = ipc::write_answer(message_, head, records);
        FUZZ_CHECK(child_->pipe().send(std::span(message_).first(std::min(size, most))) == ipc::Status::ok);
    }

    [[nodiscard]] scripting::Link* link() const { return child_->link.get(); }
    std::vector<ipc::PostHead> posts;  ///< calls without an answer
    std::uint32_t last_sequence = 0;

private:
    const char* transport_;
    std::unique_ptr<scripting::testing::HeldChild> child_;
    bool leaves_ = false;
    std::vector<ipc::Record> records_ = std::vector<ipc::Record>(ipc::max_post_records);
    std::vector<std::byte> message_ = std::vector<std::byte>(ipc::max_post_bytes);
};

}  // namespace outboard::fuzz
