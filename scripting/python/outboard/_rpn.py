"""Registered and non-registered parameters (RPN, NRPN): what several controllers say together.

CC 98 to 101 choose a parameter. They always go their own way, as any controller does: by themselves they change nothing,
and so what stands behind the script knows which parameter is meant. Each data entry after them (CC 6, 38, 96, 97) makes
one event, with the value known then. Nobody takes that event: the controller itself goes on, byte for byte.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ._events import Event, came_in
from ._values import channel0_of, value14_of
from ._wire import CONTROL_CHANGE, NRPN, RPN

if TYPE_CHECKING:
    from ._output import Output

DATA_MSB, DATA_LSB, INCREMENT, DECREMENT = 6, 38, 96, 97
NRPN_LSB, NRPN_MSB, RPN_LSB, RPN_MSB = 98, 99, 100, 101
CONTROLLERS: Final = frozenset({DATA_MSB, DATA_LSB, INCREMENT, DECREMENT, NRPN_LSB, NRPN_MSB, RPN_LSB, RPN_MSB})
#: Parameter 127/127: none is chosen.
NONE = 127 << 7 | 127


class ParameterEvent(Event):
    """What `Rpn` and `Nrpn` have in common."""

    __slots__ = ("parameter", "value", "_cc", "_data")

    def __init__(self, *, time: int = 0, port: int = 0, channel: int = 0, parameter: int, value: float) -> None:
        super().__init__(time=time, port=port, channel=channel)
        self.parameter: Final = parameter
        self.value: Final = value
        #: The controller that it came as.
        self._cc = -1
        self._data = 0

    @property
    def value14(self) -> int:
        """The value as MIDI has it, 0..16383."""
        return min(max(round(self.value * 16383), 0), 16383)

    def forward(self, *, parameter: int | None = None, value: float | None = None, channel: int | None = None) -> None:
        """Lets it through now: unchanged as the controller that it came as, else as all the controllers it takes."""
        rt = came_in(self)
        channel0 = self.channel - 1 if channel is None else channel0_of(rt, channel)
        rt.acting().acted = True
        if parameter is None and value is None and channel0 == self.channel - 1 and rt.now == self.time:
            rt.send_midi(CONTROL_CHANGE, self.port, channel0, 0xB0, self._cc, self._data, self._seq)
            return
        number = self.parameter if parameter is None else parameter_number(parameter)
        value14 = self.value14 if value is None else value14_of(rt, value, "value")
        send_parameter(rt, self.port, channel0, type(self) is Rpn, number, value14)


class Rpn(ParameterEvent):
    """A registered parameter: 0 bend range, 1 fine and 2 coarse tuning … `value` is 0..1, `value14` 0..16383."""

    __slots__ = ()


class Nrpn(ParameterEvent):
    """A parameter of the instrument's own, 0..16383. `value` is 0..1, `value14` 0..16383."""

    __slots__ = ()


def parameter_number(parameter: int) -> int:
    """A parameter's number, MSB * 128 + LSB."""
    if not isinstance(parameter, int) or isinstance(parameter, bool):
        raise TypeError(f"a parameter is a whole number 0..16382, not {parameter!r}")
    if not 0 <= parameter < NONE:
        raise ValueError(f"parameter {parameter} is out of range: parameters go from 0 to 16382")
    return parameter


def send_parameter(rt: Output, port: int, channel: int, registered: bool, parameter: int, value14: int) -> None:
    """Chooses the parameter, sets it, and chooses again what had been chosen on that channel."""

    def control(number: int, value: int) -> None:
        rt.send_midi(CONTROL_CHANGE, port, channel, 0xB0, number, value, 0)

    def choose(registered: bool, parameter: int) -> None:
        control(RPN_MSB if registered else NRPN_MSB, parameter >> 7)
        control(RPN_LSB if registered else NRPN_LSB, parameter & 127)

    choose(registered, parameter)
    control(DATA_MSB, value14 >> 7)
    control(DATA_LSB, value14 & 127)
    entry = rt.entries.get(port << 4 | channel)
    before = (True, NONE) if entry is None or entry.parameter is None else (entry.registered, entry.parameter)
    if before != (registered, parameter):
        choose(*before)


class Entry:
    """Which parameter is chosen on one channel of one port, and the values of those that were set."""

    __slots__ = ("registered", "_halves", "values")

    def __init__(self) -> None:
        #: Of which of the two lists the parameter is.
        self.registered = True
        #: LSB and MSB of the last choice in each list; None until it comes.
        self._halves: dict[bool, list[int | None]] = {False: [None, None], True: [None, None]}
        self.values: dict[tuple[bool, int], int] = {}

    @property
    def parameter(self) -> int | None:
        """The number of what is chosen; None: nothing."""
        low, high = self._halves[self.registered]
        return None if low is None or high is None or high << 7 | low == NONE else high << 7 | low

    def hear(self, cc: int, data: int) -> tuple[int, int, int] | None:
        """One controller. If it set a parameter: RPN or NRPN, the parameter, its value 0..16383."""
        if cc >= NRPN_LSB:
            self.registered = cc >= RPN_LSB
            self._halves[self.registered][cc & 1] = data
            return None
        parameter = self.parameter
        if parameter is None:
            return None
        place = (self.registered, parameter)
        value = self.values.get(place, 0)
        if cc == DATA_MSB:
            value = data << 7
        elif cc == DATA_LSB:
            value = value & ~127 | data
        else:
            value = min(max(value + (1 if cc == INCREMENT else -1), 0), 16383)
        self.values[place] = value
        return RPN if self.registered else NRPN, parameter, value
