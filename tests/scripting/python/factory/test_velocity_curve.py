"""The factory script velocity_curve, by its events."""

from __future__ import annotations

import pytest

from helpers import off, on
from tables import table


@pytest.mark.parametrize("gamma", [0.25, 0.5, 1.0, 1.7, 4.0])
def test_velocity_curve_is_gamma(factory, gamma):
    events = [e for v in range(1, 128) for e in (on(v * 10, 60, v), off(v * 10 + 5, 60))]
    played = table(factory("velocity_curve"), events, values={"gamma": gamma})
    assert [note[3] for note in played] == [max(1, round(127 * (v / 127) ** (1 / gamma))) for v in range(1, 128)]
    assert {note[4] for note in played} == {5}
