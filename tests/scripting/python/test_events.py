"""Section 1: events and handlers."""

from __future__ import annotations

import pytest

from helpers import cc, off, on, short
from outboard import ChannelPressure, ControlChange, NoteOff, NoteOn, PitchBend, PolyPressure, ProgramChange, SysEx
from outboard.testing import MidiBytes, assert_no_hanging_notes, notes

EVERY_KIND = [
    on(0, 60, 1),
    PolyPressure(time=1, key=60, value=5 / 127, channel=2),
    cc(2, 74, 127, 16),
    ProgramChange(time=3, program=127, channel=3),
    ChannelPressure(time=4, value=1 / 127, channel=4),
    PitchBend(time=5, value=-1.0, channel=5),
    PitchBend(time=6, value=8191 / 8192, channel=5),
    MidiBytes(time=7, data=b"\xf0\x7e\xf7"),
    off(8, 60, 3),
    off(9, 61, 9),
]


def kinds(events):  # type: ignore[no-untyped-def]
    return [type(event).__name__ for event in events]


def same_but_ids(ours, theirs):  # type: ignore[no-untyped-def]
    def key(event):  # type: ignore[no-untyped-def]
        return [pair for pair in event._fields() if pair[0] != "note_id"]

    return [(type(a), key(a)) for a in ours] == [(type(b), key(b)) for b in theirs]


EXPECTED = [event for event in EVERY_KIND if not isinstance(event, MidiBytes)]
EXPECTED.insert(7, SysEx(time=7, data=b"\xf0\x7e\xf7"))


def test_not_handled_is_forwarded_byte_for_byte(bench):
    assert same_but_ids(bench("").play(EVERY_KIND), EXPECTED)


def test_pass_through_carries_every_event_across(bench):
    b = bench("@on.any\ndef everything(e): e.forward()")
    assert same_but_ids(b.play(EVERY_KIND), EXPECTED)
    assert b.errors == []


def test_handled_is_consumed(bench):
    b = bench("@on.any\ndef nothing(e): pass")
    assert short(b.play(EVERY_KIND)) == [(9, "off", 61, 9)]  # its press never came: it belongs to nobody


def test_forward_of_each_kind_takes_explicit_keyword_only_arguments(bench):
    b = bench(
        """
        @on.note
        def n(e):
            v = e.forward(key=e.key + 1, velocity=1.0, channel=7, tuning=0.5)
            say(type(v).__name__)
        @on.cc
        def c(e): say(e.forward(cc=2, value=0.0, channel=8))
        @on.bend
        def b(e): e.forward(value=0.5)
        @on.pressure
        def p(e): e.forward(value=1.0)
        @on.poly_pressure
        def pp(e): e.forward(key=3, value=1.0)
        @on.program
        def pc(e): e.forward(program=9)
        """
    )
    heard = b.play(EVERY_KIND)
    assert b.printed == ["Voice", "None"]
    start = heard[0]
    assert isinstance(start, NoteOn)
    assert (start.key, start.velocity, start.channel, start.tuning) == (61, 1.0, 7, 0.5)
    assert heard[1:7] == [
        PolyPressure(time=1, key=3, value=1.0, channel=2),
        ControlChange(time=2, cc=2, value=0.0, channel=8),
        ProgramChange(time=3, program=9, channel=3),
        ChannelPressure(time=4, value=1.0, channel=4),
        PitchBend(time=5, value=0.5, channel=5),
        PitchBend(time=6, value=0.5, channel=5),
    ]
    end = heard[8]
    assert isinstance(end, NoteOff)
    assert (end.key, end.channel, end.velocity7, end.note_id) == (61, 7, 3, start.note_id)
    b = bench("@on.cc\ndef c(e): e.forward(3)")
    b.play([cc(0, 1, 1)])
    assert "positional argument" in b.errors[0]


