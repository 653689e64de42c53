"""The contract with the child program: records in, records out."""

from __future__ import annotations

import json
import math
import subprocess
import sys

import pytest

from child_contract import NEVER, OPTIONS, POINT, START, load, no_script_left  # noqa: F401
from conftest import ROOT
from outboard import _active, _child


def test_declarations_and_mask(tmp_path):
    answer = load(
        tmp_path,
        """
rate = Menu("Rate", ["1/4", "1/8"], default="1/8")
gate = Knob("Gate", 0.5, min=0.05, max=1.0, unit="%")
thru = Toggle("Thru")
@on.note
def n(e): pass
@on.release
def r(e): pass
@gate.changed
def g(): pass
""",
        values={"gate": 0.75, "unknown": 3.0},
    )
    plain = dict(owner="", minimum=0.0, maximum=1.0, step=0.0, curve="linear", unit="", text="", choices=[], group="",
                 row=0)  # fmt: skip
    assert answer == {
        "parameters": [
            {**plain, **dict(id="rate", name="Rate", type="menu", value=1.0, initial=1.0, step=1.0,
                             choices=["1/4", "1/8"])},
            {**plain, **dict(id="gate", name="Gate", type="knob", value=0.75, initial=0.5, minimum=0.05, unit="%")},
            {**plain, **dict(id="thru", name="Thru", type="toggle", value=0.0, initial=0.0, step=1.0)},
        ],
        "handles": 1 << 1 | 1 << 2 | 1 << 33 | 1 << 48,
        "files": [],
        "loops": [],
        "audio": 0,
    }  # fmt: skip


def test_any_handles_every_midi_kind(tmp_path):
    assert load(tmp_path, "@on.any\ndef a(e): pass")["handles"] == 0b111111111110 | 1 << 32
    assert load(tmp_path, "")["handles"] == 0


@pytest.mark.parametrize(
    "source, line, text",
    [
        ("x = (\n", 2, "SyntaxError"),
        ("\n\n1/0", 4, "ZeroDivisionError"),
        ("@on.note\ndef a(e): pass\n@on.note\ndef b(e): pass", 4, "two functions take @on.note"),
        ("@on.note\ndef a(e): yield", 2, "is a generator"),
        ("play(60)", 2, "module level"),
        ("import nowhere_at_all", 2, "ModuleNotFoundError"),
        ("raise SystemExit", 2, "SystemExit"),
        ("def f():\n    raise KeyError(3)\nf()", 3, "KeyError"),
        ("@on.nothing\ndef a(e): pass", 2, "AttributeError"),
    ],
)
def test_what_does_not_load_says_where(tmp_path, source, line, text):
    error = load(tmp_path, source)["error"]
    assert isinstance(error, dict)
    assert error["line"] == line and error["file"] == str(tmp_path / "s.py")
    assert text in error["text"] and "outboard/_" not in error["text"]


def test_a_script_that_is_not_there(tmp_path):
    error = _child.load(str(tmp_path / "none.py"), OPTIONS)["error"]
    assert "cannot be read: No such file" in error["text"] and error["line"] == 0


def test_the_script_may_have_null_bytes_or_no_utf8(tmp_path):
    for content in (b"\0\0", b"\xff\xfe", b"# \xff\n"):
        (tmp_path / "s.py").write_bytes(content)
        assert "error" in _child.load(str(tmp_path / "s.py"), OPTIONS)


def test_forward_and_pass_and_the_order_of_output(tmp_path):
    load(tmp_path, "@on.note(keys=60)\ndef n(e):\n    e.forward()\n    send(ControlChange(cc=3, value=1.0))")
    answer = _child.run_block(
        0,
        64,
        [
            POINT,
            START,
            (4, 0, 1, 2, 15, 0xBF, 1, 2, 0),
            (1, 3, 2, 2, 15, 0x9F, 60, 100, 0),
            (1, 3, 3, 2, 15, 0x9F, 61, 100, 0),
            (8, 4, 4, 2, 0, 0xF0, 0, 0, 0),
            (2, 9, 5, 2, 15, 0x8F, 60, 7, 0),
        ],
    )
    assert answer == (
        [
            (64, 0, 1),
            (1, 3, 1, 2, 15, 60, 100, 0.0, 3, 0.0, 2, 0, 1),
            (3 + 1, 3, 2, 15, 0xBF, 3, 127, 0),
            (64, 3, 3),
            (64, 4, 4),
            (64, 9, 5),
        ],
        NEVER,
        math.inf,
        0,
    )


