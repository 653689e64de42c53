"""What the child program calls: `load` once, then `run_block` for every block that has something to do."""

from __future__ import annotations

import sys
from typing import Any, TextIO, cast

from . import _active, _helper
from ._background import uses_background
from ._console import Console, host_writer
from ._errors import describe
from ._last_words import listen
from ._load import execute, imported_from
from ._moves import panel_news
from ._runner import RAISED
from ._runtime import Answer, Runtime
from ._taking import Record
from ._warm import WarmUp
from ._wire import BYPASSED, ERROR, LAST_EVENT, NEVER, PASS, PASSED, PRINT, STATE


_warm: WarmUp | None = None
_audio_frames = 0


def load(path: str, options: dict[str, Any]) -> dict[str, Any]:
    """Loads the script. Never raises: what failed is in the answer's "error"."""
    global _warm, _audio_frames
    _audio_frames = int(options.get("audio_frames", 8192))
    write = host_writer()
    try:
        if options.get("warm"):
            _warm = WarmUp()
        if "_outboard_host" in sys.modules:
            sys.stdout = cast(TextIO, Console(write, PRINT))
            sys.stderr = cast(TextIO, Console(write, ERROR))
        if "traceback" in options:
            listen(int(options["traceback"]))
        rt = Runtime(
            path,
            write,
            sample_rate=float(options.get("sample_rate", 48000.0)),
            seed=int(options.get("seed", 0)),
            slot=int(options.get("slot", 0)),
            channel=int(options.get("channel", 1)),
            values=options.get("values"),
            saved=options.get("saved", ""),
            restored=bool(options.get("restored")),
        )
        rt.offline = bool(options.get("offline"))
        rt.instrument_tells = True
        rt.presets = {name.lower(): bank * 128 + program for name, bank, program in options.get("presets", ())}
        module = execute(rt, path)
        if "_outboard_host" in sys.modules:
            import _outboard_host

            rt.call_me = _outboard_host.call_me
            if uses_background(module):
                rt.worker = _helper.start(write)
        return {
            "parameters": [one for parameter in rt.parameters for one in parameter._declare()],
            "handles": rt.handles,
            "files": imported_from(path),
            "loops": list(rt.live_loops),
            "audio": rt.audio.channels if rt.audio is not None else 0,
        }
    except OSError as error:
        return _failure(f"the script {path} cannot be read: {error.strerror or error}", path, 0)
    except BaseException as error:
        return _failure(*describe(error, path))


def warm_up() -> Answer | None:
    """Before a block is due: brings what the next `run_block` needs into the processor's caches."""
    if _warm is None:
        return None
    rt = _active.runtime
    if rt is not None and not rt.arrived:
        rt.run_block(rt.now, 0, [])  # nothing is due there: only looks at what the script waits for
    return _warm.run()


def save() -> str:
    """Between blocks: what the host is to keep a copy of, if it has changed since the last time; else "". Never raises:
    an error is the script's, and the copy that the host has stays."""
    rt = _active.runtime
    if rt is None:
        return ""
    try:
        return rt.kept.news()
    except RAISED as error:
        rt.fail(error)
        return ""


def kept() -> str:
    """Before a swap: all that the next script goes on from. Never raises."""
    rt = _active.runtime
    return rt.saved() if rt is not None else ""


def restore(saved: str, values: dict[str, float | str]) -> None:
    """Loaded, and about to become live in place of another: what that one kept, and its parameters. Never raises: an
    error is the script's, and it plays all the same."""
    rt = _active.runtime
    if rt is None:
        return
    try:
        rt.take_values(values)
        if saved:
            rt.kept.restore(saved)
    except RAISED as error:
        rt.fail(error)


def attach_audio(memory: memoryview) -> None:
    """Where the blocks of sound are; after `load`, for a script that works on sound."""
    rt = _active.runtime
    if rt is None or rt.audio is None:
        raise RuntimeError("the script does not work on sound")
    rt.audio.attach(memory, _audio_frames)


def run_audio(slot: int, start: int, frames: int, records: list[Record]) -> tuple[bool, bool, bool, bool, list[Record]]:
    """Works on a block of sound in its slot, after the records that no call has brought. Never raises. Says whether the
    result is of use, whether the script is bypassed, whether it has something to save, or to show; and what leaves."""
    rt = _active.runtime
    done = run_block(start, frames, records)[0] if records else []
    try:
        if rt is None or rt.audio is None:
            raise RuntimeError("run_audio was called without a script that works on sound")
        rt.out = []
        good = rt.audio.run(rt, rt.audio.view(slot, frames), start, frames)
        return good, rt.bypassed, rt.kept.wanted, rt.panel.wanted, done + rt.out
    except BaseException as error:
        host_writer()(ERROR, *describe(error, rt.script if rt is not None else ""))
        return False, rt is not None and rt.bypassed, False, False, done


def show() -> str:
    """Between blocks: what the panel and the keyboard show from now on, as JSON; "" if nothing new. Never raises."""
    return panel_news(_active.runtime) if _active.runtime is not None else ""


def flooded(count: int) -> None:
    """It made more in one block than can leave in ten: it is bypassed."""
    rt = _active.runtime
    if rt is not None and not rt.bypassed:
        rt.bypass(f"bypassed after {count:,} notes and events at once, more than ten blocks can take: everything passes")


def _failure(text: str, file: str, line: int) -> dict[str, Any]:
    return {"error": {"text": text, "file": file, "line": line}}


def run_block(start: int, frames: int, records: list[Record]) -> Answer:
    """Processes everything before the sample start + frames. Never raises."""
    rt = _active.runtime
    try:
        if rt is None:
            raise RuntimeError("run_block was called before load")
        return rt.run_block(start, frames, records)
    except BaseException as error:
        host_writer()(ERROR, *describe(error, rt.script if rt is not None else ""))
        if rt is None:
            done: list[Record] = []
        else:
            rt.ctx = None
            if not rt.bypassed:
                rt.bypass("bypassed after an error of the runtime itself: everything passes")
            done = rt.out
        passed = {record[2] for record in done if record[0] == PASS}
        now = max(rt.now if rt is not None else start, start)
        for record in records:
            if record[0] <= LAST_EVENT and not record[8] & (STATE | PASSED) and record[2] not in passed:
                done.append((PASS, max(record[1], now), record[2]))
        return done, NEVER, float("inf"), BYPASSED if rt is not None else 0
