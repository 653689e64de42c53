"""Notices what blocks the script's thread while a handler or task runs: `time.sleep`, files, network, other programs.

It stalls this script only, which is late meanwhile; the line that did it is told once. Python itself tells of such calls
(its audit events).
"""

from __future__ import annotations

import sys
import time
from _thread import get_ident

from . import _active
from ._errors import is_ours
from ._wire import WARNING

_INSTEAD = "let background do it"
_BLOCKING = {
    "time.sleep": ("time.sleep", "await seconds(...)"),
    "open": ("opening a file", _INSTEAD),
    "os.system": ("os.system", _INSTEAD),
    "os.listdir": ("reading a folder", _INSTEAD),
    "os.scandir": ("reading a folder", _INSTEAD),
    "socket.connect": ("the network", _INSTEAD),
    "socket.getaddrinfo": ("the network", _INSTEAD),
    "socket.gethostbyname": ("the network", _INSTEAD),
    "socket.sendto": ("the network", _INSTEAD),
    "sqlite3.connect": ("opening a database", _INSTEAD),
    "subprocess.Popen": ("starting a program", _INSTEAD),
}


def _heard(event: str, arguments: object) -> None:
    what = _BLOCKING.get(event)
    if what is not None:
        _tell(*what)


def _tell(what: str, instead: str) -> None:
    rt = _active.runtime
    if rt is None or rt.ctx is None or rt.loading or _active.in_helper or get_ident() != rt.thread:
        return
    frame = sys._getframe(2)
    while frame.f_back is not None and frame.f_code.co_filename != rt.script:
        frame = frame.f_back
    file, line, name = frame.f_code.co_filename, frame.f_lineno, frame.f_code.co_name
    if is_ours(file) or file != rt.script or (file, line) in rt.blocked_lines:
        return
    rt.blocked_lines.add((file, line))
    rt.write(WARNING, f"{what} blocks {name}, and the script is late meanwhile: {instead} instead", file, line)


sys.addaudithook(_heard)

if sys.version_info < (3, 13):  # before, it was no audit event
    _sleep = time.sleep

    def _told_sleep(secs: float, /) -> None:
        _tell(*_BLOCKING["time.sleep"])
        _sleep(secs)

    setattr(time, "sleep", _told_sleep)
