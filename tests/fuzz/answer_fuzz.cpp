// The decoder of answers, as the host has it: any bytes; what it takes is written again as the same bytes.
#include "input.h"
#include "ipc/protocol.h"

using namespace outboard;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::Input input(data, size);
    std::vector<ipc::Record> records(input.below(40));
    const fuzz::Exact message(input.take<std::uint8_t>() % 8 == 0 ? size / 2 : size - std::min<std::size_t>(size, 2));
    const auto bytes = input.take_bytes(message.span().size());
    std::copy(bytes.begin(), bytes.end(), message.span().begin());
    ipc::AnswerHead head;
    if (!ipc::read_answer(message.span(), head, records)) {
        return 0;
    }
    FUZZ_CHECK(head.count <= records.size());
    const fuzz::Exact again(message.span().size());
    FUZZ_CHECK(ipc::write_answer(again.span(), head, std::span(records).first(head.count)) == again.span().size());
    FUZZ_CHECK(std::equal(again.span().begin(), again.span().end(), message.span().begin()));
    return 0;
}
