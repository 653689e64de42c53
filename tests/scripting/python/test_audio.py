"""`@audio.process`: the function, its context, what may go wrong; without an engine."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import outboard
from helpers import on
from outboard import _child
from outboard.testing import Script, TransportChange

RATE = 48000


def noise(frames: int, channels: int = 2) -> np.ndarray:
    return np.random.default_rng(1).uniform(-0.5, 0.5, (channels, frames)).astype(np.float32)


def script(folder: Path, text: str) -> Script:
    path = folder / "sound.py"
    path.write_text("import numpy as np\nfrom outboard import *\n" + text)
    return Script(path)


BEATS_AS_SOUND = "@audio.process(channels=2)\ndef f(block, ctx):\n    block[:] = ctx.beats\n"


def test_the_block_is_changed_in_place_and_the_callers_sound_is_not(tmp_path: Path) -> None:
    sound = noise(1000)
    kept = sound.copy()
    made = script(tmp_path, "@audio.process(channels=2)\ndef f(block, ctx):\n    block *= 0.5\n").process(sound)
    assert np.array_equal(made, kept * np.float32(0.5)) and np.array_equal(sound, kept)
    assert made.dtype == np.float32


def test_without_words_there_are_two_channels(tmp_path: Path) -> None:
    made = script(tmp_path, "@audio.process\ndef f(block, ctx):\n    block[:] = block[::-1]\n").process(noise(100))
    assert np.array_equal(made, noise(100)[::-1])


@pytest.mark.parametrize("block", [1, 64, 441, 1000, 1024, [64, 1, 300], [1000, 7]])
def test_time_and_frames_and_rate_go_on_at_every_block_size(block: int | list[int], tmp_path: Path) -> None:
    text = (
        "expected = 0\n@audio.process(channels=2)\ndef f(block, ctx):\n    global expected\n"
        "    assert ctx.time == expected and block.shape == (2, ctx.frames) and ctx.sample_rate == 44100.0\n"
        "    assert block.dtype == np.float32\n"
        "    expected += ctx.frames\n    block[0] = ctx.samples\n"
    )
    run = script(tmp_path, text)
    made = run.process(noise(5000), block=block, sample_rate=44100.0)
    assert run.errors == [] and np.array_equal(made[0], np.arange(5000))


@pytest.mark.parametrize("block", [64, 1024, [100, 333, 17]])
def test_beats_follow_a_tempo_change_within_a_block(block: int | list[int], tmp_path: Path) -> None:
    change = TransportChange(time=10_000, tempo=60.0)
    made = script(tmp_path, BEATS_AS_SOUND).process(noise(48_000), block=block, events=[change], tempo=120.0)
    at = np.arange(48_000)
    assert np.allclose(made[1], np.where(at < 10_000, at / 24_000, 10_000 / 24_000 + (at - 10_000) / 48_000), atol=1e-6)


def test_events_are_those_of_the_block_also_what_a_handler_takes(tmp_path: Path) -> None:
    text = (
        "@on.note\ndef taken(e):\n    pass\n"
        "@audio.process(channels=2)\ndef f(block, ctx):\n"
        "    block[:] = 0\n"
        "    for e in ctx.events:\n        block[0, e.time - ctx.time] = e.key\n"
    )
    run = script(tmp_path, text)
    made = run.process(noise(1000), block=128, events=[on(0, 60), on(130, 61), on(255, 62), on(256, 63)])
    assert run.errors == []
    assert {int(t): int(made[0, t]) for t in np.flatnonzero(made[0])} == {0: 60, 130: 61, 255: 62, 256: 63}


def test_the_transport_is_that_of_the_blocks_first_sample(tmp_path: Path) -> None:
    text = "@audio.process(channels=2)\ndef f(block, ctx):\n    block[:] = transport.beat\n"
    made = script(tmp_path, text).process(noise(4800), block=2400)
    assert np.allclose(made[0], np.repeat([0.0, 0.1], 2400))


def test_an_exception_leaves_the_block_as_it_was_and_marks_the_line(tmp_path: Path) -> None:
    text = "@audio.process(channels=2)\ndef f(block, ctx):\n    block *= 2\n    if ctx.time == 64:\n        1 / 0\n"
    run = script(tmp_path, text)
    made = run.process(noise(192), block=64)
    expected = noise(192) * 2
    expected[:, 64:128] = noise(192)[:, 64:128]
    assert np.array_equal(made, expected)
    (line,) = run.log
    assert "ZeroDivisionError" in line.text and line.line == 7


@pytest.mark.parametrize("call", ["play(60)", "send(ControlChange(cc=1, value=1.0))", "spawn(print)", "call_soon(print)"])
def test_notes_and_tasks_are_not_for_the_function_and_the_sentence_says_what_to_do(call: str, tmp_path: Path) -> None:
    run = script(tmp_path, f"@audio.process(channels=2)\ndef f(block, ctx):\n    {call}\n")
    run.process(noise(64))
    name = call.split("(")[0]
    assert f"{name} cannot be used in @audio.process" in run.errors[0] and "await ms(10)" in run.errors[0]


def test_what_the_function_found_a_task_can_play(tmp_path: Path) -> None:
    text = (
        "loud = False\n@audio.process(channels=2)\ndef f(block, ctx):\n"
        "    global loud\n    loud = np.abs(block).max() > 0.4\n    watch('loud', loud)\n"
        "async def look():\n    while not loud:\n        await ms(10)\n"
        "    log.info('found', play(60, duration=ms(5)).key)\n@on.start\ndef start():\n    spawn(look)\n"
    )
    run = script(tmp_path, text)
    run.process(np.concatenate([np.zeros((2, 960), np.float32), noise(960)], axis=1), block=240)
    assert run.errors == []
    assert [line.text for line in run.log] == ["loud = False", "found 60"]


def test_20_exceptions_in_a_second_bypass(tmp_path: Path) -> None:
    run = script(tmp_path, "@audio.process(channels=2)\ndef f(block, ctx):\n    1 / 0\n")
    assert np.array_equal(run.process(noise(64 * 100), block=64), noise(64 * 100))
    assert len(run.errors) == 21 and "bypassed after 20 errors" in run.errors[-1]


def test_a_result_that_is_returned_instead_of_written_is_an_error(tmp_path: Path) -> None:
    run = script(tmp_path, "@audio.process(channels=2)\ndef f(block, ctx):\n    return block * 2\n")
    assert np.array_equal(run.process(noise(64)), noise(64))
    assert "changes the block in place" in run.errors[0]


def test_one_channel(tmp_path: Path) -> None:
    run = script(tmp_path, "@audio.process(channels=1)\ndef f(block, ctx):\n    assert len(block) == 1\n    block *= 2\n")
    assert np.array_equal(run.process(noise(64, 1)), noise(64, 1) * 2) and run.errors == []
    with pytest.raises(ValueError, match="1 channels × frames"):
        run.process(noise(64))


@pytest.mark.parametrize(
    "text, said",
    [
        ("@audio.process(channels=3)\ndef f(block, ctx):\n    pass\n", "1 or 2 channels, not 3"),
        ("@audio.process\nasync def f(block, ctx):\n    pass\n", "async"),
        ("@audio.process\ndef f(block, ctx):\n    yield\n", "generator"),
        ("@audio.process\ndef f(block, ctx):\n    pass\n@audio.process\ndef g(block, ctx):\n    pass\n", "two functions"),
    ],
)
def test_what_cannot_be_is_refused_at_load_with_its_line(text: str, said: str, tmp_path: Path) -> None:
    path = tmp_path / "sound.py"
    path.write_text("from outboard import *\n" + text)
    error = _child.load(str(path), {})["error"]
    assert said in error["text"] and error["line"] >= 2


def test_a_script_without_it_cannot_be_given_sound(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no @audio.process"):
        script(tmp_path, "").process(noise(64))


def test_numpy_is_imported_only_when_a_script_asks_for_it() -> None:
    code = "import sys, outboard, outboard.testing; sys.exit('numpy' in sys.modules)"
    package = str(Path(outboard.__file__).parent.parent)
    subprocess.run([sys.executable, "-c", code], check=True, env={"PYTHONPATH": package}, timeout=60)


def test_without_numpy_the_sentence_says_what_to_install(tmp_path: Path) -> None:
    path = tmp_path / "sound.py"
    path.write_text("from outboard import audio\n@audio.process\ndef f(block, ctx):\n    pass\n")
    code = (
        "import sys\nsys.modules['numpy'] = None\nfrom outboard import _child\n"
        f"error = _child.load({str(path)!r}, {{}})['error']\nprint(error['line'], error['text'])\n"
    )
    package = str(Path(outboard.__file__).parent.parent)
    done = subprocess.run(
        [sys.executable, "-c", code], check=True, env={"PYTHONPATH": package}, capture_output=True, text=True, timeout=60
    )
    assert done.stdout.startswith("2 ") and "install the package python3-numpy" in done.stdout


def test_the_child_works_in_the_memory_it_was_given(tmp_path: Path) -> None:
    path = tmp_path / "sound.py"
    path.write_text(
        "from outboard import audio\n@audio.process(channels=2)\ndef f(block, ctx):\n"
        "    assert not block.flags.owndata\n    block += ctx.time\n"
    )
    assert _child.load(str(path), {"audio_frames": 100})["audio"] == 2
    memory = bytearray(3 * 2 * 100 * 4)
    _child.attach_audio(memoryview(memory))
    floats = np.frombuffer(memory, np.float32)
    for slot, frames in enumerate((64, 100, 3)):
        assert _child.run_audio(slot, 10 + slot, frames, []) == (True, False, False, False, [])
        mine = floats[slot * 200 : slot * 200 + 200]
        assert (mine[: 2 * frames] == 10 + slot).all() and (mine[2 * frames :] == 0).all()
    assert _child.run_audio(3, 0, 64, [])[0] is False, "there is no such slot"
