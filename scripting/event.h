// Event: one MIDI event in sample time, as the engine hands it to a script and as it comes back.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace outboard::scripting {

/// What an event is. The numbers are on the wire and in the Python package (`outboard/_wire.py`).
enum class Kind : std::uint8_t {
    none = 0,
    note_on = 1,           ///< data: status, key, velocity 1..127
    note_off = 2,          ///< data as it came: 0x8n key velocity, or 0x9n key 0
    poly_pressure = 3,     ///< data: status, key, value
    control_change = 4,    ///< data: status, cc, value
    program_change = 5,    ///< data: status, program
    channel_pressure = 6,  ///< data: status, value
    pitch_bend = 7,        ///< data: status, LSB, MSB
    sysex = 8,             ///< `blob` names the bytes, which stay with the host
    choke = 9,             ///< input: all that a key sounds is cut; output: the note `note_id` is (also at a panic)
    note_expression = 10,  ///< data: Expression, key; its value is in `tuning`
    note_end = 11,         ///< input only: the instrument has finished the notes of a key; data: 0, key
    // What MIDI has no bytes for. Output only, for the instrument and the mixer; `size` is 0.
    note_change = 76,  ///< of the note `note_id`: data[0] = NoteDimension, `value`, reached at `until`
    setting = 77,      ///< of the track: data[0] = Setting, `value`
};

/// The last kind that an input event may have; what has a higher number on the wire is none.
inline constexpr std::uint8_t last_kind = 15;

/// Whether MIDI has bytes for it.
[[nodiscard]] constexpr bool is_midi(Kind kind) noexcept {
    return kind != Kind::none && kind <= Kind::choke;
}

/// What a note expression moves, numbered as in CLAP.
enum class Expression : std::uint8_t { volume, pan, tuning, vibrato, expression, brightness, pressure };

/// What can be changed of one note while it sounds. All values are against how the note was played; those of names
/// with a dot also have a Setting, in the same units. The numbers are on the wire.
enum class NoteDimension : std::uint8_t {
    tuning,            ///< semitones, -120..120
    volume,            ///< dB, -144 (silence) .. 24; glides are linear in dB, to and from silence they stop at -60
    pan,               ///< -1..1
    pressure,          ///< 0..1
    brightness,        ///< 0..1; 0.5 as it was played, one whole is eight octaves of the filter's cutoff
    filter_cutoff,     ///< octaves, -8..8
    filter_resonance,  ///< dB, -96..96
    amp_attack,        ///< times as long, 0.001..1000
    amp_decay,         ///< the same
    amp_release,       ///< the same
    vibrato_depth,     ///< cents, -1200..1200
    vibrato_rate,      ///< times as fast, 0.001..1000
};
inline constexpr std::size_t note_dimensions = 12;

/// What a script can set of its track's instrument and mixer strip. The numbers are on the wire.
enum class Setting : std::uint8_t {
    filter_cutoff,
    filter_resonance,
    amp_attack,
    amp_decay,
    amp_release,
    vibrato_depth,
    vibrato_rate,
    program,  ///< bank * 128 + program, on all channels; on channel 10 only if that is the track's first
    gain,     ///< dB, -144..24
    pan,      ///< -1..1
    send,     ///< to the room, as a factor behind the fader: 0..1
};
inline constexpr std::size_t settings = 11;

struct Event {
    std::int64_t time = 0;  ///< absolute sample
    Kind kind = Kind::none;
    std::uint8_t port = 0;               ///< 0-based input port
    std::uint8_t channel = 0;            ///< 0..15 (users see 1..16)
    std::uint8_t size = 0;               ///< bytes used in `data`
    std::array<std::uint8_t, 3> data{};  ///< the MIDI bytes as they came, or as they go out
    /// Output notes only: true where the script called `play` (the note is its own, and only an off with its
    /// note_id may end it), false where a key press was forwarded (plain MIDI semantics).
    bool played = false;
    /// Where it comes from. Input: whatever the producer likes (the song player numbers its events), 0 = nowhere.
    /// Output: that of the input event that was passed on or forwarded, at its own time; else 0.
    std::uint32_t origin = 0;
    std::int32_t note_id = -1;       ///< output notes: unique in the run; the off carries the on's
    std::uint32_t blob = 0;          ///< sysex: the producer's handle
    float tuning = 0;                ///< note on: semitones; note expression: its value
    std::int32_t preset = -1;        ///< note on: bank * 128 + program for this note only; -1: its channel's
    std::uint32_t sample_start = 0;  ///< note on: begins so many points into its recording
    float value = 0;         ///< note_change: the value that is glided to, in a straight line; setting: the value
    std::int64_t until = 0;  ///< note_change: the sample at which it is reached; `time` or less: at once
};

/// Builds an event from MIDI bytes (running status resolved, channel messages only). A note-on with velocity 0
/// becomes Kind::note_off with its bytes kept.
[[nodiscard]] Event event_from_midi(std::int64_t time, std::uint8_t port, std::uint8_t status, std::uint8_t d1,
                                    std::uint8_t d2) noexcept;

}  // namespace outboard::scripting
