"""Section 2: notes, and the rules that leave none of them stuck."""

from __future__ import annotations

import pytest

from helpers import BEAT, cc, off, on, short
from outboard import NoteOff, beats, ms, samples
from outboard.testing import Panic, TransportChange, assert_no_hanging_notes, notes


def test_without_duration_and_until_a_note_ends_with_the_note_whose_handler_called_play(bench):
    b = bench("@on.note\ndef n(e): play(e.key + 12, channel=3)")
    heard = b.play([on(0, 60), off(30, 60, 9)])
    assert notes(heard) == [(0, 3, 72, 102, 30)]
    assert heard[1].velocity7 == 64  # only forwarded offs keep release velocity


def test_before_or_after_its_awaits(bench):
    b = bench(
        """
        @on.note
        async def n(e):
            await samples(10)
            v = play(72)
            say(v.alive)
            await samples(40)
            w = play(73)
            say(v.alive, w.alive)
        """
    )
    assert notes(b.play([on(0, 60), off(30, 60)])) == [(10, 1, 72, 102, 20)]
    assert b.printed == ["True", "False False"]


@pytest.mark.parametrize(
    "where",
    [
        "@on.start\ndef s():\n    {}",
        "@on.cc\ndef c(e):\n    {}",
        "@on.release\ndef r(e):\n    {}",
        "@on.start\ndef s():\n    spawn(t)\nasync def t():\n    {}",
        "@on.note\ndef s(e):\n    spawn(t)\nasync def t():\n    {}",
    ],
)
def test_elsewhere_that_raises_type_error_unless_hold(bench, where):
    events = [cc(0, 1, 1), on(1, 60), off(2, 60)]
    b = bench(where.format("play(80)"))
    assert not any(e.key == 80 for e in b.play(events) if hasattr(e, "key"))
    assert len(b.errors) == 1 and "TypeError: this note has no end" in b.errors[0]
    b = bench(where.format("play(80, hold=True)"))
    assert [n.length for n in notes(b.play(events)) if n.key == 80] == [None]
    assert b.errors == []


def test_hold_sounds_until_release(bench):
    b = bench(
        """
        @on.start
        async def s():
            v = play(60, hold=True)
            await samples(77)
            v.release()
            v.release()
        """
    )
    assert notes(b.play()) == [(0, 1, 60, 102, 77)]


def test_a_forwarded_voice_ends_at_key_up_plus_its_delay(bench):
    b = bench("@on.note\nasync def n(e):\n    await samples(100)\n    e.forward()")
    heard = b.play([on(0, 60), off(150, 60, 9)])
    assert short(heard) == [(100, "on", 60, 100), (250, "off", 60, 9)]


def test_length_kept_also_when_the_key_is_already_up(bench):
    b = bench("@on.note\nasync def n(e):\n    await samples(100)\n    v = e.forward()\n    say(v.alive)")
    heard = b.play([on(0, 60), off(30, 60, 9)])
    assert short(heard) == [(100, "on", 60, 100), (130, "off", 60, 9)]
    assert b.printed == ["True"]


def test_forwarded_twice_gives_two_voices(bench):
    b = bench(
        """
        @on.note
        async def n(e):
            a = e.forward()
            await samples(10)
            b = e.forward(velocity=0.5)
            say(a is b, a.id == b.id, a.key)
        """
    )
    assert notes(b.play([on(0, 60), off(30, 60)])) == [(0, 1, 60, 100, 30), (10, 1, 60, 64, 30)]
    assert b.printed == ["False False 60"]


def test_until_ends_at_key_up_and_after_it_nothing_sounds(bench):
    b = bench(
        """
        @on.note
        def n(e): spawn(t, e)
        async def t(e):
            play(70, until=e)
            await samples(20)
            play(71, until=e)
            await samples(20)
            v = play(72, until=e)
            say(v.alive, v.key)
        """
    )
    assert notes(b.play([on(0, 60), off(30, 60)])) == [(0, 1, 70, 102, 30), (20, 1, 71, 102, 10)]
    assert b.printed == ["False 72"]


