"""Section 2 of the script API: what is done with single notes, as the events that leave."""

from __future__ import annotations

import math

import pytest

from outboard import NoteOff, NoteOn, beats, samples, seconds
from outboard.testing import NoteChange, TransportChange, assert_no_hanging_notes

HELD = [NoteOn(time=0, key=60), NoteOff(time=200, key=60)]


def changes(events):
    return [(e.time, e.kind, round(e.value, 6), e.until) for e in events if isinstance(e, NoteChange)]


def handler(*lines):
    body = "\n    ".join(lines)
    return f"from outboard import *\n@on.note\nasync def n(e):\n    v = e.forward()\n    {body}\n"


def played(bench, *lines, events=HELD, **options):
    script = bench(handler(*lines))
    heard = script.play(events, **options)
    assert_no_hanging_notes(heard)
    assert script.errors == []
    return heard


def test_a_change_names_its_own_note_and_no_other(bench):
    source = """
        from outboard import *
        @on.note
        def n(e):
            first = play(60, duration=samples(200))
            second = play(60, duration=samples(200))
            second.change_tune(0.5, glide=samples(100))
    """
    heard = bench(source).play(HELD)
    ons = [e for e in heard if isinstance(e, NoteOn)]
    (change,) = [e for e in heard if isinstance(e, NoteChange)]
    assert change.note_id == ons[1].note_id != ons[0].note_id
    assert (change.kind, change.value, change.time, change.until) == ("tuning", 0.5, 0, 100)


def test_changes_are_absolute_against_how_the_note_was_played_unless_relative(bench):
    heard = played(
        bench,
        "v.change_tune(1)",
        "v.change_tune(2)",
        "v.change_tune(0.5, relative=True)",
        "v.change_volume(0.5)",
        "v.change_volume(0.5, relative=True)",
        "v.change_volume_db(-3)",
        "v.change_volume_db(-3, relative=True)",
        "v.change_pan(-0.5)",
        "v.change_pan(0.25, relative=True)",
    )
    half = round(20 * math.log10(0.5), 6)
    assert [(kind, value) for _, kind, value, _ in changes(heard)] == [
        ("tuning", 1),
        ("tuning", 2),
        ("tuning", 2.5),
        ("volume", half),
        ("volume", round(2 * 20 * math.log10(0.5), 6)),
        ("volume", -3),
        ("volume", -6),
        ("pan", -0.5),
        ("pan", -0.25),
    ]


def test_every_change_has_its_kind_and_value(bench):
    heard = played(
        bench,
        "v.pressure(0.7, glide=samples(10))",
        "v.brightness(0.1)",
        "v.modulate('filter.cutoff', -2, glide=samples(64))",
        "v.modulate('amp.release', 3)",
    )
    assert changes(heard) == [
        (0, "pressure", 0.7, 10),
        (0, "brightness", 0.1, 0),
        (0, "filter.cutoff", -2, 64),
        (0, "amp.release", 3, 0),
    ]


def test_a_glide_is_one_record_and_costs_no_calls(bench):
    script = bench(handler("v.change_tune(12, glide=seconds(2))", "v.fade_out(seconds(2), kill=False)"))
    calls = script.script.run([NoteOn(time=0, key=60)], until=seconds(3), block=64) and script.script.calls
    assert calls <= 2  # its start and the note: nothing while the glide runs


def test_a_fade_in_beats_ends_on_the_beat(bench):
    # 120 BPM: half a beat is 12000 samples.
    heard = played(bench, "v.fade_out(beats(0.5))", until=beats(2))
    assert changes(heard) == [(0, "volume", -144, 12000)]
    assert [e.time for e in heard if isinstance(e, NoteOff)] == [12000]


def test_fade_out_takes_over_the_end(bench):
    heard = played(bench, "v.fade_out(samples(1000))", until=samples(2000))
    assert [e.time for e in heard if isinstance(e, NoteOff)] == [1000]  # not 200, where the key goes up
    heard = played(bench, "v.fade_out(samples(100))")
    assert [e.time for e in heard if isinstance(e, NoteOff)] == [100]


def test_fade_out_that_does_not_kill_leaves_the_end(bench):
    heard = played(bench, "v.fade_out(samples(1000), kill=False)")
    assert [e.time for e in heard if isinstance(e, NoteOff)] == [200]


def test_a_killing_fade_follows_the_tempo(bench):
    events = [*HELD, TransportChange(time=6000, tempo=60)]
    heard = played(bench, "v.fade_out(beats(0.5))", events=events, until=seconds(1))
    assert [e.time for e in heard if isinstance(e, NoteOff)] == [18000]  # a quarter beat of 6000, one of 12000


