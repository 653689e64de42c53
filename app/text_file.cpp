#include "app/text_file.h"

#include <fstream>
#include <stdexcept>

#include <fmt/format.h>

#include "audio/temporary_file.h"

namespace outboard::app {

void write_text_file(const std::string& path, const std::string& text) {
    audio::TemporaryFile file(path);
    std::ofstream stream(file.temporary_path(), std::ios::binary);
    if (!(stream << text) || !stream.flush()) {
        throw std::runtime_error(fmt::format("'{}' cannot be written: is the disk full?", path));
    }
    file.commit();
}

void require_writable(const std::string& path) {
    if (!path.empty()) {
        const audio::TemporaryFile trial(path);
    }
}

}  // namespace outboard::app
