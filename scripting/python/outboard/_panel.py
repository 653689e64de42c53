"""Controls with several values or a text: `Table`, `XY`, `Label`, `Meter`, `FileDrop`."""

from __future__ import annotations

from pathlib import Path
from typing import Sequence

from . import _active
from ._errors import LoadError, caller
from ._numbers import check_range, fit
from ._parameter import Declaration, Parameter, declaration


class Table(Parameter["tuple[float, ...]"]):
    """A row of numbers to draw: `Table("Steps", [1, 0, 0.5, 0])`. It has as many as its default. `value` is a tuple;
    `table[3]` is one of them, and can be assigned to."""

    __slots__ = ("min", "max", "step", "unit", "_default", "_cells")

    def __init__(
        self,
        name: str,
        default: Sequence[float],
        *,
        min: float = 0.0,
        max: float = 1.0,
        step: float | None = None,
        unit: str = "",
        id: str | None = None,
    ) -> None:
        what = f"Table {name!r}"
        check_range(what, min, max, step)
        if isinstance(default, str) or not isinstance(default, Sequence) or not default:
            raise TypeError(f"{what}: default is a list of numbers, not {default!r}")
        super().__init__(name, id)
        self.min: float = min
        self.max: float = max
        self.step: float | None = step
        self.unit: str = unit
        self._cells = len(default)
        for number in default:
            if not isinstance(number, (int, float)) or not min <= number <= max:
                raise LoadError(f"{what}: {number!r} is not a number within {min} to {max}", *caller())
        self._default = tuple(self._fit(number) for number in default)
        self._begin(self._default)

    def __len__(self) -> int:
        return self._cells

    def __getitem__(self, index: int) -> float:
        return self._value[index]

    def __setitem__(self, index: int, number: float) -> None:
        numbers = list(self._value)
        numbers[index] = number
        self.value = tuple(numbers)

    def _fit(self, number: float) -> float:
        return float(fit(number, self.min, self.max, self.step))

    def _accept(self, value: tuple[float, ...]) -> tuple[float, ...]:
        if isinstance(value, str) or not isinstance(value, Sequence) or len(value) != self._cells:
            raise TypeError(f"{self.name}.value is {self._cells} numbers, not {value!r}")
        for number in value:
            if not isinstance(number, (int, float)) or number != number:
                raise TypeError(f"{self.name}.value is {self._cells} numbers, and {number!r} is none")
            if not self.min <= number <= self.max:
                _active.current().warn_clamped(f"{self.name}.value", number, f"{self.min} to {self.max}")
        return tuple(self._fit(number) for number in value)

    def _from_wire(self, value: float, cell: int) -> tuple[float, ...]:
        return (*self._value[:cell], self._fit(value), *self._value[cell + 1 :])

    def _to_wire(self) -> tuple[float, ...]:
        return self._value

    def _ids(self) -> list[str]:
        return [f"{self.id}[{cell}]" for cell in range(self._cells)]

    def _declare(self) -> list[Declaration]:
        return [
            declaration(
                self,  # type: ignore[arg-type]
                id=id,
                name=f"{self.name} {cell + 1}",
                owner=self.id,
                text=self.name,
                value=self._value[cell],
                initial=self._default[cell],
                minimum=float(self.min),
                maximum=float(self.max),
                step=float(self.step or 0.0),
                unit=self.unit,
            )
            for cell, id in enumerate(self._ids())
        ]


class XY(Parameter["tuple[float, float]"]):
    """A point on a square, both ways 0..1: `XY("Morph", (0.5, 0.5), x="Cutoff", y="Resonance")`. `value` is (x, y)."""

    __slots__ = ("x", "y", "_default")
    _cells = 2

    def __init__(
        self, name: str, default: tuple[float, float] = (0.5, 0.5), *, x: str = "x", y: str = "y", id: str | None = None
    ) -> None:
        super().__init__(name, id)
        self.x: str = x
        self.y: str = y
        self._default = _point(f"XY {name!r}: default", default)
        if self._default != tuple(default):
            raise LoadError(f"XY {name!r}: the default {default} is not within 0 to 1", *caller())
        self._begin(self._default)

    def _accept(self, value: tuple[float, float]) -> tuple[float, float]:
        point = _point(f"{self.name}.value", value)
        if point != tuple(value):
            _active.current().warn_clamped(f"{self.name}.value", value, "0 to 1")
        return point

    def _from_wire(self, value: float, cell: int) -> tuple[float, float]:
        number = float(fit(value, 0.0, 1.0, None))
        return (number, self._value[1]) if cell == 0 else (self._value[0], number)

    def _to_wire(self) -> tuple[float, float]:
        return self._value

    def _declare(self) -> list[Declaration]:
        return [
            declaration(
                self,  # type: ignore[arg-type]
                id=id,
                name=axis,
                owner=self.id,
                text=self.name,
                value=self._value[cell],
                initial=self._default[cell],
            )
            for cell, (id, axis) in enumerate(zip(self._ids(), (self.x, self.y)))
        ]


