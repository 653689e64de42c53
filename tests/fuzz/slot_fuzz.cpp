// The host's handling of answers: a real Slot and NoteLedger, block after block, against a child that answers whatever
// the fuzzer says, and another that takes over from it while it comes to its end. The children's processes are real and
// do nothing; their ends of the block lanes are in the fuzzer's hands.
//
// Whatever is answered: what comes out of a block is MIDI in time order inside the block, an end belongs to a note that
// sounds, every event gets its outcome, and when all is over nothing sounds.
#include <array>
#include <cmath>
#include <numeric>
#include <set>

#include "input.h"
#include "ipc/clock.h"
#include "scripting/slot.h"
#include "side.h"

using namespace outboard;
using namespace outboard::scripting;
using fuzz::Side;

namespace {

/// The one that plays first, and the one that takes over from it.
std::array<Side, 2>& sides_of(bool over_pipe) {
    static std::array<Side, 2> sides[2]{{{Side("shm"), Side("shm")}}, {{Side("pipe"), Side("pipe")}}};
    return sides[over_pipe ? 1 : 0];
}

class Session {
public:
    explicit Session(fuzz::Input& input)
        : input_(input),
          sides_(sides_of(input.below(2) == 0)),
          slot_({0, "fuzz", 0, 48000, false, input.below(4) == 0, refreshed(sides_)}, company_) {
        slot_.wake_control = [] {};
        slot_.set_swap_moment(input.below(2) == 0 ? SwapMoment::block : SwapMoment::beat);
        for (Side& side : sides_) {
            side.last_sequence = 0;
            side.link()->handles = input.take<std::uint64_t>() | (input.below(2) == 0 ? 0xFE : 0);
        }
    }

    void run() {
        clock_.points[0].playing = input_.below(2) == 0;
        slot_.publish(sides_[0].link());
        for (int blocks = 0; blocks < 200 && !input_.empty(); ++blocks) {
            block();
        }
        std::vector<const Link*> taken{sides_[0].link()};
        for (Side& side : sides_) {
            if (input_.below(16) == 15) {
                side.link()->mark_dead();
            }
        }
        answer_all();  // a link that is taken out is let go when its answers are there
        if (const Link* untaken = slot_.publish(nullptr); next_published_ && untaken != sides_[1].link()) {
            taken.push_back(sides_[1].link());
        }
        for (int i = 0; i < 3; ++i) {
            begin();
            slot_.post();
            if (i == 2) {
                slot_.finish();
            }
            collect();
        }
        const SlotFigures figures = slot_.figures();
        FUZZ_CHECK(figures.events_pushed == pushed_);
        FUZZ_CHECK(figures.events_kept == 0 && figures.events_settled == pushed_);
        FUZZ_CHECK(sounding_.empty());
        FUZZ_CHECK(slot_.idle());
        while (const Link* retired = slot_.take_retired()) {
            FUZZ_CHECK(std::erase(taken, retired) == 1);
        }
        FUZZ_CHECK(taken.empty());
    }

private:
    /// The transport that both are on.
    static const char* refreshed(std::array<Side, 2>& sides) {
        for (Side& side : sides) {
            side.refresh();
            if (side.link()->lane() != sides[0].link()->lane()) {
                side.link()->change_lane();
                side.drain();
            }
        }
        return transports[sides[0].link()->lane()];
    }

    void begin() {
        BlockInfo info;
        info.number = number_++;
        info.start = now_ += info_frames_;
        info_frames_ = 32 << input_.below(4);
        info.frames = info_frames_;
        info.callback_start_ns = ipc::now_ns();
        if (input_.below(16) == 0) {
            clock_.points[0].tempo = 20 + input_.below(250);
        }
        info.clock = &clock_;
        slot_.begin(info);
    }

