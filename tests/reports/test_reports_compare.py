"""Two sessions side by side, with the figures of every other report."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from archive_home import MAIN, OTHER, THREAD, Kept
from conversation_logs import Transcript, result, text, use

from tally_tui.ledger.open import open_reader
from tally_tui.reports.compare import Comparison, compare
from tally_tui.reports.conversation_files import NoSessionError
from tally_tui.reports.sessions import sessions

UTC = ZoneInfo("UTC")
AGAIN = "22222222-cccc-4000-8000-000000000003"


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Kept:
    kept = Kept.made(tmp_path_factory.mktemp("compare"))
    log = Transcript(AGAIN)
    log.user("Count  the BOATS", cwd="/home/mira/worktree")
    log.said(use("R", "Read", file_path="/home/mira/worktree/boats.txt"), cwd="/home/mira/worktree")
    log.user(result("R", "one"), cwd="/home/mira/worktree")
    log.said(use("W", "Write", file_path="/home/mira/worktree/new.py", content="x"), cwd="/home/mira/worktree")
    log.user(result("W", "denied", failed=True), cwd="/home/mira/worktree")
    log.user("And then the oars", cwd="/home/mira/worktree")
    log.said(text("Four."), cwd="/home/mira/worktree")
    log.save(kept.log.parent / f"{AGAIN}.jsonl")
    kept.home.sync()
    return kept


@pytest.fixture
def found(kept: Kept) -> Iterator[Comparison]:
    with kept.db() as db:
        yield compare(db, MAIN, AGAIN[:8], tz=UTC)


def test_the_figures_are_those_of_the_list_of_sessions(kept: Kept, found: Comparison) -> None:
    with kept.db() as db:
        rows = {row.session: row for row in sessions(db, tz=UTC).rows}
    assert found.left.row == rows[MAIN]
    assert found.right.row == rows[AGAIN]
    assert found.left.duration_ms == rows[MAIN].last_ms - rows[MAIN].first_ms
    spent = sum(turn.spent.cost for turn in found.left.turns)
    assert spent + found.left.beside == rows[MAIN].figures.cost
    assert found.left.beside > 0  # its subagents
    assert sum(turn.spent.cost for turn in found.right.turns) == rows[AGAIN].figures.cost
    assert found.right.beside == 0


def test_prompts_are_aligned_with_their_figures(found: Comparison) -> None:
    told = [
        (
            None if pair.left is None else found.left.turns[pair.left].text,
            None if pair.right is None else found.right.turns[pair.right].text,
            pair.alike == 1,
        )
        for pair in found.pairs
    ]
    assert told[0] == ("Count the boats", "Count  the BOATS", True)
    assert ("And the oars", "And then the oars", False) in told
    assert [each for each in told if each[1] is None]
    first = found.right.turns[0]
    assert (first.errors, first.tools, first.spent.calls) == (1, 2, 2)
    assert first.file == str(kept_log(found))


def kept_log(found: Comparison) -> Path:
    assert found.right.row.file is not None
    return Path(found.right.row.file)


def test_tools_errors_and_files(found: Comparison) -> None:
    tools = {each.name: each for each in found.tools}
    assert (tools["Bash"].left, tools["Bash"].left_failed, tools["Bash"].right) == (2, 1, 0)
    assert (tools["Write"].right, tools["Write"].right_failed) == (1, 1)
    assert found.left.tools == sum(each.left for each in found.tools)
    assert (found.left.errors, found.right.errors) == (1, 1)
    files = {each.path: (each.left, each.right) for each in found.files}
    assert files == {
        "boats.txt": ("read", "read"),  # each below its own folder
        "a.py": ("changed", ""),
        "new.py": ("", "changed"),
    }
    assert (found.both, found.only_left, found.only_right) == (1, 1, 1)


def test_what_a_subagent_did_counts_for_its_session(found: Comparison) -> None:
    tools = {each.name: each.left for each in found.tools}
    assert tools["Agent"] == 2  # one of them by the subagent


def test_a_subagent_stands_for_the_session_at_its_top(kept: Kept) -> None:
    with kept.db() as db:
        found = compare(db, "oars", THREAD, tz=UTC)
    assert (found.left.row.session, found.right.row.session) == (MAIN, THREAD)
    assert [turn.text for turn in found.right.turns] == ["Mend the net", "Good"]
    # What was taken back cost something all the same.
    assert found.right.beside > 0


def test_a_session_with_itself_is_the_same_all_through(kept: Kept) -> None:
    with kept.db() as db:
        found = compare(db, OTHER, OTHER, tz=UTC)
    assert found.left == found.right
    assert all(pair.alike == 1 for pair in found.pairs)


def test_nothing_is_meant_by_a_word(kept: Kept) -> None:
    with kept.db() as db, pytest.raises(NoSessionError, match="zzz"):
        compare(db, MAIN, "zzz", tz=UTC)


def test_a_session_whose_log_is_gone_keeps_its_figures_and_says_so(tmp_path: Path) -> None:
    kept = Kept.made(tmp_path)
    log = kept.log.with_name(f"{OTHER}.jsonl")
    kept.keep(OTHER)
    log.unlink()
    kept.home.sync()
    with closing(open_reader(kept.home.data / "ledger.db")) as db:
        found = compare(db, OTHER, MAIN, tz=UTC)
    assert found.left.from_archive == "from the archive; the log was deleted"
    assert found.left.turns
    kept.drop(OTHER)
    with closing(open_reader(kept.home.data / "ledger.db")) as db:
        found = compare(db, OTHER, MAIN, tz=UTC)
    assert "is gone" in found.left.problem
    assert (found.left.turns, found.left.row.figures.calls) == ((), 1)
    assert all(pair.left is None for pair in found.pairs)
