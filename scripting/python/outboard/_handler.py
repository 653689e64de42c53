"""A handler: one function and the events that it takes."""

from __future__ import annotations

import inspect
from typing import Any, Callable, TypeVar, Union

from . import _active
from ._errors import LoadError
from ._functions import check_function, place_of
from ._names import channel_index, key_range
from ._wire import NOTE_OFF

F = TypeVar("F", bound=Callable[..., object])
Keys = Union[int, str, range]


class Handler:
    """One function and what it takes."""

    __slots__ = ("fn", "name", "is_async", "channel", "numbers", "only_told")

    def __init__(self, fn: Callable[..., object], channel: int | None, numbers: range | None) -> None:
        self.fn: Callable[..., Any] = fn
        self.name: str = getattr(fn, "__name__", "handler")
        self.is_async = inspect.iscoroutinefunction(fn)
        #: 0-based, None: all.
        self.channel = channel
        #: Keys, controller or parameter numbers, None: all.
        self.numbers = numbers
        #: A release handler, which cannot forward.
        self.only_told = False

    @property
    def unfiltered(self) -> bool:
        return self.channel is None and self.numbers is None


ANY = 0
START = -1


def register(kind: int, what: str, fn: F, channel: int | None, numbers: range | None) -> F:
    """Adds a handler of a kind, or of ANY, or START."""
    check_function(fn, what)
    rt = _active.current()
    if not rt.loading:
        raise RuntimeError(f"{what} belongs at module level: handlers are fixed once the script is loaded")
    handler = Handler(fn, None if channel is None else channel_index(channel), numbers)
    handler.only_told = kind == NOTE_OFF
    others = rt.declared.setdefault(kind, [])
    if handler.unfiltered:
        for other in others:
            if other.unfiltered:
                raise LoadError(
                    f"two functions take {what}: {other.name} "
                    f"(line {place_of(other.fn)[1]}) and {handler.name}; keep one of them",
                    *place_of(fn),
                )
    others.append(handler)
    return fn


def keys_of(keys: Keys | None) -> range | None:
    """The keys that a filter lets in; None: all."""
    return None if keys is None else key_range(keys)