def test_the_first_matching_handler_in_file_order_takes_the_event(bench):
    b = bench(
        """
        @on.note(keys="C3:D3", channel=2)
        def a(e): say("a", e.key)
        @on.note(keys="D3")
        def b(e): say("b", e.key)
        @on.note
        def c(e): say("c", e.key)
        @on.note(keys=127)
        def d(e): say("never")
        @on.cc(1)
        def m(e): say("wheel")
        @on.cc(64, channel=3)
        def p(e): say("pedal")
        @on.any
        def rest(e): say(type(e).__name__, e.channel)
        """
    )
    b.play(
        [on(0, 60, channel=2), on(1, 62, channel=2), on(2, 62), on(3, 60), on(4, 127), off(5, 60)]
        + [cc(6, 1, 0), cc(7, 64, 0), cc(8, 64, 0, channel=3)]
    )
    assert b.printed == ["a 60", "a 62", "b 62", "c 60", "c 127", "NoteOff 1", "wheel", "ControlChange 1", "pedal"]


@pytest.mark.parametrize("kind", ["note", "release", "cc", "bend", "pressure", "poly_pressure", "program", "any"])
def test_two_unfiltered_handlers_of_one_kind_are_a_load_error(bench, kind):
    b = bench(f"@on.{kind}\ndef a(e): pass\n\n@on.{kind}\ndef b(e): pass\n")
    with pytest.raises(Exception, match=f"two functions take @on.{kind}: a .* and b") as error:
        b.play()
    assert error.value.file == str(b.path)
    assert b.path.read_text().splitlines()[error.value.line - 1] in (f"@on.{kind}", "def b(e): pass")
    bench(f"@on.{kind}(channel=2)\ndef a(e): pass\n\n@on.{kind}\ndef b(e): pass\n").play()


@pytest.mark.parametrize("head", ["def", "async def"])
def test_a_generator_as_handler_is_a_load_error(bench, head):
    b = bench(f"@on.note\n{head} a(e):\n    yield e\n")
    with pytest.raises(Exception, match="a is a generator") as error:
        b.play()
    assert error.value.line > 0


def test_a_note_off_follows_its_note_on(bench):
    b = bench(
        """
        @on.note(keys="C3")
        def consumed(e): pass
        @on.note(keys="D3")
        def twice(e):
            e.forward()
            e.forward(key=70, channel=5)
        """
    )
    heard = b.play([on(0, 60), on(0, 62), on(0, 64), off(100, 60, 1), off(101, 62, 2), off(102, 64, 3)])
    assert short(heard) == [
        (0, "on", 62, 100),
        (0, "on", 70, 100),
        (0, "on", 64, 100),
        (101, "off", 62, 2),
        (101, "off", 70, 2),
        (102, "off", 64, 3),
    ]
    assert heard[4].channel == 5
    assert_no_hanging_notes(heard)


def test_release_only_notifies_and_never_suppresses_an_end(bench):
    b = bench(
        """
        @on.note(keys="C3")
        def n(e): e.forward(key=61)
        @on.release
        def r(e):
            say("released", e.key, e.velocity7, e.note_id)
            play(80, duration=samples(10))
        """
    )
    heard = b.play([on(0, 60), on(0, 64), off(5, 60, 9), off(6, 64, 9), off(7, 10, 9)])
    assert short(heard) == [
        (0, "on", 61, 100),
        (0, "on", 64, 100),
        (5, "off", 61, 9),
        (5, "on", 80, 102),
        (6, "off", 64, 9),
        (6, "on", 80, 102),
        (7, "off", 10, 9),
        (7, "on", 80, 102),
        (15, "off", 80, 64),
        (16, "off", 80, 64),
        (17, "off", 80, 64),
    ]
    assert b.printed == ["released 60 9 1", "released 64 9 2", "released 10 9 -1"]


