// From what a user typed to a session that can be played: a song with scripts, a session file, or the demo.
#pragma once

#include <string>
#include <vector>

#include "app/command_line.h"
#include "audio/session.h"

namespace outboard::app {

struct SessionSource {
    audio::Session session;
    std::vector<std::string> notices;  ///< sentences worth showing
};

/// [control] Reads the session file, or makes tracks for a song; applies --script, --set, --soundfont, --device, --rate
/// and --frames. Starts the scripts for a moment when --set needs their parameters. Throws UsageError or
/// std::runtime_error with one sentence.
[[nodiscard]] SessionSource find_session(const CommandLine& line);

/// --soundfont, --device, --rate and --frames, which win over what a session says.
void apply_options(const CommandLine& line, audio::Session& session);

/// [control] Folder of the factory scripts. Throws std::runtime_error when the installation is incomplete.
[[nodiscard]] std::string factory_folder();

}  // namespace outboard::app
