"""Section 1: system exclusive, RPN and NRPN, note expression, chokes and the transport as events."""

from __future__ import annotations

import pytest

from helpers import BEAT, cc, off, on
from outboard import NoteChoke, NoteEnd, NoteExpression, Rpn, SysEx, samples
from outboard.testing import MidiBytes, TransportChange, assert_no_hanging_notes, notes

GM_ON = b"\xf0\x7e\x7f\x09\x01\xf7"
LONG = b"\xf0" + bytes(index % 128 for index in range(9000)) + b"\xf7"


def sysexes(events):  # type: ignore[no-untyped-def]
    return [(e.time, e.data) for e in events if isinstance(e, SysEx)]


def controls(events):  # type: ignore[no-untyped-def]
    return [(e.time, e.cc, e.value7) for e in events]


# ---- system exclusive -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("data", [GM_ON, b"\xf0\xf7", LONG])
def test_the_bytes_of_a_sysex_reach_the_script_and_go_on_byte_for_byte(bench, data):
    b = bench("@on.sysex\ndef s(e):\n    say(type(e.data) is bytes, len(e.data), e.data[:6].hex())\n    e.forward()")
    assert sysexes(b.play([MidiBytes(time=7, data=data, port=2)])) == [(7, data)]
    assert b.printed == [f"True {len(data)} {data[:6].hex()}"]


def test_a_sysex_that_is_not_handled_is_forwarded_and_a_handled_one_is_consumed(bench):
    assert sysexes(bench("").play([SysEx(time=7, data=GM_ON)])) == [(7, GM_ON)]
    assert bench("@on.sysex\ndef s(e): pass").play([SysEx(time=7, data=GM_ON)]) == []


def test_a_sysex_can_be_forwarded_later_twice_and_with_other_bytes(bench):
    b = bench(
        """
        @on.sysex
        async def s(e):
            e.forward()
            e.forward(data=b"\\xf0\\x01\\xf7")
            await samples(5)
            e.forward()
        """
    )
    assert sysexes(b.play([SysEx(time=7, data=GM_ON)])) == [(7, GM_ON), (7, b"\xf0\x01\xf7"), (12, GM_ON)]


def test_a_sysex_of_ones_own_can_be_sent_also_after_a_time(bench):
    b = bench(
        f"""
        @on.start
        def s():
            send(SysEx(data={GM_ON!r}))
            send(SysEx(data=b"\\xf0\\xf7"), after=samples(9))
        """
    )
    assert sysexes(b.play()) == [(0, GM_ON), (9, b"\xf0\xf7")]


def test_a_sysex_forwarded_unchanged_names_the_event_that_it_is_and_the_host_has_the_bytes(tmp_path):
    from outboard import _active, _child

    path = tmp_path / "s.py"
    head = "from outboard import *\n@on.sysex\nasync def s(e):\n    "
    path.write_text(head + "e.forward()\n    await samples(1)\n    e.forward()")
    _child.load(str(path), {"sample_rate": 48000.0})
    out = _child.run_block(0, 64, [(34, 0), (8, 5, 7, 2, 0, GM_ON, 0, 0, 0)])[0]
    _active.runtime = _active.of_threads = None
    assert out == [(8, 5, 2, 7, b""), (8, 6, 2, 0, GM_ON)]


@pytest.mark.parametrize(
    "data, sentence",
    [
        ("b''", "begin with 0xF0"),
        ("b'\\xf0\\x01'", "end with 0xF7"),
        ("b'\\xf0\\x80\\xf7'", "0 to 127"),
        ("b'\\xf0' + bytes(16383) + b'\\xf7'", "at most 16,384 bytes"),
        ("'text'", "are bytes"),
    ],
)
def test_what_is_no_whole_sysex_raises_at_the_call(bench, data, sentence):
    b = bench(f"@on.start\ndef s(): send(SysEx(data={data}))")
    assert b.play() == [] and sentence in b.errors[0]


def test_a_part_of_a_sysex_or_a_very_long_one_is_raw_and_can_only_be_let_through(bench):
    b = bench("@on.sysex\ndef s(e): say('never')\n@on.any\ndef a(e):\n    say(type(e).__name__)\n    e.forward()")
    b.play([MidiBytes(time=1, data=b"\xf0\x01"), MidiBytes(time=2, data=b"\xf0" + bytes(20000) + b"\xf7")])
    assert b.printed == ["Raw", "Raw"]


# ---- RPN and NRPN ---------------------------------------------------------------------------------------------------


