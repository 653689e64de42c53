"""The factory script humaniser, by its events."""

from __future__ import annotations

from helpers import off, on
from outboard import beats
from tables import table


def test_humaniser_keeps_the_length_and_stays_in_its_range(factory):
    events = [e for i in range(100) for e in (on(i * 3000, 30 + i % 60, 64), off(i * 3000 + 50 + i * 20, 30 + i % 60))]
    played = table(factory("humaniser"), events, until=beats(14), values={"timing": 20, "dynamics": 0.2})
    by_press = sorted(played, key=lambda note: note[4])
    assert [note[4] for note in by_press] == [50 + i * 20 for i in range(100)]
    late = [note[0] - i * 3000 for i, note in enumerate(by_press)]
    assert 0 <= min(late) < 100 and 860 < max(late) <= 960
    change = [note[3] - 64 for note in by_press]
    assert -26 <= min(change) < -15 and 15 < max(change) <= 26
    assert [note[2] for note in by_press] == [30 + i % 60 for i in range(100)]


def test_humaniser_at_zero_changes_nothing_but_the_order_within_a_sample(factory):
    events = [on(0, 60, 100), on(5, 64, 1), off(9, 60), off(10, 64)]
    assert table(factory("humaniser"), events, values={"timing": 0, "dynamics": 0}) == [
        (0, 1, 60, 100, 9),
        (5, 1, 64, 1, 5),
    ]


def test_humaniser_velocities_stay_within_1_and_127(factory):
    events = [e for i in range(60) for e in (on(i * 3000, 60, 1 if i % 2 else 127), off(i * 3000 + 90, 60))]
    played = table(factory("humaniser"), events, until=beats(9), values={"dynamics": 0.5})
    assert {note[3] for note in played} >= {1, 127}
