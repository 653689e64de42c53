"""The helper process of `background`, from both sides: pickled calls to it, pickled results back.

It is forked once, when the script has been read: before the child has real-time priority or locks its memory, and never
again. Should it die, the work at hand fails with a sentence and what follows runs in a thread.
"""

from __future__ import annotations

import faulthandler
import os
import pickle
import queue
import socket
import struct
import sys
import threading
import traceback
from typing import Any, TextIO, cast

from . import _active
from ._background import Outcome, Work, Worker
from ._console import Console, Write
from ._wire import ERROR, PRINT

_SIZE = struct.Struct("<I")


class HelperError(Exception):
    """The traceback of what failed in the helper, as text."""


class HelperWorker(Worker):
    """Sends work to the helper, from a thread that is never real-time."""

    def __init__(self, connection: socket.socket, write: Write) -> None:
        self._connection: socket.socket | None = connection
        self._write = write
        self._queue: queue.SimpleQueue[tuple[Work, bytes | None]] = queue.SimpleQueue()
        threading.Thread(target=self._run, name="background", daemon=True).start()

    def submit(self, work: Work) -> None:
        try:
            message: bytes | None = pickle.dumps((work.fn, work.args, work.kwargs))
        except Exception:
            message = None
        self._queue.put((work, message))

    def _run(self) -> None:
        while True:
            work, message = self._queue.get()
            if not work.cancelled:
                work.deliver(self._ask(message) if message is not None and self._connection else work.run_here())

    def _ask(self, message: bytes) -> Outcome:
        connection = self._connection
        assert connection is not None
        try:
            _send(connection, message)
            while True:
                what, content = pickle.loads(_receive(connection))
                if what == "line":
                    self._write(*content)
                elif what == "value":
                    return Outcome(content)
                else:
                    error, text = content
                    error.__cause__ = HelperError("\n" + text)
                    return Outcome(error=error)
        except (OSError, EOFError):
            connection.close()
            self._connection = None
            return Outcome(error=RuntimeError("the process in which background runs its work has ended"))
        except Exception as error:
            return Outcome(error=error)  # what it sent cannot be unpickled here


def start(write: Write) -> Worker:
    """Forks the helper. In it, this does not return."""
    import _outboard_host

    ours, theirs = socket.socketpair()
    if _outboard_host.fork_helper() == 0:
        ours.close()
        _serve(theirs)
    theirs.close()
    return HelperWorker(ours, write)


def _serve(connection: socket.socket) -> None:
    """The helper's life: one call after the other, until the child is gone."""

    def line(level: int, text: str, file: str, number: int) -> None:
        _send(connection, pickle.dumps(("line", (level, text, file, number))))

    try:
        _active.in_helper = True
        faulthandler.disable()  # what it writes to is closed here
        if _active.runtime is not None:
            _active.runtime.write = line
        sys.stdout = cast(TextIO, Console(line, PRINT))
        sys.stderr = cast(TextIO, Console(line, ERROR))
        while True:
            _send(connection, _answer(_receive(connection)))
    finally:
        os._exit(0)


def _answer(message: bytes) -> bytes:
    try:
        fn, args, kwargs = pickle.loads(message)
        return pickle.dumps(("value", fn(*args, **kwargs)))
    except BaseException as error:
        text = "".join(traceback.format_exception(type(error), error, error.__traceback__))
        try:
            packed = pickle.dumps(("error", (error, text)))
            pickle.loads(packed)
            return packed
        except Exception:
            return pickle.dumps(("error", (RuntimeError(f"{type(error).__name__}: {error}"), text)))


def _send(connection: socket.socket, message: bytes) -> None:
    connection.sendall(_SIZE.pack(len(message)))
    connection.sendall(message)


def _receive(connection: socket.socket) -> bytes:
    (size,) = _SIZE.unpack(_exactly(connection, _SIZE.size))
    return _exactly(connection, size)


def _exactly(connection: socket.socket, size: int) -> bytes:
    parts: list[Any] = []
    while size > 0:
        part = connection.recv(min(size, 1 << 20))
        if not part:
            raise EOFError
        parts.append(part)
        size -= len(part)
    return b"".join(parts)
