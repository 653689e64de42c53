#include "scripting/child/convert.h"

#include <algorithm>
#include <cstring>

#include "scripting/records.h"
#include "scripting/sysex.h"

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

/// The bytes of a message from the records that follow it; empty if they are not all there.
PyObject* sysex_from(std::span<const ipc::Record> records) {
    PyObject* bytes = PyBytes_FromStringAndSize(nullptr, std::min<std::size_t>(records[0].voice, max_sysex));
    if (bytes == nullptr) {
        return nullptr;
    }
    const auto size = static_cast<std::size_t>(PyBytes_GET_SIZE(bytes));
    std::size_t at = 0;
    for (std::size_t i = 1; i < records.size() && at < size && records[i].kind == wire::sysex_bytes; ++i) {
        const std::size_t count = std::min({std::size_t{records[i].size}, wire::sysex_piece, size - at});
        std::memcpy(PyBytes_AS_STRING(bytes) + at, records[i].value, count);
        at += count;
    }
    if (at < size) {
        Py_DECREF(bytes);
        return PyBytes_FromStringAndSize(nullptr, 0);
    }
    return bytes;
}

/// `records` begins with the record and has those after it.
PyObject* tuple_from(std::span<const ipc::Record> records) {
    const ipc::Record& record = records[0];
    PyObject* kind = integer(record.kind);
    PyObject* time = integer(record.time);
    switch (record.kind) {
        case wire::transport: {
            const ipc::Record none;
            const ipc::Record& bar = records.size() > 1 ? records[1] : none;
            return tuple_of(kind, time, PyFloat_FromDouble(record.value[0]), PyFloat_FromDouble(record.value[1]),
                            PyFloat_FromDouble(record.value[2]), PyFloat_FromDouble(record.value[3]),
                            integer(bar.data[0]), integer(bar.data[1]), integer(bar.data[2]),
                            PyFloat_FromDouble(bar.value[0]), integer(static_cast<long long>(bar.value[1])),
                            PyFloat_FromDouble(bar.value[2]), PyFloat_FromDouble(bar.value[3]));
        }
        case wire::parameter:
            return tuple_of(kind, time, integer(record.sequence), PyFloat_FromDouble(record.value[0]));
        case wire::begin_loops:
            return tuple_of(kind, time, integer(record.voice), PyFloat_FromDouble(record.value[0]));
        case wire::wait_loops:
        case wire::leave:
        case wire::bypass:
            return tuple_of(kind, time, integer(record.voice));
        case wire::voice_silent:
            return tuple_of(kind, time, integer(record.voice));
        case wire::setting_is:
            return tuple_of(kind, time, integer(record.data[0]), PyFloat_FromDouble(record.value[0]));
        case wire::text:
            return tuple_of(kind, time, integer(record.sequence),
                            PyBytes_FromStringAndSize(reinterpret_cast<const char*>(record.value),
                                                      std::min<Py_ssize_t>(record.size, sizeof record.value)),
                            PyBool_FromLong(record.flags & wire::flag_last));
        case wire::start:
        case wire::panic:
        case wire::finish:
            return tuple_of(kind, time);
        case static_cast<std::uint8_t>(Kind::sysex):
            return tuple_of(kind, time, integer(record.sequence), integer(record.port), integer(record.channel),
                            sysex_from(records), integer(0), integer(0), integer(record.flags));
        case static_cast<std::uint8_t>(Kind::note_expression):
            return tuple_of(kind, time, integer(record.sequence), integer(record.port), integer(record.channel),
                            integer(record.data[0]), integer(record.data[1]), PyFloat_FromDouble(record.number),
                            integer(record.flags));
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
            expected = read.size() > 13 ? 15 : 13;  // with preset and start, which few notes have
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
            record.value[1] = read.size() > 13 ? static_cast<double>(read.whole(13, -1, INT32_MAX)) : -1;
            record.value[2] = static_cast<double>(read.whole(14, 0, UINT32_MAX));
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
        case wire::loop_over:
            expected = 3;
            record.voice = read.number(2);
            break;
        case wire::left:
        case wire::end_all:
            expected = 2;
            break;
        case wire::set_end:
            expected = 5;
            record.voice = read.number(2);
            record.size = read.byte(3, 3);
            record.value[0] = read.real(4);
            break;
        case wire::change_note:
            expected = 9;
            record.voice = read.number(2);
            record.data[0] = read.byte(3);
            record.value[0] = read.real(4);
            record.size = read.byte(5, 2);
            record.value[1] = read.real(6);
            record.flags = read.byte(7, wire::flag_from | wire::flag_kill);
            record.value[2] = read.real(8);
            break;
        case wire::set_setting:
            expected = 4;
            record.data[0] = read.byte(2);
            record.value[0] = read.real(3);
            break;
        case static_cast<std::uint8_t>(Kind::note_expression):
            expected = 8;
            record.port = read.byte(2);
            record.channel = read.byte(3, 15);
            record.data[0] = read.byte(4);
            record.data[1] = read.byte(5, 127);
            record.number = static_cast<float>(read.real(6));
            record.sequence = read.number(7);
            break;
        case static_cast<std::uint8_t>(Kind::sysex):
            expected = 5;  // its bytes follow: see append_bytes
            record.port = read.byte(2);
            record.sequence = read.number(3);
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

/// The bytes that a message has of its own, behind its record.
bool append_bytes(PyObject* tuple, std::vector<ipc::Record>& records) {
    char* data = nullptr;
    Py_ssize_t size = 0;
    if (PyBytes_AsStringAndSize(PyTuple_GET_ITEM(tuple, 4), &data, &size) != 0) {
        records.pop_back();
        return false;
    }
    records.back().voice = static_cast<std::uint32_t>(std::min<std::size_t>(static_cast<std::size_t>(size), max_sysex));
    const std::size_t whole = records.back().voice;
    ipc::Record piece;
    piece.kind = wire::sysex_bytes;
    piece.time = records.back().time;
    for (std::size_t at = 0; at < whole; at += wire::sysex_piece) {
        piece.size = static_cast<std::uint8_t>(std::min(wire::sysex_piece, whole - at));
        std::memcpy(piece.value, data + at, piece.size);
        records.push_back(piece);
    }
    return true;
}

}  // namespace

PyObject* list_from_records(std::span<const ipc::Record> records) {
    PyObject* list = PyList_New(0);
    for (std::size_t i = 0; list != nullptr && i < records.size(); ++i) {
        if (records[i].kind == wire::transport_bar || records[i].kind == wire::sysex_bytes) {
            continue;  // belongs to the record before it
        }
        PyObject* tuple = tuple_from(records.subspan(i));
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
            good = record.kind != static_cast<std::uint8_t>(Kind::sysex) || append_bytes(item, records);
        }
        if (good) {
            continue;
        }
        if (all) {
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
