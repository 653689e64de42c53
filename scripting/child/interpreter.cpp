#include "scripting/child/interpreter.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "ipc/clock.h"
#include "ipc/denormals.h"
#include "scripting/child/convert.h"
#include "scripting/child/helper.h"
#include "scripting/event.h"

namespace outboard::scripting::child {
namespace {

SlowLane* the_slow_lane = nullptr;
std::int64_t the_block_start = 0;
const ipc::Pipe::Came* call_came = nullptr;  ///< in a warm-up
constexpr int level_error = 4;

/// `_outboard_host.write(level, text, file, line)`
PyObject* host_write(PyObject*, PyObject* arguments) {
    int level = 0;
    const char* text = nullptr;
    const char* file = nullptr;
    int line = 0;
    if (PyArg_ParseTuple(arguments, "issi", &level, &text, &file, &line) == 0) {
        return nullptr;
    }
    const std::string kept_text = text;
    const std::string kept_file = file;
    const std::int64_t time = the_block_start;
    Py_BEGIN_ALLOW_THREADS;
    the_slow_lane->write(level, kept_text, kept_file, line, time);
    Py_END_ALLOW_THREADS;
    Py_RETURN_NONE;
}

/// `_outboard_host.call_me()`, from any thread
PyObject* host_call_me(PyObject*, PyObject*) {
    Py_BEGIN_ALLOW_THREADS;
    the_slow_lane->send(ipc::Opcode::call_me, "");
    Py_END_ALLOW_THREADS;
    Py_RETURN_NONE;
}

/// `_outboard_host.call_came()`, in a warm-up
PyObject* host_call_came(PyObject*, PyObject*) {
    return PyBool_FromLong(call_came != nullptr && (*call_came)() ? 1 : 0);
}

PyMethodDef host_methods[] = {
    {"write", host_write, METH_VARARGS, "Sends a line to the host's console."},
    {"call_came", host_call_came, METH_NOARGS, "Whether the call is there that a warm-up prepares for."},
    {"call_me", host_call_me, METH_NOARGS, "Asks for a call at the next block."},
    {"fork_helper", fork_helper, METH_NOARGS, "Forks a process that ends with this one: 0 in it, its number here."},
    {nullptr, nullptr, 0, nullptr}};
PyModuleDef host_module = {
    PyModuleDef_HEAD_INIT, "_outboard_host", nullptr, -1, host_methods, nullptr, nullptr, nullptr, nullptr};

PyObject* make_host_module() {
    return PyModule_Create(&host_module);
}

std::string current_error() {
    PyObject *type = nullptr, *value = nullptr, *trace = nullptr;
    PyErr_Fetch(&type, &value, &trace);
    PyErr_NormalizeException(&type, &value, &trace);
    const Object owned_type(type), owned_value(value), owned_trace(trace);
    const Object text(value != nullptr ? PyObject_Repr(value) : nullptr);
    const char* words = text ? PyUnicode_AsUTF8(text.get()) : nullptr;
    const std::string sentence = words != nullptr ? words : "an unknown error";
    PyErr_Clear();
    return sentence;
}

Object require(PyObject* owned, const char* what) {
    if (owned == nullptr) {
        throw std::runtime_error(std::string("Python could not ") + what + ": " + current_error());
    }
    return Object(owned);
}

void start_python(const std::string& package_path) {
    PyImport_AppendInittab("_outboard_host", make_host_module);
    PyConfig config;
    PyConfig_InitIsolatedConfig(&config);
    config.site_import = 1;  // the system's site-packages count
    config.use_hash_seed = 1;
    config.hash_seed = 0;  // sets iterate alike in every run
    config.install_signal_handlers = 0;
    config.write_bytecode = 0;  // two saves of a helper module in one second would be taken for one
    PyStatus status = PyConfig_SetBytesString(&config, &config.program_name, OUTBOARD_PYTHON);
    if (PyStatus_Exception(status) == 0) {
        status = Py_InitializeFromConfig(&config);
    }
    PyConfig_Clear(&config);
    if (PyStatus_Exception(status) != 0) {
        throw std::runtime_error(std::string("Python did not start: ") +
                                 (status.err_msg != nullptr ? status.err_msg : "no reason given"));
    }
    const Object path(PyUnicode_FromString(package_path.c_str()));
    PyList_Insert(PySys_GetObject("path"), 0, path.get());
}

Object to_python(const nlohmann::json& value) {
    const Object module = require(PyImport_ImportModule("json"), "import json");
    return require(PyObject_CallMethod(module.get(), "loads", "s", value.dump().c_str()), "read the load order");
}

}  // namespace

Interpreter::Interpreter(const std::string& package_path, SlowLane& slow_lane) : slow_lane_(slow_lane) {
    the_slow_lane = &slow_lane;
    note_descriptors_of_the_host();
    start_python(package_path);
    const Object child = require(PyImport_ImportModule("outboard._child"), "import the package outboard");
    load_ = require(PyObject_GetAttrString(child.get(), "load"), "find outboard._child.load");
    run_block_ = require(PyObject_GetAttrString(child.get(), "run_block"), "find outboard._child.run_block");
    show_ = require(PyObject_GetAttrString(child.get(), "show"), "find outboard._child.show");
    save_ = require(PyObject_GetAttrString(child.get(), "save"), "find outboard._child.save");
    kept_ = require(PyObject_GetAttrString(child.get(), "kept"), "find outboard._child.kept");
    flooded_ = require(PyObject_GetAttrString(child.get(), "flooded"), "find outboard._child.flooded");
    restore_ = require(PyObject_GetAttrString(child.get(), "restore"), "find outboard._child.restore");
    run_audio_ = require(PyObject_GetAttrString(child.get(), "run_audio"), "find outboard._child.run_audio");
    attach_audio_ = require(PyObject_GetAttrString(child.get(), "attach_audio"), "find outboard._child.attach_audio");
    warm_up_ = require(PyObject_GetAttrString(child.get(), "warm_up"), "find outboard._child.warm_up");
    const Object gc = require(PyImport_ImportModule("gc"), "import gc");
    collect_ = require(PyObject_GetAttrString(gc.get(), "collect"), "find gc.collect");
    const Object sys = require(PyImport_ImportModule("sys"), "import sys");
    require(PyObject_CallMethod(sys.get(), "setswitchinterval", "d", 100e-6), "set the switch interval");
    released_ = PyEval_SaveThread();
}

std::string Interpreter::load(const std::string& order_text) {
    const nlohmann::json order = nlohmann::json::parse(order_text);
    if (order.value("keep_prints", false)) {
        slow_lane_.keep_everything();
    }
    PyEval_RestoreThread(released_);
    std::string answer;
    try {
        const Object options = to_python(order.at("options"));
        const Object declarations = require(
            PyObject_CallFunction(load_.get(), "sO", order.at("path").get<std::string>().c_str(), options.get()),
            "load the script");
        const Object json = require(PyImport_ImportModule("json"), "import json");
        const Object text =
            require(PyObject_CallMethod(json.get(), "dumps", "O", declarations.get()), "write the declarations");
        answer = PyUnicode_AsUTF8(text.get());
        const Object child = require(PyImport_ImportModule("outboard._child"), "import outboard._child");
        const Object parts = require(PyObject_CallMethod(child.get(), "made_of", nullptr), "look at the script");
        footprint_.begin_at(parts.get());
        // What is loaded now stays: the collector need not look at it again, and never runs inside a block.
        const Object gc = require(PyImport_ImportModule("gc"), "import gc");
        for (const char* step : {"collect", "freeze", "disable"}) {
            require(PyObject_CallMethod(gc.get(), step, nullptr), "prepare the collector");
        }
    } catch (const std::exception& error) {
        answer = nlohmann::json{{"error", {{"text", error.what()}, {"file", order.at("path")}, {"line", 0}}}}.dump();
    }
    released_ = PyEval_SaveThread();
    return answer;
}

Interpreter::Answer Interpreter::run_block(std::int64_t start, std::uint32_t frames,
                                           std::span<const ipc::Record> records, std::vector<ipc::Record>& output) {
    the_block_start = start;
    return call(run_block_, start, frames, records, output);
}

Interpreter::Answer Interpreter::warm_up(const ipc::Pipe::Came& came, std::int64_t start, std::uint32_t frames,
                                         std::span<const ipc::Record> records, std::vector<ipc::Record>& output) {
    call_came = &came;
    Answer answer = call(warm_up_, start, frames, records, output);
    call_came = nullptr;
    if (!came()) {
        PyEval_RestoreThread(released_);
        footprint_.touch(came);
        released_ = PyEval_SaveThread();
    }
    return answer;
}

Interpreter::Answer Interpreter::call(const Object& function, std::int64_t start, std::uint32_t frames,
                                      std::span<const ipc::Record> records, std::vector<ipc::Record>& output) {
    constexpr std::uint64_t bypass_bit = std::uint64_t{1} << 62;
    constexpr std::uint64_t save_bit = std::uint64_t{1} << 61;
    constexpr std::uint64_t show_bit = std::uint64_t{1} << 60;
    Answer answer;
    PyEval_RestoreThread(released_);
    {
        const Object list(list_from_records(records));
        answer.decoded_ns = ipc::now_ns();
        const Object result(list ? PyObject_CallFunction(function.get(), "LkO", static_cast<long long>(start),
                                                         static_cast<unsigned long>(frames), list.get())
                                 : nullptr);
        answer.handled_ns = ipc::now_ns();
        PyObject* made = nullptr;
        long long wake_sample = 0;
        unsigned long long wake_mask = 0;
        if (!result || PyArg_ParseTuple(result.get(), "O!LdK", &PyList_Type, &made, &wake_sample, &answer.wake_beat,
                                        &wake_mask) == 0) {
            report_error("the runtime failed in this block");
        } else {
            answer.wake_sample = wake_sample;
            answer.bypassed = (wake_mask & bypass_bit) != 0;
            answer.save_wanted = (wake_mask & save_bit) != 0;
            answer.show_wanted = (wake_mask & show_bit) != 0;
            answer.wake_mask = wake_mask & ~(bypass_bit | save_bit | show_bit);
            if (!records_from_list(made, output)) {
                report_error("the runtime made an output that is none");
            }
        }
    }
    released_ = PyEval_SaveThread();
    return answer;
}

void Interpreter::restore(const std::string& go) {
    PyEval_RestoreThread(released_);
    try {
        const nlohmann::json order = nlohmann::json::parse(go);
        const Object values = to_python(order.at("values"));
        const Object done(
            PyObject_CallFunction(restore_.get(), "sO", order.at("saved").get<std::string>().c_str(), values.get()));
        if (!done) {
            report_error("what the script before this one kept could not be taken over");
        }
    } catch (const std::exception& error) {
        slow_lane_.write(level_error, error.what(), "", 0, the_block_start);
    }
    released_ = PyEval_SaveThread();
}

void Interpreter::give_up_flooding(std::size_t count) {
    PyEval_RestoreThread(released_);
    {
        const Object done(PyObject_CallFunction(flooded_.get(), "k", static_cast<unsigned long>(count)));
        if (!done) {
            report_error("the script could not be bypassed");
        }
    }
    released_ = PyEval_SaveThread();
}

void Interpreter::keep() {
    PyEval_RestoreThread(released_);
    {
        const Object kept(PyObject_CallNoArgs(kept_.get()));
        const char* text = kept ? PyUnicode_AsUTF8(kept.get()) : nullptr;
        if (text == nullptr) {
            report_error("what the script keeps could not be copied");
        }
        slow_lane_.send(ipc::Opcode::kept, text != nullptr && *text != '\0' ? text : "{}");
    }
    released_ = PyEval_SaveThread();
}

void Interpreter::save() {
    send_text(save_, ipc::Opcode::saved, "what the script keeps could not be copied");
}

void Interpreter::show() {
    send_text(show_, ipc::Opcode::panel, "what the panel shows could not be told");
}

void Interpreter::send_text(const Object& maker, ipc::Opcode opcode, const char* failure) {
    PyEval_RestoreThread(released_);
    {
        const Object made(PyObject_CallNoArgs(maker.get()));
        const char* text = made ? PyUnicode_AsUTF8(made.get()) : nullptr;
        if (text == nullptr) {
            report_error(failure);
        } else if (*text != '\0') {
            slow_lane_.send(opcode, text);
        }
    }
    released_ = PyEval_SaveThread();
}

bool Interpreter::attach_audio(std::span<std::byte> memory, std::string& sentence) {
    PyEval_RestoreThread(released_);
    bool attached = false;
    {
        const Object view(PyMemoryView_FromMemory(reinterpret_cast<char*>(memory.data()),
                                                  static_cast<Py_ssize_t>(memory.size()), PyBUF_WRITE));
        const Object done(view ? PyObject_CallOneArg(attach_audio_.get(), view.get()) : nullptr);
        attached = static_cast<bool>(done);
        if (!attached) {
            sentence = current_error();
        }
    }
    released_ = PyEval_SaveThread();
    return attached;
}

Interpreter::AudioAnswer Interpreter::run_audio(std::uint32_t slot, std::int64_t start, std::uint32_t frames,
                                                std::span<const ipc::Record> records,
                                                std::vector<ipc::Record>& output) {
    AudioAnswer answer;
    PyEval_RestoreThread(released_);
    the_block_start = start;
    {
        const ipc::DenormalsOff denormals_off;
        const Object list(list_from_records(records));
        const Object result(list ? PyObject_CallFunction(run_audio_.get(), "kLkO", static_cast<unsigned long>(slot),
                                                         static_cast<long long>(start),
                                                         static_cast<unsigned long>(frames), list.get())
                                 : nullptr);
        PyObject* made = nullptr;
        int good = 0, gave_up = 0, save = 0, show = 0;
        if (!result ||
            PyArg_ParseTuple(result.get(), "ppppO!", &good, &gave_up, &save, &show, &PyList_Type, &made) == 0 ||
            !records_from_list(made, output)) {
            report_error("the runtime failed in this block of sound");
        } else {
            answer = {good != 0, gave_up != 0, save != 0, show != 0};
        }
    }
    released_ = PyEval_SaveThread();
    return answer;
}

void Interpreter::collect_garbage() {
    PyEval_RestoreThread(released_);
    const Object collected(PyObject_CallFunction(collect_.get(), "i", 1));
    if (!collected) {
        PyErr_Clear();
    }
    released_ = PyEval_SaveThread();
}

void Interpreter::report_error(const char* what) {
    slow_lane_.write(level_error, std::string(what) + ": " + current_error(), "", 0, the_block_start);
}

}  // namespace outboard::scripting::child
