"""`rng`: random numbers that are the same in every run of the same song."""

from __future__ import annotations

from random import Random

#: A `random.Random`, seeded from the session's seed and the track when the script is loaded and when the song starts.
rng: Random = Random()
