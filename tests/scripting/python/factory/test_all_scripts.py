"""What holds for every factory script."""

from __future__ import annotations

from random import Random

import pytest

from conftest import FACTORY
from helpers import off, on
from outboard import seconds
from outboard.testing import Script, TransportChange, assert_no_hanging_notes, notes

NAMES = sorted(path.stem for path in FACTORY.glob("*.py"))

# They play by themselves, work on sound, or have a channel for each note.
NOT_FOR_DRUMS = {"passthrough", "tremolo", "mpe_out", "mpe_in", "euclid", "cc_lfo"}


def busy_song(random, channels):
    events = []
    for _ in range(300):
        time, key, channel = random.randrange(200_000), random.randrange(128), random.choice(channels)
        events += [on(time, key, random.randrange(1, 128), channel)]
        events += [off(time + random.choice([0, 1, 5, 700, 30_000]), key, channel=channel)]
    return events + [TransportChange(time=random.uniform(0, 200_000), tempo=random.uniform(50, 200)) for _ in range(20)]


@pytest.mark.parametrize("name", NAMES)
def test_no_script_leaves_a_note_hanging_in_a_busy_song(factory, name):
    bench = factory(name)
    heard = bench.play(busy_song(Random(name), [1, 2, 10]), blocks=(None, 64, 441), until=seconds(20))
    if name == "latch":  # what it holds, it holds
        assert len(notes(heard)) > 50 and bench.errors == []
        return
    assert_no_hanging_notes(heard)
    assert len(notes(heard)) > 50 and bench.errors == []


@pytest.mark.parametrize("name", sorted(set(NAMES) - NOT_FOR_DRUMS))
def test_channel_10_passes_through_on_a_multi_channel_track(name):
    song = busy_song(Random(name), [1, 3, 10])
    script = Script(FACTORY / f"{name}.py")
    drums = [event for event in song if getattr(event, "channel", 10) == 10]

    def on_channel_10(events):
        return [(n.time, n.key, n.velocity7, n.length) for n in notes(events) if n.channel == 10]

    plain = Script(FACTORY / "passthrough.py").run(drums, seconds(20))
    assert len(notes(plain)) > 60
    assert on_channel_10(script.run(song, seconds(20))) == on_channel_10(plain)


@pytest.mark.parametrize("name", sorted(set(NAMES) - NOT_FOR_DRUMS))
def test_on_a_track_of_drums_alone_the_script_takes_channel_10(name):
    script = Script(FACTORY / f"{name}.py")
    sharp = {f"cents_by_key[{key}]": 60.0 for key in range(128)}
    changed = {"scale_map": {"scale": 8.0}, "velocity_curve": {"gamma": 2.0}, "microtuning": sharp}
    values = changed.get(name, {})
    song = [event for event in busy_song(Random(name), [10]) if not isinstance(event, TransportChange)]
    song += [event for t in range(8) for event in (on(t * 100, 60, channel=10), off(t * 100 + 50, 60, channel=10))]

    def rows(events):
        return [(n.time, n.key, n.velocity7, n.length) for n in notes(events)]

    alone = script.run(song, seconds(9), channel=10, values=values)
    assert rows(alone) != rows(script.run(song, seconds(9), values=values))


@pytest.mark.parametrize("name", NAMES)
def test_a_script_says_first_what_it_is_for(name):
    text = (FACTORY / f"{name}.py").read_text(encoding="utf-8")
    first = text.splitlines()[0]
    assert first.startswith('"""') and ": " in first and first.endswith(".")
    assert len(text.splitlines()) <= 140
