"""The settings as the file holds them now: read again when it has changed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from tally_tui import paths

if TYPE_CHECKING:
    from tally_tui.config import Settings

_Mark = tuple[int, int, int] | None


class SettingsFile:
    """Owned by one thread."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = path
        self._mark: _Mark = None
        self._settings: Settings | None = None

    def changed(self) -> bool:
        """Whether the file is another one than `now` last read."""
        return self._settings is None or self._look() != self._mark

    def now(self) -> Settings:
        """The settings in force. Never fails: what cannot be used is among their problems."""
        mark = self._look()
        if self._settings is None or mark != self._mark:
            from tally_tui.config import load

            # Looked at before it is read: what is written in between is seen the next time.
            self._settings, self._mark = load(self._path), mark
        return self._settings

    def _look(self) -> _Mark:
        try:
            found = (self._path or paths.config_path()).stat()
        except OSError:
            return None
        return found.st_mtime_ns, found.st_size, found.st_ino
