"""What a script does to single notes is heard on the SoundFont: per note, not per channel, the same at every block size."""

from __future__ import annotations

from pathlib import Path

import mido
import numpy as np
import pytest

from midi import write_song
from support import outboard, read_wav

RATE = 48000
BLOCKS = (32, 64, 441, 1024)
#: Not the system's default, which may be another one.
FONT = "/usr/share/sounds/sf2/TimGM6mb.sf2"
ORGAN, STRINGS, TRUMPET = 16, 48, 56

HANDLER = "from outboard import *\n\n\n@on.note\nasync def note(e):\n"


class Studio:
    """Renders a song of one key press of four seconds, at 120 BPM, with a script's handler."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def song(self, program: int = ORGAN, extra: tuple[tuple[int, bytes], ...] = ()) -> Path:
        path = self.folder / "song.mid"
        events = [(0, bytes([0xC0, program])), (0, bytes([0x90, 60, 100])), *extra, (4 * 960, bytes([0x80, 60, 64]))]
        write_song(path, sorted(events, key=lambda event: event[0]))
        return path

    def script(self, *lines: str) -> Path:
        path = self.folder / "script.py"
        path.write_text(HANDLER + "".join(f"    {line}\n" for line in lines))
        return path

    def render(self, *lines: str, program: int = ORGAN, frames: int = 64, extra=(), words=()) -> np.ndarray:
        output = self.folder / "out.wav"
        outboard("render", self.song(program, extra), "-o", output, "--rate", RATE, "--script", self.script(*lines),
                 "--frames", frames, "--tail", 1, "--soundfont", FONT, *words)
        return read_wav(output)[1].astype(float) / 32768

    def everywhere(self, *lines: str, **options) -> np.ndarray:
        """The sound, the same at every block size."""
        first = self.render(*lines, frames=BLOCKS[0], **options)
        for frames in BLOCKS[1:]:
            again = self.render(*lines, frames=frames, **options)
            assert np.array_equal(first, again), f"{frames} frames sound other than {BLOCKS[0]}"
        return first


@pytest.fixture
def studio(tmp_path: Path) -> Studio:
    return Studio(tmp_path)


def part(sound: np.ndarray, begin: float, end: float) -> np.ndarray:
    return sound[int(begin * RATE):int(end * RATE)]


def peak(sound: np.ndarray, near: float) -> tuple[float, float]:
    """Frequency and strength of the loudest partial within half a semitone and a bit of a frequency."""
    mono = sound.mean(axis=1) * np.hanning(len(sound))
    size = 1 << 20
    spectrum = np.abs(np.fft.rfft(mono, size))
    hertz = np.arange(len(spectrum)) * RATE / size
    band = np.flatnonzero((hertz > near * 2 ** (-0.8 / 12)) & (hertz < near * 2 ** (0.8 / 12)))
    best = band[np.argmax(spectrum[band])]
    return float(hertz[best]), float(spectrum[best])


def level_db(sound: np.ndarray) -> float:
    return float(10 * np.log10(np.mean(np.square(sound)) + 1e-30))


def cents(a: float, b: float) -> float:
    return float(1200 * np.log2(a / b))


def test_of_two_notes_on_one_channel_the_one_that_is_glided_moves_and_the_other_does_not(studio: Studio) -> None:
    two = ("a = play(57, duration=seconds(4))", "b = play(64, duration=seconds(4))")
    still = part(studio.render(*two), 2, 4)
    moved = part(studio.everywhere(*two, "b.change_tune(0.5, glide=seconds(1))"), 2, 4)
    low, high = peak(still, 220)[0], peak(still, 329.63)[0]
    assert abs(cents(low, 220)) < 5 and abs(cents(high, 329.63)) < 5
    assert abs(cents(peak(moved, 220)[0], low)) < 0.5
    assert abs(cents(peak(moved, 329.63)[0], high) - 50) < 1


def test_two_notes_on_one_key_are_two(studio: Studio) -> None:
    sound = part(studio.everywhere(
        "a = play(60, duration=seconds(4))", "b = play(60, duration=seconds(4), tuning=-0.5)",
        "b.change_tune(1, glide=seconds(1))",
    ), 2, 4)
    mono = sound.mean(axis=1) * np.hanning(len(sound))
    spectrum = np.abs(np.fft.rfft(mono, 1 << 20))
    at = [int(261.626 * 2 ** (shift / 12) * (1 << 20) / RATE + 0.5) for shift in (-0.5, 0, 0.25, 0.5)]
    strength = [spectrum[i - 4:i + 5].max() for i in at]
    assert strength[1] > 10 * strength[2] and strength[3] > 10 * strength[2]  # as played, and half a semitone above
    assert strength[1] > 10 * strength[0]  # nothing is left where the second one began


def test_forwarding_twice_gives_two_voices(studio: Studio) -> None:
    one = part(studio.render("e.forward()"), 1, 3)
    two = part(studio.everywhere("e.forward()", "e.forward()"), 1, 3)
    assert abs(level_db(two) - level_db(one) - 6.02) < 0.1


def test_tuning_of_play_is_heard(studio: Studio) -> None:
    sound = part(studio.everywhere("play(57, duration=seconds(4), tuning=-0.3)"), 1, 3)
    plain = part(studio.render("play(57, duration=seconds(4))"), 1, 3)
    assert abs(cents(peak(sound, 220)[0], peak(plain, 220)[0]) + 30) < 1


def test_volume_is_in_db_and_as_a_gain(studio: Studio) -> None:
    plain = level_db(part(studio.render("v = e.forward()"), 1, 3))
    for line, db in (("v.change_volume_db(-12)", -12), ("v.change_volume(0.5)", 20 * np.log10(0.5))):
        sound = studio.everywhere("v = e.forward()", line)
        assert abs(level_db(part(sound, 1, 3)) - plain - db) < 0.05
    silent = studio.render("v = e.forward()", "v.change_volume(0)")
    assert level_db(part(silent, 0.5, 4)) < -120


def test_fades_are_linear_in_db(studio: Studio) -> None:
    plain = studio.render("v = e.forward()")
    faded = studio.everywhere("v = e.forward()", "v.fade_out(seconds(3))")
    for second in (0.5, 1.0, 1.5, 2.0, 2.5):
        span = (second - 0.02, second + 0.02)
        down = level_db(part(faded, *span)) - level_db(part(plain, *span))
        assert abs(down - -60 * second / 3) < 0.4, second
    assert level_db(part(faded, 3.01, 5)) < -120  # and there it ends
    rising = studio.everywhere("v = e.forward()", "v.fade_in(seconds(2))")
    for second in (0.5, 1.0, 1.5):
        span = (second - 0.02, second + 0.02)
        up = level_db(part(rising, *span)) - level_db(part(plain, *span))
        assert abs(up - (-60 + 60 * second / 2)) < 0.4, second
    assert abs(level_db(part(rising, 2.1, 3.9)) - level_db(part(plain, 2.1, 3.9))) < 0.01


def test_fades_in_beats_follow_the_tempo(studio: Studio) -> None:
    # Four beats: one second at 120, then two at 60. Tempo 60 from beat 2 on.
    slower = ((960, bytes([0xFF, 0x51, 3]) + (1_000_000).to_bytes(3, "big")),)
    plain = studio.render("v = e.forward()", extra=slower)
    faded = studio.everywhere("v = e.forward()", "v.fade_out(beats(4))", extra=slower)
    for second, beat in ((0.5, 1.0), (0.9, 1.8), (1.5, 2.5), (2.5, 3.5)):
        span = (second - 0.02, second + 0.02)
        down = level_db(part(faded, *span)) - level_db(part(plain, *span))
        assert abs(down - -60 * beat / 4) < 0.6, second
    assert level_db(part(faded, 3.01, 4)) < -120


def test_pan_moves_one_note(studio: Studio) -> None:
    two = ("a = play(57, duration=seconds(4))", "b = play(64, duration=seconds(4))")
    sound = part(studio.everywhere(*two, "b.change_pan(-1)"), 1, 3)
    plain = part(studio.render(*two), 1, 3)
    left, right = sound[:, :1], sound[:, 1:]
    assert peak(right, 329.63)[1] < 0.02 * peak(plain[:, 1:], 329.63)[1]
    assert peak(left, 329.63)[1] > 1.2 * peak(plain[:, :1], 329.63)[1]
    assert abs(peak(right, 220)[1] / peak(plain[:, 1:], 220)[1] - 1) < 0.01


def brightness(sound: np.ndarray) -> float:
    """The spectrum's centre, in Hz."""
    spectrum = np.square(np.abs(np.fft.rfft(sound.mean(axis=1))))
    return float(np.sum(spectrum * np.arange(len(spectrum))) / np.sum(spectrum) * RATE / len(sound))


