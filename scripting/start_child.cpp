#include "scripting/start_child.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "ipc/audio_memory.h"
#include "ipc/protocol.h"
#include "ipc/shared_memory_pipe.h"
#include "scripting/child/descriptors.h"
#include "scripting/link.h"

namespace outboard::scripting {

StartedChild start_child(const LinkOptions& options, const TracebackPipe& traceback) {
    auto shared = ipc::SharedMemoryPipe::create({1024 * 1024, 1024 * 1024});
    auto piped = ipc::SystemPipe::create(ipc::max_post_bytes);
    auto slow = ipc::SystemPipe::create();
    auto audio = ipc::AudioMemory::create();
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) {
        throw std::system_error(errno, std::generic_category(), "Cannot make the lifeline of a script's process");
    }
    ipc::Descriptor lifeline_read(ends[0]);
    ipc::Descriptor lifeline(ends[1]);

    ipc::Process::Options process;
    process.program = options.child_program;
    process.arguments = {options.transport, options.package_path};
    process.environment = {{"PYTHONHASHSEED", "0"}, {"OPENBLAS_NUM_THREADS", "1"}, {"OMP_NUM_THREADS", "1"}};
    process.descriptors = {{shared.child[0].get(), child::shared_in}, {shared.child[1].get(), child::shared_out},
                           {piped.child[0].get(), child::piped_in},   {piped.child[1].get(), child::piped_out},
                           {slow.child[0].get(), child::slow_in},     {slow.child[1].get(), child::slow_out},
                           {lifeline_read.get(), child::lifeline},    {audio.child.get(), child::audio},
                           {traceback.child.get(), child::traceback}};
    process.standard_error = STDERR_FILENO;
    return {std::move(lifeline),
            {std::move(shared.host), std::move(piped.host)},
            std::move(slow.host),
            std::move(audio.memory),
            ipc::Process::start(process)};
}

}  // namespace outboard::scripting
