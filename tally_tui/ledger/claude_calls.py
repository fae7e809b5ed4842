"""Claude Code's calls: which rows of one message id are one call, what it amounts to, and whose it is.

A row keeps what its own file tells: where its call amounts to more, because another file tells more
of it, what the file tells stands behind the row's evidence. So a call that files turn out not to
share can be taken apart again, and no order of reading changes a number.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable, Iterator, Sequence

from msgspec.structs import replace

from tally_tui.ledger.joining import Held, joined
from tally_tui.ledger.owners import Claim, claude_owner, claude_reason
from tally_tui.ledger.rows import Row, largest
from tally_tui.ledger.sessions import LATER, Session, Sessions
from tally_tui.logs.claude_calls import EVIDENCE, origin_of
from tally_tui.logs.identity import short_of
from tally_tui.model import Flag, Reason, merge_flags

_TOLD = struct.Struct("<9qB")
"""What a file tells where its row says more. Its length is no multiple of 4, which that of the hashes is."""
_WORD = 0xFFFFFFFF
_SHARED = Flag.PRICE | Flag.RECORDED

Change = tuple[Row | None, Row]
"""A row as the ledger has it (None: not yet) and as it is to be."""


class ClaudeCalls:
    """Takes up what files tell of one message id, and decides on it."""

    def __init__(self, sessions: Sessions, path_of: Callable[[int], str]) -> None:
        self._sessions = sessions
        self._path_of = path_of
        self._short: dict[str, int] = {}

    def taken_up(self, known: Sequence[Row], told: Iterable[Row]) -> Iterator[Change]:
        """The rows of a message id after what files tell of it now; rows that stay as they are may be left out."""
        rows = [_as_told(row) for row in known]
        slots = {(row.file, row.part): index for index, row in enumerate(rows)}
        changed: set[int] = set()
        for new in told:
            slot = new.file, new.part
            index = slots.get(slot)
            if index is None:
                index = _before_rewriting(rows, new)
            if index is None:
                index = len(rows)
                rows.append(new)
            else:
                rows[index] = _merged(rows[index], new)
            slots[slot] = index
            changed.add(index)
        return self._decided(known, rows, changed)

    def decided(self, known: Sequence[Row]) -> Iterator[Change]:
        """The rows of a message id, decided on again."""
        return self._decided(known, [_as_told(row) for row in known], None)

    def _decided(self, known: Sequence[Row], rows: Sequence[Row], changed: set[int] | None) -> Iterator[Change]:
        roots = [self._sessions[self._sessions[row.facet.session].root] for row in rows]
        paths = [self._path_of(row.file) for row in rows]
        if len(rows) == 1:
            calls = [[0]]
        else:
            held = [_held(row, root.id, path) for row, root, path in zip(rows, roots, paths, strict=True)]
            calls = joined(held, changed)
        for call in calls:
            claims = [self._claim(rows[index], roots[index], paths[index]) for index in call]
            owner = claude_owner(claims)
            for place, row in enumerate(_together([rows[index] for index in call])):
                reason = Reason.COUNTED if place == owner else claude_reason(claims[place], claims[owner])
                index = call[place]
                facet = row.facet._replace(reason=int(reason))
                yield (known[index] if index < len(known) else None), replace(row, facet=facet)

    def _claim(self, row: Row, root: Session, path: str) -> Claim:
        name = root.name
        short = self._short.get(name)
        if short is None:
            short = self._short[name] = short_of(name.partition("@")[0])
        began = root.first_ts if root.first_ts is not None else LATER
        own = path.endswith(f"/{name}.jsonl") or f"/{name}/subagents/" in path
        return Claim(name, began, row.flags, path, row.named, short, own, row.part)


def _held(row: Row, root: int, path: str) -> Held:
    evidence = row.evidence
    if evidence is None:
        # Taken up by a version that kept no evidence.
        hashes = frozenset((row.ts & _WORD,))
    else:
        hashes = frozenset(struct.unpack(f"<{len(evidence) // 4}I", evidence))
    vector = row.input, row.cache_read, row.write_5m + row.write_1h
    return Held((path, row.part), root, vector, row.request, hashes)


def _before_rewriting(rows: Sequence[Row], new: Row) -> int | None:
    """The row of a call that stood in the file before it was rewritten, maybe as another part of its id."""
    left = [index for index, row in enumerate(rows) if row.file == new.file and row.part < 0 and not row.lines]
    if not left:
        return None
    wanted = _held(new, 0, "")
    best: tuple[int, int] | None = None
    for index in left:
        held = _held(rows[index], 0, "")
        if wanted.request is not None and held.request == wanted.request:
            return index
        if len(joined([replace(held, place=("", -1)), replace(wanted, place=("", 0))])) == 1:
            rank = (0 if held.evidence & wanted.evidence else 1, index)
            best = rank if best is None else min(best, rank)
    return best[1] if best is not None else None


def _merged(old: Row, new: Row) -> Row:
    """Two tellings of one call by the same file: larger figures win, the earlier line names the facts."""
    if (old.flags ^ new.flags) & Flag.EMBEDDED:
        # The call itself came after, or before, its copy in a progress record.
        return replace(new if old.flags & Flag.EMBEDDED else old, id=old.id)
    # No lines: the file was rewritten since, and what it says now stands where it says it.
    first, second = (new, old) if not old.lines or new.offset < old.offset else (old, new)
    flags = merge_flags(old.flags, new.flags)
    return replace(
        largest(old, new),
        offset=first.offset,
        facet=first.facet._replace(
            model=first.facet.model or second.facet.model, recorded=1 if flags & Flag.RECORDED else 0
        ),
        ts=min(old.ts, new.ts) if old.lines else new.ts,
        lines=old.lines + new.lines,
        flags=flags,
        part=new.part,
        request=second.request if first.request is None else first.request,
        named=origin_of(old.named, old.flags, new.named, new.flags),
        evidence=_both(old.evidence, new.evidence),
    )


def _both(one: bytes | None, other: bytes | None) -> bytes | None:
    if not one or not other or one == other:
        return one or other
    both = {evidence[at : at + 4] for evidence in (one, other) for at in range(0, len(evidence), 4)}
    return b"".join(sorted(both, key=lambda four: int.from_bytes(four, "little"))[:EVIDENCE])


def _together(rows: list[Row]) -> list[Row]:
    """The rows of a call with the element-wise largest tokens of all: whichever owns it says the same."""
    if len(rows) == 1:
        return rows
    top = rows[0]
    shared = 0
    for row in rows:
        top = largest(top, row)
        shared = merge_flags(shared, row.flags & _SHARED)
    return [_saying(row, largest(row, top), row.flags & ~_SHARED | shared) for row in rows]


def _saying(told: Row, more: Row, flags: int) -> Row:
    if _numbers(told) == (*_numbers(more)[:-2], flags, more.recorded):
        return told
    kept = (told.evidence or b"") + _TOLD.pack(*_numbers(told), 0 if told.evidence is None else 1)
    facet = told.facet._replace(recorded=1 if flags & Flag.RECORDED else 0)
    return replace(more, flags=flags, facet=facet, evidence=kept)


def _as_told(row: Row) -> Row:
    """A row as its own file tells it."""
    evidence = row.evidence
    if evidence is None or len(evidence) % 4 == 0:
        return row
    *numbers, flags, recorded, had = _TOLD.unpack(evidence[-_TOLD.size :])
    given, write_5m, write_1h, read, output, reasoning, searches = numbers
    return replace(
        row, input=given, write_5m=write_5m, write_1h=write_1h, cache_read=read, output=output, reasoning=reasoning,
        searches=searches, flags=flags, recorded=recorded, evidence=evidence[: -_TOLD.size] if had else None,
        facet=row.facet._replace(recorded=1 if flags & Flag.RECORDED else 0),
    )  # fmt: skip


def _numbers(row: Row) -> tuple[int, ...]:
    return (
        row.input, row.write_5m, row.write_1h, row.cache_read, row.output, row.reasoning, row.searches,
        row.flags, row.recorded,
    )  # fmt: skip
