// Interpreter: the one CPython of this process, and the two functions of the package `outboard` that the child calls.
#pragma once

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "ipc/pipe.h"
#include "ipc/protocol.h"
#include "scripting/child/footprint.h"
#include "scripting/child/slow_lane.h"

namespace outboard::scripting::child {

/// A strong reference.
class Object {
public:
    Object() = default;
    explicit Object(PyObject* owned) noexcept : object_(owned) {}
    Object(Object&& other) noexcept : object_(std::exchange(other.object_, nullptr)) {}
    Object& operator=(Object&& other) noexcept {
        std::swap(object_, other.object_);
        return *this;
    }
    Object(const Object&) = delete;
    Object& operator=(const Object&) = delete;
    ~Object() { Py_XDECREF(object_); }
    [[nodiscard]] PyObject* get() const noexcept { return object_; }
    [[nodiscard]] explicit operator bool() const noexcept { return object_ != nullptr; }

private:
    PyObject* object_ = nullptr;
};

class Interpreter {
public:
    /// Starts Python, imports the package from `package_path`. Throws std::runtime_error with a sentence.
    Interpreter(const std::string& package_path, SlowLane& slow_lane);
    /// The process ends with _exit: an interpreter that scripts have used is not taken apart.
    ~Interpreter() = default;
    Interpreter(const Interpreter&) = delete;
    Interpreter& operator=(const Interpreter&) = delete;

    /// Loads the script of a load order (JSON). The answer as JSON: declarations, or {"error": …}.
    std::string load(const std::string& order);

    struct Answer {
        std::int64_t wake_sample = INT64_MAX;
        double wake_beat = 0;
        std::uint64_t wake_mask = 0;
        bool bypassed = false;
        bool show_wanted = false;  ///< the panel shows something else: show() between blocks
        bool save_wanted = false;  ///< what the host keeps a copy of may have changed: save() between blocks
        std::int64_t decoded_ns = 0, handled_ns = 0;
    };
    /// One block: `records` in, output appended to `output`. Holds the GIL while it runs, and only then.
    Answer run_block(std::int64_t start, std::uint32_t frames, std::span<const ipc::Record> records,
                     std::vector<ipc::Record>& output);
    /// The newest of what a script before this one kept (JSON of Opcode::go), before the first block.
    void restore(const std::string& go);
    /// The script has made `count` records that wait to leave, too many: from now on it is bypassed.
    void give_up_flooding(std::size_t count);
    /// All that the script keeps, to the host: a swap is near.
    void keep();
    /// What the script keeps over swap and crash, if it has changed since the last time: to the host. Between blocks.
    void save();
    /// Where a script that has an `audio.process` finds the blocks: ipc::AudioMemory. False: it cannot (the reason is
    /// in `sentence`).
    bool attach_audio(std::span<std::byte> memory, std::string& sentence);
    struct AudioAnswer {
        bool processed = false;  ///< else it failed, or the script is bypassed
        bool bypassed = false, save_wanted = false, show_wanted = false;
    };
    /// One block of sound, in place in its slot. Output of the runtime (the ends of its notes, if that was too much) is
    /// appended.
    AudioAnswer run_audio(std::uint32_t slot, std::int64_t start, std::uint32_t frames,
                          std::span<const ipc::Record> records, std::vector<ipc::Record>& output);
    /// What the script itself shows on its panel and keyboard, if it is new: to the host. Between blocks.
    void show();
    /// Goes the way of run_block, with an own script of the package (_warm.py) in place of the real one: what the next
    /// block needs is then in the processor's caches, and what the real script is made of, too. Output is appended, to
    /// be thrown away. About 25 µs when it was done a moment ago, 500 when everything was pushed out of the caches: so
    /// it stops as soon as `came` says that a call is there.
    Answer warm_up(const ipc::Pipe::Came& came, std::int64_t start, std::uint32_t frames,
                   std::span<const ipc::Record> records, std::vector<ipc::Record>& output);
    /// Collects the young generations: between blocks, never within one.
    void collect_garbage();

private:
    /// `function` is _child.run_block, or what takes and gives the same.
    Answer call(const Object& function, std::int64_t start, std::uint32_t frames, std::span<const ipc::Record> records,
                std::vector<ipc::Record>& output);
    void report_error(const char* what);
    void send_text(const Object& maker, ipc::Opcode opcode, const char* failure);

    SlowLane& slow_lane_;
    Object load_, run_block_, run_audio_, attach_audio_, save_, kept_, restore_, show_, flooded_, warm_up_, collect_;
    Footprint footprint_;
    PyThreadState* released_ = nullptr;
};

}  // namespace outboard::scripting::child
