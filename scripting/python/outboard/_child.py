"""What the child program calls: `load` once, then `run_block` for every block that has something to do."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any, TextIO, cast

from . import _active, _helper
from ._background import uses_background
from ._chain import Chain
from ._chain_parameters import of_script
from ._chain_saved import parts_of
from ._console import Console, host_writer
from ._errors import describe
from ._last_words import listen
from ._load import belongings, execute, execute_chain, imported_from
from ._moves import panel_news
from ._runner import RAISED
from ._runtime import Answer, Runtime
from ._taking import Record
from ._warm import WarmUp
from ._wire import BYPASSED, END_ALL, ERROR, LAST_EVENT, NEVER, PASS, PASSED, PRINT, STATE


_warm: WarmUp | None = None
_audio_frames = 0
#: The scripts, if they are several: else `_active.runtime` is the one.
_chain: Chain | None = None


def load(path: str, options: dict[str, Any]) -> dict[str, Any]:
    """Loads the script, or the several ones of `options["chain"]`. Never raises: what failed is in the answer's
    "error"."""
    global _warm, _audio_frames, _chain
    _audio_frames = int(options.get("audio_frames", 8192))
    _chain = None
    write = host_writer()
    try:
        if options.get("warm"):
            _warm = WarmUp(_looks_for_a_call())
        if "_outboard_host" in sys.modules:
            sys.stdout = cast(TextIO, Console(write, PRINT))
            sys.stderr = cast(TextIO, Console(write, ERROR))
        if "traceback" in options:
            listen(int(options["traceback"]))
        members = options.get("chain") or [{"path": path}]
        if len(members) > 1:
            return _load_chain(members, options)
        rt = _runtime(path, 1, options, options.get("values") or {}, options.get("saved", ""))
        module = execute(rt, path)
        _connect(rt, module)
        return {
            "parameters": [one for parameter in rt.parameters for one in parameter._declare()],
            "handles": rt.handles,
            "files": imported_from(path),
            "loops": list(rt.live_loops),
            "audio": rt.audio.channels if rt.audio is not None else 0,
        }
    except OSError as error:
        script = _being_read(path, options)
        return _failure(f"the script {script} cannot be read: {error.strerror or error}", script, 0)
    except BaseException as error:
        return _failure(*describe(error, _being_read(path, options)))


def _being_read(path: str, options: dict[str, Any]) -> str:
    """Which script of a chain it is about."""
    several = len(options.get("chain") or ()) > 1
    return _active.runtime.script if several and _active.runtime is not None else path


def _load_chain(members: list[dict[str, Any]], options: dict[str, Any]) -> dict[str, Any]:
    global _chain
    values, kept = options.get("values") or {}, parts_of(options.get("saved", ""))
    runtimes = []
    for place, member in enumerate(members):
        rt = _runtime(member["path"], place + 1, options, of_script(place, values), kept.get(place, ""))
        rt.bypassed = bool(member.get("bypassed"))
        rt.instrument_tells = place == len(members) - 1
        runtimes.append(rt)
    chain, modules = execute_chain(runtimes)
    for place, module in enumerate(modules):
        with chain.active(place) as rt:
            _connect(rt, module)
    _chain = chain
    return {
        "parameters": chain.parameters.declare(),
        "handles": chain.handles,
        "files": sorted({file for namespace in chain.namespaces for file in namespace.files}),
        "loops": chain.live_loops,
        "audio": chain.audio_channels,
    }


def _runtime(
    path: str, position: int, options: dict[str, Any], values: dict[str, float | str], saved: str
) -> Runtime:
    rt = Runtime(
        path,
        host_writer(),
        sample_rate=float(options.get("sample_rate", 48000.0)),
        seed=int(options.get("seed", 0)),
        slot=int(options.get("slot", 0)),
        position=position,
        channel=int(options.get("channel", 1)),
        values=values,
        saved=saved,
        restored=bool(options.get("restored")),
    )
    rt.offline = bool(options.get("offline"))
    rt.instrument_tells = True
    rt.presets = {name.lower(): bank * 128 + program for name, bank, program in options.get("presets", ())}
    return rt


def _connect(rt: Runtime, module: ModuleType) -> None:
    """What a script has in the host's process only: a way to be called, and a helper."""
    if "_outboard_host" in sys.modules:
        import _outboard_host

        rt.call_me = _outboard_host.call_me
        if uses_background(module):
            rt.worker = _helper.start(rt.write)


def made_of() -> list[object]:
    """What the child program brings into the processor's caches, too, before a block is due: the dicts, classes and
    objects from which all that the scripts loaded need can be found. Nothing where no warm-up is wanted. Never raises:
    what a script has put among the modules may answer as it likes, and plays all the same."""
    if _warm is None:
        return []
    one = [_active.runtime] if _active.runtime is not None else []
    try:
        return [part for rt in (_chain.runtimes if _chain is not None else one) for part in belongings(rt)]
    except BaseException:
        return []


