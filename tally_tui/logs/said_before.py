"""Which texts a log has already given: agents write the same words down in more than one kind of record."""

from __future__ import annotations

from tally_tui.logs.identity import identity_of

REMEMBERED = 256
"""Texts looked back on: the two sightings of one text lie close together."""


class Said:
    """A short memory of texts by the way (kind of record) they came in.

    The n-th time a text comes in one way, it is said again if another way has brought it n times:
    so each way may come first, a way may be missing, and equal prompts stay apart.
    """

    def __init__(self, remembered: dict[str, dict[str, int]]) -> None:
        self._texts = remembered

    def forget(self) -> None:
        """What comes from here on is held against nothing that came before."""
        self._texts.clear()

    def again(self, way: str, text: str) -> bool:
        """Remember a text; whether another way has brought it already."""
        key = str(identity_of(text))
        ways = self._texts.pop(key, None) or {}
        times = ways[way] = ways.get(way, 0) + 1
        self._texts[key] = ways
        if len(self._texts) > REMEMBERED:
            del self._texts[next(iter(self._texts))]
        return any(count >= times for other, count in ways.items() if other != way)
