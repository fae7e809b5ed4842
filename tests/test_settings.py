"""Settings: forgiving when read, strict when changed."""

from __future__ import annotations

import stat
from datetime import date
from pathlib import Path

import pytest

from tally_tui.config import KEYS, BadSettingError, Settings, load
from tally_tui.config_edit import from_words, set_value, unset_value


def written(folder: Path, text: str) -> Path:
    path = folder / "config.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_no_file_means_all_defaults(tmp_path: Path) -> None:
    settings = load(tmp_path / "config.toml")
    assert settings == Settings()
    assert not settings.problems
    assert not settings.given


def test_every_setting_can_be_set(tmp_path: Path) -> None:
    settings = load(
        written(
            tmp_path,
            """
            time_zone = "Europe/Vienna"
            week_start = "Sunday"
            theme = "tally-light"
            cost_mode = "display"
            numbers = "full"
            claude_roots = ["~/work/.claude"]
            codex_roots = ["/srv/codex", "/srv/other"]
            price_table = "/srv/prices.json"
            watch = false
            poll_seconds = 10
            statusline = ["7d", "model"]
            statusline_theirs = "above"
            statusline_lines = 2
            codex_credits = ["7d=1000"]
            codex_rates = ["gpt-5.5=1/0.1/8"]

            [[prices]]
            model = "house-model"
            since = 2026-11-01
            input = 3
            output = 15.5
            cache_read = 0.001
            """,
        )
    )
    assert not settings.problems
    assert settings.given == {*(key.name for key in KEYS), "prices"}
    assert settings.time_zone == "Europe/Vienna"
    assert settings.first_weekday == 6
    assert settings.codex_roots == ("/srv/codex", "/srv/other")
    assert settings.poll_seconds == 10
    [price] = settings.prices
    assert (price.model, price.since) == ("house-model", date(2026, 11, 1))
    # Dollars per million tokens are a thousand nano-dollars per token, exactly.
    assert (price.input, price.output, price.cache_read, price.cache_write_1h) == (3_000, 15_500, 1, None)


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ('time_zone = "Europe/Wien"', "time zone"),
        ("time_zone = 3", "text"),
        ('week_start = "someday"', "monday"),
        ("cost_mode = true", "auto, calculate, display"),
        ('claude_roots = "one"', "list of folders"),
        ("watch = 1", "neither true nor false"),
        ("poll_seconds = 0.1", "0.5 to 3600"),
        ("poll_seconds = inf", "0.5 to 3600"),
        ("statusline_lines = 3", "neither 1 nor 2"),
        ("statusline_lines = true", "neither 1 nor 2"),
        ("statusline_lines = 2.0", "neither 1 nor 2"),
        ("tiem_zone = 'UTC'", "did you mean time_zone?"),
        ("prices = 3", "[[prices]]"),
    ],
)
def test_a_wrong_line_is_named_and_the_rest_is_used(tmp_path: Path, line: str, says: str) -> None:
    settings = load(written(tmp_path, f'# mine\ntheme = "nord"\n{line}\nnumbers = "full"\n'))
    [problem] = settings.problems
    assert problem.line == 3
    assert says in str(problem)
    assert str(problem).startswith(f"line 3: {line.split()[0]}")
    assert settings.theme == "nord"
    assert settings.numbers == "full"
    assert settings.given <= {"theme", "numbers", "prices"}


@pytest.mark.parametrize(
    ("table", "says"),
    [
        ("input = 1\noutput = 2", "model is missing"),
        ('model = "m"\ninput = 1', "output is missing"),
        ('model = "m"\ninput = 1\noutput = "2"', "no number of dollars"),
        ('model = "m"\ninput = -1\noutput = 2', "sensible"),
        ('model = "m"\ninput = nan\noutput = 2', "sensible"),
        ('model = "m"\ninput = 0.0001\noutput = 2', "finer than"),
        ('model = "m"\ninput = 1\noutput = 2\nsince = "soon"', "no date"),
        ('model = "m"\ninput = 1\noutput = 2\nsince = 2026-11-01T00:00:00', "without a time"),
        ('model = "m"\ninput = 1\noutput = 2\nout = 3', "no such field"),
    ],
)
def test_a_wrong_price_is_left_out_alone(tmp_path: Path, table: str, says: str) -> None:
    good = '[[prices]]\nmodel = "good"\ninput = 1\noutput = 2\n'
    settings = load(written(tmp_path, f"{good}\n[[prices]]\n{table}\n"))
    assert [price.model for price in settings.prices] == ["good"]
    [problem] = settings.problems
    assert (problem.key, problem.line) == ("prices[2]", 6)
    assert says in problem.text