@pytest.mark.parametrize("head", ["def r(e):", "async def r(e):", "async def r(e):\n    await ms(1)"])
def test_forward_in_a_release_handler_raises(bench, head):
    b = bench(f"@on.release\n{head}\n    e.forward()")
    assert short(b.play([on(0, 60), off(5, 60)])) == [(0, "on", 60, 100), (5, "off", 60, 64)]
    assert len(b.errors) == 1 and "a release handler is only told" in b.errors[0]


def test_an_off_without_an_on_passes_unchanged(bench):
    b = bench("@on.note\ndef n(e): e.forward()")
    assert short(b.play([off(3, 60, 7), on(4, 60), off(5, 60), off(6, 60, 8)])) == [
        (3, "off", 60, 7),
        (4, "on", 60, 100),
        (5, "off", 60, 64),
        (6, "off", 60, 8),
    ]


def test_an_off_without_an_on_does_not_end_a_later_press(bench):
    b = bench("@on.note\ndef n(e): e.forward()")
    assert notes(b.play([off(3, 60), on(3, 60), off(9, 60)])) == [(3, 1, 60, 100, 6)]


def test_an_off_ends_the_oldest_press_of_its_port_channel_and_key(bench):
    source = "@on.note\ndef n(e): e.forward(velocity=e.velocity)"
    events = [on(0, 60, 10), on(10, 60, 20), on(20, 60, 30, channel=2), on(30, 60, 40, port=1)]
    events += [off(100, 60), off(110, 60, channel=2), off(120, 60), off(130, 60, port=1)]
    for b in bench(source), bench(""):
        heard = b.play(events)
        assert notes(heard) == [(0, 1, 60, 10, 100), (10, 1, 60, 20, 110), (20, 2, 60, 30, 90), (30, 1, 60, 40, 100)]


def test_note_on_with_velocity_0_is_a_note_off(bench):
    b = bench("@on.any\ndef a(e):\n    say(type(e).__name__, e.velocity7)\n    e.forward()")
    heard = b.play([on(0, 60), MidiBytes(time=5, data=b"\x90\x3c\x00")])
    assert b.printed == ["NoteOn 100", "NoteOff 64"]
    assert notes(heard) == [(0, 1, 60, 100, 5)]


def test_velocity_and_values_are_0_to_1_by_127(bench):
    b = bench(
        """
        @on.any
        def a(e):
            e.forward()
            if isinstance(e, NoteOn): say(e.velocity == 100 / 127, e.velocity7)
            elif isinstance(e, ControlChange): say(e.value == 64 / 127, e.value7)
            elif isinstance(e, PitchBend): say(e.value, e.value14)
        """
    )
    bends = [MidiBytes(time=2, data=b"\xe0\x00\x00"), MidiBytes(time=3, data=b"\xe0\x7f\x7f")]
    b.play([on(0, 60, 100), cc(1, 2, 64), *bends])
    assert b.printed == ["True 100", "True 64", "-1.0 0", f"{8191 / 8192} 16383"]


@pytest.mark.parametrize("number", range(128))
def test_every_7_bit_value_comes_out_as_it_went_in(number):
    assert ControlChange(cc=1, value=number / 127).value7 == number
    assert NoteOff(key=1, velocity=number / 127).velocity7 == number


def test_down_and_released_are_about_one_key_press(bench):
    b = bench(
        """
        @on.note
        async def n(e):
            say(now(), e.velocity7, e.down)
            await e.released()
            say(now(), e.velocity7, e.down)
            await e.released()
            say("again", now())
        """
    )
    assert b.play([on(0, 60, 1), on(10, 60, 2), off(30, 60), off(40, 60)]) == []
    assert b.printed == ["0 1 True", "10 2 True", "30 1 False", "again 30", "40 2 False", "again 40"]


def test_what_follows_released_counts_from_the_end_of_the_key_press(bench):
    b = bench("@on.note\nasync def n(e):\n    await e.released()\n    await samples(5)\n    say(now())")
    b.play([on(0, 60), off(30, 60)])
    assert b.printed == ["35"]