def warm_up(start: int, frames: int, records: list[Record]) -> Answer:
    """Before a block is due: brings what the next `run_block` needs into the processor's caches, until its call comes.
    Called and answers like it, but works on a script of its own, for which nothing that it is given counts. Never
    raises."""
    if _warm is None:
        return [], NEVER, float("inf"), 0
    try:
        one = [_active.runtime] if _active.runtime is not None else []
        for rt in _chain.runtimes if _chain is not None else one:
            if not rt.arrived and not _warm.came():
                rt.run_block(rt.now, 0, [])  # nothing is due there: only looks at what the script waits for
        return _warm.run()
    except BaseException:  # memory is short: the block that is due will say so
        return [], NEVER, float("inf"), 0


def _looks_for_a_call() -> Callable[[], bool]:
    if "_outboard_host" not in sys.modules:
        return lambda: False
    import _outboard_host

    return _outboard_host.call_came


def save() -> str:
    """Between blocks: what the host is to keep a copy of, if it has changed since the last time; else "". Never raises:
    an error is the script's, and the copy that the host has stays."""
    if _chain is not None:
        return _chain.saved_news()
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
    if _chain is not None:
        return _chain.saved()
    rt = _active.runtime
    return rt.saved() if rt is not None else ""


def restore(saved: str, values: dict[str, float | str]) -> None:
    """Loaded, and about to become live in place of another: what that one kept, and its parameters. Never raises: an
    error is the script's, and it plays all the same."""
    if _chain is not None:
        _chain.restore(saved, values)
        return
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
    if _chain is not None:
        _chain.attach_audio(memory, _audio_frames)
        return
    rt = _active.runtime
    if rt is None or rt.audio is None:
        raise RuntimeError("the script does not work on sound")
    rt.audio.attach(memory, _audio_frames)


def run_audio(slot: int, start: int, frames: int, records: list[Record]) -> tuple[bool, bool, bool, bool, list[Record]]:
    """Works on a block of sound in its slot, after the records that no call has brought. Never raises. Says whether the
    result is of use, whether the script is bypassed, whether it has something to save, or to show; and what leaves."""
    rt = _active.runtime
    done = run_block(start, frames, records)[0] if records else []
    if _chain is not None:
        try:
            good = _chain.run_audio(slot, start, frames)
        except BaseException as error:
            host_writer()(ERROR, *describe(error, ""))
            good = False
        return good, _chain.bypassed, _chain.save_wanted, _chain.parameters.show_wanted, done
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
    if _chain is not None:
        return _chain.parameters.news()
    return panel_news(_active.runtime) if _active.runtime is not None else ""


def flooded(count: int) -> None:
    """It made more in one block than can leave in ten: it is bypassed."""
    place = _chain.flooded() if _chain is not None else 0
    rt = _chain.runtimes[place] if _chain is not None else _active.runtime
    if _chain is not None:
        _chain.silence(place)
    if rt is not None and not rt.bypassed:
        rt.bypass(f"bypassed after {count:,} notes and events at once, more than ten blocks can take: everything passes")


def _failure(text: str, file: str, line: int) -> dict[str, Any]:
    return {"error": {"text": text, "file": file, "line": line}}


def run_block(start: int, frames: int, records: list[Record]) -> Answer:
    """Processes everything before the sample start + frames. Never raises."""
    if _chain is not None:
        done: list[Record] = []
        if not _chain.gave_up:
            try:
                return _chain.run_block(start, frames, records, _run_one)
            except BaseException as error:
                host_writer()(ERROR, *describe(error, ""))
                _chain.give_up()
                done = [(END_ALL, start)]
        return _let_pass(done, start, records), NEVER, float("inf"), BYPASSED
    rt = _active.runtime
    if rt is None:
        host_writer()(ERROR, "run_block was called before load", "", 0)
        return _let_pass([], start, records), NEVER, float("inf"), 0
    return _run_one(rt, start, frames, records)


def _run_one(rt: Runtime, start: int, frames: int, records: list[Record]) -> Answer:
    """One script's part. Never raises."""
    try:
        return rt.run_block(start, frames, records)
    except BaseException as error:
        host_writer()(ERROR, *describe(error, rt.script))
        rt.ctx = None
        if not rt.bypassed:
            rt.bypass("bypassed after an error of the runtime itself: everything passes")
        return _let_pass(rt.out, max(rt.now, start), records), NEVER, float("inf"), BYPASSED


def _let_pass(done: list[Record], now: int, records: list[Record]) -> list[Record]:
    """What has been done, and all events that it did not get to."""
    passed = {record[2] for record in done if record[0] == PASS}
    for record in records:
        if record[0] <= LAST_EVENT and not record[8] & (STATE | PASSED) and record[2] not in passed:
            done.append((PASS, max(record[1], now), record[2]))
    return done
