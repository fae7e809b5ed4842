"""When a running app has come to rest: by what is left to do, not by how busy the machine seems.

Textual's own way is to sleep until the process used little of the processor. That is slow on a quiet machine, and
wrong on a busy one: a process that is given no time uses none, whatever it has still to do.
"""

from __future__ import annotations

import asyncio
from typing import Any, Final

import pytest
from textual._context import active_app

SOON_S: Final = 0.06
"""What is to happen within so many seconds of its own accord is waited for."""
MOST_S: Final = 5.0
_LOOK_S: Final = 0.002


async def at_rest(*_: float, **__: float) -> None:
    """Until no message is left to be worked off, no timer is about to fire and no worker is at work; not for ever,
    as something may go on for ever. What Textual says of how long to sleep is not heard."""
    loop: Any = asyncio.get_running_loop()
    deadline = loop.time() + MOST_S
    while (moment := loop.time()) < deadline:
        await asyncio.sleep(0)
        if loop._ready:
            continue
        due = min((each._when for each in loop._scheduled if not each._cancelled), default=moment + 1)
        if due - moment > SOON_S and not _at_work():
            return
        await asyncio.sleep(_LOOK_S if _at_work() else max(0.0, due - moment))


def _at_work() -> bool:
    app = active_app.get(None)
    return app is not None and any(not each.is_finished for each in app.workers)


def use(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have pilots wait so."""
    monkeypatch.setattr("textual.pilot.wait_for_idle", at_rest)
    monkeypatch.setattr("textual.app.wait_for_idle", at_rest)
