// A file that is either written completely or not at all.
#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace outboard::audio {

/// [control] Writes beside `path` under another name, then moves the file into place. On failure `path` is as it was,
/// nothing is left behind, and std::runtime_error tells why in a sentence. A device or pipe is written directly.
void write_file_atomically(const std::string& path, std::span<const std::uint8_t> bytes);

}  // namespace outboard::audio
