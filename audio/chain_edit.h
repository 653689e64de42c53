// Chain edit: a track's scripts change places, and what the session knows of each goes with it.
#pragma once

#include "audio/session.h"

namespace outboard::audio {

/// [control] Sets the scripts of a track. Parameters, learned controllers and bypasses of a script that stands
/// elsewhere now go there; those of one that has left the chain are dropped.
void rearrange(TrackSettings& settings, const scripting::Scripts& scripts);

}  // namespace outboard::audio
