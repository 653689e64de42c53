// Where things are: beside the executable (the same in the build tree and when installed) and in the user's folders.
#pragma once

#include <string>

namespace outboard::app {

/// Folder of this executable, absolute.
[[nodiscard]] std::string executable_folder();
/// demo.outboard of the demo session. Throws std::runtime_error with a sentence when the installation is incomplete.
[[nodiscard]] std::string demo_session_path();
/// Where the window keeps the last session and the user's copies of scripts ($XDG_DATA_HOME/outboard). Not created.
[[nodiscard]] std::string user_folder();

}  // namespace outboard::app
