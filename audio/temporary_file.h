// TemporaryFile: a name beside a target path, which takes the target's place in one step or leaves nothing behind.
#pragma once

#include <string>

namespace outboard::audio {

class TemporaryFile {
public:
    /// [control] Creates an empty file in the target's folder; a symbolic link is followed, and a device or pipe is
    /// itself what is written to. Throws std::runtime_error with a sentence.
    explicit TemporaryFile(std::string target);
    ~TemporaryFile();  ///< removes it unless committed
    TemporaryFile(const TemporaryFile&) = delete;
    TemporaryFile& operator=(const TemporaryFile&) = delete;

    [[nodiscard]] const std::string& path() const noexcept { return target_; }
    [[nodiscard]] const std::string& temporary_path() const noexcept { return temporary_; }
    /// [control] Renames it to the target. Throws std::runtime_error with a sentence.
    void commit();

private:
    std::string target_, place_, temporary_;  ///< as asked for, with links followed, where it is written now
    bool committed_ = false;
};

}  // namespace outboard::audio
