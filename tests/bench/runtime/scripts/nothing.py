"""Takes every event and does nothing with it."""

from outboard import Event, on


@on.any
def everything(e: Event) -> None:
    pass
