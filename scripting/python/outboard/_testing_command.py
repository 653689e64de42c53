"""`python3 -m outboard.testing SCRIPT.py IN.mid`: what is heard, as a table."""

from __future__ import annotations

import argparse
import re
import sys
from typing import NoReturn, Sequence

from ._clock import Clock
from ._errors import describe
from ._events import (
    ChannelPressure,
    ControlChange,
    Event,
    NoteOff,
    NoteOn,
    PitchBend,
    PolyPressure,
    ProgramChange,
)
from ._midi_file import MidiFile
from ._names import key_name
from ._note_changes import NoteChange
from ._parameter import Declaration
from ._time import Time, bars, beats, ms, samples, seconds
from .testing import Script, samples_of

UNITS = {"beats": beats, "bars": bars, "s": seconds, "ms": ms, "samples": samples}


class WrongInput(Exception):
    """One sentence for the user."""


class Arguments(argparse.ArgumentParser):
    """Says in one sentence what is wrong with the command line."""

    def error(self, message: str) -> NoReturn:
        raise WrongInput(f"{message}; --help shows what there is")


def main(words: Sequence[str] | None = None) -> int:
    """0: done. 1: the script raised errors while it ran. 2: wrong input."""
    try:
        return _run(_arguments(words))
    except WrongInput as error:
        print(f"outboard.testing: {error}", file=sys.stderr)
        return 2
    except BrokenPipeError:  # the reader, such as `head`, has seen enough
        sys.stderr.close()
        return 0


def _arguments(words: Sequence[str] | None) -> argparse.Namespace:
    parser = Arguments(
        prog="python3 -m outboard.testing",
        description="Runs a script on a MIDI file and prints what is heard as a table: no engine, no sound.",
    )
    parser.add_argument("script", metavar="SCRIPT.py", nargs="+", help="several: a chain, one plays into the next")
    parser.add_argument("song", metavar="IN.mid")
    parser.add_argument("--until", metavar="TIME", help='such as "8 beats" or "10 s"; else the song and two bars')
    parser.add_argument("--seed", type=int, default=0, metavar="NUMBER", help="of the script's random numbers")
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="a parameter; may be repeated")
    parser.add_argument("--block", type=int, metavar="FRAMES", help="the engine's block; the result is always the same")
    return parser.parse_args(words)


def _run(given: argparse.Namespace) -> int:
    if given.block is not None and given.block < 1:
        raise WrongInput(f"--block is a number of frames from 1 up, not {given.block}")
    song = _song(given.song)
    script = Script(given.script)
    heard: list[Event] = []
    try:
        # The panel is known once the script is read; nothing of it runs before the first sample.
        script.run(until=samples(0))
        values = dict(_setting(text, script._parameters) for text in given.set)
        heard = script.run(
            song.events,
            _until(given.until, song),
            tempo=song.tempo,
            time_signature=song.time_signature,
            values=values,
            seed=given.seed,
            block=given.block,
        )
    except WrongInput:
        raise
    except OSError as error:
        file = error.filename if error.filename in given.script else given.script[0]
        raise WrongInput(f"the script {file} cannot be read: {error.strerror or error}") from None
    except Exception as error:
        text, file, line = describe(error, given.script[0])
        raise WrongInput(f"{file or given.script[0]}:{line}: {text.splitlines()[-1]}") from None
    for row in table(heard, song):
        print(row)
    return 1 if script.errors else 0


def _song(path: str) -> MidiFile:
    try:
        return MidiFile(path)
    except OSError as error:
        raise WrongInput(f"the song {path} cannot be read: {error.strerror or error}") from None
    except (ValueError, ModuleNotFoundError) as error:
        raise WrongInput(str(error)) from None


def _until(text: str | None, song: MidiFile) -> Time:
    if text is None:
        return song.length + bars(2)
    match = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([a-z]+)\s*", text)
    unit = None if match is None else UNITS.get(match[2]) or UNITS.get(match[2] + "s")
    if match is None or unit is None:
        raise WrongInput(f"--until takes a number and one of {', '.join(UNITS)}, such as \"8 beats\", not {text!r}")
    clock = Clock(song.sample_rate)
    clock.set_point(0.0, 0.0, 0.0, song.tempo, True, *song.time_signature, 0.0, 0)
    if samples_of(unit(float(match[1])), clock) < 1:
        raise WrongInput(f"--until {text} ends before it begins: give a time above 0")
    return unit(float(match[1]))


def _setting(text: str, parameters: list[Declaration]) -> tuple[str, float]:
    """`--set NAME=VALUE` as id and number."""
    name, equals, value = text.partition("=")
    if not equals:
        raise WrongInput(f"--set takes NAME=VALUE, not {text!r}")
    found = [parameter for parameter in parameters if name in (parameter["id"], parameter["name"])]
    if not found:
        known = ", ".join(parameter["name"] for parameter in parameters) or "none"
        raise WrongInput(f"the script has no parameter {name!r}; it has: {known}")
    return found[0]["id"], _number(found[0], value)


def _number(parameter: Declaration, text: str) -> float:
    choices = parameter["choices"]
    if choices:
        if text not in choices:
            raise WrongInput(f"{parameter['name']} is one of {', '.join(choices)}, not {text!r}")
        return float(choices.index(text))
    if parameter["type"] == "toggle" and text in ("on", "off"):
        return float(text == "on")
    low, high = parameter["minimum"], parameter["maximum"]
    try:
        number = float(text)
    except ValueError:
        raise WrongInput(f"{parameter['name']} is a number from {low:g} to {high:g}, not {text!r}") from None
    if not low <= number <= high:
        raise WrongInput(f"{parameter['name']} goes from {low:g} to {high:g}, not {text}")
    return number


def table(events: Sequence[Event], song: MidiFile) -> list[str]:
    """Time in samples and in beats from 0, channel, what it is, and its values."""
    rows = [f"{'sample':>10}  {'beat':>10}  {'ch':>2}  event"]
    for event in events:
        where = f"{event.time:>10}  {song.beat_at(event.time):>10.4f}  {event.channel:>2}  "
        rows.append((where + _words(event)).rstrip())
    return rows


def _words(event: Event) -> str:
    if isinstance(event, NoteOn):
        tuned = f"  tuned {event.tuning:+g}" if event.tuning else ""
        return f"{'note on':<10}  {key_name(event.key):<4} velocity {event.velocity7}{tuned}"
    if isinstance(event, NoteOff):
        return f"{'note off':<10}  {key_name(event.key):<4} velocity {event.velocity7}"
    if isinstance(event, NoteChange):
        reached = f"  in {event.until - event.time} samples" if event.until > event.time else ""
        return f"{'change':<10}  {key_name(event.key):<4} {event.kind} {event.value:g}{reached}"
    if isinstance(event, ControlChange):
        return f"{'controller':<10}  {event.cc:<4} {event.value7}"
    if isinstance(event, PolyPressure):
        return f"{'pressure':<10}  {key_name(event.key):<4} {event.value7}"
    if isinstance(event, ChannelPressure):
        return f"{'pressure':<10}  {'all':<4} {event.value7}"
    if isinstance(event, PitchBend):
        return f"{'bend':<10}  {event.value:+.4f}"
    if isinstance(event, ProgramChange):
        return f"{'program':<10}  {event.program}"
    return type(event).__name__
