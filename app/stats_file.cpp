#include "app/stats_file.h"

#include <cmath>

#include <nlohmann/json.hpp>

#include "app/text_file.h"

namespace outboard::app {
namespace {

using Json = nlohmann::ordered_json;
using Layers = std::array<audio::LayerFigures, static_cast<std::size_t>(audio::Layer::count)>;

/// Three decimals: a thousandth of a percent, a nanosecond of a microsecond.
double rounded(double value) {
    return std::isfinite(value) ? std::round(value * 1000) / 1000 : 0.0;
}

Json layers_json(const Layers& layers) {
    Json json = Json::object();
    for (std::size_t i = 0; i < layers.size(); ++i) {
        const auto& figures = layers[i];
        json[audio::to_string(static_cast<audio::Layer>(i))] = {
            {"mean", rounded(figures.mean_all)},
            {"p50", rounded(figures.p50)},
            {"p99", rounded(figures.p99)},
            {"p999", rounded(figures.p999)},
            {"max", rounded(figures.max)},
            {"mean_called", rounded(figures.mean)},
            {"calls_per_second", rounded(figures.calls_per_second)}};
    }
    return json;
}

Json microseconds(const ipc::ProbeFigures& figures) {
    return {{"count", figures.count},
            {"mean", rounded(figures.mean / 1000)},
            {"p50", rounded(figures.p50 / 1000)},
            {"p99", rounded(figures.p99 / 1000)},
            {"p999", rounded(figures.p999 / 1000)},
            {"max", rounded(figures.max / 1000)}};
}

Json track_json(const audio::TrackSnapshot& track, bool pipelined, double seconds) {
    const auto& script = track.script;
    Json json;
    json["name"] = track.settings.name;
    json["script"] = script.script;
    if (script.scripts.size() > 1) {
        for (std::size_t place = 0; place < script.scripts.size(); ++place) {
            json["chain"].push_back({{"script", script.scripts[place]},
                                     {"bypassed", (script.left_out >> place & 1) != 0},
                                     {"given_up", (script.given_up >> place & 1) != 0}});
        }
    }
    json["pid"] = script.pid;
    json["state"] = scripting::to_string(script.state);
    json["transport"] = script.transport;
    json["latency"] = pipelined ? "pipelined" : "sync";
    json["calls"] = script.calls;
    json["late"] = script.late;
    json["missed"] = script.missed;
    json["stale"] = script.stale;
    json["late_windows"] = Json::array();
    for (const auto& window : script.late_windows) {
        json["late_windows"].push_back({window.begin, window.end});
    }
    json["overflows"] = script.overflows;
    json["refused"] = script.refused;
    json["restarts"] = script.restarts;
    json["reasons"] = script.reasons;
    json["swaps"] = script.swaps;
    json["swap_ms"] = rounded(script.swap_ms);
    json["flooded"] = script.flooded;
    json["events_in"] = script.events_in;
    json["events_out"] = script.events_out;
    json["events_lost"] = track.events_lost;
    json["notes_hanging"] = track.notes_hanging;
    json["prewake_hits"] = script.met_polling;
    json["prewake_misses"] = script.woke;
    json["fetched"] = script.fetched;
    json["poll_burn"] = seconds > 0 ? rounded(100 * script.polled_seconds / seconds) : 0.0;
    json["realtime"] = script.realtime;
    json["demotions"] = script.demotions;
    json["wait_us"] = microseconds(script.wait_total);
    json["busy_us"] = microseconds(script.busy_total);
    json["hop_us"] = microseconds(script.hop_total);
    json["busy_cpu_us_mean"] = rounded(script.busy_cpu_mean / 1000);
    json["busy_parts_us"] = {{"decode", microseconds(script.decode_total)},
                             {"python", microseconds(script.python_total)},
                             {"encode", microseconds(script.child_encode_total)}};
    json["audio"] = {{"calls", script.audio.calls},
                     {"late", script.audio.late},
                     {"missed", script.audio.missed},
                     {"dry", script.audio.dry},
                     {"cleaned", script.audio.cleaned},
                     {"latency", script.audio.latency},
                     {"wait_us", microseconds(script.audio_wait_total)},
                     {"busy_us", microseconds(script.audio_busy_total)},
                     {"hop_us", microseconds(script.audio_hop_total)}};
    json["cpu_percent"] = rounded(script.cpu_percent);
    json["rss_mb"] = rounded(script.rss_mb);
    json["page_faults"] = script.page_faults;
    json["layers"] = layers_json(track.layers);
    return json;
}

}  // namespace

std::string stats_text(const RunFigures& run) {
    const auto& snapshot = run.snapshot;
    Json json;
    json["frames"] = run.frames;
    json["rate"] = snapshot.sample_rate;
    json["length"] = run.length;
    json["blocks"] = snapshot.blocks;
    json["xruns"] = snapshot.xruns;
    if (run.device) {
        json["device"] = {{"name", run.device->name},
                          {"host_api", run.device->host_api},
                          {"rate", run.device->rate},
                          {"frames", run.device->frames},
                          {"cpu_load_median", rounded(run.device->cpu_load_median)}};
    }
    json["layers"] = layers_json(snapshot.layers_total);
    json["tracks"] = Json::array();
    const double seconds = static_cast<double>(snapshot.sample) / snapshot.sample_rate;
    for (const auto& track : snapshot.tracks) {
        json["tracks"].push_back(track_json(track, run.pipelined, seconds));
    }
    return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

void write_stats(const std::string& path, const RunFigures& run) {
    write_text_file(path, stats_text(run));
}

}  // namespace outboard::app
