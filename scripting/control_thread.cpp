#include "scripting/control_thread.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <system_error>

#include "ipc/clock.h"
#include "scripting/process_figures.h"
#include "scripting/saved_parts.h"

namespace outboard::scripting {
namespace {

constexpr std::int64_t ms = 1'000'000;
constexpr std::int64_t watchdog_ns = 500 * ms;
constexpr std::int64_t offline_watchdog_ns = 10'000 * ms;
constexpr std::int64_t loading_limit_ns = 30'000 * ms;
constexpr std::int64_t healthy_after_ns = 10'000 * ms;
constexpr int quick_deaths_until_failed = 8;
constexpr std::size_t max_messages = 10'000;

/// The first restart comes at once, the following ones after 100, 200, 400 ms … at most 5 s.
std::int64_t back_off(int deaths) {
    return deaths <= 1 ? 0 : std::min<std::int64_t>(5000 * ms, (50 * ms) << std::min(deaths - 1, 10));
}

/// "name.py, line 3: ValueError: boom": the last line of a traceback says what, file and line say where.
std::string sentence_of(const Message& refusal) {
    std::string text = refusal.text.substr(0, refusal.text.find_last_not_of(" \n") + 1);
    text = text.substr(text.rfind('\n') + 1);
    const std::string name = refusal.file.substr(refusal.file.rfind('/') + 1);
    if (name.empty() || text.find(name) != std::string::npos) {
        return text;
    }
    return name + (refusal.line > 0 ? ", line " + std::to_string(refusal.line) : "") + ": " + text;
}

}  // namespace

ControlThread::ControlThread(ScriptHost::Options options)
    : options_(std::move(options)), watchdog_(options_.offline ? offline_watchdog_ns : watchdog_ns) {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0) {
        throw std::system_error(errno, std::generic_category(), "Cannot make the control thread's wake pipe");
    }
    wake_read_ = ipc::Descriptor(ends[0]);
    wake_write_ = ipc::Descriptor(ends[1]);
    thread_ = std::thread([this] { run(); });
}

ControlThread::~ControlThread() {
    stopping_.store(true);
    wake();
    thread_.join();
}

void ControlThread::wake() noexcept {
    const char byte = 0;
    [[maybe_unused]] const ssize_t written = ::write(wake_write_.get(), &byte, 1);  // full: it is awake already
}

Slot& ControlThread::add(const std::string& name, std::uint8_t channel, std::uint32_t tag) {
    auto seat = std::make_unique<Seat>();
    const std::lock_guard lock(seats_mutex_);
    seat->slot = std::make_unique<Slot>(Slot::Options{tag, name, channel, options_.sample_rate, options_.offline,
                                                      options_.pipelined, options_.transport, options_.swap},
                                        company_);
    seat->slot->wake_control = [this] { wake(); };
    seats_.push_back(std::move(seat));
    return *seats_.back()->slot;
}

void ControlThread::remove(Slot& slot) {
    std::unique_ptr<Seat> gone;
    const std::lock_guard lock(seats_mutex_);
    const auto at =
        std::find_if(seats_.begin(), seats_.end(), [&](const auto& seat) { return seat->slot.get() == &slot; });
    if (at != seats_.end()) {
        gone = std::move(*at);
        seats_.erase(at);
    }
}

std::vector<Message> ControlThread::take_messages() {
    const std::lock_guard lock(messages_mutex_);
    std::vector<Message> taken(messages_.begin(), messages_.end());
    messages_.clear();
    messages_bytes_ = 0;
    if (messages_dropped_ > 0) {
        Message message;
        message.type = Message::Type::warning;
        message.text = std::to_string(messages_dropped_) + " lines were dropped: nobody read them in time.";
        taken.push_back(message);
        messages_dropped_ = 0;
    }
    return taken;
}

void ControlThread::say(Message message) {
    const std::lock_guard lock(messages_mutex_);
    const std::size_t bytes = message.text.size() + message.file.size();
    if (messages_.size() == max_messages || messages_bytes_ + bytes > options_.most_message_bytes) {
        ++messages_dropped_;
        return;
    }
    messages_bytes_ += bytes;
    messages_.push_back(std::move(message));
}

// ---- the thread ----------------------------------------------------------------------------------------------------

void ControlThread::run() {
    while (!stopping_.load()) {
        wait_for_news();
        const std::lock_guard lock(seats_mutex_);
        for (const auto& seat : seats_) {
            serve(*seat);
            if (seat->current != nullptr) {
                ask_for_priority(*seat->current);
            }
        }
        share_cores();
    }
}

