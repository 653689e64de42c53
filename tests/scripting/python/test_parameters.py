"""The panel: every kind of control, what moves it, who is told."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest

from conftest import ROOT
from helpers import on
from outboard import _active, _child
from outboard.testing import ParameterChange
from test_child import POINT, START, load


@pytest.fixture(autouse=True)
def no_script_left():
    yield
    _active.runtime = None


def move(time: int, id: str, value: float | str) -> ParameterChange:
    return ParameterChange(time=time, id=id, value=value)


ALL = """
    knob = Knob("Knob", 0.5)
    slider = Slider("Slider", 1000.0, min=20.0, max=20000.0, curve="log", unit="Hz")
    box = NumBox("Box", 3, min=1, max=8, step=1)
    toggle = Toggle("Toggle")
    button = Button("Button")
    menu = Menu("Menu", ["a", "b"])
    table = Table("Table", [1, 0, 0.5])
    xy = XY("XY", (0.25, 0.75), x="Cutoff", y="Reso")
    label = Label("Label", "hello")
    meter = Meter("Meter", max=10.0)
    drop = FileDrop("Drop", types=[".scl"])
"""


def test_every_kind_is_declared(tmp_path):
    import textwrap

    declared = load(tmp_path, textwrap.dedent(ALL))["parameters"]
    assert [(one["id"], one["type"], one["owner"], one["value"]) for one in declared] == [
        ("knob", "knob", "", 0.5),
        ("slider", "slider", "", 1000.0),
        ("box", "numbox", "", 3.0),
        ("toggle", "toggle", "", 0.0),
        ("button", "button", "", 0.0),
        ("menu", "menu", "", 0.0),
        ("table[0]", "table", "table", 1.0),
        ("table[1]", "table", "table", 0.0),
        ("table[2]", "table", "table", 0.5),
        ("xy[0]", "xy", "xy", 0.25),
        ("xy[1]", "xy", "xy", 0.75),
        ("label", "label", "", 0.0),
        ("meter", "meter", "", 0.0),
        ("drop", "filedrop", "", 0.0),
    ]
    assert declared[1]["curve"] == "log" and declared[1]["unit"] == "Hz"
    assert declared[11]["text"] == "hello" and declared[13]["choices"] == [".scl"]
    assert json.loads(json.dumps(declared)) == declared


def test_step_1_gives_int(bench):
    b = bench(ALL + "    say(repr(box.value), type(knob.value).__name__)\n    box.value = 5\n    say(repr(box.value))\n")
    b.play()
    assert b.printed == ["3 float", "5"]


def test_id_defaults_to_a_slug_of_the_name(bench):
    b = bench('k = Knob("Öffnung & Zeit (ms)", 0.5)\nsay(k.id)\nj = Knob("X", 0.5, id="my-id")\nsay(j.id)\n')
    b.play()
    assert b.printed == ["ffnung_zeit_ms", "my-id"]


@pytest.mark.parametrize("kind", ["Knob('A', 0.5)", "Slider('A', 0.5)", "NumBox('A', 0.5)", "Toggle('A')", "Button('A')", "Menu('A', ['x'])", "Table('A', [0])", "XY('A')", "Label('A')", "Meter('A')", "FileDrop('A')"])
def test_duplicates_and_late_ones_are_errors(tmp_path, bench, kind):
    assert "two parameters have the id 'a'" in load(tmp_path, f"Toggle('A')\n{kind}")["error"]["text"]
    b = bench(f"@on.start\ndef s():\n    {kind}\n")
    b.play()
    assert "parameter 'A' must be declared at module level" in b.errors[0]


@pytest.mark.parametrize(
    "source, sentence",
    [
        ("Knob('A', 2.0)", "Knob 'A': the default 2.0 is not within 0.0 to 1.0"),
        ("Slider('A', 0.5, min=1, max=0)", "Slider 'A': min 1 must be below max 0"),
        ("NumBox('A', 0.5, step=0)", None),
        ("NumBox('A', 0.5, step=-1)", "NumBox 'A': step -1 must be above 0"),
        ("Knob('A', 0.5, curve='log')", "Knob 'A': with curve='log' min is above 0, not 0.0"),
        ("Knob('A', 0.5, curve='round')", "curve is one of linear, log, square, cube, not 'round'"),
        ("Knob('A', 0.5, id='a[0]')", "has brackets, which stand for cells"),
        ("Table('A', [])", "Table 'A': default is a list of numbers, not []"),
        ("Table('A', [2])", "Table 'A': 2 is not a number within 0.0 to 1.0"),
        ("XY('A', (0, 2))", "XY 'A': the default (0, 2) is not within 0 to 1"),
        ("XY('A', 3)", "is two numbers (x, y), not 3"),
        ("FileDrop('A', types='.wav')", "types is a list such as"),
        ("Group('')", "a Group needs a name"),
        ("with Group('A'):\n  with Group('B'): pass", "Group 'B' is inside of Group 'A': groups have one level"),
        ("with Row():\n  with Row(): pass", "a Row is inside of another Row"),
        ("for i in range(40): Table(f'T{i}', [0] * 64)", "the panel has more than 1024 values"),
    ],
)
def test_wrong_declarations_have_a_sentence(tmp_path, source, sentence):
    answer = load(tmp_path, source)
    if sentence is None:
        assert "error" in answer or answer["parameters"]
    else:
        assert sentence in answer["error"]["text"]


def test_group_and_row_lay_out(tmp_path):
    declared = load(
        tmp_path,
        "Knob('A', 0)\nwith Group('Filter'):\n  Knob('B', 0)\n  with Row():\n    Knob('C', 0)\n    Knob('D', 0)\n"
        "  with Row():\n    Knob('E', 0)\nKnob('F', 0)\n",
    )["parameters"]
    assert [(one["name"], one["group"], one["row"]) for one in declared] == [
        ("A", "", 0),
        ("B", "Filter", 0),
        ("C", "Filter", 1),
        ("D", "Filter", 1),
        ("E", "Filter", 2),
        ("F", "", 0),
    ]


CHANGED = ALL + """
    @knob.changed
    def k(value): say("knob", value)
    @table.changed
    def t(value): say("table", value)
    @xy.changed
    def x(value): say("xy", value)
    @button.changed
    def b(): say("button", button.value)
    @drop.changed
    def d(path): say("drop", path)
