#include "app/real_time_check.h"

#include <sched.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <optional>
#include <thread>

#include <fmt/format.h>

#include "app/live.h"
#include "ipc/clock.h"

namespace outboard::app {
namespace {

namespace fs = std::filesystem;

constexpr int trial_priority = 40;

/// Why real-time priority is refused; nothing if it is granted.
std::optional<std::string> refusal_of_priority() {
    int error = 0;
    std::thread([&error] {
        const sched_param parameters{trial_priority};
        error = pthread_setschedparam(pthread_self(), SCHED_FIFO, &parameters);
    }).join();
    return error == 0 ? std::nullopt : std::optional<std::string>(std::strerror(error));
}

/// How late a thread runs after the moment that it asked to be woken at, as a sound card's callback is.
std::string wake_up_text(bool realtime) {
    constexpr int rounds = 150;
    std::vector<double> late_us;
    std::thread([&] {
        if (realtime) {
            const sched_param parameters{trial_priority};
            pthread_setschedparam(pthread_self(), SCHED_FIFO, &parameters);
        }
        for (int i = 0; i < rounds; ++i) {
            const std::int64_t due = ipc::now_ns() + 1'500'000;
            const timespec until{due / 1'000'000'000, due % 1'000'000'000};
            clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, nullptr);
            late_us.push_back(static_cast<double>(ipc::now_ns() - due) / 1000);
        }
    }).join();
    std::sort(late_us.begin(), late_us.end());
    return fmt::format("median {:.0f} µs, 99 % within {:.0f} µs, longest {:.0f} µs ({})", late_us[rounds / 2],
                       late_us[rounds * 99 / 100], late_us.back(), realtime ? "real-time" : "normal priority");
}

std::string policy_text(const scripting::CallbackThread& thread) {
    const char* name = thread.policy == SCHED_FIFO ? "SCHED_FIFO" : thread.policy == SCHED_RR ? "SCHED_RR" : nullptr;
    if (name == nullptr) {
        return "normal priority: scripts have it, too, and are not awake before they are called";
    }
    return fmt::format(
        "{} {}{}", name, thread.priority,
        thread.realtime() ? fmt::format(", scripts {}", thread.priority - 1) : ": no room below it for scripts");
}

/// The policy that the device's own thread has in its callback.
std::string callback_text() {
    try {
        Live live({}, {});
        live.start();
        const auto thread = live.device().callback_thread();
        const std::string device = live.device().host_api();
        live.device().stop();
        return thread ? fmt::format("{}: {}", device, policy_text(*thread))
                      : fmt::format("{}: it was not called within a second", device);
    } catch (const std::exception& error) {
        return fmt::format("not seen: {}", error.what());
    }
}

std::string first_line(const fs::path& file) {
    std::ifstream in(file);
    std::string line;
    std::getline(in, line);
    return line;
}

std::string governor_text() {
    const std::string governor = first_line("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor");
    if (governor.empty()) {
        return "the system does not say (a virtual machine?)";
    }
    return governor == "performance" ? governor : governor + ": 'performance' avoids the time that speeding up takes";
}

std::string idle_text() {
    std::string deepest;
    long longest_us = -1;
    std::error_code ignored;
    for (fs::directory_iterator at("/sys/devices/system/cpu/cpu0/cpuidle", ignored), end; !ignored && at != end;
         at.increment(ignored)) {
        if (first_line(at->path() / "disable") == "1") {
            continue;
        }
        const long latency_us = std::strtol(first_line(at->path() / "latency").c_str(), nullptr, 10);
        if (latency_us > longest_us) {
            longest_us = latency_us;
            deepest = first_line(at->path() / "name");
        }
    }
    return longest_us < 0 ? "the system does not say"
                          : fmt::format("deepest {}, waking from it takes {} µs", deepest, longest_us);
}

std::string throttling_text() {
    const long runtime = std::strtol(first_line("/proc/sys/kernel/sched_rt_runtime_us").c_str(), nullptr, 10);
    const long period = std::strtol(first_line("/proc/sys/kernel/sched_rt_period_us").c_str(), nullptr, 10);
    if (period <= 0) {
        return "the system does not say";
    }
    return runtime < 0 ? "off: a real-time thread that loops stops the machine"
                       : fmt::format("real-time threads get {} % of each {} ms", 100 * runtime / period, period / 1000);
}

struct MemoryLock {
    bool enough = false;
    std::string text;
};

MemoryLock memory_lock() {
    // Two rings of 1 MiB, in this process; in the script's, these and what Python and its modules have in memory.
    constexpr std::size_t here = 3 << 20;
    constexpr std::size_t there = 24 << 20;
    rlimit limit{};
    getrlimit(RLIMIT_MEMLOCK, &limit);
    void* memory = ::mmap(nullptr, here, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    const bool locked = memory != MAP_FAILED && ::mlock(memory, here) == 0;
    if (memory != MAP_FAILED) {
        ::munmap(memory, here);
    }
    const bool privileged = ::geteuid() == 0;
    const bool unlimited = limit.rlim_cur == RLIM_INFINITY;
    const std::string most = unlimited || privileged ? "any amount" : fmt::format("{} MiB", limit.rlim_cur >> 20);
    MemoryLock found;
    found.enough = locked && (unlimited || privileged || limit.rlim_cur >= there);
    found.text = fmt::format("{} may be locked; a script needs {} MiB here and about {} MiB in its process{}", most,
                             here >> 20, there >> 20, found.enough ? "" : ": the rest may be swapped out");
    return found;
}

}  // namespace

std::vector<std::pair<std::string, std::string>> real_time_rows() {
    const auto refused = refusal_of_priority();
    const MemoryLock memory = memory_lock();
    std::vector<std::pair<std::string, std::string>> rows{
        {"real-time priority", refused ? fmt::format("no ({})", *refused) : "yes: threads may have SCHED_FIFO"},
        {"callback", callback_text()},
        {"wake-up delay", wake_up_text(!refused)},
        {"real-time limit", throttling_text()},
        {"governor", governor_text()},
        {"idle states", idle_text()},
        {"memory lock", memory.text},
        {"cores", fmt::format("{}; {} script(s) at a time may be awake before they are called",
                              scripting::usable_cores(), std::max(scripting::usable_cores() - 1, 0))}};
    if (refused || !memory.enough) {
        rows.emplace_back("to get the rest",
                          "printf '@audio - rtprio 95\\n@audio - memlock unlimited\\n' | sudo tee "
                          "/etc/security/limits.d/audio.conf && sudo usermod -aG audio $USER   (then log in again)");
    }
    return rows;
}

}  // namespace outboard::app