    void block() {
        begin();
        std::int64_t time = now_;
        for (std::uint32_t count = input_.below(5); count > 0; --count) {
            time += input_.below(16);
            const auto status = static_cast<std::uint8_t>(0x80 + input_.below(0x70));
            Event event = event_from_midi(time, static_cast<std::uint8_t>(input_.below(2)), status,
                                          static_cast<std::uint8_t>(60 + input_.below(4)), input_.take<std::uint8_t>());
            event.origin = ++pushed_;
            slot_.push(event);
        }
        if (input_.below(16) == 15) {
            slot_.set_transport(transports[input_.below(2)]);
        }
        if (input_.below(32) == 0) {
            slot_.panic();
        }
        if (input_.below(16) == 0) {
            slot_.set_parameter(input_.below(4), 0.5);
        }
        if (!next_published_ && input_.below(16) == 1) {
            swap();
        }
        slot_.post();
        answer_some();
        collect();
        answer_some();  // what was posted within the block, after a swap
    }

    void swap() {
        next_published_ = true;
        Link::Handover& handover = sides_[1].link()->handover;
        handover.from = sides_[0].link();
        handover.stay = input_.below(4);
        handover.wait = input_.below(4);
        handover.next = {input_.below(4), input_.below(4)};
        slot_.publish(sides_[1].link());
    }

    void answer_some() {
        for (Side& side : sides_) {
            side.drain();
            last_sequence_ = std::max(last_sequence_, side.last_sequence);
            for (std::size_t count = input_.below(4) == 0 ? 0 : side.posts.size(); count > 0; --count) {
                answer(side);
            }
        }
    }

    void answer(Side& side) {
        ipc::AnswerHead head = side.next_answer();
        head.acknowledged = input_.below(4) == 0 ? input_.take<std::uint32_t>() : last_sequence_ - input_.below(3);
        head.wake_sample = input_.below(4) == 0 ? input_.take<std::int64_t>() : INT64_MAX;
        if (input_.below(8) == 0) {  // all the rest as well; block and through are put right again, mostly
            const ipc::AnswerHead sound = head;
            head = input_.take<ipc::AnswerHead>();
            if (input_.below(8) != 0) {
                head.magic = sound.magic;
                head.major = sound.major;
                head.block = sound.block;
                head.through = sound.through;
            }
        }
        std::vector<ipc::Record> records;
        for (std::uint32_t count = input_.below(8); count > 0; --count) {
            records.push_back(input_.below(4) == 0 ? input_.take<ipc::Record>() : record());
        }
        if (input_.below(32) == 0) {
            records.resize(ipc::max_answer_records + input_.below(2), record());
        }
        side.send(head, records, input_.below(64) == 0 ? input_.below(300) : SIZE_MAX);
    }

    /// A record that a child could have meant.
    ipc::Record record() {
        static constexpr std::uint8_t kinds[] = {1,
                                                 1,
                                                 2,
                                                 3,
                                                 4,
                                                 5,
                                                 6,
                                                 7,
                                                 8,
                                                 wire::pass,
                                                 wire::pass,
                                                 wire::end_voice,
                                                 wire::end_all,
                                                 wire::set_end,
                                                 wire::sysex_bytes,
                                                 10,
                                                 0,
                                                 200,
                                                 wire::change_note,
                                                 wire::change_note,
                                                 wire::set_setting,
                                                 static_cast<std::uint8_t>(Kind::choke),
                                                 static_cast<std::uint8_t>(Kind::note_end),
                                                 wire::loop_over,
                                                 wire::left};
        ipc::Record record;
        record.kind = kinds[input_.below(sizeof kinds)];
        record.time = now_ + input_.take<std::int8_t>();
        record.sequence = last_sequence_ - static_cast<std::uint32_t>(input_.below(4)) + 1;
        record.voice = input_.below(8);
        record.size = static_cast<std::uint8_t>(input_.below(5));
        record.flags = static_cast<std::uint8_t>(input_.below(4));
        record.delay =
            input_.below(4) == 0 ? input_.take<std::int32_t>() : static_cast<std::int32_t>(input_.below(100));
        record.data[0] = input_.take<std::uint8_t>();
        if (record.kind == wire::change_note || record.kind == wire::set_setting) {
            record.data[0] %= 16;
            record.value[1] = input_.below(4) == 0 ? input_.take<double>() : static_cast<double>(input_.below(512));
            record.value[2] = input_.below(4) == 0 ? input_.take<double>() : -60;
        }
        record.data[1] = static_cast<std::uint8_t>(60 + input_.below(4));
        record.data[2] = input_.take<std::uint8_t>();
        record.value[0] = input_.below(4) == 0 ? input_.take<double>() : static_cast<double>(now_ + input_.below(256));
        return record;
    }

