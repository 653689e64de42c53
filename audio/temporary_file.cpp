#include "audio/temporary_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <stdexcept>
#include <utility>

#include <fmt/format.h>

#include "ipc/descriptor.h"

namespace outboard::audio {

TemporaryFile::TemporaryFile(std::string target) : target_(std::move(target)) {
    static std::atomic<unsigned> counter{0};
    std::error_code ignored;
    const std::filesystem::path wanted(target_);
    if (target_.empty() || !wanted.has_filename() || std::filesystem::is_directory(wanted, ignored)) {
        throw std::runtime_error(fmt::format("\"{}\" is not the name of a file that can be written.", target_));
    }
    const bool exists = std::filesystem::exists(wanted, ignored);
    // What is there and may not be written is not to be replaced behind its owner's back.
    if (exists && access(target_.c_str(), W_OK) != 0) {
        throw std::runtime_error(fmt::format("{} cannot be written: {}.", target_, std::strerror(errno)));
    }
    const std::filesystem::path place = exists ? std::filesystem::canonical(wanted, ignored) : wanted;
    place_ = place.string();
    if (exists && !std::filesystem::is_regular_file(place, ignored)) {
        temporary_ = place_;
        committed_ = true;
        return;
    }
    temporary_ =
        (place.parent_path() / fmt::format(".{}.{}-{}.part", place.filename().string(), getpid(), counter.fetch_add(1)))
            .string();
    const ipc::Descriptor created(open(temporary_.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0666));
    if (!created) {
        throw std::runtime_error(fmt::format("{} cannot be written: {}.", target_, std::strerror(errno)));
    }
}

TemporaryFile::~TemporaryFile() {
    if (!committed_) {
        unlink(temporary_.c_str());
    }
}

void TemporaryFile::commit() {
    if (committed_) {
        return;
    }
    if (std::rename(temporary_.c_str(), place_.c_str()) != 0) {
        throw std::runtime_error(fmt::format("{} cannot be written: {}.", target_, std::strerror(errno)));
    }
    committed_ = true;
}

}  // namespace outboard::audio
