/* One script's slot: the outcome of every event, while children are swapped, also within a block, come to their end
   beside the next one, change their lane, hold output back, are late, and die at any point.

   Host runs blocks as the audio thread does: begin, push, post, collect. Each of LINKS children takes posts from its lane
   in order and decides the fate of every event that the host did not pass. Control publishes links, kills children and
   tells of deaths. Names are those of the code, see README.md.

   All of this at once has more states than there is memory for. So it is explored three times: as it stands with a lane
   that changes and answers one block later, where a child from which another took over is let go at once; with LEAVING
   (-D), where a swap may be within a block and the old child comes to its end beside the new one; and with HANDOVER, the
   same with answers one block later: the new child is posted before the old one has answered for what lies before.

   Checked: every event has one outcome: it sounded as it was; or a script took it that meant to, and what the script made
   of it came, once, at once or later; never both. What a script is still to make of an event comes also from a child that
   another took over from, unless it dies. And there is an end: no call waits for ever (no invalid end state). */

#define EVENTS 2
#define LINKS 2
#define LANE_ROOM 2
#ifdef HANDOVER
#define LEAVING
#endif
#ifdef LEAVING
#define MAX_CALLS 1
#define CHANGES 0
#else
#define MAX_CALLS 2
#define CHANGES 2 /* of the lane, in all */
#endif

/* posts */
#define call 1
#define news 2
#define change_lane 3
#define leave 4 /* a call, and the first that says: another took over */

/* what a script decides on an event */
#define undecided 0
#define pass 1
#define swallow 2 /* taken, nothing comes of it */
#define derive 3  /* taken, and an event of the script's own comes of it */
#define delay 4   /* taken, and an event of the script's own comes of it some time */

/* what became of an event */
#define kept 0
#define sounded 1
#define taken 2
#define derived 3
#define promised 4 /* taken, and what comes of it is still to come */

#define over_bit 1 /* in derivations: nothing runs any more in a child that leaves */
#define bit(event) (1 << (event))

chan to_child[4] = [LANE_ROOM] of { byte, byte, bool };      /* type, last sequence, flag_passed */
chan to_host[4] = [MAX_CALLS] of { byte, byte, byte, bool }; /* acknowledged, passes, derivations, answer_more */
#ifdef SETTLES_BEFORE_THE_END
chan head_to_host[4] = [MAX_CALLS] of { byte }; /* acknowledged, before the records are there */
#endif

byte incoming; /* Slot::incoming_: the link that the audio thread is to take, 0 for none */
bool killed[3], dead[3];
byte fate[EVENTS + 1];
byte outcome[EVENTS + 1];
byte promised_by[EVENTS + 1]; /* a link */
bool over;

/* Slot's own */
byte link, lane, changes, calls, last_sequence, settled, posted;
bool more, uncalled, owes, pipelined, start_pending;
byte segment_last; /* the last event of the part of the block that is posted at once */
bool splits;       /* Slot::swap_at_: the new child takes over within this block */
byte leaving, leaving_calls, leaving_owed, leaving_last; /* Slot::leaving_ */
bool leaving_told, leaving_over, leaving_more, hands_over, post_deferred;

#define LANE ((link - 1) * 2 + lane)
#define LEAVING_LANE ((leaving - 1) * 2) /* it goes on where it was; with LEAVING no lane changes */

/* Slot::settle_up_to: what was not passed was taken */
inline settle_up_to(event_number, number) {
    do
    :: settled < event_number ->
        settled++;
        assert(outcome[settled] == kept && (fate[settled] == swallow || fate[settled] == delay));
        if
        :: fate[settled] == delay -> outcome[settled] = promised; promised_by[settled] = number
        :: else -> outcome[settled] = taken
        fi;
        fate[settled] = undecided
    :: else -> break
    od
}

/* What a child that is gone was still to make of events never comes: its end is told. */
inline forgive(number) {
    event = 1;
    do
    :: event <= EVENTS ->
        if
        :: outcome[event] == promised && promised_by[event] == number -> outcome[event] = taken; promised_by[event] = 0
        :: else
        fi;
        event++
    :: else -> break
    od;
    event = 0
}

inline pass_kept() { pass_up_to(segment_last) }

