"""Claude: which messages are off the active branch of a conversation, kept up as lines come. Pure.

A prompt that was gone back behind, and all that hangs on it, is left. A line whose parent is unknown begins a
tree of its own and is kept: only where the active branch goes on beside a prompt is that prompt known to be left.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence


class Branches:
    """Takes lines in the order of the log; `left` are the uuids off the active branch."""

    def __init__(self) -> None:
        self.left: set[str] = set()
        self._parents: dict[str, str] = {}
        self._children: dict[str, str | list[str]] = {}
        """Nearly every line has one child: no list of its own for it."""
        self._asked: set[str] = set()
        self._leaf = ""
        self._active: set[str] = set()
        self._tip = ""

    def take(self, links: Mapping[str, str], asked: Iterable[str], leaf: str = "") -> bool:
        """Further lines; says whether `left` is another set now.

        Args:
            links: uuid → parent, in the order of the log.
            asked: those of them that are prompts.
            leaf: the uuid at the tip of the active branch, where the lines name it.
        """
        self._asked.update(asked)
        self._leaf = leaf or self._leaf
        before = self.left
        new = [uuid for uuid in links if uuid not in self._parents]
        follows = bool(self._tip)
        for uuid in new:
            parent = links[uuid]
            # A line told after those that hang on it, or one of a branch that was left: all may be otherwise.
            follows = follows and uuid not in self._children and parent not in before
            self._parents[uuid] = parent
            known = self._children.setdefault(parent, uuid)
            if isinstance(known, list):
                known.append(uuid)
            elif known is not uuid:
                self._children[parent] = [known, uuid]
        if self._parents and not (follows and self._goes_on(new)):
            self._look_at_all()
        return self.left != before

    def _goes_on(self, new: list[str]) -> bool:
        """Move the tip by what came; False where more than the neighbourhood of the tip may have changed."""
        tip = self._tip_now()
        path: list[str] = []
        at = tip
        while at and at not in self._active:
            if at in self.left or len(path) > len(self._parents):
                return False
            path.append(at)
            at = self._parents.get(at, "")
        if not at:
            return False
        gone: list[str] = []
        old = self._tip
        while old != at:
            if not old or len(gone) > len(self._parents):
                return False
            gone.append(old)
            old = self._parents.get(old, "")
        if gone and not self._asked.isdisjoint(self._below(gone[-1])):
            return False
        onto = set(path)
        if any(uuid in self._asked and uuid not in onto for uuid in new):
            return False
        self._active.difference_update(gone)
        self._active.update(path)
        self._tip = tip
        return True

    def _look_at_all(self) -> None:
        parents = self._parents
        self._tip = self._tip_now()
        self._active = self._ancestors(self._tip)
        left: set[str] = set()
        for uuid, parent in parents.items():
            if parent in self._active and uuid not in self._active:
                below = self._below(uuid)
                if not self._asked.isdisjoint(below):
                    left |= below
        if self._asked.isdisjoint(self._active):
            # A tip with no prompt behind it is a stray note, not a conversation to show instead of this one.
            left, self._tip = set(), ""
        self.left = left

    def _tip_now(self) -> str:
        """The last of what answers the leaf: the log names one when a prompt is typed, before the answer."""
        leaf = self._leaf if self._leaf in self._parents else next(reversed(self._parents))
        met = {leaf}
        while True:
            following = [
                child for child in self._below_it(leaf) if child not in self._asked and child not in met
            ]
            if not following:
                return leaf
            leaf = following[-1]
            met.add(leaf)

    def _ancestors(self, uuid: str) -> set[str]:
        found: set[str] = set()
        while uuid and uuid not in found:
            found.add(uuid)
            uuid = self._parents.get(uuid, "")
        return found

    def _below_it(self, uuid: str) -> Sequence[str]:
        known = self._children.get(uuid, ())
        return (known,) if isinstance(known, str) else known

    def _below(self, uuid: str) -> set[str]:
        found: set[str] = set()
        waiting = [uuid]
        while waiting:
            each = waiting.pop()
            if each not in found:
                found.add(each)
                waiting += self._below_it(each)
        return found
