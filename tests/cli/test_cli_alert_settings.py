"""`[alerts]` through `tally-tui config`: one value at a time, refused where it cannot be."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tally_tui.config import load
from tally_tui.config_alerts import value_names

Tally = Callable[..., Any]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Settings with a comment that must stay."""
    path = tmp_path / "config" / "config.toml"
    path.parent.mkdir()
    path.write_text("# mine\nnumbers = 'full'\n\n[alerts.weekly]\nthresholds = [50] # early\n")
    return path


#   what is said                                             what is shown
SET = [
    ("alerts.weekly.thresholds", "80%, 95,80", "80, 95"),
    ("alerts.retention.thresholds", "1.5", "1.5"),
    ("alerts.five_hour.on", "off", "false"),
    ("alerts.projected.windows", "weekly, five_hour", "weekly, five_hour"),
    ("alerts.quiet", "22:00-7:30", "22:00-07:30"),
    ("alerts.quiet", "off", ""),
    ("alerts.bell", "yes", "true"),
    ("alerts.notification", "OSC9", "osc9"),
    ("alerts.apprise", "ntfy://me:secret@host/topic", "ntfy://me:secret@host/topic"),
    ("alerts.command", "notify --title '{title}' {severity}", "notify --title '{title}' '{severity}'"),
    ("alerts.on", "false", "false"),
]


@pytest.mark.parametrize(("name", "words", "shown"), SET)
def test_set_get_and_unset(tally: Tally, path: Path, name: str, words: str, shown: str) -> None:
    before = tally("config", "get", name).out
    assert tally("config", "set", name, words).out == f"{name} is now {shown}\n"
    assert load(path).problems == ()
    assert tally("config", "get", name).out == f"{shown}\n"
    row = tally("config", "get", name, "--json").json["rows"][0]
    assert (row["key"], row["source"]) == (name, "file")
    assert tally("config", "unset", name).status == 0
    assert tally("config", "get", name).out == (before if name != "alerts.weekly.thresholds" else "90, 95\n")
    assert path.read_text().startswith("# mine\nnumbers = 'full'\n")


def test_the_list_holds_them_all_and_no_password(tally: Tally, path: Path) -> None:
    tally("config", "set", "alerts.apprise", "ntfy://me:secret@host/topic")
    rows = {row["key"]: row for row in tally("config", "list", "--json").json["rows"]}
    assert {f"alerts.{name}" for name in value_names()} <= set(rows)
    assert rows["alerts.apprise"]["value"] == ["ntfy://…"]
    assert rows["alerts.weekly.thresholds"]["value"] == [50]
    assert rows["alerts.weekly.thresholds"]["default"] == [90, 95]
    shown = tally("config").out
    assert "alerts.weekly.thresholds" in shown and "alerts.five_hour.on" not in shown and "secret" not in shown
    assert "more at their defaults" in shown
