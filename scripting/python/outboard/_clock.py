"""The clock: samples and beats, and what rounds them.

Two beat counters run side by side. The *clock beat* never stops and never jumps: waits and durations in beats use it.
The *song beat* stands while stopped and jumps at a seek: grid lines and `transport.beat` use it.
"""

from __future__ import annotations

from collections import deque
from math import floor
from typing import Any, Final

# Kept so that positions a little before a tempo change are converted with the tempo they lie in.
_REMEMBERED_POINTS = 32


#: A half, with a ten-thousandth of a sample of tolerance so that the last bits of a float do not decide.
HALF_UP: Final = 0.5001


def round_sample(exact: float) -> int:
    """Half up."""
    return floor(exact + HALF_UP)


class Clock:
    """Tempo, signature and both beat counters, from the last transport record on."""

    __slots__ = (
        "sample_rate",
        "known",
        "sample",
        "clock_beat",
        "song_beat",
        "tempo",
        "playing",
        "numerator",
        "denominator",
        "bar_beat",
        "bar_number",
        "per_beat",
        "_past",
    )

    def __init__(self, sample_rate: float, tempo: float = 120.0) -> None:
        self.sample_rate: float = sample_rate
        self.known: bool = False
        self.sample: float = 0.0
        self.clock_beat: float = 0.0
        self.song_beat: float = 0.0
        self.tempo: float = tempo
        self.playing: bool = False
        self.numerator: int = 4
        self.denominator: int = 4
        self.bar_beat: float = 0.0
        self.bar_number: int = 0
        self.per_beat: float = 60.0 * sample_rate / tempo
        self._past: deque[tuple[float, float, float]] = deque(maxlen=_REMEMBERED_POINTS)

    def set_point(
        self,
        sample: float,
        clock_beat: float,
        song_beat: float,
        tempo: float,
        playing: bool,
        numerator: int,
        denominator: int,
        bar_beat: float,
        bar: int,
    ) -> bool:
        """From the exact position `sample` on. Returns whether the song beat jumped, started or stopped there."""
        jumped = not self.known or playing != self.playing or abs(song_beat - self.song_beat_at(clock_beat)) > 1e-7
        if self.known:
            self._past.append((self.sample, self.clock_beat, self.per_beat))
        self.known = True
        self.sample = sample
        self.clock_beat = clock_beat
        self.song_beat = song_beat
        self.tempo = tempo
        self.playing = playing
        self.numerator = numerator
        self.denominator = denominator
        self.bar_beat = bar_beat
        self.bar_number = bar
        self.per_beat = 60.0 * self.sample_rate / tempo
        return jumped

    def beat_of(self, sample: float) -> float:
        """The clock beat at an exact sample position."""
        if sample >= self.sample or not self._past:
            return self.clock_beat + (sample - self.sample) / self.per_beat
        start, beat, per_beat = self._past[0]
        for point in reversed(self._past):
            if point[0] <= sample:
                start, beat, per_beat = point
                break
        return beat + (sample - start) / per_beat

    def sample_of(self, beat: float) -> float:
        """The exact sample position of a clock beat; beyond the last point its tempo goes on."""
        if beat >= self.clock_beat or not self._past:
            return self.sample + (beat - self.clock_beat) * self.per_beat
        start, first, per_beat = self._past[0]
        for point in reversed(self._past):
            if point[1] <= beat:
                start, first, per_beat = point
                break
        return start + (beat - first) * per_beat

    def song_beat_at(self, clock_beat: float) -> float:
        """The song beat at a clock beat, by the last point."""
        return self.song_beat + (clock_beat - self.clock_beat) if self.playing else self.song_beat

    @property
    def bar_length(self) -> float:
        """Beats (quarter notes) in a bar of the present signature."""
        return self.numerator * 4.0 / self.denominator


def set_point(clock: Clock, record: tuple[Any, ...]) -> bool:
    """Puts a transport record into a clock. Returns whether the song beat jumped, started or stopped there."""
    _, _, sample, clock_beat, song_beat, tempo, playing, numerator, denominator, bar_beat, bar = record[:11]
    return clock.set_point(
        sample, clock_beat, song_beat, tempo, bool(playing), numerator, denominator, bar_beat, bar
    )
