#include "audio/chase.h"

#include <algorithm>

namespace outboard::audio {
namespace {

using scripting::Kind;

namespace cc {
constexpr std::uint8_t bank_msb = 0, modulation = 1, data_msb = 6, expression = 11, bank_lsb = 32, data_lsb = 38;
constexpr std::uint8_t sustain = 64, soft = 67, increment = 96;
constexpr std::uint8_t nrpn_lsb = 98, nrpn_msb = 99, rpn_lsb = 100, rpn_msb = 101, first_mode = 120, reset = 121;
}  // namespace cc

/// Controllers that mean nothing alone: append() sends them in the order that they need.
bool is_part_of_something(std::size_t controller) {
    return controller == cc::bank_msb || controller == cc::bank_lsb || controller == cc::data_msb ||
           controller == cc::data_lsb || (controller >= cc::increment && controller <= cc::rpn_msb);
}

/// Writes messages for one channel.
struct Sender {
    std::int64_t time;
    std::uint8_t channel;
    EventList& out;

    void message(std::uint8_t status, int first, int second = 0) const {
        out.push(scripting::event_from_midi(time, 0, static_cast<std::uint8_t>(status | channel),
                                            static_cast<std::uint8_t>(first), static_cast<std::uint8_t>(second)));
    }
    void controller(std::uint8_t number, int value) const {
        if (value >= 0) {
            message(0xB0, number, value);
        }
    }
};

}  // namespace

ChaseState::ChaseState() noexcept {
    for (Channel& channel : channels_) {
        channel.controllers.fill(unset);
    }
}

void ChaseState::apply(const scripting::Event& event) noexcept {
    Channel& channel = channels_[event.channel & 0x0F];
    const auto first = static_cast<std::int8_t>(event.data[1] & 0x7F);
    const auto second = static_cast<std::int8_t>(event.data[2] & 0x7F);
    switch (event.kind) {
        case Kind::control_change:
            apply_controller(channel, event.data[1], second);
            break;
        case Kind::program_change:
            channel.program = first;
            channel.bank_msb = channel.controllers[cc::bank_msb];
            channel.bank_lsb = channel.controllers[cc::bank_lsb];
            break;
        case Kind::channel_pressure:
            channel.pressure = first;
            break;
        case Kind::pitch_bend:
            channel.bend_lsb = first;
            channel.bend_msb = second;
            break;
        default:
            break;
    }
}

void ChaseState::apply_controller(Channel& channel, std::uint8_t controller, std::int8_t value) noexcept {
    if (controller == cc::reset) {
        channel.reset = true;
        channel.pressure = channel.bend_lsb = channel.bend_msb = unset;
        for (std::size_t i = cc::nrpn_lsb; i <= cc::rpn_msb; ++i) {
            channel.controllers[i] = unset;
        }
        for (std::size_t i = cc::sustain; i <= cc::soft; ++i) {
            channel.controllers[i] = unset;
        }
        channel.controllers[cc::modulation] = channel.controllers[cc::expression] = unset;
        return;
    }
    if (controller >= cc::first_mode) {
        return;  // other mode messages set nothing that lasts
    }
    channel.controllers[controller] = value;
    if (controller == cc::nrpn_lsb || controller == cc::nrpn_msb) {
        channel.registered = false;
    } else if (controller == cc::rpn_lsb || controller == cc::rpn_msb) {
        channel.registered = true;
    } else if (controller == cc::data_msb || controller == cc::data_lsb) {
        if (Parameter* parameter = selected(channel)) {
            (controller == cc::data_msb ? parameter->data_msb : parameter->data_lsb) = value;
        }
    }
}

/// The parameter that data entry reaches now; null when none is selected, or more are used than are kept.
ChaseState::Parameter* ChaseState::selected(Channel& channel) noexcept {
    const std::int8_t msb = channel.controllers[channel.registered ? cc::rpn_msb : cc::nrpn_msb];
    const std::int8_t lsb = channel.controllers[channel.registered ? cc::rpn_lsb : cc::nrpn_lsb];
    if (msb == unset || lsb == unset || (msb == 127 && lsb == 127)) {
        return nullptr;
    }
    const auto end = channel.parameters.begin() + channel.parameter_count;
    const auto found = std::find_if(channel.parameters.begin(), end, [&](const Parameter& parameter) {
        return parameter.registered == channel.registered && parameter.msb == msb && parameter.lsb == lsb;
    });
    if (found != end) {
        return &*found;
    }
    if (channel.parameter_count == max_parameters) {
        return nullptr;
    }
    ++channel.parameter_count;
    *found = Parameter{channel.registered, msb, lsb, unset, unset};
    return &*found;
}

void ChaseState::append(std::int64_t time, EventList& out) const noexcept {
    for (std::uint8_t number = 0; number < channels_.size(); ++number) {
        const Channel& channel = channels_[number];
        const Sender send{time, number, out};
        if (channel.reset) {
            send.controller(cc::reset, 0);
        }
        if (channel.program != unset) {
            send.controller(cc::bank_msb, channel.bank_msb);
            send.controller(cc::bank_lsb, channel.bank_lsb);
            send.message(0xC0, channel.program);
        }
        if (channel.controllers[cc::bank_msb] != channel.bank_msb || channel.program == unset) {
            send.controller(cc::bank_msb, channel.controllers[cc::bank_msb]);
        }
        if (channel.controllers[cc::bank_lsb] != channel.bank_lsb || channel.program == unset) {
            send.controller(cc::bank_lsb, channel.controllers[cc::bank_lsb]);
        }
        for (std::uint8_t i = 0; i < cc::first_mode; ++i) {
            if (!is_part_of_something(i)) {
                send.controller(i, channel.controllers[i]);
            }
        }
        for (std::size_t i = 0; i < channel.parameter_count; ++i) {
            const Parameter& parameter = channel.parameters[i];
            send.controller(parameter.registered ? cc::rpn_msb : cc::nrpn_msb, parameter.msb);
            send.controller(parameter.registered ? cc::rpn_lsb : cc::nrpn_lsb, parameter.lsb);
            send.controller(cc::data_msb, parameter.data_msb);
            send.controller(cc::data_lsb, parameter.data_lsb);
        }
        // What is selected now, for data that is still to come; the kind that was selected last comes last.
        for (const bool registered : {!channel.registered, channel.registered}) {
            send.controller(registered ? cc::rpn_msb : cc::nrpn_msb,
                            channel.controllers[registered ? cc::rpn_msb : cc::nrpn_msb]);
            send.controller(registered ? cc::rpn_lsb : cc::nrpn_lsb,
                            channel.controllers[registered ? cc::rpn_lsb : cc::nrpn_lsb]);
        }
        if (channel.bend_msb != unset) {
            send.message(0xE0, channel.bend_lsb, channel.bend_msb);
        }
        if (channel.pressure != unset) {
            send.message(0xD0, channel.pressure);
        }
    }
}

}  // namespace outboard::audio
