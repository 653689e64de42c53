#include "scripting/child/footprint.h"

#include <algorithm>
#include <cstdint>

namespace outboard::scripting::child {
namespace {

constexpr std::size_t cache_line = 64;
constexpr std::size_t objects_per_look = 4;

std::size_t size_of(PyObject* object) {
    if (PyUnicode_Check(object)) {
        return sizeof(PyASCIIObject);  // names are compared by address and hash
    }
    const PyTypeObject* type = Py_TYPE(object);
    const Py_ssize_t items = type->tp_itemsize > 0 ? std::abs(Py_SIZE(object)) : 0;
    return static_cast<std::size_t>(type->tp_basicsize + items * type->tp_itemsize);
}

/// Whether its tp_traverse may be called, as the collector does.
bool can_be_traversed(PyObject* object) {
    return PyType_IS_GC(Py_TYPE(object)) &&
           (PyObject_GC_IsTracked(object) != 0 || PyTuple_CheckExact(object) || PyDict_CheckExact(object));
}

}  // namespace

void Footprint::begin_at(PyObject* objects) {
    found_.reserve(most_objects);
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(objects); ++i) {
        PyObject* object = PyList_GET_ITEM(objects, i);
        Py_INCREF(object);
        roots_.push_back(object);
        if (PyDict_CheckExact(object)) {
            namespaces_.push_back(object);
        }
    }
}

std::span<PyObject* const> Footprint::touch(const std::function<bool()>& enough) {
    found_.clear();
    table_.fill(nullptr);
    references_ = 0;
    for (PyObject* root : roots_) {
        find(root);
        if (PyType_Check(root)) {
            read_object(root);
            find(reinterpret_cast<PyTypeObject*>(root)->tp_dict);
        }
    }
    for (std::size_t next = 0; next < found_.size(); ++next) {  // NOLINT(modernize-loop-convert): it grows
        if (next % objects_per_look == 0 && enough()) {
            break;
        }
        follow(found_[next]);
    }
    return found_;
}

/// An object that a script's object refers to. What belongs to others (types, modules, their functions) is let alone.
void Footprint::find(PyObject* object) {
    if (object == nullptr || PyModule_Check(object) || PyType_Check(object)) {
        return;
    }
    if (PyFunction_Check(object) && !is_own(PyFunction_GetGlobals(object))) {
        return;
    }
    std::size_t place = (reinterpret_cast<std::uintptr_t>(object) >> 4) * 0x9E3779B97F4A7C15U >> 53U;
    static_assert(std::size_t{1} << (64 - 53) == 2 * most_objects);
    while (table_[place] != nullptr) {
        if (table_[place] == object) {
            return;
        }
        place = (place + 1) % table_.size();
    }
    if (found_.size() < most_objects) {
        table_[place] = object;
        found_.push_back(object);
    }
}

int Footprint::visit(PyObject* object, void* self) {
    auto* footprint = static_cast<Footprint*>(self);
    footprint->find(object);
    const bool enough = ++footprint->of_one_ >= most_of_one || ++footprint->references_ >= most_references;
    return enough ? 1 : 0;  // 1: no more of this object
}

void Footprint::follow(PyObject* object) {
    read_object(object);
    if (PyFunction_Check(object)) {
        follow_function(object);
    } else if (PyCode_Check(object)) {
        find(reinterpret_cast<PyCodeObject*>(object)->co_consts);
        find(reinterpret_cast<PyCodeObject*>(object)->co_names);
    } else if (can_be_traversed(object) && references_ < most_references) {
        of_one_ = 0;
        if (PyDict_CheckExact(object)) {
            read(reinterpret_cast<PyDictObject*>(object)->ma_keys, 1);
        }
        Py_TYPE(object)->tp_traverse(object, visit, this);
    }
}

/// What a call of it needs, which is not its documentation and types.
void Footprint::follow_function(PyObject* function) {
    const auto* parts = reinterpret_cast<PyFunctionObject*>(function);
    for (PyObject* part : {parts->func_code, parts->func_defaults, parts->func_kwdefaults, parts->func_closure}) {
        find(part);
    }
}

bool Footprint::is_own(PyObject* globals) const {
    return std::find(namespaces_.begin(), namespaces_.end(), globals) != namespaces_.end();
}

void Footprint::read_object(PyObject* object) {
    read(object, std::min(size_of(object), most_bytes));
}

void Footprint::read(const void* begin, std::size_t size) {
    const auto* bytes = static_cast<const volatile unsigned char*>(begin);
    for (std::size_t at = 0; at < size; at += cache_line) {
        read_ = static_cast<unsigned char>(read_ + bytes[at]);
    }
    read_ = static_cast<unsigned char>(read_ + bytes[size - 1]);
}

}  // namespace outboard::scripting::child
