"""Which rows of one message id are one call: pure decisions, so that no order of reading can change them.

Rows are one call when they share a request id, or what tells a line from all others (its id, its
time), or when neither has a request id and both are of one session. All but a shared request id
joins only what does not conflict: rows conflict when a component of their prompt vectors is not
zero in both and differs. Joining is transitive; request ids join first.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from msgspec import Struct, field

Vector = tuple[int, int, int]


class Held(Struct, frozen=True):
    """What one file holds of a call."""

    place: tuple[str, int]
    """Path of the file and the part of the id in it: no two are equal, and it orders them."""
    session: int
    """The topmost session that it is of."""
    vector: Vector
    """Input, cache reads and cache writes."""
    request: int | None = None
    evidence: frozenset[int] = field(default_factory=frozenset)


def joined(held: Sequence[Held], changed: Iterable[int] | None = None) -> list[list[int]]:
    """The calls, each as indexes of what files hold of it; only those that `changed` ones may have a part in."""
    if len(held) == 1:
        return [[0]]
    first = held[0].request
    if first is not None and all(each.request == first for each in held):
        return [list(range(len(held)))]
    order = sorted(range(len(held)), key=lambda index: held[index].place)
    calls: list[list[int]] = []
    wanted = None if changed is None else set(changed)
    for block in _blocks(held, order):
        if wanted is None or wanted.intersection(block):
            calls += _split(held, block) if len(block) > 1 else [block]
    return calls


def _keys(held: Held) -> Iterator[tuple[str, int]]:
    if held.request is not None:
        yield "request", held.request
    else:
        yield "session", held.session
    for token in held.evidence:
        yield "line", token


def _blocks(held: Sequence[Held], order: Sequence[int]) -> list[list[int]]:
    """What is connected at all, conflicts aside."""
    groups = _Groups(held)
    met: dict[tuple[str, int], int] = {}
    for index in order:
        for key in _keys(held[index]):
            groups.join(met.setdefault(key, index), index)
    return groups.all(order)


def _split(held: Sequence[Held], block: Sequence[int]) -> list[list[int]]:
    groups = _Groups(held)
    by_request: dict[int, list[int]] = {}
    by_line: dict[int, list[int]] = {}
    by_session: dict[int, list[int]] = {}
    for index in block:
        each = held[index]
        if each.request is None:
            by_session.setdefault(each.session, []).append(index)
        else:
            by_request.setdefault(each.request, []).append(index)
        for token in each.evidence:
            by_line.setdefault(token, []).append(index)
    for members in by_request.values():
        for one, other in pairwise(members):
            groups.join(one, other)
    for sharing in (by_line, by_session):
        pairs = {pair for members in sharing.values() if len(members) > 1 for pair in _pairs(held, members)}
        for one, other in sorted(pairs, key=lambda pair: (held[pair[0]].place, held[pair[1]].place)):
            groups.join_unless_conflicting(one, other)
    return groups.all(block)


def _pairs(held: Sequence[Held], members: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Pairs that do not conflict, enough of them to connect all that can be connected; in the order of members."""
    same: dict[Vector, list[int]] = {}
    for index in members:
        same.setdefault(held[index].vector, []).append(index)
    for equal in same.values():
        yield from pairwise(equal)
    # Vectors of one call agree in their input, or one of them has none.
    by_input: dict[int, list[int]] = {}
    for vector, equal in same.items():
        by_input.setdefault(vector[0], []).append(equal[0])
    without = by_input.pop(0, [])
    rest = [index for indexes in by_input.values() for index in indexes]
    for group, others in ((without, without + rest), *((indexes, indexes) for indexes in by_input.values())):
        for one in group:
            for other in others:
                if one != other and not _conflict(held[one].vector, held[other].vector):
                    yield (one, other) if held[one].place < held[other].place else (other, one)


def _conflict(one: Vector, other: Vector) -> bool:
    return any(left and right and left != right for left, right in zip(one, other, strict=True))


class _Groups:
    """Sets that grow together."""

    def __init__(self, held: Sequence[Held]) -> None:
        self._held = held
        self._above: dict[int, int] = {}
        self._values: dict[int, tuple[set[int], ...]] = {}
        """Of a set, the values of each component of its vectors, without nothing."""

    def _top(self, index: int) -> int:
        above = self._above
        top = index
        while (higher := above.get(top)) is not None:
            top = higher
        while index != top:
            above[index], index = top, above[index]
        return top

    def join(self, one: int, other: int) -> None:
        one, other = self._top(one), self._top(other)
        if one != other:
            mine, theirs = self._values_of(one), self._values_of(other)
            self._above[other] = one
            for own, more in zip(mine, theirs, strict=True):
                own |= more

    def join_unless_conflicting(self, one: int, other: int) -> None:
        one, other = self._top(one), self._top(other)
        if one != other:
            both = zip(self._values_of(one), self._values_of(other), strict=True)
            if all(not mine or not theirs or mine & theirs for mine, theirs in both):
                self.join(one, other)

    def _values_of(self, top: int) -> tuple[set[int], ...]:
        values = self._values.get(top)
        if values is None:
            values = self._values[top] = tuple({value} - {0} for value in self._held[top].vector)
        return values

    def all(self, order: Sequence[int]) -> list[list[int]]:
        """The sets, members and sets in the order given."""
        found: dict[int, list[int]] = {}
        for index in order:
            found.setdefault(self._top(index), []).append(index)
        return list(found.values())