"""


def test_changed_runs_for_the_user(bench, tmp_path):
    b = bench(CHANGED)
    path = "/a/very/long/way/to/a/file/of/more/than/32/bytes/ürgh.scl"
    b.play(
        [
            move(0, "knob", 0.75),
            move(10, "knob", 0.75),
            move(20, "table[1]", 0.5),
            move(30, "xy[1]", 0.5),
            move(40, "button", 1),
            move(50, "button", 0),
            move(60, "drop", path),
            move(70, "drop", "/a/b.wav"),
            move(80, "drop", ""),
        ]
    )
    assert b.printed == [
        "knob 0.75",
        "table (1.0, 0.5, 0.5)",
        "xy (0.25, 0.5)",
        "button True",
        f"drop {path}",
        "drop None",
    ]


def test_a_table_drawn_at_one_sample_is_one_change(bench):
    b = bench(CHANGED)
    b.play([move(5, "table[0]", 0.1), move(5, "table[1]", 0.2), move(5, "table[2]", 0.3), move(5, "knob", 1.0)])
    assert b.printed == ["table (0.1, 0.2, 0.3)", "knob 1.0"]


def test_changed_runs_for_a_session(bench):
    b = bench(CHANGED + "    @on.start\n    def s(): say('start')\n")
    b.play(values={"knob": 0.75, "table[2]": 1.0, "xy[0]": 0.25, "drop": "/x.scl", "button": 1.0, "gone": 3.0})
    assert b.printed == ["knob 0.75", "table (1.0, 0.0, 1.0)", "drop /x.scl", "start"]


def test_changed_does_not_run_for_swap_and_restart(tmp_path, capsys):
    source = "knob = Knob('Knob', 0.5)\n@knob.changed\ndef k(value): print('changed', value)\n"
    load(tmp_path, source, values={"knob": 0.75})
    _child.run_block(0, 64, [POINT, START])
    assert capsys.readouterr().out == ""
    load(tmp_path, source, values={"knob": 0.75}, restored=True)
    _child.run_block(0, 64, [POINT, START])
    assert capsys.readouterr().out == "changed 0.75\n"


def test_changed_does_not_run_for_the_scripts_own_assignment(bench):
    b = bench(CHANGED + "    @on.start\n    def s():\n        knob.value = 0.9\n        table[0] = 0.3\n        say(knob.value, table[0])\n")
    b.play()
    assert b.printed == ["0.9 0.3"]


def test_values_outside_a_new_range_are_clamped(bench):
    b = bench(ALL + "    say(knob.value, slider.value, box.value, menu.value, table.value, xy.value)\n")
    b.play(values={"knob": 7.0, "slider": -1.0, "box": 99.0, "menu": 12.0, "table[0]": 5.0, "xy[0]": -3.0})
    assert b.printed == ["1.0 20.0 8 b (1.0, 0.0, 0.5) (0.0, 0.75)"]


@pytest.mark.parametrize("value", [math.inf, -math.inf, math.nan])
def test_whatever_comes_over_the_wire_is_in_range(bench, value):
    b = bench(ALL + "    @on.note\n    def n(e): say(knob.value, slider.value, box.value, menu.value, table.value, xy.value)\n")
    ids = ["knob", "slider", "box", "menu", "table[0]", "xy[0]", "toggle", "button", "label", "meter", "drop"]
    b.play([*(move(0, id, value) for id in ids), on(1, 60)])
    high = value > 0
    assert b.printed == ["1.0 20000.0 8 b (1.0, 0.0, 0.5) (1.0, 0.75)" if high else "0.0 20.0 1 a (0.0, 0.0, 0.5) (0.0, 0.75)"]
    assert b.errors == []


@pytest.mark.parametrize(
    "source, sentence",
    [
        ("knob.value = 'a'", "Knob.value is a number, not 'a'"),
        ("knob.value = float('nan')", "Knob.value is a number, not nan"),
        ("table.value = [1, 2]", "Table.value is 3 numbers, not [1, 2]"),
        ("table[0] = 'x'", "Table.value is 3 numbers, and 'x' is none"),
        ("table[7] = 1", "IndexError"),
        ("xy.value = (1,)", "XY.value is two numbers (x, y), not (1,)"),
        ("label.value = 3", "Label.value is a text, not 3"),
        ("meter.value = 'a'", "Meter.value is a number, not 'a'"),
        ("menu.value = 'z'", "Menu.value is one of a, b, not 'z'"),
        ("drop.value = 3", "Drop.value is a path or None, not 3"),
        ("drop.value = '/a.wav'", "Drop takes .scl, not a.wav"),
        ("button.value = 'x'", "Button.value is True or False, not 'x'"),
    ],
)
def test_wrong_type_raises_at_the_assignment(bench, source, sentence):
    b = bench(ALL + f"    @on.start\n    def s():\n        {source}\n")
    b.play()
    assert sentence in b.errors[0]


# ---- the script's own moves reach the panel ------------------------------------------------------------------------


def shown() -> dict[str, object]:
    text = _child.show()
    return json.loads(text) if text else {}


def test_own_assignment_reaches_the_panel(tmp_path):
    import textwrap

    load(
        tmp_path,
        textwrap.dedent(ALL)
        + "@on.note\ndef n(e):\n    knob.value = 0.1\n    knob.value = e.key / 127\n    table[1] = 1\n    label.value = 'Cm7'\n"
        + "    meter.value = 99\n    drop.value = Path('/s.scl')\nfrom pathlib import Path\n",
    )
    assert not _child.run_block(0, 64, [POINT, START])[3] & 1 << 60 and shown() == {}
    answer = _child.run_block(64, 64, [(33, 64, 1, 30.0), (1, 64, 1, 0, 0, 0x90, 127, 100, 0)])
    assert answer[3] & 1 << 60
    assert shown() == {
        "heard": 1,
        "values": {"0": 1.0, "6": 1.0, "7": 1.0, "8": 0.5, "11": 0.0, "12": 10.0, "13": 0.0},
        "texts": {"11": "Cm7", "13": "/s.scl"},
    }
    assert shown() == {}
    assert not _child.run_block(128, 64, [])[3] & 1 << 60


def test_label_and_meter_do_not_flood_the_latest_value_wins(tmp_path):
    load(tmp_path, "m = Meter('M', max=1000)\nl = Label('L')\n@on.note\ndef n(e):\n  for i in range(1000):\n    m.value = i\n    l.value = str(i)\n")
    _child.run_block(0, 64, [POINT, START, (1, 0, 1, 0, 0, 0x90, 60, 100, 0)])
    assert shown() == {"heard": 0, "values": {"0": 999.0, "1": 0.0}, "texts": {"1": "999"}}


# ---- smooth --------------------------------------------------------------------------------------------------------

SMOOTH = """
    cutoff = Knob("Cutoff", 0.0, max=100.0)
    gliding = cutoff.smooth(samples(640))
    @on.note
    async def watch(e):
        for _ in range(20):
            say(now(), gliding.value)
            await samples(50)
