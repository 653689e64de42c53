"""Pass-through: every event crosses to the script and back, unchanged.

Good for measuring, and as the smallest script there is.
"""

from outboard import Event, on


@on.any
def everything(e: Event) -> None:
    e.forward()
