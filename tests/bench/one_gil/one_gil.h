// The interpreter that all scripts of this process share, under its one GIL.
#pragma once

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include <string>

#include "scripting/child/interpreter.h"

namespace outboard::scripting::one_gil {

using child::Object;

/// Holds the GIL. Every thread keeps its Python thread state for as long as the process lives.
class Gil {
public:
    Gil() {
        thread_local PyThreadState* const mine = PyThreadState_New(PyInterpreterState_Main());
        PyEval_RestoreThread(mine);
    }
    ~Gil() { PyEval_SaveThread(); }
    Gil(const Gil&) = delete;
    Gil& operator=(const Gil&) = delete;
};

/// What of a loaded script is called later; kept for ever, like the script.
struct Loaded {
    PyObject* run_block = nullptr;
    PyObject* restore = nullptr;
    std::string answer;  ///< JSON: its declarations, or {"error": …}
};

/// [control] Loads the script of a load order (JSON) into the one interpreter of this process, which the first call
/// starts. Each script gets a copy of the package `outboard`, since that knows one track. Throws std::runtime_error
/// with a sentence.
[[nodiscard]] Loaded load(const std::string& package_path, const std::string& order);

/// [control] What the script goes on from (JSON of Opcode::go).
void restore(const Loaded& loaded, const std::string& go);

}  // namespace outboard::scripting::one_gil
