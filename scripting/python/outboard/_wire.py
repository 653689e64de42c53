"""Numbers on the wire between the child program and this package (`scripting/event.h` has the same)."""

from __future__ import annotations

from typing import Final

NOTE_ON: Final = 1
NOTE_OFF: Final = 2
POLY_PRESSURE: Final = 3
CONTROL_CHANGE: Final = 4
PROGRAM_CHANGE: Final = 5
CHANNEL_PRESSURE: Final = 6
PITCH_BEND: Final = 7
SYSEX: Final = 8
KINDS: Final = range(1, 9)

TRANSPORT: Final = 32
PARAMETER: Final = 33
START: Final = 34
PANIC: Final = 35
WAIT_LOOPS: Final = 53
BEGIN_LOOPS: Final = 54
LEAVE: Final = 55

PASS: Final = 64
END_VOICE: Final = 65
END_ALL: Final = 66
MOVE_END: Final = 67
LOOP_OVER: Final = 88
LEFT: Final = 89

# Flags of an input event.
STATE: Final = 1
PASSED: Final = 2

# How a voice ends.
HOLD: Final = 0
AT_SAMPLE: Final = 1
AT_BEAT: Final = 2
AT_KEY_UP: Final = 3

# In the mask of what wakes the script: it is bypassed from now on.
BYPASSED: Final = 1 << 62
# There too: something may have changed that the host keeps a copy of.
SAVE: Final = 1 << 61

NEVER: Final = 2**63 - 1

# Levels of a line on the console.
PRINT: Final = 0
DEBUG: Final = 1
INFO: Final = 2
WARNING: Final = 3
ERROR: Final = 4
#: An error after which the script is bypassed: a reason that the host counts.
GIVEN_UP: Final = 5