def bend_range(time, semitones, channel=1):  # type: ignore[no-untyped-def]
    return [cc(time, 101, 0, channel), cc(time, 100, 0, channel), cc(time, 6, semitones, channel)]


def test_rpn_is_assembled_from_its_controllers_and_each_data_entry_is_one_event(bench):
    b = bench("@on.rpn\ndef r(e): say(e.time, e.channel, e.parameter, e.value14)")
    b.play([*bend_range(0, 12), cc(1, 38, 5), cc(2, 96, 0), cc(3, 97, 0), cc(4, 97, 0), cc(5, 6, 2)])
    value = 12 << 7
    assert b.printed == [
        f"0 1 0 {value}",
        f"1 1 0 {value + 5}",
        f"2 1 0 {value + 6}",
        f"3 1 0 {value + 5}",
        f"4 1 0 {value + 4}",
        f"5 1 0 {2 << 7}",
    ]


def test_nrpn_is_told_from_rpn_by_what_was_chosen_last_on_its_channel(bench):
    tell = "(e): say(type(e).__name__.lower(), e.channel, e.parameter)\n"
    b = bench(f"@on.rpn\ndef r{tell}@on.nrpn\ndef n{tell}")
    b.play(
        [*bend_range(0, 2), cc(1, 99, 10), cc(1, 98, 8), cc(1, 6, 1), cc(2, 99, 1, 5), cc(2, 98, 0, 5), cc(2, 6, 1, 5)]
        + [cc(3, 101, 0), cc(3, 6, 1)]
    )
    assert b.printed == ["rpn 1 0", "nrpn 1 1288", "nrpn 5 128", "rpn 1 0"]


def test_choosing_a_parameter_passes_and_only_the_data_entry_is_consumed(bench):
    heard = bench("@on.rpn\ndef r(e): pass").play([*bend_range(3, 12), cc(4, 38, 1), cc(5, 7, 9)])
    assert controls(heard) == [(3, 101, 0), (3, 100, 0), (5, 7, 9)]


def test_a_parameter_that_no_handler_takes_goes_on_byte_for_byte(bench):
    events = [*bend_range(0, 12), cc(1, 38, 1), cc(2, 99, 1), cc(2, 98, 1), cc(2, 6, 3), cc(3, 96, 0)]
    for source in ("", "@on.rpn(1)\ndef r(e): pass", "@on.rpn(channel=2)\ndef r(e): pass\n@on.nrpn(7)\ndef n(e): pass"):
        assert controls(bench(source).play(events)) == [(e.time, e.cc, e.value7) for e in events]


def test_no_parameter_chosen_leaves_data_entry_a_controller(bench):
    b = bench("@on.rpn\ndef r(e): say('never')\n@on.cc\ndef c(e): say(e.cc)")
    b.play([cc(0, 6, 1), cc(1, 101, 0), cc(1, 38, 1), cc(2, 101, 127), cc(2, 100, 127), cc(2, 6, 1), cc(2, 96, 0)])
    assert b.printed == ["6", "101", "38", "101", "100", "6", "96"]


def test_an_rpn_forwarded_unchanged_is_the_controller_that_it_came_as(bench):
    events = [*bend_range(0, 12), cc(1, 38, 5), cc(2, 96, 64)]
    heard = bench("@on.rpn\ndef r(e): e.forward()").play(events)
    assert controls(heard) == [(e.time, e.cc, e.value7) for e in events]


def test_an_rpn_forwarded_with_another_value_or_parameter_leaves_chosen_what_was_chosen(bench):
    b = bench("@on.rpn\ndef r(e): e.forward(value=(24 << 7) / 16383)")
    assert controls(b.play(bend_range(0, 12))) == [
        (0, 101, 0), (0, 100, 0), (0, 101, 0), (0, 100, 0), (0, 6, 24), (0, 38, 0)
    ]  # fmt: skip
    b = bench("@on.rpn\nasync def r(e):\n    await samples(4)\n    e.forward(parameter=2)")
    assert controls(b.play(bend_range(0, 12))[2:]) == [
        (4, 101, 0), (4, 100, 2), (4, 6, 12), (4, 38, 0), (4, 101, 0), (4, 100, 0)
    ]  # fmt: skip