def test_events_in_arrival_order_then_due_tasks_in_the_order_they_were_scheduled(bench):
    b = bench(
        """
        async def late(name):
            say("task", name)
            await ms(0)
            say("again", name)
        @on.start
        def s(): spawn(tick)
        async def tick():
            await samples(100)
            say("timer")
        @on.note
        def n(e):
            say("event", e.key)
            spawn(late, e.key)
        """
    )
    b.play([on(100, 60), on(100, 64)])
    assert b.printed == ["event 60", "event 64", "timer", "task 60", "task 64", "again 60", "again 64"]


def test_spawn_and_wake_ups_schedule_and_never_run_inline(bench):
    b = bench(
        """
        @on.start
        def s(): spawn(waits)
        async def waits():
            while True:
                say("got", await received("x"))
        @on.cc
        def c(e):
            emit("x", e.value7)
            say("after", e.value7)
        """
    )
    b.play([cc(5, 1, 1), cc(5, 1, 2), cc(6, 1, 3)])
    assert b.printed == ["after 1", "after 2", "got 1", "after 3", "got 3"]


def test_output_keeps_call_order_between_the_unhandled_events_before_and_after(bench):
    b = bench(
        """
        @on.note
        def n(e):
            e.forward()
            send(ControlChange(cc=3, value=0.0))
            spawn(last)
        async def last(): send(ControlChange(cc=9, value=0.0))
        """
    )
    heard = b.play([cc(0, 1, 0), on(0, 60), cc(0, 2, 0), off(0, 60)])
    assert short(heard) == [
        (0, "cc", 1, 0),
        (0, "on", 60, 100),
        (0, "cc", 3, 0),
        (0, "cc", 2, 0),
        (0, "off", 60, 64),
        (0, "cc", 9, 0),
    ]


def test_async_def_is_a_task_of_its_own_per_event_and_its_first_part_runs_at_once(bench):
    b = bench(
        """
        @on.note
        async def n(e):
            say("begin", e.key)
            await samples(5)
            say("end", e.key, now())
        """
    )
    b.play([on(0, 60), on(1, 61)])
    assert b.printed == ["begin 60", "begin 61", "end 60 5", "end 61 6"]


def test_a_script_at_sample_n_sees_the_state_as_of_n(bench):
    b = bench(
        """
        knob = Knob("K", 0, min=0, max=10, step=1)
        @on.start
        def s(): spawn(look)
        async def look():
            await samples(9)
            for _ in range(3):
                say(now(), len(held), midi.cc[1] * 127, midi.bend, transport.tempo, midi.channel(2).program)
                await samples(1)
        """
    )
    b.play(
        [
            on(10, 60),
            cc(10, 1, 5),
            PitchBend(time=11, value=0.25),
            ProgramChange(time=10, program=7, channel=2),
            off(11, 60),
        ]
    )
    assert b.printed == ["9 0 0.0 0.0 120.0 0", "10 1 5.0 0.0 120.0 7", "11 0 5.0 0.25 120.0 7"]


@pytest.mark.parametrize(
    "call", ["play(60)", "send(ControlChange(cc=1, value=0))", "spawn(f)", "all_notes_off()", "emit('x')"]
)
def test_at_module_level_play_send_and_spawn_raise(bench, call):
    with pytest.raises(RuntimeError, match="module level"):
        bench(f"async def f(): pass\n{call}").play()


def test_start_runs_when_the_script_becomes_live_with_held_filled(bench):
    b = bench(
        """
        @on.start
        def s():
            say([n.key for n in held.by_time], midi.cc[1])
            play(held.by_time[0].key + 12, until=held.by_time[0])
        @on.note
        def never(e): say("no")
        """
    )
    heard = b.play([off(50, 60)], held_before=[on(0, 60), on(0, 64)])
    assert b.printed == ["[60, 64] 0.0"]
    assert notes(heard) == [(0, 1, 72, 102, 50)]


