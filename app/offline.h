// Offline: a script host and an engine without a device, for what runs as fast as it goes.
#pragma once

#include <memory>

#include "app/live.h"
#include "audio/engine.h"
#include "scripting/script_host.h"

namespace outboard::app {

class Offline {
public:
    /// [control] Returns when all scripts are loaded. Throws std::runtime_error with the sentence of one that is not.
    Offline(const audio::Session& session, const LiveOptions& options);
    [[nodiscard]] audio::Engine& engine() noexcept { return *engine_; }

private:
    std::unique_ptr<scripting::ScriptHost> host_;  // outlives the engine
    std::unique_ptr<audio::Engine> engine_;
};

}  // namespace outboard::app
