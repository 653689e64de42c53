"""Drawn programs behind one another: a chain is what its scripts make of the song one after the other, at every block
size, in the model and in the real host."""

from __future__ import annotations

from pathlib import Path

from hypothesis import assume, given, note, settings
from hypothesis import strategies as st

from drawing import LENGTH, heard_as_rows, programs, songs
from outboard import Event, samples
from outboard.testing import Input, Panic, Script, TransportChange, assert_no_hanging_notes
from test_programs import BOUNDED, END, MOST, SIZES

Rows = list[tuple[object, ...]]

PASSES = "from outboard import *\n@on.cc(99)\ndef never(e): e.forward()\n"
CHAINS = st.one_of(
    st.tuples(programs(), programs()),
    st.tuples(programs(), programs(), programs()),
    st.tuples(st.just(PASSES), programs()),
    st.tuples(programs(), st.just(PASSES), programs()),
    st.tuples(programs(), st.just(PASSES)),
)


def written(folder: Path, texts: tuple[str, ...]) -> list[Path]:
    paths = []
    for number, text in enumerate(texts):
        paths.append(folder / f"drawn{number}.py")
        paths[-1].write_text(text)
        note(text)
    return paths


def run(paths: list[Path], song: list[Input], block: int | None, seed: int) -> tuple[list[Event], Rows]:
    script = Script(paths)
    heard = script.run(song, until=samples(END), block=block, seed=seed)
    assert not any("outboard/_" in line.text.splitlines()[-1] for line in script.log), script.log
    return heard, [row for row in heard_as_rows(heard) if row[0] < END]  # type: ignore[operator]


def as_midi(rows: Rows) -> Rows:
    """Without what a MIDI file does not say: which off belongs to which note, and how a note is tuned. Within a sample
    in any order: an end that the host knows comes before what a later script makes of it, which might have ended the
    note, too, with another release velocity."""
    return sorted((row[: 3 if row[1] & 0xF0 == 0x80 else 4] for row in rows), key=repr)  # type: ignore[operator]


@settings(BOUNDED, max_examples=40)
@given(texts=CHAINS, song=songs(), sizes=st.lists(SIZES, min_size=2, max_size=2), seed=st.integers(0, 99))
def test_a_chain_is_the_same_at_every_block_size(tmp_path_factory, texts, song, sizes, seed):
    paths = written(tmp_path_factory.getbasetemp(), texts)
    heard, expected = run(paths, song, None, seed)
    assert_no_hanging_notes(heard)
    for size in sizes:
        assert run(paths, song, size, seed)[1] == expected, f"block size {size}"


@settings(BOUNDED, max_examples=40)
@given(texts=CHAINS, song=songs())
def test_a_chain_is_its_scripts_one_after_the_other(tmp_path_factory, texts, song):
    # A script's random numbers depend on its place.
    paths = written(tmp_path_factory.getbasetemp(), tuple(text.replace("rng.random()", "0.7") for text in texts))
    transport = [event for event in song if isinstance(event, TransportChange)]
    one_by_one: Rows = []
    events: list[Input] = list(song)
    for path in paths:
        heard, one_by_one = run([path], events, None, 0)
        events = [*transport, *heard]
    assert as_midi(run(paths, song, None, 0)[1]) == as_midi(one_by_one)


@settings(BOUNDED, max_examples=20)
@given(texts=CHAINS, song=songs(), blocks=st.lists(SIZES, min_size=1, max_size=4), size=SIZES, seed=st.integers(0, 99),
       panic=st.none() | st.integers(1, LENGTH))  # fmt: skip
def test_the_host_hears_what_the_model_hears(tmp_path_factory, player, texts, song, blocks, size, seed, panic):
    paths = written(tmp_path_factory.getbasetemp(), texts)
    names = [str(path) for path in paths]
    with_panic = song if panic is None else [*song, Panic(time=panic)]
    _, expected = run(paths, with_panic, None, seed)
    assume(len(expected) < MOST)
    assert player.play(names, with_panic, END, blocks, seed=seed)["rows"] == expected
    assert player.play(names, with_panic, END, [size], seed=seed, transport="pipe", offline=False)["rows"] == expected
    if panic is not None:
        _, expected = run(paths, song, None, seed)
    assert player.play(names, song, END, [max(size, 16)], seed=seed, pipelined=True)["rows"] == expected
