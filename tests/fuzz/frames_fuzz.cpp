// The frames of OS pipes: any bytes in any pieces into the reading side, against a second reading of the same stream;
// then the writing side through a pipe that has little room and is emptied as the fuzzer says.
#include <array>

#include <fcntl.h>
#include <unistd.h>

#include "input.h"
#include "ipc/posix/frame_stream.h"
#include "ipc/posix/pipe_calls.h"

using namespace outboard;

namespace {

constexpr std::size_t capacity = 3000;

/// What a stream of frames says, read all at once.
class Reference {
public:
    void add(std::span<const std::byte> bytes) { stream_.insert(stream_.end(), bytes.begin(), bytes.end()); }

    ipc::Status next(std::size_t room, bool ended, std::vector<std::byte>& message) {
        const std::size_t have = stream_.size() - at_;
        if (have < 8) {
            return !ended ? ipc::Status::timed_out : have == 0 ? ipc::Status::closed : ipc::Status::peer_died;
        }
        std::uint32_t word = 0;
        std::uint32_t length = 0;
        std::memcpy(&word, stream_.data() + at_, 4);
        std::memcpy(&length, stream_.data() + at_ + 4, 4);
        if (word != ipc::FrameHeader::expected_magic || length > capacity) {
            return ipc::Status::corrupt;
        }
        if (length > room) {
            return ipc::Status::too_large;
        }
        if (have - 8 < length) {
            return ended ? ipc::Status::peer_died : ipc::Status::timed_out;
        }
        const auto begin = stream_.begin() + static_cast<std::ptrdiff_t>(at_) + 8;
        message.assign(begin, begin + static_cast<std::ptrdiff_t>(length));
        at_ += 8 + length;
        return ipc::Status::ok;
    }

private:
    std::vector<std::byte> stream_;
    std::size_t at_ = 0;
};

void read_any_stream(fuzz::Input& input) {
    auto ends = ipc::make_pipe();
    ipc::FrameReader reader(capacity);
    Reference reference;
    bool ended = false;
    ipc::Status last = ipc::Status::timed_out;
    while (!ended && last != ipc::Status::corrupt) {
        ended = input.empty() || input.below(64) == 0;
        if (ended) {
            ends[1].reset();
        } else if (input.below(3) == 0) {  // a frame that is well formed
            const auto payload = input.take_bytes(input.below(100));
            ipc::FrameHeader header;
            header.length = static_cast<std::uint32_t>(payload.size() + (input.below(32) == 0 ? input.below(4000) : 0));
            for (const auto& part : {std::as_bytes(std::span(&header, 1)), payload}) {
                FUZZ_CHECK(::write(ends[1].get(), part.data(), part.size()) == static_cast<ssize_t>(part.size()));
                reference.add(part);
            }
        } else {
            const auto part = input.take_bytes(input.below(40));
            FUZZ_CHECK(::write(ends[1].get(), part.data(), part.size()) == static_cast<ssize_t>(part.size()));
            reference.add(part);
        }
        for (std::uint32_t looks = 1 + input.below(3); looks > 0; --looks) {
            const fuzz::Exact buffer(input.below(2) == 0 ? capacity : input.below(100));
            std::vector<std::byte> expected;
            last = reference.next(buffer.span().size(), ended, expected);
            const ipc::Received received = reader.read(ends[0].get(), buffer.span());
            FUZZ_CHECK(received.status == last);
            FUZZ_CHECK(received.size == expected.size());
            FUZZ_CHECK(std::equal(expected.begin(), expected.end(), buffer.span().begin()));
        }
    }
}

void write_through_little_room(fuzz::Input& input) {
    auto ends = ipc::make_pipe();
    ::fcntl(ends[1].get(), F_SETPIPE_SZ, 4096);
    ipc::FrameWriter writer(capacity);
    ipc::FrameReader reader(capacity);
    std::vector<std::vector<std::byte>> waiting;
    std::size_t first = 0;
    const auto take_one = [&] {
        std::array<std::byte, capacity> buffer;
        const ipc::Received received = reader.read(ends[0].get(), buffer);
        if (received.status == ipc::Status::ok) {
            FUZZ_CHECK(first < waiting.size() && received.size == waiting[first].size());
            FUZZ_CHECK(std::equal(waiting[first].begin(), waiting[first].end(), buffer.begin()));
            ++first;
        } else {
            FUZZ_CHECK(received.status == ipc::Status::timed_out);
        }
        return received.status;
    };
    while (!input.empty()) {
        switch (input.below(3)) {
            case 0:
                take_one();
                break;
            case 1: {
                const ipc::Status status = writer.flush(ends[1].get());
                FUZZ_CHECK(status == (writer.rest() == 0 ? ipc::Status::ok : ipc::Status::full));
                break;
            }
            default: {
                std::vector<std::byte> message(input.below(2) == 0 ? input.below(64) : input.below(capacity + 1));
                const auto content = input.take_bytes(std::min<std::size_t>(message.size(), 16));
                std::copy(content.begin(), content.end(), message.begin());
                const ipc::Status status = writer.write(ends[1].get(), message);
                FUZZ_CHECK(status == ipc::Status::ok || status == ipc::Status::full);
                if (status == ipc::Status::ok) {
                    waiting.push_back(std::move(message));
                }
                break;
            }
        }
    }
    while (writer.flush(ends[1].get()) == ipc::Status::full || first < waiting.size()) {
        take_one();
    }
    FUZZ_CHECK(take_one() == ipc::Status::timed_out && writer.rest() == 0);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::Input input(data, size);
    if (input.below(2) == 0) {
        read_any_stream(input);
    } else {
        write_through_little_room(input);
    }
    return 0;
}
