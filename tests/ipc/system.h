// What the tests ask of the system directly; each has its own answers in tests/ipc/posix, linux, macos and windows.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>

#include "ipc/process.h"

namespace outboard::ipc::test {

/// A blocking pipe, [0] to read and [1] to write, such as a program takes for its standard output.
std::array<Descriptor, 2> os_pipe();
/// 0 at the end.
std::size_t read_some(const Descriptor& from, std::span<char> into);
/// False when it cannot all be written.
bool write_all(const Descriptor& to, std::span<const std::byte> bytes);
/// Opens the null device.
Descriptor open_null();
Descriptor copy_of(const Descriptor& descriptor);
[[nodiscard]] bool is_open(Handle handle);
void set_variable(const char* name, const char* value);  ///< of the environment
/// As careless libraries leave it.
void make_inheritable(const Descriptor& descriptor);
/// How many descriptors or handles this process has open.
[[nodiscard]] int open_handles();
/// This process's standard error, for a child.
[[nodiscard]] Handle standard_error();
/// What a poll from outside says to a read_descriptor() or an exit_descriptor() within so many ms.
[[nodiscard]] bool is_ready(Handle handle, int ms = 0);
/// Stops all threads of a program, and lets them go on.
void stop(const Process& process);
void go_on(const Process& process);
/// is_ready when the program of this number has ended, whoever started it.
Descriptor watch(std::int64_t pid);
/// Whether a pipe of the system takes a part of a frame, or else all of it or nothing.
extern const bool os_pipe_takes_parts;
/// Whether a pipe's writing end tells what nobody has read yet.
extern const bool os_pipe_counts_unread;
/// How many messages a test may exchange in reasonable time, over pipes of the system or memory.
std::uint64_t many_messages(bool over_pipe);
/// How Exit::describe() calls the end by Process::kill, and by Process::terminate where the child went by itself.
extern const char* const word_for_killed;
extern const char* const word_for_asked;

inline std::string line_from(const Descriptor& descriptor) {
    std::string line;
    char letter = 0;
    while (read_some(descriptor, std::span(&letter, 1)) == 1 && letter != '\n') {
        if (letter != '\r') {
            line += letter;
        }
    }
    return line;
}

/// To the end; the ends of lines as C has them.
inline std::string all_from(const Descriptor& descriptor) {
    std::string text;
    char letter = 0;
    while (read_some(descriptor, std::span(&letter, 1)) == 1) {
        if (letter != '\r') {
            text += letter;
        }
    }
    return text;
}

}  // namespace outboard::ipc::test