def _point(what: str, value: object) -> tuple[float, float]:
    if (
        not isinstance(value, (tuple, list))
        or len(value) != 2
        or not all(isinstance(number, (int, float)) and number == number for number in value)
    ):
        raise TypeError(f"{what} is two numbers (x, y), not {value!r}")
    return (float(fit(value[0], 0.0, 1.0, None)), float(fit(value[1], 0.0, 1.0, None)))


class Label(Parameter[str]):
    """A text that the script writes: `info = Label("Chord")`, then `info.value = "Cm7"`. At most 200 characters."""

    __slots__ = ()
    _kept = False

    def __init__(self, name: str, text: str = "", *, id: str | None = None) -> None:
        super().__init__(name, id)
        self._begin(self._accept(text))

    def _accept(self, value: str) -> str:
        if not isinstance(value, str):
            raise TypeError(f"{self.name}.value is a text, not {value!r}")
        return value[:200]

    def _from_wire(self, value: float, cell: int) -> str:
        return self._value  # the user cannot move it

    def _to_wire(self) -> tuple[float]:
        return (0.0,)

    def _to_text(self) -> str:
        return self._value

    def _declare(self) -> list[Declaration]:
        return [declaration(self, text=self._value)]  # type: ignore[arg-type]


class Meter(Parameter[float]):
    """A level that the script shows: `Meter("Density", max=20)`, then `meter.value = 7`."""

    __slots__ = ("min", "max", "unit")
    _kept = False

    def __init__(
        self,
        name: str,
        default: float = 0.0,
        *,
        min: float = 0.0,
        max: float = 1.0,
        unit: str = "",
        id: str | None = None,
    ) -> None:
        check_range(f"Meter {name!r}", min, max, None)
        super().__init__(name, id)
        self.min: float = min
        self.max: float = max
        self.unit: str = unit
        self._begin(self._accept(default))

    def _accept(self, value: float) -> float:
        if not isinstance(value, (int, float)) or value != value:
            raise TypeError(f"{self.name}.value is a number, not {value!r}")
        return float(fit(value, self.min, self.max, None))

    def _from_wire(self, value: float, cell: int) -> float:
        return self._value  # the user cannot move it

    def _to_wire(self) -> tuple[float]:
        return (self._value,)

    def _declare(self) -> list[Declaration]:
        return [
            declaration(
                self,  # type: ignore[arg-type]
                value=self._value,
                initial=self._value,
                minimum=float(self.min),
                maximum=float(self.max),
                unit=self.unit,
            )
        ]


class FileDrop(Parameter["Path | None"]):
    """A place for a file: to drop one there, or to choose one. `FileDrop("Scale", types=[".scl"])`. `value` is its
    path, or None. Whether it can be read is found out when it is read."""

    __slots__ = ("types",)

    def __init__(
        self, name: str, default: str | Path | None = None, *, types: Sequence[str] = (), id: str | None = None
    ) -> None:
        super().__init__(name, id)
        if isinstance(types, str) or not all(isinstance(one, str) and one.startswith(".") for one in types):
            raise LoadError(f'FileDrop {name!r}: types is a list such as [".wav", ".scl"], not {types!r}', *caller())
        self.types: tuple[str, ...] = tuple(one.lower() for one in types)
        self._begin(self._accept(Path(default) if default is not None else None))

    def _accept(self, value: Path | None) -> Path | None:
        if value is None:
            return None
        if not isinstance(value, (Path, str)):
            raise TypeError(f"{self.name}.value is a path or None, not {value!r}")
        path = Path(value)
        if self.types and path.suffix.lower() not in self.types:
            raise ValueError(f"{self.name} takes {', '.join(self.types)}, not {path.name}")
        return path

    def _from_wire(self, value: float, cell: int) -> Path | None:
        return self._value

    def _from_text(self, text: str) -> Path | None:
        path = Path(text) if text else None
        return path if path is None or not self.types or path.suffix.lower() in self.types else self._value

    def _to_wire(self) -> tuple[float]:
        return (0.0,)

    def _to_text(self) -> str:
        return str(self._value) if self._value is not None else ""

    def _declare(self) -> list[Declaration]:
        return [declaration(self, text=self._to_text(), choices=list(self.types))]  # type: ignore[arg-type]
