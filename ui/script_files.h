// Script files on disk: reading, writing whole, and the user's copies of factory scripts.
#pragma once

#include <QString>
#include <QStringList>

namespace outboard::ui {

/// Reads a UTF-8 text file. Throws std::runtime_error with a sentence.
[[nodiscard]] QString read_text(const QString& path);
/// Writes the whole file or leaves the old one as it was. Throws std::runtime_error with a sentence.
void write_text(const QString& path, const QString& text);

/// Where a user's scripts live: `wished`, or scripts/ in the system's data folder for this application.
[[nodiscard]] QString user_scripts_folder(const std::string& wished);
/// A path in `folder` (made if missing) for a file called `name` that does not exist yet: echo.py, echo-2.py, …
/// Throws std::runtime_error with a sentence when the folder cannot be made.
[[nodiscard]] QString free_path(const QString& folder, const QString& name);
/// The scripts in a folder, sorted, without those that begin with an underscore. Paths.
[[nodiscard]] QStringList scripts_in(const QString& folder);

/// What a new script says.
[[nodiscard]] QString new_script_text();

}  // namespace outboard::ui
