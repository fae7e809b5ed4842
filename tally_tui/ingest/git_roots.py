"""Which project a working folder belongs to: its git root, with worktrees folded into their repository."""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path
from typing import Final

from tally_tui.rules.project_names import CODEX_WORKTREE, fold_worktree

_POINTER_BYTES: Final = 4096
_WORKTREE: Final = re.compile(r"(.+)/(?:\.git|\.bare)/worktrees/[^/]+")
_OF_SUBMODULE: Final = re.compile(r"(.+)/\.git/modules/(.+)/worktrees/[^/]+")
_SUBMODULE_OF_WORKTREE: Final = re.compile(r"(.+)/\.git/worktrees/[^/]+/modules/(.+)")
_OF_BARE: Final = re.compile(r"(.+)/worktrees/[^/]+")


class GitRoots:
    """Project roots of folders, each looked up once; make a new one to see what has changed on disk."""

    def __init__(self, home: str | None = None) -> None:
        home = os.path.expanduser("~") if home is None else home  # noqa: PTH111 - Path.home may raise
        # A home folder under git (dotfiles) would swallow every project below it.
        self._never = {"/", home.rstrip("/") or "/", os.path.realpath(home)}
        self._roots: dict[str, str] = {}
        self._walked: dict[str, tuple[str, str] | None] = {}

    def root(self, folder: str) -> str:
        """The project a folder belongs to, whether or not it still exists; the folder itself if no other.

        A worktree belongs to its repository's main folder, a submodule is its own. What is known of a
        deleted worktree is its path: see `fold_worktree`. Never the home folder or `/` for a folder
        below it. Of a Windows path only the text is looked at; others come back as they are. Never raises.
        """
        root = self._roots.get(folder)
        if root is None:
            root = self._roots[folder] = self._look_up(folder)
        return root

    def _look_up(self, folder: str) -> str:
        if not folder.startswith("/") or "\0" in folder:
            on_windows = folder[1:3] in (":\\", ":/")
            return (fold_worktree(folder) or folder) if on_windows else folder
        path = os.path.normpath("/" + folder.lstrip("/"))
        at, root = self._walk(path) or ("", path)
        inside = bool(at) and fold_worktree(at) is not None
        # A .git found above a worktree is not the worktree's: that one is gone, and its path must tell.
        folded = fold_worktree(root if inside else path)
        if folded is None:
            return root
        if folded.startswith(CODEX_WORKTREE):
            return folded
        _, outer = self._walk(folded) or ("", folded)
        return root if outer in self._never else outer

    def _walk(self, folder: str) -> tuple[str, str] | None:
        """(where the nearest `.git` at or above a folder lies, the project it says), or None."""
        passed: list[str] = []
        found: tuple[str, str] | None = None
        while folder not in self._never:
            if folder in self._walked:
                found = self._walked[folder]
                break
            passed.append(folder)
            project = self._project_at(folder)
            if project is not None:
                found = (folder, project)
                break
            folder = os.path.dirname(folder)  # noqa: PTH120
        self._walked.update(dict.fromkeys(passed, found))
        return found

    def _project_at(self, folder: str) -> str | None:
        pointer = f"{folder}/.git"
        try:
            mode = os.stat(pointer).st_mode  # noqa: PTH116
            if stat.S_ISDIR(mode):
                return folder
            if not stat.S_ISREG(mode):
                return None
            with Path(pointer).open("rb") as file:
                text = os.fsdecode(file.read(_POINTER_BYTES))
        except (OSError, ValueError):
            return None
        if not text.startswith("gitdir:"):
            return None
        target = text.removeprefix("gitdir:").strip()
        main = _main_folder(os.path.normpath(f"{folder}/{target}" if target[:1] != "/" else target))
        return folder if main is None or main in self._never else main


def _main_folder(git_dir: str) -> str | None:
    """The main working folder of the worktree whose git folder this is; None when it is no worktree's."""
    for pattern in (_OF_SUBMODULE, _SUBMODULE_OF_WORKTREE):
        if match := pattern.fullmatch(git_dir):
            # Git keeps submodules by name, which is their path unless somebody moved them.
            main = f"{match[1]}/{match[2].replace('/modules/', '/')}"
            return main if os.path.isdir(main) else None  # noqa: PTH112
    if match := _WORKTREE.fullmatch(git_dir):
        return match[1]
    match = _OF_BARE.fullmatch(git_dir)
    # A separate git folder may be called anything; only a worktree's has this file.
    return match[1] if match and os.path.isfile(f"{git_dir}/commondir") else None  # noqa: PTH113
