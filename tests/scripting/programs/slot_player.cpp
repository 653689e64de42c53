// slot_player: plays a script through the facade with a real child, as the engine does, block by block. One request per
// line on stdin, one answer per line on stdout, both JSON; test_programs.py draws the requests and holds the answers
// against the model in `outboard.testing`.
//
// Request: script (a list: the chain), seed, transport, pipelined, offline, blocks (sizes, taken in turn), end
// (samples), points (transport, as the runtime's records have them), events ([time, status, data, data]), panics
// (times: a block is made to begin there). Answer: events ([time, status, data, data, port, note, tuning]) and the
// counters that must not move.
#include <algorithm>
#include <chrono>
#include <exception>
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>

#include "ipc/clock.h"
#include "scripting/script_host.h"

namespace {

using namespace outboard;
using nlohmann::json;

constexpr std::chrono::seconds load_patience{20};
constexpr std::int64_t answer_patience_ns = 10'000'000'000;

std::vector<scripting::ClockPoint> points_of(const json& request) {
    std::vector<scripting::ClockPoint> points;
    for (const json& row : request.at("points")) {
        scripting::ClockPoint point;
        point.sample = row.at(0);
        point.clock_beat = row.at(1);
        point.song_beat = row.at(2);
        point.tempo = row.at(3);
        point.playing = row.at(4).get<int>() != 0;
        point.numerator = row.at(5);
        point.denominator = row.at(6);
        point.bar_beat = row.at(7);
        point.bar = row.at(8);
        points.push_back(point);
    }
    return points;
}

std::vector<scripting::Event> events_of(const json& request) {
    std::vector<scripting::Event> events;
    for (const json& row : request.at("events")) {
        events.push_back(scripting::event_from_midi(row.at(0), 0, row.at(1), row.at(2), row.at(3)));
    }
    return events;
}

/// Like the sequencer's: the point in force when the block begins, then what changes in it.
scripting::ClockMap clock_of(const std::vector<scripting::ClockPoint>& points, double rate, std::int64_t start,
                             std::int64_t end) {
    scripting::ClockMap clock;
    clock.sample_rate = rate;
    clock.points[0] = points.front();
    for (std::size_t i = 1; i < points.size(); ++i) {
        const std::int64_t sample = scripting::round_sample(points[i].sample);
        if (sample < start) {
            clock.points[0] = points[i];
        } else if (sample < end) {
            clock.points.at(clock.count++) = points[i];
        }
    }
    return clock;
}

json row_of(const scripting::Event& event) {
    const bool choked = event.kind == scripting::Kind::choke;
    return {event.time,
            choked ? 0x80 | event.channel : event.data[0],
            event.data[1],
            choked ? 64 : event.data[2],
            event.port,
            event.note_id,
            event.kind == scripting::Kind::note_on ? event.tuning : 0.0F};
}

json play(const json& request) {
    scripting::ScriptHost::Options options;
    options.transport = request.at("transport");
    options.pipelined = request.at("pipelined");
    options.offline = request.at("offline");
    options.seed = request.at("seed");
    scripting::ScriptHost host(options);
    scripting::ScriptSlot& slot = host.add_slot("drawn", 0, 1);
    slot.load(request.at("script").get<scripting::Scripts>(), 0, {});
    if (const auto failure = slot.wait_loaded(load_patience)) {
        return {{"failure", *failure}};
    }
    const auto points = points_of(request);
    const auto events = events_of(request);
    const std::vector<std::int64_t> panics = request.at("panics");
    const std::vector<std::uint32_t> sizes = request.at("blocks");
    const std::int64_t end = request.at("end");

    json heard = json::array();
    std::size_t next_event = 0;
    scripting::BlockInfo block;
    for (std::int64_t now = 0; now < end; now += block.frames) {
        std::int64_t until = now + sizes[block.number % sizes.size()];
        for (const std::int64_t panic : panics) {
            until = panic > now ? std::min(until, panic) : until;
        }
        block.start = now;
        block.frames = static_cast<std::uint32_t>(until - now);
        block.callback_start_ns = ipc::now_ns();
        const auto clock = clock_of(points, options.sample_rate, now, until);
        block.clock = &clock;
        slot.begin(block);
        if (std::find(panics.begin(), panics.end(), now) != panics.end()) {
            slot.panic();
        }
        for (; next_event < events.size() && events[next_event].time < until; ++next_event) {
            slot.push(events[next_event]);
        }
        slot.post();
        slot.tick(0);
        for (const scripting::Event& event : slot.collect(ipc::now_ns() + answer_patience_ns)) {
            heard.push_back(row_of(event));
        }
        ++block.number;
    }
    const auto figures = slot.figures();
    return {{"events", heard},
            {"late", figures.late},
            {"missed", figures.missed},
            {"stale", figures.stale},
            {"refused", figures.refused},
            {"restarts", figures.restarts},
            {"lost", figures.events_pushed - figures.events_settled - figures.events_kept}};
}

}  // namespace

int main() {
    for (std::string line; std::getline(std::cin, line);) {
        json answer;
        try {
            answer = play(json::parse(line));
        } catch (const std::exception& error) {
            answer = {{"failure", error.what()}};
        }
        std::cout << answer.dump() << std::endl;
    }
}
