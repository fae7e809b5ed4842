"""What fails where nobody is told is noted in a small private log, and told until it has worked again."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tally_tui import diagnostics
from tally_tui.diagnostics import (
    BACKGROUND,
    HOOKS,
    MOST_BYTES,
    STATUS_LINE,
    failed,
    failures,
    last_failure,
    words,
    worked,
)
from tally_tui.ledger.readings import Taken
from tally_tui.record import after
from tally_tui.record.keep import keep_or_put_aside


def test_what_failed_is_told_until_it_works(tmp_path: Path) -> None:
    folder = str(tmp_path / "data")
    assert words(folder) == []
    failed(folder, HOOKS, OSError("the disk\nis full"))
    failed(folder, STATUS_LINE, "later")
    assert [each.text for each in failures(folder)] == ["later", "OSError: the disk is full"]
    assert words(folder) == ["the status line failed: later", "a hook failed: OSError: the disk is full"]
    worked(folder, HOOKS)
    os.utime(tmp_path / "data/worked/hook", (2**33, 2**33))
    assert words(folder) == ["the status line failed: later"]
    for name in ("diagnostics.log", "worked/hook"):
        assert stat.S_IMODE((tmp_path / "data" / name).stat().st_mode) == 0o600


def test_the_same_again_and_again_is_one_entry(tmp_path: Path) -> None:
    for _ in range(50):
        failed(str(tmp_path), BACKGROUND, "locked out")
    assert len(failures(str(tmp_path))) == 1


def test_the_log_stays_small(tmp_path: Path) -> None:
    for number in range(4 * MOST_BYTES // 400):
        failed(str(tmp_path), BACKGROUND, f"{number} " + "x" * 390)
    assert sum(each.stat().st_size for each in tmp_path.iterdir()) <= 2 * MOST_BYTES + 1_000
    found = last_failure(str(tmp_path), BACKGROUND)
    assert found is not None
    assert found.text.startswith(f"{4 * MOST_BYTES // 400 - 1} ")


@given(st.text(alphabet=st.characters(), max_size=2_000), st.binary(max_size=200))
def test_any_error_and_any_log(tmp_path_factory: pytest.TempPathFactory, text: str, noise: bytes) -> None:
    folder = tmp_path_factory.mktemp("log")
    (folder / "diagnostics.log").write_bytes(noise + b"\n")
    failed(str(folder), HOOKS, ValueError(text))
    found = last_failure(str(folder), HOOKS)
    assert found is not None
    assert found.text.startswith("ValueError:")
    failed(str(folder / "diagnostics.log"), HOOKS, "no folder")  # nowhere to write is no failure of its own
    assert set(diagnostics.KINDS) == set(diagnostics.WORDS)


def test_a_hook_and_a_status_line_that_cannot_work_are_told_by_setup(tmp_path: Path) -> None:
    environment = os.environ | {
        "HOME": str(tmp_path), "TALLY_DATA_DIR": str(tmp_path / "data"), "TALLY_CONFIG_DIR": str(tmp_path / "config"),
        "CLAUDE_CONFIG_DIR": str(tmp_path / "claude"), "CODEX_HOME": str(tmp_path / "codex"),
    }  # fmt: skip
    (tmp_path / "claude").mkdir()

    def ran(*words: str, said: str = "") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "tally_tui", *words], input=said, env=environment, capture_output=True, text=True,
            timeout=60, check=False,
        )  # fmt: skip

    payload = {"session_id": "s", "rate_limits": {"five_hour": {"used_percentage": 5, "resets_at": round(time.time()) + 3_600}}}
    (tmp_path / "data").mkdir()
    (tmp_path / "data/ledger.db").write_bytes(b"no database at all, but long enough to be taken for one" * 50)
    assert ran("statusline", said=json.dumps(payload)).returncode == 0
    document = json.loads(ran("setup", "--status", "--json").stdout)["diagnostics"]
    by_kind = {row["what"]: row for row in document}
    assert by_kind["statusline"]["last_worked"] is not None
    assert "put aside" in by_kind["background"]["failure"]
    told = ran("setup", "--status").stdout
    assert "Behind the scenes:" in told
    assert "the status line: last worked" in told
    assert "put aside" in told


def test_that_readings_wait_is_said_when_what_follows_fails_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("data", "config", "claude", "codex"):
        (tmp_path / name).mkdir()
    for variable, name in (
        ("TALLY_DATA_DIR", "data"), ("TALLY_CONFIG_DIR", "config"), ("CLAUDE_CONFIG_DIR", "claude"), ("CODEX_HOME", "codex"),
    ):  # fmt: skip
        monkeypatch.setenv(variable, str(tmp_path / name))
    monkeypatch.delenv("TALLY_DEBUG", raising=False)
    (tmp_path / "data/ledger.db").write_bytes(b"no database at all, but long enough to be taken for one" * 50)
    assert keep_or_put_aside([Taken(1, "claude", 300, 1_000, 5.0, 9_000, "record", "s", "")], 10)
    (tmp_path / "data/after.alerts").touch()
    after.work()
    found = last_failure(str(tmp_path / "data"), BACKGROUND)
    assert found is not None and found.text.startswith("readings that were put aside could not be kept")
    assert "is not a ledger" in found.text
    assert list((tmp_path / "data/readings.waiting").iterdir())
