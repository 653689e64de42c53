// Footprint: what a script is made of in memory, read shortly before the script is called.
#pragma once

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include <array>
#include <cstddef>
#include <functional>
#include <span>
#include <vector>

namespace outboard::scripting::child {

/// A step of a script that is called a few times in a second spends most of its time with waiting for memory: its
/// functions, lists and tasks were pushed out of the processor's caches meanwhile. They are found as Python's collector
/// finds them, anew each time, since a script makes and drops objects as it likes; nothing is kept and nothing changed.
/// Not more than `most_objects` are looked at, those nearest to the script's own names. With the GIL.
class Footprint {
public:
    static constexpr std::size_t most_objects = 1024;
    static constexpr int most_references = 4096;          ///< that are followed in all
    static constexpr int most_of_one = 256;               ///< that are followed of one object
    static constexpr std::size_t most_bytes = 16 * 1024;  ///< of one object

    /// Where it begins: dicts of the script's own modules, classes of those, other objects. Lives as long as they are
    /// wanted; the references are never given back (the process ends with the script).
    void begin_at(PyObject* objects);
    /// Reads a byte of each cache line of them, until `enough`, which is asked now and then. What was found, in its
    /// order, each once; an object there may be gone as soon as Python runs again.
    std::span<PyObject* const> touch(const std::function<bool()>& enough);

private:
    static int visit(PyObject* object, void* self);
    void find(PyObject* object);
    void read(const void* begin, std::size_t size);
    void read_object(PyObject* object);
    void follow(PyObject* object);
    void follow_function(PyObject* function);
    [[nodiscard]] bool is_own(PyObject* globals) const;

    std::vector<PyObject*> roots_, namespaces_;
    std::vector<PyObject*> found_;
    std::array<PyObject*, 2 * most_objects> table_{};  ///< what was found, by its address
    int references_ = 0, of_one_ = 0;
    unsigned char read_ = 0;
};

}  // namespace outboard::scripting::child
