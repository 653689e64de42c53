// Rig: a host with one slot and a hand-cranked engine of blocks, for tests of the facade with a real child.
#pragma once

#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "ipc/clock.h"
#include "scripting/script_host.h"

namespace outboard::scripting::testing {

/// A folder that is gone with the test.
class Folder {
public:
    Folder() {
        std::string pattern = (std::filesystem::temp_directory_path() / "outboard-test-XXXXXX").string();
        path_ = ::mkdtemp(pattern.data());
    }
    ~Folder() { std::filesystem::remove_all(path_); }
    std::string write(const std::string& name, const std::string& text) const {
        const auto file = path_ / name;
        std::ofstream(file) << text;
        return file.string();
    }
    const std::filesystem::path& path() const { return path_; }

private:
    std::filesystem::path path_;
};

inline ScriptHost::Options options(const std::string& transport = "shm", bool offline = true) {
    ScriptHost::Options options;
    options.transport = transport;
    options.offline = offline;
    return options;
}

class Rig {
public:
    explicit Rig(ScriptHost::Options with = options())
        : offline_(with.offline), host(with), slot(host.add_slot("test", 0)) {
        clock.sample_rate = with.sample_rate;
    }

    void load(const std::string& path, ParameterValues values = {}) {
        slot.load(path, std::move(values));
        if (const auto failure = slot.wait_loaded(std::chrono::seconds(20))) {
            throw std::runtime_error(*failure);
        }
    }

    /// Runs one block with the events of `input` that lie in it; returns what came out.
    std::vector<Event> block(std::uint32_t frames, const std::vector<Event>& input = {}) {
        BlockInfo info;
        info.number = number_++;
        info.start = now;
        info.frames = frames;
        info.callback_start_ns = ipc::now_ns();
        info.clock = &clock;
        info.sysex = sysex;
        slot.begin(info);
        for (const Event& event : input) {
            if (event.time >= now && event.time < now + frames) {
                slot.push(event);
            }
        }
        if (before_post) {
            before_post();
        }
        slot.post();
        if (before_tick) {
            before_tick();
        }
        if (period_ns > 0) {
            slot.tick(info.callback_start_ns + period_ns);
        }
        const std::int64_t wait = offline_ ? 10'000'000'000 : deadline_ns;
        const auto output = slot.collect(ipc::now_ns() + wait);
        now += frames;
        return {output.begin(), output.end()};
    }

    /// Runs blocks up to sample `end`.
    std::vector<Event> run(std::int64_t end, std::uint32_t frames, const std::vector<Event>& input) {
        std::vector<Event> all;
        while (now < end) {
            const auto length = static_cast<std::uint32_t>(std::min<std::int64_t>(frames, end - now));
            const auto some = block(length, input);
            all.insert(all.end(), some.begin(), some.end());
            if (!offline_) {
                std::this_thread::sleep_for(std::chrono::microseconds(length * 1'000'000LL / 48000));
            }
        }
        return all;
    }

    ClockMap clock;
    std::int64_t now = 0;
    std::int64_t deadline_ns = 2'000'000'000;
    std::int64_t period_ns = 0;  ///< of the blocks, when they come in a rhythm
    std::function<void()> before_post, before_tick;
    const SysexSource* sysex = nullptr;  ///< who has the bytes of input events

private:
    bool offline_;
    std::uint64_t number_ = 0;

public:
    ScriptHost host;
    ScriptSlot& slot;
};

inline Event note_on(std::int64_t time, int key, int velocity = 100, int channel = 0) {
    return event_from_midi(time, 0, static_cast<std::uint8_t>(0x90 | channel), static_cast<std::uint8_t>(key),
                           static_cast<std::uint8_t>(velocity));
}
inline Event note_off(std::int64_t time, int key, int velocity = 30, int channel = 0) {
    return event_from_midi(time, 0, static_cast<std::uint8_t>(0x80 | channel), static_cast<std::uint8_t>(key),
                           static_cast<std::uint8_t>(velocity));
}
inline Event control(std::int64_t time, int cc, int value, int channel = 0) {
    return event_from_midi(time, 0, static_cast<std::uint8_t>(0xB0 | channel), static_cast<std::uint8_t>(cc),
                           static_cast<std::uint8_t>(value));
}

/// "time:bytes", for comparing event lists as text.
inline std::vector<std::string> words(const std::vector<Event>& events) {
    std::vector<std::string> all;
    for (const Event& event : events) {
        char text[64];
        std::snprintf(text, sizeof text, "%lld:%02x.%d.%d", static_cast<long long>(event.time), event.data[0],
                      event.data[1], event.data[2]);
        all.emplace_back(text);
    }
    return all;
}

}  // namespace outboard::scripting::testing
