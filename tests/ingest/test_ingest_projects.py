"""Whose project a call is: real logs in a made-up home, asked as a person would ask."""

from __future__ import annotations

import random
import shutil
from contextlib import closing
from pathlib import Path
from typing import Any
from unicodedata import normalize
from unittest.mock import patch
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ledger_sums import Home
from project_logs import lines, mangled, save, session, subagent, thread

from tally_tui.ingest import parsing
from tally_tui.ingest import sync as syncing
from tally_tui.ledger.open import open_reader
from tally_tui.query import parse
from tally_tui.reports.sessions import sessions
from tally_tui.reports.usage import usage

UTC = ZoneInfo("UTC")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    (tmp_path / "home").mkdir()
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    return Home(str(tmp_path / "claude"), str(tmp_path / "codex"), tmp_path / "data")


def by(home: Home, *fields: str, query: str = "") -> dict[Any, int]:
    """What the calls are of → how many."""
    asked = parse(query, now=0, tz=UTC) if query else None
    with closing(open_reader(home.data / "ledger.db")) as db:
        rows = usage(db, by=fields, tz=UTC, query=asked).rows
    return {row.key[fields[0]] if len(fields) == 1 else tuple(row.key.values()): row.figures.calls for row in rows}


def of_sessions(home: Home) -> dict[str, str | None]:
    with closing(open_reader(home.data / "ledger.db")) as db:
        return {row.session: row.project for row in sessions(db, tz=UTC, include_subagents=True).rows}


def test_a_session_is_one_project_wherever_it_went(home: Home) -> None:
    claude = Path(home.claude)
    session(claude, "one", "/gone/shop", "/gone/shop/web", "/gone/shop/src", "/elsewhere/src", "D:\\other")
    subagent(claude, "one", "a1", "agent-a4ca7529", "/gone/shop/.claude/worktrees/agent-a1", start="/gone/shop")
    thread(Path(home.codex), "01900000-0000-7000-8000-00000000000a", "/gone/lab", "/gone/lab/x", "/tmp/away")
    home.sync()
    assert by(home, "project") == {"shop": 7, "lab": 3}
    assert by(home, "folder", query="project:shop")["/gone/shop/src"] == 1
    assert by(home, "folder", query="folder:/gone/shop/src") == {"/gone/shop/src": 1}
    assert of_sessions(home) == {
        "one": "shop", "one/agent-a1": "shop", "01900000-0000-7000-8000-00000000000a": "lab",
    }  # fmt: skip


def test_a_known_repository_takes_the_calls_made_in_it(home: Home, tmp_path: Path) -> None:
    shop, lib = tmp_path / "work/shop", tmp_path / "work/lib"
    (shop / "web/deep").mkdir(parents=True)
    for place in (shop, lib):
        (place / ".git").mkdir(parents=True)
    # Begun below the repository: it is the repository's all the same. What lies in no repository is the session's.
    session(Path(home.claude), "one", f"{shop}/web", f"{shop}/web/deep", str(lib), f"{tmp_path}/work/notes")
    home.sync()
    assert by(home, "project") == {"shop": 3, "lib": 1}
    shutil.rmtree(shop)
    session(Path(home.claude), "two", f"{shop}/web/other")
    home.sync()
    assert by(home, "project") == {"shop": 4, "lib": 1}, "a repository that was on disk once stays known"


def test_a_folder_that_becomes_a_repository_later(home: Home, tmp_path: Path) -> None:
    session(Path(home.claude), "one", f"{tmp_path}/p/a/b")
    home.sync()
    assert by(home, "project") == {"b": 1}
    (tmp_path / "p/.git").mkdir(parents=True)
    home.sync()
    assert by(home, "project") == {"p": 1} and of_sessions(home) == {"one": "p"}


def test_home_under_git_is_a_project_for_itself_alone(home: Home, tmp_path: Path) -> None:
    (tmp_path / "home/.git").mkdir()
    (tmp_path / ".git").mkdir()
    for number, folder in enumerate(["home", "home/notes", "home/notes/x", "beside"]):
        session(Path(home.claude), f"s{number}", f"{tmp_path}/{folder}")
    home.sync()
    assert by(home, "project") == {"~": 1, "notes": 1, "x": 1, "beside": 1}


