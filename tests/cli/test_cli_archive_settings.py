"""`[archive]` through `tally-tui config`: one value at a time, refused where it cannot be."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tally_tui.config import load
from tally_tui.config_archive import value_names

Tally = Callable[..., Any]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Settings with comments that must stay, and a table behind."""
    path = tmp_path / "config" / "config.toml"
    path.parent.mkdir()
    path.write_text("# mine\n[archive] # old work\nall = false # not all\n\n[[budgets]]\nname = 'a'\namount = 5\n")
    return path


#   what is said                                                    what is shown
SET = [
    ("archive.keep", "is:bookmarked, cost:>5", "is:bookmarked, cost:>5"),
    ("archive.keep", '["provider:claude,codex cost:>1"]', '["provider:claude,codex cost:>1"]'),
    ("archive.keep", "", ""),
    ("archive.all", "on", "true"),
    ("archive.after_days", "2.5", "2.5"),
    ("archive.after_days", "0", "0"),
]


@pytest.mark.parametrize(("name", "words", "shown"), SET)
def test_set_get_and_unset(tally: Tally, path: Path, name: str, words: str, shown: str) -> None:
    before = tally("config", "get", name).out
    assert tally("config", "set", name, words).out == f"{name} is now {shown}\n"
    assert load(path).problems == () and len(load(path).budgets) == 1
    assert tally("config", "get", name).out == f"{shown}\n"
    # What is shown is what can be set.
    assert tally("config", "set", name, shown).out == f"{name} is now {shown}\n"
    row = tally("config", "get", name, "--json").json["rows"][0]
    assert (row["key"], row["source"]) == (name, "file")
    assert tally("config", "unset", name).status == 0
    assert tally("config", "get", name).out == before
    assert path.read_text().startswith("# mine\n[archive] # old work\n")


def test_the_list_holds_them_all(tally: Tally, path: Path) -> None:
    tally("config", "set", "archive.keep", "cost:>5")
    rows = {row["key"]: row for row in tally("config", "list", "--json").json["rows"]}
    assert {f"archive.{name}" for name in value_names()} <= set(rows)
    assert (rows["archive.keep"]["value"], rows["archive.keep"]["default"]) == (["cost:>5"], [])
    shown = tally("config").out
    assert "archive.keep" in shown and "archive.after_days" not in shown and "budgets: 1;" in shown


def test_a_table_that_is_not_there_is_begun(tally: Tally, tmp_path: Path) -> None:
    assert tally("config", "set", "archive.all", "yes").status == 0
    assert (tmp_path / "config" / "config.toml").read_text() == "[archive]\nall = true\n"
