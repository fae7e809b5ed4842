"""Setting up where the disk or the file does not play along: what is in the way is named, and all is as it was."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Tally = Callable[..., Any]
FOREIGN = '{"hooks": {"Stop": [{"hooks": [{"type": "command", "command": "theirs"}]}]}}'


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    home = tmp_path / "claude"
    home.mkdir()
    monkeypatch.setenv("CLAUDE_CONFIG_DIR", str(home))
    return home


def test_a_full_disk_is_told_with_the_file_that_did_not_fit(
    tally: Tally, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (home / "settings.json").write_text(FOREIGN)

    def full(handle: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr("tally_tui.record.receipts.os.fsync", full)
        ran = tally("setup", "--claude", "--yes")
    assert ran.status == 1
    assert f"backups{os.sep}setup" in ran.err and "No space left" in ran.err and "Make room" in ran.err
    assert "permissions" not in ran.err
    assert (home / "settings.json").read_text() == FOREIGN


def test_a_pipe_is_not_waited_for(tally: Tally, home: Path) -> None:
    os.mkfifo(home / "settings.json")
    ran = tally("setup", "--claude", "--yes")
    assert ran.status == 1
    assert "cannot be read (it is a pipe). Nothing was changed." in ran.err
