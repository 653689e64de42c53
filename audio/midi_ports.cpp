#include "audio/midi_ports.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cctype>
#include <chrono>
#include <mutex>
#include <stdexcept>
#include <thread>

#include <RtMidi.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include "audio/engine.h"
#include "audio/quiet_libraries.h"
#include "ipc/clock.h"
#include "scripting/spsc_queue.h"

namespace outboard::audio {

namespace {

constexpr const char* client_name = "Outboard";

/// RtMidi prints warnings ("no devices found", "JACK server not running?") unless somebody takes them.
void take_warning(RtMidiError::Type, const std::string&, void*) {}

/// RtMidi's constructors print before they throw; so what they cannot find is not looked for.
bool is_there(RtMidi::Api system) {
    switch (system) {
        case RtMidi::LINUX_ALSA:
            return access("/dev/snd/seq", F_OK) == 0;
        case RtMidi::UNIX_JACK:
            return jack_server_runs();
        case RtMidi::RTMIDI_DUMMY:
            return false;
        default:
            return true;
    }
}

/// A port object of the first system that works here; null where there is none.
template <typename Port>
std::unique_ptr<Port> make_port() {
    quiet_sound_libraries();
    std::vector<RtMidi::Api> systems;
    RtMidi::getCompiledApi(systems);
    // ALSA before JACK: it sees USB keyboards without a server.
    std::sort(systems.begin(), systems.end(),
              [](RtMidi::Api a, RtMidi::Api b) { return (a == RtMidi::UNIX_JACK) < (b == RtMidi::UNIX_JACK); });
    for (const RtMidi::Api system : systems) {
        if (!is_there(system)) {
            continue;
        }
        try {
            auto port = std::make_unique<Port>(system, client_name);
            port->setErrorCallback(take_warning);
            return port;
        } catch (const RtMidiError&) {
            continue;  // this system is not there; the next one may be
        }
    }
    return nullptr;
}

template <typename Port>
std::vector<std::string> names_of(Port& port) {
    const unsigned count = port.getPortCount();
    std::vector<std::string> names;
    names.reserve(count);
    for (unsigned i = 0; i < count; ++i) {
        names.push_back(port.getPortName(i));
    }
    return names;
}

template <typename Port>
std::vector<std::string> list_ports() {
    const std::unique_ptr<Port> port = make_port<Port>();
    return port ? names_of(*port) : std::vector<std::string>{};
}

bool contains(const std::string& name, const std::string& part) {
    const auto same = [](char a, char b) {
        return std::tolower(static_cast<unsigned char>(a)) == std::tolower(static_cast<unsigned char>(b));
    };
    return std::search(name.begin(), name.end(), part.begin(), part.end(), same) != name.end();
}

/// Index of the port that the user means. Throws with a sentence.
unsigned find_port(const std::vector<std::string>& names, const std::string& wanted, const char* kind) {
    const auto exact = std::find(names.begin(), names.end(), wanted);
    if (exact != names.end()) {
        return static_cast<unsigned>(exact - names.begin());
    }
    const auto fits = [&wanted](const std::string& name) { return contains(name, wanted); };
    if (std::count_if(names.begin(), names.end(), fits) == 1) {
        return static_cast<unsigned>(std::find_if(names.begin(), names.end(), fits) - names.begin());
    }
    if (names.empty()) {
        throw std::runtime_error(fmt::format("There is no MIDI {} \"{}\": this system has none at all.", kind, wanted));
    }
    throw std::runtime_error(
        fmt::format("There is no MIDI {} \"{}\"; there are: {}.", kind, wanted, fmt::join(names, ", ")));
}

}  // namespace

std::vector<std::string> list_midi_inputs() {
    return list_ports<RtMidiIn>();
}
std::vector<std::string> list_midi_outputs() {
    return list_ports<RtMidiOut>();
}

// ---- inputs ---------------------------------------------------------------------------------------------------------

struct MidiInputs::State {
    explicit State(Engine& the_engine) : engine(the_engine) {}

    struct Input {
        State* state = nullptr;
        std::uint8_t number = 0;
        std::unique_ptr<RtMidiIn> port;
    };

    static void arrived(double, std::vector<unsigned char>* bytes, void* user) {
        const std::int64_t now = ipc::now_ns();
        auto& input = *static_cast<Input*>(user);
        // Each port has a thread of its own; the engine takes one at a time.
        const std::lock_guard lock(input.state->one_at_a_time);
        input.state->engine.midi_input(input.number, bytes->data(), bytes->size(), now);
    }

