"""A small model of the second hop, for tests: sound goes through the script's `audio.process` as in an offline render."""

from __future__ import annotations

from collections import deque
from itertools import cycle
from typing import TYPE_CHECKING, Sequence

from ._host import Host
from ._ledger import Record
from ._runtime import Runtime

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def through(
    rt: Runtime, host: Host, records: deque[Record], sound: NDArray[np.float32], blocks: Sequence[int]
) -> NDArray[np.float32]:
    """The sound as the script makes it, in blocks of these lengths by turns. What it fails on stays as it was."""
    audio = rt.audio
    if audio is None:
        raise ValueError(f"{rt.script} has no @audio.process: there is nothing that works on sound")
    if sound.ndim != 2 or len(sound) != audio.channels:
        raise ValueError(
            f"the sound must be an array of {audio.channels} channels × frames, as @audio.process has them, "
            f"not one of the shape {sound.shape}"
        )
    if not blocks or min(blocks) < 1:
        raise ValueError("a block has at least one frame")
    done: NDArray[np.float32] = sound.astype("float32")
    total, start = sound.shape[1], 0
    for length in cycle(blocks):
        frames = min(length, total - start)
        if frames <= 0:
            return done
        inputs = []
        while records and records[0][1] < start + frames:
            inputs.append(records.popleft())
        host.block(start, frames, inputs)
        block = done[:, start : start + frames].copy()
        if audio.run(rt, block, start, frames):
            done[:, start : start + frames] = block
        start += frames
    return done
