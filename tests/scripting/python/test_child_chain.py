"""The contract with the child program, for several scripts."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest

from child_contract import NEVER, OPTIONS, POINT, START
from outboard import _active, _child

NOTE_ON, NOTE_OFF, PASS, END_VOICE, MOVE_END, BYPASS, VOICE_SILENT = 1, 2, 64, 65, 67, 57, 44
KEY_UP = 1 << 2 | 1 << 9

PASSES = "@on.cc(99)\ndef never(e): pass\n"
OCTAVE = "@on.note\ndef up(e): e.forward(key=e.key + 12)\n"


@pytest.fixture(autouse=True)
def no_script_left():
    yield
    _active.runtime = None
    _child._chain = None
    _active.by_globals.clear()


def load(tmp_path: Path, *sources: str, bypassed: int = 0, **options: object) -> dict[str, object]:
    members = []
    for number, source in enumerate(sources):
        path = tmp_path / f"s{number}.py"
        path.write_text("from outboard import *\n" + source, encoding="utf-8")
        members.append({"path": str(path), "bypassed": bool(bypassed >> number & 1)})
    return _child.load(members[0]["path"], {**OPTIONS, "chain": members, **options})


def on(time: int, seq: int, key: int = 60) -> tuple[int, ...]:
    return (NOTE_ON, time, seq, 0, 0, 0x90, key, 100, 0)


def off(time: int, seq: int, key: int = 60) -> tuple[int, ...]:
    return (NOTE_OFF, time, seq, 0, 0, 0x80, key, 30, 0)


def test_the_panels_are_one_with_a_group_for_each_script(tmp_path):
    rate = 'with Group("Time"):\n    rate = Knob("Rate", 0.5)\nsteps = Table("Steps", [0, 1])\n'
    answer = load(tmp_path, rate + OCTAVE, rate + "@on.cc\ndef c(e): pass\n@live_loop('a')\nasync def a(): await beats(1)",
                  values={"rate": 0.25, "2.rate": 0.75, "2.steps[1]": 0.5})  # fmt: skip
    assert answer["handles"] == 1 << 1 | 1 << 4
    assert answer["loops"] == ["2.a"]
    shown = [(p["id"], p["owner"], p["group"], p["value"]) for p in answer["parameters"]]
    assert shown == [
        ("rate", "", "s0.py: Time", 0.25),
        ("steps[0]", "steps", "s0.py", 0.0),
        ("steps[1]", "steps", "s0.py", 1.0),
        ("2.rate", "", "s1.py: Time", 0.75),
        ("2.steps[0]", "2.steps", "s1.py", 0.0),
        ("2.steps[1]", "2.steps", "s1.py", 0.5),
    ]


def test_the_same_file_twice_has_two_headings(tmp_path):
    path = tmp_path / "twice.py"
    path.write_text("from outboard import *\na = Knob('A', 0.5)\n")
    answer = _child.load(str(path), {**OPTIONS, "chain": [{"path": str(path)}] * 2})
    assert [p["group"] for p in answer["parameters"]] == ["twice.py (1)", "twice.py (2)"]


def test_what_fails_names_its_script(tmp_path):
    answer = load(tmp_path, OCTAVE, "\n1 / 0\n")
    assert answer["error"]["file"] == str(tmp_path / "s1.py") and answer["error"]["line"] == 3
    answer = _child.load("", {**OPTIONS, "chain": [{"path": str(tmp_path / "s0.py")}, {"path": "/nowhere/x.py"}]})
    assert answer["error"]["text"].startswith("the script /nowhere/x.py cannot be read"), answer


def test_moves_reach_the_script_they_belong_to_and_news_come_back(tmp_path):
    source = "a = Knob('A', 0.5)\nshown = Meter('Shown')\n@a.changed\ndef c(v): shown.value = v\n"
    load(tmp_path, source, source)
    _child.run_block(0, 64, [POINT, START])
    *_, mask = _child.run_block(64, 64, [(33, 64, 2, 0.25)])
    assert mask & 1 << 60
    assert json.loads(_child.show()) == {"heard": 1, "values": {"3": 0.25}}
    assert _child.show() == ""


def test_what_the_scripts_keep_is_one_text(tmp_path):
    source = "@on.start\ndef s(): state['n'] = state.get('n', 0) + %d\n"
    load(tmp_path, source % 1, source % 10)
    _child.run_block(0, 64, [POINT, START])
    saved = _child.save()
    assert json.loads(saved)["state"] == {"n": 1} and json.loads(saved)["chain"]["2"]["state"] == {"n": 10}
    assert _child.save() == "" and _child.kept() == saved
    load(tmp_path, source % 1, source % 10, saved=saved)
    _child.run_block(0, 64, [POINT, START])
    newer = json.loads(_child.kept())
    assert newer["state"] == {"n": 2} and newer["chain"]["2"]["state"] == {"n": 20}
    load(tmp_path, source % 1, source % 10)
    _child.restore(json.dumps(newer), {})
    _child.run_block(0, 64, [POINT, START])
    assert json.loads(_child.kept())["chain"]["2"]["state"] == {"n": 30}


def test_more_than_can_be_kept_is_told_and_the_last_copy_stays(tmp_path, capfd):
    source = "@on.note\ndef n(e): state['text'] = 'x' * 60000\n@on.start\ndef s(): state['text'] = 'y'\n"
    load(tmp_path, source, source)
    _child.run_block(0, 64, [POINT, START])
    before = _child.save()
    _child.run_block(64, 64, [on(64, 1)])
    _child.run_block(128, 64, [on(128, 2, 62)])
    assert _child.save() != ""  # the first script alone has much
    load(tmp_path, source + "", "@on.start\ndef s(): state['text'] = 'z' * 60000\n")
    _child.run_block(0, 64, [POINT, START])
    small = _child.save()
    assert json.loads(small)["state"] == {"text": "y"}
    _child.run_block(64, 64, [on(64, 1)])
    assert _child.save() == "" and _child.kept() == small
    assert "are the most that is kept" in capfd.readouterr().err
    assert before


def test_a_note_that_goes_through_ends_with_its_key_in_the_host(tmp_path):
    """So it ends on time, and without a call."""
    load(tmp_path, "@on.note\ndef n(e): e.forward(channel=3)", OCTAVE)
    out, sample, beat, mask = _child.run_block(0, 64, [POINT, START, on(3, 7)])
    assert [r[:2] + r[3:] for r in out] == [(NOTE_ON, 3, 0, 2, 72, 100, 0.0, 3, 0.0, 7, 0, 1)]
    assert (sample, beat, mask) == (NEVER, math.inf, 0)
    # The key goes up and nobody called: the host has passed the off, the scripts hear of it later.
    out, *_ = _child.run_block(640, 64, [(*off(100, 8)[:8], 2), on(650, 9)])
    assert [r[0] for r in out] == [NOTE_ON]


def test_two_notes_of_one_key_are_ended_from_here(tmp_path):
    load(tmp_path, "@on.note\ndef n(e): play(50, duration=samples(1000 if e.key == 60 else 100))", OCTAVE)
    out, sample, _, mask = _child.run_block(0, 64, [POINT, START, on(0, 1)])
    assert [(r[0], r[8], r[9]) for r in out] == [(NOTE_ON, 1, 1000.0)] and (sample, mask) == (NEVER, 0)
    out, sample, _, mask = _child.run_block(64, 64, [on(70, 2, 61)])
    assert [(r[0], r[2]) for r in out] == [(MOVE_END, 1), (NOTE_ON, 2)]
    assert out[1][8] == 0 and sample == 170 and mask == 0
    out, sample, *_ = _child.run_block(128, 64, [])
    assert out == [(END_VOICE, 170, 1, 64, 0)] and sample == 1000, "the oldest first"


def test_a_script_is_left_out_while_notes_are_held_and_comes_back(tmp_path):
    starts = "@on.start\ndef s(): send(ControlChange(cc=20, value=1.0))\n"
    load(tmp_path, starts + OCTAVE, "@on.note\ndef n(e): e.forward(channel=3)")
    _child.run_block(0, 64, [POINT, START, on(3, 7)])
    out, *_ = _child.run_block(64, 64, [(BYPASS, 64, 1), on(70, 8, 62)])
    assert out[0] == (END_VOICE, 64, 1, 64, 0)
    assert [(r[0], r[4], r[5]) for r in out[1:]] == [(NOTE_ON, 2, 62)], "its input is the next one's"
    out, *_ = _child.run_block(128, 64, [(BYPASS, 128, 0), off(130, 9), off(131, 10, 62), on(140, 11)])
    assert [r[0] for r in out] == [4, PASS, PASS, NOTE_ON] and out[3][5] == 72


def test_a_script_that_is_left_out_from_the_start_hears_and_does_nothing(tmp_path):
    load(tmp_path, OCTAVE + "@on.start\ndef s(): print('started')", OCTAVE, bypassed=1)
    out, *_ = _child.run_block(0, 64, [POINT, START, on(3, 7)])
    assert [r[5] for r in out] == [72]


def test_only_when_all_are_bypassed_the_host_is_told(tmp_path):
    load(tmp_path, OCTAVE, OCTAVE)
    assert not _child.run_block(0, 64, [POINT, START, (BYPASS, 0, 1)])[3] & 1 << 62
    out, *_, mask = _child.run_block(64, 64, [(BYPASS, 64, 3), on(70, 7)])
    assert mask & 1 << 62 and out == [(PASS, 70, 7)]


def test_who_was_bypassed_for_errors_stays_so_until_it_is_switched_itself(tmp_path, capfd):
    load(tmp_path, "@on.note\ndef n(e): 1 / 0\n", OCTAVE)
    _child.run_block(0, 64, [POINT, START, *(on(3, 7 + n) for n in range(20))])
    first, second = _child._chain.runtimes
    assert first.bypassed
    _child.run_block(64, 64, [(BYPASS, 64, 2)])
    assert first.bypassed and second.bypassed
    _child.run_block(128, 64, [(BYPASS, 128, 1), (BYPASS, 129, 0)])
    assert not first.bypassed and not second.bypassed
    assert "bypassed after 20 errors" in capfd.readouterr().err


def test_one_that_comes_back_before_it_was_live_starts_once(tmp_path, capfd):
    load(tmp_path, "@on.start\ndef s(): print('started')", OCTAVE, bypassed=1)
    _child.run_block(0, 64, [POINT, (BYPASS, 0, 0), START])
    assert capfd.readouterr().out.count("started") == 1


def test_an_error_of_the_chain_itself_lets_everything_pass(tmp_path, capfd, monkeypatch):
    load(tmp_path, OCTAVE, OCTAVE)
    _child.run_block(0, 64, [POINT, START, on(3, 7)])
    monkeypatch.setattr(_child._chain._last, "apply", None)
    out, *_, mask = _child.run_block(64, 64, [on(70, 8)])
    assert out == [(66, 64), (PASS, 70, 8)] and mask == 1 << 62
    monkeypatch.undo()
    assert _child.run_block(128, 64, [off(130, 9)])[0] == [(PASS, 130, 9)]
    assert "an error of the runtime itself" in capfd.readouterr().err


def test_what_has_ended_leaves_nothing_for_the_collector(tmp_path):
    import gc

    load(tmp_path, "@on.note\ndef n(e):\n    e.forward(tuning=0.5)\n    play(e.key + 1)", OCTAVE, PASSES)
    _child.run_block(0, 64, [POINT, START])
    gc.collect()
    gc.disable()
    try:
        seq = 0
        for block in range(1, 50):
            seq += 2
            _child.run_block(block * 64, 64, [on(block * 64, seq), off(block * 64 + 40, seq + 1)])
        from outboard._ledger import Press, Sounding

        left = [o for o in gc.get_objects() if isinstance(o, (Press, Sounding))]
        assert len(left) < 20, len(left)
    finally:
        gc.enable()


def test_a_flood_bypasses_who_made_it(tmp_path, capfd):
    flood = "@on.note\ndef n(e):\n    for i in range(2000): play(i % 128, duration=beats(1))\n"
    load(tmp_path, flood, "@on.note\ndef n(e): pass\n@on.release\ndef r(e): pass")
    _child.run_block(0, 64, [POINT, START, on(3, 7)])
    _child.flooded(20000)
    first, second = _child._chain.runtimes
    assert first.bypassed and not second.bypassed
    _child.run_block(64, 64, [])
    assert not second.presses, "its notes ended for the next script"
    assert "20,000 notes" in capfd.readouterr().err


def test_keys_that_are_down_at_the_start_are_heard_by_who_would_have_heard_them(tmp_path):
    says = "@on.start\ndef s(): print(len(held), midi.cc[1] > 0)\n"
    load(tmp_path, says, says + OCTAVE, says)
    state = [(*on(0, 1)[:8], 1), (4, 0, 0, 0, 0, 0xB0, 1, 2, 1)]
    out, *_ = _child.run_block(0, 64, [POINT, *state, START, off(10, 2)])
    assert out == [(PASS, 10, 2)]
    assert [len(rt.presses) for rt in _child._chain.runtimes] == [0, 0, 0]
    load(tmp_path, says + OCTAVE, says)
    _child.run_block(0, 64, [POINT, *state, START])
    assert [len(rt.presses) for rt in _child._chain.runtimes] == [1, 0]


def test_the_end_of_a_render_comes_after_what_the_scripts_do_at_that_sample(tmp_path, capfd):
    load(tmp_path, "@on.note\nasync def n(e):\n    await samples(60)\n    play(50, hold=True)\n    await beats(9)", OCTAVE)
    out, *_ = _child.run_block(0, 64, [POINT, START, on(3, 7), (41, 63)])
    assert [(r[0], r[5]) for r in out if r[0] == NOTE_ON] == [(NOTE_ON, 62)]
    assert "cancels what still ran: n" in capfd.readouterr().out


def test_the_child_that_leaves_says_so_when_all_its_scripts_have_ended(tmp_path):
    load(tmp_path, "@on.note\nasync def n(e):\n    await samples(100)\n    e.forward()", OCTAVE)
    _child.run_block(0, 64, [POINT, START, on(3, 7)])
    out, *_ = _child.run_block(64, 20, [(55, 64, 0)])
    assert out == [], "a delayed note is neither lost"
    out, *_ = _child.run_block(84, 64, [])
    assert [(r[0], r[1]) for r in out] == [(NOTE_ON, 103), (89, 147)]
    assert out[0][5] == 72


def test_loops_are_counted_over_all_scripts(tmp_path):
    loop = "@live_loop('l')\nasync def l():\n    play(%d, duration=samples(5))\n    await samples(40)\n"
    assert load(tmp_path, loop % 50, loop % 51)["loops"] == ["l", "2.l"]
    out, *_ = _child.run_block(0, 30, [POINT, (53, 0, 2), START])
    assert [r[5] for r in out if r[0] == NOTE_ON] == [50]
    out, *_ = _child.run_block(30, 30, [(54, 30, 2, 30.0)])
    assert [(r[1], r[5]) for r in out if r[0] == NOTE_ON] == [(30, 51), (40, 50)]
    out, *_ = _child.run_block(60, 64, [(55, 60, 2)])
    assert [r for r in out if r[0] in (88, 89)] == [(88, 70, 1), (89, 123)]


def test_sound_goes_through_all_in_order(tmp_path):
    np = pytest.importorskip("numpy")
    adds = "@audio.process(channels=2)\ndef f(block, ctx): block += 1.0\n"
    doubles = "@audio.process(channels=2)\ndef f(block, ctx): block *= 2.0\n"
    fails = "@audio.process(channels=2)\ndef f(block, ctx): 1 / 0\n"
    assert load(tmp_path, adds, OCTAVE, doubles, audio_frames=64)["audio"] == 2
    memory = np.zeros(3 * 2 * 64, dtype=np.float32)
    _child.attach_audio(memoryview(memory).cast("B"))
    _child.run_block(0, 64, [POINT, START])
    assert _child.run_audio(0, 0, 64, []) == (True, False, False, False, [])
    assert (memory[:128] == 2.0).all()
    _child.run_block(64, 64, [(BYPASS, 64, 1)])
    _child.run_audio(1, 64, 64, [])
    assert (memory[128:256] == 0.0).all()
    load(tmp_path, adds, fails, audio_frames=64)
    _child.attach_audio(memoryview(memory).cast("B"))
    assert _child.run_audio(0, 0, 64, [])[0] is False, "the block is heard dry"


def test_channels_of_sound_must_agree(tmp_path):
    pytest.importorskip("numpy")
    answer = load(tmp_path, "@audio.process(channels=2)\ndef f(b, c): pass\n", "@audio.process(channels=1)\ndef f(b, c): pass\n")
    assert "have the same number of channels" in answer["error"]["text"]


def test_other_threads_reach_their_own_script(tmp_path, capfd):
    calls = (
        "import threading\nimport beside\ndef here():\n    print(state['me'], midi.first_channel, len(held))\n"
        "@on.note\ndef n(e):\n    state['me'] = %d\n"
        "    for target in (run, beside.run):\n        t = threading.Thread(target=target); t.start(); t.join()\n"
        "    if state['me'] == 20: play(1, hold=True)\n    e.forward()\ndef run(): call_soon(here)\nbeside.here = here\n"
    )
    (tmp_path / "beside.py").write_text("from outboard import call_soon\ndef run(): call_soon(here)\n")
    load(tmp_path, calls % 20, calls % 21)
    _child.run_block(0, 64, [POINT, START, on(3, 7)])
    _child.run_block(64, 64, [])
    assert capfd.readouterr().out.splitlines() == ["20 1 1"] * 2 + ["21 1 2"] * 4


# ---- what is heard of the earlier scripts' notes ------------------------------------------------------------------------

ASKED = """
voices = []
@on.note
def n(e): voices.append(%s)
@on.cc(1)
def c(e): print([v.sounding for v in voices])
"""
ASKS = ASKED % "e.forward()"
SWALLOWS = "@on.note\ndef n(e): pass\n"


def asks(time: int, seq: int) -> tuple[int, ...]:
    return (4, time, seq, 0, 0, 0xB0, 1, 1, 0)


def heard(frames: int, events: list[tuple[int, ...]], silent: list[int], end: int = 1000) -> None:
    """Blocks like the host's, and an instrument that ends the notes, in the order in which they began, at `silent`."""
    numbers: list[int] = []
    for start in range(0, end, frames):
        records = [POINT, START] if start == 0 else []
        told = [n for n, time in zip(numbers, silent) if start - frames < time <= start]
        records += [(VOICE_SILENT, start, number) for number in told]
        records += [record for record in events if start <= record[1] < start + frames]
        out, *_ = _child.run_block(start, frames, records)
        numbers += [record[2] for record in out if record[0] == NOTE_ON]
    assert len(numbers) == len(silent)


