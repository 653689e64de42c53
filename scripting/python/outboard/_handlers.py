"""`@on.note`, `@on.cc(1)`, `@on.any` …: which function takes which event."""

from __future__ import annotations

from typing import Callable, TypeVar, overload

from ._events import (
    ChannelPressure,
    ControlChange,
    Event,
    NoteOff,
    NoteOn,
    PitchBend,
    PolyPressure,
    ProgramChange,
)
from ._handler import ANY, START, Keys, keys_of, register
from ._other_handlers import OnExpression, OnNrpn, OnRpn, OnSysEx, OnTransport
from ._saved import OnLoad, OnSave
from ._wire import (
    CHANNEL_PRESSURE,
    CONTROL_CHANGE,
    NOTE_OFF,
    NOTE_ON,
    PITCH_BEND,
    POLY_PRESSURE,
    PROGRAM_CHANGE,
)

NoteFn = TypeVar("NoteFn", bound=Callable[[NoteOn], object])
ReleaseFn = TypeVar("ReleaseFn", bound=Callable[[NoteOff], object])
PressureFn = TypeVar("PressureFn", bound=Callable[[ChannelPressure], object])
PolyPressureFn = TypeVar("PolyPressureFn", bound=Callable[[PolyPressure], object])
BendFn = TypeVar("BendFn", bound=Callable[[PitchBend], object])
ProgramFn = TypeVar("ProgramFn", bound=Callable[[ProgramChange], object])
AnyFn = TypeVar("AnyFn", bound=Callable[[Event], object])
CcFn = TypeVar("CcFn", bound=Callable[[ControlChange], object])
StartFn = TypeVar("StartFn", bound=Callable[[], object])


class OnNote:
    """A key goes down."""

    __slots__ = ()

    @overload
    def __call__(self, fn: NoteFn, /) -> NoteFn:
        ...

    @overload
    def __call__(self, /, *, keys: Keys | None = None, channel: int | None = None) -> Callable[[NoteFn], NoteFn]:
        ...

    def __call__(
        self, fn: NoteFn | None = None, /, *, keys: Keys | None = None, channel: int | None = None
    ) -> NoteFn | Callable[[NoteFn], NoteFn]:
        if fn is not None:
            return register(NOTE_ON, "@on.note", fn, None, None)
        return lambda fn: register(NOTE_ON, "@on.note", fn, channel, keys_of(keys))


class OnRelease:
    """A key goes up. The handler is only told: it cannot keep the note from ending, nor forward."""

    __slots__ = ()

    @overload
    def __call__(self, fn: ReleaseFn, /) -> ReleaseFn:
        ...

    @overload
    def __call__(self, /, *, keys: Keys | None = None, channel: int | None = None) -> Callable[[ReleaseFn], ReleaseFn]:
        ...

    def __call__(
        self, fn: ReleaseFn | None = None, /, *, keys: Keys | None = None, channel: int | None = None
    ) -> ReleaseFn | Callable[[ReleaseFn], ReleaseFn]:
        if fn is not None:
            return register(NOTE_OFF, "@on.release", fn, None, None)
        return lambda fn: register(NOTE_OFF, "@on.release", fn, channel, keys_of(keys))


class OnPressure:
    """Channel pressure (aftertouch)."""

    __slots__ = ()

    @overload
    def __call__(self, fn: PressureFn, /) -> PressureFn:
        ...

    @overload
    def __call__(self, /, *, channel: int | None = None) -> Callable[[PressureFn], PressureFn]:
        ...

    def __call__(
        self, fn: PressureFn | None = None, /, *, channel: int | None = None
    ) -> PressureFn | Callable[[PressureFn], PressureFn]:
        if fn is not None:
            return register(CHANNEL_PRESSURE, "@on.pressure", fn, None, None)
        return lambda fn: register(CHANNEL_PRESSURE, "@on.pressure", fn, channel, None)


class OnPolyPressure:
    """Pressure on one key."""

    __slots__ = ()

    @overload
    def __call__(self, fn: PolyPressureFn, /) -> PolyPressureFn:
        ...

    @overload
    def __call__(
        self, /, *, keys: Keys | None = None, channel: int | None = None
    ) -> Callable[[PolyPressureFn], PolyPressureFn]:
        ...

    def __call__(
        self, fn: PolyPressureFn | None = None, /, *, keys: Keys | None = None, channel: int | None = None
    ) -> PolyPressureFn | Callable[[PolyPressureFn], PolyPressureFn]:
        if fn is not None:
            return register(POLY_PRESSURE, "@on.poly_pressure", fn, None, None)
        return lambda fn: register(POLY_PRESSURE, "@on.poly_pressure", fn, channel, keys_of(keys))


