// Engine: tracks, transport, mixer. One process() call is one audio callback; everything else is the control side.
//
// The same object plays in real time (a device calls process), offline (render.h calls it) and in tests.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "audio/session.h"
#include "audio/song.h"
#include "ipc/probe.h"
#include "ipc/realtime.h"
#include "scripting/script_host.h"

namespace outboard::audio {

class Instrument;

/// Layers of the callback, as the CPU panel shows them. Callback thread unless said.
enum class Layer : std::uint8_t {
    callback,    ///< the whole call
    sequencer,   ///< song, MIDI input, dispatch to tracks
    scripting,   ///< everything between the facade's begin and the end of collect
    encode,      ///< of scripting: building and posting
    wait,        ///< posted → child started (per call, from the child's clock)
    busy,        ///< child started → child finished
    returned,    ///< child finished → noticed
    apply,       ///< of scripting: decoding the answer, note ledger
    audio,       ///< of scripting: handing sound to audio.process and taking it back (offline with the wait for it)
    audio_wait,  ///< sound posted → child started on it; beside the callback, which goes on meanwhile
    audio_busy,  ///< child started → child finished; beside the callback, too
    instruments,
    mix,   ///< gains, pan, meters, capture
    rest,  ///< callback minus sequencer, scripting, instruments, mix
    count
};
[[nodiscard]] const char* to_string(Layer layer) noexcept;

/// Figures in percent of the block period.
///
/// Rows of the whole engine: `mean` is over all blocks, as mean_all. With several tracks
/// - encode, apply, audio, audio_wait, audio_busy: sums over the tracks, for they follow each other on the audio
/// thread;
/// - wait, busy, returned: children work side by side, so their sum can be longer than the callback. Their means share
///   what the callback spent on waiting (scripting - encode - apply - audio) in proportion of the tracks' sums, so that
///   the tree adds up: encode + wait + busy + returned + apply + audio <= scripting;
/// - percentiles of all these are those of the track whose mean is the largest.
/// A track's rows are its slot's own measurements, unshared. Its `callback` row is the sum of its scripting,
/// instruments and mix (now and means only); sequencer and rest do not exist there.
struct LayerFigures {
    double now = 0, mean = 0, p50 = 0, p99 = 0, p999 = 0, max = 0;  ///< p50.. over called blocks, last 10 s or total
    double mean_all = 0;                                            ///< averaged over all blocks
    double calls_per_second = 0;
};

struct TrackSnapshot {
    std::uint32_t id = 0;
    TrackSettings settings;  ///< as they are now
    scripting::SlotFigures script;
    std::vector<scripting::Parameter> parameters;
    std::uint64_t script_generation = 0;
    std::vector<scripting::KeyMark> key_marks;     ///< keys that the script has marked
    std::vector<scripting::WatchedValue> watched;  ///< what the script watches, newest values
    std::string learning;                          ///< id of the parameter that waits for a controller; empty: none
    std::array<LayerFigures, static_cast<std::size_t>(Layer::count)> layers{};  ///< last 10 s
    double gain_db = 0, pan = 0, send = 0;     ///< where the strip stands: as the user or the script has moved it last
    std::string instrument_name;               ///< preset that sounds, e.g. "Electric Piano"
    float level_left = 0, level_right = 0;     ///< peak since the last snapshot, linear
    std::array<std::uint64_t, 2> keys_down{};  ///< bit set of the keys that sound at its instrument
    std::uint64_t events_lost = 0, notes_hanging = 0;
};

struct EngineSnapshot {
    double sample_rate = 48000;
    std::uint32_t frames = 0;  ///< of the last callback
    std::uint64_t blocks = 0, xruns = 0;
    std::int64_t sample = 0;  ///< engine time
    bool playing = false, recording = false, song_ended = false;
    double tempo = 120, song_beat = 0, song_length_beats = 0;
    int bar = 0, beat = 0, tick = 0;  ///< 1-based bar and beat; tick 0..959
    int numerator = 4, denominator = 4;
    bool loop = false;
    scripting::SwapMoment swap = scripting::SwapMoment::beat;
    float master_left = 0, master_right = 0;  ///< peaks
    bool midi_in = false;                     ///< something arrived since the last snapshot
    std::array<LayerFigures, static_cast<std::size_t>(Layer::count)> layers{};        ///< last 10 s
    std::array<LayerFigures, static_cast<std::size_t>(Layer::count)> layers_total{};  ///< since reset
    std::vector<TrackSnapshot> tracks;
    std::array<std::uint64_t, 2> keys_held{};  ///< keys down on keyboard and MIDI inputs
};

class Engine {
public:
    struct Options {
        double sample_rate = 48000;
        std::uint32_t max_frames = 8192;  ///< longest callback; longer ones are cut
        std::uint32_t block_frames = 0;   ///< cut callbacks into blocks of at most this many; 0: as they come
        bool offline = false;             ///< no deadline: a watchdog of 10 s
        double deadline = 0.5;            ///< share of a block that scripting may wait
        bool pipelined = false;           ///< as ScriptHost::Options::pipelined: the callback never waits
        /// Makes a track's instrument from the path of a SoundFont; empty: FluidSynth (fluid_instrument.h). [control]
        std::function<std::unique_ptr<Instrument>(const std::string& soundfont)> make_instrument{};
    };
    /// [control] `host` outlives the engine. Loads the SoundFont, the song and the tracks with their scripts (these in
    /// the background: wait_scripts). Opens MIDI outputs that tracks name; MIDI inputs and the device are opened by
    /// whoever made the engine. Throws std::runtime_error with a sentence.
    Engine(Options options, scripting::ScriptHost& host, const Session& session);
    ~Engine();