"""


def test_smooth_is_on_the_64_sample_grid_and_the_same_at_every_block_size(bench):
    b = bench(SMOOTH)
    from outboard import samples

    b.play([on(0, 60), move(130, "cutoff", 100.0)], until=samples(2000))
    seen = [(int(time), float(value)) for time, value in (line.split() for line in b.printed)]
    assert len(seen) == 20
    for time, value in seen:
        expected = 0.0 if time < 130 else min(max(time // 64 * 64 - 130, 0) / 640, 1.0) * 100
        assert value == pytest.approx(expected)


def test_smooth_goes_on_from_where_it_is(bench):
    from outboard import samples

    b = bench(SMOOTH)
    b.play([on(0, 60), move(0, "cutoff", 100.0), move(320, "cutoff", 0.0)], until=samples(2000))
    values = dict(line.split() for line in b.printed)
    assert float(values["300"]) == pytest.approx(256 / 640 * 100)
    assert float(values["350"]) == pytest.approx(50.0)
    assert float(values["650"]) == pytest.approx(25.0)
    assert float(values["950"]) == pytest.approx(50 - 50 * (896 - 320) / 640, abs=1e-6)


# ---- keyboard ------------------------------------------------------------------------------------------------------


def test_keyboard_colours_labels_and_kinds(tmp_path):
    load(
        tmp_path,
        "keyboard.colour('C1:D1', 'blue')\nkeyboard.label('C1', 'legato is far too long')\nkeyboard.kind('C1:C1', 'control')\n"
        "@on.note\ndef n(e):\n    keyboard.colour(36, 'none')\n    keyboard.kind(36, 'note')\n    keyboard.label(36, '')\n",
    )
    _child.run_block(0, 64, [POINT, START])
    assert shown() == {
        "heard": 0,
        "keyboard": [[36, "blue", "legato is fa", "control"], [37, "blue", "", "note"], [38, "blue", "", "note"]],
    }
    _child.run_block(64, 64, [(1, 64, 1, 0, 0, 0x90, 60, 100, 0)])
    assert shown()["keyboard"] == [[37, "blue", "", "note"], [38, "blue", "", "note"]]


@pytest.mark.parametrize(
    "source, sentence",
    [
        ("keyboard.colour('C1', 'pink')", "a colour of keys is one of amber, blue, green, red, violet, yellow, grey, none, not 'pink'"),
        ("keyboard.kind('C1', 'loud')", "the kind of keys is one of note, control, off, not 'loud'"),
        ("keyboard.label('C1', 3)", "the label of a key is a text, not 3"),
        ("keyboard.label('H1', 'x')", "H1"),
    ],
)
def test_keyboard_says_what_is_wrong(tmp_path, source, sentence):
    assert sentence in load(tmp_path, source)["error"]["text"]


# ---- files, modules, random numbers --------------------------------------------------------------------------------


def test_modules_beside_the_script_can_be_imported_and_files_read(bench, tmp_path):
    (tmp_path / "helper_beside.py").write_text("ANSWER = 42\n")
    (tmp_path / "data.txt").write_text("hello")
    b = bench("import helper_beside\nfrom pathlib import Path\nsay(helper_beside.ANSWER, Path(__file__).with_name('data.txt').read_text())\n")
    b.play()
    assert b.printed == ["42 hello"]


def test_rng_is_seeded_from_seed_and_slot_at_load_swap_and_each_transport_start(bench):
    from outboard.testing import TransportChange

    b = bench("say(rng.random())\n@on.note\ndef n(e): say(rng.random())\n")
    b.play([on(0, 60), TransportChange(time=10, playing=False), TransportChange(time=20, playing=True), on(30, 60)])
    at_load, first, after_start = b.printed
    assert after_start == at_load != first
    b.play([])
    assert b.printed == [at_load]  # a swap loads anew
    b.play([], seed=1)
    assert b.printed != [at_load]


def test_the_host_has_the_same_number():
    assert "max_parameters = 1024" in (ROOT / "scripting" / "link.h").read_text()