@pytest.mark.parametrize("frames", [1, 32, 100, 333])
@pytest.mark.parametrize(
    "later, silent, until",
    [
        ([OCTAVE], [500], 500),
        ([PASSES], [500], 500),
        ([OCTAVE, PASSES], [500], 500),
        ([PASSES, OCTAVE], [500], 500),
        ([PASSES, PASSES], [500], 500),
        ([SWALLOWS], [], 0),
        ([PASSES, SWALLOWS], [], 0),
        ([OCTAVE, SWALLOWS], [], 0),
        (["@on.note\ndef n(e):\n    e.forward()\n    e.forward(key=9)\n"], [500, 100], 500),
        (["@on.note\ndef n(e):\n    e.forward()\n    play(9, duration=samples(300))\n", OCTAVE], [100, 500], 500),
        (["@on.note\ndef n(e): play(9, hold=True)\n"], [500], 500),
        (["@on.note\ndef n(e): send(NoteOn(key=9))\n"], [500], 500),
        (["@on.note\nasync def n(e):\n    await samples(100)\n    e.forward()\n", OCTAVE], [500], 500),
        ([OCTAVE, "@on.note\nasync def n(e):\n    for _ in range(2):\n        await samples(200)\n"
                  "        play(e.key, duration=samples(1))\n"], [230, 800], 800),
        ([OCTAVE, "@on.note\nasync def n(e): await samples(500)\n"], [], 500),
        (["kept = []\n@on.note\ndef n(e): kept.append(e)\n@on.start\nasync def s():\n    await samples(7)\n"
          "    play(9, until=kept[0])\n"], [500], 500),
        (["@on.start\nasync def s():\n    await samples(7)\n    play(9, duration=samples(1))\n" + SWALLOWS], [800], 0),
        (["@on.note\ndef n(e): spawn(s)\nasync def s(): play(9, duration=samples(1))\n"], [800], 0),
    ],
)  # fmt: skip
def test_a_note_sounds_while_what_the_following_scripts_play_because_of_it_does(
    tmp_path, capfd, frames, later, silent, until
):
    load(tmp_path, ASKS, *later)
    times = range(9, 1000, 30)
    heard(frames, [on(3, 1), off(9, 2), *(asks(time, 10 + time) for time in times)], silent)
    said = dict(zip(times, capfd.readouterr().out.splitlines()))
    assert all(said[time] == "[True]" for time in times if time < until)
    assert all(said[time] == "[False]" for time in times if time > max(until, 9) + 2 * frames)


