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
CHOKE: Final = 9
EXPRESSION: Final = 10
NOTE_END: Final = 11
KINDS: Final = range(1, 12)
#: Everything up to here is an event.
LAST_EVENT: Final = 15

# Kinds of handlers that no record has: what is made of several controllers, and bytes that stay with the host.
RPN: Final = 12
NRPN: Final = 13
RAW: Final = 14

TRANSPORT: Final = 32
PARAMETER: Final = 33
START: Final = 34
PANIC: Final = 35
WAIT_LOOPS: Final = 53
BEGIN_LOOPS: Final = 54
LEAVE: Final = 55
VOICE_SILENT: Final = 44
SETTING_IS: Final = 45
AUDIO: Final = 56
#: Which scripts of the chain are left out, as bits in their order; for one script, whether it is.
BYPASS: Final = 57
FINISH: Final = 41
#: Never on the wire: something came from another thread of the script.
ARRIVED: Final = 63
#: Never on the wire: what a script of a chain says to the host, on its way through the scripts after it.
CARRIED: Final = 62
# A piece of a parameter's text: 32 bytes at most; the last piece is marked.
TEXT: Final = 48

PASS: Final = 64
END_VOICE: Final = 65
END_ALL: Final = 66
MOVE_END: Final = 67
LOOP_OVER: Final = 88
LEFT: Final = 89
CHANGE_NOTE: Final = 76
SET_SETTING: Final = 77

# Flags of a change of a note: it begins at a given value; the note ends where it ends.
GLIDE_FROM: Final = 1
GLIDE_KILL: Final = 2

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
# There too: the panel or the keyboard shows something else from now on.
SHOW: Final = 1 << 60

NEVER: Final = 2**63 - 1

# Levels of a line on the console.
PRINT: Final = 0
DEBUG: Final = 1
INFO: Final = 2
WARNING: Final = 3
ERROR: Final = 4
#: An error after which the script is bypassed: a reason that the host counts.
GIVEN_UP: Final = 5
#: A watched value that has changed; what it is now crosses beside it, with the panel.
WATCH: Final = 6
