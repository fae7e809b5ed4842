"""Where the subagents of a session stand: each once, below the call that started it where that is known. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, TypeVar

from msgspec import Struct

Place = TypeVar("Place")
MOST_NESTED: Final = 16
"""Subagents nested deeper than this are listed with those of the session itself."""


class Candidate(Struct, frozen=True):
    """A subagent to be placed."""

    name: str
    keys: tuple[str, ...]
    """What the call that started it may be known by, the surest first."""
    parent: str | None
    """The session that the ledger has it below."""


def reached(
    known: Sequence[str], candidates: Sequence[Candidate], starters: Mapping[str, Mapping[str, object]]
) -> Iterator[Candidate]:
    """Those of the candidates that one of the known sessions started, or that the ledger has below one."""
    for candidate in candidates:
        if candidate.name in known:
            continue
        if candidate.parent in known or any(key in starters[name] for name in known for key in candidate.keys):
            yield candidate


def places(
    top: str, candidates: Sequence[Candidate], starters: Mapping[str, Mapping[str, Place]]
) -> dict[str, tuple[str, Place | None]]:
    """Subagent → (the session that started it, the place of the call there); None: no call is known.

    Args:
        top: the session that is shown.
        candidates: the subagents that can be shown.
        starters: session → key of a call → its place, for the top session and every candidate.
    """
    known = {candidate.name: candidate for candidate in candidates}
    order = [top, *known]
    holders: dict[str, list[str]] = {}
    for name in order:
        for key in starters.get(name, {}):
            holders.setdefault(key, []).append(name)
    owners: dict[str, tuple[str, Place | None]] = {}
    for name, candidate in known.items():
        owners[name] = _fallback(top, candidate, known)
        for key in candidate.keys:
            holder = next((each for each in holders.get(key, ()) if each != name), None)
            if holder is not None:
                owners[name] = holder, starters[holder][key]
                break
    for name, candidate in known.items():
        if not _leads_to(top, name, owners):
            owners[name] = _fallback(top, candidate, known)
            if not _leads_to(top, name, owners):
                owners[name] = top, None
    return owners


def _fallback(top: str, candidate: Candidate, known: Mapping[str, Candidate]) -> tuple[str, None]:
    parent = candidate.parent
    return (parent if parent in known and parent is not None and parent != candidate.name else top), None


def _leads_to(top: str, name: str, owners: Mapping[str, tuple[str, object]]) -> bool:
    for _ in range(MOST_NESTED):
        name = owners[name][0]
        if name == top:
            return True
    return False