def test_fade_in_begins_in_silence_and_ends_where_the_volume_was_set(bench):
    heard = played(bench, "v.change_volume_db(-6)", "v.fade_in(samples(100))")
    assert changes(heard) == [(0, "volume", -6, 0), (0, "volume", -60, 0), (0, "volume", -6, 100)]


def test_fade_goes_to_a_gain(bench):
    heard = played(bench, "v.fade(0.5, samples(100))", "v.fade(0, samples(50))")
    assert changes(heard) == [(0, "volume", round(20 * math.log10(0.5), 6), 100), (0, "volume", -144, 50)]


def test_alive_ends_with_the_fade(bench):
    source = handler(
        "v.fade_out(samples(100))",
        "say(v.alive, v.sounding)",
        "await samples(99)",
        "say(v.alive)",
        "await samples(1)",
        "say(v.alive, v.sounding)",
    )
    script = bench(source)
    script.play(HELD)
    assert script.printed == ["True True", "True", "False False"]


def test_a_note_that_has_ended_takes_no_more_changes(bench):
    heard = played(bench, "await v.ended()", "v.change_tune(1)", "v.fade_out(samples(5))")
    assert changes(heard) == []


@pytest.mark.parametrize(
    "call, words",
    [
        ("v.change_tune('1')", "semitones is a number"),
        ("v.change_tune(float('nan'))", "NaN"),
        ("v.change_tune(1, glide=20)", "needs a time with a unit"),
        ("v.change_volume(None)", "gain is a number"),
        ("v.fade_out(1)", "needs a time with a unit"),
        ("v.fade(1, 2)", "needs a time with a unit"),
        ("v.modulate('cutoff', 1)", "cannot be modulated"),
        ("v.modulate('tuning', 1)", "cannot be modulated"),
        ("v.modulate(3, 1)", "modulate takes a name"),
        ("play(60, hold=True, preset=5)", "a preset is a name or"),
        ("play(60, hold=True, preset='Trumpte')", "did you mean 'trumpet'"),
        ("play(60, hold=True, sample_start=0.5)", "a whole number of points"),
        ("instrument['cutoff'] = 1", "the instrument has no 'cutoff'"),
        ("instrument['filter.cutoff'] = '1'", "filter.cutoff is a number"),
        ("track.pan = 'left'", "pan is a number"),
    ],
)
def test_wrong_types_raise_at_the_call(bench, call, words):
    source = handler(f"try: {call}", "except Exception as error: say(type(error).__name__, error)")
    script = bench(source)
    script.play(HELD, presets={"Trumpet": (0, 56)})
    (text,) = script.printed
    assert words in text and text.split()[0] in ("TypeError", "ValueError", "KeyError")


@pytest.mark.parametrize(
    "call, kind, value",
    [
        ("v.change_tune(500)", "tuning", 120),
        ("v.change_pan(-3)", "pan", -1),
        ("v.brightness(2)", "brightness", 1),
        ("v.change_volume_db(90)", "volume", 24),
        ("v.change_volume(-1)", "volume", -144),
    ],
)
def test_out_of_range_is_clamped_with_one_line(bench, call, kind, value):
    script = bench(handler(call))
    heard = script.play(HELD)
    assert [(k, v) for _, k, v, _ in changes(heard)] == [(kind, value)]
    assert len([line for line in script.script.log if "clamped" in line.text]) == 1


def test_instrument_and_track_are_readable_and_settable(bench):
    source = handler(
        "say(instrument['filter.cutoff'], instrument['amp.release'], round(track.gain, 6), track.pan, track.send)",
        "instrument['filter.cutoff'] = -1.5",
        "instrument.program = 'Trumpet'",
        "track.gain = 0.5",
        "track.pan = -1",
        "track.send = 0.25",
        "say(instrument['filter.cutoff'], instrument.program, round(track.gain, 6), track.pan, track.send)",
        "track.gain_db = -200",
        "say(track.gain_db)",
    )
    script = bench(source)
    script.play(HELD, presets={"Trumpet": (0, 56)})
    assert script.printed == ["0.0 1.0 1.0 0.0 0.0", "-1.5 (0, 56) 0.5 -1.0 0.25", "-144.0"]


def test_sound_is_not_touched_at_module_level(bench):
    with pytest.raises(RuntimeError, match="module level"):
        bench("from outboard import *\ninstrument['filter.cutoff'] = 1\n").play(HELD)
    with pytest.raises(RuntimeError, match="module level"):
        bench("from outboard import *\ntrack.gain = 1\n").play(HELD)


def test_the_table_of_outboard_testing_has_changes(bench):
    from outboard._testing_command import _words

    heard = played(bench, "v.change_tune(0.5, glide=samples(96))")
    assert "change      C3   tuning 0.5  in 96 samples" in [_words(event) for event in heard]