inline pass_up_to(sequence) {
    do
    :: settled < sequence ->
        settled++;
        assert(outcome[settled] == kept);
        outcome[settled] = sounded
    :: else -> break
    od;
    if
    :: posted < settled -> posted = settled
    :: else
    fi
}

inline forget(number) {
    do
    :: len(to_child[number]) > 0 -> to_child[number] ? _, _, _
    :: len(to_host[number]) > 0 -> to_host[number] ? _, _, _, _
    :: len(to_child[number]) == 0 && len(to_host[number]) == 0 -> break
    od
}

/* Nobody reads a lost link's lanes any more: that its child ends here, and not a little later, saves states only. */
inline lose_link() {
#ifndef HEARS_OF_WHAT_PASSED
    if
    :: hands_over -> end_leaving()
    :: else
    fi;
#endif
    pass_kept();
    killed[link] = true;
    forget((link - 1) * 2);
    forget((link - 1) * 2 + 1);
    forgive(link);
    link = 0;
    calls = 0;
    more = false;
    uncalled = false;
    start_pending = false;
    pipelined = false
}

/* Slot::complete_handover */
inline complete_handover() {
    hands_over = false;
    leaving_more = false;
    leaving_owed = 0;
    pass_up_to(leaving_last);
    leaving_last = 0
}

/* Slot::end_leaving */
inline end_leaving() {
    if
    :: hands_over -> complete_handover()
    :: else
    fi;
    killed[leaving] = true;
    forget((leaving - 1) * 2);
    forget((leaving - 1) * 2 + 1);
    forgive(leaving);
    leaving = 0;
    leaving_calls = 0;
    leaving_over = false
}

/* Slot::let_leave: what is due until here has its outcome, what comes is the next child's. */
inline let_leave() {
    leaving = link;
    leaving_calls = calls;
    if /* one block later only what lies before the swap has its outcome */
    :: pipelined -> hands_over = true; leaving_owed = calls; leaving_last = segment_last
    :: else -> pass_kept()
    fi;
    leaving_told = false;
    leaving_over = false;
    link = 0;
    calls = 0;
    more = false;
    uncalled = false
}

/* What a child made of an event that it took before */
inline keep_promise(number) {
    assert(outcome[event] == promised && promised_by[event] == number); /* else it is doubled */
    outcome[event] = derived;
    promised_by[event] = 0
}

/* Slot::apply_leaving_answer: it has no outcome to tell of any event after the swap, but what it still had to make of some
   comes. */
inline apply_leaving_answer() {
    event = 1;
    do
    :: event <= EVENTS ->
        if
        :: hands_over && ((passes | derivations) & bit(event)) && event > settled && event <= leaving_last ->
            settle_up_to(event - 1, leaving);
            settled = event;
            outcome[event] = (passes & bit(event) -> sounded : derived);
            fate[event] = undecided
        :: !(hands_over && event > settled && event <= leaving_last) && (derivations & bit(event)) -> keep_promise(leaving)
        :: else
        fi;
        event++
    :: else -> break
    od;
    if
    :: hands_over ->
        acknowledged = (acknowledged < leaving_last -> acknowledged : leaving_last);
        settle_up_to(acknowledged, leaving);
        leaving_more = cut_short;
        leaving_owed = (leaving_owed > 0 -> leaving_owed - 1 : 0)
    :: else
    fi;
    leaving_over = (derivations & over_bit) && !cut_short;
    leaving_calls--;
    event = 0; acknowledged = 0; passes = 0; derivations = 0; cut_short = false
}

/* All is said of what lies before the swap. */
#define HANDED_OVER (hands_over && leaving_owed == 0 && !leaving_more)

/* Slot::await_leaving, without a deadline */
inline await_leaving() {
    do
    :: atomic { HANDED_OVER -> complete_handover() }
    :: atomic { !HANDED_OVER && leaving != 0 && leaving_calls > 0 && len(to_host[LEAVING_LANE]) > 0 ->
        to_host[LEAVING_LANE] ? acknowledged, passes, derivations, cut_short;
        apply_leaving_answer() }
    :: !HANDED_OVER && !(leaving != 0 && leaving_calls > 0 && len(to_host[LEAVING_LANE]) > 0) -> break
    od;
    atomic {
        if
        :: leaving != 0 && leaving_over && leaving_calls == 0 ->
            assert(!(outcome[1] == promised && promised_by[1] == leaving)); /* it kept what it promised */
            assert(!(outcome[2] == promised && promised_by[2] == leaving));
            end_leaving()
        :: else
        fi
    }
}