def test_origin_is_the_event_that_was_forwarded_unchanged_at_its_own_time(tmp_path):
    load(
        tmp_path,
        "@on.cc\nasync def c(e):\n    e.forward()\n    e.forward(value=1.0)\n    e.forward(channel=e.channel)\n"
        "    await samples(1)\n    e.forward()",
    )
    out, *_ = _child.run_block(0, 64, [POINT, START, (4, 0, 9, 0, 0, 0xB0, 1, 2, 0)])
    assert [record[-1] for record in out] == [9, 0, 9, 0]


def test_state_records_fill_and_passed_ones_are_answered_by_nothing(tmp_path):
    load(tmp_path, "@on.any\ndef a(e): log.info('no')\n@on.start\ndef s(): play(len(held) + 60, hold=True)")
    out, *_ = _child.run_block(
        0,
        64,
        [POINT, (1, 0, 1, 0, 0, 0x90, 60, 100, 1), (4, 0, 2, 0, 0, 0xB0, 7, 3, 1), START]
        + [(1, 5, 3, 0, 0, 0x90, 61, 100, 2), (2, 6, 4, 0, 0, 0x80, 61, 100, 2)],
    )
    assert out == [(1, 0, 1, 0, 0, 61, 102, 0.0, 0, 0.0, 0, 0, 0)]


def test_a_forward_after_key_up_ends_by_sample_and_names_its_press(tmp_path):
    load(tmp_path, "@on.note\nasync def n(e):\n    await samples(10)\n    e.forward()")
    press, lift = (1, 0, 7, 0, 0, 0x90, 60, 100, 0), (2, 5, 8, 0, 0, 0x80, 60, 9, 0)
    out, wake, *_ = _child.run_block(0, 8, [POINT, START, press, lift])
    assert out == [(64, 5, 8)] and wake == 10
    out, wake, *_ = _child.run_block(8, 8, [])
    assert out == [(1, 10, 1, 0, 0, 60, 100, 0.0, 1, 15.0, 7, 9, 1)] and wake == NEVER  # 9: its release velocity


def test_a_delayed_forward_tells_its_delay(tmp_path):
    load(tmp_path, "@on.note\nasync def n(e):\n    await samples(10)\n    e.forward(channel=2)")
    _child.run_block(0, 8, [POINT, START, (1, 3, 7, 0, 0, 0x90, 60, 100, 0)])
    out, *_ = _child.run_block(8, 8, [])
    assert out == [(1, 13, 1, 0, 1, 60, 100, 0.0, 3, 0.0, 7, 10, 1)]


def test_wakes_by_sample_and_by_beat(tmp_path):
    load(
        tmp_path,
        "@on.start\ndef s():\n    spawn(a)\n    spawn(b)\n"
        "async def a(): await samples(99.5)\nasync def b(): await beats(2)",
    )
    assert _child.run_block(0, 64, [POINT, START]) == ([], 100, 2.0, 1 << 32)
    assert _child.run_block(64, 64, []) == ([], NEVER, 2.0, 1 << 32)
    # At 60 from beat 1 on: it is due 24000 samples later.
    assert _child.run_block(24000, 24001, [(32, 24000, 24000.0, 1.0, 1.0, 60.0, 1, 4, 4, 0.0, 0)])[2] == 2.0
    assert _child.run_block(72000, 1, []) == ([], NEVER, math.inf, 0)


def test_what_tasks_wait_for_is_in_the_mask(tmp_path):
    load(tmp_path, "@on.note\nasync def n(e): await e.released()")
    assert _child.run_block(0, 64, [POINT, START, (1, 3, 7, 0, 0, 0x90, 60, 100, 0)])[3] == 1 << 2 | 1 << 9
    assert _child.run_block(64, 64, [(2, 65, 8, 0, 0, 0x80, 60, 100, 0)]) == ([(64, 65, 8)], NEVER, math.inf, 0)


