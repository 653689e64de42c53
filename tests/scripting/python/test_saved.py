"""`state`, `@on.save` and `@on.load`: what a script keeps over swap, crash and session."""

from __future__ import annotations

import copy
import json
import math

import pytest

from conftest import ROOT
from helpers import on
from outboard import _active, _child
from outboard._saved import MOST_SAVED, Kept
from test_child import POINT, START, load


@pytest.fixture(autouse=True)
def no_script_left():
    yield
    _active.runtime = None


@pytest.fixture
def kept():
    """A `state` on its own: its dict, and whether it has changed."""
    return Kept("")


CHANGES = [
    "s['new'] = 1",
    "del s['n']",
    "s.pop('n')",
    "s.pop('none', 0)",
    "s.popitem()",
    "s.clear()",
    "s.update(n=5)",
    "s.setdefault('other', [])",
    "s |= {'a': 1}",
    "s['list'][0] = 5",
    "s['list'][0:2] = [7, 8]",
    "s['list'].append(4)",
    "s['list'].extend([4, 5])",
    "s['list'].insert(0, 3)",
    "s['list'].pop()",
    "s['list'].remove(2)",
    "s['list'].clear()",
    "s['list'].sort(reverse=True)",
    "s['list'].reverse()",
    "del s['list'][0]",
    "s['list'] += [9]",
    "s['list'] *= 2",
    "s['deep']['rows'][1]['x'] = 5",
    "s['deep']['rows'].append({})",
    "s['deep']['rows'][0].update({'y': 1})",
    "s['deep']['rows'] *= 2; s['deep']['rows'][2]['x'] = 7",
]


def filled(kept: Kept) -> None:
    kept.data["n"] = 1
    kept.data["list"] = [3, 2, 1]
    kept.data["deep"] = {"rows": [{}, {"x": 1}]}
    kept.changed = False


@pytest.mark.parametrize("change", CHANGES)
def test_nested_changes_noticed(kept, change):
    filled(kept)
    exec(change, {"s": kept.data})
    assert kept.changed
    # What was put in is watched, too, however it came in.
    kept.changed = False
    for value in kept.data.values():
        if isinstance(value, list):
            value.append(1)
            assert kept.changed


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_has_the_effect_that_it_has_on_a_plain_dict(kept, change):
    filled(kept)
    plain = {"n": 1, "list": [3, 2, 1], "deep": {"rows": [{}, {"x": 1}]}}
    exec(change, {"s": kept.data})
    if "rows'] *= 2" not in change:  # a plain list would hold the same dict twice
        exec(change, {"s": plain})
        assert kept.data == plain
    else:
        assert kept.data["deep"]["rows"] == [{}, {"x": 1}, {"x": 7}, {"x": 1}]
    assert json.loads(kept.text())["state"] == kept.data


@pytest.mark.parametrize("read", ["s['n']", "s.get('n')", "'n' in s", "list(s)", "len(s)", "s['list'][0]", "s['list'].copy()", "s.setdefault('n', 2)"])
def test_reading_is_no_change(kept, read):
    filled(kept)
    exec(read, {"s": kept.data})
    assert not kept.changed


def test_what_is_put_in_is_copied(kept):
    mine = [1, [2]]
    kept.data["a"] = mine
    kept.data["b"] = kept.data["a"]
    mine[1].append(3)
    kept.data["b"].append(4)
    assert kept.data == {"a": [1, [2]], "b": [1, [2], 4]}
    assert type(copy.deepcopy(kept.data["a"])) is list and copy.deepcopy(kept.data["a"]) == [1, [2]]


