// ControlThread: the sole spawner. It starts children, reads their slow lanes, sees them end, restarts and retires
// them. It lives as long as the host.
#pragma once

#include <atomic>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "scripting/link.h"
#include "scripting/script_host.h"
#include "scripting/slot.h"
#include "scripting/watchdog.h"
#include "scripting/watched_files.h"

namespace outboard::scripting {

class ControlThread {
public:
    explicit ControlThread(ScriptHost::Options options);
    ~ControlThread();

    /// The slot lives until remove() or the end of this object. Any control-side thread.
    Slot& add(const std::string& name, std::uint8_t channel, std::uint32_t tag);
    void remove(Slot& slot);
    std::vector<Message> take_messages();
    void set_callback_thread(const CallbackThread& thread);

private:
    struct Seat {  ///< a slot with the links that belong to it
        std::unique_ptr<Slot> slot;
        std::vector<std::unique_ptr<Link>> links;  ///< loading, published, taken, or on their way out
        Link* loading = nullptr;
        Link* current = nullptr;  ///< the last one published
        int quick_deaths = 0;
        std::int64_t restart_at_ns = 0;  ///< 0: none planned
        std::string restart_reason;
        // What was loaded last, whether it became live or not.
        Scripts scripts;
        std::uint32_t left_out = 0;
        ParameterValues values;
        std::int64_t began_ns = 0;  ///< of that: the order, or the saved file
        WatchedFiles files;
        std::int64_t files_seen_ns = 0;
        // A swap under way (control_swap.cpp).
        std::int64_t asked_ns = 0, posted_ns = 0;  ///< the old child is asked for what it keeps; 0: not
        Link* swapping = nullptr;                  ///< published while another one played, and not yet told of
        std::uint64_t adoptions_before = 0;
    };

    void run();
    void wait_for_news();
    void wake() noexcept;
    void serve(Seat& seat);
    /// Reads what a child wrote on its slow lane.
    void hear(Seat& seat, Link& link);
    void take_orders(Seat& seat);
    void start_loading(Seat& seat, const Slot::Order& order);
    void follow_loading(Seat& seat);
    void finish_loading(Seat& seat, SlotState state, Message& refusal);
    void drop(Seat& seat, Link* link);
    void watch_files(Seat& seat);
    bool hand_over(Seat& seat, Link& link);
    void tell_of_swap(Seat& seat);
    void watch_links(Seat& seat);
    void link_ended(Seat& seat, Link& link, const std::string& how);
    void restart_when_due(Seat& seat);
    void ask_for_priority(Link& link);
    void share_cores();
    void set_prewake(Link& link, bool allowed);
    void stop_prewaking();
    void keep_in_place(Link& link);
    void join_server(const Seat& first);
    void say(Message message);

    const ScriptHost::Options options_;
    ipc::Descriptor wake_read_, wake_write_;
    Slot::Company company_;  ///< the audio thread's
    Watchdog watchdog_;      ///< outlives the links, which leave it when they end
    std::mutex seats_mutex_;
    std::vector<std::unique_ptr<Seat>> seats_;
    std::mutex messages_mutex_;
    std::deque<Message> messages_;
    std::uint64_t messages_dropped_ = 0;
    std::size_t messages_bytes_ = 0;  ///< of text that waits
    CallbackThread callback_;         ///< with seats_mutex_
    /// When it was last looked at on which cores children poll; the blocks up to then, as the first of them knows them.
    struct CoreLook {
        std::int64_t pid = 0, at_ns = 0;
        std::uint64_t ticks = 0, gaps = 0;
    } core_look_;
    bool joined_server_ = false;  ///< since the callback's thread is known
    std::atomic<bool> stopping_{false};
    std::thread thread_;
};

}  // namespace outboard::scripting
