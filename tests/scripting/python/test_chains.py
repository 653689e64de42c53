"""Several scripts of one track: the output of one is the input of the next."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Callable

import pytest

from conftest import Bench
from outboard import (
    ChannelPressure,
    ControlChange,
    Event,
    NoteOff,
    NoteOn,
    PitchBend,
    ProgramChange,
    SysEx,
    beats,
    samples,
)
from outboard.testing import (
    MidiBytes,
    Panic,
    ParameterChange,
    Script,
    TransportChange,
    assert_no_hanging_notes,
    notes,
)

PASS = "@on.cc(99)\ndef never(e): pass"
FORWARD = "@on.any\ndef everything(e): e.forward()"
OCTAVE = "@on.note\ndef up(e): e.forward(key=e.key + 12)"

Make = Callable[..., Bench]


@pytest.fixture
def chain(bench: Callable[[str], Bench]) -> Make:
    return lambda *sources: Bench([bench(source).path for source in sources])  # type: ignore[arg-type]


SONG: list[Event] = [
    ProgramChange(time=0, channel=1, program=7),
    NoteOn(time=0, key=60, channel=1),
    NoteOn(time=10, key=60, channel=1, velocity=0.3),
    ControlChange(time=10, channel=2, cc=1, value=0.5),
    PitchBend(time=11, channel=1, value=0.25),
    NoteOff(time=20, key=60, channel=1, velocity=0.2),
    ChannelPressure(time=20, channel=1, value=0.75),
    SysEx(time=21, data=bytes([0xF0, 1, 2, 0xF7])),
    NoteOn(time=64, key=64, channel=3),
    NoteOff(time=70, key=60, channel=1, velocity=1.0),
    NoteOff(time=128, key=64, channel=3, velocity=0.4),
    NoteOff(time=130, key=99, channel=1),
]


@pytest.mark.parametrize("scripts", [(PASS, PASS), (PASS, PASS, PASS), (FORWARD, PASS), (PASS, FORWARD)])
def test_scripts_that_let_everything_through_change_nothing(chain: Make, bench: Callable[[str], Bench], scripts) -> None:
    alone = bench(FORWARD if FORWARD in scripts else PASS).play(SONG)
    heard = chain(*scripts).play(SONG)
    without_numbers = [[(e.time, type(e), getattr(e, "key", 0), getattr(e, "velocity", 0)) for e in each]
                       for each in (alone, heard)]  # fmt: skip
    assert without_numbers[0] == without_numbers[1]
    assert_no_hanging_notes(heard)


def test_what_nobody_takes_keeps_its_number_and_calls_nobody(chain: Make) -> None:
    bench = chain(PASS, PASS)
    heard = bench.script.run(SONG, until=samples(300), block=64)
    assert [e.note_id for e in heard if isinstance(e, NoteOn)] == [-3, -4, -10]
    assert bench.script.calls == 1, "at the start only"


def test_an_arpeggiator_is_transposed(factory: Callable[[str], Bench], bench: Callable[[str], Bench]) -> None:
    keys: list[Event] = [NoteOn(time=0, key=60), NoteOn(time=5, key=64), NoteOff(time=60000, key=60),
                         NoteOff(time=80000, key=64)]  # fmt: skip
    arpeggiator = factory("arpeggiator").path
    plain = notes(Script(arpeggiator).run(keys, until=beats(8)))
    both = Bench([arpeggiator, bench(OCTAVE).path])  # type: ignore[arg-type]
    heard = notes(both.play(keys, blocks=[None, 32, 64, 441, 1024], until=beats(8)))
    assert len(plain) > 5
    assert heard == [note._replace(key=note.key + 12) for note in plain]


def test_notes_with_an_end_of_their_own_call_nobody_when_they_end(chain: Make) -> None:
    bench = chain("@on.note\ndef n(e): play(e.key, duration=samples(1000))", OCTAVE)
    heard = bench.script.run([NoteOn(time=0, key=50), NoteOff(time=10, key=50)], until=samples(5000), block=100)
    assert [(n.key, n.length) for n in notes(heard)] == [(62, 1000)]
    assert bench.script.calls == 1


def test_key_up_reaches_what_was_made_of_the_key(chain: Make) -> None:
    bench = chain("@on.note\ndef n(e):\n    e.forward()\n    play(e.key + 7)", OCTAVE, "@on.note\ndef n(e): e.forward(channel=4)")
    heard = bench.play([NoteOn(time=3, key=50), NoteOff(time=100, key=50, velocity=0.2)])
    offs = [e for e in heard if isinstance(e, NoteOff)]
    assert [(n.time, n.channel, n.key, n.length) for n in notes(heard)] == [(3, 4, 62, 97), (3, 4, 69, 97)]
    assert sorted((e.key, e.velocity7) for e in offs) == [(62, 25), (69, 64)], "forwarded: the key's own release"


@pytest.mark.parametrize("up", [40, 90])
def test_a_delay_is_a_delay_of_both_ends(chain: Make, up: int) -> None:
    late = "@on.note\nasync def n(e):\n    await samples(50)\n    e.forward()"
    heard = chain(late, late).play([NoteOn(time=3, key=50), NoteOff(time=up, key=50, velocity=0.2)])
    assert [(n.time, n.length) for n in notes(heard)] == [(103, up - 3)]
    assert [e.velocity7 for e in heard if isinstance(e, NoteOff)] == [25]


def test_ends_that_are_moved_and_cancelled_tasks_reach_the_next_script(chain: Make) -> None:
    first = """
    @on.note
    async def n(e):
        v = play(40, duration=samples(1000))
        await samples(10)
        v.release(after=samples(20))
        t = spawn(holds)
        await samples(30)
        t.cancel()

    async def holds():
        play(41, hold=True)
        await samples(10000)
    """
    heard = chain(first, OCTAVE).play([NoteOn(time=0, key=50), NoteOff(time=1, key=50)])
    assert [(n.time, n.key, n.length) for n in notes(heard)] == [(0, 52, 30), (10, 53, 30)]


@pytest.mark.parametrize("second", [OCTAVE, "@on.note\nasync def n(e):\n    await samples(5)\n    e.forward()"])
def test_a_note_that_is_ended_early_ends_what_the_next_script_made_of_it(chain: Make, second: str) -> None:
    first = "@on.note\nasync def n(e):\n    v = play(40, duration=samples(1000))\n    await samples(10)\n    v.release()"
    heard = chain(first, second).play([NoteOn(time=0, key=50), NoteOff(time=1, key=50)])
    assert [n.length for n in notes(heard)] == [10]


def test_the_second_hears_the_end_of_the_first_ones_note(chain: Make) -> None:
    second = """
    @on.note
    async def n(e):
        say(now(), len(held), e.key)
        await e.released()
        say(now(), len(held))
        play(100, duration=samples(10))
    """
    bench = chain("@on.note\ndef n(e): play(e.key, duration=samples(70))", second)
    heard = bench.play([NoteOn(time=5, key=50), NoteOff(time=10, key=50)])
    assert [(n.time, n.key) for n in notes(heard)] == [(75, 100)]
    assert bench.printed == ["5 1 50", "75 0"]


def test_one_key_twice_ends_oldest_first(chain: Make) -> None:
    first = "@on.note\ndef n(e): play(60, duration=samples(200 if e.key == 1 else 50))"
    second = "@on.note\nasync def n(e):\n    born = now()\n    await e.released()\n    say(born, now())"
    bench = chain(first, second)
    bench.play([NoteOn(time=0, key=1), NoteOn(time=10, key=2), NoteOff(time=11, key=1), NoteOff(time=11, key=2)])
    assert bench.printed == ["0 60", "10 200"]
    heard = chain(first, OCTAVE).play([NoteOn(time=0, key=1), NoteOn(time=10, key=2)])
    assert [(n.time, n.length) for n in notes(heard)] == [(0, 60), (10, 190)]


def test_the_pedal_and_other_controllers_cross(chain: Make) -> None:
    first = "@on.note\ndef n(e):\n    send(ControlChange(channel=1, cc=64, value=1.0))\n    e.forward()"
    second = "@on.cc(64)\ndef c(e):\n    e.forward(value=0.5)\n@on.note\ndef n(e):\n    say(round(midi.cc[64], 2))\n    e.forward()"
    bench = chain(first, second)
    heard = bench.play([NoteOn(time=0, key=50), NoteOff(time=10, key=50)])
    assert [e.value7 for e in heard if isinstance(e, ControlChange)] == [64]
    assert bench.printed == ["1.0"]


def test_tuning_changes_and_fades_go_on_through_the_next_script(chain: Make) -> None:
    first = """
    @on.note
    async def n(e):
        v = e.forward(tuning=0.5)
        await samples(10)
        v.change_tune(1.0)
        v.fade_out(samples(40))
    """
    heard = chain(first, OCTAVE).play([NoteOn(time=0, key=50), NoteOff(time=200, key=50)])
    (on,) = [e for e in heard if isinstance(e, NoteOn)]
    assert (on.key, on.tuning) == (62, 0.5)
    assert [(e.kind, e.time) for e in heard if hasattr(e, "until")] == [("tuning", 10), ("volume", 10)]
    assert [n.length for n in notes(heard)] == [50]


def test_panic_ends_everything(chain: Make) -> None:
    first = "@on.note\ndef n(e): play(e.key, hold=True)"
    heard = chain(first, OCTAVE).play([NoteOn(time=0, key=50), Panic(time=50), NoteOff(time=60, key=50)])
    assert [(n.time, n.length) for n in notes(heard)] == [(0, 50)]


def test_tempo_moves_the_ends_of_what_the_next_script_made(chain: Make) -> None:
    first = "@on.note\ndef n(e): play(e.key, duration=beats(0.01))"
    events = [NoteOn(time=0, key=50), TransportChange(time=120, tempo=60.0)]
    heard = chain(first, OCTAVE, OCTAVE).play(events, until=samples(1000))
    assert [(n.key, n.length) for n in notes(heard)] == [(74, 360)]


def test_twenty_errors_bypass_one_script_and_the_others_play_on(chain: Make) -> None:
    first = "@on.note\ndef n(e):\n    1 / 0\n"
    events = [event for n in range(30) for event in (NoteOn(time=n * 10, key=50), NoteOff(time=n * 10 + 5, key=50))]
    bench = chain(first, OCTAVE)
    heard = bench.play(events)
    assert [(n.key, n.length) for n in notes(heard)] == [(62, 5)] * 30
    assert sum("ZeroDivisionError" in text for text in bench.errors) == 20
    assert "bypassed after 20 errors" in bench.errors[-1]


def test_each_has_its_own_modules_also_of_equal_names(tmp_path: Path) -> None:
    paths = []
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "shared_name.py").write_text(f"NAME = {name!r}\ncount = 0\n")
        paths.append(tmp_path / name / "script.py")
        paths[-1].write_text(
            "from outboard import on, log\nimport shared_name\n"
            "@on.note\ndef n(e):\n    import shared_name as again\n    shared_name.count += 1\n"
            "    log.info(again.NAME, shared_name.count, again is shared_name)\n    e.forward()\n"
        )
    script = Script([*paths, paths[0]])
    script.run([NoteOn(time=0, key=1), NoteOn(time=1, key=2)], until=samples(10))
    lines = [line.text for line in script.log]
    assert sorted(lines) == sorted(["a 1 True", "b 1 True", "a 1 True", "a 2 True", "b 2 True", "a 2 True"])


def test_random_numbers_are_each_scripts_own_and_the_same_in_every_run(chain: Make) -> None:
    draws = "@on.note\ndef n(e):\n    say(rng.random())\n    e.forward()"
    bench = chain(draws, draws)
    bench.play([NoteOn(time=0, key=1)], seed=3)
    first, second = bench.printed
    assert first != second
    alone = chain(PASS, draws)
    alone.play([NoteOn(time=0, key=1)], seed=3)
    assert alone.printed == [second], "what another script draws does not matter"


KEEPS = """
rate = Knob("Rate", 0.5)