class OnBend:
    """The bend wheel."""

    __slots__ = ()

    @overload
    def __call__(self, fn: BendFn, /) -> BendFn:
        ...

    @overload
    def __call__(self, /, *, channel: int | None = None) -> Callable[[BendFn], BendFn]:
        ...

    def __call__(
        self, fn: BendFn | None = None, /, *, channel: int | None = None
    ) -> BendFn | Callable[[BendFn], BendFn]:
        if fn is not None:
            return register(PITCH_BEND, "@on.bend", fn, None, None)
        return lambda fn: register(PITCH_BEND, "@on.bend", fn, channel, None)


class OnProgram:
    """Another program."""

    __slots__ = ()

    @overload
    def __call__(self, fn: ProgramFn, /) -> ProgramFn:
        ...

    @overload
    def __call__(self, /, *, channel: int | None = None) -> Callable[[ProgramFn], ProgramFn]:
        ...

    def __call__(
        self, fn: ProgramFn | None = None, /, *, channel: int | None = None
    ) -> ProgramFn | Callable[[ProgramFn], ProgramFn]:
        if fn is not None:
            return register(PROGRAM_CHANGE, "@on.program", fn, None, None)
        return lambda fn: register(PROGRAM_CHANGE, "@on.program", fn, channel, None)


class OnAny:
    """What no other handler takes."""

    __slots__ = ()

    @overload
    def __call__(self, fn: AnyFn, /) -> AnyFn:
        ...

    @overload
    def __call__(self, /, *, channel: int | None = None) -> Callable[[AnyFn], AnyFn]:
        ...

    def __call__(
        self, fn: AnyFn | None = None, /, *, channel: int | None = None
    ) -> AnyFn | Callable[[AnyFn], AnyFn]:
        if fn is not None:
            return register(ANY, "@on.any", fn, None, None)
        return lambda fn: register(ANY, "@on.any", fn, channel, None)


class OnCc:
    """A controller moves: `@on.cc`, `@on.cc(1)`, `@on.cc(64, channel=2)`."""

    __slots__ = ()

    @overload
    def __call__(self, fn: CcFn, /) -> CcFn:
        ...

    @overload
    def __call__(self, cc: int | None = None, /, *, channel: int | None = None) -> Callable[[CcFn], CcFn]:
        ...

    def __call__(
        self, fn: CcFn | int | None = None, /, *, channel: int | None = None
    ) -> CcFn | Callable[[CcFn], CcFn]:
        if fn is None:
            return lambda fn: register(CONTROL_CHANGE, "@on.cc", fn, channel, None)
        if isinstance(fn, int):
            if not 0 <= fn <= 127:
                raise ValueError(f"controller {fn} is out of range: controllers go from 0 to 127")
            numbers = range(fn, fn + 1)
            return lambda fn: register(CONTROL_CHANGE, "@on.cc", fn, channel, numbers)
        return register(CONTROL_CHANGE, "@on.cc", fn, None, None)


class OnStart:
    """The script becomes live; `held` is filled. The place to start tasks and to play."""

    __slots__ = ()

    def __call__(self, fn: StartFn, /) -> StartFn:
        return register(START, "@on.start", fn, None, None)


class On:
    """Decorators that say which function takes which event.

    An event that a function takes ends there, unless it calls `e.forward()`. What no function takes passes unchanged.
    The first function that fits, in file order, takes the event. `def` runs to its end at the event's time; `async
    def` becomes a task of its own for every event, and may wait.
    """

    __slots__ = ()

    note: OnNote = OnNote()
    release: OnRelease = OnRelease()
    cc: OnCc = OnCc()
    bend: OnBend = OnBend()
    pressure: OnPressure = OnPressure()
    poly_pressure: OnPolyPressure = OnPolyPressure()
    program: OnProgram = OnProgram()
    expression: OnExpression = OnExpression()
    rpn: OnRpn = OnRpn()
    nrpn: OnNrpn = OnNrpn()
    sysex: OnSysEx = OnSysEx()
    transport: OnTransport = OnTransport()
    any: OnAny = OnAny()
    start: OnStart = OnStart()
    save: OnSave = OnSave()
    load: OnLoad = OnLoad()


on: On = On()