    Engine& engine;
    std::mutex one_at_a_time;
    std::vector<std::string> names;
    std::vector<std::unique_ptr<Input>> inputs;  // last: closed before the rest goes
};

MidiInputs::MidiInputs(Engine& engine, const std::vector<std::string>& names)
    : state_(std::make_unique<State>(engine)) {
    const std::vector<std::string> there = list_midi_inputs();
    std::vector<unsigned> chosen;
    if (names.empty()) {
        for (unsigned i = 0; i < there.size(); ++i) {
            chosen.push_back(i);
        }
    }
    for (const std::string& name : names) {
        chosen.push_back(find_port(there, name, "input"));
    }
    for (const unsigned index : chosen) {
        auto input = std::make_unique<State::Input>();
        input->state = state_.get();
        input->number = static_cast<std::uint8_t>(std::min<std::size_t>(state_->inputs.size(), 255));
        input->port = make_port<RtMidiIn>();
        try {
            input->port->setCallback(&State::arrived, input.get());
            input->port->ignoreTypes(false, true, true);  // system exclusive comes in, clock and active sensing do not
            input->port->openPort(index, fmt::format("in_{}", state_->inputs.size() + 1));
        } catch (const RtMidiError& error) {
            throw std::runtime_error(
                fmt::format("MIDI input \"{}\" cannot be opened: {}.", there[index], error.what()));
        }
        state_->names.push_back(there[index]);
        state_->inputs.push_back(std::move(input));
    }
}

MidiInputs::~MidiInputs() = default;

const std::vector<std::string>& MidiInputs::ports() const noexcept {
    return state_->names;
}

// ---- output ---------------------------------------------------------------------------------------------------------

struct MidiOutput::State {
    /// A message, or a part of a long one: its parts follow each other.
    struct Piece {
        std::int64_t due_ns = 0;
        std::array<std::uint8_t, 22> bytes{};
        std::uint8_t size = 0;
        bool last = true;
    };
    struct Message {
        std::int64_t due_ns = 0;
        std::vector<std::uint8_t> bytes;
    };

    void run() {
        std::vector<Message> waiting;  // by due time
        while (!ending.load(std::memory_order_acquire)) {
            collect(waiting);
            send_until(waiting, ipc::now_ns());
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
        }
        collect(waiting);
        send_until(waiting, INT64_MAX);
    }
    void collect(std::vector<Message>& waiting) {
        const auto earlier = [](const Message& a, const Message& b) { return a.due_ns < b.due_ns; };
        Piece piece;
        while (queue.pop(piece)) {
            coming.due_ns = piece.due_ns;
            coming.bytes.insert(coming.bytes.end(), piece.bytes.begin(), piece.bytes.begin() + piece.size);
            if (piece.last) {
                waiting.insert(std::upper_bound(waiting.begin(), waiting.end(), coming, earlier), std::move(coming));
                coming = {};
            }
        }
    }
    void send_until(std::vector<Message>& waiting, std::int64_t time_ns) {
        std::size_t sent = 0;
        for (; sent < waiting.size() && waiting[sent].due_ns <= time_ns; ++sent) {
            try {
                port->sendMessage(&waiting[sent].bytes);
            } catch (const RtMidiError&) {
                refused.fetch_add(1, std::memory_order_relaxed);  // the other side went away
            }
        }
        waiting.erase(waiting.begin(), waiting.begin() + static_cast<std::ptrdiff_t>(sent));
    }

    std::string name;
    std::unique_ptr<RtMidiOut> port;
    scripting::SpscQueue<Piece> queue{4096};
    Message coming;  ///< of which not all pieces are here
    std::atomic<bool> ending{false};
    std::atomic<std::uint64_t> refused{0};
    std::thread thread;
};

MidiOutput::MidiOutput(const std::string& name) : state_(std::make_unique<State>()) {
    state_->port = make_port<RtMidiOut>();
    const std::vector<std::string> there = state_->port ? names_of(*state_->port) : std::vector<std::string>{};
    const unsigned index = find_port(there, name, "output");
    state_->name = there[index];
    try {
        state_->port->openPort(index, "out");
    } catch (const RtMidiError& error) {
        throw std::runtime_error(fmt::format("MIDI output \"{}\" cannot be opened: {}.", there[index], error.what()));
    }
    state_->thread = std::thread([state = state_.get()] { state->run(); });
}

MidiOutput::~MidiOutput() {
    state_->ending.store(true, std::memory_order_release);
    if (state_->thread.joinable()) {
        state_->thread.join();
    }
}

const std::string& MidiOutput::name() const noexcept {
    return state_->name;
}

void MidiOutput::send(std::int64_t due_ns, const std::uint8_t* bytes, std::size_t size) noexcept {
    State::Piece piece{.due_ns = due_ns};
    const std::size_t most = piece.bytes.size();
    if (size == 0 || state_->queue.room() < (size + most - 1) / most) {
        state_->refused.fetch_add(1, std::memory_order_relaxed);
        return;
    }
    for (std::size_t at = 0; at < size; at += most) {
        piece.size = static_cast<std::uint8_t>(std::min(size - at, most));
        std::copy_n(bytes + at, piece.size, piece.bytes.begin());
        piece.last = at + most >= size;
        state_->queue.push(piece);
    }
}

std::uint64_t MidiOutput::refused() const noexcept {
    return state_->refused.load(std::memory_order_relaxed);
}

}  // namespace outboard::audio
