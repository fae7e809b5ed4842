"""Which project a working folder belongs to: its git root, with worktrees folded into their repository."""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path
from typing import Final

from tally_tui.rules.folder_names import FolderNames
from tally_tui.rules.project_names import CODEX_WORKTREE, fold_worktree

_POINTER_BYTES: Final = 4096
_WORKTREE: Final = re.compile(r"(.+)/(?:\.git|\.bare)/worktrees/[^/]+")
_OF_SUBMODULE: Final = re.compile(r"(.+)/\.git/modules/(.+)/worktrees/[^/]+")
_SUBMODULE_OF_WORKTREE: Final = re.compile(r"(.+)/\.git/worktrees/[^/]+/modules/(.+)")
_OF_BARE: Final = re.compile(r"(.+)/worktrees/[^/]+")


class GitRoots:
    """Repositories that folders belong to: those on disk, each folder looked at once, and those in `seen`.

    `forget` makes it look at the disk again.
    """

    def __init__(self, home: str | None = None) -> None:
        home = os.path.expanduser("~") if home is None else home  # noqa: PTH111 - Path.home may raise
        # A home folder under git (dotfiles) would swallow every project below it, and what is above it even more.
        self._at_home = {
            above
            for place in (os.path.normpath(home or "/"), os.path.realpath(home or "/"))
            for above in (place, *map(str, Path(place).parents))
        }
        self.names = FolderNames()
        """How the folders are called that `seen` speaks of."""
        self.seen: dict[str, str] = {}
        """Folders (by `names.key`) that were seen to be git roots → their repository."""
        self.found: dict[str, str] = {}
        """Those met on disk since this was last emptied, by their paths."""
        self._on_disk: dict[str, str | None] = {}
        self._walked: dict[str, tuple[str, str] | None] = {}

    def forget(self, *, disk: bool = True) -> None:
        """Look everything up afresh; without `disk` only what depends on `seen` and `names`."""
        self._walked.clear()
        if disk:
            self._on_disk.clear()

    def root(self, folder: str) -> str:
        """The project a folder belongs to, whether or not it still exists; the folder itself if no other."""
        return self.find(folder)[0]

    def find(self, folder: str) -> tuple[str, bool]:
        """(the project a folder belongs to by itself, whether that is a git root that is known). Never raises.

        A worktree belongs to its repository's main folder, a submodule is its own. What is known of a
        deleted worktree is its path: see `fold_worktree`. A git root at or above the home folder counts
        for that folder alone. Where there is none it is the folder itself.
        """
        path = os.path.normpath("/" + folder.lstrip("/")) if folder.startswith("/") and "\0" not in folder else folder
        place, root = self._walk(path, path) or ("", path)
        inside = bool(place) and fold_worktree(place) is not None
        # A .git found above a worktree is not the worktree's: that one is gone, and its path must tell.
        folded = fold_worktree(root if inside else path)
        if folded is None:
            return root, bool(place)
        if not folded or folded.startswith(CODEX_WORKTREE):
            return folded, False
        outer = self._walk(folded, "")
        if outer is not None:
            return outer[1], True
        return (root, bool(place)) if folded in self._at_home else (folded, inside)

    def _walk(self, folder: str, asked: str) -> tuple[str, str] | None:
        """(the nearest git root at or above a folder, its repository), or None; `asked` may be the home folder."""
        passed: list[str] = []
        found: tuple[str, str] | None = None
        at: str | None = folder
        while at is not None:
            if at in self._at_home:
                repository = self._repository(at) if at == asked else None
                if repository is not None:
                    return at, repository
                break
            if at in self._walked:
                found = self._walked[at]
                break
            passed.append(at)
            repository = self._repository(at)
            if repository is not None:
                found = (at, repository)
                break
            at = _above(at)
        self._walked.update(dict.fromkeys(passed, found))
        return found

    def _repository(self, folder: str) -> str | None:
        """The repository whose git root a folder is."""
        if folder.startswith("/") and "\0" not in folder:
            if folder not in self._on_disk:
                self._on_disk[folder] = self._project_at(folder)
            repository = self._on_disk[folder]
            if repository is not None:
                self.found[folder] = repository
                return repository
        return self.seen.get(self.names.key(folder)) if self.seen else None

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
        return folder if main is None or main in self._at_home else main


def _above(folder: str) -> str | None:
    """The folder above; None where there is none."""
    if folder.startswith("/"):
        upper = os.path.dirname(folder)  # noqa: PTH120
        return upper if upper != folder else None
    whole = folder.rstrip("/\\")
    at = max(whole.rfind("/"), whole.rfind("\\"))
    return whole[:at].rstrip("/\\") or None if at > 0 else None


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
