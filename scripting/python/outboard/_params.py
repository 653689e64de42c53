"""Controls that choose: `Menu`, `Toggle`, `Button`."""

from __future__ import annotations

from typing import Sequence

from ._errors import LoadError, caller
from ._numbers import fit
from ._parameter import Declaration, Parameter, declaration


class Menu(Parameter[str]):
    """One of several texts. `Menu("Rate", ["1/4", "1/8"], default="1/8")`; the first one if no default is given."""

    __slots__ = ("choices", "_default")

    def __init__(self, name: str, choices: Sequence[str], default: str | None = None, *, id: str | None = None) -> None:
        super().__init__(name, id)
        if isinstance(choices, str) or not choices or not all(isinstance(choice, str) for choice in choices):
            raise LoadError(f"Menu {name!r} needs a list of texts to choose from", *caller())
        if default is not None and default not in choices:
            raise LoadError(f"Menu {name!r}: the default {default!r} is not one of its choices", *caller())
        self.choices: tuple[str, ...] = tuple(choices)
        self._default = self.choices[0] if default is None else default
        self._begin(self._default)

    @property
    def index(self) -> int:
        """The place of the value among the choices, from 0."""
        return self.choices.index(self._value)

    def _accept(self, value: str) -> str:
        if not isinstance(value, str):
            raise TypeError(f"{self.name}.value is one of its texts, not {value!r}")
        if value not in self.choices:
            raise ValueError(f"{self.name}.value is one of {', '.join(self.choices)}, not {value!r}")
        return value

    def _from_wire(self, value: float, cell: int) -> str:
        return self.choices[int(fit(value, 0, len(self.choices) - 1, 1))]

    def _to_wire(self) -> tuple[float]:
        return (float(self.index),)

    def _declare(self) -> list[Declaration]:
        return [
            declaration(
                self,  # type: ignore[arg-type]
                value=float(self.index),
                initial=float(self.choices.index(self._default)),
                maximum=float(len(self.choices) - 1),
                step=1.0,
                choices=list(self.choices),
            )
        ]


class Toggle(Parameter[bool]):
    """On or off. `Toggle("Octave up", False)`."""

    __slots__ = ("_default",)

    def __init__(self, name: str, default: bool = False, *, id: str | None = None) -> None:
        super().__init__(name, id)
        self._default = bool(default)
        self._begin(self._default)

    def _accept(self, value: bool) -> bool:
        if not isinstance(value, (bool, int)):
            raise TypeError(f"{self.name}.value is True or False, not {value!r}")
        return bool(value)

    def _from_wire(self, value: float, cell: int) -> bool:
        return value >= 0.5

    def _to_wire(self) -> tuple[float]:
        return (float(self._value),)

    def _declare(self) -> list[Declaration]:
        return [
            declaration(
                self,  # type: ignore[arg-type]
                value=float(self._value),
                initial=float(self._default),
                step=1.0,
            )
        ]


class Button(Parameter[bool]):
    """Something to press: `@button.changed` runs when it goes down, `value` is True while it is down. Not kept in
    sessions or presets. `Button("Again")`."""

    __slots__ = ()
    _kept = False

    def __init__(self, name: str, *, id: str | None = None) -> None:
        super().__init__(name, id)
        self._begin(False)

    def _is_let_go(self) -> bool:
        return not self._value

    def _accept(self, value: bool) -> bool:
        if not isinstance(value, (bool, int)):
            raise TypeError(f"{self.name}.value is True or False, not {value!r}")
        return bool(value)

    def _from_wire(self, value: float, cell: int) -> bool:
        return value >= 0.5

    def _to_wire(self) -> tuple[float]:
        return (float(self._value),)

    def _declare(self) -> list[Declaration]:
        return [declaration(self, value=float(self._value), step=1.0)]  # type: ignore[arg-type]
