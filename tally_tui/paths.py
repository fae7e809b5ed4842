"""Where things are on disk: our data and settings, and the agents' log roots."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from msgspec import Struct

from tally_tui.model import Provider

PRIVATE_DIR = 0o700
PRIVATE_FILE = 0o600


def data_dir() -> Path:
    """The folder of our databases (`TALLY_DATA_DIR` overrides); not created here."""
    override = os.environ.get("TALLY_DATA_DIR")
    if override:
        return Path(override).expanduser()
    import platformdirs

    return Path(platformdirs.user_data_dir("tally-tui", appauthor=False))


def config_dir() -> Path:
    """The folder of `config.toml` (`TALLY_CONFIG_DIR` overrides); not created here."""
    override = os.environ.get("TALLY_CONFIG_DIR")
    if override:
        return Path(override).expanduser()
    import platformdirs

    return Path(platformdirs.user_config_dir("tally-tui", appauthor=False))


def ledger_path() -> Path:
    return data_dir() / "ledger.db"


def config_path() -> Path:
    return config_dir() / "config.toml"


def private_dir(path: Path) -> Path:
    """Make a folder only its owner can enter, and those of its parents that are not there; returns it."""
    missing = [path]
    while not missing[-1].parent.exists() and missing[-1].parent != missing[-1]:
        missing.append(missing[-1].parent)
    for each in reversed(missing):
        # By the name of its leaf alone `mkdir` would make the parents for everybody.
        each.mkdir(exist_ok=True, mode=PRIVATE_DIR)
    return path


def narrowed(folder: Path) -> list[str]:
    """Close a folder of ours to others where it is open to them; what a person is told of it, nothing where it was not.

    Left alone: another's folder, one with the sticky bit (it is everybody's on purpose), and the home folder itself.
    """
    try:
        status = folder.stat()
        if not status.st_mode & 0o077 or status.st_mode & 0o1000 or status.st_uid != os.getuid():
            return []
        if folder.resolve() == Path.home().resolve():
            return []
        folder.chmod(PRIVATE_DIR)
    except (OSError, RuntimeError):
        return []
    return [f"{folder} was open to others (mode {status.st_mode & 0o777:o}); it is its owner's alone now"]


def private_file(path: Path) -> None:
    """Make an empty file that only its owner can read, where there is none.

    One that is there is not even opened: when any handle of a database is closed, the system ends all locks that this
    process holds on it through SQLite, and another process may then take its log away from under it.
    """
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, PRIVATE_FILE))
    except FileExistsError:
        pass


class Root(Struct, frozen=True):
    """One agent's home folder: a `CLAUDE_CONFIG_DIR` or a `CODEX_HOME`; or a folder of logs by itself."""

    provider: Provider
    path: Path
    bare: bool = False
    """Whether the folder holds logs itself, and is nobody's home."""

    @property
    def log_dirs(self) -> tuple[Path, ...]:
        """The folders under this root that hold session logs, whether or not they exist."""
        if self.bare:
            return (self.path,)
        if self.provider is Provider.CLAUDE:
            return (self.path / "projects",)
        return tuple(self.path / name for name in _LOG_FOLDERS[Provider.CODEX])


_LOG_FOLDERS = {Provider.CLAUDE: ("projects",), Provider.CODEX: ("sessions", "archived_sessions")}
"""What agents call the folders of logs in their homes."""
_OF_A_HOME = (
    "settings.json", ".credentials.json", "history.jsonl", ".claude.json", "config.toml", "auth.json", "hooks.json",
    "session_index.jsonl", "version.json",
)  # fmt: skip
"""Files that only a home has: its own `.jsonl` files are no logs of sessions."""
_DEEPEST = 4
"""How far below a folder its first log is looked for: Codex keeps them by year, month and day."""
_MOST_LOOKED = 500
"""Entries looked at for it."""
_USUAL = {Provider.CLAUDE: (".claude", ".config/claude"), Provider.CODEX: (".codex",)}
"""The homes that agents use unless told otherwise, below the person's; Claude's two hold one account."""


def account(root: Root) -> str:
    """How the ledger names an agent's home folder: '' for a usual one, else its real path. One account each."""
    home = root.path
    if root.bare:
        inside = (above.parent for above in root.path.parents if above.name in _LOG_FOLDERS[root.provider])
        home = next(inside, root.path)
    real = os.path.realpath(home)
    usual = (os.path.realpath(Path.home() / each) for each in _USUAL[root.provider])
    return "" if real in usual else real


class Accounts:
    """Which account a log is of, by its path."""

    def __init__(self, several: Sequence[Root]) -> None:
        folders = [(f"{folder}/", account(root)) for root in several for folder in root.log_dirs]
        # The innermost folder first: one home may lie in another's.
        self._folders = sorted(folders, key=lambda each: -len(each[0]))

    def of(self, path: str) -> str:
        """As `account` names it; '' for a path below none of them."""
        return next((name for folder, name in self._folders if path.startswith(folder)), "")


def roots(extra_claude: Sequence[str] = (), extra_codex: Sequence[str] = ()) -> tuple[Root, ...]:
    """Every log root to read, once each, in a fixed order.

    `CLAUDE_CONFIG_DIR` and `CODEX_HOME` (several: comma-separated) replace the defaults
    (`~/.claude` and `~/.config/claude`; `~/.codex`); settings add to either. Each may also name a home's folder of
    logs (`projects`, `sessions`, `archived_sessions`), or any other folder that holds logs.
    """
    claude, codex = (
        _listed(variable) or [Path.home() / each for each in _USUAL[provider]]
        for provider, variable in ((Provider.CLAUDE, "CLAUDE_CONFIG_DIR"), (Provider.CODEX, "CODEX_HOME"))
    )
    found: dict[tuple[Provider, str], Root] = {}
    for provider, folders, extra in ((Provider.CLAUDE, claude, extra_claude), (Provider.CODEX, codex, extra_codex)):
        for folder in [*folders, *(Path(text).expanduser() for text in extra)]:
            base = home_of(provider, folder)
            if (provider, os.path.realpath(base)) not in found:
                bare = base == folder and _holds_logs(provider, base)
                found[provider, os.path.realpath(base)] = Root(provider, base, bare)
    return tuple(found.values())


def home_of(provider: Provider, folder: Path) -> Path:
    """The home that a folder is, or whose folder of logs it is."""
    names = _LOG_FOLDERS[provider]
    return folder.parent if folder.name in names and not any((folder / each).is_dir() for each in names) else folder


def _holds_logs(provider: Provider, folder: Path) -> bool:
    """Whether a folder is none of an agent's homes and has a log in it, or a few folders down."""
    names = (*_LOG_FOLDERS[provider], *_OF_A_HOME)
    if not folder.is_dir() or any(os.path.lexists(folder / name) for name in names):
        return False
    looked, waiting = 0, [(str(folder), 0)]
    while waiting:
        inner, depth = waiting.pop(0)
        try:
            with os.scandir(inner) as entries:
                for entry in entries:
                    looked += 1
                    if entry.name.endswith((".jsonl", ".jsonl.zst")) and not entry.name.startswith("."):
                        return True
                    if depth < _DEEPEST and entry.is_dir():
                        waiting.append((entry.path, depth + 1))
                    if looked > _MOST_LOOKED:
                        return False
        except OSError:
            continue
    return False


def _listed(variable: str) -> list[Path]:
    return [Path(part.strip()).expanduser() for part in os.environ.get(variable, "").split(",") if part.strip()]
