// Engine::State: the control side's half of the engine. It owns everything; the audio thread (processor.h) holds
// pointers to some of it, and says by generation numbers which of them it has let go.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "audio/capture.h"
#include "audio/command.h"
#include "audio/engine.h"
#include "audio/midi_capture.h"
#include "audio/processor.h"

namespace outboard::audio {

/// One track as the control side knows it.
struct TrackDocument {
    std::shared_ptr<Track> track;
    TrackSettings settings;
    std::string soundfont;  ///< path that `instrument` was made from
    std::shared_ptr<Instrument> instrument;
    std::shared_ptr<MidiOutput> midi_output;
    std::string learning;                ///< id of the parameter that waits for a controller
    std::uint32_t controllers_seen = 0;  ///< when it began to wait
    bool loaded = false;            ///< the slot has had a script; a session's bypassed one is loaded when it is wanted
    std::uint64_t events_lost = 0;  ///< as last read between two callbacks
};

struct Engine::State {
    State(Engine::Options engine_options, scripting::ScriptHost& script_host, const Session& session);

    TrackDocument& document(std::uint32_t track);  ///< throws std::runtime_error for an unknown id
    /// Hands a command over; where the queue is full it waits here for the next control call.
    void send(Command command);
    /// Sends the list of all tracks, `leaving` (may be null) fading out at its end.
    void send_tracks(const TrackDocument* leaving);
    /// Frees what the audio thread has let go.
    void collect_garbage();
    [[nodiscard]] std::string soundfont_of(const TrackSettings& settings) const;
    [[nodiscard]] std::shared_ptr<Instrument> make_instrument(const std::string& soundfont) const;
    [[nodiscard]] std::shared_ptr<MidiOutput> open_output(const std::string& name);

    /// What was taken from the processor is used by nobody any more: at most one callback later.
    void wait_for_callback() const;

    const Engine::Options options;
    scripting::ScriptHost& host;
    Session session;  ///< without its tracks and their state, which are in `tracks`
    std::deque<TrackDocument> tracks;
    std::uint32_t next_track = 1;
    std::map<std::string, std::weak_ptr<MidiOutput>> midi_outputs;

    std::deque<std::unique_ptr<TrackList>> lists;  ///< the audio thread has the oldest one or a younger one
    std::uint64_t list_generation = 0;
    std::deque<std::pair<std::uint64_t, std::shared_ptr<const Song>>> songs;
    std::uint64_t song_generation = 0;
    std::optional<double> tempo;
    std::deque<Command> backlog;

    std::unique_ptr<Capture> capture;
    std::unique_ptr<MidiCapture> midi_capture;
    std::int64_t reset_sample = 0;  ///< engine time of reset_figures
    std::uint64_t reset_xruns = 0;
    Processor processor;
};

}  // namespace outboard::audio
