// What the records of the block lane (ipc/protocol.h) mean: the vocabulary of host and script runtime.
//
// MIDI events use Kind 1..8 (scripting/event.h) with their bytes in `data`. The kinds below are added. The Python
// runtime sees the same numbers (scripting/python/outboard/_wire.py); a test compares the two.
#pragma once

#include <cstdint>

#include "ipc/protocol.h"
#include "scripting/clock_map.h"
#include "scripting/event.h"

namespace outboard::scripting::wire {

using ipc::Record;

// ---- host → child -------------------------------------------------------------------------------------------------
// Kind 1..8: an input event: time, port, channel, data, sequence, flags.
inline constexpr std::uint8_t flag_state = 1;   ///< replayed when a child becomes live: fills held and midi, no handler
inline constexpr std::uint8_t flag_passed = 2;  ///< the host passed it on already: state only, no handler, no pass

/// A transport point: value = {exact sample, clock beat, song beat, tempo}, then a second record `transport_bar` at the
/// same time with value = {bar_beat, bar, loop begin, loop end} and data = {playing, numerator, denominator}.
inline constexpr std::uint8_t transport = 32;
inline constexpr std::uint8_t parameter = 33;  ///< sequence = index of the declaration, value[0]
inline constexpr std::uint8_t start = 34;      ///< the script becomes live
inline constexpr std::uint8_t panic = 35;      ///< forget presses and voices, cancel tasks
inline constexpr std::uint8_t transport_bar = 36;
/// Up to 32 bytes of the sysex event before it, in `value`; `size` says how many. The event's `voice` has the size of
/// the whole message: 0 where its bytes stay with the host. The same from child to host.
inline constexpr std::uint8_t sysex_bytes = 40;
inline constexpr std::size_t sysex_piece = sizeof(Record::value);
inline constexpr std::uint8_t finish = 41;  ///< the last sample of a render: cancel tasks, name those that still ran
inline constexpr std::uint8_t voice_silent = 44;  ///< voice: the instrument has ended it
inline constexpr std::uint8_t setting_is = 45;    ///< data[0] = Setting, value[0]: where it stands from now on
inline constexpr std::uint8_t save =
    52;  ///< answer on the slow lane with what the script keeps: it is about to be swapped
/// A piece of a parameter's text: sequence = index of the declaration, size = bytes (UTF-8) in `value`, at most 32;
/// flags = flag_last on the last piece.
inline constexpr std::uint8_t text = 48;
inline constexpr std::uint8_t flag_last = 1;
inline constexpr std::size_t bytes_per_text_record = sizeof(Record::value);
/// A swap: `voice` has a bit for each of the first 32 live loops, in the order of their declaration.
inline constexpr std::uint8_t wait_loops = 53;  ///< to the new child, before `start`: these do not begin yet
/// To the new child: these begin now; value[0] = the sample at which their round is due.
inline constexpr std::uint8_t begin_loops = 54;
inline constexpr std::uint8_t leave = 55;   ///< to the old one: another took over; these run to their round's end
inline constexpr std::uint8_t bypass = 57;  ///< voice: scripts of the chain that are left out, as bits
/// In a PostType::audio: data[0] = slot of ipc::AudioMemory in which the block lies, channel after channel.
inline constexpr std::uint8_t audio = 56;

// ---- child → host -------------------------------------------------------------------------------------------------
/// Kind note_on: start a voice: voice, port, channel, data = {status, key, velocity}, number = tuning,
/// flags = flag_forwarded or 0, sequence = key press it is bound to or comes from (0: none), delay (samples; for a
/// forwarded voice that ends at a sample: the release velocity of its key), size = End, value[0] = end (sample or clock
/// beat), value[1] = preset (bank * 128 + program, or -1), value[2] = points into the recording. Kinds 3..7: send these
/// bytes; sequence = input event that was forwarded unchanged at its own time, else 0. Kind note_off: a raw note-off
/// that belongs to no voice. Kind sysex: voice = bytes that follow in `sysex_bytes`; 0: let the input event `sequence`
/// through. Kind note_expression: data = {what, key}, number = value, sequence as above.
inline constexpr std::uint8_t flag_forwarded = 1;
inline constexpr std::uint8_t pass = 64;       ///< sequence: pass this input event on, byte for byte
inline constexpr std::uint8_t end_voice = 65;  ///< voice; data[0] = release velocity or 255 (64); flags = flag_choke
inline constexpr std::uint8_t end_all = 66;    ///< every voice of this script
inline constexpr std::uint8_t set_end = 67;    ///< voice, size = End, value[0]
inline constexpr std::uint8_t flag_choke = 1;
inline constexpr std::uint8_t loop_over =
    88;                                   ///< after `leave`: voice = the number of a live loop whose round has ended
inline constexpr std::uint8_t left = 89;  ///< after `leave`: nothing runs any more
/// voice, data[0] = NoteDimension, value[0] = target, size = End of the glide (hold: at once; sample, beat), value[1] =
/// where it is reached, flags = flag_from (value[2] = where it begins) and flag_kill (there the note is cut).
inline constexpr std::uint8_t change_note = 76;
inline constexpr std::uint8_t flag_from = 1;
inline constexpr std::uint8_t flag_kill = 2;
inline constexpr std::uint8_t set_setting = 77;  ///< data[0] = Setting, value[0]

/// When a voice ends.
enum class End : std::uint8_t {
    hold = 0,    ///< when told
    sample = 1,  ///< at value[0]
    beat = 2,    ///< at clock beat value[0]
    press = 3,   ///< with the key press `sequence`, plus `delay`
};

/// Bits of the `handles` and `wake_mask` words: bit n = kind n.
inline constexpr std::uint64_t bit(std::uint8_t kind) noexcept {
    return std::uint64_t{1} << kind;
}

}  // namespace outboard::scripting::wire