def test_an_rpn_or_nrpn_of_ones_own_can_be_sent(bench):
    b = bench(
        """
        @on.start
        def s():
            send(Rpn(channel=3, parameter=0, value=(2 << 7) / 16383))
            send(Nrpn(channel=3, parameter=1288, value=1.0))
        """
    )
    heard = b.play()
    none = [(0, 101, 127), (0, 100, 127)]
    assert controls(heard) == [
        (0, 101, 0), (0, 100, 0), (0, 6, 2), (0, 38, 0), *none,
        (0, 99, 10), (0, 98, 8), (0, 6, 127), (0, 38, 127), *none,
    ]  # fmt: skip
    assert {e.channel for e in heard} == {3}


def test_an_exception_in_an_rpn_handler_forwards_the_data_entry(bench):
    b = bench("@on.rpn\ndef r(e): 1 / 0")
    assert controls(b.play(bend_range(0, 12))) == [(0, 101, 0), (0, 100, 0), (0, 6, 12)]


def test_the_value_of_an_rpn_is_0_to_1_by_16383(bench):
    assert [Rpn(parameter=0, value=value / 16383).value14 for value in range(16384)] == list(range(16384))
    b = bench("@on.rpn\ndef r(e): say(e.value * 16383)")
    b.play([*bend_range(0, 127), cc(0, 38, 127)])
    assert b.printed == [str(float(127 << 7)), "16383.0"]


@pytest.mark.parametrize("parameter", ["-1", "16383", "True"])
def test_a_parameter_that_there_is_not_is_refused(bench, parameter):
    with pytest.raises((ValueError, TypeError), match="a? ?parameter"):
        bench(f"@on.nrpn({parameter})\ndef n(e): pass").play()
    b = bench(f"@on.start\ndef s(): send(Rpn(parameter={parameter}, value=0))")
    assert b.play() == [] and "parameter" in b.errors[0]


# ---- note expression, choke, end ------------------------------------------------------------------------------------


def test_note_expression_comes_with_its_kind_key_and_value(bench):
    b = bench(
        """
        @on.expression(keys="C3")
        def x(e):
            say(e.kind, e.key, e.value)
            e.forward(value=e.value * 2)
        """
    )
    bend = NoteExpression(time=1, channel=2, key=60, kind="tuning", value=-0.5)
    other = NoteExpression(time=2, channel=2, key=61, kind="pan", value=0.25)
    assert b.play([bend, other]) == [NoteExpression(time=1, channel=2, key=60, kind="tuning", value=-1.0), other]
    assert b.printed == ["tuning 60 -0.5"]


def test_a_note_expression_out_of_range_is_clamped_and_an_unknown_kind_raises(bench):
    b = bench("@on.start\ndef s(): send(NoteExpression(key=60, kind='pan', value=3))")
    assert [e.value for e in b.play()] == [1.0] and "pan 3 is out of range" in b.script.log[0].text
    b = bench("@on.start\ndef s(): send(NoteExpression(key=60, kind='taste', value=3))")
    assert b.play() == [] and "no kind of note expression" in b.errors[0]


@pytest.mark.parametrize("source", ["", "@on.note\ndef n(e): e.forward()", "@on.any\ndef a(e): pass"])
def test_a_choke_ends_every_press_of_its_key_and_the_off_after_it_ends_nothing(bench, source):
    b = bench(source)
    heard = b.play([on(0, 60), on(1, 60), on(2, 62), NoteChoke(time=5, channel=1, key=60), off(9, 62)])
    assert_no_hanging_notes(heard)
    kept = {note.key: note.length for note in notes(heard)}
    assert kept == ({} if "pass" in source else {60: 4, 62: 7})


def test_a_choke_counts_as_the_end_of_the_key_press(bench):
    b = bench(
        """
        @on.note
        async def n(e):
            await e.released()
            say(now(), e.down, len(held))
        """
    )
    b.play([on(0, 60), NoteChoke(time=5, channel=1, key=60)])
    assert b.printed == ["5 False 0"]


def test_send_choke_cuts_what_send_note_on_has_started(bench):
    b = bench(
        """
        @on.start
        async def s():
            send(NoteOn(key=60, channel=1))
            send(NoteOn(key=60, channel=1))
            await samples(10)
            send(NoteChoke(key=60, channel=1))
        """
    )
    heard = b.play()
    assert [note.length for note in notes(heard)] == [10, 10]


