"""The factory script legato, by its events."""

from __future__ import annotations

from helpers import off, on
from outboard import NoteOn, beats
from outboard.testing import NoteChange
from tables import BLOCKS, key, table

MS = 48


def changes(bench, events, **options):
    """(time, key, what, value, until) of the changes of notes."""
    heard = bench.play(events, blocks=BLOCKS, **{"until": beats(4), **options})
    assert bench.errors == []
    return [(e.time, e.key, e.kind, e.value, e.until) for e in heard if isinstance(e, NoteChange)]


def test_a_note_alone_is_played_as_it_is(factory):
    assert table(factory("legato"), key(10, 60, 5000)) == [(10, 1, 60, 100, 5000)]
    assert changes(factory("legato"), key(10, 60, 5000) + key(6000, 62, 100)) == []


def test_the_old_note_is_faded_into_the_new_one_and_both_glide(factory):
    events = [on(0, 60), on(10000, 64), off(12000, 60), off(20000, 64)]
    faded, glided = 10000 + 60 * MS, 10000 + 40 * MS
    assert changes(factory("legato"), events) == [
        (10000, 64, "tuning", 4.0, glided),
        (10000, 64, "volume", -60.0, 10000),
        (10000, 64, "volume", 0.0, faded),
        (10000, 60, "tuning", 4.0, glided),
        (10000, 60, "volume", -144.0, faded),
    ]
    assert table(factory("legato"), events) == [(0, 1, 60, 100, faded), (10000, 1, 64, 100, 10000)]
    heard = factory("legato").play(events, until=beats(4))
    assert [(e.key, e.tuning) for e in heard if isinstance(e, NoteOn)] == [(60, 0.0), (64, -4.0)]  # begins at 60


def test_the_last_key_up_goes_back_to_the_one_before_it(factory):
    events = [on(0, 60), on(10000, 67), off(20000, 67), off(30000, 60)]
    played = table(factory("legato"), events)
    assert played == [
        (0, 1, 60, 100, 10000 + 60 * MS),
        (10000, 1, 67, 100, 10000 + 60 * MS),
        (20000, 1, 60, 100, 10000),
    ]
    back = [change for change in changes(factory("legato"), events) if change[0] == 20000]
    # The upper note was played 7 lower and tuned up by 7: it goes back to where it began.
    assert (20000, 67, "tuning", 0.0, 20000 + 40 * MS) in back and (20000, 60, "tuning", -7.0, 20000 + 40 * MS) in back


def test_times_are_those_of_the_knobs(factory):
    events = [on(0, 60), on(10000, 64), off(12000, 60), off(20000, 64)]
    values = {"crossfade": 200, "glide": 0}
    assert table(factory("legato"), events, values=values)[0][4] == 10000 + 200 * MS
    untils = {change[4] for change in changes(factory("legato"), events, values=values) if change[2] == "tuning"}
    assert untils == {10000}


def test_a_key_of_the_line_that_is_no_longer_heard_changes_nothing(factory):
    events = [on(0, 60), on(10000, 64), off(12000, 60), off(20000, 64)]
    assert all(change[0] == 10000 for change in changes(factory("legato"), events))


def test_every_channel_has_its_line(factory):
    events = [on(0, 60), on(100, 64, channel=2), off(5000, 60), off(6000, 64, channel=2)]
    assert changes(factory("legato"), events) == []
    assert table(factory("legato"), events) == [(0, 1, 60, 100, 5000), (100, 2, 64, 100, 5900)]