@pytest.mark.parametrize(
    "source, sentence",
    [
        ("s['x'] = {1, 2}", "state['x'] is a set, which is not JSON: use None, bool, int, float, str, list or dict"),
        ("s['x'] = b'a'", "state['x'] is a bytes, which is not JSON"),
        ("s['x'] = math.nan", "state['x'] is nan: JSON has finite numbers only"),
        ("s['x'] = -math.inf", "state['x'] is -inf: JSON has finite numbers only"),
        ("s['x'] = 2**63", "whole numbers of more than 64 bits are not kept"),
        ("s['x'] = '\\ud800'", "state['x'] is not text that can be written as UTF-8"),
        ("s[1] = 1", "a key of state is a str, not 1"),
        ("s['x'] = {'a': [1, {2: 3}]}", "a key of state['x']['a'][1] is a str, not 2"),
        ("s['list'].append(object())", "state['list'][3] is a object, which is not JSON"),
        ("s['list'][0:1] = [1j]", "which is not JSON"),
        ("s.update(a=1j)", "state['a'] is a complex, which is not JSON"),
        ("s.setdefault('a', open)", "state['a'] is a builtin_function_or_method, which is not JSON"),
        ("l = []; l.append(l); s['x'] = l", "is nested too deep, or holds itself"),
    ],
)
def test_a_value_that_is_not_json_raises_at_the_assignment(kept, source, sentence):
    filled(kept)
    before = kept.text()
    with pytest.raises((TypeError, ValueError)) as raised:
        exec(source, {"s": kept.data, "math": math})
    assert sentence in str(raised.value)
    assert kept.text() == before


def test_a_value_that_is_not_json_names_the_line_of_the_script(bench):
    b = bench("@on.start\ndef s():\n    state['at'] = now\n")
    b.play()
    assert "state['at'] is a function, which is not JSON" in b.errors[0]
    assert b.script.log[0].line > 0


COUNTER = """
    @on.note
    def n(e):
        state["count"] = state.get("count", 0) + 1
        state.setdefault("keys", []).append(e.key)
        say(state["count"], state["keys"])
"""


def test_survives_swap_crash_session(bench):
    """The text is what crosses in all three: a script that is loaded with it goes on from there."""
    b = bench(COUNTER)
    b.play([on(0, 60), on(10, 62)])
    assert b.printed == ["1 [60]", "2 [60, 62]"]
    b.play([on(0, 64)], saved=b.script.saved)
    assert b.printed == ["3 [60, 62, 64]"]
    assert b.play([on(0, 64)]) is not None and b.printed == ["1 [64]"]  # each run without it begins anew


def test_state_is_there_at_module_level(bench):
    b = bench("state.setdefault('n', 0)\nstate['n'] += 1\nsay(state['n'], len(state), list(state), 'n' in state)\n")
    b.play(blocks=[64])
    b.play(blocks=[64], saved=b.script.saved)
    assert b.printed == ["2 1 ['n'] True"]


WITH_VERSION = """
    __version__ = "1.2"
    notes = []
    @on.note
    def n(e):
        notes.append(e.key)
    @on.save
    def keep():
        return {"notes": notes}
    @on.load
    def take(data, version):
        notes.extend(data["notes"])
        say(data, version)
"""


def test_version_is_the_scripts_own(bench):
    b = bench(WITH_VERSION)
    b.play([on(0, 60)])
    assert b.printed == []  # nothing was saved: nothing is loaded
    first = b.script.saved
    b.play([on(0, 61)], saved=first)
    assert b.printed == ["{'notes': [60]} 1.2"]
    assert json.loads(b.script.saved) == {"state": {}, "data": {"notes": [60, 61]}, "version": "1.2"}


def test_on_load_runs_before_on_start_and_without_a_version_gets_none(bench):
    old = bench("@on.save\ndef s(): return [1]\n")
    old.play()
    b = bench("@on.start\ndef s(): say('start')\n@on.load\ndef l(data, version): say(data, version)\n")
    b.play(saved=old.script.saved)
    assert b.printed == ["[1] None", "start"]


def test_data_that_no_function_takes_is_kept(bench):
    old = bench(WITH_VERSION)
    old.play([on(0, 60)])
    other = bench("state['x'] = 1")
    other.play(saved=old.script.saved)
    assert json.loads(other.script.saved) == {"state": {"x": 1}, "data": {"notes": [60]}, "version": "1.2"}


def test_on_load_that_raises_is_an_error_of_loading(tmp_path):
    answer = load(tmp_path, "@on.load\ndef l(data, version): data['none']\n", saved='{"state":{},"data":{},"version":null}')
    assert "KeyError" in answer["error"]["text"] and answer["error"]["line"] == 3
    answer = load(tmp_path, "@on.load\ndef l(data, version): play(60)\n", saved='{"state":{},"data":{},"version":null}')
    assert "module level" in answer["error"]["text"]


