"""Errors of a script, as its author should read them: without the runtime's own frames."""

from __future__ import annotations

import os
import sys
import traceback
from types import FrameType

_PACKAGE = os.path.dirname(os.path.abspath(__file__)) + os.sep


class LoadError(Exception):
    """The script cannot be used. One sentence, with the file and line at fault."""

    def __init__(self, text: str, file: str, line: int) -> None:
        super().__init__(text)
        self.text = text
        self.file = file
        self.line = line


def is_ours(filename: str) -> bool:
    """Whether a file belongs to the runtime."""
    return filename.startswith(_PACKAGE) or filename.startswith("<frozen")


def caller() -> tuple[str, int]:
    """The file and line in the script from which the runtime was called."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None and is_ours(frame.f_code.co_filename):
        frame = frame.f_back
    return (frame.f_code.co_filename, frame.f_lineno) if frame is not None else ("", 0)


def describe(error: BaseException, script: str) -> tuple[str, str, int]:
    """The traceback as text, and the file and line to mark: the innermost line of the script itself."""
    if isinstance(error, LoadError):
        return error.text, error.file, error.line
    report = traceback.TracebackException.from_exception(error)
    pending: list[traceback.TracebackException | None] = [report]
    while pending:
        part = pending.pop()
        if part is not None:
            part.stack = traceback.StackSummary.from_list([f for f in part.stack if not is_ours(f.filename)])
            pending += [part.__cause__, part.__context__]
    file, line = "", 0
    if isinstance(error, SyntaxError) and error.filename:
        file, line = error.filename, error.lineno or 0
    else:
        inner_first = list(reversed(report.stack))
        own = [frame for frame in inner_first if frame.filename == script] or inner_first
        if own:
            file, line = own[0].filename, own[0].lineno or 0
    return "".join(report.format()).rstrip("\n"), file, line
