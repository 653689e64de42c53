// outboard-script: the process of one script. Started by the host only; its descriptors are in descriptors.h.
//
//     outboard-script shm|pipe PACKAGE_FOLDER
//
// In order: lifeline, the slow lane's load order, Python and the script at normal priority, `ready`, then blocks until
// the host is gone. It leaves with _exit: whatever a script's threads hold, nothing waits for it.

#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <exception>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "ipc/audio_memory.h"
#include "ipc/process.h"
#include "ipc/shared_memory_pipe.h"
#include "ipc/system_pipe.h"
#include "scripting/child/block_loop.h"
#include "scripting/child/descriptors.h"
#include "scripting/child/interpreter.h"
#include "scripting/child/keep_errno.h"
#include "scripting/child/realtime_limit.h"
#include "scripting/child/slow_lane.h"
#include "scripting/link.h"

namespace {

using namespace outboard;
using namespace outboard::scripting;

ipc::Descriptor inherited(int number) {
    ::fcntl(number, F_SETFD, FD_CLOEXEC);  // a script that starts programs does not hand them on
    return ipc::Descriptor(number);
}

/// Both, in the order of scripting::transports.
child::BlockLoop::Lanes open_block_lanes() {
    return {ipc::SharedMemoryPipe::open(inherited(child::shared_in), inherited(child::shared_out)),
            ipc::SystemPipe::open(inherited(child::piped_in), inherited(child::piped_out), ipc::max_post_bytes)};
}

/// Beyond it Python raises MemoryError. A sanitizer's own memory does not fit into any limit.
void limit_memory(const nlohmann::json& order) {
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
    const auto limit = order.value("memory_limit", std::uint64_t{0});
    if (limit > 0) {
        const rlimit bytes{limit, limit};
        ::setrlimit(RLIMIT_DATA, &bytes);
    }
#else
    static_cast<void>(order);
#endif
}

/// Locks what is resident now; more is not needed, and MCL_FUTURE would make a script's large arrays fail.
void lock_memory() {
    ::mlockall(MCL_CURRENT);
}

[[noreturn]] void refuse(child::SlowLane& slow_lane, const std::string& answer) {
    slow_lane.send(ipc::Opcode::refused, answer);
    for (;;) {
        ::pause();  // the host reads why, and ends this process
    }
}

}  // namespace

int main(int count, char** arguments) {
    if (count != 3) {
        constexpr char sentence[] = "outboard-script is started by outboard; start that instead.\n";
        [[maybe_unused]] const ssize_t written = ::write(STDERR_FILENO, sentence, sizeof sentence - 1);
        return 2;
    }
    const rlimit no_core{0, 0};
    ::setrlimit(RLIMIT_CORE, &no_core);
    ::prctl(PR_SET_TIMERSLACK, 1UL);
    try {
        ipc::end_with_parent(inherited(child::lifeline).release());
        child::SlowLane slow_lane(ipc::SystemPipe::open(inherited(child::slow_in), inherited(child::slow_out)));
        auto lanes = open_block_lanes();
        const std::size_t first_lane = lane_of(arguments[1]);
        std::string order;
        if (!slow_lane.receive_load(order)) {
            ::_exit(1);
        }
        try {
            const int traceback = inherited(child::traceback).release();  // Python's from now on
            static_cast<void>(traceback);
            limit_memory(nlohmann::json::parse(order));
            child::Interpreter interpreter(arguments[2], slow_lane);
            const std::string answer = interpreter.load(order);
            if (nlohmann::json::parse(answer).contains("error")) {
                refuse(slow_lane, answer);
            }
            std::optional<ipc::SharedMemory> audio;  // mapped as long as this process lives
            ipc::Descriptor audio_file = inherited(child::audio);
            if (nlohmann::json::parse(answer).value("audio", 0) > 0) {
                audio.emplace(ipc::SharedMemory::map(audio_file, ipc::SharedMemory::Access::read_write));
                std::string sentence;
                if (!interpreter.attach_audio(audio->bytes().first(ipc::AudioMemory::bytes), sentence)) {
                    throw std::runtime_error("audio.process could not be prepared: " + sentence);
                }
            }
            audio_file = {};
            lock_memory();
            child::keep_errno(SIGURG);
            child::give_up_priority_when_looping();
            child::keep_errno(SIGXCPU);
            child::BlockLoop loop(std::move(lanes), first_lane, interpreter);
            if (const nlohmann::json guard = nlohmann::json::parse(order).value("prewake", nlohmann::json());
                guard.is_number_integer()) {
                loop.prewake(guard.get<std::int64_t>());
            }
            slow_lane.send(ipc::Opcode::ready, answer);
            std::string go;
            if (!slow_lane.receive_go(go)) {
                ::_exit(1);
            }
            interpreter.restore(go);
            loop.run();
        } catch (const std::exception& error) {
            refuse(slow_lane, nlohmann::json{{"error", {{"text", error.what()}, {"file", ""}, {"line", 0}}}}.dump());
        }
    } catch (const std::exception&) {
        ::_exit(1);
    }
    ::_exit(0);
}