def test_each_script_has_its_own_notes_and_their_ends(tmp_path, capfd):
    load(tmp_path, "@on.note\ndef n(e):\n    e.forward()\n    play(70, duration=samples(5))\n", ASKS, OCTAVE)
    _child.run_block(0, 64, [POINT, START, on(3, 1), off(50, 2)])
    _child.run_block(64, 64, [asks(64, 3)])
    _child.run_block(128, 64, [(VOICE_SILENT, 128, 2), asks(128, 4)])
    _child.run_block(192, 64, [(VOICE_SILENT, 192, 1), asks(200, 5)])
    assert capfd.readouterr().out.splitlines() == ["[True, True]", "[True, False]", "[False, False]"]


def test_in_the_block_of_its_note_off_a_note_sounds(tmp_path, capfd):
    """The following scripts, which have still to run, may have begun something until then."""
    later = "kept = []\n@on.note\ndef n(e): kept.append(e)\n@on.start\nasync def s():\n    await samples(%d)\n"
    load(tmp_path, ASKS, later % 70 + "    play(9, until=kept[0])\n")
    _child.run_block(0, 64, [POINT, START, on(3, 1)])
    _child.run_block(64, 64, [off(80, 2), asks(81, 3)])
    _child.run_block(128, 64, [asks(128, 4)])
    _child.run_block(192, 64, [(VOICE_SILENT, 192, 1), asks(192, 5)])
    assert capfd.readouterr().out.splitlines() == ["[True]", "[True]", "[False]"]


