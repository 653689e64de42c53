/* A ring, the semaphore beside it, and a waiter that may be awake before it is called.

   Host sends MESSAGES messages in order through a ring with room for ROOM of them; some of them wake nobody. Child takes
   them; it sleeps without or with a timeout that may come at any time, or polls for a while. Control may cancel the
   waiter at any time. Names are those of the code, see README.md.

   Checked: every message arrives, once, in order; nobody sleeps for ever (no invalid end state).
   Every shared access is a step of its own, in an order that all see alike, as with memory_order_seq_cst. */

#define MESSAGES 4
#define ROOM 2
#define TICKS 2

#define awake 0
#define asleep 1
#define polling 2

byte ring[ROOM];
byte write_index, read_index, posts, waiting, tick, blocks;
bool cancelled, inside;
bool in_kernel; /* the child sleeps in futex_wait */

inline futex_wake() {
    in_kernel = false
}

/* Poster::post */
inline post() {
#ifdef WAITING_READ_BEFORE_COUNT
    state = waiting;
    posts++;
#else
    posts++;
    state = waiting;
#endif
    if
    :: state == asleep -> futex_wake()
    :: else
    fi;
    state = awake
}

active proctype Host() {
    byte sent, state;
    bool wakes;
    do
    :: sent < MESSAGES && sent - read_index < ROOM ->
        /* RingWriter::write */
#ifdef INDEX_BEFORE_PAYLOAD
        write_index = sent + 1;
        ring[sent % ROOM] = sent + 1;
#else
        ring[sent % ROOM] = sent + 1;
        write_index = sent + 1;
#endif
        sent++;
        /* Wake::no leaves it to the next message that wakes. The last one, and one that leaves no room, do. */
        wakes = true;
        if
        :: sent < MESSAGES && sent - read_index < ROOM -> wakes = false
        :: true
        fi;
        if
        :: wakes -> post()
        :: else
        fi
    :: blocks < TICKS ->
        blocks++;
        if
        :: tick++ /* Pipe::tick; the first one after a pause posts, without a message */
        :: true   /* one that keeps it as it is; Pipe::prepare posts beside it */
        fi;
        if
        :: post()
        :: true
        fi
    :: sent == MESSAGES || cancelled -> break
    od
}

/* futex_wait: the kernel compares and goes to sleep in one step */
inline futex_wait(timed) {
#if defined(NO_COMPARE_IN_KERNEL) || defined(FLAG_AFTER_COMPARE)
    in_kernel = true;
#else
    atomic {
        if
        :: posts == seen -> in_kernel = true
        :: else
        fi
    }
#endif
    if
    :: !in_kernel
    :: timed -> in_kernel = false
    fi
}

/* Waiter::wait */
inline wait(timed) {
    inside = true;
#ifndef FLAG_AFTER_COMPARE
#ifdef POLLING_FLAG_LEFT
    if
    :: waiting != polling -> waiting = asleep
    :: else
    fi;
#else
    waiting = asleep;
#endif
#endif
    if
    :: posts == seen ->
        if
        :: !cancelled ->
#ifdef FLAG_AFTER_COMPARE
            waiting = asleep;
#endif
            futex_wait(timed)
        :: else
        fi
    :: else
    fi;
#ifdef POLLING_FLAG_LEFT
    if
    :: waiting != polling -> waiting = awake
    :: else
    fi;
#else
    waiting = awake;
#endif
    inside = false
}

/* SharedMemoryPipe::receive, again and again */
active proctype Child() {
    byte taken, seen, tick_seen, message;
    bool dead;
    do
    :: taken == MESSAGES -> break
    :: else ->
#ifndef COUNT_READ_AFTER_LOOK
        seen = posts;
#endif
        dead = cancelled;
        /* RingReader::read */
        if
        :: write_index != taken ->
            message = ring[taken % ROOM];
            assert(message == taken + 1); /* not lost, not twice, in order, not half written */
            taken++;
            read_index = taken
        :: else ->
#ifdef COUNT_READ_AFTER_LOOK
            seen = posts;
#endif
            if
            :: dead -> break
            :: else ->
                if
                :: wait(false) /* nothing is known of a next block */
                :: tick_seen = tick; /* State::wait_prewoken */
                    if
                    :: wait(true)
                    :: true /* the guard time has begun already */
                    fi;
                    if
                    :: posts != seen || tick != tick_seen || cancelled
                    :: else ->
                        waiting = polling; /* Waiter::begin_polling: stays so while it works on what it finds */
                        do
                        :: posts != seen || tick != tick_seen || cancelled -> break
                        :: true -> break /* the plan's end: it gives up */
                        od
                    fi;
                    tick_seen = 0
                fi
            fi
        fi;
        message = 0
    od
}

/* Waiter::cancel */
active proctype Control() {
    if
    :: true /* never called */
    :: cancelled = true;
#ifdef CANCEL_WAKES_ONCE
        if
        :: inside -> futex_wake()
        :: else
        fi
#else
        do
        :: inside -> futex_wake()
        :: else -> break
        od
#endif
    fi
}
