"""`tally-tui config`, `paths`, and what wrong settings do to answers."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tally_tui.cli.tables import Column, _fit, print_table
from tally_tui.config import KEYS, load
from tally_tui.config_alerts import value_names

Tally = Callable[..., Any]


def test_setting_getting_listing_and_unsetting(tally: Tally, tmp_path: Path) -> None:
    path = tmp_path / "config" / "config.toml"
    assert tally("config", "path").out == f"{path}\n"
    assert tally("config", "get", "numbers").out == "short\n"
    assert not path.exists()
    assert tally("config", "set", "numbers", "full").status == 0
    assert tally("config", "get", "numbers").out == "full\n"
    [row] = tally("config", "get", "numbers", "--json").json["rows"]
    assert row == {
        "key": "numbers", "value": "full", "default": "short", "source": "file", "accepts": "short | full",
    }  # fmt: skip
    listed = tally("config", "list", "--json").json
    assert listed["schema"] == "tally.config/1"
    names = [*(key.name for key in KEYS), *(f"alerts.{name}" for name in value_names())]
    names += ["archive.keep", "archive.all", "archive.after_days"]
    assert [each["key"] for each in listed["rows"]] == names
    assert [each["key"] for each in listed["rows"] if each["source"] == "file"] == ["numbers"]
    assert len(list(csv.DictReader(io.StringIO(tally("config", "list", "--csv").out)))) == len(names)
    assert "numbers" in tally("config").out
    assert "back to its default" in tally("config", "unset", "numbers").out
    assert "is not set" in tally("config", "unset", "numbers").out
    assert load(path).numbers == "short"


def test_folders_are_kept_whole(tally: Tally, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    tally("config", "set", "codex_roots", "here, ~/there")
    settings = load(tmp_path / "config" / "config.toml")
    assert settings.codex_roots == (str(tmp_path / "here"), "~/there")
    rows = tally("paths", "--json").json["rows"]
    assert [(row["path"], row["source"]) for row in rows if row["source"] == "settings"] == [
        (str(tmp_path / "here"), "settings"),
        (str(Path("~/there").expanduser()), "settings"),
    ]


def test_a_price_table_must_be_one(tally: Tally, tmp_path: Path) -> None:
    (tmp_path / "no.json").write_text("{}", encoding="utf-8")
    answered = tally("config", "set", "price_table", str(tmp_path / "no.json"))
    assert answered.status == 2
    assert "no price table" in answered.err
    assert not (tmp_path / "config").exists()


def test_a_file_that_cannot_be_written_is_told(tally: Tally, tmp_path: Path) -> None:
    (tmp_path / "config").write_text("a file, not a folder", encoding="utf-8")
    answered = tally("config", "set", "watch", "off")
    assert answered.status == 1
    assert "Nothing was changed" in answered.err


@pytest.mark.usefixtures("month")
def test_wrong_settings_are_said_once_and_the_answer_stands(tally: Tally, tmp_path: Path) -> None:
    right = tally("usage", "--json").json
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "config.toml").write_text('watch = "yes"\ntiem_zone = "UTC"\n', encoding="utf-8")
    answered = tally("usage", "--json")
    assert answered.status == 0
    assert answered.json == right
    first, second = answered.err.splitlines()
    assert first == "tally-tui: config.toml: line 1: watch: 'yes' is neither true nor false; true is used"
    assert "line 2: tiem_zone" in second


@pytest.mark.usefixtures("month")
def test_settings_shape_the_answer(tally: Tally) -> None:
    assert "k" in tally("usage", "--by", "provider").out
    tally("config", "set", "numbers", "full")
    tally("config", "set", "time_zone", "America/New_York")
    tally("config", "set", "week_start", "sunday")
    answered = tally("usage", "--by", "week", "--json").json
    assert answered["timezone"] == "America/New_York"
    # 15 and 22 November 2026 are Sundays.
    assert {row["key"]["week"] for row in answered["rows"]} <= {"2026-11-15", "2026-11-22"}
    total = answered["totals"]["total_tokens"]
    assert f"{total:,}" in tally("usage").out


@pytest.mark.usefixtures("month")
def test_paths_tell_what_is_there(tally: Tally, month: Path) -> None:
    document = tally("paths", "--json").json
    claude, codex = document["rows"]
    assert (claude["provider"], claude["source"], claude["found"]) == ("claude", "CLAUDE_CONFIG_DIR", True)
    files = list((month / "logs" / "claude" / "projects").rglob("*.jsonl"))
    assert len(files) >= claude["files"] >= claude["sessions"] > 0
    assert codex["bytes"] > 0
    assert document["ledger_bytes"] > 0
    assert document["config_found"] is False
    table = tally("paths").out
    assert "not there" not in table.split("ledger")[0]
    assert str(month / "data" / "ledger.db") in table


def test_paths_without_anything(tally: Tally) -> None:
    assert all(not row["found"] for row in tally("paths", "--json").json["rows"])
    assert "not there" in tally("paths").out


COLUMNS = [
    Column("name", wide=True),
    Column("a", rank=1),
    Column("b", rank=3),
    Column("c", rank=2),
    Column("cost", right=True),
]


@pytest.mark.parametrize(
    ("room", "kept"),
    [
        (100, [0, 1, 2, 3, 4]),
        (46, [0, 1, 2, 3, 4]),
        (45, [0, 1, 3, 4]),
        (36, [0, 1, 4]),
        (25, [0, 4]),
        (5, [0, 4]),
    ],
)
def test_the_least_important_columns_go_first(room: int, kept: list[int]) -> None:
    natural = [30, 7, 7, 7, 5]
    fits, widths = _fit(COLUMNS, natural, room)
    assert fits == kept
    used = sum(widths[at] for at in fits) + 2 * (len(fits) - 1)
    assert used <= max(room, 12 + 5 + 2)
    assert all(widths[at] == natural[at] for at in fits if not COLUMNS[at].wide)


def test_a_piped_table_is_whole_and_safe(capsys: pytest.CaptureFixture[str]) -> None:
    long = "[bold]" + "x" * 300
    print_table(COLUMNS, [[long, "\x1b[31m", "日本", "", "$1"]], ["total", "", "", "", "$1"])
    out = capsys.readouterr().out
    assert long in out
    assert "\x1b" not in out
    assert not any(line != line.rstrip() for line in out.splitlines())
