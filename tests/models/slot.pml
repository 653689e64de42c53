/* One script's slot: the outcome of every event, while children are swapped, change their lane, hold output back, are
   late, and die at any point.

   Host runs blocks as the audio thread does: begin, push, post, collect. Each of LINKS children takes posts from its lane
   in order and decides the fate of every event that the host did not pass. Control publishes links, kills children and
   tells of deaths. Names are those of the code, see README.md.

   Checked: every event has one outcome: it sounded as it was; or a script took it that meant to, and what the script made
   of it came, once; never both. And there is an end: no call waits for ever (no invalid end state). */

#define EVENTS 2
#define LINKS 2
#define MAX_CALLS 2
#define LANE_ROOM 2
#define CHANGES 2 /* of the lane, in all */

/* posts */
#define call 1
#define news 2
#define change_lane 3

/* what a script decides on an event */
#define undecided 0
#define pass 1
#define swallow 2 /* taken, nothing comes of it */
#define derive 3  /* taken, and an event of the script's own comes of it */

/* what became of an event */
#define kept 0
#define sounded 1
#define taken 2
#define derived 3

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
bool over;

/* Slot's own */
byte link, lane, changes, calls, last_sequence, settled, posted;
bool more, uncalled, pipelined, start_pending;

#define LANE ((link - 1) * 2 + lane)

/* Slot::settle_up_to: what was not passed was taken */
inline settle_up_to(event_number) {
    do
    :: settled < event_number ->
        settled++;
        assert(outcome[settled] == kept && fate[settled] == swallow);
        outcome[settled] = taken;
        fate[settled] = undecided
    :: else -> break
    od
}

inline pass_kept() {
    do
    :: settled < last_sequence ->
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
    pass_kept();
    killed[link] = true;
    forget((link - 1) * 2);
    forget((link - 1) * 2 + 1);
    link = 0;
    calls = 0;
    more = false;
    uncalled = false;
    start_pending = false;
    pipelined = false
}

/* Slot::apply_records: a whole answer, or nothing of it */
inline apply_answer() {
    event = 1;
    do
    :: event <= EVENTS ->
        if
        :: (passes & bit(event)) && event > settled && event <= posted -> /* else: refused */
            settle_up_to(event - 1);
            settled = event;
            outcome[event] = sounded;
            fate[event] = undecided
        :: else
        fi;
        if
        :: derivations & bit(event) ->
            if
            :: event > settled && event <= posted ->
                settle_up_to(event - 1);
                settled = event;
                outcome[event] = derived;
                fate[event] = undecided
            :: else -> assert(false) /* it comes all the same, and the event has another outcome already: doubled */
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
    settle_up_to(acknowledged);
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
    :: else -> to_child[LANE] ! type, last_sequence, passes_by
    fi
}

inline begin_block() {
    if
    :: link != 0 -> take_answers()
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
        if
        :: calls == 0 && !more && !uncalled -> pass_kept()
        :: else
        fi
    };
    atomic { /* Slot::exchange_link */
        if
        :: incoming != 0 && calls == 0 ->
            if
            :: link != 0 -> lose_link()
            :: else
            fi;
            link = incoming;
            incoming = 0;
            lane = 0;
            posted = last_sequence;
            start_pending = true;
            passes_by = true;
            send(news); /* the snapshot */
            passes_by = false
        :: else
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

inline post_block() {
    if
    :: link != 0 ->
        if /* Slot::child_has_something_to_do: always when it must, else as the script wishes */
        :: start_pending || more || uncalled || calls > 0 -> calls_it = true
        :: posted < last_sequence -> calls_it = true
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
            :: link != 0 -> calls++; start_pending = false; uncalled = false; posted = last_sequence
            :: else
            fi
        :: !(calls_it && calls < MAX_CALLS) && posted < last_sequence ->
            send(news);
            if
            :: link != 0 ->
                posted = last_sequence;
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

inline collect_block() {
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
        fi;
        if /* Slot::note_lateness, either way at any time */
        :: link != 0 && calls > 0 -> pipelined = true
        :: pipelined -> pipelined = false
        :: true
        fi
    }
}

#define all_settled (last_sequence == EVENTS && settled == EVENTS && calls == 0 && !more && !uncalled && !start_pending)

active proctype Host() {
    byte event, acknowledged, passes, derivations;
    bool passes_by, calls_it;
    do
    :: !all_settled || incoming != 0 ->
        if /* Nothing but an answer or a death can help: it waits. A call that nobody answers hangs here. */
        :: last_sequence == EVENTS && link != 0 && calls == MAX_CALLS -> dead[link] || len(to_host[LANE]) > 0
        :: else
        fi;
        begin_block();
        atomic {
            if
            :: last_sequence < EVENTS -> last_sequence++ /* Slot::push */
            :: true
            fi;
            post_block()
        };
        collect_block()
    :: all_settled && incoming == 0 -> break
    od;
    over = true;
    assert(outcome[1] != kept && outcome[2] != kept)
}

/* BlockLoop::run. A post is received, worked on and answered in one step: a child that dies in between has, for its host,
   died before. */
proctype Child(byte me) {
    byte type, upto, got, waiting, acknowledged, passes, derivations, cut, event, own_lane;
    bool passes_by, holds;
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
                    to_host[(me - 1) * 2 + own_lane] ! acknowledged, passes & (bit(cut) - 1), derivations & (bit(cut) - 1), holds;
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
