"""The same amount of plain Python for every event, some milliseconds of it."""

from outboard import Event, on


@on.any
def work(e: Event) -> None:
    total = 0
    for i in range(200_000):
        total += i * i & 7
    e.forward()