@rate.changed
def changed(value):
    say("rate", value)

@on.note
def n(e):
    state["count"] = state.get("count", 0) + 1
    say(rate.value, state["count"])
    e.forward()
"""


def test_two_copies_have_their_own_parameters_and_state(bench: Callable[[str], Bench]) -> None:
    path = bench(KEEPS).path
    script = Script([path, path])
    values = {"rate": 0.25, "2.rate": 0.75}
    events = [NoteOn(time=0, key=1), ParameterChange(time=5, id="2.rate", value=1.0), NoteOn(time=10, key=2)]
    script.run(events, until=samples(20), values=values)
    assert [line.text for line in script.log] == [
        "rate 0.25", "rate 0.75", "0.25 1", "0.75 1", "rate 1.0", "0.25 2", "1.0 2",
    ] or sorted(line.text for line in script.log) == sorted(
        ["rate 0.25", "rate 0.75", "0.25 1", "0.75 1", "rate 1.0", "0.25 2", "1.0 2"]
    )  # fmt: skip
    assert json.loads(script.saved)["state"] == {"count": 2}
    assert json.loads(script.saved)["chain"]["2"]["state"] == {"count": 2}
    script.run([NoteOn(time=0, key=1)], until=samples(20), saved=script.saved)
    assert [line.text for line in script.log] == ["0.5 3", "0.5 3"]


def test_midi_bytes_that_nobody_knows_cross(chain: Make) -> None:
    data = bytes([0xF0, *([1] * 10)])
    heard = chain(FORWARD, FORWARD).play([MidiBytes(time=3, data=data)])
    assert [(type(e).__name__, e.time) for e in heard] == [("Raw", 3)]


def test_a_chain_has_at_least_one_script() -> None:
    with pytest.raises(ValueError, match="at least one script"):
        Script([])