def test_out_of_range_is_clamped_and_logged_once_with_line_and_value(bench):
    b = bench(
        """
        @on.note
        def n(e):
            e.forward(key=e.key + 100,
                      velocity=3)
            send(ControlChange(cc=1, value=-2.0), after=samples(1))
            send(PitchBend(value=2.0))
        """
    )
    heard = b.play([on(0, 60), on(5, 61)])
    assert short(heard)[:2] == [(0, "on", 127, 127), (0, "PitchBend")]
    warnings = [line for line in b.script.log if line.level == 3]
    assert [line.text.split(" is out")[0] for line in warnings] == ["key 160", "velocity 3", "value -2.0", "bend 2.0"]
    source = b.path.read_text().splitlines()
    assert [source[line.line - 1].split("(")[0].strip() for line in warnings] == ["e.forward"] * 2 + ["send"] * 2
    assert {line.file for line in warnings} == {str(b.path)}


@pytest.mark.parametrize(
    "call",
    [
        "play('C3')",
        "play(60.5)",
        "play(60, 'loud')",
        "play(60, channel='1')",
        "play(60, duration=3)",
        "play(60, until=3)",
        "send(3)",
        "send(ControlChange(cc='a', value=1))",
        "e.forward(key='C3')",
        "e.forward(velocity=None, key=[])",
        "play(60, tuning='x')",
    ],
)
def test_a_wrong_type_raises_at_the_call(bench, call):
    b = bench(f"@on.note\ndef n(e):\n    {call}\n    say('went on')")
    heard = b.play([on(0, 60)])
    assert b.printed == [] and "TypeError" in b.errors[0] and call in b.errors[0]
    assert short(heard) == [(0, "on", 60, 100)]  # it had done nothing yet: forwarded


def test_a_raw_event_can_only_be_forwarded_at_once_and_once(bench):
    b = bench("@on.any\nasync def a(e):\n    e.forward()\n    await ms(1)\n    e.forward()")
    assert kinds(b.play([MidiBytes(time=3, data=b"\xf0\x01")])) == ["Raw"]
    assert "only be forwarded at once" in b.errors[0]
    b = bench("@on.any\ndef a(e):\n    e.forward()\n    e.forward()")
    assert kinds(b.play([MidiBytes(time=3, data=b"\xf7\x01")])) == ["Raw"]
    assert "only once" in b.errors[0]


def test_an_event_of_ones_own_cannot_be_forwarded(bench):
    b = bench("@on.start\ndef s(): NoteOn(key=60).forward()")
    assert b.play() == [] and "use play or send" in b.errors[0]
    b = bench("@on.start\ndef s(): ControlChange(cc=1, value=1).forward()")
    assert b.play() == [] and "use send" in b.errors[0]


def test_key_names(bench):
    b = bench(
        """
        from outboard._names import key_number, key_range
        say([key_number(k) for k in ("C3", "C-2", "G8", "c3", "F#2", "Bb-1", "Cb3", "B#2")])
        say(list(key_range("C1:D1")), key_range(5), key_range("36:38"))
        for bad in ("H3", "G#8", "C", "D1:C1", 128, -1, ""):
            try: key_range(bad)
            except ValueError as e: say("bad")
        """
    )
    b.play()
    assert b.printed[0] == "[60, 0, 127, 60, 54, 22, 59, 60]"
    assert b.printed[1] == "[36, 37, 38] range(5, 6) range(36, 39)"
    assert b.printed[2:] == ["bad"] * 7


@pytest.mark.parametrize("channel", [0, 17])
def test_channels_are_1_to_16(bench, channel):
    with pytest.raises(ValueError, match="1 to 16"):
        bench(f"@on.note(channel={channel})\ndef n(e): pass").play()


def test_handlers_are_fixed_once_the_script_is_loaded(bench):
    b = bench("@on.start\ndef s():\n    @on.note\n    def n(e): pass")
    b.play()
    assert "module level" in b.errors[0]