def test_until_may_be_a_key_press_that_passed(bench):
    b = bench("@on.cc\ndef c(e): play(80, until=held.top)")
    heard = b.play([on(0, 60), cc(5, 1, 1), off(30, 60)])
    assert short(heard) == [(0, "on", 60, 100), (5, "on", 80, 102), (30, "off", 60, 64), (30, "off", 80, 64)]


def test_duration_owns_its_end(bench):
    b = bench("@on.note\ndef n(e): play(72, duration=samples(100))")
    assert notes(b.play([on(0, 60), off(30, 60)])) == [(0, 1, 72, 102, 100)]


def test_off_before_its_on_is_impossible(bench):
    b = bench(
        """
        @on.note
        async def n(e):
            play(70, duration=samples(0))
            play(71, duration=samples(-50))
            play(72, duration=beats(-1))
            play(73, duration=beats(1) - seconds(9))
            await samples(100)
            e.forward()
        """
    )
    heard = b.play([on(10, 60), off(10, 60)])
    assert [(n.key, n.length) for n in notes(heard)] == [(70, 0), (71, 0), (72, 0), (73, 0), (60, 0)]
    assert_no_hanging_notes(heard)


def test_a_zero_length_note_ends_after_its_on(bench):
    b = bench("@on.start\ndef s():\n    play(60, duration=samples(0))\n    play(61, duration=samples(0))")
    assert [row[1:3] for row in short(b.play())] == [("on", 60), ("off", 60), ("on", 61), ("off", 61)]


def test_a_task_that_ends_keeps_its_voices_ends(bench):
    b = bench("@on.start\ndef s(): spawn(t)\nasync def t(): play(60, duration=samples(100))")
    assert notes(b.play()) == [(0, 1, 60, 102, 100)]


def test_a_cancelled_task_releases_them(bench):
    b = bench(
        """
        @on.start
        async def s():
            task = spawn(t)
            await samples(50)
            task.cancel()
        async def t():
            play(60, hold=True)
            play(61, duration=samples(200))
            play(62, duration=samples(20))
            await beats(9)
        """
    )
    assert [(n.key, n.length) for n in notes(b.play())] == [(60, 50), (61, 50), (62, 20)]


def test_alive_lasts_until_the_note_off_is_due(bench):
    b = bench(
        """
        @on.note
        async def n(e):
            v = play(70, duration=samples(10))
            w = play(71, duration=beats(1/2400))
            x = e.forward()
            while now() < 25:
                say(now(), v.alive, w.alive, x.alive)
                await samples(5)
        @on.cc
        def pedal(e): pass
        """
    )
    b.play([on(0, 60), cc(1, 64, 127), off(20, 60)])
    assert b.printed == [
        "0 True True True",
        "5 True True True",
        "10 False False True",
        "15 False False True",
        "20 False False False",
    ]


def test_alive_of_a_delayed_forward_lasts_until_key_up_plus_delay(bench):
    b = bench(
        """
        @on.note
        async def n(e):
            await samples(30)
            v = e.forward()
            while v.alive: await samples(1)
            say(now())
        """
    )
    assert notes(b.play([on(0, 60), off(50, 60)])) == [(30, 1, 60, 100, 50)]
    assert b.printed == ["80"]


def test_ended_waits_for_every_kind_of_end(bench):
    b = bench(
        """
        async def watch(name, v):
            await v.ended()
            say(name, now())
        @on.note
        async def n(e):
            await samples(10)
            spawn(watch, "duration", play(70, duration=samples(30)))
            spawn(watch, "beats", play(71, duration=beats(0.002)))
            spawn(watch, "bound", play(72))
            spawn(watch, "forward", e.forward())
            v = play(73, hold=True)
            spawn(watch, "released", v)
            spawn(watch, "silent", play(74, duration=samples(0)))
            w = play(75, hold=True)
            spawn(watch, "all", w)
            x = play(76, hold=True)
            spawn(watch, "choked", x)
            await samples(75)
            v.release()
            x.choke()
            await samples(25)
            all_notes_off()
        """
    )
    heard = b.play([on(0, 60), off(60, 60)])
    assert b.printed == [
        "silent 10", "duration 40", "beats 58", "bound 60", "forward 70", "released 85", "choked 85", "all 110",
    ]  # fmt: skip
    assert_no_hanging_notes(heard)