def test_brightness_and_modulate_close_the_filter_of_one_note(studio: Studio) -> None:
    plain = part(studio.render("v = e.forward()", program=STRINGS), 1, 3)
    dark = part(studio.everywhere("v = e.forward()", "v.brightness(0)", program=STRINGS), 1, 3)
    assert brightness(dark) < 0.8 * brightness(plain)
    same = part(studio.render("v = e.forward()", "v.modulate('filter.cutoff', -4)", program=STRINGS), 1, 3)
    assert np.array_equal(same, dark)  # four octaves, both


def side_bands(sound: np.ndarray, hertz: float) -> float:
    """What sounds beside a partial, as far from it as a vibrato is quick."""
    strength = np.abs(np.fft.rfft(sound.mean(axis=1) * np.hanning(len(sound))))
    distance = np.abs(np.arange(len(strength)) * RATE / len(sound) - hertz)
    return float(np.sqrt(np.sum(np.square(strength[(distance > 2) & (distance < 9)]))))


def test_pressure_is_vibrato_of_one_note(studio: Studio) -> None:
    plain = part(studio.render("v = e.forward()"), 1, 3)
    shaken = part(studio.everywhere("v = e.forward()", "v.pressure(1)"), 1, 3)
    assert peak(shaken, 261.6)[1] < 0.9 * peak(plain, 261.6)[1]  # its energy has gone to the side bands
    assert side_bands(shaken, 261.6) > 5 * side_bands(plain, 261.6)


