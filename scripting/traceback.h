// What a child's process leaves behind when it ends badly: the traceback that Python's faulthandler wrote into a pipe.
// It does so from a signal handler, so it also works while C code runs, and in a crash.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "ipc/descriptor.h"

namespace outboard::scripting {

/// Where in a script its process was.
struct Place {
    std::string text;      ///< the script's own frames, innermost first, one a line
    std::string file;      ///< of the innermost one
    int line = 0;          ///< 1-based; 0: nothing is known
    std::string function;  ///< of the innermost one
    std::string handler;   ///< the function of the script that the runtime had called

    /// "x.py, line 5 in note", or "x.py, line 5 in step (called from note)"; empty when nothing is known.
    [[nodiscard]] std::string sentence() const;
};

/// Reads what faulthandler wrote. Nothing in it is believed: what is no frame is left out. `package`: the folder of the
/// runtime, whose frames are left out; `scripts`: their paths; frames of one of them are preferred, and of several the
/// innermost one's. Of several tracebacks the last one counts: a child may be asked and answer its call after all.
[[nodiscard]] Place place_from(std::string_view dump, std::span<const std::string> scripts, std::string_view package);

/// The host's end of that pipe. The child's end never blocks the child.
class TracebackPipe {
public:
    /// [control] Throws std::system_error with a sentence.
    TracebackPipe();
    /// What the child is given; to be closed here when it is started.
    ipc::Descriptor child;
    /// [control] What has been written since the last call, at most 64 KiB. Never waits.
    [[nodiscard]] std::string read();

private:
    ipc::Descriptor read_;
};

}  // namespace outboard::scripting
