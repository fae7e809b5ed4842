"""Which project a folder belongs to, as far as its path tells, and short names for projects."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

NO_FOLDER: Final = "no folder"
"""The name of the project of calls whose log names no folder."""
CODEX_WORKTREE: Final = "<codex-worktree>"
"""Stands for the unknown parent of a project that is only known by the name of its worktree."""

_WITHIN: Final = re.compile(r"^(?:(.*?)[/\\])?\.(?:claude|git)[/\\]worktrees[/\\][^/\\]")
_BARE: Final = re.compile(r"^(?:\./)?agent-[^/\\]+(?:[/\\]|$)")
_CODEX: Final = re.compile(r"^.*?[/\\]\.codex[/\\]worktrees[/\\][^/\\]+[/\\]+([^/\\]+)")
_DRIVE: Final = re.compile(r"[A-Za-z]:[/\\]?")


def fold_worktree(path: str) -> str | None:
    """The root of the project whose worktree holds a path, told by the path alone; None if it is in none.

    `/p/.claude/worktrees/x/sub` and `/p/.git/worktrees/x` belong to `/p`. A path such as
    `~/.codex/worktrees/1a2b/name/sub` says the project's name but not where it is: it becomes
    `<codex-worktree>/name`, which `settle` folds into the project of that name once one is known.
    A worktree in a worktree belongs to the outermost one's project. Windows paths are told likewise.
    `agent-1a2b` and `.claude/worktrees/x`, which do not say where they are, belong to no project by themselves: ''.
    """
    codex, within = _CODEX.match(path), _WITHIN.match(path)
    if codex and (not within or codex.start(1) < within.end(1)):
        return f"{CODEX_WORKTREE}/{codex[1]}"
    if within:
        return "" if within[1] is None else within[1] or "/"
    return "" if _BARE.match(path) else None


def settle(roots: Iterable[str]) -> dict[str, str]:
    """Each Codex worktree marker among some roots → the root that it belongs to.

    That is the one known root with the same last component; a marker for which there is none, or
    several, is left out and stays a project of its own.
    """
    known = sorted(set(roots))
    places: dict[str, list[str]] = {}
    for root in known:
        if root and not root.startswith(CODEX_WORKTREE + "/"):
            places.setdefault(_parts(root, None)[-1], []).append(root)
    markers = (root for root in known if root.startswith(CODEX_WORKTREE + "/"))
    return {
        marker: found[0] for marker in markers if len(found := places.get(marker.partition("/")[2], [])) == 1
    }


def short_names(roots: Sequence[str], home: str | None = None) -> dict[str, str]:
    """Each project root → its name: the last component, after as many parents as tell it from the others.

    The home folder (None: the user's) is `~`, and the empty root `no folder`. Names do not depend
    on the order of the roots; roots that differ by a trailing slash alone share one.
    """
    home_parts = _parts(str(Path.home()) if home is None else home, None)
    parts = {root: _parts(root, home_parts) for root in set(roots) if root}
    folders = set(parts.values())
    taken = Counter(ending for folder in folders for ending in _endings(folder))
    taken.update((NO_FOLDER, "~"))
    names = {folder: _shortest(folder, taken) for folder in folders}
    return {root: names[parts[root]] if root else NO_FOLDER for root in roots}


def _parts(path: str, home: tuple[str, ...] | None) -> tuple[str, ...]:
    """The components; the first is empty for an absolute path, `~` under the home folder."""
    windows = _DRIVE.match(path) is not None or ("/" not in path and "\\" in path)
    pieces = [piece for piece in re.split(r"[/\\]" if windows else "/", path) if piece]
    parts = ("", *pieces) if path.startswith("/") else tuple(pieces)
    if home and len(home) > 1 and parts[: len(home)] == home:
        return ("~", *parts[len(home) :])
    return parts or ("",)


def _endings(parts: tuple[str, ...]) -> list[str]:
    """Every name the folder could have, shortest first; the last is its whole path."""
    endings = ["/".join(parts[at:]) for at in range(len(parts) - 1, -1, -1)]
    return [ending or "/" for ending in endings]


def _shortest(parts: tuple[str, ...], taken: Counter[str]) -> str:
    if parts == ("~",):
        return "~"
    endings = _endings(parts)
    return next((ending for ending in endings if taken[ending] == 1), endings[-1])
