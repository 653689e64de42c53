// The helper: a second process for what a script gives to `background`, so that it never holds the script's GIL.
#pragma once

#define PY_SSIZE_T_CLEAN
#include <Python.h>

namespace outboard::scripting::child {

/// [child] Before Python runs: which numbers are the host's. Those that the lanes do not need any more are free, and
/// the script may get them.
void note_descriptors_of_the_host();

/// `_outboard_host.fork_helper()`. [child] First thread, while the script is loaded: before the memory is locked and
/// before real-time priority, so that neither is paid for twice. In the new process it gives 0: a copy of this one with
/// the script read, which has none of the host's descriptors and is killed by the system when this process ends,
/// however that comes about. Here it gives the new process's number.
PyObject* fork_helper(PyObject* module, PyObject* none);

}  // namespace outboard::scripting::child
