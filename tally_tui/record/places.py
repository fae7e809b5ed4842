"""Where our files are, as plain text: what `paths` says, for a command that must start at once."""

from __future__ import annotations

import os
import sys

PRIVATE_DIR = 0o700
PRIVATE_FILE = 0o600


def data_dir() -> str:
    """The folder of `paths.data_dir()`; not created here."""
    return os.path.expanduser(os.environ.get("TALLY_DATA_DIR") or _usual("XDG_DATA_HOME", ".local/share", "data"))


def config_path() -> str:
    """The file of `paths.config_path()`."""
    folder = os.environ.get("TALLY_CONFIG_DIR") or _usual("XDG_CONFIG_HOME", ".config", "config")
    return os.path.join(os.path.expanduser(folder), "config.toml")


def ledger_path() -> str:
    return os.path.join(data_dir(), "ledger.db")


def made_data_dir() -> str:
    """The data folder, made where there is none.

    Raises:
        OSError: it cannot be made.
    """
    folder = data_dir()
    make_private(folder)
    return folder


def make_private(folder: str) -> None:
    """Make a folder, and those of its parents that are not there, for their owner only.

    Raises:
        OSError: one cannot be made.
    """
    try:
        os.mkdir(folder, PRIVATE_DIR)
    except FileExistsError:
        if not os.path.isdir(folder):
            raise
    except FileNotFoundError:
        above = os.path.dirname(folder)
        if not above or above == folder:
            raise
        make_private(above)
        make_private(folder)


def claude_root() -> str:
    """The Claude home folder this process belongs to, as `paths.account` names it: '' for a usual one."""
    named = os.environ.get("CLAUDE_CONFIG_DIR", "").split(",")[0].strip()
    if not named:
        return ""
    root = os.path.expanduser(named)
    # Log readers also take the folder of logs for the home.
    root = os.path.realpath(os.path.dirname(root) if os.path.basename(root) == "projects" else root)
    usual = (os.path.realpath(os.path.expanduser(each)) for each in ("~/.claude", "~/.config/claude"))
    return "" if root in usual else root


_CODEX_LOGS = ("sessions", "archived_sessions")


def codex_root() -> str:
    """The Codex home folder this process belongs to, likewise."""
    named = os.environ.get("CODEX_HOME", "").split(",")[0].strip()
    root = os.path.expanduser(named or "~/.codex")
    root = os.path.realpath(os.path.dirname(root) if os.path.basename(root) in _CODEX_LOGS else root)
    return "" if root == os.path.realpath(os.path.expanduser("~/.codex")) else root


def write_private(path: str, data: bytes) -> None:
    """Replace a small file at once, for its owner only. It is not forced to disk: what it says can be had again.

    Raises:
        OSError: it could not be written; the old one is untouched.
    """
    beside = f"{path}.{os.getpid()}"
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, PRIVATE_FILE)
    try:
        try:
            rest = memoryview(data)
            while rest:  # a disk that fills up takes a part, and refuses the rest
                rest = rest[os.write(handle, rest) :]
        finally:
            os.close(handle)
        os.replace(beside, path)
    except BaseException:
        os.unlink(beside)
        raise


def _usual(variable: str, below_home: str, which: str) -> str:
    if sys.platform.startswith("linux"):
        given = os.environ.get(variable, "")
        return os.path.join(given if given.startswith("/") else f"~/{below_home}", "tally-tui")
    import platformdirs  # knows the other systems, at the price of some milliseconds

    of = platformdirs.user_data_dir if which == "data" else platformdirs.user_config_dir
    return of("tally-tui", appauthor=False)