def test_voices_end_move_and_choke(tmp_path):
    load(
        tmp_path,
        "@on.start\ndef s():\n    v = play(60, hold=True)\n    v.release(after=beats(1))\n    v.release(velocity=1.0)\n"
        "    v.release()\n    play(61, hold=True).choke()\n    play(62, duration=samples(2.5))\n    all_notes_off()\n",
    )
    out, *_ = _child.run_block(0, 64, [POINT, START])
    assert out == [
        (1, 0, 1, 0, 0, 60, 102, 0.0, 0, 0.0, 0, 0, 0),
        (67, 0, 1, 2, 1.0),
        (65, 0, 1, 127, 0),
        (1, 0, 2, 0, 0, 61, 102, 0.0, 0, 0.0, 0, 0, 0),
        (65, 0, 2, -1, 1),
        (1, 0, 3, 0, 0, 62, 102, 0.0, 1, 3.0, 0, 0, 0),
        (66, 0),
    ]


def test_a_raw_note_off(tmp_path):
    load(tmp_path, "@on.start\ndef s(): send(NoteOff(key=60, velocity=1.0, channel=3))")
    assert _child.run_block(0, 64, [POINT, START])[0] == [(2, 0, 0, 2, 0x82, 60, 127, 0)]


def test_run_block_never_raises(tmp_path, capfd):
    load(tmp_path, "@on.note\ndef n(e): e.forward()")
    _child.run_block(0, 64, [POINT, START])
    records = [(4, 64, 1, 0, 0, 0xB0, 1, 1, 0), (1, 70, 2, 0, 0, 0x90, 60, 200, 0), (4, 71, 3, 0, 0, 0xB0, 1, 1, 0)]
    out, *wake = _child.run_block(64, 64, records)
    assert [record for record in out if record[0] == 64] == [(64, 64, 1), (64, 70, 2), (64, 71, 3)]
    assert wake == [NEVER, math.inf, 1 << 62]  # bypassed
    assert "IndexError" in capfd.readouterr().err
    answer = _child.run_block(128, 64, [(1, 130, 4, 0, 0, 0x90, 60, 100, 0)])
    assert answer == ([(64, 130, 4)], NEVER, math.inf, 1 << 62 | 1 << 60)
    assert json.loads(_child.show()) == {"heard": 0, "given_up": True}, "that is what the panel has to show"
    assert _child.show() == ""


def test_run_block_before_load_only_passes():
    assert _child.run_block(0, 64, [(4, 5, 1, 0, 0, 0xB0, 1, 1, 0)])[0] == [(64, 5, 1)]


def test_a_loaded_script_takes_over_the_newest_that_the_one_before_kept(tmp_path):
    source = """
level = Knob("Level", 0.25)
@level.changed
def changed(): raise ValueError("a swap is no change")
loads = []
@on.load
def load(data, version): loads.append((data, version)); state["loads"] = len(loads)
@on.save
def save(): return [1, 2]
"""
    old = '{"state":{"count":1},"data":[1],"version":null}'
    new = '{"state":{"count":2,"steps":[1]},"data":[1,2],"version":"3"}'
    load(tmp_path, source, saved=old)
    rt = _active.runtime
    assert rt is not None
    _child.restore(new, {"level": 0.75, "gone": 1.0})
    assert rt.kept.data["count"] == 2 and rt.kept.data["steps"] == [1] and rt.kept.data["loads"] == 2
    assert rt.parameters[0].value == 0.75
    _child.restore(new, {})
    assert rt.kept.data["loads"] == 2, "the same again is no news"
    assert '"count":2' in _child.kept() and '"data":[1,2]' in _child.kept()


def test_what_a_swap_cannot_take_over_is_an_error_of_the_script_that_plays_all_the_same(tmp_path, capsys):
    load(tmp_path, "@on.load\ndef load(data, version): raise ValueError('no')\n")
    for saved in ('{"state":3}', "nonsense", '{"state":{},"data":1,"version":null}'):
        _child.restore(saved, {})
        assert capsys.readouterr().err
    assert not _active.runtime.bypassed


LEAVE = 55


