// LateReport: what the log says of a script that was late: when, by how much, and where it was when its time was up.
#pragma once

#include <cstdint>
#include <optional>

#include "scripting/script_slot.h"
#include "scripting/traceback.h"

namespace outboard::scripting {

class Link;

class LateReport {
public:
    /// [control] One line for what has been late since the last one, at most once a second; mostly there is none. What
    /// the child says while it is late, or may hang, is left for who tells of its end.
    std::optional<Message> look(Link& link, std::int64_t now_ns);

private:
    std::uint64_t told_ = 0;
    std::int64_t told_ns_ = 0;
    std::int64_t asked_ns_ = 0;  ///< the watchdog's last question of which the answer was read
    Place place_;                ///< that answer, until there is a line for it
};

}  // namespace outboard::scripting