def test_release_after_moves_the_end(bench):
    b = bench(
        """
        @on.note
        async def n(e):
            v = play(70, hold=True)
            v.release(after=samples(40))
            w = play(71, duration=samples(20))
            w.release(after=beats(0.005))
            x = e.forward()
            x.release(after=samples(90))
            await w.ended()
            say(now(), v.alive)
        """
    )
    heard = b.play([on(0, 60), off(30, 60)])
    assert [(n.key, n.length) for n in notes(heard)] == [(70, 40), (71, 120), (60, 90)]
    assert b.printed == ["120 False"]


def test_release_with_a_velocity(bench):
    b = bench(
        """
        @on.start
        async def s():
            play(70, hold=True).release(velocity=1.0)
            v = play(71, duration=samples(5))
            v.release(after=samples(40), velocity=0.0)
            await v.ended()
            say(now(), v.alive)
        """
    )
    assert short(b.play()) == [(0, "on", 70, 102), (0, "off", 70, 127), (0, "on", 71, 102), (40, "off", 71, 0)]
    assert b.printed == ["40 False"]


def test_all_notes_off_ends_every_note_the_script_started(bench):
    b = bench(
        """
        @on.note(keys="C3")
        async def n(e):
            v = e.forward()
            play(70, hold=True)
            play(71, duration=beats(1))
            await samples(20)
            all_notes_off()
            say(v.alive)
        """
    )
    heard = b.play([on(0, 60), on(0, 64), off(50, 60), off(60, 64)])
    assert [(n.key, n.length) for n in notes(heard)] == [(60, 20), (70, 20), (71, 20), (64, 60)]
    assert b.printed == ["False"]


def test_choke_and_panic(bench):
    b = bench(
        """
        @on.note
        async def n(e):
            e.forward()
            play(70, duration=beats(1))
            try: await beats(9)
            finally: play(99, duration=beats(1))
        """
    )
    heard = b.play([on(0, 60), Panic(time=50), on(60, 62), off(70, 60), off(80, 62)], until=samples(200))
    assert [(n.time, n.key, n.length) for n in notes(heard)] == [
        (0, 60, 50), (0, 70, 50), (60, 62, 20), (60, 70, BEAT),
    ]  # fmt: skip


def test_channel_none_is_the_channel_of_the_event_also_in_a_task_spawned_from_it(bench):
    b = bench(
        """
        @on.start
        def s(): play(1, duration=samples(1))
        @on.cc
        def c(e): spawn(outer)
        async def outer():
            await samples(5)
            spawn(inner)
        async def inner():
            await samples(5)
            play(2, duration=samples(1))
            play(3, duration=samples(1), channel=16)
            send(ControlChange(cc=1, value=0))
            send(ControlChange(cc=1, value=0, channel=9))
        """
    )
    heard = b.play([cc(0, 1, 1, channel=7)], channel=4)
    assert [(e.channel) for e in heard if not isinstance(e, NoteOff)] == [4, 7, 16, 7, 9]


def test_velocity_of_zero_or_less_sends_1(bench):
    b = bench(
        """
        @on.start
        def s():
            play(60, 0, duration=samples(1))
            play(61, -0.5, duration=samples(1))
            play(62, 0.001, duration=samples(1))
        """
    )
    assert [n.velocity7 for n in notes(b.play())] == [1, 1, 1]