def test_a_note_that_ended_while_nobody_was_called_is_silent_at_once(tmp_path, capfd):
    load(tmp_path, ASKED % "play(e.key, duration=samples(100))", OCTAVE)
    _child.run_block(0, 64, [POINT, START, on(3, 1), off(50, 2)])
    _child.run_block(6400, 64, [(VOICE_SILENT, 6400, 1), asks(6400, 3)])
    assert capfd.readouterr().out == "[False]\n"


@pytest.mark.parametrize("ends", ["voices[0].release()", "all_notes_off()", "voices[0].fade_out(samples(0))"])
def test_a_note_that_its_script_ends_is_heard_as_long_as_its_release(tmp_path, capfd, ends):
    load(tmp_path, (ASKED % "play(e.key, hold=True)") + f"@on.cc(2)\ndef end(e): {ends}\n", OCTAVE)
    _child.run_block(0, 64, [POINT, START, on(3, 1)])
    _child.run_block(64, 64, [(4, 64, 2, 0, 0, 0xB0, 2, 1, 0), asks(65, 3)])
    _child.run_block(128, 64, [asks(128, 4)])
    _child.run_block(192, 64, [(VOICE_SILENT, 192, 1), asks(192, 5)])
    assert capfd.readouterr().out.splitlines() == ["[True]", "[True]", "[False]"]


