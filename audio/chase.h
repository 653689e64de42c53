// ChaseState: what a song has set on its channels up to some place: programs, controllers, pitch bend, pressure.
//
// Whoever begins to play in the middle sends this first, so that it sounds as if the song had been played from its
// start. Notes and system exclusive are not chased. Flat and without pointers: copied on the audio thread.
#pragma once

#include <array>
#include <cstdint>

#include "audio/event_list.h"
#include "scripting/event.h"

namespace outboard::audio {

class ChaseState {
public:
    /// Most events that append() ever makes.
    static constexpr std::size_t max_events = 16 * 192;

    ChaseState() noexcept;
    /// [rt] Takes one event of the song into account.
    void apply(const scripting::Event& event) noexcept;
    /// [rt] Appends the events that bring a synthesizer into this state, at `time`, origin 0: per channel a reset of
    /// controllers if the song had one, bank and program, controllers, (non-)registered parameters, bend, pressure.
    void append(std::int64_t time, EventList& out) const noexcept;

private:
    static constexpr std::int8_t unset = -1;
    static constexpr std::size_t max_parameters = 12;
    struct Parameter {  ///< an RPN or NRPN that got data
        bool registered = true;
        std::int8_t msb = unset, lsb = unset, data_msb = unset, data_lsb = unset;
    };
    struct Channel {
        std::array<std::int8_t, 120> controllers{};
        std::int8_t program = unset, bank_msb = unset, bank_lsb = unset;  ///< the bank that held when it was chosen
        std::int8_t pressure = unset, bend_lsb = unset, bend_msb = unset;
        bool reset = false;      ///< a reset of all controllers was seen
        bool registered = true;  ///< which kind of parameter was selected last
        std::uint8_t parameter_count = 0;
        std::array<Parameter, max_parameters> parameters{};
    };

    void apply_controller(Channel& channel, std::uint8_t controller, std::int8_t value) noexcept;
    Parameter* selected(Channel& channel) noexcept;

    std::array<Channel, 16> channels_;
};

}  // namespace outboard::audio
