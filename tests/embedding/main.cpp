// An engine of somebody else's with one script in it: embedding CHILD_PROGRAM PACKAGE SCRIPT plays one key and prints
// what comes out.
#include <chrono>
#include <cstdio>

#include "ipc/clock.h"
#include "scripting/script_host.h"

int main(int count, char** arguments) {
    using namespace outboard::scripting;
    if (count != 4) {
        std::fputs("usage: embedding CHILD_PROGRAM PACKAGE SCRIPT\n", stderr);
        return 2;
    }
    ScriptHost::Options options;
    options.child_program = arguments[1];
    options.package_path = arguments[2];
    options.offline = true;
    ScriptHost host(options);
    ScriptSlot& slot = host.add_slot("piano", 0);
    slot.load(arguments[3], {});
    if (const auto failure = slot.wait_loaded(std::chrono::seconds(20))) {
        std::fprintf(stderr, "%s\n", failure->c_str());
        return 1;
    }
    ClockMap clock;  // 48 kHz, 120 beats per minute
    for (std::uint64_t number = 0; number < 10; ++number) {
        const std::int64_t start = static_cast<std::int64_t>(number) * 64;
        slot.begin({number, start, 64, outboard::ipc::now_ns(), &clock});
        if (number == 1) {
            slot.push(event_from_midi(start + 5, 0, 0x90, 60, 100));
        }
        if (number == 8) {
            slot.push(event_from_midi(start + 7, 0, 0x80, 60, 64));
        }
        slot.post();
        for (const Event& event : slot.collect(outboard::ipc::now_ns() + 10'000'000'000)) {
            std::printf("%lld %02x %d %d\n", static_cast<long long>(event.time), event.data[0], event.data[1],
                        event.data[2]);
        }
    }
}
