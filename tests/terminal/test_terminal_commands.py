"""Commands as processes of their own, in a shell's pipes."""

from __future__ import annotations

import json
import shlex
import subprocess

import pytest
from machines import TALLY, Machine


def shell(machine: Machine, line: str) -> subprocess.CompletedProcess[str]:
    """A line of shell; `tally-tui` in it is the program."""
    line = line.replace("tally-tui", shlex.join(TALLY))
    return subprocess.run(
        ["/bin/bash", "-c", f"set -o pipefail; {line}"],
        env=machine.env, cwd=machine.home, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip


def test_the_demo_answers_as_json_and_leaves_nothing_behind(bare: Machine) -> None:
    done = shell(bare, "tally-tui --demo usage --by day --json")
    assert done.returncode == 0 and done.stderr == ""
    answer = json.loads(done.stdout)
    assert answer["schema"] == "tally.usage/1" and len(answer["rows"]) > 20
    assert answer["totals"]["calls"] == sum(row["calls"] for row in answer["rows"]) > 500
    assert list((bare.home / "tmp").iterdir()) == [] and not (bare.home / "data").exists()


@pytest.mark.parametrize("question", ["calls --json", "calls --csv", "calls", "usage --by session,day", "sessions"])
def test_a_pipe_that_closes_early_is_no_error(machine: Machine, question: str) -> None:
    done = shell(machine, f"tally-tui {question} | head -1")
    assert done.returncode == 0
    assert len(done.stdout.splitlines()) == 1 and "Error" not in done.stderr and "Broken" not in done.stderr


@pytest.mark.parametrize(
    ("line", "status", "says"),
    [
        ("tally-tui today", 0, ""),
        ("tally-tui usage model:nobody", 0, ""),
        ("tally-tui", 1, "needs a terminal"),
        ("tally-tui usage --by modl", 2, "Did you mean model?"),
        ("tally-tui yesterday", 2, "yesterday"),
        ("tally-tui usage --since 31.12.2026", 2, "31.12.2026"),
        ("tally-tui usage >/dev/full", 1, "No space left"),
        ("TALLY_NOW=soon tally-tui today", 2, "soon"),
        ("TALLY_DATA_DIR=/dev/null/x tally-tui today", 1, "/dev/null/x"),
    ],
)
def test_every_ending_has_its_status_and_a_sentence(machine: Machine, line: str, status: int, says: str) -> None:
    done = shell(machine, line)
    assert (done.returncode, says in done.stderr) == (status, True), done.stderr
    assert "Traceback" not in done.stderr
