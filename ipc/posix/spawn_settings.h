// SpawnSettings: everything that posix_spawn is told about a child.
#pragma once

#include <string>
#include <vector>

#include <spawn.h>

#include "ipc/descriptor.h"
#include "ipc/process.h"

namespace outboard::ipc {

/// The child gets 0, 1, 2 and the numbers that the options name, and no other descriptor, whatever libraries in the
/// host left open; its own process group; every signal at its default and none blocked. Valid as long as the
/// options are.
class SpawnSettings {
public:
    /// [control] Throws std::system_error with a sentence.
    explicit SpawnSettings(const Process::Options& options);
    ~SpawnSettings();
    SpawnSettings(const SpawnSettings&) = delete;
    SpawnSettings& operator=(const SpawnSettings&) = delete;

    [[nodiscard]] const posix_spawn_file_actions_t* actions() const noexcept { return &actions_; }
    [[nodiscard]] const posix_spawnattr_t* attributes() const noexcept { return &attributes_; }
    [[nodiscard]] char* const* argv() const noexcept { return argv_.data(); }
    [[nodiscard]] char* const* envp() const noexcept { return envp_.data(); }

private:
    void place_descriptors(const Process::Options& options);
    void set_attributes();
    /// In the child, `here` becomes `there`.
    void place(int here, int there, int above);

    std::vector<std::string> strings_;
    std::vector<char*> argv_;
    std::vector<char*> envp_;
    std::vector<Descriptor> copies_;
    posix_spawn_file_actions_t actions_{};
    posix_spawnattr_t attributes_{};
};

// Each system has its own of these two.

/// Adds that no descriptor from `first` on is left open in the child. Throws std::system_error.
void close_from(posix_spawn_file_actions_t& actions, int first);
/// Flags that the system has beside those of POSIX, else 0.
short own_spawn_flags() noexcept;

}  // namespace outboard::ipc
