// Session file: the document as JSON. Made for people to read and for version control.
//
// Paths below the session file's folder are written relative to it, so that a folder can be moved as a whole;
// factory scripts are written as "factory:NAME". A session is written beside its place and moved there in one step:
// a crash while saving leaves the old file whole.
#pragma once

#include <string>
#include <vector>

#include "audio/session.h"

namespace outboard::app {

inline constexpr int session_version = 1;

struct LoadedSession {
    audio::Session session;            ///< all paths absolute
    std::vector<std::string> notices;  ///< keys that were not understood, one sentence each
};

/// [control] Throws std::runtime_error with one sentence that names file and line or key. Does not look whether the
/// songs and scripts it names exist. `factory_folder`: where "factory:" scripts are.
[[nodiscard]] LoadedSession load_session(const std::string& path, const std::string& factory_folder);

/// [control] Throws std::runtime_error with one sentence; the old file is untouched then.
void save_session(const std::string& path, const audio::Session& session, const std::string& factory_folder);

}  // namespace outboard::app
