// Records of the block lane ⇄ the tuples of the Python runtime. The shapes are described in scripting/README.md and, on
// the Python side, in outboard/_wire.py.
#pragma once

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include <span>
#include <vector>

#include "ipc/protocol.h"

namespace outboard::scripting::child {

/// A new list of tuples; null with a Python error set when memory runs out.
[[nodiscard]] PyObject* list_from_records(std::span<const ipc::Record> records);

/// Appends a record for each tuple of the list. A tuple of no known shape is left out; then the answer is false with a
/// Python error set for the first of them.
[[nodiscard]] bool records_from_list(PyObject* list, std::vector<ipc::Record>& records);

}  // namespace outboard::scripting::child
