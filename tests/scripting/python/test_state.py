"""Section 4 and 5: what a script can ask, its parameters, its random numbers."""

from __future__ import annotations

import pytest

from helpers import BEAT, cc, off, on
from outboard import ChannelPressure, PitchBend, ProgramChange, beats
from outboard.testing import MidiBytes, ParameterChange, TransportChange

FEW = (None, 64, 441)


def test_held_knows_the_keys_that_are_down(bench):
    b = bench(
        """
        def keys(notes): return [n.key for n in notes]
        @on.any
        def a(e):
            e.forward()
            top = held.top
            say(keys(held.by_time), keys(held.by_pitch), top.key if top else None, len(held), bool(held), keys(held))
        """
    )
    b.play([on(0, 64), on(1, 60), on(2, 67), off(3, 64), cc(4, 64, 127), off(5, 60), off(6, 67)])
    assert b.printed == [
        "[64] [64] 64 1 True [64]",  # the NoteOn that is handled is included
        "[64, 60] [60, 64] 64 2 True [64, 60]",
        "[64, 60, 67] [60, 64, 67] 67 3 True [64, 60, 67]",
        "[60, 67] [60, 67] 67 2 True [60, 67]",
        "[60, 67] [60, 67] 67 2 True [60, 67]",  # the pedal does not count
        "[67] [67] 67 1 True [67]",
        "[] [] None 0 False []",
    ]


def test_held_on_a_channel_and_within_keys(bench):
    b = bench(
        """
        @on.cc
        def c(e):
            say(len(held.on(2)), [n.key for n in held.within("C3:D3").by_time], len(held.on(2).within("C3:C3")),
                len(held.within("C-2:C3").within(range(60, 128))), bool(held.on(3)), key_down("C3"), key_down(61))
        """
    )
    b.play([on(0, 60), on(0, 62, channel=2), on(0, 72, channel=2), on(0, 60, channel=2), cc(1, 1, 1)])
    assert b.printed == ["3 [60, 62, 60] 1 2 False True False"]


def test_own_notes_are_not_held(bench):
    b = bench(
        """
        @on.start
        def s():
            play(60, hold=True)
            send(NoteOn(key=61))
            say(len(held), key_down(60))
        """
    )
    b.play()
    assert b.printed == ["0 False"]


def test_midi_gives_the_last_values_of_any_channel_or_one(bench):
    b = bench(
        """
        @on.program
        def p(e):
            m = midi.channel(3)
            say(midi.cc[1] * 127, midi.bend, midi.pressure * 127, midi.program)
            say(m.cc[1] * 127, m.bend, m.pressure * 127, m.program)
        """
    )
    b.play(
        [
            ProgramChange(time=0, program=5),
            cc(1, 1, 9, channel=3),
            cc(2, 1, 8),
            PitchBend(time=3, value=0.5, channel=3),
            ChannelPressure(time=4, value=1.0, channel=4),
            ProgramChange(time=5, program=6, channel=3),
        ]
    )
    assert b.printed == ["0.0 0.0 0.0 5", "0.0 0.0 0.0 0", "8.0 0.5 127.0 6", "9.0 0.5 0.0 6"]


def test_transport(bench):
    b = bench(
        """
        @on.cc
        async def c(e):
            t = transport
            say(t.tempo, t.beat, t.bar, t.playing, t.time_signature, t.sample_rate)
            await beats(1.25)
            say(t.beat, t.bar)
        """
    )
    b.play(
        [cc(0, 1, 1), TransportChange(time=4 * BEAT, time_signature=(3, 4), tempo=60), cc(8 * BEAT, 1, 1)]
        + [TransportChange(time=13 * BEAT, playing=False), cc(13 * BEAT, 1, 1)],
        blocks=FEW,
        until=beats(24),
        sample_rate=48000.0,
    )
    assert b.printed == [
        "120.0 0.0 0 True (4, 4) 48000.0",
        "1.25 0",
        "60.0 6.0 1 True (3, 4) 48000.0",
        "7.25 2",
        "60.0 8.5 2 False (3, 4) 48000.0",
        "8.5 2",
    ]


KNOBS = """
    rate = Menu("Rate it!", ["1/4", "1/8", "1/16"], default="1/8")
    gate = Knob("Gate", 0.5, min=0.05, max=1.0, unit="%")
    count = Knob("Count", 3, min=1, max=8, step=1, id="n")
    grain = Knob("Grain", 0.25, step=0.25)
    thru = Toggle("Thru", True)
"""


