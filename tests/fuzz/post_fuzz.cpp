// The decoder of posts, as the child has it: any bytes; what it takes is written again as the same bytes.
#include "input.h"
#include "ipc/protocol.h"

using namespace outboard;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::Input input(data, size);
    std::vector<ipc::Record> records(input.below(40));
    const fuzz::Exact message(input.take<std::uint8_t>() % 8 == 0 ? size / 2 : size - std::min<std::size_t>(size, 2));
    const auto bytes = input.take_bytes(message.span().size());
    std::copy(bytes.begin(), bytes.end(), message.span().begin());
    ipc::PostHead head;
    if (!ipc::read_post(message.span(), head, records)) {
        return 0;
    }
    FUZZ_CHECK(head.count <= records.size());
    FUZZ_CHECK(head.type == ipc::PostType::call || head.type == ipc::PostType::news ||
               head.type == ipc::PostType::quit || head.type == ipc::PostType::change_lane ||
               head.type == ipc::PostType::audio);
    const fuzz::Exact again(message.span().size());
    FUZZ_CHECK(ipc::write_post(again.span(), head, std::span(records).first(head.count)) == again.span().size());
    FUZZ_CHECK(std::equal(again.span().begin(), again.span().end(), message.span().begin()));
    return 0;
}
