#include "scripting/child/convert.h"

#include <algorithm>

#include "scripting/records.h"

namespace outboard::scripting::child {
namespace {

PyObject* integer(long long value) {
    return PyLong_FromLongLong(value);
}

/// Builds a tuple from new references; null if one of them is null.
template <typename... Items>
PyObject* tuple_of(Items... items) {
    PyObject* tuple = PyTuple_New(sizeof...(items));
    if (tuple == nullptr) {
        return nullptr;
    }
    Py_ssize_t at = 0;
    bool whole = true;
    ((whole = whole && items != nullptr, PyTuple_SET_ITEM(tuple, at++, items)), ...);
    if (!whole) {
        Py_DECREF(tuple);
        return nullptr;
    }
    return tuple;
}

PyObject* tuple_from(const ipc::Record& record, const ipc::Record* following) {
    PyObject* kind = integer(record.kind);
    PyObject* time = integer(record.time);
    switch (record.kind) {
        case wire::transport: {
            const ipc::Record none;
            const ipc::Record& bar = following != nullptr ? *following : none;
            return tuple_of(kind, time, PyFloat_FromDouble(record.value[0]), PyFloat_FromDouble(record.value[1]),
                            PyFloat_FromDouble(record.value[2]), PyFloat_FromDouble(record.value[3]),
                            integer(bar.data[0]), integer(static_cast<long long>(bar.value[2])),
                            integer(static_cast<long long>(bar.value[3])), PyFloat_FromDouble(bar.value[0]),
                            integer(static_cast<long long>(bar.value[1])));
        }
        case wire::parameter:
            return tuple_of(kind, time, integer(record.sequence), PyFloat_FromDouble(record.value[0]));
        case wire::text:
            return tuple_of(kind, time, integer(record.sequence),
                            PyBytes_FromStringAndSize(reinterpret_cast<const char*>(record.value),
                                                      std::min<Py_ssize_t>(record.size, sizeof record.value)),
                            PyBool_FromLong(record.flags & wire::flag_last));
        case wire::start:
        case wire::panic:
            return tuple_of(kind, time);
        default:
            return tuple_of(kind, time, integer(record.sequence), integer(record.port), integer(record.channel),
                            integer(record.data[0]), integer(record.data[1]), integer(record.data[2]),
                            integer(record.flags));
    }
}

/// Reads a tuple's items; keeps the first Python error.
class Reader {
public:
    explicit Reader(PyObject* tuple) : tuple_(tuple), size_(PyTuple_GET_SIZE(tuple)) {}
    [[nodiscard]] Py_ssize_t size() const { return size_; }

    long long whole(Py_ssize_t at, long long low, long long high) const {
        const long long value = at < size_ ? PyLong_AsLongLong(PyTuple_GET_ITEM(tuple_, at)) : 0;
        return std::clamp(value, low, high);
    }
    std::uint8_t byte(Py_ssize_t at, std::uint8_t high = 255) const {
        return static_cast<std::uint8_t>(whole(at, 0, high));
    }
    std::uint32_t number(Py_ssize_t at) const { return static_cast<std::uint32_t>(whole(at, 0, UINT32_MAX)); }
    double real(Py_ssize_t at) const { return at < size_ ? PyFloat_AsDouble(PyTuple_GET_ITEM(tuple_, at)) : 0; }

private:
    PyObject* tuple_;
    Py_ssize_t size_;
};

bool record_from(PyObject* tuple, ipc::Record& record) {
    const Reader read(tuple);
    record.kind = read.byte(0);
    record.time = read.whole(1, INT64_MIN / 2, INT64_MAX / 2);
    Py_ssize_t expected = 0;
    switch (record.kind) {
        case static_cast<std::uint8_t>(Kind::note_on):
            expected = 13;
            record.voice = read.number(2);
            record.port = read.byte(3);
            record.channel = read.byte(4, 15);
            record.data[0] = static_cast<std::uint8_t>(0x90 | record.channel);
            record.data[1] = read.byte(5, 127);
            record.data[2] = read.byte(6, 127);
            record.number = static_cast<float>(read.real(7));
            record.size = read.byte(8, 3);
            record.value[0] = read.real(9);
            record.sequence = read.number(10);
            record.delay = static_cast<std::int32_t>(read.whole(11, 0, INT32_MAX));
            record.flags = read.byte(12, 1) != 0 ? wire::flag_forwarded : 0;
            break;
        case wire::pass:
            expected = 3;
            record.sequence = read.number(2);
            break;
        case wire::end_voice: {
            expected = 5;
            record.voice = read.number(2);
            const long long velocity = read.whole(3, -1, 127);
            record.data[0] = velocity < 0 ? 255 : static_cast<std::uint8_t>(velocity);
            record.flags = read.byte(4, 1) != 0 ? wire::flag_choke : 0;
            break;
        }
        case wire::end_all:
            expected = 2;
            break;
        case wire::set_end:
            expected = 5;
            record.voice = read.number(2);
            record.size = read.byte(3, 3);
            record.value[0] = read.real(4);
            break;
        default:
            if (record.kind < static_cast<std::uint8_t>(Kind::note_off) ||
                record.kind > static_cast<std::uint8_t>(Kind::pitch_bend)) {
                PyErr_Format(PyExc_ValueError, "no output has kind %d", static_cast<int>(record.kind));
                return false;
            }
            expected = 8;
            record.port = read.byte(2);
            record.channel = read.byte(3, 15);
            record.data[0] = read.byte(4);
            record.data[1] = read.byte(5, 127);
            record.data[2] = read.byte(6, 127);
            record.size = 3;
            record.sequence = read.number(7);
            break;
    }
    if (PyErr_Occurred() == nullptr && read.size() != expected) {
        PyErr_Format(PyExc_ValueError, "an output of kind %d has %zd items, not %zd", static_cast<int>(record.kind),
                     read.size(), expected);
    }
    return PyErr_Occurred() == nullptr;
}

}  // namespace

PyObject* list_from_records(const std::vector<ipc::Record>& records) {
    PyObject* list = PyList_New(0);
    for (std::size_t i = 0; list != nullptr && i < records.size(); ++i) {
        if (records[i].kind == wire::transport_bar) {
            continue;  // belongs to the transport record before it
        }
        PyObject* tuple = tuple_from(records[i], i + 1 < records.size() ? &records[i + 1] : nullptr);
        if (tuple == nullptr || PyList_Append(list, tuple) != 0) {
            Py_CLEAR(list);
        }
        Py_XDECREF(tuple);
    }
    return list;
}

bool records_from_list(PyObject* list, std::vector<ipc::Record>& records) {
    bool all = true;
    PyObject *type = nullptr, *value = nullptr, *trace = nullptr;
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(list); ++i) {
        PyObject* item = PyList_GET_ITEM(list, i);
        ipc::Record record;
        bool good = PyTuple_Check(item);
        if (!good) {
            PyErr_SetString(PyExc_TypeError, "an output is not a tuple");
        } else {
            good = record_from(item, record);
        }
        if (good) {
            records.push_back(record);
        } else if (all) {
            all = false;
            PyErr_Fetch(&type, &value, &trace);
        } else {
            PyErr_Clear();
        }
    }
    if (!all) {
        PyErr_Restore(type, value, trace);
    }
    return all;
}

}  // namespace outboard::scripting::child