/* Slot::apply_records: a whole answer, or nothing of it */
inline apply_answer() {
    event = 1;
    do
    :: event <= EVENTS ->
        if
        :: (passes & bit(event)) && event > settled && event <= posted -> /* else: refused */
            settle_up_to(event - 1, link);
            settled = event;
            outcome[event] = sounded;
            fate[event] = undecided
        :: else
        fi;
        if
        :: derivations & bit(event) ->
            if
            :: event > settled && event <= posted ->
                settle_up_to(event - 1, link);
                settled = event;
                outcome[event] = derived;
                fate[event] = undecided
            :: else -> keep_promise(link) /* it comes all the same */
            fi
        :: else
        fi;
        event++
    :: else -> break
    od;
    if
    :: acknowledged > posted -> acknowledged = posted
    :: else
    fi;
    settle_up_to(acknowledged, link);
    calls--;
    event = 0; acknowledged = 0; passes = 0; derivations = 0
}

/* Slot::apply_next_answer without a deadline, until there is none */
inline take_answers() {
    do
    :: atomic { calls > 0 && len(to_host[LANE]) > 0 ->
        to_host[LANE] ? acknowledged, passes, derivations, more;
        apply_answer() }
#ifdef SETTLES_BEFORE_THE_END
    :: atomic { calls > 0 && len(head_to_host[LANE]) > 0 ->
        head_to_host[LANE] ? acknowledged;
        settled = (acknowledged > settled -> acknowledged : settled);
        outcome[acknowledged] = taken;
        acknowledged = 0 }
#endif
    :: !(calls > 0 && len(to_host[LANE]) > 0) -> break
    od
}

/* Slot::send_records */
inline send(type) {
    if
    :: len(to_child[LANE]) == LANE_ROOM -> lose_link() /* Slot::overflow: condemned, and let go at once */
    :: else -> to_child[LANE] ! type, segment_last, passes_by
    fi
}

/* Slot::post_leaving: events are news to it */
inline post_leaving() {
    if
    :: leaving_calls < MAX_CALLS ->
        if
        :: len(to_child[LEAVING_LANE]) == LANE_ROOM -> end_leaving()
        :: else ->
#ifdef GIVES_EVENTS_TO_BOTH
            to_child[LEAVING_LANE] ! (leaving_told -> call : leave), segment_last, false;
#else
            to_child[LEAVING_LANE] ! (leaving_told -> call : leave), segment_last, true;
#endif
            leaving_told = true;
            leaving_calls++
        fi
    :: else
    fi
}

/* One block later, the answer to the part before the swap is not due yet. */
#define OWES ((pipelined -> owes : calls > 0))

/* Slot::exchange_link and adopt_link */
inline exchange_link() {
    if
#ifdef LEAVES_WITH_OUTPUT_HELD_BACK
    :: incoming != 0 && !OWES ->
#else
    :: incoming != 0 && !OWES && !(link != 0 && !dead[link] && (more || uncalled)) ->
#endif
        if
        :: leaving != 0 -> end_leaving()
        :: else
        fi;
        if
#ifdef LEAVING
        :: link != 0 && !dead[link] -> let_leave()
        :: link != 0 && dead[link] -> lose_link()
#else
        :: link != 0 -> lose_link()
#endif
        :: else
        fi;
        link = incoming;
        incoming = 0;
        lane = 0;
#ifdef HANDOVER
        pipelined = true;
#endif
#ifdef POSTS_THE_WHOLE_BLOCK
        posted = block_first - 1;
#else
        posted = segment_last;
#endif
        start_pending = true;
        passes_by = true;
        if
        :: len(to_child[LANE]) == LANE_ROOM -> lose_link()
        :: else -> to_child[LANE] ! news, posted, passes_by /* the snapshot */
        fi;
        passes_by = false
    :: else
    fi
}

