"""Where several files tell of one call: which of them owns it, and why the others are duplicates.

Pure decisions on plain facts, so that no order of reading can change them.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from tally_tui.model import Flag, Reason


class Claim(Struct, frozen=True):
    """One file's claim on a call."""

    root: str
    """Name of the topmost session that the line says it is in."""
    began: int
    """When that session's own first record was written, ms."""
    flags: int
    path: str
    named: int | None = None
    """Hash of the session that the line names as its origin: what it was forked from, else what may be stale."""
    short: int | None = None
    """Hash of `root`, as another claim may name it."""
    own: bool = True
    """Whether the file is that session's own."""
    part: int = 0


def claude_owner(claims: Sequence[Claim]) -> int:
    """Index of the owning claim: of the session that the call was forked from, else of the one that a line names,
    either only where it holds the call, else of the earliest, else of the smallest id.

    Inside the owning session its own transcript comes before its copies elsewhere and before its
    subagents' files; what is only embedded in a progress record owns nothing that a file holds.
    """
    if len(claims) == 1:
        return 0
    held = [claim for claim in claims if not claim.flags & Flag.EMBEDDED] or list(claims)
    forked = {claim.named for claim in held if claim.flags & Flag.COPIED}
    named = {claim.named for claim in held if not claim.flags & Flag.COPIED}
    # A fork of a fork names one that is itself a copy.
    origins = [claim for claim in held if claim.short in forked and claim.short is not None]
    origins = [claim for claim in origins if not claim.flags & Flag.COPIED] or origins
    origins = origins or [claim for claim in held if claim.short in named and claim.short is not None]
    owner = min(origins or held, key=lambda claim: (claim.began, claim.root)).root
    return min(
        (index for index, claim in enumerate(claims) if claim.root == owner and claim in held),
        key=lambda index: (
            claims[index].flags & Flag.AGENT, not claims[index].own, claims[index].path, claims[index].part
        ),
    )  # fmt: skip


def claude_reason(claim: Claim, owner: Claim) -> Reason:
    """Why a claim that does not own the call is a duplicate."""
    side_question = claim.flags & Flag.AGENT and not claim.flags & Flag.EMBEDDED and not owner.flags & Flag.AGENT
    return Reason.REPLAY if side_question and claim.root == owner.root else Reason.COPY


def codex_owner(claims: Sequence[Claim]) -> int:
    """Index of the owning claim among files of one thread: live before archived, then by path."""
    return min(
        range(len(claims)), key=lambda index: ("/archived_sessions/" in claims[index].path, claims[index].path)
    )
