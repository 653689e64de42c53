// Session: the document. Tracks, scripts, parameters, song, device; what a session file holds.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "scripting/script_slot.h"

namespace outboard::audio {

struct TrackSettings {
    std::string name = "Track";
    std::uint32_t colour = 0xB56576;  ///< 0xRRGGBB
    // Input filter
    std::optional<int> port;          ///< 0-based MIDI input port; nothing: all
    std::uint16_t channels = 0xFFFF;  ///< bit n = channel n+1
    bool from_song = true;            ///< hears the song
    bool from_keyboard = true;        ///< hears the on-screen keyboard and MIDI inputs when it is the armed track
    // Script
    std::string script;                     ///< path of the first one; empty: none
    std::vector<std::string> next_scripts;  ///< those behind it: the output of one is the input of the next
    std::uint32_t left_out = 0;             ///< scripts of that chain that are bypassed, as bits in their order
    /// All of them, in order.
    [[nodiscard]] scripting::Scripts scripts() const {
        scripting::Scripts all;
        if (!script.empty()) {
            all.push_back(script);
            all.insert(all.end(), next_scripts.begin(), next_scripts.end());
        }
        return all;
    }
    void set_scripts(const scripting::Scripts& scripts) {
        script = scripts.empty() ? std::string() : scripts.front();
        next_scripts.assign(scripts.begin() + (scripts.empty() ? 0 : 1), scripts.end());
    }
    bool bypassed = false;
    /// By id, of a table's value "steps[3]", of the chain's second script "2.rate"; unknown ids are kept.
    std::map<std::string, double> parameters;
    std::map<std::string, std::string> texts;  ///< of parameters that have a text: paths of files, by id
    std::vector<scripting::Learned> learned;   ///< controllers that move parameters
    std::string kept;                          ///< what the script keeps (`state`): a JSON object; empty: nothing
    // Instrument
    std::string soundfont;             ///< path; empty: the session's
    std::optional<int> bank, program;  ///< set at start on all of its channels; nothing: what the song says
    std::string midi_output;           ///< name of a MIDI output port that gets the events too; empty: none
    // Mixer
    double gain_db = 0;
    double pan = 0;   ///< -1..1, constant power, 0 leaves both sides as they are
    double send = 0;  ///< to the room, behind the fader: 0..1
    bool mute = false, solo = false;
};

/// What a track's mixer strip consists of.
inline constexpr std::array strip_settings{scripting::Setting::gain, scripting::Setting::pan, scripting::Setting::send};

/// One of them in whatever has `gain_db`, `pan` and `send`.
template <typename Strip>
[[nodiscard]] auto& strip_value(Strip& strip, scripting::Setting what) noexcept {
    return what == scripting::Setting::gain ? strip.gain_db : what == scripting::Setting::pan ? strip.pan : strip.send;
}

struct DeviceSettings {
    std::string name;  ///< empty: the best one found; "timer": no sound card needed
    double rate = 48000;
    std::uint32_t frames = 0;  ///< frames per block; 0: the device's own (128 where it has none)
};

struct Session {
    std::string soundfont;  ///< path; empty: the system's default
    std::string song;       ///< path of a .mid; empty: none
    double master_db = 0;
    bool loop = false;
    scripting::SwapMoment swap = scripting::SwapMoment::beat;  ///< when a saved script takes over, on every track
    DeviceSettings device;
    std::vector<std::string> midi_inputs;  ///< names to open; empty: all
    std::vector<TrackSettings> tracks;
};

}  // namespace outboard::audio
