// Signals may come between a system call and the look at its errno: their handlers must leave that alone.
#pragma once

namespace outboard::scripting::child {

/// [child] From now on the handler that a signal has leaves errno as it was. Python's faulthandler, which answers the
/// watchdog's question, does not by itself.
void keep_errno(int signal);

}  // namespace outboard::scripting::child
