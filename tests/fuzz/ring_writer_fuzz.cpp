// The writing side of a ring whose reader publishes any index that the fuzzer says. What is written must be a frame at
// the writer's own place, and nothing may be written outside of the ring or over what the reader says it has not read.
#include "input.h"
#include "ipc/ring.h"

using namespace outboard;

namespace {

/// What the ring holds from this place on.
std::vector<std::byte> bytes_at(std::span<const std::byte> ring, std::uint64_t at, std::size_t count) {
    std::vector<std::byte> bytes(count);
    for (std::size_t i = 0; i < count; ++i) {
        bytes[i] = ring[static_cast<std::size_t>(at + i) % ring.size()];
    }
    return bytes;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::Input input(data, size);
    const std::size_t ring_bytes = std::size_t{64} << input.below(7);
    const fuzz::Exact ring(ring_bytes);
    std::atomic<std::uint64_t> write_index{0};
    std::atomic<std::uint64_t> read_index{0};
    ipc::RingWriter writer(ring.span(), write_index, read_index);
    std::uint64_t next = 0;   // what the writer's index must be
    std::uint64_t known = 0;  // the reader's index as the writer last believed it
    while (!input.empty()) {
        switch (input.below(6)) {
            case 0:
                read_index = input.take<std::uint64_t>();
                break;
            case 1:
                read_index = next - 8 * input.below(300);
                break;
            case 2:
                write_index = input.take<std::uint64_t>();  // our own word: only written, never believed
                break;
            default:
                read_index = next;
                break;
        }
        const std::uint64_t used = next - read_index;
        const std::size_t length = input.below(2) == 0 ? input.below(64) : input.below(5000);
        const fuzz::Exact message(length);
        const auto content = input.take_bytes(std::min<std::size_t>(length, 32));
        std::copy(content.begin(), content.end(), message.span().begin());

        FUZZ_CHECK(writer.pending() <= ring_bytes);
        const std::size_t frame = 8 + (length + 7) / 8 * 8;
        const std::uint64_t published = write_index;
        // The writer looks at the reader's word when room seems short by what it knows.
        ipc::Status expected = ipc::Status::ok;
        if (length > writer.capacity()) {
            expected = ipc::Status::too_large;
        } else if (frame > ring_bytes - (next - known)) {
            if (used > ring_bytes || used % 8 != 0) {
                expected = ipc::Status::corrupt;
            } else {
                known = next - used;
                expected = frame > ring_bytes - used ? ipc::Status::full : ipc::Status::ok;
            }
        }
        const std::vector<std::byte> unread = bytes_at(ring.span(), known, static_cast<std::size_t>(next - known));
        const ipc::Status status = writer.write(message.span());
        FUZZ_CHECK(status == expected);
        if (status == ipc::Status::ok) {
            const std::vector<std::byte> written = bytes_at(ring.span(), next, frame);
            const auto there = static_cast<std::uint32_t>(length);
            const std::uint64_t header = std::uint64_t{there} | (std::uint64_t{~there} << 32);
            FUZZ_CHECK(std::memcmp(written.data(), &header, 8) == 0);
            FUZZ_CHECK(std::equal(message.span().begin(), message.span().end(), written.begin() + 8));
            FUZZ_CHECK(bytes_at(ring.span(), known, unread.size()) == unread);
            next += frame;
            FUZZ_CHECK(write_index == next);
        } else {
            FUZZ_CHECK(write_index == published);
        }
    }
    return 0;
}
