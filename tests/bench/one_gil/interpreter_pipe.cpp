#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "interpreter_pipe.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <ctime>
#include <stdexcept>
#include <vector>

#include "ipc/clock.h"
#include "ipc/protocol.h"
#include "scripting/child/convert.h"
#include "scripting/records.h"

namespace outboard::scripting::one_gil {
namespace {

constexpr std::uint32_t answers_per_collection = 64;  // as the child program does

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

/// A strong reference; the GIL must be held when it goes.
struct Object {
    explicit Object(PyObject* owned = nullptr) : object(owned) {}
    Object(const Object&) = delete;
    Object& operator=(const Object&) = delete;
    ~Object() { Py_XDECREF(object); }
    PyObject* object;
};

/// `_outboard_host.write(level, text, file, line)`: prints and complaints go to this process's standard error.
PyObject* host_write(PyObject*, PyObject* arguments) {
    int level = 0, line = 0;
    const char *text = nullptr, *file = nullptr;
    if (PyArg_ParseTuple(arguments, "issi", &level, &text, &file, &line) == 0) {
        return nullptr;
    }
    std::fprintf(stderr, "%s:%d: %s\n", file, line, text);
    Py_RETURN_NONE;
}

PyMethodDef host_methods[] = {{"write", host_write, METH_VARARGS, "Writes a line."}, {nullptr, nullptr, 0, nullptr}};
PyModuleDef host_module = {
    PyModuleDef_HEAD_INIT, "_outboard_host", nullptr, -1, host_methods, nullptr, nullptr, nullptr, nullptr};

PyObject* make_host_module() {
    return PyModule_Create(&host_module);
}

[[noreturn]] void python_failed(const char* what) {
    PyErr_Print();
    throw std::runtime_error(std::string("Python could not ") + what);
}

PyObject* require(PyObject* object, const char* what) {
    if (object == nullptr) {
        python_failed(what);
    }
    return object;
}

/// Configured as the child program's (scripting/child/interpreter.cpp).
void start_python() {
    PyImport_AppendInittab("_outboard_host", make_host_module);
    PyConfig config;
    PyConfig_InitIsolatedConfig(&config);
    config.site_import = 1;
    config.use_hash_seed = 1;
    config.hash_seed = 0;
    config.install_signal_handlers = 0;
    PyStatus status = PyConfig_SetBytesString(&config, &config.program_name, OUTBOARD_PYTHON);
    if (PyStatus_Exception(status) == 0) {
        status = Py_InitializeFromConfig(&config);
    }
    PyConfig_Clear(&config);
    if (PyStatus_Exception(status) != 0) {
        throw std::runtime_error("Python did not start");
    }
    const Object path(PyUnicode_FromString(ONE_GIL_FOLDER));
    PyList_Insert(PySys_GetObject("path"), 0, path.object);
    const Object sys(require(PyImport_ImportModule("sys"), "import sys"));
    const Object set(require(PyObject_CallMethod(sys.object, "setswitchinterval", "d", 100e-6), "set an interval"));
    PyEval_SaveThread();
}

std::int64_t thread_cpu_ns() {
    timespec time{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return static_cast<std::int64_t>(time.tv_sec) * 1'000'000'000 + time.tv_nsec;
}

/// [rt] but for what Python does.
class InterpreterPipe final : public ipc::Pipe {
public:
    explicit InterpreterPipe(PyObject* run_block)
        : run_block_(run_block), incoming_(ipc::max_post_records), buffer_(ipc::max_answer_bytes) {
        waiting_.reserve(4 * ipc::max_post_records);
        output_.reserve(4 * ipc::max_answer_records);
    }

    [[nodiscard]] std::size_t capacity() const noexcept override { return ipc::max_post_bytes; }

    ipc::Status send(std::span<const std::byte> message, ipc::Wake) noexcept override {
        ipc::PostHead post;
        if (!ipc::read_post(message, post, incoming_)) {
            return ipc::Status::corrupt;
        }
        if (post.type == ipc::PostType::call && call_count_ == calls_.size()) {
            return ipc::Status::full;
        }
        for (std::uint32_t i = 0; i < post.count; ++i) {
            const ipc::Record& record = incoming_[i];
            waiting_.push_back(record);
            if (record.kind <= last_kind && (record.flags & wire::flag_state) == 0) {
                posted_ = std::max(posted_, record.sequence);
            }
        }
        if (post.type == ipc::PostType::call) {
            // What came up to here belongs to this call.
            calls_[call_count_++] = {post, waiting_.size(), posted_};
        }
        return ipc::Status::ok;
    }

    ipc::Received receive(std::span<std::byte> buffer, std::int64_t deadline_ns) noexcept override {
        // A call whose deadline has passed is not begun; the look in the next block, without a deadline, catches up.
        if (call_count_ == 0 || (deadline_ns > 0 && ipc::now_ns() >= deadline_ns)) {
            return {ipc::Status::timed_out, 0};
        }
        return {ipc::Status::ok, answer(take_call(), buffer)};
    }

    [[nodiscard]] std::size_t pending() const noexcept override { return 0; }
    void mark_dead() noexcept override {}
    void close() noexcept override {}
    [[nodiscard]] const char* transport() const noexcept override { return "one GIL"; }

private:
    struct Call {
        ipc::PostHead head;
        std::size_t records = 0;  ///< of waiting_
        std::uint32_t acknowledged = 0;
    };

    Call take_call() {
        const Call call = calls_[0];
        --call_count_;
        for (std::size_t i = 0; i < call_count_; ++i) {
            calls_[i] = calls_[i + 1];
            calls_[i].records -= call.records;
        }
        records_.assign(waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(call.records));
        waiting_.erase(waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(call.records));
        return call;
    }

    std::size_t answer(const Call& call, std::span<std::byte> buffer) {
        ipc::AnswerHead head;
        head.block = call.head.block;
        head.through = call.head.start + call.head.frames;
        head.acknowledged = call.acknowledged;
        head.started_ns = ipc::now_ns();
        const std::int64_t cpu_before = thread_cpu_ns();
        run(call, head);
        const std::size_t sent = std::min<std::size_t>(output_.size(), ipc::max_answer_records);
        head.cpu_ns = thread_cpu_ns() - cpu_before;
        head.finished_ns = ipc::now_ns();
        const std::size_t size = ipc::write_answer(buffer, head, std::span(output_).first(sent));
        output_.clear();
        if (++answers_ % answers_per_collection == 0) {
            collect_garbage();
        }
        return size;
    }

    void run(const Call& call, ipc::AnswerHead& head) {
        constexpr std::uint64_t bypass_bit = std::uint64_t{1} << 62;
        const Gil gil;
        const Object list(child::list_from_records(records_));
        head.decoded_ns = ipc::now_ns();
        const Object result(PyObject_CallFunction(run_block_, "LkO", static_cast<long long>(call.head.start),
                                                  static_cast<unsigned long>(call.head.frames), list.object));
        head.handled_ns = ipc::now_ns();
        PyObject* made = nullptr;
        long long wake_sample = INT64_MAX;
        unsigned long long wake_mask = 0;
        if (result.object == nullptr ||
            PyArg_ParseTuple(result.object, "O!LdK", &PyList_Type, &made, &wake_sample, &head.wake_beat, &wake_mask) ==
                0 ||
            !child::records_from_list(made, output_)) {
            PyErr_Print();
        }
        head.wake_sample = wake_sample;
        head.wake_mask = wake_mask & ~bypass_bit;
        head.flags = (wake_mask & bypass_bit) != 0 ? ipc::answer_bypass : 0;
    }

    /// After the answer, as the child program does; but here the audio thread waits for it.
    static void collect_garbage() {
        const Gil gil;
        const Object gc(PyImport_ImportModule("gc"));
        const Object collected(gc.object != nullptr ? PyObject_CallMethod(gc.object, "collect", "i", 1) : nullptr);
        if (collected.object == nullptr) {
            PyErr_Clear();
        }
    }

    PyObject* run_block_;  ///< kept for ever, like the script
    std::vector<ipc::Record> incoming_, waiting_, records_, output_;
    std::vector<std::byte> buffer_;
    std::array<Call, 8> calls_{};
    std::size_t call_count_ = 0;
    std::uint32_t posted_ = 0;
    std::uint32_t answers_ = 0;
};

}  // namespace

Loaded load(const LinkOptions& options) {
    static const bool started = (start_python(), true);
    static_cast<void>(started);
    const Gil gil;
    const Object loader(require(PyImport_ImportModule("one_gil_loader"), "import the loader"));
    const Object values(require(PyDict_New(), "make a dictionary"));
    for (const auto& [id, value] : options.values) {
        const Object number(require(PyFloat_FromDouble(value), "make a number"));
        PyDict_SetItemString(values.object, id.c_str(), number.object);
    }
    const Object result(require(
        PyObject_CallMethod(loader.object, "load", "ssdKIiO", options.package_path.c_str(), options.script.c_str(),
                            options.sample_rate, static_cast<unsigned long long>(options.seed), options.slot,
                            options.channel + 1, values.object),
        "load a script"));
    PyObject* run_block = nullptr;
    unsigned long long handles = 0;
    const char* failure = nullptr;
    if (PyArg_ParseTuple(result.object, "OKs", &run_block, &handles, &failure) == 0) {
        python_failed("read what the loader said");
    }
    Py_INCREF(run_block);
    return {std::make_unique<InterpreterPipe>(run_block), handles, failure};
}

}  // namespace outboard::scripting::one_gil
