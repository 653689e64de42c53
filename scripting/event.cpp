#include "scripting/event.h"

namespace outboard::scripting {

Event event_from_midi(std::int64_t time, std::uint8_t port, std::uint8_t status, std::uint8_t d1,
                      std::uint8_t d2) noexcept {
    Event event;
    event.time = time;
    event.port = port;
    event.channel = status & 0x0F;
    event.data = {status, static_cast<std::uint8_t>(d1 & 0x7F), static_cast<std::uint8_t>(d2 & 0x7F)};
    event.size = 3;
    switch (status & 0xF0) {
        case 0x80:
            event.kind = Kind::note_off;
            break;
        case 0x90:
            event.kind = (d2 & 0x7F) == 0 ? Kind::note_off : Kind::note_on;
            break;
        case 0xA0:
            event.kind = Kind::poly_pressure;
            break;
        case 0xB0:
            event.kind = Kind::control_change;
            break;
        case 0xC0:
            event.kind = Kind::program_change;
            event.size = 2;
            event.data[2] = 0;
            break;
        case 0xD0:
            event.kind = Kind::channel_pressure;
            event.size = 2;
            event.data[2] = 0;
            break;
        case 0xE0:
            event.kind = Kind::pitch_bend;
            break;
        default:
            event.kind = Kind::none;
            event.size = 0;
            break;
    }
    return event;
}

}  // namespace outboard::scripting
