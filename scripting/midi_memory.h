// MidiMemory: the controllers of sixteen channels as last heard, to tell a child that becomes live.
#pragma once

#include <array>
#include <cstdint>

#include "scripting/event.h"

namespace outboard::scripting {

class MidiMemory {
public:
    MidiMemory() {
        for (Channel& channel : channels_) {
            channel.controls.fill(unknown);
        }
    }

    /// [rt]
    void hear(const Event& event) noexcept {
        Channel& channel = channels_[event.channel & 0x0F];
        switch (event.kind) {
            case Kind::control_change:
                if (event.data[1] < 120) {  // 120..127 are mode messages, not states
                    channel.controls[event.data[1]] = event.data[2];
                }
                break;
            case Kind::program_change:
                channel.program = event.data[1];
                break;
            case Kind::channel_pressure:
                channel.pressure = event.data[1];
                break;
            case Kind::pitch_bend:
                channel.bend_low = event.data[1];
                channel.bend_high = event.data[2];
                break;
            default:
                break;
        }
    }

    /// [rt] Calls `tell(status, d1, d2)` for everything known.
    template <typename Tell>
    void recall(Tell tell) const noexcept {
        for (std::uint8_t number = 0; number < 16; ++number) {
            const Channel& channel = channels_[number];
            for (std::uint8_t cc = 0; cc < 120; ++cc) {
                if (channel.controls[cc] != unknown) {
                    tell(static_cast<std::uint8_t>(0xB0 | number), cc, channel.controls[cc]);
                }
            }
            if (channel.program != unknown) {
                tell(static_cast<std::uint8_t>(0xC0 | number), channel.program, std::uint8_t{0});
            }
            if (channel.pressure != unknown) {
                tell(static_cast<std::uint8_t>(0xD0 | number), channel.pressure, std::uint8_t{0});
            }
            if (channel.bend_high != unknown) {
                tell(static_cast<std::uint8_t>(0xE0 | number), channel.bend_low, channel.bend_high);
            }
        }
    }

private:
    static constexpr std::uint8_t unknown = 0xFF;
    struct Channel {
        std::array<std::uint8_t, 128> controls{};
        std::uint8_t program = unknown, pressure = unknown, bend_low = unknown, bend_high = unknown;
    };
    std::array<Channel, 16> channels_{};
};

}  // namespace outboard::scripting
