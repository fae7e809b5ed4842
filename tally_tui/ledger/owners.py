"""Where several files tell of one call: which of them owns it, and why the others are duplicates.

Pure decisions on plain facts, so that no order of reading can change them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tally_tui.model import Flag, Reason


@dataclass(frozen=True, slots=True)
class Claim:
    """One file's claim on a call."""

    root: str
    """Name of the topmost session that the line says it belongs to."""
    began: int
    """When that session's own first record was written, ms."""
    flags: int
    path: str


def claude_owner(claims: Sequence[Claim]) -> int:
    """Index of the owning claim: the session the log names as origin, else the earliest, else the smallest id.

    Inside the owning session its own transcript comes before its copies elsewhere and before its
    subagents' files; what is only embedded in a progress record owns nothing that a file holds.
    """
    held = [claim for claim in claims if not claim.flags & Flag.EMBEDDED] or list(claims)
    origins = [claim for claim in held if claim.flags & Flag.COPIED]
    owner = min(origins or held, key=lambda claim: (claim.began, claim.root)).root
    return min(
        (index for index, claim in enumerate(claims) if claim.root == owner and claim in held),
        key=lambda index: (claims[index].flags & (Flag.COPIED | Flag.AGENT), claims[index].path),
    )


def claude_reason(claim: Claim, owner: Claim) -> Reason:
    """Why a claim that does not own the call is a duplicate."""
    side_question = claim.flags & Flag.AGENT and not claim.flags & Flag.EMBEDDED and not owner.flags & Flag.AGENT
    return Reason.REPLAY if side_question and claim.root == owner.root else Reason.COPY


def codex_owner(claims: Sequence[Claim]) -> int:
    """Index of the owning claim among files of one thread: live before archived, then by path."""
    return min(
        range(len(claims)), key=lambda index: ("/archived_sessions/" in claims[index].path, claims[index].path)
    )