def test_parameters_have_values_of_their_type(bench):
    b = bench(KNOBS + "    say([p.value for p in (rate, gate, count, grain, thru)], rate.index)")
    b.play()
    assert b.printed == ["['1/8', 0.5, 3, 0.25, True] 1"]


def test_saved_values_are_there_at_module_level_clamped_and_unknown_ids_kept_out(bench):
    b = bench(KNOBS + "    say([p.value for p in (rate, gate, count, grain, thru)])")
    b.play(values={"rate_it": 9, "gate": -3, "n": 4.6, "grain": 0.6, "thru": 0, "gone": 1})
    assert b.printed == ["['1/16', 0.05, 5, 0.5, False]"]


def test_changed_runs_when_the_user_moves_the_control_not_when_the_script_does(bench):
    b = bench(
        KNOBS
        + """
    @rate.changed
    def r(value): say("rate", value, rate.value, now())
    @gate.changed
    async def g():
        say("gate", gate.value)
        await samples(10)
        say("later", now())
    @on.start
    def s():
        gate.value = 0.7
        rate.value = "1/4"
        say(gate.value, rate.value)
    """
    )
    b.play(
        [
            ParameterChange(time=5, id="rate_it", value=2),
            ParameterChange(time=6, id="rate_it", value=2),
            ParameterChange(time=7, id="gate", value=0.9),
            ParameterChange(time=8, id="n", value=8),
        ]
    )
    assert b.printed == ["0.7 1/4", "rate 1/16 1/16 5", "gate 0.9", "later 17"]


def test_the_scripts_own_assignments_are_checked(bench):
    b = bench(
        KNOBS
        + """
    @on.start
    def s():
        count.value = 99
        say(count.value)
        count.value = 2.5
        say(count.value)
        for wrong in (lambda: setattr(gate, "value", "x"), lambda: setattr(rate, "value", "1/3"),
                      lambda: setattr(rate, "value", 1), lambda: setattr(thru, "value", "yes")):
            try: wrong()
            except (TypeError, ValueError) as e: say(type(e).__name__)
    """
    )
    b.play()
    assert b.printed == ["8", "3", "TypeError", "ValueError", "TypeError", "TypeError"]
    assert [line.text for line in b.script.log if line.level == 3] == [
        "Count.value 99 is out of range (1 to 8) and was clamped"
    ]


@pytest.mark.parametrize(
    "line, sentence",
    [
        ("Knob('A', 0.5); Knob('a', 0.5)", "two parameters have the id 'a'"),
        ("Knob('A', 5)", "is not within"),
        ("Knob('A', 1, min=2, max=1)", "must be below max"),
        ("Knob('A', 0.5, step=0)", "must be above 0"),
        ("Menu('A', [])", "needs a list"),
        ("Menu('A', 'abc')", "needs a list"),
        ("Menu('A', ['x'], default='y')", "not one of its choices"),
        ("Knob('!!', 0.5)", "needs an id"),
    ],
)
def test_declarations_that_cannot_be_are_load_errors_with_their_line(bench, line, sentence):
    b = bench(f"\n\n{line}")
    with pytest.raises(Exception, match=sentence) as error:
        b.play()
    assert b.path.read_text().splitlines()[error.value.line - 1] == line
    assert error.value.file == str(b.path)


def test_late_declarations_are_errors(bench):
    b = bench("@on.start\ndef s(): Knob('A', 0.5)")
    b.play()
    assert "must be declared at module level" in b.errors[0]


def test_two_changed_handlers_of_one_parameter_are_a_load_error(bench):
    b = bench("k = Knob('A', 0.5)\n@k.changed\ndef a(): pass\n@k.changed\ndef b(): pass")
    with pytest.raises(Exception, match="two functions take @a.changed"):
        b.play()


def test_rng_is_the_same_in_every_run_and_seeded_at_each_transport_start(bench):
    b = bench("@on.cc\ndef c(e): say(rng.random())")
    events = [cc(t, 1, 1) for t in (0, 10, 110, 120)]
    events += [TransportChange(time=50, playing=False), TransportChange(time=100, playing=True)]
    b.play(events)
    first = b.printed
    assert first[0] == first[2] and first[1] == first[3] and first[0] != first[1]
    b.play(events, seed=7)
    assert b.printed[0] != first[0]


def test_filters_do_not_hide_state(bench):
    b = bench("@on.cc(1)\ndef c(e): say(midi.cc[2] * 127, [n.velocity7 for n in held])")
    b.play([cc(0, 2, 5), on(1, 60, 7), MidiBytes(time=2, data=b"\xb0\x01\x01")])
    assert b.printed == ["5.0 [7]"]
