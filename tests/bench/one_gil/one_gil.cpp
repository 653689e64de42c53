#include "one_gil.h"

#include <cstdio>
#include <mutex>
#include <stdexcept>

namespace outboard::scripting::one_gil {
namespace {

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

/// `_outboard_host.call_me()`: for scripts with threads of their own, which are not measured here.
PyObject* host_call_me(PyObject*, PyObject*) {
    Py_RETURN_NONE;
}

PyMethodDef host_methods[] = {{"write", host_write, METH_VARARGS, "Writes a line."},
                              {"call_me", host_call_me, METH_NOARGS, "Does nothing."},
                              {nullptr, nullptr, 0, nullptr}};
PyModuleDef host_module = {
    PyModuleDef_HEAD_INIT, "_outboard_host", nullptr, -1, host_methods, nullptr, nullptr, nullptr, nullptr};

PyObject* make_host_module() {
    return PyModule_Create(&host_module);
}

PyObject* require(PyObject* object, const char* what) {
    if (object == nullptr) {
        PyErr_Print();
        throw std::runtime_error(std::string("Python could not ") + what);
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
    config.write_bytecode = 0;
    PyStatus status = PyConfig_SetBytesString(&config, &config.program_name, OUTBOARD_PYTHON);
    if (PyStatus_Exception(status) == 0) {
        status = Py_InitializeFromConfig(&config);
    }
    PyConfig_Clear(&config);
    if (PyStatus_Exception(status) != 0) {
        throw std::runtime_error("Python did not start");
    }
    const Object path(PyUnicode_FromString(ONE_GIL_FOLDER));
    PyList_Insert(PySys_GetObject("path"), 0, path.get());
    const Object sys(require(PyImport_ImportModule("sys"), "import sys"));
    const Object set(require(PyObject_CallMethod(sys.get(), "setswitchinterval", "d", 100e-6), "set an interval"));
    PyEval_SaveThread();
}

}  // namespace

Loaded load(const std::string& package_path, const std::string& order) {
    static std::mutex mutex;
    const std::lock_guard one_at_a_time(mutex);  // while a script is read, `import outboard` means its copy
    static const bool started = (start_python(), true);
    static_cast<void>(started);
    const Gil gil;
    const Object loader(require(PyImport_ImportModule("one_gil_loader"), "import the loader"));
    const Object result(
        require(PyObject_CallMethod(loader.get(), "load", "ss", package_path.c_str(), order.c_str()), "load a script"));
    Loaded loaded;
    const char* answer = nullptr;
    if (PyArg_ParseTuple(result.get(), "OOs", &loaded.run_block, &loaded.restore, &answer) == 0) {
        require(nullptr, "read what the loader said");
    }
    Py_INCREF(loaded.run_block);
    Py_INCREF(loaded.restore);
    loaded.answer = answer;
    return loaded;
}

void restore(const Loaded& loaded, const std::string& go) {
    const Gil gil;
    const Object done(PyObject_CallFunction(loaded.restore, "s", go.c_str()));
    if (!done) {
        PyErr_Print();
    }
}

}  // namespace outboard::scripting::one_gil