def test_who_leaves_ends_its_round_and_what_it_may_still_forward_and_nothing_else(tmp_path):
    load(
        tmp_path,
        """
@live_loop("stays")
async def stays():
    await samples(300)
@live_loop("gone")
async def gone():
    await samples(10)
    send(ControlChange(cc=1, value=1))
@every(beats(0.001))
def tick(): send(ControlChange(cc=2, value=1))
@on.note
async def note(e):
    await samples(200)
    e.forward()
    await samples(10)
    play(90, duration=ms(1))
@on.cc
async def other(e):
    try:
        play(91, hold=True)
        await samples(1000)
    finally:
        send(ControlChange(cc=3, value=1))
""",
    )
    events = [(1, 60, 1, 0, 0, 0x90, 60, 100, 0), (4, 70, 2, 0, 0, 0xB0, 7, 1, 0)]
    _child.run_block(0, 100, [POINT, START, *events])
    out, sample, beat, _ = _child.run_block(100, 100, [(LEAVE, 100, 1)])
    assert [record[:2] for record in out] == [(4, 100)] and out[0][5] == 3, "only the finally is heard, no end"
    assert sample == 260 and beat == math.inf
    out, sample, _, _ = _child.run_block(200, 64, [(4, 210, 3, 0, 0, 0xB0, 7, 1, 2)])
    assert [(record[0], record[1]) for record in out] == [(1, 260)] and out[0][5] == 60, "the forward, then no more"
    assert _child.run_block(264, 64, [])[0] == [(88, 300, 0), (89, 300)], "the round is over, and nothing runs"


def test_a_live_loop_that_another_script_still_plays_waits_for_its_end(tmp_path):
    load(
        tmp_path,
        """
@live_loop("a")
async def a():
    send(ControlChange(cc=1, value=1))
    await samples(1000)
@live_loop("b")
async def b():
    send(ControlChange(cc=2, value=1))
    await samples(1000)
""",
    )
    out, *_ = _child.run_block(0, 100, [POINT, (53, 0, 0b10), START])
    assert [(record[1], record[5]) for record in out] == [(0, 1)]
    out, sample, *_ = _child.run_block(100, 100, [(54, 130, 0b10, 130.0)])
    assert [(record[1], record[5]) for record in out] == [(130, 2)]
    assert _child.run_block(1000, 200, [])[0] == [(4, 1000, 0, 0, 0xB0, 1, 127, 0), (4, 1130, 0, 0, 0xB0, 2, 127, 0)]


def test_the_modules_beside_a_script_are_named(tmp_path):
    (tmp_path / "beside_a_script.py").write_text("import json\n")
    answer = load(tmp_path, "import beside_a_script\n")
    assert answer["files"] == [str(tmp_path / "beside_a_script.py")]


def test_print_goes_to_the_host_with_its_line(tmp_path):
    (tmp_path / "s.py").write_text("import sys\nprint('a', 1)\nprint('b\\nc', end='')\nsys.stderr.write('oops\\n')\n")
    program = f"""
import sys, types
sys.path.insert(0, {str(ROOT / "scripting" / "python")!r})
lines = []
host = types.ModuleType("_outboard_host")
host.write, host.call_me = lambda *line: lines.append(line), lambda: None
sys.modules["_outboard_host"] = host
from outboard import _child
out = sys.stdout
print(_child.load({str(tmp_path / "s.py")!r}, {{}}), file=out)
print(file=sys.stdout)
for line in lines: print(line[:2], line[3], file=out)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
    assert done.stdout.splitlines() == [
        "{'parameters': [], 'handles': 0, 'files': [], 'loops': [], 'audio': 0}",
        "(0, 'a 1') 2",
        "(0, 'b') 3",
        "(4, 'oops') 4",
        "(0, 'c') 11",  # a line goes out when it is complete
    ]
    assert done.stderr == ""


def test_import_works_in_a_plain_interpreter():
    path = str(ROOT / "scripting" / "python")
    code = f"import sys; sys.path.insert(0, {path!r}); import outboard; print(len(outboard.__all__))"
    done = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0 and int(done.stdout) > 30


def test_the_end_of_a_render_cancels_tasks_with_a_line_naming_what_still_ran(tmp_path, capsys):
    load(
        tmp_path,
        """
async def forever():
    try:
        while True: await samples(10)
    finally:
        play(60, hold=True)
@on.start
def s():
    spawn(forever, name="melody")
    spawn(forever, name="melody 2")
""",
    )
    _child.run_block(0, 64, [POINT, START])
    assert _child.run_block(64, 64, [(41, 127)]) == ([], NEVER, math.inf, 0)
    assert "the render ends here and cancels what still ran: melody, melody 2" in capsys.readouterr().out


def test_a_render_that_ends_when_nothing_runs_says_nothing(tmp_path, capsys):
    load(tmp_path, "@on.start\ndef s(): pass")
    _child.run_block(0, 64, [POINT, START, (41, 63)])
    assert capsys.readouterr().out == ""