def test_the_folder_of_the_log_tells_where_a_session_began(home: Home) -> None:
    claude = Path(home.claude)
    session(claude, "one", "/gone/early", "/gone/began", start="/gone/began")
    session(claude, "two", "/gone/first", "/gone/second", start="/no/such")
    earlier = claude / "projects/-gone-my_app"
    save(earlier / "three.jsonl", lines("three", "/gone/other", "/gone/my_app"))
    long = "/gone/" + "very-long/" * 30 + "x"
    save(claude / f"projects/{mangled(long)[:200]}-1a2b" / "four.jsonl", lines("four", "/gone/away", long))
    home.sync()
    assert of_sessions(home) == {"one": "began", "two": "first", "three": "my_app", "four": "x"}


def test_every_spelling_of_a_folder_is_one_project_and_one_filter(home: Home) -> None:
    spellings = ["C:\\Users\\ann\\shop", "c:\\Users\\ann\\shop", "/c/Users/ann/shop", "/mnt/c/users/ann/shop/", "C:/USERS/ann/shop"]
    for number, folder in enumerate([*spellings, "/srv/Ångström", normalize("NFD", "/srv/Ångström")]):
        session(Path(home.claude), f"s{number}", folder)
    home.sync()
    assert by(home, "project") == {"shop": 5, "Ångström": 2}
    assert by(home, "folder") == {"C:\\Users\\ann\\shop": 5, "/srv/Ångström": 2}
    for folder in spellings:
        for query in (f'project:"{folder}"', f"folder:{folder}", f"project:{folder}", f"project:{folder[:-4].rstrip('/')}*"):
            quoted = query.replace("\\", "\\\\") if '"' in query else query
            assert by(home, "project", query=quoted) == {"shop": 5}, query
    for folder in ("Ångström", normalize("NFD", "ångström")):
        assert by(home, "project", query=f"project:{folder}") == {"Ångström": 2}


def test_a_drive_that_becomes_known_later_joins_what_was_read_before(home: Home) -> None:
    session(Path(home.claude), "one", "/c/work/shop")
    session(Path(home.claude), "two", "/mnt/c/Work/shop")
    home.sync()
    assert by(home, "folder") == {"/c/work/shop": 1, "/mnt/c/Work/shop": 1}
    session(Path(home.claude), "three", "D:\\x")
    home.sync()
    assert by(home, "folder") == {"C:\\Work\\shop": 2, "D:\\x": 1}
    assert by(home, "project") == {"shop": 2, "x": 1}


SPELLED = ["C:\\p\\Web", "c:/P/web/src", "/c/p/web", "/mnt/c/p/WEB/src", "/srv/é", "/srv/é/sub", "agent-1a", "src", "/srv/r/in"]


@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_no_order_of_reading_changes_a_project(data: st.DataObject, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("any")
    claude, codex = folder / "claude", folder / "codex"
    (folder / "repo/.git").mkdir(parents=True)
    places = st.sampled_from([*SPELLED, f"{folder}/repo/x", f"{folder}/repo"])
    for number in range(data.draw(st.integers(1, 4))):
        began = data.draw(places)
        went = data.draw(st.lists(places, max_size=3))
        session(claude, f"s{number}", began, *went, start=data.draw(st.sampled_from([began, *went])))
        if data.draw(st.booleans()):
            subagent(claude, f"s{number}", "1", *data.draw(st.lists(places, min_size=1, max_size=2)), start=began)
    thread(codex, "01900000-0000-7000-8000-00000000000a", *data.draw(st.lists(places, min_size=1, max_size=3)))
    undisturbed = Home(str(claude), str(codex), folder / "one")
    undisturbed.sync()
    seed, stretch = data.draw(st.integers(0, 1 << 32)), data.draw(st.sampled_from([1, 700, 1 << 30]))
    found, in_place = syncing.discover, parsing.parse_in_place

    def discover(*arguments: Any) -> Any:
        logs = found(*arguments)
        random.Random(seed).shuffle(logs)
        return logs

    other = Home(str(claude), str(codex), folder / "two")
    with (
        patch.object(syncing, "discover", discover),
        patch.object(parsing, "parse_in_place", lambda jobs, state_of: in_place(jobs, state_of, stretch)),
        patch.object(syncing, "BATCH_SIGHTINGS", 1),
    ):
        other.sync()
    for fields in (("project",), ("folder",), ("session", "project", "folder")):
        assert by(other, *fields) == by(undisturbed, *fields)
    assert of_sessions(other) == of_sessions(undisturbed)