inline begin_block() {
#ifdef HANDOVER
    if
    :: pipelined && leaving != 0 -> await_leaving()
    :: else
    fi;
#endif
    if
#ifdef HEARS_BOTH_AT_ONCE
    :: link != 0 -> take_answers()
#else
    :: link != 0 && !hands_over -> take_answers()
#endif
    :: else
    fi;
    atomic {
        if
        :: link != 0 ->
            if
            :: dead[link] -> lose_link()
            :: else
            fi
        :: else
        fi;
        owes = calls > 0;
        if
        :: calls == 0 && !more && !uncalled && !hands_over -> pass_kept()
        :: else
        fi
    };
#ifdef LEAVING
    atomic {
        if
        :: leaving != 0 && dead[leaving] -> end_leaving()
        :: else
        fi
    };
#endif
    atomic { /* Slot::plan_swap */
        splits = false;
        if
        :: exchange_link()
#ifdef LEAVING
        :: incoming != 0 && link != 0 && !dead[link] -> splits = true
#endif
        fi
    };
    if /* Link::change_lane: only while no call is open */
#ifdef CHANGES_LANE_WITH_OPEN_CALLS
    :: atomic { link != 0 && changes < CHANGES && len(to_child[LANE]) < LANE_ROOM ->
#else
    :: atomic { link != 0 && calls == 0 && changes < CHANGES && len(to_child[LANE]) < LANE_ROOM ->
#endif
        to_child[LANE] ! change_lane, 0, false;
        lane = 1 - lane;
        changes++ }
    :: true
    fi
}

/* Slot::post_segment */
inline post_segment() {
    if
    :: link != 0 ->
        if /* Slot::child_has_something_to_do: always when it must, else as the script wishes */
        :: start_pending || more || uncalled || calls > 0 -> calls_it = true
        :: posted < segment_last -> calls_it = true
        :: !(start_pending || more || uncalled || calls > 0) -> calls_it = false
        fi;
#ifdef FORGETS_THE_PASSED_FLAG
        passes_by = false;
#else
        passes_by = !calls_it;
#endif
        if
        :: calls_it && calls < MAX_CALLS ->
            send(call);
            if
            :: link != 0 -> calls++; start_pending = false; uncalled = false; posted = segment_last
            :: else
            fi
        :: !(calls_it && calls < MAX_CALLS) && posted < segment_last ->
            send(news);
            if
            :: link != 0 ->
                posted = segment_last;
#ifndef FORGETS_WHAT_NO_CALL_ASKED_FOR
                uncalled = calls_it
#endif
            :: else
            fi
        :: else
        fi;
        passes_by = false;
        calls_it = false
    :: else
    fi
}

inline await_answers() {
    if
    :: link != 0 && !pipelined -> take_answers()
    :: true /* the deadline is over before any of them */
    fi;
    atomic {
        if
#ifdef PASSES_WHAT_IS_HELD_BACK
        :: calls == 0 && !pipelined && !uncalled -> pass_kept()
#else
        :: calls == 0 && !pipelined && !more && !uncalled -> pass_kept()
#endif
        :: else
        fi
    }
}

inline collect_block() {
#ifdef LEAVING
    if
    :: post_deferred ->
        post_deferred = false;
        if
        :: !pipelined -> await_leaving()
        :: true
        fi;
        atomic { post_segment() }
    :: else
    fi;
#endif
    await_answers();
#ifdef LEAVING
    if
    :: splits -> /* Slot::swap_within_block */
        atomic {
            splits = false;
            exchange_link();
            segment_last = last_sequence;
            if
            :: leaving != 0 -> post_leaving()
            :: else
            fi
        };
        if
        :: !pipelined -> await_leaving()
        :: true
        fi;
        atomic { post_segment() };
        await_answers()
    :: else
    fi;
#endif
    atomic {
        if /* Slot::note_lateness, either way at any time */
#ifndef LEAVING
        :: link != 0 && calls > 0 -> pipelined = true
#endif
#ifndef HANDOVER
        :: pipelined -> pipelined = false
#endif
        :: true
        fi
    }
}

#define none_promised (outcome[1] != promised && outcome[2] != promised)
#define all_settled (last_sequence == EVENTS && settled == EVENTS && calls == 0 && !more && !uncalled && \
                     !start_pending && leaving == 0 && none_promised)

