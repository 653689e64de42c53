// start_child, replaced: the script runs in this process, under its one GIL, on the thread that waits for its answer.
// Compiled instead of scripting/start_child.cpp into the bench-only program outboard-one-gil; all else of that program
// is what users run, so that the two differ in nothing but the hop. The process that the host watches sleeps.
#include "scripting/start_child.h"

#include <unistd.h>

#include <cerrno>
#include <exception>
#include <nlohmann/json.hpp>
#include <system_error>
#include <thread>

#include "interpreter_pipe.h"
#include "ipc/audio_memory.h"
#include "one_gil.h"
#include "scripting/child/slow_lane.h"
#include "scripting/link.h"

namespace outboard::scripting {
namespace {

/// What the child program does until its first block.
void load_and_go(std::unique_ptr<ipc::SystemPipe> pipe, const std::string& package, one_gil::Loaded& script) {
    child::SlowLane lane(std::move(pipe));
    std::string order;
    if (!lane.receive_load(order)) {
        return;
    }
    try {
        script = one_gil::load(package, order);
    } catch (const std::exception& error) {
        script.answer = nlohmann::json{{"error", {{"text", error.what()}, {"file", ""}, {"line", 0}}}}.dump();
    }
    const bool refused = nlohmann::json::parse(script.answer).contains("error");
    lane.send(refused ? ipc::Opcode::refused : ipc::Opcode::ready, script.answer);
    std::string go;
    if (lane.receive_go(go)) {
        one_gil::restore(script, go);
        static_cast<void>(lane.receive_go(go));  // until the host closes it
    }
}

}  // namespace

StartedChild start_child(const LinkOptions& options, const TracebackPipe&) {
    auto slow = ipc::SystemPipe::create();
    int ends[2];
    if (::pipe(ends) != 0) {
        throw std::system_error(errno, std::generic_category(), "Cannot make the lifeline of a script's process");
    }
    const ipc::Descriptor lifeline_read(ends[0]);
    ipc::Descriptor lifeline(ends[1]);
    ipc::Process::Options process;
    process.program = "/bin/sh";
    process.arguments = {"-c", "read _ <&3"};
    process.descriptors = {{lifeline_read.get(), 3}};

    auto script = std::make_shared<one_gil::Loaded>();
    // Ends when the link does, which closes the other end of the slow lane.
    std::thread([script, package = options.package_path,
                 pipe = ipc::SystemPipe::open(std::move(slow.child))]() mutable {
        load_and_go(std::move(pipe), package, *script);
    }).detach();
    return {std::move(lifeline),
            {std::make_unique<one_gil::InterpreterPipe>(script), std::make_unique<one_gil::InterpreterPipe>(script)},
            std::move(slow.host),
            ipc::AudioMemory::create().memory,
            ipc::Process::start(process)};
}

}  // namespace outboard::scripting
