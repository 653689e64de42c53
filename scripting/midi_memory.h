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
                hear_control(channel, event.data[1], event.data[2]);
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

    /// [rt] Calls `tell(status, d1, d2)` for everything known. Of RPN and NRPN only the one chosen last, and the data
    /// entry that set it after it.
    template <typename Tell>
    void recall(Tell tell) const noexcept {
        for (std::uint8_t number = 0; number < 16; ++number) {
            const Channel& channel = channels_[number];
            const auto tell_control = [&](std::uint8_t cc) {
                if (channel.controls[cc] != unknown) {
                    tell(static_cast<std::uint8_t>(0xB0 | number), cc, channel.controls[cc]);
                }
            };
            for (std::uint8_t cc = 0; cc < 120; ++cc) {
                if ((cc != data_msb || !channel.entered_msb) && (cc != data_lsb || !channel.entered_lsb)) {
                    tell_control(cc);
                }
            }
            if (channel.entered_msb) {
                tell_control(data_msb);
            }
            if (channel.entered_lsb) {
                tell_control(data_lsb);
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
    static constexpr std::uint8_t data_msb = 6, data_lsb = 38;
    static constexpr std::uint8_t nrpn_lsb = 98, nrpn_msb = 99, rpn_lsb = 100, rpn_msb = 101;
    struct Channel {
        std::array<std::uint8_t, 128> controls{};
        std::uint8_t program = unknown, pressure = unknown, bend_low = unknown, bend_high = unknown;
        bool entered_msb = false, entered_lsb = false;  ///< this data entry belongs to the RPN or NRPN chosen now
    };

    static void hear_control(Channel& channel, std::uint8_t cc, std::uint8_t value) noexcept {
        if (cc >= 120) {
            return;  // mode messages, not states
        }
        channel.controls[cc] = value;
        if (cc == nrpn_lsb || cc == nrpn_msb) {
            channel.controls[rpn_lsb] = channel.controls[rpn_msb] = unknown;
            channel.entered_msb = channel.entered_lsb = false;
        } else if (cc == rpn_lsb || cc == rpn_msb) {
            channel.controls[nrpn_lsb] = channel.controls[nrpn_msb] = unknown;
            channel.entered_msb = channel.entered_lsb = false;
        } else if (cc == data_msb) {
            channel.entered_msb = true;
            channel.entered_lsb = false;  // it sets the lower half to 0
        } else if (cc == data_lsb) {
            channel.entered_lsb = true;
        }
    }

    std::array<Channel, 16> channels_{};
};

}  // namespace outboard::scripting