def test_a_preset_is_for_one_note_only(studio: Studio) -> None:
    by_name = studio.everywhere("play(60, duration=seconds(2), preset=(0, 56))", "await seconds(3)", "e.forward()")
    trumpet = studio.render("play(60, duration=seconds(2))", program=TRUMPET)
    assert np.array_equal(part(by_name, 0, 2), part(trumpet, 0, 2))
    organ = studio.render("await seconds(3)", "e.forward()")
    assert np.array_equal(part(by_name, 3.9, 4), part(organ, 3.9, 4)) or \
        abs(level_db(part(by_name, 3.5, 4)) - level_db(part(organ, 3.5, 4))) < 0.5


def test_a_preset_is_found_by_its_name(studio: Studio) -> None:
    by_number = studio.render("play(60, duration=seconds(1), preset=(0, 56))")
    by_name = studio.render("play(60, duration=seconds(1), preset='solotrumpet')")  # the font says SoloTrumpet
    assert np.array_equal(by_number, by_name)


def test_sample_start_skips_the_beginning_of_the_recording(studio: Studio) -> None:
    plain = studio.render("play(60, duration=seconds(1))", program=0)
    later = studio.everywhere("play(60, duration=seconds(1), sample_start=2000)", program=0)
    assert not np.array_equal(plain, later)
    assert level_db(part(later, 0.02, 0.2)) > -60
    none = studio.render("play(60, duration=seconds(1), sample_start=0)", program=0)
    assert np.array_equal(plain, none)


def test_the_instrument_is_set_for_all_notes(studio: Studio) -> None:
    plain = part(studio.render("e.forward()", program=STRINGS), 1, 3)
    dark = part(studio.everywhere("instrument['filter.cutoff'] = -4", "e.forward()", program=STRINGS), 1, 3)
    assert brightness(dark) < 0.8 * brightness(plain)
    trumpet = studio.render("instrument.program = (0, 56)", "e.forward()", program=STRINGS)
    assert np.array_equal(trumpet, studio.render("e.forward()", program=TRUMPET))


def test_track_gain_and_pan_reach_the_mixer_at_their_sample(studio: Studio) -> None:
    plain = studio.render("e.forward()")
    quiet = studio.everywhere("e.forward()", "await samples(48000)", "track.gain = 0.5", "await seconds(1)",
                              "track.pan = 1")
    assert np.array_equal(quiet[:48000], plain[:48000])
    assert np.allclose(quiet[48064:96000], plain[48064:96000] * 0.5, atol=1.1 / 32768)
    assert not np.array_equal(quiet[48001:48064], plain[48001:48064])
    assert np.max(np.abs(quiet[96064:, 0])) == 0


