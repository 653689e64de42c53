// A double of audio::Engine and scripting::ScriptHost: it plays nothing, shows the snapshot it is given and writes
// down the commands it gets. For tests of the window only.
#pragma once

#include <string>
#include <vector>

#include "audio/engine.h"

namespace outboard::ui::test {

/// What the one engine of a test shows and has been told.
struct Fake {
    audio::EngineSnapshot snapshot;
    audio::Session session;
    std::vector<scripting::Message> messages;  ///< taken by the next take_messages
    std::string factory_folder;
    std::vector<std::string> calls;  ///< "play", "load_script 1 /path", "key_down 60 c0", …
    std::string load_error;          ///< if not empty, load_script leaves the generation as it is

    [[nodiscard]] std::size_t count(const std::string& beginning) const;
};

/// Shared by all doubles; a test begins with fake() = {}.
Fake& fake();

/// A track that runs a script and has a knob, a menu and a toggle.
audio::TrackSnapshot make_track(std::uint32_t id, const std::string& name, const std::string& script);

}  // namespace outboard::ui::test
