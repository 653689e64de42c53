"""A bad neighbour: five milliseconds of processor time for every event."""

from time import thread_time

from outboard import Event, on


@on.any
def burn(e: Event) -> None:
    end = thread_time() + 0.005
    while thread_time() < end:
        pass
    e.forward()
