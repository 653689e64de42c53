#include "audio/render.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "audio/midi_file_writer.h"
#include "audio/temporary_file.h"
#include "ipc/clock.h"

namespace outboard::audio {

namespace {

constexpr std::int64_t progress_interval_ns = 50'000'000;

/// Drives an offline engine block by block from the song's start.
class Run {
public:
    /// `past_end`: samples after the song's end that belong to it.
    Run(Engine& engine, const RenderOptions& options, const char* verb, std::int64_t past_end)
        : engine_(engine), progress_(options.progress), song_(engine.song()), began_ns_(ipc::now_ns()) {
        const Engine::Options& limits = engine.options();
        if (!limits.offline) {
            throw std::runtime_error(fmt::format("To {} needs an engine that was made for offline work.", verb));
        }
        if (!song_) {
            throw std::runtime_error(fmt::format("There is no song to {}: open a MIDI file first.", verb));
        }
        if (options.frames == 0) {
            throw std::runtime_error("Blocks of 0 frames are not possible: choose 1 or more.");
        }
        const std::uint32_t longest = limits.block_frames == 0 ? limits.max_frames : limits.block_frames;
        frames_ = std::min({options.frames, longest, limits.max_frames});
        rate_ = limits.sample_rate;
        buffer_.resize(std::size_t{2} * frames_);

        const std::optional<double> tempo = engine.tempo();
        const double beats = song_->length_beats();
        const double exact = tempo ? beats * 60 / *tempo * rate_ : song_->sample_of_beat(beats, rate_);
        song_end_ = static_cast<std::int64_t>(std::ceil(exact)) + past_end;
        const TempoChange& last_tempo = song_->tempi[song_->tempo_index(beats)];
        const SignatureChange& signature = song_->signatures[song_->signature_index(beats)];
        const double two_bars = 2 * 4.0 * signature.numerator / signature.denominator;
        const double tail = options.tail_seconds.value_or(two_bars * 60 / tempo.value_or(last_tempo.bpm));
        if (!(tail >= 0) || tail > 24 * 3600.0) {
            throw std::runtime_error(fmt::format("A tail of {} s is not possible: choose 0 to 86400.", tail));
        }
        limit_ = std::max<std::int64_t>(1, song_end_ + std::llround(tail * rate_));
        if (options.limit_seconds) {
            limit_ = std::clamp<std::int64_t>(std::llround(*options.limit_seconds * rate_), 1, limit_);
        }
    }

    /// Sample, from the song's start, at which the run ends at the latest.
    [[nodiscard]] std::int64_t limit() const noexcept { return limit_; }
    [[nodiscard]] std::int64_t song_end() const noexcept { return song_end_; }
    [[nodiscard]] std::int64_t done() const noexcept { return result_.length; }
    [[nodiscard]] double rate() const noexcept { return rate_; }
    [[nodiscard]] const Song& song() const noexcept { return *song_; }
    /// Engine time of the song's start.
    [[nodiscard]] std::int64_t origin() const noexcept { return origin_; }

    void start() {
        origin_ = engine_.snapshot().sample;
        engine_.set_loop(false);
        engine_.seek(0);
        engine_.play();
    }

    /// One block; the one that reaches the limit ends all that sounds. The frames that it made.
    std::span<const float> block() {
        const auto frames = static_cast<std::uint32_t>(std::min<std::int64_t>(frames_, limit_ - result_.length));
        if (result_.length + frames == limit_) {
            engine_.finish_next_block();
        }
        engine_.process(buffer_.data(), frames);
        result_.length += frames;
        ++result_.blocks;
        return {buffer_.data(), std::size_t{2} * frames};
    }

    /// Tells the progress now and then. False: the user wants no more.
    [[nodiscard]] bool goes_on() {
        const std::int64_t now = ipc::now_ns();
        if (!progress_ || now - told_ns_ < progress_interval_ns) {
            return true;
        }
        told_ns_ = now;
        result_.cancelled = !progress_(static_cast<double>(result_.length) / static_cast<double>(limit_));
        return !result_.cancelled;
    }

