// facade_bench: what one block costs on top of the facade, with no script, pass-through and the arpeggiator, over both
// transports.
#include <benchmark/benchmark.h>

#include "../scripting/rig.h"

namespace {

using namespace outboard::scripting;
using namespace outboard::scripting::testing;

/// One block of 64 frames with `notes` presses and releases.
void block(benchmark::State& state, const std::string& script, const std::string& transport) {
    Rig rig(options(transport));
    if (!script.empty()) {
        rig.load(std::string(OUTBOARD_FACTORY) + "/" + script + ".py");
    }
    rig.block(64);
    const auto notes = static_cast<int>(state.range(0));
    std::int64_t events = 0;
    for ([[maybe_unused]] auto once : state) {
        state.PauseTiming();
        std::vector<Event> input;
        for (int i = 0; i < notes; ++i) {
            input.push_back(note_on(rig.now, 40 + i));
        }
        for (int i = 0; i < notes; ++i) {
            input.push_back(note_off(rig.now + 30, 40 + i));
        }
        state.ResumeTiming();
        benchmark::DoNotOptimize(rig.block(64, input));
        events += 2 * notes;
    }
    state.SetItemsProcessed(events);
}

}  // namespace

BENCHMARK_CAPTURE(block, no_script, "", "shm")->Arg(0)->Arg(8)->UseRealTime();
BENCHMARK_CAPTURE(block, passthrough_shm, "passthrough", "shm")->Arg(1)->Arg(8)->Arg(32)->UseRealTime();
BENCHMARK_CAPTURE(block, passthrough_pipe, "passthrough", "pipe")->Arg(1)->Arg(8)->Arg(32)->UseRealTime();
BENCHMARK_CAPTURE(block, arpeggiator_shm, "arpeggiator", "shm")->Arg(1)->Arg(8)->UseRealTime();

BENCHMARK_MAIN();
