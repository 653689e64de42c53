#include "audio/midi_capture.h"

#include <chrono>
#include <stdexcept>
#include <utility>

#include <fmt/format.h>

#include "audio/midi_file_writer.h"
#include "audio/temporary_file.h"

namespace outboard::audio {

MidiCapture::MidiCapture(std::string path, std::shared_ptr<const Song> song, double sample_rate, std::int64_t origin)
    : path_(std::move(path)), song_(std::move(song)), sample_rate_(sample_rate), origin_(origin) {
    { const TemporaryFile writable(path_); }  // a wrong name is told before the performance, not after it
    thread_ = std::thread([this] { run(); });
}

MidiCapture::~MidiCapture() {
    ending_ = true;
    if (thread_.joinable()) {
        thread_.join();
    }
}

void MidiCapture::push(std::span<const scripting::Event> events) noexcept {
    for (const scripting::Event& event : events) {
        const bool written = scripting::is_midi(event.kind) && event.kind != scripting::Kind::sysex;
        if (written && !queue_.push(event)) {
            missing_.fetch_add(1, std::memory_order_relaxed);
        }
    }
}

void MidiCapture::drain() {
    for (scripting::Event event; queue_.pop(event);) {
        event.time -= origin_;
        events_.push_back(event);
    }
}

void MidiCapture::run() {
    while (!ending_) {
        drain();
        // The audio thread must not wake anybody, so this one looks by itself: 50 times a second.
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    drain();
}

void MidiCapture::finish() {
    ending_ = true;
    thread_.join();
    sort_by_time(events_);
    write_midi_file(path_, *song_, events_, sample_rate_);
    if (const std::uint64_t missing = missing_.load(); missing > 0) {
        throw std::runtime_error(fmt::format(
            "{} events are missing in {}: they came faster than they could be taken down.", missing, path_));
    }
}

}  // namespace outboard::audio
