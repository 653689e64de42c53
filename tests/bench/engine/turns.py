"""The scheduler's slices, set from outside: what it would be without the short turns that the host asks for."""

from __future__ import annotations

import ctypes
import os
import platform
import struct
from pathlib import Path

#: sched_setattr(2), which neither Python nor the C library of Debian 12 knows; None where its number is not known here.
_NUMBER = {"x86_64": 314, "aarch64": 274}.get(platform.machine())
#: Whether turns can be given.
AT_HAND = _NUMBER is not None
_call = ctypes.CDLL(None, use_errno=True).syscall


def give_usual_turns(pid: int) -> None:
    """All threads of a process and of its children get the slice that the system gives to everyone."""
    for process in (pid, *_children(pid)):
        for thread in map(int, os.listdir(f"/proc/{process}/task")):
            if os.sched_getscheduler(thread) & ~os.SCHED_RESET_ON_FORK == os.SCHED_OTHER:
                nice = os.getpriority(os.PRIO_PROCESS, thread)
                attributes = struct.pack("IIQiIQQQ", 48, os.SCHED_OTHER, 0, nice, 0, 0, 0, 0)
                if _call(_NUMBER, thread, attributes, 0) != 0:
                    raise OSError(ctypes.get_errno(), f"sched_setattr of thread {thread}")


def _children(pid: int) -> list[int]:
    return [int(child) for task in Path(f"/proc/{pid}/task").iterdir() for child in (task / "children").read_text().split()]
