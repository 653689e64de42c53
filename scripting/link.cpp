#include "scripting/link.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "ipc/clock.h"
#include "scripting/child/descriptors.h"
#include "scripting/start_child.h"

namespace outboard::scripting {
namespace {

using nlohmann::json;

Parameter::Type type_from(const std::string& word) {
    using Type = Parameter::Type;
    constexpr std::pair<const char*, Type> types[] = {
        {"slider", Type::slider}, {"numbox", Type::number}, {"menu", Type::menu}, {"toggle", Type::toggle},
        {"button", Type::button}, {"table", Type::table},   {"xy", Type::xy},     {"label", Type::label},
        {"meter", Type::meter},   {"filedrop", Type::file}, {"knob", Type::knob}};
    const auto* const found =
        std::find_if(std::begin(types), std::end(types), [&](const auto& type) { return word == type.first; });
    return found != std::end(types) ? found->second : Type::knob;
}

Parameter::Curve curve_from(const std::string& word) {
    return word == "log"      ? Parameter::Curve::log
           : word == "square" ? Parameter::Curve::square
           : word == "cube"   ? Parameter::Curve::cube
                              : Parameter::Curve::linear;
}

Parameter parameter_from(const json& from) {
    Parameter parameter;
    parameter.id = from.at("id").get<std::string>();
    parameter.name = from.at("name").get<std::string>();
    const auto type = from.at("type").get<std::string>();
    parameter.type = type_from(type);
    parameter.curve = curve_from(from.value("curve", "linear"));
    parameter.owner = from.value("owner", "");
    parameter.text = from.value("text", "");
    parameter.group = from.value("group", "");
    parameter.row = from.value("row", 0);
    parameter.value = from.at("value").get<double>();
    parameter.initial = from.at("initial").get<double>();
    parameter.minimum = from.at("minimum").get<double>();
    parameter.maximum = from.at("maximum").get<double>();
    parameter.step = from.at("step").get<double>();
    parameter.unit = from.at("unit").get<std::string>();
    parameter.choices = from.at("choices").get<std::vector<std::string>>();
    return parameter;
}

// A message's levels beyond those of Message::Type, as in _wire.py: its script is bypassed from now on; a watched
// value.
constexpr int given_up = 5, watch = 6;

Message message_from(const json& from, std::uint32_t slot) {
    Message message;
    message.slot = slot;
    message.text = from.at("text").get<std::string>();
    message.file = from.value("file", std::string());
    message.line = from.value("line", 0);
    message.time = from.value("time", std::int64_t{0});
    const int level = from.value("level", 4);
    message.type = level == watch ? Message::Type::watch : static_cast<Message::Type>(std::clamp(level, 0, 4));
    return message;
}

/// "bypassed after 20 errors within a second: x.py, line 5".
std::string reason_from(const Message& message) {
    const std::string reason = message.text.substr(0, message.text.find(": everything"));
    const std::string file = message.file.substr(message.file.rfind('/') + 1);
    return message.line > 0 ? reason + ": " + file + ", line " + std::to_string(message.line) : reason;
}

constexpr std::size_t lane_of_pipe = 1;

}  // namespace

std::size_t lane_of(const std::string& transport) {
    const auto* const at = std::find(transports.begin(), transports.end(), transport);
    if (at == transports.end()) {
        throw std::runtime_error("Unknown transport '" + transport + "': use shm or pipe.");
    }
    return static_cast<std::size_t>(at - transports.begin());
}

Link::Link(const LinkOptions& the_options)
    : options(the_options), process_([&] {
          StartedChild started = start_child(the_options, traceback_);
          traceback_.child = {};
          lifeline_ = std::move(started.lifeline);
          lanes_ = std::move(started.lanes);
          lane_ = lane_of(the_options.transport);
          slow_ = std::move(started.slow);
          audio_memory_.emplace(std::move(started.audio_memory));
          return std::move(started.process);
      }()) {
    slow_buffer_.resize(ipc::max_slow_text + sizeof(ipc::SlowHead));
    watched.pid = process_.pid();
    watched.exit_descriptor = process_.exit_descriptor();
    started_ns = ipc::now_ns();
    json values = json::object();
    for (const auto& [id, value] : options.values) {
        std::visit([&values, &id = id](const auto& one) { values[id] = one; }, value);
    }
    json presets = json::array();
    for (const Preset& preset : options.presets) {
        presets.push_back(json::array({preset.name, preset.bank, preset.program}));
    }
    json chain = json::array();
    for (std::size_t place = 0; place < options.scripts.size(); ++place) {
        chain.push_back({{"path", options.scripts[place]}, {"bypassed", (options.left_out >> place & 1) != 0}});
    }
    left_out.store(options.left_out);
    left_out_told = options.left_out;
    const json load = {{"path", options.scripts.front()},
                       {"options",
                        {{"sample_rate", options.sample_rate},
                         {"seed", options.seed},
                         {"channel", options.channel + 1},
                         {"slot", options.slot},
                         {"traceback", child::traceback},
                         {"audio_frames", ipc::AudioMemory::max_frames},
                         {"offline", options.keep_prints},
                         {"warm", options.prewake_guard_ns.has_value()},
                         {"values", values},
                         {"presets", presets},
                         {"chain", chain},
                         {"restored", options.restored},
                         {"saved", options.saved}}},
                       {"prewake", options.prewake_guard_ns ? json(*options.prewake_guard_ns) : json()},
                       {"memory_limit", options.memory_limit},
                       {"keep_prints", options.keep_prints}};
    const std::string order = load.dump(-1, ' ', false, json::error_handler_t::replace);
    if (order.size() > ipc::max_slow_text) {
        throw std::runtime_error("What was saved of this script and its parameters is too large to be given back: " +
                                 std::to_string(order.size()) + " bytes, and " + std::to_string(ipc::max_slow_text) +
                                 " are the most. Take a copy that you have kept, or load the script on a new track.");
    }
    const auto message = ipc::write_slow(ipc::Opcode::load, order);
    slow_->send_until(message, ipc::now_ns() + 2'000'000'000);
}

Link::~Link() {
    if (watchdog != nullptr) {
        watchdog->remove(watched);  // also when its slot is removed with it
    }
    process_.kill();
}

bool Link::change_lane() noexcept {
    // A frame that the system took in part would be pushed on by the next call only, and there is none on this lane.
    if (lane_ == lane_of_pipe && pipe().pending() != 0) {
        return false;
    }
    ipc::PostHead head;
    head.type = ipc::PostType::change_lane;
    std::array<std::byte, sizeof head> message;
    const std::size_t size = ipc::write_post(message, head, {});
    if (pipe().send(std::span(message).first(size), ipc::Wake::yes) != ipc::Status::ok) {
        return false;
    }
    lane_ = 1 - lane_;
    return true;
}

void Link::go(const std::string& saved, const ParameterValues& values) {
    json by_id = json::object();
    for (const auto& [id, value] : values) {
        std::visit([&by_id, &name = id](const auto& one) { by_id[name] = one; }, value);
        const auto found = std::find_if(parameters.begin(), parameters.end(),
                                        [&name = id](const Parameter& parameter) { return parameter.id == name; });
        if (found == parameters.end() || !found->kept()) {
            continue;
        }
        if (const double* number = std::get_if<double>(&value)) {
            found->value = std::clamp(*number, found->minimum, std::max(found->minimum, found->maximum));
        } else if (found->type == Parameter::Type::file) {
            found->text = std::get<std::string>(value);
        }
    }
    const json order = {{"saved", saved}, {"values", by_id}};
    const std::string text = order.dump(-1, ' ', false, json::error_handler_t::replace);
    constexpr std::int64_t patience_ns = 200'000'000;  // it reads nothing else; one that does not read is ended
    if (text.size() > ipc::max_slow_text ||
        slow_->send_until(ipc::write_slow(ipc::Opcode::go, text), ipc::now_ns() + patience_ns) != ipc::Status::ok) {
        condemn("it did not take what the script before it kept");
    }
}

Place Link::last_place() {
    return place_from(traceback_.read(), options.scripts, options.package_path + "/outboard/");
}

void Link::mark_dead() noexcept {
    stage_ = stage_ == Stage::refused ? Stage::refused : Stage::ended;
    dead_.store(true, std::memory_order_release);
    for (const auto& lane : lanes_) {
        lane->mark_dead();
    }
}

void Link::read_slow_lane(std::vector<Message>& messages) {
    constexpr std::size_t bytes_at_once = 1024 * 1024;
    std::size_t bytes = 0;
    for (int taken = 0; taken < 256 && bytes < bytes_at_once; ++taken) {  // a flood does not hold the control thread
        const ipc::Received received = slow_->receive(slow_buffer_, 0);
        if (received.status == ipc::Status::corrupt || received.status == ipc::Status::too_large) {
            condemn("its slow lane broke");
        }
        if (received.status != ipc::Status::ok) {
            return;
        }
        bytes += received.size;
        ipc::Opcode opcode{};
        std::string text;
        if (!ipc::read_slow(std::span(slow_buffer_).first(received.size), opcode, text)) {
            condemn("its slow lane carried something that is no message");
            return;
        }
        try {
            switch (opcode) {
                case ipc::Opcode::ready:
                    take_declarations(text);
                    break;
                case ipc::Opcode::refused:
                    refusal = message_from(json::parse(text).at("error"), options.slot);
                    refusal.type = Message::Type::error;
                    stage_ = Stage::refused;
                    break;
                case ipc::Opcode::message: {
                    const json from = json::parse(text);
                    messages.push_back(message_from(from, options.slot));
                    if (from.value("level", 0) == given_up) {
                        bypass_ = reason_from(messages.back());
                    }
                    break;
                }
                case ipc::Opcode::saved:
                    hear_saved(std::move(text), saved_);
                    break;
                case ipc::Opcode::kept:
                    hear_saved(std::move(text), kept_);
                    break;
                case ipc::Opcode::call_me:
                    wants_call.store(true, std::memory_order_relaxed);
                    break;
                case ipc::Opcode::panel:
                    if (auto news = read_panel_news(text)) {
                        panel_news_.push_back(std::move(*news));
                    } else {
                        condemn("what it shows on its panel makes no sense");
                    }
                    break;
                case ipc::Opcode::go:
                case ipc::Opcode::hello:
                case ipc::Opcode::load:
                    break;
            }
        } catch (const json::exception&) {
            condemn("its slow lane carried text that is no JSON of this version");
            return;
        }
    }
}

void Link::take_declarations(const std::string& text) {
    if (stage_ != Stage::starting) {
        return;
    }
    const json ready = json::parse(text);
    for (const json& from : ready.at("parameters")) {
        if (parameters.size() == max_parameters) {
            condemn("it declares more parameters than a panel has");
            return;
        }
        parameters.push_back(parameter_from(from));
    }
    loops = ready.value("loops", std::vector<std::string>());
    files = ready.value("files", std::vector<std::string>());
    handles = ready.at("handles").get<std::uint64_t>();
    audio_channels = std::min(ready.value("audio", std::uint32_t{0}), ipc::AudioMemory::channels);
    stage_ = Stage::ready;
}

/// Goes to the next child as it is: what that could not read would keep the script from starting again.
void Link::hear_saved(std::string text, std::string& place) {
    const json saved = json::parse(text);
    if (text.size() > ipc::max_saved_text || !saved.is_object() || !saved.value("state", json::object()).is_object()) {
        condemn("what it asked to keep makes no sense");
        return;
    }
    place = std::move(text);
}

}  // namespace outboard::scripting
