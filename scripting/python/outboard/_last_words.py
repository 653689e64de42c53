"""Where the script was when its process ends badly: a traceback into a pipe that the host reads."""

from __future__ import annotations

import faulthandler
import os
import signal


def listen(descriptor: int) -> None:
    """From now on a crash writes a traceback there; so does the host's question, while C code runs, too; and so does
    a script that leaves with `os._exit`."""
    faulthandler.enable(descriptor, all_threads=False)
    # A signal that is ignored by default: who has not come this far is not ended by the question.
    faulthandler.register(signal.SIGURG, descriptor, all_threads=False)
    process, leave = os.getpid(), os._exit

    def tell_and_leave(status: int) -> None:
        if os.getpid() == process:
            try:
                faulthandler.dump_traceback(descriptor, all_threads=False)
            except OSError:
                pass  # the script closed it
        leave(status)

    setattr(os, "_exit", tell_and_leave)