def test_track_send_feeds_the_room_behind_the_fader(studio: Studio) -> None:
    dry = studio.render("v = e.forward()", "await seconds(1)", "v.release()")
    wet = studio.everywhere("track.send = 1", "v = e.forward()", "await seconds(1)", "v.release()")
    behind = studio.render("track.send, track.gain = 1, 0.1", "v = e.forward()", "await seconds(1)", "v.release()")
    level = level_db(part(wet, 1.5, 2))
    assert level > level_db(part(dry, 1.5, 2)) + 20, "the room sounds when the note does not"
    assert abs(level - level_db(part(behind, 1.5, 2)) - 20) < 1.5
    assert level_db(part(wet, 4.5, 5)) < level - 40, "and dies away"


def test_sounding_lasts_until_the_instrument_ends_the_voice(studio: Studio) -> None:
    pedal = ((0, bytes([0xB0, 64, 127])), (1920, bytes([0xB0, 64, 0])))
    lines = (
        "v = play(60, duration=ms(100))", "await ms(200)", "print('after', v.alive, v.sounding)",
        "await seconds(2.5)", "print('pedal up', v.alive, v.sounding)",
    )
    output = studio.folder / "out.wav"
    for frames in (64, 1024):
        done = outboard("render", studio.song(ORGAN, pedal), "-o", output, "--script", studio.script(*lines),
                        "--frames", frames)
        text = done.stdout + done.stderr
        assert "after False True" in text and "pedal up False False" in text


@pytest.mark.parametrize("second", ["e.forward(key=e.key + 12)", "play(72, duration=beats(2))", "pass"])
def test_in_a_chain_a_note_sounds_while_the_instrument_plays_what_the_next_script_makes_of_it(
    studio: Studio, second: str
) -> None:
    """The second holds what it hears by the pedal, by a longer note, or makes nothing of it."""
    pedal = ((0, bytes([0xB0, 64, 127])), (1920, bytes([0xB0, 64, 0])))
    lines = (
        "v = play(60, duration=ms(100))", "await ms(200)", "print('after', v.alive, v.sounding)",
        "await seconds(2.5)", "print('at the end', v.alive, v.sounding)",
    )
    next_one = studio.folder / "next.py"
    next_one.write_text(f"from outboard import *\n\n\n@on.note\ndef note(e):\n    {second}\n")
    output = studio.folder / "out.wav"
    for words in (("--frames", 64), ("--frames", 1024), ("--frames", 441, "--transport", "pipe")):
        done = outboard("render", studio.song(ORGAN, pedal), "-o", output, "--script", studio.script(*lines),
                        "--script", next_one, "--soundfont", FONT, *words)
        text = done.stdout + done.stderr
        assert f"after False {second != 'pass'}" in text and "at the end False False" in text, words


def test_a_fade_goes_on_when_the_script_has_died(studio: Studio) -> None:
    plain = studio.render("v = e.forward()")
    died = studio.render("import os", "v = e.forward()", "v.fade_out(seconds(3))", "await seconds(1)", "os._exit(3)",
                         words=())
    for second in (0.5, 2.0, 2.5):
        span = (second - 0.02, second + 0.02)
        down = level_db(part(died, *span)) - level_db(part(plain, *span))
        assert abs(down - -60 * second / 3) < 0.4, second
    assert level_db(part(died, 3.01, 5)) < -120


def test_what_midi_cannot_say_is_left_out_of_a_midi_file(studio: Studio, tmp_path: Path) -> None:
    output = tmp_path / "out.mid"
    script = studio.script("v = e.forward(tuning=0.5)", "v.change_tune(1, glide=seconds(1))", "v.fade_in(seconds(1))",
                           "track.gain = 0.5", "instrument['filter.cutoff'] = -1")
    done = outboard("transform", studio.song(), "-o", output, "--script", script)
    messages = [m for t in mido.MidiFile(output).tracks for m in t if not m.is_meta]
    assert [m.type for m in messages] == ["program_change", "note_on", "note_off"]
    # The tuning, the glide, the fade with its beginning, the fader, the filter.
    assert "a MIDI file cannot say it: 6 changes" in done.stdout