    // ---- audio thread -------------------------------------------------------------------------------------
    /// [rt] One callback: `frames` frames of interleaved stereo float into `out`. No allocation, lock, log,
    /// exception or system call but the futex (and the named exception, SystemPipe).
    void process(float* out, std::uint32_t frames) noexcept OUTBOARD_NONBLOCKING;
    /// [rt] The device tells of an underrun.
    void note_xrun() noexcept;

    // ---- offline (render.h): the thread that calls process ------------------------------------------------
    /// False: instruments do not run, the output is silence.
    void run_instruments(bool run) noexcept;
    /// What a track (counted from 0, in their order) sent to its instrument in the last block, in time order.
    [[nodiscard]] std::span<const scripting::Event> last_output(std::size_t track) const noexcept;
    /// The bytes of a system exclusive event of that output, until the next block.
    [[nodiscard]] std::span<const std::uint8_t> last_sysex(std::size_t track, std::uint32_t blob) const noexcept;
    /// The next block is the last one: whatever sounds is ended at its end.
    void finish_next_block() noexcept;
    /// After a block: the song has ended (or there is none) and nothing is pending in any script.
    [[nodiscard]] bool idle() const noexcept;

    // ---- control side: any one thread at a time -------------------------------------------------------------
    std::uint32_t add_track(const TrackSettings& settings);  ///< id
    void remove_track(std::uint32_t track);
    /// Name, colour, input filter, gain, pan, send, mute, solo, instrument. (The script goes by load_script.)
    void update_track(std::uint32_t track, const TrackSettings& settings);
    /// The user moves one of strip_settings: the fader (gain: dB, -144..24), the pan (-1..1) or the send to the room
    /// (0..1). It counts from the next block on, until a script moves it; that in turn until the user does. The
    /// settings, and so session(), hold what the user has set.
    void move_strip(std::uint32_t track, scripting::Setting what, double value);
    /// Loads in the background; what plays goes on until the new script is ready. See scripting::ScriptSlot::load.
    /// A script of the track's chain: the chain is loaded anew; any other takes the place of all that is there.
    void load_script(std::uint32_t track, const std::string& path);
    /// The same with a chain: up to scripting::max_scripts scripts, the output of one the input of the next. What the
    /// session knows of a script goes with it to its new place.
    void load_scripts(std::uint32_t track, const scripting::Scripts& scripts);
    /// One script of the chain (counted from 0): while bypassed, its input passes to the next one. Nothing is loaded.
    void bypass_in_chain(std::uint32_t track, std::size_t place, bool bypassed);
    void unload_script(std::uint32_t track);
    void bypass_script(std::uint32_t track, bool bypassed);
    /// How events cross to the track's script, "shm" or "pipe": from one of the next blocks on, also while it plays.
    /// Throws std::runtime_error with a sentence.
    void set_script_transport(std::uint32_t track, const std::string& transport);
    /// When a script that was saved, or loaded in the place of another, takes over: on every track, from the next block
    /// on, also for one that is ready and waits.
    void set_swap_moment(scripting::SwapMoment moment);
    /// False if the track's live script has no such parameter. Value clamped to its range.
    bool set_parameter(std::uint32_t track, const std::string& id, double value);
    /// The same for a parameter that has a text (a file's path).
    bool set_parameter_text(std::uint32_t track, const std::string& id, const std::string& text);
    /// The next controller that the track hears moves this parameter from then on (nothing: no more of that). What is
    /// learned is in the track's settings; snapshot() looks whether one has come.
    void learn(std::uint32_t track, const std::optional<std::string>& id);
    /// No controller moves this parameter any more.
    void forget_learned(std::uint32_t track, const std::string& id);
    /// Waits until no script is loading. Sentences of those that failed.
    std::vector<std::string> wait_scripts(std::chrono::milliseconds timeout);

    void set_song(std::shared_ptr<const Song> song);  ///< null: none. Stops first.
    void play();
    void stop();  ///< ends the song's notes, stays where it is
    void seek(double song_beat);
    void set_tempo(std::optional<double> bpm);  ///< overrides the song's tempo; nothing: the song's own
    void set_loop(bool loop);                   ///< whole song
    void panic();
    void set_master(double db);
    /// Which track the keyboard and MIDI inputs play (all tracks with from_keyboard when nothing).
    void arm(std::optional<std::uint32_t> track);
    /// On-screen keyboard: channel 0-based; sounds at the next block.
    void key_down(std::uint8_t key, std::uint8_t velocity, std::uint8_t channel = 0);
    void key_up(std::uint8_t key, std::uint8_t channel = 0);
    /// MIDI input: any one thread; stamped with its arrival time, so it keeps its rhythm one block later.
    void midi_input(std::uint8_t port, const std::uint8_t* bytes, std::size_t size, std::int64_t arrival_ns) noexcept;

    /// WAV capture of what is sent to the device, written by a thread of its own. Throws with a sentence.
    void start_capture(const std::string& path);
    void stop_capture();  ///< finishes the file
    /// The same for what the tracks send to their instruments, as a MIDI file with the song's tempi, which takes this
    /// moment for the song's start: begin before play(). Throws with a sentence; also when there is no song.
    void start_midi_capture(const std::string& path);
    void stop_midi_capture();  ///< writes the file

    [[nodiscard]] EngineSnapshot snapshot();
    [[nodiscard]] Session session() const;  ///< the document as it is now, parameters included
    void reset_figures();
    [[nodiscard]] std::shared_ptr<const Song> song() const;  ///< as set last; may be null
    [[nodiscard]] std::optional<double> tempo() const;       ///< as set by set_tempo
    [[nodiscard]] const Options& options() const noexcept;
    [[nodiscard]] scripting::ScriptHost& scripts() noexcept;

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace outboard::audio
