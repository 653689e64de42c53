// What displays and reports read: snapshots of the engine, and the document as it is now.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <thread>

#include "audio/engine_state.h"

namespace outboard::audio {

namespace {

constexpr auto relaxed = std::memory_order_relaxed;

template <typename Figures>
auto& at(Figures& layers, Layer layer) {
    return layers[static_cast<std::size_t>(layer)];
}

using Layers = std::array<LayerFigures, static_cast<std::size_t>(Layer::count)>;

/// What converts a slot's nanoseconds: how long a block plays on average, and how long the window was.
struct Scale {
    double block_ns = 1;
    double seconds = 1;

    [[nodiscard]] LayerFigures percent(const ipc::ProbeFigures& figures, double now_ns) const {
        const double factor = 100 / block_ns;
        LayerFigures result{now_ns * factor,
                            figures.mean * factor,
                            figures.p50 * factor,
                            figures.p99 * factor,
                            figures.p999 * factor,
                            figures.max * factor,
                            figures.sum / (seconds * 1e9) * 100};
        result.calls_per_second = static_cast<double>(figures.count) / seconds;
        return result;
    }
};

void fill_scripting(Layers& layers, const scripting::SlotFigures& script, const Scale& scale) {
    at(layers, Layer::scripting) = scale.percent(script.scripting, script.scripting_now);
    at(layers, Layer::encode) = scale.percent(script.encode, script.encode_now);
    at(layers, Layer::wait) = scale.percent(script.wait, script.wait_now);
    at(layers, Layer::busy) = scale.percent(script.busy, script.busy_now);
    at(layers, Layer::returned) = scale.percent(script.returned, script.returned_now);
    at(layers, Layer::apply) = scale.percent(script.apply, script.apply_now);
    at(layers, Layer::audio) = scale.percent(script.audio_hop, script.audio_hop_now);
    at(layers, Layer::audio_wait) = scale.percent(script.audio_wait, script.audio_wait_now);
    at(layers, Layer::audio_busy) = scale.percent(script.audio_busy, script.audio_busy_now);
}

void fill_scripting_total(Layers& layers, const scripting::SlotFigures& script, const Scale& scale) {
    at(layers, Layer::encode) = scale.percent(script.encode_total, script.encode_now);
    at(layers, Layer::wait) = scale.percent(script.wait_total, script.wait_now);
    at(layers, Layer::busy) = scale.percent(script.busy_total, script.busy_now);
    at(layers, Layer::returned) = scale.percent(script.returned_total, script.returned_now);
    at(layers, Layer::apply) = scale.percent(script.apply_total, script.apply_now);
    at(layers, Layer::audio) = scale.percent(script.audio_hop_total, script.audio_hop_now);
    at(layers, Layer::audio_wait) = scale.percent(script.audio_wait_total, script.audio_wait_now);
    at(layers, Layer::audio_busy) = scale.percent(script.audio_busy_total, script.audio_busy_now);
}

void fill_sum(Layers& layers) {
    LayerFigures& sum = at(layers, Layer::callback);
    for (const Layer part : {Layer::scripting, Layer::instruments, Layer::mix}) {
        const LayerFigures& figures = at(layers, part);
        sum.now += figures.now;
        sum.mean += figures.mean_all;
        sum.mean_all += figures.mean_all;
    }
}

/// The engine's rows below scripting, from those of its tracks. engine.h says what they mean.
void aggregate(Layers& engine, const std::vector<Layers>& tracks) {
    constexpr std::array below{Layer::encode, Layer::wait,  Layer::busy,       Layer::returned,
                               Layer::apply,  Layer::audio, Layer::audio_wait, Layer::audio_busy};
    for (const Layer layer : below) {
        LayerFigures sum;
        for (const Layers& track : tracks) {
            const LayerFigures& figures = at(track, layer);
            if (figures.mean_all > sum.mean) {
                sum.mean = figures.mean_all;  // the heaviest so far
                sum.p50 = figures.p50;
                sum.p99 = figures.p99;
                sum.p999 = figures.p999;
                sum.max = figures.max;
            }
            sum.now += figures.now;
            sum.mean_all += figures.mean_all;
            sum.calls_per_second += figures.calls_per_second;
        }
        sum.mean = sum.mean_all;
        at(engine, layer) = sum;
    }
    const LayerFigures& scripting = at(engine, Layer::scripting);
    const auto share = [&](double LayerFigures::*value) {
        const double room = std::max(0.0, scripting.*value - at(engine, Layer::encode).*value -
                                              at(engine, Layer::apply).*value - at(engine, Layer::audio).*value);
        double sum = 0;
        for (const Layer layer : {Layer::wait, Layer::busy, Layer::returned}) {
            sum += at(engine, layer).*value;
        }
        const double factor = sum > room ? room / sum : 1;
        for (const Layer layer : {Layer::wait, Layer::busy, Layer::returned}) {
            at(engine, layer).*value *= factor;
        }
    };
    share(&LayerFigures::now);
    share(&LayerFigures::mean);
    share(&LayerFigures::mean_all);
}

/// A controller that came since a parameter began to wait for one is its own from now on.
void follow_learning(TrackDocument& document) {
    if (document.learning.empty()) {
        return;
    }
    const scripting::ScriptSlot::ControllerSeen seen = document.track->slot().last_controller();
    if (seen.count == document.controllers_seen) {
        return;
    }
    auto& learned = document.settings.learned;
    std::erase_if(learned, [&](const scripting::Learned& one) {
        return one.id == document.learning || (one.channel == seen.channel && one.controller == seen.controller);
    });
    learned.push_back({seen.channel, seen.controller, document.learning});
    document.track->slot().set_learned(learned);
    document.learning.clear();
}

/// Heard − settled − kept, if no callback came between the readings: then nothing may be missing.
bool read_lost(const Processor& processor, TrackDocument& document, scripting::SlotFigures& script) {
    const std::uint64_t before = processor.published.callbacks.load(std::memory_order_acquire);
    const bool busy_before = processor.busy();
    const std::uint64_t heard = document.track->events_heard();
    script = document.track->slot().figures();
    if (busy_before || processor.busy() || processor.published.callbacks.load(std::memory_order_acquire) != before) {
        return false;
    }
    const std::uint64_t known = script.events_settled + script.events_kept;
    // More outcomes than events would be doubled ones: just as wrong.
    document.events_lost = heard > known ? heard - known : known - heard;
    return true;
}

}  // namespace

const char* to_string(Layer layer) noexcept {
    switch (layer) {
        case Layer::callback:
            return "callback";
        case Layer::sequencer:
            return "sequencer";
        case Layer::scripting:
            return "scripting";
        case Layer::encode:
            return "encode";
        case Layer::wait:
            return "wait";
        case Layer::busy:
            return "busy";
        case Layer::returned:
            return "return";
        case Layer::apply:
            return "apply";
        case Layer::audio:
            return "audio";
        case Layer::audio_wait:
            return "audio_wait";
        case Layer::audio_busy:
            return "audio_busy";
        case Layer::instruments:
            return "instruments";
        case Layer::mix:
            return "mix";
        case Layer::rest:
            return "rest";
        case Layer::count:
            break;
    }
    return "?";
}

EngineSnapshot Engine::snapshot() {
    state_->collect_garbage();
    Processor& processor = state_->processor;
    const Published& published = processor.published;
    EngineSnapshot now;
    now.sample_rate = state_->options.sample_rate;
    now.frames = published.frames.load(relaxed);
    now.blocks = published.blocks.load(relaxed);
    now.xruns = published.xruns.load(relaxed) - state_->reset_xruns;
    now.sample = published.sample.load(relaxed);
    now.playing = published.playing.load(relaxed);
    now.recording = state_->capture != nullptr;
    now.song_ended = published.song_ended.load(relaxed);
    now.tempo = published.tempo.load(relaxed);
    now.song_beat = published.song_beat.load(relaxed);
    now.song_length_beats =
        state_->songs.empty() || !state_->songs.back().second ? 0 : state_->songs.back().second->length_beats();
    now.bar = published.bar.load(relaxed);
    now.beat = published.beat.load(relaxed);
    now.tick = published.tick.load(relaxed);
    now.numerator = published.numerator.load(relaxed);
    now.denominator = published.denominator.load(relaxed);
    now.loop = published.loop.load(relaxed);
    now.swap = state_->session.swap;
    now.master_left = processor.left_peak.take();
    now.master_right = processor.right_peak.take();
    now.midi_in = processor.live.take_activity();
    now.keys_held = processor.live.keys_held();

    const double rate = now.sample_rate;
    const double since_reset = std::max(1.0, static_cast<double>(now.sample - state_->reset_sample)) / rate;
    // The window holds nine whole seconds and the part of the tenth that has passed.
    const double played = static_cast<double>(now.sample) / rate;
    const double window = std::min(since_reset, 9 + played - std::floor(played));
    const double block_ns = now.blocks == 0 ? 1e9 : played * 1e9 / static_cast<double>(now.blocks);
    const Scale last{block_ns, std::max(window, 1e-3)}, total{block_ns, since_reset};

    for (const Layer layer :
         {Layer::callback, Layer::sequencer, Layer::scripting, Layer::instruments, Layer::mix, Layer::rest}) {
        at(now.layers, layer) = processor.probe(layer).window(last.seconds);
        at(now.layers_total, layer) = processor.probe(layer).total(total.seconds);
    }
    std::vector<Layers> track_layers, track_totals;
    for (TrackDocument& document : state_->tracks) {
        TrackSnapshot track;
        // A callback takes a small part of its period, so the first or second try falls between two of them.
        for (int tries = 0; tries < 4 && !read_lost(processor, document, track.script); ++tries) {
            std::this_thread::sleep_for(std::chrono::microseconds(200));
        }
        if (!document.loaded && document.settings.bypassed) {
            track.script.state = scripting::SlotState::bypassed;
            track.script.script = document.settings.script;
            track.script.scripts = document.settings.scripts();
        }
        track.id = document.track->id();
        follow_learning(document);
        track.learning = document.learning;
        track.key_marks = document.track->slot().key_marks();
        track.watched = document.track->slot().watched();
        track.settings = document.settings;
        for (const scripting::Setting what : strip_settings) {
            strip_value(track, what) = document.track->strip(what);
        }
        track.parameters = document.track->slot().parameters();
        track.script_generation = document.track->slot().generation();
        track.instrument_name = document.instrument->preset_name();
        track.level_left = document.track->left_peak.take();
        track.level_right = document.track->right_peak.take();
        track.keys_down = document.instrument->keys_down();
        track.events_lost = document.events_lost;
        track.notes_hanging = document.track->notes_hanging();
        fill_scripting(track.layers, track.script, last);
        at(track.layers, Layer::instruments) = document.track->instruments.window(last.seconds);
        at(track.layers, Layer::mix) = document.track->mixing.window(last.seconds);
        fill_sum(track.layers);
        track_layers.push_back(track.layers);
        fill_scripting_total(track_totals.emplace_back(), track.script, total);
        now.tracks.push_back(std::move(track));
    }
    aggregate(now.layers, track_layers);
    aggregate(now.layers_total, track_totals);
    return now;
}

Session Engine::session() const {
    Session document = state_->session;
    for (const TrackDocument& track : state_->tracks) {
        document.tracks.push_back(track.settings);
        if (track.loaded) {
            audio::TrackSettings& settings = document.tracks.back();
            settings.kept = track.track->slot().saved();
            for (const scripting::Parameter& parameter : track.track->slot().parameters()) {
                if (parameter.type == scripting::Parameter::Type::file) {
                    settings.texts[parameter.id] = parameter.text;
                } else if (parameter.kept() &&
                           (parameter.value != parameter.initial || settings.parameters.contains(parameter.id))) {
                    settings.parameters[parameter.id] = parameter.value;  // the script may have moved it itself
                }
            }
        }
    }
    return document;
}

void Engine::reset_figures() {
    state_->reset_sample = state_->processor.published.sample.load(relaxed);
    state_->reset_xruns = state_->processor.published.xruns.load(relaxed);
    state_->processor.reset_probes();
    for (TrackDocument& document : state_->tracks) {
        document.track->instruments.request_reset();
        document.track->mixing.request_reset();
        document.track->slot().reset_figures();
    }
}

}  // namespace outboard::audio
