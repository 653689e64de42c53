"""Draws programs (scripts that combine whatever a script can do) and songs for them to play with."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from outboard import ChannelPressure, ControlChange, Event, NoteOff, NoteOn, PitchBend, ProgramChange
from outboard.testing import Input, TransportChange

#: Samples that a song lasts at most; a beat at 120 is 24000.
LENGTH = 6000

HEAD = """\
from outboard import *

voices, tasks = [], []

def tell(cc, value):
    send(ControlChange(cc=cc, value=value % 1.0))

def a_voice(n):
    return voices[n % len(voices)] if voices else None
"""

TIMES = st.one_of(
    st.sampled_from([0, 1, 7.5, 63, 64, 65, 333.3, 1000]).map(lambda n: f"samples({n})"),
    st.sampled_from([1, 5, 20]).map(lambda n: f"ms({n})"),
    st.sampled_from([0.01, 0.02, 1 / 24, 0.1]).map(lambda n: f"beats({n})"),
    st.sampled_from(["1/64", "1/64t", "1/128."]).map(lambda n: f"note_value({n!r})"),
    st.sampled_from(
        ["samples(100) + beats(0.01)", "beats(0.02) - samples(64)", "samples(333.3) - beats(0.01)", "bars(0.01)"]
    ),
)
STEPS = st.sampled_from([0.01, 0.03, 0.05, 1 / 24]).map(lambda n: f"beats({n})")
KEYS = st.integers(20, 100)
UNITS = st.sampled_from([0.0, 0.25, 0.5, 0.8, 1.0])
NAMES = st.sampled_from(["'a'", "'b'", "None"])
SIGNALS = st.sampled_from(["'x'", "'y'"])
STATES = st.sampled_from(
    [
        "len(held) / 16",
        "len(held.on(2)) / 16",
        "(held.top.key if held else 0) / 128",
        "midi.cc[1]",
        "midi.channel(2).cc[1]",
        "(midi.bend + 1) / 2.1",
        "midi.pressure",
        "midi.program / 128",
        "round(transport.beat * 128 + 0.37) / 128",
        "transport.tempo / 300",
        "transport.bar / 128",
        "transport.playing / 2",
        "now() % 128 / 128",
        "sum(v.alive for v in voices) / 16",
        "rng.random()",
    ]
)


@st.composite
def lines(draw: st.DrawFn, waits: bool, press: bool, depth: int) -> list[str]:
    """A few statements. `waits`: in an async function; `press`: there is a key press `e`."""
    body: list[str] = []
    for _ in range(draw(st.integers(1, 4))):
        body += draw(statement(waits, press, depth))
    return body


@st.composite
def statement(draw: st.DrawFn, waits: bool, press: bool, depth: int) -> list[str]:
    kinds = ["play", "release", "tell", "emit", "cancel", "spawn", "send", "hold"]
    if press:
        kinds += ["forward", "forward", "until", "own"]
    if waits:
        kinds += ["time", "time", "grid", "any", "received", "ended"] + (["released"] if press else [])
    if depth > 0:
        kinds += ["if", "for"]
    kinds += ["rare"]
    kind = draw(st.sampled_from(kinds))
    time, n = draw(TIMES), draw(st.integers(0, 3))
    if kind == "play":
        return [f"voices.append(play({draw(KEYS)}, {draw(UNITS)}, duration={time}))"]
    if kind == "hold":
        return [f"voices.append(play({draw(KEYS)}, hold=True)); voices[-1].release(after={time})"]
    if kind == "release":
        after = draw(st.sampled_from([None, time]))
        velocity = draw(st.sampled_from([None, 0.3]))
        return [f"if a_voice({n}): a_voice({n}).release(after={after}, velocity={velocity})"]
    if kind == "tell":
        return [f"tell({draw(st.integers(20, 25))}, {draw(STATES)})"]
    if kind == "emit":
        return [f"emit({draw(SIGNALS)})"]
    if kind == "cancel":
        return [f"if tasks: tasks[{n} % len(tasks)].cancel()"]
    if kind == "spawn":
        task = f"spawn(beside{n % 2}, name={draw(NAMES)}, replace={draw(st.booleans())})"
        return [f"if len(tasks) < 12: tasks.append({task})"]  # a task that spawns itself twice has an end, too
    if kind == "send":
        return [f"send(ControlChange(cc=30, value={draw(UNITS)}), after={draw(st.sampled_from([None, time]))})"]
    if kind == "forward":
        change = draw(st.sampled_from(["", "key=(e.key + 12) % 128", "velocity=0.4", "channel=3", "tuning=0.5"]))
        return [f"voices.append(e.forward({change}))"]
    if kind == "until":
        return [f"voices.append(play({draw(KEYS)}, until=e))"]
    if kind == "own":
        return [f"voices.append(play({draw(KEYS)}))"]
    if kind == "time":
        return [f"await ({time})"]
    if kind == "grid":
        return [f"await grid({draw(STEPS)}, swing={draw(st.sampled_from([0.0, 0.3]))})"]
    if kind == "any":
        others = ["received('x')", "grid(beats(0.05))", *(["e.released()"] if press else [])]
        return [f"await wait_any({draw(st.sampled_from(others))}, {time})"]
    if kind == "received":
        return [f"await wait_any(received({draw(SIGNALS)}), samples(2000))"]
    if kind == "ended":
        return [f"if a_voice({n}): await wait_any(a_voice({n}).ended(), samples(3000))"]
    if kind == "released":
        return ["await e.released()"]
    if kind == "rare":
        return [draw(st.sampled_from(["all_notes_off()", "1 / 0", "pass"]))]
    inner = ["    " + line for line in draw(lines(waits, press, depth - 1))]
    if kind == "for":
        return [f"for _ in range({n + 1}):", *inner]
    other = ["    " + line for line in draw(lines(waits, press, depth - 1))]
    return [f"if {draw(STATES)} > 0.3:", *inner, "else:", *other]


def function(head: str, name: str, argument: str, body: list[str], waits: bool) -> list[str]:
    return [head, f"{'async ' if waits else ''}def {name}({argument}):", *("    " + line for line in body), ""]


@st.composite
def programs(draw: st.DrawFn) -> str:
    """A script."""
    text = [HEAD]
    for n in range(2):
        body = draw(lines(True, False, 1))
        text += function("", f"beside{n}", "", ["await samples(1)", *body], True)
    filters = draw(st.sampled_from([[""], ["channel=2", ""], ["keys=range(0, 61)", "channel=1"], ["keys=range(100, 128)"]]))
    for number, only in enumerate(filters):
        waits = draw(st.booleans())
        body = draw(lines(waits, True, 2))
        if draw(st.booleans()):
            body = ["try:", *("    " + line for line in body), "finally:", "    " + "tell(26, len(held) / 16)"]
        text += function(f"@on.note({only})", f"note{number}", "e", body, waits)
    if draw(st.booleans()):
        text += function("@on.release", "release", "e", draw(lines(False, False, 0)), False)
    if draw(st.booleans()):
        delay = [f"await ({draw(TIMES)})"] if draw(st.booleans()) else []
        change = draw(st.sampled_from(["", "value=0.5", "channel=4"]))
        text += function(draw(st.sampled_from(["@on.cc(1)", "@on.bend", "@on.pressure"])), "controller", "e",
                         [*delay, f"e.forward({change})"], bool(delay))  # fmt: skip
    if draw(st.booleans()):
        text += function(f"@every({draw(STEPS)}, transport={draw(st.booleans())})", "turn", "",
                         draw(lines(False, False, 0)), False)  # fmt: skip
    if draw(st.booleans()):
        body = [f"await ({draw(TIMES)})", "await samples(50)", *draw(lines(True, False, 0))]
        text += function(f"@live_loop('l', transport={draw(st.booleans())})", "round_", "", body, True)
    if draw(st.booleans()):
        text += function("@on.start", "begin", "", draw(lines(False, False, 0)), False)
    return "\n".join(text)


@st.composite
def songs(draw: st.DrawFn, seeks: bool = True) -> list[Input]:
    """Notes that overlap, controllers, and (with `seeks`) a transport that starts, stops and jumps."""
    moments = st.one_of(st.integers(0, LENGTH - 1), st.sampled_from([0, 63, 64, 65, 441, 1024, 2048]))
    events: list[Any] = []
    for _ in range(draw(st.integers(1, 10))):
        time, channel = draw(moments), draw(st.sampled_from([1, 2]))
        key, velocity = draw(st.sampled_from([60, 61, 110])), draw(st.integers(1, 127)) / 127
        length = draw(st.sampled_from([0, 1, 63, 64, 500, 3000]))
        events.append(NoteOn(time=time, key=key, velocity=velocity, channel=channel))
        end = min(time + length, LENGTH - 1)
        events.append(NoteOff(time=end, key=key, velocity=draw(st.sampled_from([0, 64, 127])) / 127, channel=channel))
    for time in draw(st.lists(moments, max_size=4)):
        channel, value = draw(st.sampled_from([1, 2])), draw(st.integers(0, 127)) / 127
        events.append(
            draw(
                st.sampled_from(
                    [
                        ControlChange(time=time, channel=channel, cc=1, value=value),
                        PitchBend(time=time, channel=channel, value=value - 0.5),
                        ChannelPressure(time=time, channel=channel, value=value),
                        ProgramChange(time=time, channel=channel, program=round(value * 127)),
                    ]
                )
            )
        )
    for _ in range(draw(st.integers(0, 4 if seeks else 0))):
        events.append(
            TransportChange(
                time=draw(moments) + draw(st.sampled_from([0.0, 0.3, 0.5, 0.7])),
                tempo=draw(st.sampled_from([None, 60.0, 97.3, 240.0])),
                playing=draw(st.sampled_from([None, True, False])),
                beat=draw(st.sampled_from([None, 0.0, 3.25])),
            )
        )
    return sorted(events, key=lambda event: event.time)


def heard_as_rows(heard: list[Event]) -> list[tuple[object, ...]]:
    """What the model hears, as `engine.rows` has it."""
    rows: list[tuple[object, ...]] = []
    notes: dict[int, int] = {}
    for e in heard:
        channel = e.channel - 1
        if isinstance(e, NoteOn):
            notes[e.note_id] = len(notes)
            rows.append((e.time, 0x90 | channel, e.key, e.velocity7, notes[e.note_id], round(e.tuning, 3)))
        elif isinstance(e, NoteOff):
            rows.append((e.time, 0x80 | channel, e.key, e.velocity7, notes.get(e.note_id, -1), 0.0))
        elif isinstance(e, ControlChange):
            rows.append((e.time, 0xB0 | channel, e.cc, e.value7, -1, 0.0))
        elif isinstance(e, PitchBend):
            rows.append((e.time, 0xE0 | channel, e.value14 & 127, e.value14 >> 7, -1, 0.0))
        elif isinstance(e, ChannelPressure):
            rows.append((e.time, 0xD0 | channel, e.value7, 0, -1, 0.0))
        elif isinstance(e, ProgramChange):
            rows.append((e.time, 0xC0 | channel, e.program, 0, -1, 0.0))
        else:
            raise AssertionError(f"{e!r} was not drawn")
    return rows


STALLS = """\
import time as clock

stalls = iter(range(2))  # not more often: who is late in every block is ended at last

def stall(milliseconds, busy):
    for _ in stalls:
        end = clock.perf_counter() + milliseconds / 1000
        while busy and clock.perf_counter() < end:
            pass
        if not busy:
            clock.sleep(milliseconds / 1000)
        return
"""


@st.composite
def late_programs(draw: st.DrawFn) -> str:
    """A script that takes 3 to 30 ms somewhere in its handlers and tasks, twice: far too long for a block."""
    body = draw(programs()).removeprefix(HEAD).splitlines()
    places = [i for i, line in enumerate(body) if line[:4] == "    " and line.split()[0] not in ("else:", "finally:")]
    for place in sorted(draw(st.lists(st.sampled_from(places), min_size=2, max_size=4, unique=True)), reverse=True):
        indent = body[place][: -len(body[place].lstrip())]
        body.insert(place, f"{indent}stall({draw(st.integers(3, 30))}, {draw(st.booleans())})")
    return HEAD + STALLS + "\n".join(body)