def test_after_a_panic_nothing_sounds_any_more(tmp_path, capfd):
    load(tmp_path, ASKED % "play(e.key, hold=True)", OCTAVE)
    _child.run_block(0, 64, [POINT, START, on(3, 1)])
    _child.run_block(64, 64, [(35, 64)])
    _child.run_block(128, 64, [(VOICE_SILENT, 128, 1), asks(128, 4)])
    assert capfd.readouterr().out == "[False]\n"


def test_a_note_that_a_cancelled_script_did_not_play_is_not_heard(tmp_path, capfd):
    source = ASKS + "@on.cc(2)\nasync def plays(e):\n    try: await beats(9)\n    finally: voices.append(play(60, hold=True))\n"
    load(tmp_path, source, OCTAVE)
    _child.run_block(0, 64, [POINT, START, (4, 3, 2, 0, 0, 0xB0, 2, 1, 0)])
    _child.run_block(64, 64, [(35, 64), asks(65, 3)])
    _child.run_block(128, 64, [asks(128, 4)])
    assert capfd.readouterr().out.splitlines()[-1] == "[False]"


def test_what_was_heard_leaves_nothing_behind(tmp_path):
    load(tmp_path, "@on.note\ndef n(e): e.forward()", "@on.note\ndef n(e):\n    e.forward()\n    play(1)", PASSES)
    _child.run_block(0, 64, [POINT, START])
    silent: list[tuple[int, ...]] = []
    for block in range(1, 20):
        start = block * 64
        out, *_ = _child.run_block(start, 64, [*silent, on(start, 2 * block), off(start + 40, 2 * block + 1)])
        silent = [(VOICE_SILENT, start + 64, record[2]) for record in out if record[0] == NOTE_ON]
        assert len(silent) == 2 and len(_child._chain._last._ringing) == 2
    _child.run_block(64 * 20, 64, silent)
    assert not _child._chain._last._ringing and not any(rt.begun for rt in _child._chain.runtimes)