active proctype Host() {
    byte event, acknowledged, passes, derivations, block_first;
    bool passes_by, calls_it, cut_short;
    do
    :: !all_settled || incoming != 0 ->
        if /* Nothing but an answer or a death can help: it waits. A call that nobody answers hangs here. */
        :: last_sequence == EVENTS && link != 0 && calls == MAX_CALLS && leaving == 0 ->
            dead[link] || len(to_host[LANE]) > 0
        :: else
        fi;
        begin_block();
        atomic {
#ifdef LEAVING
            block_first = last_sequence + 1;
            do /* Slot::push: before the place of a swap, or after it */
            :: last_sequence < EVENTS ->
                last_sequence++;
                if
                :: segment_last == last_sequence - 1 -> segment_last = last_sequence
                :: splits
                fi
            :: break
            od;
            if
            :: leaving != 0 -> post_leaving(); post_deferred = true
            :: else -> post_segment()
            fi
#else
            if
            :: last_sequence < EVENTS -> last_sequence++; segment_last = last_sequence
            :: true
            fi;
            post_segment()
#endif
        };
        collect_block()
    :: all_settled && incoming == 0 -> break
    od;
    over = true;
    assert(outcome[1] != kept && outcome[2] != kept && none_promised)
}

/* BlockLoop::run. A post is received, worked on and answered in one step: a child that dies in between has, for its host,
   died before. */
proctype Child(byte me) {
    byte type, upto, got, waiting, acknowledged, passes, derivations, later, cut, event, own_lane;
    bool passes_by, holds, leaves;
    {
end_idle:
        do
        :: atomic { to_child[(me - 1) * 2 + own_lane] ? type, upto, passes_by ->
            if
            :: type == change_lane -> own_lane = 1 - own_lane
            :: else ->
                do
                :: got < upto ->
                    got++;
                    waiting = (passes_by -> waiting : waiting | bit(got))
                :: else -> break
                od;
                if
                :: type == leave ->
                    leaves = true;
                    type = call;
#ifdef FORGETS_WHAT_IS_PROMISED
                    later = 0
#endif
                :: else
                fi;
                if
                :: type == call ->
                    event = 1;
                    do
                    :: event <= EVENTS ->
                        if
                        :: waiting & bit(event) ->
                            if
                            :: fate[event] = pass; passes = passes | bit(event)
                            :: fate[event] = swallow
                            :: fate[event] = derive; derivations = derivations | bit(event)
#ifdef LEAVING
                            :: fate[event] = delay; later = later | bit(event)
#endif
                            fi
                        :: later & bit(event) ->
                            if /* now, or with a later call */
                            :: derivations = derivations | bit(event); later = later & ~bit(event)
                            :: true
                            fi
                        :: else
                        fi;
                        event++
                    :: else -> break
                    od;
                    waiting = 0;
                    /* All of it, or what comes before a cut: the rest with the next answer. */
                    cut = EVENTS + 1;
                    if
                    :: true
                    :: (passes | derivations) & bit(1) -> cut = 1; holds = true
                    :: (passes | derivations) & bit(2) -> cut = 2; holds = true
                    fi;
                    acknowledged = (cut - 1 < got -> cut - 1 : got);
#ifdef SETTLES_BEFORE_THE_END
                    head_to_host[(me - 1) * 2 + own_lane] ! acknowledged
                :: else
                fi
            fi };
            atomic {
                if
                :: type == call ->
#endif
                    to_host[(me - 1) * 2 + own_lane] ! acknowledged, passes & (bit(cut) - 1),
                        (derivations & (bit(cut) - 1)) | (leaves && later == 0 -> over_bit : 0), holds;
                    passes = passes & ~(bit(cut) - 1);
                    derivations = derivations & ~(bit(cut) - 1)
                :: else
                fi
#ifndef SETTLES_BEFORE_THE_END
            fi
#endif
            ;
            type = 0; upto = 0; acknowledged = 0; event = 0; cut = 0; holds = false; passes_by = false }
        od
    } unless {
        killed[me]
    }
}

/* ControlThread: builds the links one after the other, each at any time, and gets back one that was never taken; kills at
   any time, also while the audio thread is about to take it. */
active proctype Control() {
    byte next = 1, victim = 1;
end_watching:
    do
    :: atomic { next <= LINKS && !over ->
        run Child(next);
        incoming = next; /* Slot::publish */
        next++ }
    :: atomic { victim < next && !over -> killed[victim] = true }; /* it dies, for whatever reason … */
        dead[victim] = true; /* … and its end is seen: Link::mark_dead */
        victim++
    :: over -> break
    od
}
