"""Lists and dicts of JSON values that check what is put in and tell when they change, however deep."""

from __future__ import annotations

import math
from typing import Callable, Iterable, Mapping, Sequence, SupportsIndex, Union

#: What is read.
Json = Union[None, bool, int, float, str, "list[Json]", "dict[str, Json]"]
#: What may be put in: also `list[int]` and the like, and tuples, which become lists.
JsonLike = Union[None, bool, int, float, str, Sequence["JsonLike"], Mapping[str, "JsonLike"]]

Notice = Callable[[], None]

_MOST_DEPTH = 100
_LARGEST = 2**63


def checked(value: object, where: str, notice: Notice | None, depth: int = 0) -> Json:
    """A copy whose changes are noticed. Raises, with where it is, if it holds something that is not JSON."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        if not value.isascii():
            try:
                value.encode()
            except UnicodeEncodeError:
                raise ValueError(f"{where} is not text that can be written as UTF-8") from None
        return str(value)
    if isinstance(value, int):
        if not -_LARGEST <= value < _LARGEST:
            raise ValueError(f"{where} is {value}: whole numbers of more than 64 bits are not kept")
        return int(value)
    if isinstance(value, float):
        if not math.isfinite(value):
            raise ValueError(f"{where} is {value}: JSON has finite numbers only")
        return float(value)
    if depth == _MOST_DEPTH:
        raise ValueError(f"{where} is nested too deep, or holds itself")
    if isinstance(value, (list, tuple)):
        items = TrackedList(notice, where)
        for index, item in enumerate(value):
            list.append(items, checked(item, f"{where}[{index}]", notice, depth + 1))
        return items
    if isinstance(value, dict):
        entries = TrackedDict(notice, where)
        for key, item in value.items():
            dict.__setitem__(entries, _key(key, where), checked(item, f"{where}[{key!r}]", notice, depth + 1))
        return entries
    raise TypeError(
        f"{where} is a {type(value).__name__}, which is not JSON: use None, bool, int, float, str, list or dict"
    )


def _key(key: object, where: str) -> str:
    if not isinstance(key, str):
        raise TypeError(f"a key of {where} is a str, not {key!r}")
    return str(checked(key, f"a key of {where}", None))


class TrackedList(list[Json]):
    """A list that belongs to `state`."""

    __slots__ = ("_notice", "_where")

    def __init__(self, notice: Notice | None, where: str) -> None:
        super().__init__()
        self._notice = notice
        self._where = where

    def _changed(self) -> None:
        if self._notice is not None:
            self._notice()

    def _checked(self, value: object, index: object = "…") -> Json:
        return checked(value, f"{self._where}[{index}]", self._notice)

    def _all(self, values: Iterable[object]) -> list[Json]:
        return [self._checked(value) for value in values]

    def __setitem__(self, index: SupportsIndex | slice, value: object) -> None:
        if isinstance(index, slice):
            if not isinstance(value, Iterable):
                raise TypeError(f"{self._where}[…:…] takes a list, not {value!r}")
            super().__setitem__(index, self._all(value))
        else:
            super().__setitem__(index, self._checked(value, index))
        self._changed()

    def __delitem__(self, index: SupportsIndex | slice) -> None:
        super().__delitem__(index)
        self._changed()

    def __iadd__(self, values: Iterable[object]) -> TrackedList:  # type: ignore[override, misc]
        self.extend(values)
        return self

    def __imul__(self, count: SupportsIndex) -> TrackedList:
        # Each repetition is a copy of its own, so that no list is in two places.
        once = list(self)
        self[:] = once * count
        return self

    def append(self, value: object) -> None:
        super().append(self._checked(value, len(self)))
        self._changed()

    def extend(self, values: Iterable[object]) -> None:
        super().extend(self._all(values))
        self._changed()

    def insert(self, index: SupportsIndex, value: object) -> None:
        super().insert(index, self._checked(value, index))
        self._changed()

    def pop(self, index: SupportsIndex = -1) -> Json:
        value = super().pop(index)
        self._changed()
        return value

    def remove(self, value: object) -> None:
        super().remove(value)  # type: ignore[arg-type]
        self._changed()

    def clear(self) -> None:
        super().clear()
        self._changed()

    def sort(self, *, key: Callable[[Json], object] | None = None, reverse: bool = False) -> None:
        super().sort(key=key, reverse=reverse)  # type: ignore[arg-type]
        self._changed()

    def reverse(self) -> None:
        super().reverse()
        self._changed()

    def __reduce_ex__(self, protocol: SupportsIndex) -> tuple[object, ...]:
        return list, (list(self),)  # a copy by `copy` or `pickle` is a list like any other


class TrackedDict(dict[str, Json]):
    """A dict that belongs to `state`, or `state` itself."""

    __slots__ = ("_notice", "_where")

    def __init__(self, notice: Notice | None, where: str = "state") -> None:
        super().__init__()
        self._notice = notice
        self._where = where

    def _changed(self) -> None:
        if self._notice is not None:
            self._notice()

    def __setitem__(self, key: str, value: object) -> None:
        super().__setitem__(_key(key, self._where), checked(value, f"{self._where}[{key!r}]", self._notice))
        self._changed()

    def __delitem__(self, key: str) -> None:
        super().__delitem__(key)
        self._changed()

    def setdefault(self, key: str, default: object = None) -> Json:  # type: ignore[override]
        if key not in self:
            self[key] = default
        return self[key]

    def update(self, *others: object, **more: object) -> None:
        for key, value in dict(*others, **more).items():
            self[key] = value

    def __ior__(self, other: object) -> TrackedDict:  # type: ignore[override]
        self.update(other)
        return self

    def pop(self, key: str, *default: object) -> Json:
        value: Json = super().pop(key, *default)
        self._changed()
        return value

    def popitem(self) -> tuple[str, Json]:
        item = super().popitem()
        self._changed()
        return item

    def clear(self) -> None:
        super().clear()
        self._changed()

    def __reduce_ex__(self, protocol: SupportsIndex) -> tuple[object, ...]:
        return dict, (dict(self),)
