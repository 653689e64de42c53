"""What a script writes: `print`, and `log.debug`, `log.info`, `log.warning`, `log.error`."""

from __future__ import annotations

import io
import sys
from typing import Callable

from . import _active
from ._errors import caller
from ._wire import DEBUG, ERROR, INFO, PRINT, WARNING, WATCH

Write = Callable[[int, str, str, int], None]

_LEVELS = ("", "debug: ", "info: ", "warning: ", "error: ", "error: ", "")


def to_terminal(level: int, text: str, file: str, line: int) -> None:
    out = sys.stdout if level in (PRINT, INFO, WATCH) else sys.stderr
    print(f"{_LEVELS[level]}{text}", file=out)


def host_writer() -> Write:
    """The child program's console; in a plain interpreter, the terminal."""
    try:
        import _outboard_host
    except ImportError:
        return to_terminal
    writer: Write = _outboard_host.write
    return writer


class Log:
    """Lines on the console, with a level. They take what `print` takes, and never block."""

    __slots__ = ()

    def debug(self, *values: object) -> None:
        """For the script's author."""
        self._line(DEBUG, values)

    def info(self, *values: object) -> None:
        """Worth knowing."""
        self._line(INFO, values)

    def warning(self, *values: object) -> None:
        """Not as it should be."""
        self._line(WARNING, values)

    def error(self, *values: object) -> None:
        """Something failed."""
        self._line(ERROR, values)

    def _line(self, level: int, values: tuple[object, ...]) -> None:
        rt = _active.of_threads or _active.runtime
        write = rt.write if rt is not None else to_terminal
        write(level, " ".join(map(str, values)), *caller())


log: Log = Log()


class Console(io.TextIOBase):
    """Stands for stdout and stderr in the child: whole lines, with the script's line that wrote them."""

    def __init__(self, write: Write, level: int) -> None:
        super().__init__()
        self._write = write
        self._level = level
        self._pending = ""

    def writable(self) -> bool:
        return True

    def write(self, text: str, /) -> int:
        lines = (self._pending + text).split("\n")
        self._pending = lines.pop()
        if lines:
            self._write(self._level, "\n".join(lines), *caller())
        return len(text)

    def flush(self) -> None:
        """Partial lines wait for their end, so that one line stays one line on the console."""

    def finish(self) -> None:
        """Writes what has no line end yet."""
        if self._pending:
            text, self._pending = self._pending, ""
            self._write(self._level, text, *caller())