def test_send_after_a_time(bench):
    b = bench(
        """
        @on.note
        async def n(e):
            await samples(10)
            send(ControlChange(cc=1, value=1.0), after=samples(5.5))
            send(ControlChange(cc=2, value=1.0), after=beats(0.001))
            send(ControlChange(cc=3, value=1.0))
        """
    )
    assert short(b.play([on(0, 60)])) == [(10, "cc", 3, 127), (16, "cc", 1, 127), (34, "cc", 2, 127)]


def test_send_of_every_kind(bench):
    b = bench(
        """
        @on.start
        def s():
            send(PolyPressure(key=1, value=1))
            send(ChannelPressure(value=1))
            send(PitchBend(value=1))
            send(ProgramChange(program=3))
        """
    )
    assert [row[1] for row in short(b.play())] == ["PolyPressure", "ChannelPressure", "PitchBend", "ProgramChange"]


def test_send_note_off_ends_the_oldest_note_that_was_sent(bench):
    b = bench(
        """
        @on.start
        async def s():
            send(NoteOn(key=60, velocity=0.1))
            await samples(10)
            send(NoteOn(key=60, velocity=0.2))
            await samples(10)
            send(NoteOff(key=60, velocity=1.0))
            await samples(10)
            send(NoteOff(key=60))
            send(NoteOff(key=60))
        """
    )
    heard = b.play()
    assert [(n.velocity7, n.length) for n in notes(heard)] == [(13, 20), (25, 20)]
    assert short(heard)[2:] == [(20, "off", 60, 127), (30, "off", 60, 64), (30, "off", 60, 64)]
    assert heard[-1].note_id == -1


def test_send_a_raw_event_raises(bench):
    b = bench("@on.start\ndef s(): send(Raw())")
    b.play()
    assert "TypeError: send takes an event" in b.errors[0]


def test_a_note_has_one_end(bench):
    b = bench("@on.note\ndef n(e): play(60, duration=ms(1), until=e)")
    b.play([on(0, 60)])
    assert "one end" in b.errors[0]


def test_every_goes_on_while_the_voice_is_alive(bench):
    b = bench(
        """
        @on.start
        async def s():
            await samples(3)
            v = play(60, duration=ms(1))
            async for t in v.every(samples(12)):
                say(now(), round(t * transport.sample_rate))
            say("over", now())
            async for t in v.every(samples(12)): say("never")
        """
    )
    b.play()
    assert b.printed == ["3 0", "15 12", "27 24", "39 36", "over 51"]


def test_data_is_the_authors_own(bench):
    b = bench("@on.start\ndef s():\n    v = play(60, hold=True)\n    say(v.data)\n    v.data = [1]\n    say(v.data)")
    b.play()
    assert b.printed == ["None", "[1]"]


def test_durations_in_beats_follow_the_tempo(bench):
    b = bench("@on.start\ndef s():\n    play(60, duration=beats(2))\n    play(61, duration=samples(48000))")
    heard = b.play([TransportChange(time=BEAT, tempo=60)], blocks=(None, 64, 441), until=beats(6))
    assert [n.length for n in notes(heard)] == [3 * BEAT, 2 * BEAT]


def test_mixed_durations_count_samples_first_then_beats(bench):
    b = bench(
        """
        @on.start
        async def s():
            v = play(60, duration=samples(24000) + beats(1))
            play(61, duration=beats(1) - samples(100))
            w = play(62, hold=True)
            w.release(after=beats(1) + samples(24000))
            await v.ended()
            say(now())
        """
    )
    # The tempo halves while the samples run: the beat after them is twice as long.
    heard = b.play([TransportChange(time=12000, tempo=60)], blocks=(None, 64, 441), until=beats(6))
    assert [n.length for n in notes(heard)] == [24000 + 48000, 12000 + 23800, 24000 + 48000]
    assert b.printed == ["72000"]


def test_the_host_ends_durations_without_calling_the_script(bench):
    b = bench("@on.start\ndef s(): play(60, duration=beats(1))")
    assert notes(b.play(blocks=(64,), until=beats(2))) == [(0, 1, 60, 102, BEAT)]
    assert b.script.calls == 1
    assert ms(1) != samples(1)
