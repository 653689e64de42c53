// The control side's half of a slot: orders to the control thread, states, figures.

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "ipc/clock.h"
#include "scripting/process_figures.h"
#include "scripting/saved_parts.h"
#include "scripting/slot.h"

namespace outboard::scripting {
namespace {

/// The system counts CPU time in steps of 10 ms: a shorter look would say 0 or 100 %.
constexpr std::int64_t shortest_cpu_look_ns = 500'000'000;

}  // namespace

const char* to_string(SlotState state) noexcept {
    switch (state) {
        case SlotState::empty:
            return "empty";
        case SlotState::loading:
            return "loading";
        case SlotState::live:
            return "live";
        case SlotState::late:
            return "late";
        case SlotState::pipelined:
            return "pipelined";
        case SlotState::bypassed:
            return "bypassed";
        case SlotState::restarting:
            return "restarting";
        case SlotState::failed:
            return "failed";
    }
    return "?";
}

Slot::Slot(Options options, Company& company)
    : options_(std::move(options)),
      company_(company),
      hop_(!options_.offline || options_.pipelined),
      kept_(max_kept),
      live_values_(max_parameters),
      set_at_(max_parameters) {
    wanted_lane_ = lane_ = lane_of(options_.transport);
    swap_moment_ = options_.swap;
    records_.reserve(ipc::max_post_records);
    answer_records_.resize(ipc::max_answer_records);
    message_.resize(std::max(ipc::max_post_bytes, ipc::max_answer_bytes));
    silent_.reserve(max_silent);
    for (std::size_t i = 0; i < settings; ++i) {
        settings_[i] = neutral(static_cast<Setting>(i));
    }
}

Slot::~Slot() = default;

void Slot::load(Scripts scripts, std::uint32_t left_out, ParameterValues values, std::optional<std::string> saved) {
    if (scripts.empty()) {
        unload();
        return;
    }
    if (scripts.size() > max_scripts) {
        throw std::runtime_error("A track plays at most " + std::to_string(max_scripts) + " scripts, not " +
                                 std::to_string(scripts.size()) + ".");
    }
    if (saved) {
        keep_saved(scripts, *saved);
    }
    {
        const std::lock_guard lock(mutex_);
        asked_ = scripts;
        left_out_ = left_out;
        order_ = {Order::Type::load, std::move(scripts), left_out, std::move(values), saved.has_value()};
        order_open_ = true;
        failure_.clear();
        control_state_ = SlotState::loading;
    }
    wake_control();
}

void Slot::set_left_out(std::uint32_t left_out) {
    {
        const std::lock_guard lock(mutex_);
        left_out_ = left_out;
        order_.left_out = left_out;
    }
    wake_control();
}

void Slot::pass_left_out(Link& link) const {
    const std::lock_guard lock(mutex_);
    if (link.options.scripts == asked_) {
        link.left_out.store(left_out_, std::memory_order_relaxed);
    }
}

void Slot::set_presets(std::vector<Preset> presets) {
    const std::lock_guard lock(mutex_);
    presets_ = std::move(presets);
}

std::vector<Preset> Slot::presets() const {
    const std::lock_guard lock(mutex_);
    return presets_;
}

void Slot::unload() {
    {
        const std::lock_guard lock(mutex_);
        order_ = {};
        order_.type = Order::Type::unload;
        asked_.clear();
        order_open_ = true;
        failure_.clear();
    }
    wake_control();
}

void Slot::set_bypass(bool bypassed) {
    Order order = restart_order();
    {
        const std::lock_guard lock(mutex_);
        if (bypassed == (control_state_ == SlotState::bypassed) || scripts_.empty()) {
            return;
        }
        values_ = order.values;  // a bypassed script keeps its values: the way back loads it with them
        if (bypassed) {
            order.type = Order::Type::bypass;
        } else {
            control_state_ = SlotState::loading;
        }
        order_ = std::move(order);
        order_open_ = true;
        failure_.clear();
    }
    wake_control();
}

void Slot::set_transport(const std::string& transport) {
    wanted_lane_.store(lane_of(transport));
}

std::optional<std::string> Slot::wait_loaded(std::chrono::milliseconds timeout) {
    std::unique_lock lock(mutex_);
    if (!changed_.wait_for(lock, timeout, [this] { return !order_open_; })) {
        return "The script did not get ready within " + std::to_string(timeout.count() / 1000) + " seconds.";
    }
    return failure_.empty() ? std::nullopt : std::optional(failure_);
}

std::vector<Parameter> Slot::parameters() const {
    const std::lock_guard lock(mutex_);
    std::vector<Parameter> parameters = parameters_;
    for (std::size_t i = 0; i < parameters.size() && i < live_values_.size(); ++i) {
        parameters[i].value = live_values_[i].load(std::memory_order_relaxed);
    }
    return parameters;
}

std::string Slot::saved() const {
    Scripts scripts;
    {
        const std::lock_guard lock(mutex_);
        scripts = asked_;
    }
    return saved_of(scripts);
}

void Slot::keep_saved(const Scripts& scripts, const std::string& saved) {
    const std::vector<std::string> parts = saved_parts(saved, scripts.size());
    const std::lock_guard lock(mutex_);
    for (std::size_t place = 0; place < scripts.size(); ++place) {
        saved_[{scripts[place], place}] = parts[place];
    }
}

/// A script that stands elsewhere in another chain goes on from there.
std::string Slot::saved_of(const Scripts& scripts) const {
    const std::lock_guard lock(mutex_);
    std::vector<std::string> parts;
    for (std::size_t place = 0; place < scripts.size(); ++place) {
        auto found = saved_.find({scripts[place], place});
        if (found == saved_.end()) {
            found = std::find_if(saved_.begin(), saved_.end(),
                                 [&](const auto& saved) { return saved.first.first == scripts[place]; });
        }
        parts.push_back(found != saved_.end() ? found->second : std::string());
    }
    return joined_saved(parts);
}

std::uint64_t Slot::generation() const noexcept {
    return generation_.load(std::memory_order_acquire);
}

// ---- called by the control thread ----------------------------------------------------------------------------------

Slot::Order Slot::take_order() {
    const std::lock_guard lock(mutex_);
    return std::exchange(order_, Order{});
}

Link* Slot::publish(Link* link) {
    {
        const std::lock_guard lock(mutex_);
        parameters_.clear();
        key_marks_.clear();
        watched_.clear();
        given_up_ = 0;
        texts_waiting_.clear();
        pid_ = 0;
        if (link != nullptr) {
            scripts_ = link->options.scripts;
            live_left_out_ = link->options.left_out;
            values_ = link->options.values;
            pid_ = link->pid();
            parameters_ = link->parameters;
            for (std::size_t i = 0; i < parameters_.size() && i < live_values_.size(); ++i) {
                live_values_[i].store(parameters_[i].value, std::memory_order_relaxed);
            }
        }
        resolve_learned();
        generation_.fetch_add(1, std::memory_order_acq_rel);
    }
    Link* before = incoming_.exchange(link != nullptr ? link : remove_link, std::memory_order_acq_rel);
    return before == remove_link ? nullptr : before;
}

Link* Slot::take_retired() {
    if (taken_back_ == nullptr) {
        taken_back_ = retired_.exchange(nullptr, std::memory_order_acquire);
    }
    Link* link = taken_back_;
    if (link != nullptr) {
        taken_back_ = link->next_retired;
    }
    return link;
}

void Slot::finish_order(SlotState state, const std::string& failure) {
    {
        const std::lock_guard lock(mutex_);
        control_state_ = state;
        failure_ = failure;
        if (state == SlotState::empty) {
            scripts_.clear();
            values_.clear();
        }
        order_open_ = order_.type != Order::Type::none;
    }
    changed_.notify_all();
}

void Slot::set_control_state(SlotState state) {
    const std::lock_guard lock(mutex_);
    control_state_ = state;
}

void Slot::note_swap(double took_ms) {
    const std::lock_guard lock(mutex_);
    ++swaps_;
    swap_ms_ = took_ms;
}

void Slot::add_reason(std::string reason) {
    constexpr std::size_t kept_reasons = 100;
    const std::lock_guard lock(mutex_);
    if (reasons_.size() < kept_reasons) {
        reasons_.push_back(std::move(reason));
    }
}

Slot::Order Slot::restart_order() const {
    const std::lock_guard lock(mutex_);
    Order order{Order::Type::load, scripts_, scripts_ == asked_ ? left_out_ : live_left_out_, values_, false};
    for (std::size_t i = 0; i < parameters_.size() && i < live_values_.size(); ++i) {
        if (!parameters_[i].kept()) {
            continue;
        }
        ParameterValue value = live_values_[i].load(std::memory_order_relaxed);
        if (parameters_[i].type == Parameter::Type::file) {
            value = parameters_[i].text;
        }
        const auto at = std::find_if(order.values.begin(), order.values.end(),
                                     [&](const auto& pair) { return pair.first == parameters_[i].id; });
        if (at != order.values.end()) {
            at->second = value;
        } else {
            order.values.emplace_back(parameters_[i].id, value);
        }
    }
    return order;
}

// ---- figures -------------------------------------------------------------------------------------------------------

SlotFigures Slot::figures() const {
    const auto get = [](const std::atomic<std::uint64_t>& counter) { return counter.load(std::memory_order_relaxed); };
    SlotFigures figures;
    const SlotState rt = rt_state_.load(std::memory_order_acquire);
    {
        const std::lock_guard lock(mutex_);
        figures.state = control_state_;
        if (rt != SlotState::empty && (control_state_ == SlotState::live || control_state_ == SlotState::loading)) {
            figures.state = rt;
        } else if (control_state_ == SlotState::live) {
            figures.state = SlotState::loading;  // ready, and not yet taken by the audio thread
        }
        figures.script = scripts_.empty() ? std::string() : scripts_.front();
        figures.scripts = scripts_;
        figures.left_out = scripts_ == asked_ ? left_out_ : live_left_out_;
        figures.given_up = given_up_;
        figures.pid = pid_;
        figures.transport = pid_ != 0 ? transports[lane_.load(std::memory_order_relaxed)] : "";
        figures.reasons = reasons_;
        figures.swaps = swaps_;
        figures.swap_ms = swap_ms_;
        figures.late = get(counters_.late) - late_before_;
        figures.missed = get(counters_.missed) - missed_before_;
    }
    figures.calls = get(counters_.calls);
    figures.late_windows = late_windows_.all();
    figures.stale = get(counters_.stale);
    figures.restarts = get(restarts);
    figures.overflows = get(counters_.overflows);
    figures.refused = get(counters_.refused);
    figures.events_in = get(counters_.events_in);
    figures.events_pushed = get(counters_.pushed);
    figures.events_settled = get(counters_.settled);
    figures.events_kept = get(counters_.kept);
    figures.events_out = get(counters_.events_out);

    figures.flooded = get(counters_.flooded);
    figures.swap_sample = figures.swaps > 0 ? adopted_sample.load(std::memory_order_relaxed) : 0;
    figures.met_polling = get(counters_.met_polling);
    figures.woke = get(counters_.woke);
    figures.fetched = get(counters_.fetched);
    const std::uint64_t polled_ns = get(counters_.polled_ns);
    figures.polled_seconds = static_cast<double>(polled_ns) * 1e-9;
    figures.demotions = get(counters_.demotions);
    figures.realtime = counters_.realtime.load(std::memory_order_relaxed);

    const ProcessFigures process = process_figures(figures.pid);
    const std::int64_t now = ipc::now_ns();
    {
        const std::lock_guard lock(mutex_);
        if (figures.pid != cpu_seen_pid_) {
            cpu_percent_ = poll_percent_ = 0;
            polled_seen_ns_ = polled_ns;
            cpu_seen_pid_ = figures.pid;
            cpu_seen_ns_ = process.cpu_ns;
            cpu_seen_at_ = now;
        } else if (now - cpu_seen_at_ >= shortest_cpu_look_ns) {
            cpu_percent_ =
                100.0 * static_cast<double>(process.cpu_ns - cpu_seen_ns_) / static_cast<double>(now - cpu_seen_at_);
            poll_percent_ =
                100.0 * static_cast<double>(polled_ns - polled_seen_ns_) / static_cast<double>(now - cpu_seen_at_);
            cpu_seen_ns_ = process.cpu_ns;
            polled_seen_ns_ = polled_ns;
            cpu_seen_at_ = now;
        }
        figures.poll_burn_percent = poll_percent_;
        figures.cpu_percent = cpu_percent_;
    }
    figures.rss_mb = process.resident_mb;
    figures.page_faults = process.page_faults;

    figures.audio = hop_.figures();
    measured_.read(figures);
    const std::uint64_t calls = std::max<std::uint64_t>(figures.calls, 1);
    figures.busy_cpu_mean = static_cast<double>(get(counters_.cpu_ns)) / static_cast<double>(calls);
    return figures;
}

void Slot::reset_figures() {
    measured_.reset();
    const std::lock_guard lock(mutex_);
    late_before_ = counters_.late.load(std::memory_order_relaxed);
    missed_before_ = counters_.missed.load(std::memory_order_relaxed);
}

}  // namespace outboard::scripting