void ControlThread::wait_for_news() {
    std::vector<pollfd> watched{{wake_read_.get(), POLLIN, 0}};
    {
        const std::lock_guard lock(seats_mutex_);
        for (const auto& seat : seats_) {
            for (const auto& link : seat->links) {
                if (!link->dead()) {
                    watched.push_back({link->slow_descriptor(), POLLIN, 0});
                    watched.push_back({link->exit_descriptor(), POLLIN, 0});
                }
            }
        }
    }
    constexpr int rhythm_ms = 10;  // the watchdog's and the retire queues' rhythm
    ::poll(watched.data(), watched.size(), rhythm_ms);
    std::array<char, 64> bytes;
    while (::read(wake_read_.get(), bytes.data(), bytes.size()) > 0) {
    }
}

void ControlThread::serve(Seat& seat) {
    take_orders(seat);
    watch_files(seat);
    for (const auto& link : seat.links) {
        hear(seat, *link);
    }
    follow_loading(seat);
    seat.slot->pass_text(seat.current);
    seat.slot->count_figures();
    for (const auto& link : seat.links) {
        seat.slot->pass_left_out(*link);
    }
    watch_links(seat);
    while (Link* link = seat.slot->take_retired()) {
        if (link == seat.current && !link->dead()) {  // let go because it was condemned
            const char* reason = link->condemned();
            link_ended(seat, *link, reason != nullptr ? reason : "it was let go");
        }
        drop(seat, link);
    }
    tell_of_swap(seat);
    restart_when_due(seat);
}

void ControlThread::hear(Seat& seat, Link& link) {
    std::vector<Message> messages;
    link.read_slow_lane(messages);
    for (Message& message : messages) {
        say(std::move(message));
    }
    if (std::string reason = link.take_bypass(); !reason.empty()) {
        seat.slot->add_reason(std::move(reason));
    }
    if (std::string saved = link.take_saved(); !saved.empty() && &link == seat.current) {
        seat.slot->keep_saved(link.options.scripts, saved);
    }
    if (auto late = link.dead() ? std::nullopt : link.late_report.look(link, ipc::now_ns())) {
        late->slot = seat.slot->id();
        say(std::move(*late));
    }
    for (const PanelNews& news : link.take_panel_news()) {
        if (&link == seat.current) {
            seat.slot->hear_panel(news);
        }
    }
}

void ControlThread::take_orders(Seat& seat) {
    const Slot::Order order = seat.slot->take_order();
    if (order.type == Slot::Order::Type::none) {
        return;
    }
    seat.restart_at_ns = 0;
    seat.quick_deaths = 0;
    drop(seat, seat.loading);
    seat.loading = nullptr;
    if (order.type == Slot::Order::Type::load) {
        start_loading(seat, order);
        return;
    }
    seat.current = nullptr;
    seat.scripts.clear();
    seat.files.watch({});
    drop(seat, seat.slot->publish(nullptr));
    const bool bypass = order.type == Slot::Order::Type::bypass;
    seat.slot->finish_order(bypass ? SlotState::bypassed : SlotState::empty, "");
}

void ControlThread::start_loading(Seat& seat, const Slot::Order& order) {
    seat.began_ns = ipc::now_ns();
    seat.asked_ns = seat.posted_ns = 0;
    seat.scripts = order.scripts;
    seat.left_out = order.left_out;
    seat.values = order.values;
    seat.files.watch(order.scripts);
    LinkOptions link;
    link.child_program = options_.child_program;
    link.package_path = options_.package_path;
    link.transport = seat.slot->wanted_transport();
    link.scripts = order.scripts;
    link.left_out = order.left_out;
    link.sample_rate = options_.sample_rate;
    link.seed = options_.seed;
    link.slot = seat.slot->id();
    link.channel = seat.slot->options().channel;
    link.keep_prints = options_.offline;
    link.prewake_guard_ns = options_.offline ? std::nullopt : options_.prewake_guard_ns;
    link.memory_limit = options_.memory_limit;
    link.values = order.values;
    link.presets = seat.slot->presets();
    link.restored = order.restored;
    link.saved = seat.slot->saved_of(order.scripts);
    try {
        seat.links.push_back(std::make_unique<Link>(link));
        seat.loading = seat.links.back().get();
    } catch (const std::exception& error) {
        Message refusal;
        refusal.text = error.what();
        refusal.file = order.scripts.front();
        finish_loading(seat, SlotState::failed, refusal);
    }
}

