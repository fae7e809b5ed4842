"""The `[archive]` table of the settings."""

from __future__ import annotations

from pathlib import Path

import pytest

from tally_tui.config import ArchiveRules, load
from tally_tui.config_edit import BadSettingError, from_words


def read(folder: Path, text: str) -> tuple[ArchiveRules, list[str]]:
    path = folder / "config.toml"
    path.write_text(text, encoding="utf-8")
    settings = load(path)
    return settings.archive, [str(problem) for problem in settings.problems]


def test_nothing_is_archived_unasked(tmp_path: Path) -> None:
    assert read(tmp_path, "") == (ArchiveRules(), [])
    assert not ArchiveRules().on


def test_all_of_it(tmp_path: Path) -> None:
    text = '[archive]\nkeep = ["is:bookmarked", "cost:>5", "cost:>5"]\nall = true\nafter_days = 2.5\n'
    assert read(tmp_path, text) == (ArchiveRules(("is:bookmarked", "cost:>5"), True, 2.5), [])


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('keep = "cost:>5"', "line 2: archive.keep: 'cost:>5' is no list of queries"),
        ('keep = [""]', "is no list of queries"),
        ("all = 1", "archive.all: 1 is neither true nor false; false is used"),
        ("after_days = -1", "is no number of days"),
        ("after_days = true", "is no number of days"),
        ("keeps = []", "archive.keeps: no such setting (keep, all, after_days); left out"),
    ],
)
def test_what_is_wrong_is_told_and_left_out(tmp_path: Path, line: str, said: str) -> None:
    rules, problems = read(tmp_path, f"[archive]\n{line}\n")
    assert rules == ArchiveRules()
    assert len(problems) == 1
    assert said in problems[0]


def test_it_is_a_table(tmp_path: Path) -> None:
    assert "is no table" in read(tmp_path, "archive = true\n")[1][0]
    with pytest.raises(BadSettingError, match="archive is a table"):
        from_words("archive", "true")
