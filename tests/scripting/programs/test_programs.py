"""**The same result everywhere**: drawn programs on drawn songs, in the model at any block sizes and in the real host.

The model (`outboard.testing`) keeps the notes' ends in Python, the host in C++: here the two are held against each other.
"""

from __future__ import annotations

from pathlib import Path

from hypothesis import HealthCheck, Phase, assume, given, note, settings
from hypothesis import strategies as st

from drawing import LENGTH, heard_as_rows, programs, songs
from engine import SlotPlayer
from outboard import samples
from outboard.testing import Panic, Script

END = LENGTH + 500
#: Events that a run may put out: what the engine defers as a flood is another matter.
MOST = 800
SIZES = st.one_of(st.sampled_from([1, 32, 64, 441, 1024, 2048]), st.integers(1, 2048))
# The same programs in every run; what fails is shown as it was drawn: making it smaller can take minutes.
BOUNDED = settings(deadline=None, derandomize=True, database=None, phases=[Phase.generate],
                   suppress_health_check=list(HealthCheck))  # fmt: skip


def in_the_model(path: Path, song: list[object], block: int | None, seed: int) -> tuple[list[tuple[object, ...]], list[str]]:
    script = Script(path)
    heard = script.run(song, until=samples(END), block=block, seed=seed)  # type: ignore[arg-type]
    assert not any("outboard/_" in line.text.splitlines()[-1] for line in script.log), script.log
    return [row for row in heard_as_rows(heard) if row[0] < END], [line.text for line in script.log]


@settings(BOUNDED, max_examples=150)
@given(program=programs(), song=songs(), sizes=st.lists(SIZES, min_size=3, max_size=3), seed=st.integers(0, 99))
def test_same_input_same_output_at_every_block_size(tmp_path_factory, program, song, sizes, seed):
    path = tmp_path_factory.getbasetemp() / "drawn.py"
    path.write_text(program)
    note(program)
    expected = in_the_model(path, song, None, seed)
    for size in sizes:
        assert in_the_model(path, song, size, seed) == expected, f"block size {size}"


@settings(BOUNDED, max_examples=40)
@given(program=programs(), song=songs(), blocks=st.lists(SIZES, min_size=1, max_size=4), size=SIZES,
       seed=st.integers(0, 99), panic=st.none() | st.integers(1, LENGTH))  # fmt: skip
def test_the_host_hears_what_the_model_hears(tmp_path_factory, player, program, song, blocks, size, seed, panic):
    path = tmp_path_factory.getbasetemp() / "drawn.py"
    path.write_text(program)
    note(program)
    with_panic = song if panic is None else [*song, Panic(time=panic)]
    expected, _ = in_the_model(path, with_panic, None, seed)
    assume(len(expected) < MOST)

    def compare(what: str, answer: dict[str, object], wanted: list[tuple[object, ...]]) -> None:
        assert answer["rows"] == wanted, what

    compare("shm", player.play(str(path), with_panic, END, blocks, seed=seed), expected)
    compare("pipe", player.play(str(path), with_panic, END, [size], seed=seed, transport="pipe"), expected)
    compare("real time", player.play(str(path), with_panic, END, [size], seed=seed, offline=False), expected)
    if panic is not None:
        expected, _ = in_the_model(path, song, None, seed)
    size = max(size, 16)
    compare("pipelined", player.play(str(path), song, END, [size], seed=seed, pipelined=True), expected)
