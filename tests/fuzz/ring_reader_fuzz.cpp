// The reading side of a ring whose writer is honest until it is not: between two reads its index and the ring's bytes
// are whatever the fuzzer says, and so is our own published index, which the reader must not believe.
#include "input.h"
#include "ipc/ring.h"

using namespace outboard;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::Input input(data, size);
    const std::size_t ring_bytes = std::size_t{64} << input.below(7);
    const fuzz::Exact ring(ring_bytes);
    std::atomic<std::uint64_t> write_index{0};
    std::atomic<std::uint64_t> read_index{0};
    ipc::RingWriter writer(ring.span(), write_index, read_index);
    ipc::RingReader reader(ring.span(), write_index, read_index);
    bool honest = true;
    std::uint64_t taken = 0;  // what the reader's index must be
    while (!input.empty()) {
        std::span<const std::byte> sent;
        bool is_sent = false;
        switch (input.below(8)) {
            case 0:
                write_index = input.take<std::uint64_t>();
                honest = false;
                break;
            case 1:
                write_index = taken + 8 * input.below(256);
                honest = false;
                break;
            case 2: {  // a header that is well formed, somewhere
                const auto length = static_cast<std::uint32_t>(input.below(5000));
                const std::uint64_t header = std::uint64_t{length} | (std::uint64_t{~length} << 32);
                const std::size_t at = input.below(2) == 0 ? static_cast<std::size_t>(taken) % ring_bytes
                                                           : 8 * (input.take<std::uint16_t>() % (ring_bytes / 8));
                std::memcpy(ring.span().data() + at, &header, sizeof header);
                honest = false;
                break;
            }
            case 3: {
                const std::size_t at = input.take<std::uint16_t>() % ring_bytes;
                const auto bytes = input.take_bytes(std::min<std::size_t>(input.below(32), ring_bytes - at));
                std::copy(bytes.begin(), bytes.end(), ring.span().begin() + static_cast<std::ptrdiff_t>(at));
                honest = false;
                break;
            }
            case 4:  // our own word, in memory that is ours but may lie: it is only written
                read_index = input.take<std::uint64_t>();
                honest = false;
                break;
            default:
                sent = input.take_bytes(input.below(200));
                is_sent = writer.write(sent) == ipc::Status::ok;
                break;
        }
        const std::uint64_t published = read_index;
        const fuzz::Exact buffer(input.below(256) * (input.below(2) == 0 ? 1 : 20));
        const ipc::Received received = reader.read(buffer.span());
        if (received.status == ipc::Status::ok) {
            FUZZ_CHECK(received.size <= buffer.span().size() && received.size <= ipc::ring_capacity(ring_bytes));
            taken += 8 + (received.size + 7) / 8 * 8;
            FUZZ_CHECK(read_index == taken);
            if (honest) {
                FUZZ_CHECK(is_sent && std::equal(sent.begin(), sent.end(), buffer.span().begin(),
                                                 buffer.span().begin() + static_cast<std::ptrdiff_t>(received.size)));
            }
        } else {
            FUZZ_CHECK(received.size == 0 && read_index == published);
            FUZZ_CHECK(!honest || received.status != ipc::Status::corrupt);
            honest = honest && received.status != ipc::Status::too_large;  // it stays: no longer the one just sent
        }
    }
    return 0;
}