def test_any_gets_what_no_other_takes(bench):
    b = bench("@on.any\ndef a(e):\n    say(type(e).__name__)\n    e.forward()")
    b.play(
        [
            SysEx(time=0, data=GM_ON),
            NoteExpression(time=1, key=60, kind="volume", value=1.0),
            NoteEnd(time=2, key=60),
            NoteChoke(time=3, key=60),
            TransportChange(time=4, tempo=90),
            *bend_range(5, 2),
        ]
    )
    assert b.errors == []
    assert b.printed == ["SysEx", "NoteExpression", "NoteEnd", "NoteChoke", "Transport", *["ControlChange"] * 3]


def test_a_note_end_is_only_told_and_does_not_go_to_the_instrument_again(bench):
    assert bench("").play([NoteEnd(time=2, key=60)]) == []
    assert bench("@on.any\ndef a(e): e.forward()").play([NoteEnd(time=2, key=60)]) == []


# ---- transport ------------------------------------------------------------------------------------------------------

TELL = """
@on.transport
def t(e):
    what = [name for name in ("started", "stopped", "jumped") if getattr(e, name)]
    say(e.time, *what, e.playing, e.tempo, e.beat, e.time_signature, e.loop)
"""


def test_transport_tells_play_stop_seek_tempo_signature_and_loop(bench):
    b = bench(TELL)
    b.play(
        [
            TransportChange(time=10, playing=True),
            TransportChange(time=BEAT + 10, tempo=60),
            TransportChange(time=BEAT + 20, time_signature=(3, 4)),
            TransportChange(time=BEAT + 30, beat=8.0),
            TransportChange(time=BEAT + 40, loop=(0.0, 16.0)),
            TransportChange(time=BEAT + 50, playing=False),
        ],
        until=samples(2 * BEAT),
        blocks=(None, 64, 1024),
        playing=False,
    )
    rows = [row.split() for row in b.printed]
    assert [row[0:2] for row in rows] == [
        ["10", "started"], [str(BEAT + 10), "True"], [str(BEAT + 20), "True"], [str(BEAT + 30), "jumped"],
        [str(BEAT + 40), "True"], [str(BEAT + 50), "stopped"],
    ]  # fmt: skip
    assert b.printed[1].endswith("60.0 1.0 (4, 4) None")
    assert "(3, 4)" in b.printed[2] and " 8.0 " in b.printed[3] and "(0.0, 16.0)" in b.printed[4]


def test_a_point_that_changes_nothing_tells_nothing(bench):
    b = bench(TELL)
    b.play([TransportChange(time=100)])
    assert b.printed == []


def test_the_class_transport_and_the_object_transport_are_two_things(bench):
    b = bench("@on.transport\ndef t(e):\n    say(isinstance(e, Transport), transport.tempo == e.tempo, transport.loop)")
    b.play([TransportChange(time=5, tempo=90, loop=(4.0, 8.0))])
    assert b.printed == ["True True (4.0, 8.0)"]


def test_the_loop_of_the_transport_can_be_asked_at_any_time(bench):
    b = bench(
        """
        @on.note
        def n(e): say(transport.loop)
        """
    )
    loops = [TransportChange(time=5, loop=(0.0, 8.0)), TransportChange(time=7, loop=(0, 0))]
    b.play([on(0, 60), on(6, 61), on(8, 62), *loops])
    assert b.printed == ["None", "(0.0, 8.0)", "None"]


@pytest.mark.parametrize("kind", ["sysex", "rpn", "nrpn", "expression", "transport"])
def test_two_unfiltered_handlers_of_the_new_kinds_are_a_load_error(bench, kind):
    with pytest.raises(Exception, match=f"two functions take @on.{kind}"):
        bench(f"@on.{kind}\ndef a(e): pass\n\n@on.{kind}\ndef b(e): pass\n").play()


def test_the_state_that_crosses_when_a_script_becomes_live_chooses_the_parameter_and_calls_nobody(bench):
    from outboard import _child
    from outboard._wire import STATE

    b = bench("@on.rpn\ndef r(e): say(e.parameter, e.value14)")
    _child.load(str(b.path), {"sample_rate": 48000.0})
    from outboard import _active

    said = []
    _active.runtime.write = lambda level, text, file, line: said.append(text)
    point = (32, 0, 0.0, 0.0, 0.0, 120.0, 0, 4, 4, 0.0, 0, 0.0, 0.0)
    state = [(4, 0, 0, 0, 0, 0xB0, number, value, STATE) for number, value in ((100, 0), (101, 0), (6, 12))]
    _child.run_block(0, 64, [point, *state, (34, 0), (4, 5, 1, 0, 0, 0xB0, 96, 0, 0)])
    _active.runtime = None
    assert said == [f"0 {(12 << 7) + 1}"]
