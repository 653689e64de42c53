// MIDI ports (RtMidi): inputs that feed the engine, outputs that tracks send to.
//
// ALSA's sequencer where there is one, else JACK, else no ports at all.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace outboard::audio {

class Engine;

/// [control] Names of the ports that can be opened; empty where the system has none.
[[nodiscard]] std::vector<std::string> list_midi_inputs();
[[nodiscard]] std::vector<std::string> list_midi_outputs();

class MidiInputs {
public:
    /// [control] Opens the named inputs, or all there are when `names` is empty; port 0 is the first. A name may be
    /// written in part where only one port fits. Throws std::runtime_error: a sentence that lists the names. The
    /// engine outlives this object.
    MidiInputs(Engine& engine, const std::vector<std::string>& names);
    ~MidiInputs();

    /// Full names of the open ports, by port number.
    [[nodiscard]] const std::vector<std::string>& ports() const noexcept;

private:
    struct State;
    std::unique_ptr<State> state_;
};

/// One output port with a thread that sends each message when it is due (it looks once a millisecond, because the
/// audio thread must not wake it). What is still waiting at the end is sent at once, so that no note hangs.
class MidiOutput {
public:
    /// [control] Opens a port by name, or part of it. Throws std::runtime_error: a sentence that lists the names.
    explicit MidiOutput(const std::string& name);
    ~MidiOutput();

    [[nodiscard]] const std::string& name() const noexcept;
    /// [rt] One thread. `due_ns` on ipc::now_ns()'s clock. A message that finds no room (4096 wait; 22 bytes of a
    /// long one count as one) is counted.
    void send(std::int64_t due_ns, const std::uint8_t* bytes, std::size_t size) noexcept;
    [[nodiscard]] std::uint64_t refused() const noexcept;

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace outboard::audio
