"""Which turn of a rollout is at work: the thread's own, or one that was copied into it."""

from __future__ import annotations

import msgspec

from tally_tui.logs.codex_imports import TURN
from tally_tui.model import Flag


class Turns(msgspec.Struct):
    """What the turns of a rollout so far tell of the records in them."""

    current: str | None = None
    older: bool = False
    """The current turn is older than the thread."""
    own: bool = False
    """A turn of the thread's own has begun."""
    importing: bool = False
    """The current turn holds what was imported from another agent."""
    imported: bool = False
    """Such a turn has been seen."""

    def begin(self, turn: str | None, thread: str | None) -> bool:
        """A record names the turn at work (or only says that there is one); whether it is another one."""
        if not turn:
            self.own = self.own or not (self.older or self.importing)
            return False
        if turn == self.current:
            return False
        self.current = turn
        self.importing = turn.startswith(TURN)
        self.imported = self.imported or self.importing
        self.older = is_older(turn, thread)
        self.own = self.own or not (self.older or self.importing)
        return True

    def end_import(self) -> None:
        """What comes now is no longer part of an import."""
        self.current, self.importing, self.own = None, False, False

    def flags(self, turn: str | None, thread: str | None) -> int:
        """What a record in the current turn, or in the one that it names itself, says of whose it is."""
        older = is_older(turn, thread) if turn and turn != self.current else self.older
        if older:
            return Flag.OLDER_TURN
        return 0 if self.own or (turn and turn != self.current) else Flag.EARLY


def is_older(turn: str, thread: str | None) -> bool:
    """Whether a turn began before its thread did; only two UUIDs that hold their time (version 7) can tell."""
    began, at = _milliseconds(thread or ""), _milliseconds(turn)
    return began is not None and at is not None and at < began


def _milliseconds(uuid: str) -> int | None:
    if len(uuid) != 36 or uuid[14] != "7" or uuid[8] != "-" or uuid[13] != "-":
        return None
    try:
        return int(uuid[:8] + uuid[9:13], 16)
    except ValueError:
        return None
