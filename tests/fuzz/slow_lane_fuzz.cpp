// The decoder of the slow lane, as both sides have it: any bytes; what it takes is written again as the same bytes.
#include "input.h"
#include "ipc/protocol.h"

using namespace outboard;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const fuzz::Exact message(size);
    const auto bytes = std::as_bytes(std::span(data, size));
    std::copy(bytes.begin(), bytes.end(), message.span().begin());
    ipc::Opcode opcode{};
    std::string text;
    if (!ipc::read_slow(message.span(), opcode, text)) {
        return 0;
    }
    FUZZ_CHECK(opcode >= ipc::Opcode::hello && opcode <= ipc::Opcode::panel);
    FUZZ_CHECK(text.size() <= ipc::max_slow_text);
    const std::vector<std::byte> again = ipc::write_slow(opcode, text);
    FUZZ_CHECK(again.size() == size && std::equal(again.begin(), again.end(), message.span().begin()));
    return 0;
}
