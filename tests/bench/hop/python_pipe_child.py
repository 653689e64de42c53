"""The child of the contestant multiprocessing.Pipe: a Connection that answers what it gets.

    python_pipe_child.py AWAKE_LIBRARY NAME ADDRESS SIZE PREWAKE CORE PRIORITY

Pre-wake is ours, called by ctypes: it returns when the connection can be read.
"""

import ctypes
import gc
import os
import sys
import threading
from multiprocessing.connection import Connection

LIFELINE, CONTROL_PAGE, SOCKET = 3, 4, 5


def end_with_parent() -> None:
    os.read(LIFELINE, 1)
    os._exit(0)


def main() -> None:
    library_path, _, _, _, prewake, core, priority = sys.argv[1:]
    threading.Thread(target=end_with_parent, daemon=True).start()
    if int(core) >= 0:
        os.sched_setaffinity(0, {int(core)})
    if int(priority) > 0:
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(int(priority)))
    else:
        os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))
    connection = Connection(SOCKET)
    library = ctypes.CDLL(library_path)
    library.bench_ready(CONTROL_PAGE)
    wait = library.bench_wait_awake
    gc.freeze()
    gc.disable()
    receive, send = connection.recv_bytes, connection.send_bytes
    if prewake == "1":
        while True:
            wait(SOCKET)
            send(receive())
    while True:
        send(receive())


main()
