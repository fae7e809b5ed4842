"""What `tally-tui config` refuses of the tables of settings, whatever stands in the file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Tally = Callable[..., Any]
SETTINGS = """# mine
numbers = 'full'

[alerts.weekly]
thresholds = [50] # early

[archive] # old work
all = false # not all

[[budgets]]
name = 'a'
amount = 5
"""
REFUSED = [
    #    what is said, the word that is pointed at, and what the answer holds
    (("set", "alerts.bell", "loud"), "loud", "true | false"),
    (("set", "alerts.quiet", "night"), "night", "22:00-07:30"),
    (("set", "alerts.weekly.thresholds", "ninety"), "ninety", "numbers above 0"),
    (("set", "alerts.weekly.thresholds", "0"), "0", "numbers above 0"),
    (("set", "alerts.command", "x {nonsense}"), "x {nonsense}", "title"),
    (("set", "alerts.command", "x 'y"), None, "tokens"),
    (("set", "alerts.budget.thresholds", "50"), "alerts.budget.thresholds", "alerts.budget.on"),
    (("set", "alerts.weakly.on", "off"), "alerts.weakly.on", "alerts.weekly.on"),
    (("set", "alerts.weekly", "off"), "alerts.weekly", "alerts.weekly.on"),
    (("get", "alerts"), "alerts", "docs/alerts.md"),
    (("unset", "alerts.nothing"), "alerts.nothing", ""),
    (("set", "archive.all", "some"), "some", "true | false"),
    (("set", "archive.after_days", "-1"), None, "0 to 3650"),
    (("set", "archive.after_days", "soon"), "soon", "0 to 3650"),
    (("set", "archive.keep", "colour:red"), "colour:red", "colour: is no field"),
    (("set", "archive.keep", "role:user"), "role:user", "says nothing about cost"),
    (("set", "archive.keep", '["a"'), None, "no list"),
    (("set", "archive.keep", "[1]"), "[1]", "no list of queries"),
    (("set", "archive.keeps", "x"), "archive.keeps", "archive.keep?"),
    (("get", "archive"), "archive", "archive.after_days"),
    (("unset", "archive.nothing"), "archive.nothing", "archive.all"),
]


@pytest.mark.parametrize(("words", "pointed", "hint"), REFUSED)
def test_what_cannot_be_is_pointed_at_and_the_file_is_untouched(
    tally: Tally, tmp_path: Path, words: tuple[str, ...], pointed: str | None, hint: str
) -> None:
    path = tmp_path / "config" / "config.toml"
    path.parent.mkdir()
    path.write_text(SETTINGS)
    ran = tally("config", *words)
    assert (ran.status, ran.out) == (2, "")
    assert hint in ran.err
    if pointed:
        line, carets = ran.err.splitlines()[1:3]
        assert line[carets.index("^") :][: carets.count("^")] == pointed
    assert path.read_text() == SETTINGS