void ControlThread::follow_loading(Seat& seat) {
    Link* link = seat.loading;
    if (link == nullptr) {
        return;
    }
    Message refusal;
    refusal.file = link->options.scripts.front();
    const std::string name = names_of(link->options.scripts);
    if (link->stage() == Link::Stage::ready) {
        seat.files.add(link->files);
        if (!hand_over(seat, *link)) {
            return;
        }
        const bool restarted = !seat.restart_reason.empty();
        const std::int64_t took = (ipc::now_ns() - link->started_ns) / ms;
        link->watchdog = &watchdog_;
        watchdog_.add(link->watched, restarted);
        seat.loading = nullptr;
        seat.restart_at_ns = 0;
        Link* never_taken = seat.slot->publish(link);
        seat.current = link;
        drop(seat, never_taken);
        Message notice;
        notice.type = Message::Type::notice;
        notice.slot = seat.slot->id();
        notice.file = link->options.scripts.front();
        notice.text = name + (restarted ? " restarted in " : " ready in ") + std::to_string(took) + " ms";
        seat.restart_reason.clear();
        if (seat.swapping == nullptr) {
            say(notice);
        }
        seat.slot->finish_order(SlotState::live, "");
        return;
    }
    if (link->stage() == Link::Stage::refused) {
        refusal = link->refusal;
    } else if (const char* reason = link->condemned()) {
        refusal.text = name + " was not loaded: " + reason + ".";
    } else if (const auto exit = link->poll_exit()) {
        refusal.text = name + " ended while it was loaded: " + exit->describe() + ".";
    } else if (ipc::now_ns() - link->started_ns > loading_limit_ns) {
        refusal.text = name + " did not get ready within 30 seconds: what it does at module level takes too long.";
    } else {
        return;
    }
    seat.loading = nullptr;
    drop(seat, link);
    finish_loading(seat, SlotState::failed, refusal);
}

void ControlThread::finish_loading(Seat& seat, SlotState state, Message& refusal) {
    refusal.type = Message::Type::error;
    refusal.slot = seat.slot->id();
    // A script that does not load leaves the one before it playing.
    const bool old_plays = seat.current != nullptr && !seat.current->dead();
    seat.restart_reason.clear();
    say(refusal);  // before the order ends: who waited for it finds the message
    seat.slot->finish_order(old_plays ? SlotState::live : state, sentence_of(refusal));
}

void ControlThread::drop(Seat& seat, Link* link) {
    if (link == nullptr) {
        return;
    }
    if (seat.current == link) {
        seat.current = nullptr;
    }
    if (seat.swapping == link) {
        seat.swapping = nullptr;
    }
    std::erase_if(seat.links, [&](const auto& owned) { return owned.get() == link; });
}

void ControlThread::watch_links(Seat& seat) {
    const std::int64_t now = ipc::now_ns();
    for (const auto& link : seat.links) {
        if (link->dead() || link.get() == seat.loading) {
            continue;
        }
        if (const char* reason = link->condemned()) {
            link->end_reason = reason;
            link->kill();
        }
        if (const auto exit = link->poll_exit()) {
            const std::string how = link->end_reason.empty() ? exit->describe() : link->end_reason;
            link->mark_dead();
            hear(seat, *link);  // what it wrote between the last look and its end
            if (link.get() == seat.current) {
                link_ended(seat, *link, how);
            }
        }
    }
    if (seat.quick_deaths > 0 && seat.current != nullptr && now - seat.current->started_ns > healthy_after_ns) {
        seat.quick_deaths = 0;
    }
}

void ControlThread::link_ended(Seat& seat, Link& link, const std::string& how) {
    const std::string name = names_of(link.options.scripts);
    Message message;
    message.type = Message::Type::error;
    message.slot = seat.slot->id();
    message.file = link.options.scripts.front();
    const Place place = link.last_place();
    const std::string where = place.sentence();
    const std::string reason = where.empty() ? how : how + ": " + where;
    if (std::ranges::find(link.options.scripts, place.file) != link.options.scripts.end()) {
        message.file = place.file;
        message.line = place.line;
    }
    seat.slot->add_reason(reason);
    seat.current = nullptr;
    ++seat.quick_deaths;
    if (seat.quick_deaths >= quick_deaths_until_failed) {
        message.text = name + " ended again (" + reason + ") and is not restarted any more: save it to try anew.";
        seat.slot->set_control_state(SlotState::failed);
    } else {
        message.text = name + " ended (" + reason + "); it is restarted, its input passes meanwhile.";
        seat.slot->set_control_state(SlotState::restarting);
        seat.restart_at_ns = ipc::now_ns() + back_off(seat.quick_deaths);
        seat.restart_reason = reason;
        seat.slot->restarts.fetch_add(1);
    }
    if (place.text.find('\n') != std::string::npos) {
        message.text += "\nIt was at\n" + place.text;
    }
    say(message);
}

void ControlThread::restart_when_due(Seat& seat) {
    if (seat.restart_at_ns == 0 || ipc::now_ns() < seat.restart_at_ns || seat.loading != nullptr) {
        return;
    }
    seat.restart_at_ns = 0;
    start_loading(seat, seat.slot->restart_order());
}

}  // namespace outboard::scripting
