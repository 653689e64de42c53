"""What the child program does before a call is due, and what it needs for that."""

from __future__ import annotations

import math
import sys

from child_contract import NEVER, POINT, START, load, no_script_left  # noqa: F401
from outboard import _active, _child
from outboard._warm import WarmUp

WAITING = """
from outboard import call_soon
steps = 0
@on.note
def n(e):
    e.forward()
    spawn(walk, e.key, name="walk")
async def walk(key):
    global steps
    while held:
        v = play(rng.randrange(128), rng.random(), duration=beats(0.001))
        steps += 1
        state["steps"] = steps
        await wait_any(beats(0.0013), v.ended())
@on.cc
def c(e):
    call_soon(lambda: play(1, duration=samples(9)))
@every(beats(0.002))
def turn(): play(2, duration=samples(5))
"""


def test_the_warm_up_leaves_the_script_as_it_is(tmp_path):
    def answers(**options: object) -> list[object]:
        assert "error" not in load(tmp_path, WAITING, **options)
        found: list[object] = [_child.run_block(0, 64, [POINT, START, (1, 5, 1, 0, 0, 0x90, 60, 100, 0)])]
        for block in range(1, 40):
            if options:
                made = _child.warm_up(0, 0, [])[0]
                assert made[-1][0] == 1, "its own script has played a note"
            records = {
                10: [(4, 640, 2, 0, 0, 0xB0, 1, 2, 0)],
                20: [(32, 1290, 1290.0, 0.05, 0.05, 60.0, 1, 4, 4, 0.0, 0), (1, 1300, 3, 0, 0, 0x90, 64, 100, 0)],
                30: [(2, 1920, 4, 0, 0, 0x80, 60, 0, 0), (2, 1921, 5, 0, 0, 0x80, 64, 0, 0)],
            }.get(block, [])
            found.append(_child.run_block(64 * block, 64, records))
        found.append(_child.kept())
        return found

    assert answers(warm=True) == answers()


def test_a_warm_up_ends_where_its_call_comes_and_goes_on_as_if_nothing_had_been(tmp_path):
    """Whenever that is: the next one does all of it, and it does not gather notes and tasks."""
    asked = 0
    comes_at = 0

    def came() -> bool:
        nonlocal asked
        asked += 1
        return asked >= comes_at

    warm = WarmUp(came)
    rt = warm._runtime
    never = 1 << 30

    def run(at: int) -> int:
        """Returns how many notes it played."""
        nonlocal asked, comes_at
        asked, comes_at = 0, at
        return sum(record[0] == 1 for record in warm.run()[0])

    for _ in range(3):
        assert run(never) == 1
    looks = asked
    assert looks >= 4
    for at in [*range(1, looks + 1), *[2] * 50, *range(looks, 0, -1)]:
        assert run(at) == 0
        assert len(rt.tasks) <= 2 and len(rt.by_sample) + len(rt.by_beat) <= 8
    for _ in range(3):
        assert run(never) == 1
    assert not rt.arrived


def test_without_a_wish_for_it_there_is_no_warm_up(tmp_path, monkeypatch):
    monkeypatch.setattr(_child, "_warm", None)
    load(tmp_path, "")
    assert _child.warm_up(0, 0, []) == ([], NEVER, math.inf, 0)


def test_what_a_script_is_made_of(tmp_path):
    load(tmp_path, "class Own: pass\nvalue = [1]", warm=True)
    found = _child.made_of()
    names = found[0]
    assert isinstance(names, dict) and names["value"] == [1]
    assert names["Own"] in found and found[-1] is _active.runtime
    assert names["NoteOn"] not in found, "a class of the package"
    load(tmp_path, "")
    _child._warm = None
    assert _child.made_of() == []


def test_odd_modules_and_classes_do_not_keep_a_script_from_playing(tmp_path):
    odd = """
import sys
class Meta(type):
    @property
    def __module__(cls): raise RuntimeError("no")
class Odd(metaclass=Meta): pass
class NoModule:
    __slots__ = ("__file__",)
fake = NoModule()
fake.__file__ = __file__
sys.modules["fake"] = fake
@on.note
def n(e): play(e.key, duration=samples(5))
"""
    try:
        assert "error" not in load(tmp_path, odd, warm=True)
        assert _child.made_of() == []
        _child.run_block(0, 64, [POINT, START])
        assert _child.run_block(64, 64, [(1, 70, 1, 0, 0, 0x90, 60, 100, 0)])[0][0][0] == 1
    finally:
        sys.modules.pop("fake", None)
        _child._warm = None


def test_a_warm_up_that_fails_is_none(tmp_path):
    """For want of memory: the block that is due says it."""

    class NoMemory:
        def came(self) -> bool:
            return False

        def run(self) -> object:
            raise MemoryError

    load(tmp_path, "")
    _child._warm = NoMemory()  # type: ignore[assignment]
    try:
        assert _child.warm_up(0, 0, []) == ([], NEVER, math.inf, 0)
    finally:
        _child._warm = None
