"""Scripts that do anything at random, on songs that do anything at random: the rules hold, at every block size."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from helpers import cc, off, on
from outboard import NoteOff, NoteOn, samples
from outboard.testing import Panic, Script, TransportChange, assert_no_hanging_notes

LENGTH = 6000

WILD = """
from outboard import *
from outboard import _active

def say(*values):
    _active.current().write(0, " ".join(map(str, values)), "", 0)

def some_time():
    n = rng.choice([0, 1, 7.5, 64, 100, 333.3])
    mixed = [samples(n) + beats(0.01), beats(0.02) - samples(n), samples(n) - beats(0.01)]
    return rng.choice([samples(n), beats(n / 500)] + mixed)

voices = []

async def anything(e, depth):
    for _ in range(rng.randrange(1, 5)):
        act(e, depth)
        choice = rng.randrange(6)
        if choice == 0: await some_time()
        elif choice == 1: await wait_any(e.released(), some_time())
        elif choice == 2: await wait_any(grid(beats(0.05), swing=0.3), received("x"), some_time())
        elif choice == 3 and voices: await wait_any(some_time(), rng.choice(voices).ended())
        elif choice == 4: await grid(beats(0.03))
        say(now(), len(held), round(transport.beat, 9), [v.alive for v in voices[-3:]])

tasks = []

def act(e, depth):
    choice = rng.randrange(10)
    if choice == 0: voices.append(e.forward(key=rng.randrange(128)))
    elif choice == 1: voices.append(play(rng.randrange(128), rng.random(), duration=some_time()))
    elif choice == 2: voices.append(play(rng.randrange(128), rng.random(), until=e))
    elif choice == 3 and depth < 3:
        tasks.append(spawn(anything, e, depth + 1, name=rng.choice([None, "a"]), replace=rng.random() < 0.5))
    elif choice == 4 and voices:
        rng.choice(voices).release(after=rng.choice([None, some_time()]), velocity=rng.choice([None, 0.3]))
    elif choice == 5: emit("x", now())
    elif choice == 6 and tasks: rng.choice(tasks).cancel()
    elif choice == 7: send(ControlChange(cc=5, value=rng.random()), after=rng.choice([None, some_time()]))
    elif choice == 8 and rng.random() < 0.1: all_notes_off()
    elif choice == 9 and rng.random() < 0.3: 1 / 0

@on.note(keys=range(0, 100))
async def note(e):
    await anything(e, 0)

@on.note(channel=2)
def plain(e):
    act(e, 0)
"""

times = st.integers(0, LENGTH - 1)


@st.composite
def songs(draw):  # type: ignore[no-untyped-def]
    events = []
    for _ in range(draw(st.integers(1, 12))):
        time, channel = draw(times), draw(st.sampled_from([1, 2]))
        key = draw(st.sampled_from([60, 61, 110]))
        length = draw(st.sampled_from([0, 1, 63, 64, 500, 3000]))
        events += [on(time, key, 80, channel), off(min(time + length, LENGTH), key, 70, channel)]
    events += [cc(time, 1, 1) for time in draw(st.lists(times, max_size=3))]
    for _ in range(draw(st.integers(0, 4))):
        events.append(
            TransportChange(
                time=draw(times) + draw(st.sampled_from([0.0, 0.3, 0.5, 0.7])),
                tempo=draw(st.sampled_from([None, 60.0, 97.3, 240.0])),
                playing=draw(st.sampled_from([None, True, False])),
                beat=draw(st.sampled_from([None, 0.0, 3.25])),
            )
        )
    if draw(st.booleans()) and draw(st.booleans()):
        events.append(Panic(time=draw(times)))
    return sorted(events, key=lambda event: (event.time, isinstance(event, NoteOff) and event.time == LENGTH))


@settings(max_examples=60, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
@given(song=songs(), seed=st.integers(0, 1000))
def test_the_rules_hold_whatever_a_script_does(tmp_path_factory, song, seed):
    path = tmp_path_factory.getbasetemp() / "wild.py"
    path.write_text(WILD)
    script = Script(path)
    first = None
    for block in (None, 1, 32, 64, 441, 1024):
        heard = script.run(song, until=samples(LENGTH + 100), block=block, seed=seed)
        if first is None:
            first = heard, script.log
        assert heard == first[0]
        assert script.log == first[1]
    assert first is not None
    heard = first[0]
    assert [e.time for e in heard] == sorted(e.time for e in heard)
    assert not any("outboard/_" in line.text for line in script.log)
    assert_no_hanging_notes(heard)
    ids = [e.note_id for e in heard if isinstance(e, NoteOn)]
    assert len(ids) == len(set(ids))