@pytest.mark.parametrize("text", [b"theme = ", b"a = 1\na = 2\n", b"theme = '\xff'", b"\x00"])
def test_a_broken_file_is_one_problem_and_all_defaults(tmp_path: Path, text: bytes) -> None:
    path = tmp_path / "config.toml"
    path.write_bytes(text)
    settings = load(path)
    assert settings == Settings()
    [problem] = settings.problems
    assert "all defaults are used" in problem.text
    assert str(path) in problem.text


def test_a_folder_in_its_place_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "config.toml").mkdir()
    [problem] = load(tmp_path / "config.toml").problems
    assert "cannot be read" in problem.text


def test_setting_keeps_comments_order_and_tables(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        '# mine\ntheme = "nord" # dark\n\n# house\n[[prices]]\nmodel = "m"\ninput = 1.50\noutput = 2\n',
    )
    set_value("theme", "tally-light", path)
    set_value("numbers", "full", path)
    text = path.read_text(encoding="utf-8")
    assert '# mine\ntheme = "tally-light" # dark\n' in text
    assert "input = 1.50" in text
    assert "# house" in text
    settings = load(path)
    assert not settings.problems
    assert (settings.theme, settings.numbers, len(settings.prices)) == ("tally-light", "full", 1)
    assert unset_value("theme", path)
    assert not unset_value("theme", path)
    assert load(path).theme == Settings().theme
    assert load(path).numbers == "full"


def test_files_are_private_and_links_stay(tmp_path: Path) -> None:
    path = tmp_path / "new" / "config.toml"
    set_value("watch", False, path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    link = tmp_path / "link.toml"
    link.symlink_to(path)
    set_value("numbers", "full", link)
    assert link.is_symlink()
    assert load(path).numbers == "full"
    assert sorted(each.name for each in path.parent.iterdir()) == ["config.toml"]


def test_a_broken_file_is_not_overwritten(tmp_path: Path) -> None:
    path = written(tmp_path, "theme = ")
    with pytest.raises(BadSettingError, match="nothing was changed"):
        set_value("theme", "nord", path)
    assert path.read_text(encoding="utf-8") == "theme = "


@pytest.mark.parametrize(
    ("name", "words", "value"),
    [
        ("watch", "off", False),
        ("watch", "True", True),
        ("poll_seconds", "5", 5),
        ("statusline_lines", "2", 2),
        ("poll_seconds", "0.5", 0.5),
        ("week_start", "SUNDAY", "sunday"),
        ("time_zone", "+05:30", "+05:30"),
        ("claude_roots", "/a, /b c", ["/a", "/b c"]),
        ("claude_roots", '["/a", "/b"]', ["/a", "/b"]),
        ("claude_roots", "", []),
        ("price_table", "", ""),
    ],
)
def test_words_become_what_the_file_holds(tmp_path: Path, name: str, words: str, value: object) -> None:
    assert from_words(name, words) == value
    path = set_value(name, from_words(name, words), tmp_path / "config.toml")
    assert not load(path).problems


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("watch", "maybe"),
        ("poll_seconds", "fast"),
        ("poll_seconds", "0"),
        ("numbers", "long"),
        ("prices", "1"),
        ("x", "1"),
    ],
)
def test_what_cannot_be_is_refused(name: str, words: str) -> None:
    with pytest.raises(BadSettingError):
        from_words(name, words)