@pytest.mark.parametrize(
    "source, sentence",
    [
        ("@on.save\nasync def s(): return 1", "@on.save: s is async: it cannot wait, make it a plain def"),
        ("@on.load\nasync def s(d, v): pass", "@on.load: s is async"),
        ("@on.load\ndef s(d, v): yield", "is a generator"),
        ("@on.save\ndef s(): return 1\n@on.save\ndef t(): return 1", "two functions take @on.save; keep one of them"),
        ("@on.load\ndef s(d, v): pass\n@on.load\ndef t(d, v): pass", "two functions take @on.load; keep one of them"),
        ("__version__ = 3", '__version__ is a text such as "1.2", not 3'),
    ],
)
def test_save_and_load_that_cannot_be(tmp_path, source, sentence):
    assert sentence in load(tmp_path, source)["error"]["text"]


# ---- the copy for the host ------------------------------------------------------------------------------------------


def wanted() -> bool:
    return bool(_child.run_block(0, 64, [])[3] & 1 << 61)


def test_copied_to_the_host_when_changed(tmp_path):
    load(tmp_path, "@on.note\ndef n(e): state['n'] = e.key")
    _child.run_block(0, 64, [POINT, START])
    assert not wanted() and _child.save() == '{"state":{},"data":null,"version":null}'  # the first look
    assert _child.save() == ""
    answer = _child.run_block(64, 64, [(1, 64, 1, 0, 0, 0x90, 60, 100, 0)])
    assert answer[3] & 1 << 61
    assert json.loads(_child.save())["state"] == {"n": 60}
    assert not wanted() and _child.save() == ""
    _child.run_block(128, 64, [(1, 130, 2, 0, 0, 0x90, 60, 100, 0)])
    assert _child.save() == "", "the same value again is no news"


def test_loaded_text_is_no_news(tmp_path):
    text = '{"state":{"n":1},"data":null,"version":null}'
    load(tmp_path, "", saved=text)
    assert _child.save() == ""


def test_on_save_is_asked_whenever_the_script_ran(tmp_path):
    load(tmp_path, "x = [0]\n@on.note\ndef n(e): x[0] += 1\n@on.save\ndef s(): return x")
    assert wanted()
    assert json.loads(_child.save())["data"] == [0]
    _child.run_block(64, 64, [(1, 64, 1, 0, 0, 0x90, 60, 100, 0)])
    assert json.loads(_child.save())["data"] == [1]
    assert _child.save() == ""


def test_errors_of_on_save_are_the_scripts_and_the_last_copy_stays(tmp_path, capsys):
    load(tmp_path, "state['n'] = 1\nx = [1]\n@on.save\ndef s(): return x[0]")
    good = _child.save()
    for bad in ("raise KeyError('lost')", "object()"):
        exec(f"x[0] = None" if bad.startswith("raise") else "x[0] = object()", _script_globals())
        if bad.startswith("raise"):
            _script_globals()["x"].clear()
        assert _child.save() == ""
        assert _active.current().saved() == good
        exec("x[:] = [1]", _script_globals())
    errors = capsys.readouterr().err
    assert "IndexError" in errors and "what @on.save gives is a object, which is not JSON" in errors


def _script_globals() -> dict[str, object]:
    save = _active.current().kept.save
    assert save is not None
    return save.__globals__  # type: ignore[attr-defined]


def test_size_is_capped_with_a_sentence(tmp_path, capsys):
    load(tmp_path, "@on.note\ndef n(e): state['long'] = 'x' * (e.key * 2000)")
    _child.run_block(0, 64, [(1, 0, 1, 0, 0, 0x90, 40, 100, 0)])
    assert len(_child.save()) > 80_000
    _child.run_block(64, 64, [(1, 64, 2, 0, 0, 0x90, 60, 100, 0)])
    assert _child.save() == ""
    assert f"and {MOST_SAVED} are the most that is kept: the last copy that was small enough stays" in capsys.readouterr().err
    _child.run_block(128, 64, [(1, 128, 3, 0, 0, 0x90, 30, 100, 0)])
    assert len(_child.save()) > 60_000


def test_the_host_has_the_same_limit():
    header = (ROOT / "ipc" / "protocol.h").read_text()
    assert f"max_saved_text = {MOST_SAVED:_}".replace("_", "'") .replace("max'saved'text", "max_saved_text") in header
