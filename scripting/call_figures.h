// CallFigures: what the audio thread measures of each call, and the probes in which it is counted.
//
// The probes are histograms of 370 KB together, and a call is counted in fifty lines on thirty pages of them. They are
// cold when a script is called a few times a second, and the callback would spend more on counting than on all else
// that it does for the call. So it only notes: one cache line for the call and one for its answer, written and not
// read. They are counted by whoever asks for figures, and by the control thread in its rhythm. Without that for a
// second or more, newer notes are lost; offline nothing is, since the thread that renders then counts itself.
#pragma once

#include <array>
#include <cstdint>
#include <mutex>

#include "ipc/probe.h"
#include "scripting/script_slot.h"
#include "scripting/spsc_queue.h"

namespace outboard::scripting {

class CallFigures {
public:
    explicit CallFigures(bool offline) : offline_(offline) {}

    // All times in ns; [rt].
    struct Answer {
        std::int64_t wait = 0, decode = 0, python = 0, encode = 0;  ///< the child's, `wait` from the post on
        std::int64_t returned = 0;                                  ///< from the child's end to the callback's notice
        std::int64_t apply = 0;
    };
    void note_answer(const Answer& answer) noexcept {
        note({Of::answer, {answer.wait, answer.decode, answer.python, answer.encode, answer.returned, answer.apply}});
    }
    /// A block in which the script was called: until it was posted; all of the slot's work; that without the time in
    /// which the callback waited for a script at work.
    void note_block(std::int64_t encode, std::int64_t scripting, std::int64_t hop) noexcept {
        note({Of::block, {encode, scripting, hop}});
    }
    void note_audio_answer(std::int64_t wait, std::int64_t busy) noexcept { note({Of::audio_answer, {wait, busy}}); }
    void note_audio_block(std::int64_t hop) noexcept { note({Of::audio_block, {hop}}); }
    void note_second() noexcept { note({Of::second, {}}); }

    // ---- any thread but the audio thread
    void count();
    void reset();
    /// Counts, and fills in what the probes say.
    void read(SlotFigures& figures);

private:
    enum class Of : std::uint64_t { answer, block, audio_answer, audio_block, second };
    struct alignas(64) Note {
        Of of = Of::second;
        std::array<std::int64_t, 7> ns{};
    };
    static constexpr std::size_t most_notes = 4096;

    void note(const Note& note) noexcept {
        if (!notes_.push(note) && offline_) {
            count();
            notes_.push(note);
        }
    }
    void count_notes();  ///< with the mutex
    [[nodiscard]] std::array<ipc::Probe*, 13> probes() noexcept {
        return {&encode_, &wait_,      &busy_, &decode_,     &python_,     &child_encode_, &returned_,
                &apply_,  &scripting_, &hop_,  &audio_wait_, &audio_busy_, &audio_hop_};
    }

    const bool offline_;
    SpscQueue<Note> notes_{most_notes};
    std::mutex mutex_;
    ipc::Probe encode_, wait_, busy_, decode_, python_, child_encode_, returned_, apply_, scripting_, hop_, audio_wait_,
        audio_busy_, audio_hop_;
};

}  // namespace outboard::scripting
