"""`@on.expression`, `@on.rpn`, `@on.nrpn`, `@on.sysex`, `@on.transport`."""

from __future__ import annotations

from typing import Callable, TypeVar, overload

from ._handler import Keys, keys_of, register
from ._other_events import NoteExpression, SysEx, Transport
from ._rpn import Nrpn, Rpn, parameter_number
from ._wire import EXPRESSION, NRPN, RPN, SYSEX, TRANSPORT

ExpressionFn = TypeVar("ExpressionFn", bound=Callable[[NoteExpression], object])
SysExFn = TypeVar("SysExFn", bound=Callable[[SysEx], object])
TransportFn = TypeVar("TransportFn", bound=Callable[[Transport], object])
RpnFn = TypeVar("RpnFn", bound=Callable[[Rpn], object])
NrpnFn = TypeVar("NrpnFn", bound=Callable[[Nrpn], object])


class OnExpression:
    """Expression of single notes."""

    __slots__ = ()

    @overload
    def __call__(self, fn: ExpressionFn, /) -> ExpressionFn:
        ...

    @overload
    def __call__(
        self, /, *, keys: Keys | None = None, channel: int | None = None
    ) -> Callable[[ExpressionFn], ExpressionFn]:
        ...

    def __call__(
        self, fn: ExpressionFn | None = None, /, *, keys: Keys | None = None, channel: int | None = None
    ) -> ExpressionFn | Callable[[ExpressionFn], ExpressionFn]:
        if fn is not None:
            return register(EXPRESSION, "@on.expression", fn, None, None)
        return lambda fn: register(EXPRESSION, "@on.expression", fn, channel, keys_of(keys))


class OnRpn:
    """A registered parameter is set: `@on.rpn`, `@on.rpn(0)` (bend range), `@on.rpn(channel=2)`."""

    __slots__ = ()

    @overload
    def __call__(self, fn: RpnFn, /) -> RpnFn:
        ...

    @overload
    def __call__(self, parameter: int | None = None, /, *, channel: int | None = None) -> Callable[[RpnFn], RpnFn]:
        ...

    def __call__(
        self, fn: RpnFn | int | None = None, /, *, channel: int | None = None
    ) -> RpnFn | Callable[[RpnFn], RpnFn]:
        if fn is None or isinstance(fn, int):
            numbers = _parameter(fn)
            return lambda fn: register(RPN, "@on.rpn", fn, channel, numbers)
        return register(RPN, "@on.rpn", fn, None, None)


class OnNrpn:
    """A parameter of the instrument's own is set: `@on.nrpn`, `@on.nrpn(1288)`, `@on.nrpn(channel=2)`."""

    __slots__ = ()

    @overload
    def __call__(self, fn: NrpnFn, /) -> NrpnFn:
        ...

    @overload
    def __call__(self, parameter: int | None = None, /, *, channel: int | None = None) -> Callable[[NrpnFn], NrpnFn]:
        ...

    def __call__(
        self, fn: NrpnFn | int | None = None, /, *, channel: int | None = None
    ) -> NrpnFn | Callable[[NrpnFn], NrpnFn]:
        if fn is None or isinstance(fn, int):
            numbers = _parameter(fn)
            return lambda fn: register(NRPN, "@on.nrpn", fn, channel, numbers)
        return register(NRPN, "@on.nrpn", fn, None, None)


def _parameter(parameter: int | None) -> range | None:
    return None if parameter is None else range(parameter_number(parameter), parameter + 1)


class OnSysEx:
    """A system exclusive message."""

    __slots__ = ()

    def __call__(self, fn: SysExFn, /) -> SysExFn:
        return register(SYSEX, "@on.sysex", fn, None, None)


class OnTransport:
    """The song starts, stops or jumps, or its tempo, signature or loop changes."""

    __slots__ = ()

    def __call__(self, fn: TransportFn, /) -> TransportFn:
        return register(TRANSPORT, "@on.transport", fn, None, None)