    void answer_rest() {
        for (Side& side : sides_) {
            side.drain();
            while (!side.posts.empty()) {
                side.send(side.next_answer(), {}, SIZE_MAX);
            }
        }
    }

    void answer_all() {
        for (int rounds = 0; rounds < 3; ++rounds) {
            begin();
            slot_.post();
            answer_rest();
            collect();
            answer_rest();  // what was posted within the block, after a swap
        }
        for (Side& side : sides_) {  // an answer that was refused: only its death ends the wait for it
            if (side.link()->watched.oldest_call_ns != 0) {
                side.link()->mark_dead();
            }
        }
    }

    void collect() {
        std::int64_t last = now_;
        for (const Event& event : slot_.collect(0)) {
            FUZZ_CHECK(event.time >= last && event.time < now_ + info_frames_);
            last = event.time;
            FUZZ_CHECK(event.channel < 16);
            if (event.kind == Kind::note_change || event.kind == Kind::setting) {
                FUZZ_CHECK(event.data[0] < (event.kind == Kind::setting ? settings : note_dimensions));
                FUZZ_CHECK(std::isfinite(event.value) && (event.kind == Kind::setting || event.note_id > 0));
                continue;
            }
            if (event.kind == Kind::note_expression) {
                FUZZ_CHECK(event.data[0] <= static_cast<std::uint8_t>(Expression::pressure) && event.data[1] < 0x80);
                FUZZ_CHECK(std::isfinite(event.tuning));
                continue;
            }
            if (event.kind == Kind::sysex) {
                const std::span<const std::uint8_t> bytes = slot_.sysex(event.blob);
                FUZZ_CHECK(std::accumulate(bytes.begin(), bytes.end(), std::uint64_t{0}) <= 255 * bytes.size());
                continue;
            }
            FUZZ_CHECK(event.kind != Kind::none && event.kind <= Kind::choke);
            FUZZ_CHECK(event.size >= 2 && event.size <= 3 && event.data[0] >= 0x80 && event.data[0] < 0xF0);
            FUZZ_CHECK(event.data[1] < 0x80 && event.data[2] < 0x80);
            FUZZ_CHECK(event.tuning == event.tuning && std::abs(event.tuning) <= std::numeric_limits<float>::max());
            if (event.kind == Kind::note_on) {
                FUZZ_CHECK(event.note_id > 0 && sounding_.insert(event.note_id).second);
            } else if (event.note_id >= 0) {
                FUZZ_CHECK(event.kind == Kind::note_off || event.kind == Kind::choke);
                FUZZ_CHECK(sounding_.erase(event.note_id) == 1);
                if (event.note_id % 2 == 0) {
                    ended_.push_back(event.note_id);
                }
            }
        }
        for (const std::int32_t note_id : ended_) {
            slot_.note_silent(note_id);
        }
        ended_.clear();
    }

    fuzz::Input& input_;
    std::array<Side, 2>& sides_;
    Slot::Company company_;
    Slot slot_;
    ClockMap clock_;
    std::uint64_t number_ = 0;
    std::int64_t now_ = 0;
    std::uint32_t info_frames_ = 0;
    std::uint32_t pushed_ = 0;
    std::uint32_t last_sequence_ = 0;
    bool next_published_ = false;
    std::set<std::int32_t> sounding_;
    std::vector<std::int32_t> ended_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::Input input(data, size);
    Session(input).run();
    return 0;
}
