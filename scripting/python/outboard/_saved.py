"""What a script keeps over swap, crash and session: `state`, and the data of `@on.save` and `@on.load`.

It leaves the script as one JSON text, `Kept.text()`, and comes back as that text when the script is loaded again.
"""

from __future__ import annotations

import json
from typing import Callable, Iterator, MutableMapping, TypeVar, Union, overload

from . import _active
from ._containers import Json, JsonLike, TrackedDict, checked
from ._errors import LoadError, caller
from ._functions import check_function, place_of

T = TypeVar("T")
SaveFn = TypeVar("SaveFn", bound=Callable[[], JsonLike])
LoadFn = Callable[[Json, Union[str, None]], object]
LoadF = TypeVar("LoadF", bound=LoadFn)

#: The longest text that is copied to the host, in bytes (`ipc/protocol.h` has the same).
MOST_SAVED = 100_000


class Kept:
    """What one script keeps."""

    __slots__ = ("data", "changed", "version", "save", "load", "_extra", "_extra_version", "last")

    def __init__(self, text: str) -> None:
        saved = json.loads(text) if text else {}
        self.data = TrackedDict(self._note_change)
        state = saved.get("state", {}) if isinstance(saved, dict) else None
        if not isinstance(state, dict):
            raise LoadError('what was kept of the script is not {"state": {…}, …}: mend or remove it', "", 0)
        for key, value in state.items():
            dict.__setitem__(self.data, key, checked(value, f"state[{key!r}]", self._note_change))
        #: Whether something may be new since the last text.
        self.changed = False
        #: The script's own `__version__`.
        self.version: str | None = None
        self.save: Callable[[], JsonLike] | None = None
        self.load: LoadFn | None = None
        # What `@on.save` gave last, kept as it is while no function takes it.
        self._extra: Json = saved.get("data")
        self._extra_version: str | None = saved.get("version")
        #: The last text: as it was loaded, or as it was made.
        self.last = text

    def _note_change(self) -> None:
        self.changed = True

    @property
    def wanted(self) -> bool:
        """Whether there may be something new to copy."""
        return self.changed or self.save is not None

    def script_was_read(self, version: object) -> None:
        """Gives the saved data to `@on.load`. What it raises is an error of loading, so that nothing is lost."""
        if version is not None and not isinstance(version, str):
            raise LoadError(f"__version__ is a text such as \"1.2\", not {version!r}", *caller())
        self.version = version
        if self.load is not None and (self._extra is not None or self._extra_version is not None):
            self.load(self._extra, self._extra_version)

    def restore(self, text: str) -> None:
        """Takes over what the script before this one kept at the very end, when this one is loaded already. What is
        wrong with it, and what `@on.load` raises, comes out."""
        if text == self.last:
            return
        newest = Kept(text)
        self.data.clear()
        for key, value in newest.data.items():
            self.data[key] = value
        other = (newest._extra, newest._extra_version) != (self._extra, self._extra_version)
        self._extra, self._extra_version = newest._extra, newest._extra_version
        self.changed = False
        self.last = text
        if other and self.load is not None:
            self.load(self._extra, self._extra_version)

    def text(self) -> str:
        """Everything as one JSON text. Calls `@on.save`; what that raises comes out, and ValueError if it is too
        long."""
        if self.save is not None:
            self._extra = checked(self.save(), "what @on.save gives", None)
            self._extra_version = self.version
        self.changed = False
        saved = {"state": self.data, "data": self._extra, "version": self._extra_version}
        text = json.dumps(saved, separators=(",", ":"), allow_nan=False)
        if len(text) > MOST_SAVED:
            raise ValueError(
                f"state and @on.save make {len(text)} bytes of JSON, and {MOST_SAVED} are the most that is kept: "
                "the last copy that was small enough stays; keep large things in a file"
            )
        self.last = text
        return text

    def news(self) -> str:
        """`text()` if it is another than the last one; else ""."""
        before = self.last
        text = self.text()
        return text if text != before else ""


class State(MutableMapping[str, Json]):
    """A dict of JSON values (None, bool, int, float, str, lists and dicts with str keys) that survives saving the
    script, its crash, and the session. What is put in is copied; a change inside, as `state["steps"][3] = 1`, is
    noticed. A value that is not JSON raises."""

    __slots__ = ()

    def __getitem__(self, key: str) -> Json:
        return _active.current().kept.data[key]

    def __setitem__(self, key: str, value: JsonLike) -> None:
        _active.current().kept.data[key] = value

    def __delitem__(self, key: str) -> None:
        del _active.current().kept.data[key]

    def __iter__(self) -> Iterator[str]:
        return iter(_active.current().kept.data)

    def __len__(self) -> int:
        return len(_active.current().kept.data)

    @overload
    def get(self, key: str) -> Json:
        ...

    @overload
    def get(self, key: str, default: T) -> T:
        ...

    def get(self, key: str, default: object = None) -> object:
        """The value, or the default. A type checker takes it to be of the default's type: `state.get("bar", 0) + 1`."""
        return _active.current().kept.data.get(key, default)

    def setdefault(self, key: str, default: T) -> T:  # type: ignore[override]
        """The value; if there is none, the default is put in. Taken to be of the default's type, as with `get`."""
        data = _active.current().kept.data
        if key not in data:
            data[key] = default
        return data[key]  # type: ignore[return-value]

    def __repr__(self) -> str:
        return f"<state: {dict(_active.current().kept.data)!r}>"


state: State = State()


class OnSave:
    """Gives more to keep than `state`, as JSON. Runs when the host takes its copy: at most once a second, between
    blocks, and before a swap. It cannot play or wait."""

    __slots__ = ()

    def __call__(self, fn: SaveFn, /) -> SaveFn:
        _check(fn, "@on.save", 0)
        kept = _active.current().kept
        if kept.save is not None:
            raise LoadError("two functions take @on.save; keep one of them", *place_of(fn))
        kept.save = fn
        return fn


class OnLoad:
    """Gets back what `@on.save` gave, `(data, version)`, when the script has been read and before `@on.start`.
    `version` is the `__version__` of the script that saved, None if it had none. If it raises, the script does not
    load, and what was saved stays."""

    __slots__ = ()

    def __call__(self, fn: LoadF, /) -> LoadF:
        _check(fn, "@on.load", 2)
        kept = _active.current().kept
        if kept.load is not None:
            raise LoadError("two functions take @on.load; keep one of them", *place_of(fn))
        kept.load = fn
        return fn


def _check(fn: Callable[..., object], what: str, takes: int) -> None:
    check_function(fn, what)
    if not _active.current().loading:
        raise RuntimeError(f"{what} belongs at module level: handlers are fixed once the script is loaded")
    code = getattr(fn, "__code__", None)
    if code is not None and code.co_flags & 0x80:  # async def
        raise LoadError(f"{what}: {code.co_name} is async: it cannot wait, make it a plain def", *place_of(fn))
