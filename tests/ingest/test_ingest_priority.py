"""Work that stands back for others, as a process and as a session."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from tally_tui.ingest import priority
from tally_tui.ingest.filling import Done, Helper
from tally_tui.ingest.priority import stand_back


@pytest.fixture(autouse=True)
def nice(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """What was asked of the system; the tests' own process stays as it is."""
    asked: list[int] = []
    monkeypatch.setattr(os, "nice", asked.append)
    monkeypatch.setattr(priority, "_REST_S", 0)
    return asked


class Group:
    """Stands for /proc/self/autogroup."""

    def __init__(self, *errors: int) -> None:
        self.errors = list(errors)
        self.tries = 0
        self.held = ""

    def write_text(self, text: str) -> None:
        self.tries += 1
        if self.errors:
            raise OSError(self.errors.pop(0), "no")
        self.held = text


def test_process_and_session_are_nice(nice: list[int], tmp_path: Path) -> None:
    group = tmp_path / "autogroup"
    stand_back(12, group)
    assert nice == [12]
    assert group.read_text() == "12"


def test_a_system_that_is_asked_too_often_is_asked_again() -> None:
    group = Group(errno.EAGAIN, errno.EAGAIN)
    stand_back(12, group)  # type: ignore[arg-type]
    assert (group.held, group.tries) == ("12", 3)


@pytest.mark.parametrize("error", [errno.ENOENT, errno.EACCES, errno.EROFS])
def test_where_sessions_are_not_told_apart_it_goes_on(error: int) -> None:
    group = Group(error)
    stand_back(12, group)  # type: ignore[arg-type]
    assert group.tries == 1


def test_it_does_not_ask_for_ever() -> None:
    group = Group(*[errno.EAGAIN] * 1000)
    stand_back(12, group)  # type: ignore[arg-type]
    assert group.tries < 20


def test_the_second_process_is_of_the_first_ones_session_and_out_of_reach_of_its_keys(tmp_path: Path) -> None:
    told: list[Done] = []
    with Helper(tmp_path, [], told.append, None) as helper:
        process = helper._process.pid
        assert os.getsid(process) == os.getsid(0)
        assert os.getpgid(process) != os.getpgid(0)
        assert helper.finish(lambda: False)
