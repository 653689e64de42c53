// A text that is written completely or not at all.
#pragma once

#include <string>

namespace outboard::app {

/// [control] Beside its place first, then moved there. Throws std::runtime_error with a sentence; the old file, if
/// there was one, is untouched then and nothing else is left behind.
void write_text_file(const std::string& path, const std::string& text);

/// [control] Throws the same sentence when `path` cannot be written: for a long run, before it begins. Nothing asked
/// for (an empty path) is fine.
void require_writable(const std::string& path);

}  // namespace outboard::app
