#include "audio/processor.h"

#include <algorithm>

#include "ipc/clock.h"
#include "ipc/denormals.h"

namespace outboard::audio {

namespace {

constexpr std::int64_t offline_watchdog_ns = 10'000'000'000;

}  // namespace

Processor::Processor(const Engine::Options& options)
    : live(options.sample_rate, options.offline),
      rate_(options.sample_rate),
      max_frames_(options.max_frames),
      block_frames_(options.block_frames == 0 ? options.max_frames
                                              : std::min(options.block_frames, options.max_frames)),
      offline_(options.offline),
      pipelined_(options.pipelined),
      budget_(options.deadline),
      sequencer_(options.sample_rate),
      room_(options.sample_rate, options.max_frames) {
    clock_.sample_rate = options.sample_rate;
}

void Processor::process(float* out, std::uint32_t frames) noexcept {
    // Sequentially consistent, as the control side's "capture = nullptr, then busy?" is: one of the two sees the other.
    busy_.store(true, std::memory_order_seq_cst);
    {
        const ipc::DenormalsOff denormals_off;
        for (std::uint32_t done = 0; done < frames;) {
            const std::uint32_t part = std::min(frames - done, max_frames_);
            callback(out + std::size_t{2} * done, part, ipc::now_ns());
            done += part;
        }
    }
    busy_.store(false, std::memory_order_seq_cst);
}

void Processor::callback(float* out, std::uint32_t frames, std::int64_t now) noexcept {
    callback_start_ = now;
    const std::int64_t next_callback = offline_ ? 0 : cycle_.begin(now, frames, rate_);
    callback_sample_ = sample_;
    laps_ = {};
    {
        const Lap lap(laps_.sequencer);
        take_commands();
        live.begin_callback(now, sample_, frames);
    }
    {
        const Lap lap(laps_.mix);
        std::fill_n(out, std::size_t{2} * frames, 0.0F);
    }
    for (std::uint32_t done = 0; done < frames;) {
        const std::uint32_t part = std::min(frames - done, block_frames_);
        // The blocks of one callback follow each other at once.
        next_block_ns_ = done + part < frames && next_callback != 0 ? now : next_callback;
        block(out + std::size_t{2} * done, part, deadline(done, part, frames));
        done += part;
    }
    {
        const Lap lap(laps_.mix);
        master_.apply(out, frames, left_peak, right_peak);
        if (Capture* const target = capture.load(std::memory_order_seq_cst)) {
            target->push(out, frames);
        }
    }
    budget_.learn(laps_.instruments + laps_.mix, frames);
    publish(frames);
    record(ipc::now_ns() - now, frames * 1e9 / rate_);
}

std::int64_t Processor::deadline(std::uint32_t done, std::uint32_t frames, std::uint32_t total) const noexcept {
    if (pipelined_) {
        return 0;
    }
    if (offline_) {
        return ipc::now_ns() + offline_watchdog_ns;
    }
    return callback_start_ + static_cast<std::int64_t>(budget_.end_ns(done, frames, total, 1e9 / rate_));
}

void Processor::block(float* out, std::uint32_t frames, std::int64_t deadline_ns) noexcept {
    gather(frames);
    post_scripts(frames);
    // Tracks without a script have their events already: they are rendered while the children of the others work.
    for (const bool scripted : {false, true}) {
        for (const TrackEntry& entry : entries()) {
            if (entry.track->scripted() == scripted) {
                collect(entry, deadline_ns);
                render(entry, frames);
                post_audio(entry);
            }
        }
    }
    collect_audio();
    mix(out, frames);
    settle();
    sample_ += frames;
    ++block_number_;
}

void Processor::gather(std::uint32_t frames) noexcept {
    const Lap lap(laps_.sequencer);
    song_events_.clear();
    sequencer_.next_block(sample_, frames, clock_, song_events_);
    const auto hear = [this](const scripting::Event& event, Source source) {
        for (const TrackEntry& entry : entries()) {
            if (!entry.leaving) {
                entry.track->hear(event, source, !armed_ || *armed_ == entry.track->id());
            }
        }
    };
    // Merged by time; at one sample the song comes before the player.
    for (const scripting::Event& event : song_events_.span()) {
        while (const scripting::Event* played = live.next_before(event.time)) {
            hear(*played, Source::live);
        }
        hear(event, Source::song);
    }
    while (const scripting::Event* played = live.next_before(sample_ + frames)) {
        hear(*played, Source::live);
    }
}

std::span<const std::uint8_t> Processor::sysex(std::uint32_t blob) const noexcept {
    if ((blob & scripting::sysex_owner_bits) == scripting::sysex_from_live) {
        return live.sysex(blob);
    }
    return song_ != nullptr ? song_->sysex(blob) : std::span<const std::uint8_t>{};
}

void Processor::post_scripts(std::uint32_t frames) noexcept {
    const Lap lap(laps_.scripting);
    const scripting::BlockInfo info{block_number_, sample_, frames, callback_start_, &clock_, this};
    for (const TrackEntry& entry : entries()) {
        entry.track->begin(info, entry.leaving);
    }
    for (std::size_t i = 0; i < parameter_count_; ++i) {
        const ParameterChange& change = parameters_[i];
        if (const TrackEntry* const entry = find(change.track)) {
            entry->track->slot().set_parameter(change.index, change.value);
        }
    }
    parameter_count_ = 0;
    for (const TrackEntry& entry : entries()) {
        entry.track->push();
    }
    if (finish_) {
        for (const TrackEntry& entry : entries()) {
            entry.track->slot().finish();
        }
        finish_ = false;
    }
    if (next_block_ns_ != 0) {
        for (const PlayableEvent& coming : sequencer_.coming(frames)) {
            for (const TrackEntry& entry : entries()) {
                if (!entry.leaving) {
                    entry.track->foresee(coming.message);
                }
            }
        }
    }
    for (const TrackEntry& entry : entries()) {
        entry.track->slot().post();
    }
    for (const TrackEntry& entry : entries()) {
        entry.track->slot().tick(next_block_ns_);
    }
}

void Processor::collect(const TrackEntry& entry, std::int64_t deadline_ns) noexcept {
    const Lap lap(laps_.scripting);
    entry.track->collect(entry.leaving ? 0 : deadline_ns);
}

void Processor::render(const TrackEntry& entry, std::uint32_t frames) noexcept {
    const Lap lap(laps_.instruments);
    if (entry.midi_output && !offline_) {
        // What is computed now is heard one callback later at the earliest; so are the ports.
        const double period_ns = published.frames.load(std::memory_order_relaxed) * 1e9 / rate_;
        entry.track->send_midi(*entry.midi_output, live.callback_time() + period_ns, callback_sample_, rate_);
    }
    if (instruments_run_) {
        entry.track->render(*entry.instrument, sample_, frames, entry.leaving);
    } else {
        entry.track->render_nothing();
    }
}

void Processor::post_audio(const TrackEntry& entry) noexcept {
    if (instruments_run_) {
        const Lap lap(laps_.scripting);
        entry.track->post_audio();
    }
}

void Processor::collect_audio() noexcept {
    if (instruments_run_) {
        const Lap lap(laps_.scripting);
        for (const TrackEntry& entry : entries()) {
            entry.track->collect_audio();
        }
    }
}

void Processor::mix(float* out, std::uint32_t frames) noexcept {
    const Lap lap(laps_.mix);
    if (!instruments_run_) {
        return;
    }
    const bool any_solo = std::any_of(entries().begin(), entries().end(),
                                      [](const TrackEntry& entry) { return entry.track->controls().solo; });
    for (const TrackEntry& entry : entries()) {
        const TrackControls& controls = entry.track->controls();
        const bool silent = controls.mute || (any_solo && !controls.solo) || entry.leaving;
        entry.track->mix(out, room_, sample_, frames, silent);
    }
    room_.add_to(out, frames);
}

void Processor::settle() noexcept {
    idle_ = (song_ == nullptr || sequencer_.ended()) && !room_.sounding();
    MidiCapture* const target = midi_capture.load(std::memory_order_seq_cst);
    for (const TrackEntry& entry : entries()) {
        if (target != nullptr) {
            target->push(entry.track->output());
        }
        entry.track->settle(*entry.instrument);
        idle_ = idle_ && entry.track->slot().idle();
    }
}

void Processor::publish(std::uint32_t frames) noexcept {
    constexpr auto relaxed = std::memory_order_relaxed;
    const SongPosition position = sequencer_.position();
    published.blocks.store(block_number_, relaxed);
    published.callbacks.fetch_add(1, relaxed);
    published.sample.store(sample_, relaxed);
    published.frames.store(frames, relaxed);
    published.playing.store(sequencer_.playing(), relaxed);
    published.song_ended.store(sequencer_.ended(), relaxed);
    published.loop.store(sequencer_.loop(), relaxed);
    published.tempo.store(position.tempo, relaxed);
    published.song_beat.store(position.song_beat, relaxed);
    published.bar.store(position.bar, relaxed);
    published.beat.store(position.beat, relaxed);
    published.tick.store(position.tick, relaxed);
    published.numerator.store(position.numerator, relaxed);
    published.denominator.store(position.denominator, relaxed);
    published.idle.store(idle_, relaxed);
}

void Processor::record(std::int64_t callback_ns, double period_ns) noexcept {
    const auto second = static_cast<std::int64_t>(static_cast<double>(sample_) / rate_);
    const bool next_second = second != second_;
    second_ = second;
    for (const TrackEntry& entry : entries()) {
        entry.track->end_callback(period_ns);
        if (next_second) {
            entry.track->next_second();
        }
    }
    const std::int64_t rest = callback_ns - laps_.sequencer - laps_.scripting - laps_.instruments - laps_.mix;
    callback_probe_.record(callback_ns, period_ns);
    sequencer_probe_.record(laps_.sequencer, period_ns);
    scripting_probe_.record(laps_.scripting, period_ns);
    instruments_probe_.record(laps_.instruments, period_ns);
    mix_probe_.record(laps_.mix, period_ns);
    rest_probe_.record(rest, period_ns);
    if (next_second) {
        for (LayerProbe* const probe : probes()) {
            probe->next_second();
        }
    }
}

std::array<LayerProbe*, 6> Processor::probes() noexcept {
    return {&callback_probe_, &sequencer_probe_, &scripting_probe_, &instruments_probe_, &mix_probe_, &rest_probe_};
}

const LayerProbe& Processor::probe(Layer layer) const noexcept {
    switch (layer) {
        case Layer::sequencer:
            return sequencer_probe_;
        case Layer::scripting:
            return scripting_probe_;
        case Layer::instruments:
            return instruments_probe_;
        case Layer::mix:
            return mix_probe_;
        case Layer::rest:
            return rest_probe_;
        default:
            return callback_probe_;
    }
}

void Processor::reset_probes() noexcept {
    for (LayerProbe* const probe : probes()) {
        probe->request_reset();
    }
}

}  // namespace outboard::audio
