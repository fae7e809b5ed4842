"""Work that stands back: a process that gets what time others leave."""

from __future__ import annotations

import contextlib
import errno
import os
import time
from pathlib import Path
from typing import Final

_GROUP: Final = Path("/proc/self/autogroup")
_TRIES: Final = 5
_REST_S: Final = 0.1


def stand_back(niceness: int, group: Path = _GROUP) -> None:
    """Let this process, and whatever it starts, wait for others; where that is not possible it goes on as it is.

    Linux shares time out between sessions before it looks at how nice the processes of each are: one with a session
    of its own (so that the terminal's Ctrl-C does not reach it) must be nice as a session, too.
    """
    with contextlib.suppress(OSError):
        os.nice(niceness)
    for _ in range(_TRIES):
        try:
            group.write_text(str(niceness))
        except OSError as error:
            if error.errno != errno.EAGAIN:  # set ten times a second at most, by all processes of a machine
                return
            time.sleep(_REST_S)
        else:
            return
