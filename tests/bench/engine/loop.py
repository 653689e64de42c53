"""An endless loop on its first note. Says when it began: a file named after its process, in $OUTBOARD_BENCH_FOLDER."""

import os
import time
from pathlib import Path

from outboard import NoteOn, on


@on.note
def loop(e: NoteOn) -> None:
    Path(os.environ["OUTBOARD_BENCH_FOLDER"], str(os.getpid())).write_text(str(time.monotonic_ns()))
    while True:
        pass
