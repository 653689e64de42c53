// PlainChild: a script's process without Python, for tests of the host. It speaks the protocol as outboard-script does
// and lets every event pass; only control change 20 is taken, so that both outcomes are seen.
#pragma once

#include <array>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <vector>

#include <unistd.h>

#include "ipc/clock.h"
#include "ipc/process.h"
#include "ipc/protocol.h"
#include "ipc/shared_memory_pipe.h"
#include "ipc/system_pipe.h"
#include "scripting/child/descriptors.h"
#include "scripting/link.h"
#include "scripting/records.h"

namespace outboard::scripting::testing {

class PlainChild {
public:
    explicit PlainChild(std::string transport) : transport_(std::move(transport)) {
        ipc::end_with_parent(child::lifeline);
        slow_ = ipc::SystemPipe::open(ipc::Descriptor(child::slow_in), ipc::Descriptor(child::slow_out));
    }

    /// The load order: the script's path and what the file says.
    void receive_order() {
        std::vector<std::byte> buffer(ipc::max_slow_text + sizeof(ipc::SlowHead));
        const ipc::Received received = slow_->receive(buffer, ipc::no_deadline);
        ipc::Opcode opcode{};
        std::string text;
        if (received.status != ipc::Status::ok ||
            !ipc::read_slow(std::span(buffer).first(received.size), opcode, text) || opcode != ipc::Opcode::load) {
            throw std::runtime_error("no load order");
        }
        path = nlohmann::json::parse(text).at("path").get<std::string>();
        std::ifstream(path) >> behaviour >> seed;
    }
    void open_block_lanes() {
        lanes_[0] = ipc::SharedMemoryPipe::open(ipc::Descriptor(child::shared_in), ipc::Descriptor(child::shared_out));
        lanes_[1] = ipc::SystemPipe::open(ipc::Descriptor(child::piped_in), ipc::Descriptor(child::piped_out),
                                          ipc::max_post_bytes);
        lane_ = lane_of(transport_);
    }
    void say_ready() {
        const nlohmann::json declarations{{"parameters", nlohmann::json::array()}, {"handles", ~std::uint64_t{0} >> 1}};
        slow_->send_until(ipc::write_slow(ipc::Opcode::ready, declarations.dump()), ipc::no_deadline);
    }

    /// Says that it is ready in words that are none, and waits to be ended.
    [[noreturn]] void say_nonsense() {
        slow_->send_until(ipc::write_slow(ipc::Opcode::ready, "nonsense"), ipc::no_deadline);
        for (;;) {
            ::pause();
        }
    }

    /// Takes one post: true if it is a call. Leaves the process when the host is gone.
    bool receive() {
        const ipc::Received received = lanes_[lane_]->receive(buffer_, ipc::no_deadline);
        if (received.status != ipc::Status::ok ||
            !ipc::read_post(std::span(buffer_).first(received.size), call, incoming_)) {
            ::_exit(received.status == ipc::Status::closed ? 0 : 4);
        }
        if (call.type == ipc::PostType::change_lane) {
            lane_ = 1 - lane_;
        }
        for (std::uint32_t i = 0; i < call.count; ++i) {
            const ipc::Record& record = incoming_[i];
            if (record.kind > last_kind || (record.flags & wire::flag_state) != 0) {
                continue;
            }
            acknowledged = std::max(acknowledged, record.sequence);
            const bool taken = record.kind == 4 && record.data[1] == 20;
            if ((record.flags & wire::flag_passed) == 0 && !taken) {
                ipc::Record pass = record;
                pass.kind = wire::pass;
                output.push_back(pass);
            }
        }
        return call.type == ipc::PostType::call;
    }
    /// The answer to the call at hand.
    [[nodiscard]] ipc::AnswerHead head() const {
        ipc::AnswerHead head;
        head.block = call.block;
        head.through = call.start + call.frames;
        head.acknowledged = acknowledged;
        head.wake_sample = INT64_MAX;
        head.wake_beat = std::numeric_limits<double>::infinity();
        head.started_ns = head.decoded_ns = head.handled_ns = head.finished_ns = ipc::now_ns();
        return head;
    }
    std::span<const std::byte> message(const ipc::AnswerHead& head) {
        const std::size_t count = std::min<std::size_t>(output.size(), ipc::max_answer_records);
        return std::span(buffer_).first(ipc::write_answer(buffer_, head, std::span(output).first(count)));
    }
    ipc::Status send(std::span<const std::byte> bytes) { return lanes_[lane_]->send(bytes); }
    void answer() {
        send(message(head()));
        output.clear();
    }

    ipc::SystemPipe& slow() { return *slow_; }
    [[nodiscard]] const std::string& transport() const { return transport_; }

    std::string path;
    std::string behaviour;
    std::uint64_t seed = 0;
    ipc::PostHead call;
    std::uint32_t acknowledged = 0;
    std::vector<ipc::Record> output;

private:
    std::string transport_;
    std::unique_ptr<ipc::SystemPipe> slow_;
    std::array<std::unique_ptr<ipc::Pipe>, 2> lanes_;
    std::size_t lane_ = 0;
    std::vector<std::byte> buffer_ = std::vector<std::byte>(ipc::max_post_bytes);
    std::vector<ipc::Record> incoming_ = std::vector<ipc::Record>(ipc::max_post_records);
};

}  // namespace outboard::scripting::testing
