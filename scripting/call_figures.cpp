#include "scripting/call_figures.h"

namespace outboard::scripting {

void CallFigures::count() {
    const std::lock_guard lock(mutex_);
    count_notes();
}

void CallFigures::count_notes() {
    for (Note note; notes_.pop(note);) {
        const auto& ns = note.ns;
        switch (note.of) {
            case Of::answer:
                wait_.record(ns[0]);
                busy_.record(ns[1] + ns[2] + ns[3]);
                decode_.record(ns[1]);
                python_.record(ns[2]);
                child_encode_.record(ns[3]);
                returned_.record(ns[4]);
                apply_.record(ns[5]);
                break;
            case Of::block:
                encode_.record(ns[0]);
                scripting_.record(ns[1]);
                hop_.record(ns[2]);
                break;
            case Of::audio_answer:
                audio_wait_.record(ns[0]);
                audio_busy_.record(ns[1]);
                break;
            case Of::audio_block:
                audio_hop_.record(ns[0]);
                break;
            case Of::second:
                for (ipc::Probe* probe : probes()) {
                    probe->next_second();
                }
                break;
        }
    }
}

void CallFigures::reset() {
    const std::lock_guard lock(mutex_);
    count_notes();
    for (ipc::Probe* probe : probes()) {
        probe->request_reset();
    }
}

void CallFigures::read(SlotFigures& figures) {
    const std::lock_guard lock(mutex_);
    count_notes();
    figures.encode = encode_.window();
    figures.wait = wait_.window();
    figures.busy = busy_.window();
    figures.decode = decode_.window();
    figures.python = python_.window();
    figures.child_encode = child_encode_.window();
    figures.returned = returned_.window();
    figures.apply = apply_.window();
    figures.scripting = scripting_.window();
    figures.encode_total = encode_.total();
    figures.wait_total = wait_.total();
    figures.busy_total = busy_.total();
    figures.decode_total = decode_.total();
    figures.python_total = python_.total();
    figures.child_encode_total = child_encode_.total();
    figures.returned_total = returned_.total();
    figures.apply_total = apply_.total();
    figures.scripting_total = scripting_.total();
    figures.hop_total = hop_.total();
    figures.encode_now = encode_.now();
    figures.wait_now = wait_.now();
    figures.busy_now = busy_.now();
    figures.returned_now = returned_.now();
    figures.apply_now = apply_.now();
    figures.scripting_now = scripting_.now();
    figures.audio_wait = audio_wait_.window();
    figures.audio_busy = audio_busy_.window();
    figures.audio_hop = audio_hop_.window();
    figures.audio_wait_total = audio_wait_.total();
    figures.audio_busy_total = audio_busy_.total();
    figures.audio_hop_total = audio_hop_.total();
    figures.audio_wait_now = audio_wait_.now();
    figures.audio_busy_now = audio_busy_.now();
    figures.audio_hop_now = audio_hop_.now();
}

}  // namespace outboard::scripting
