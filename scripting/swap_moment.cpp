// The words for when a new child takes over.

#include "scripting/script_slot.h"

namespace outboard::scripting {

const char* to_string(SwapMoment moment) noexcept {
    switch (moment) {
        case SwapMoment::block:
            return "block";
        case SwapMoment::beat:
            return "beat";
        case SwapMoment::bar:
            return "bar";
    }
    return "?";
}

std::optional<SwapMoment> swap_moment(std::string_view word) noexcept {
    for (const SwapMoment moment : {SwapMoment::block, SwapMoment::beat, SwapMoment::bar}) {
        if (word == to_string(moment)) {
            return moment;
        }
    }
    return std::nullopt;
}

}  // namespace outboard::scripting