    RenderResult finish(std::int64_t length) {
        engine_.stop();
        result_.length = length;
        result_.seconds = static_cast<double>(length) / rate_;
        result_.elapsed_seconds = static_cast<double>(ipc::now_ns() - began_ns_) * 1e-9;
        if (!result_.cancelled && progress_) {
            progress_(1);
        }
        return result_;
    }

private:
    Engine& engine_;
    const Progress& progress_;
    std::shared_ptr<const Song> song_;
    std::uint32_t frames_ = 0;
    double rate_ = 0;
    std::int64_t song_end_ = 0, limit_ = 0, origin_ = 0;
    std::int64_t began_ns_, told_ns_ = 0;
    std::vector<float> buffer_;
    RenderResult result_;
};

/// What the engine is told for the time of one run, and told back afterwards, also when something throws.
class Settings {
public:
    explicit Settings(Engine& engine) : engine_(engine), loop_(engine.session().loop), tempo_(engine.tempo()) {}
    ~Settings() {
        engine_.run_instruments(true);
        engine_.set_loop(loop_);
        engine_.set_tempo(tempo_);
    }
    Settings(const Settings&) = delete;
    Settings& operator=(const Settings&) = delete;

private:
    Engine& engine_;
    bool loop_;
    std::optional<double> tempo_;
};

/// The bytes of a run's system exclusive messages, which the tracks forget with the next block.
class SysexArchive final : public scripting::SysexSource {
public:
    /// The blob by which they are known here.
    std::uint32_t keep(std::span<const std::uint8_t> bytes) {
        kept_.emplace_back(bytes.begin(), bytes.end());
        return static_cast<std::uint32_t>(kept_.size());
    }
    [[nodiscard]] std::span<const std::uint8_t> sysex(std::uint32_t blob) const noexcept override {
        return blob > 0 && blob <= kept_.size() ? kept_[blob - 1] : std::span<const std::uint8_t>{};
    }

private:
    std::vector<std::vector<std::uint8_t>> kept_;
};

/// Whether a MIDI file cannot hold all of an event.
bool says_more_than_midi(const scripting::Event& event) {
    return !is_midi(event.kind) || (event.kind == scripting::Kind::note_on &&
                                    (event.tuning != 0 || event.preset >= 0 || event.sample_start != 0));
}

}  // namespace

RenderResult render(Engine& engine, const RenderOptions& options) {
    const Settings as_before(engine);
    Run run(engine, options, "render", 0);
    WavFile file(options.output, run.rate(), options.format);
    run.start();
    float peak = 0;
    while (run.done() < run.limit()) {
        const std::span<const float> frames = run.block();
        file.write(frames.data(), frames.size() / 2);
        for (const float sample : frames) {
            peak = std::max(peak, std::abs(sample));
        }
        if (!run.goes_on()) {
            return run.finish(run.done());
        }
    }
    file.finish();
    RenderResult result = run.finish(run.done());
    result.peak = peak;
    return result;
}

RenderResult transform(Engine& engine, const RenderOptions& options) {
    const Settings as_before(engine);
    engine.set_tempo(std::nullopt);
    // The song's last event may lie at its very end, so the sample after it belongs to the song.
    Run run(engine, options, "transform", 1);
    { const TemporaryFile writable(options.output); }  // a wrong name is told before the work, not after it
    engine.run_instruments(false);
    run.start();
    const std::size_t tracks = engine.session().tracks.size();
    std::vector<scripting::Event> events;
    SysexArchive sysex;
    const std::int64_t song_length = std::min(run.song_end(), run.limit());
    std::int64_t length = 0;
    while (length == 0) {
        const bool song_was_over = run.done() >= song_length;
        run.block();
        for (std::size_t track = 0; track < tracks; ++track) {
            const std::span<const scripting::Event> output = engine.last_output(track);
            for (scripting::Event event : output) {
                if (event.kind == scripting::Kind::sysex) {
                    event.blob = sysex.keep(engine.last_sysex(track, event.blob));
                }
                events.push_back(event);
            }
        }
        if (run.done() == run.limit()) {
            length = run.limit();
        } else if (run.done() >= song_length && engine.idle()) {
            // Nothing came after the song: its own length counts. (Its last block was run in full.)
            length = song_was_over ? run.done() : song_length;
        } else if (!run.goes_on()) {
            return run.finish(run.done());
        }
    }
    for (scripting::Event& event : events) {
        event.time -= run.origin();
    }
    sort_by_time(events);
    write_midi_file(options.output, run.song(), events, run.rate(), &sysex);
    RenderResult result = run.finish(length);
    result.events = static_cast<std::uint64_t>(
        std::count_if(events.begin(), events.end(), [](const scripting::Event& event) { return is_midi(event.kind); }));
    result.beyond_midi = static_cast<std::uint64_t>(std::count_if(events.begin(), events.end(), says_more_than_midi));
    return result;
}

}  // namespace outboard::audio
