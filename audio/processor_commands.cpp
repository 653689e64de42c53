// The audio thread's reading of the control side's commands.
#include <algorithm>
#include <variant>

#include "audio/processor.h"

namespace outboard::audio {

Processor::Entries Processor::entries() const noexcept {
    return tracks_ == nullptr ? Entries{} : Entries{tracks_->entries};
}

const TrackEntry* Processor::find(std::uint32_t track) const noexcept {
    for (const TrackEntry& entry : entries()) {
        if (entry.track->id() == track) {
            return &entry;
        }
    }
    return nullptr;
}

/// One function per command. What the sequencer is told takes effect at the first sample of the next block.
struct Processor::Taker {
    Processor& self;

    void operator()(std::monostate) const noexcept {}
    void operator()(const command::TakeTracks& command) const noexcept { self.take_tracks(*command.list); }
    void operator()(const command::TakeSong& command) const noexcept {
        self.song_ = command.song;
        self.sequencer_.set_song(command.song);
        self.published.song_taken.store(command.generation, std::memory_order_release);
    }
    void operator()(const command::Play&) const noexcept { self.sequencer_.play(); }
    void operator()(const command::Stop&) const noexcept { self.sequencer_.stop(); }
    void operator()(const command::Seek& command) const noexcept { self.sequencer_.seek(command.beat); }
    void operator()(const command::Tempo& command) const noexcept { self.sequencer_.set_tempo(command.bpm); }
    void operator()(const command::Loop& command) const noexcept { self.sequencer_.set_loop(command.on); }
    void operator()(const command::Panic&) const noexcept {
        self.live.panic();
        for (const TrackEntry& entry : self.entries()) {
            entry.track->panic = true;
            entry.track->forget_keys();
        }
    }
    void operator()(const command::Master& command) const noexcept { self.master_.set({command.gain, command.gain}); }
    void operator()(const command::Arm& command) const noexcept { self.armed_ = command.track; }
    void operator()(const command::Key& command) const noexcept {
        self.live.key(command.status, command.key, command.velocity);
    }
    void operator()(const command::SetControls& command) const noexcept {
        if (const TrackEntry* const entry = self.find(command.track)) {
            entry->track->set_controls(command.controls);
        }
    }
    void operator()(const command::MoveStrip& command) const noexcept {
        if (const TrackEntry* const entry = self.find(command.track)) {
            entry->track->move_strip(command.what, command.value);
        }
    }
    void operator()(const command::ChooseProgram& command) const noexcept {
        if (const TrackEntry* const entry = self.find(command.track)) {
            entry->track->choose_program(*entry->instrument);
        }
    }
    void operator()(const command::SetParameter& command) const noexcept { self.take_parameter(command); }
};

void Processor::take_commands() noexcept {
    parameter_count_ = 0;
    // A full list of parameter changes, and a track that fades out in this callback, leave the rest for the next one.
    while (parameter_count_ < parameters_.size()) {
        const Command* const next = commands_.front();
        if (next == nullptr) {
            return;
        }
        const Command command = *next;
        commands_.drop_front();
        std::visit(Taker{*this}, command);
        if (std::holds_alternative<command::TakeTracks>(command) && any_leaving()) {
            return;
        }
    }
}

bool Processor::any_leaving() const noexcept {
    return std::any_of(entries().begin(), entries().end(), [](const TrackEntry& entry) { return entry.leaving; });
}

void Processor::take_tracks(const TrackList& list) noexcept {
    const Entries before = entries();
    tracks_ = &list;
    for (const TrackEntry& entry : entries()) {
        const bool known = std::any_of(before.begin(), before.end(),
                                       [&entry](const TrackEntry& old) { return old.instrument == entry.instrument; });
        if (!known) {
            entry.instrument->set_sysex_source(entry.track.get());
            entry.track->choose_program(*entry.instrument);
        }
    }
    published.tracks_taken.store(list.generation, std::memory_order_release);
}

void Processor::take_parameter(const command::SetParameter& command) noexcept {
    const TrackEntry* const entry = find(command.track);
    if (entry == nullptr || entry->track->slot().generation() != command.generation) {
        return;  // the script that it was meant for is gone; the new one was given the value when it was loaded
    }
    const auto used = parameters_.begin() + static_cast<std::ptrdiff_t>(parameter_count_);
    const auto same = std::find_if(parameters_.begin(), used, [&](const ParameterChange& change) {
        return change.track == command.track && change.index == command.index;
    });
    *same = {command.track, command.index, command.value};
    parameter_count_ += same == used ? 1 : 0;
}

}  // namespace outboard::audio
