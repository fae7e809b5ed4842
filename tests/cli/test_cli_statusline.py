"""The status line as Claude Code runs it: what it prints, what it keeps, and that nothing stops it."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tally_tui.cli.agents import quick
from tally_tui.cli.main import run
from tally_tui.clock import parse_instant
from tally_tui.record import after, memory, theirs

NOW_S = parse_instant("2026-11-22T12:00:00Z") // 1000
HOUR = 3600
Say = Callable[..., str]


def payload(session: str = "one", five: float = 23.5, week: float = 41.2, **more: Any) -> dict[str, Any]:
    return {
        "hook_event_name": "Status",
        "session_id": session,
        "model": {"id": "claude-opus-5", "display_name": "Opus 5"},
        "cost": {"total_cost_usd": 0.0123, "total_api_duration_ms": 2300},
        "context_window": {"context_window_size": 200_000, "used_percentage": 9},
        "rate_limits": {
            "five_hour": {"used_percentage": five, "resets_at": NOW_S + 2 * HOUR},
            "seven_day": {"used_percentage": week, "resets_at": NOW_S + 50 * HOUR},
        },
        **more,
    }


@pytest.fixture(autouse=True)
def started(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The processes that would have been started behind the agent's back."""
    commands: list[list[str]] = []
    monkeypatch.setattr(after, "_start", commands.append)
    monkeypatch.setattr(theirs, "PATIENCE_S", 120.0)
    monkeypatch.setattr(os, "nice", lambda more: 0)  # a worker in the tests' own process would leave it nice for ever
    monkeypatch.setenv("NO_COLOR", "1")
    return commands


@pytest.fixture
def say(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> Iterator[Say]:
    """Hand something to the status line (or another command) as the agent does; the first line is what it shows."""
    kept = os.dup(0)

    def go(said: Any, *words: str) -> str:
        file = tmp_path / "stdin"
        file.write_bytes(said if isinstance(said, bytes) else json.dumps(said).encode())
        handle = os.open(file, os.O_RDONLY)
        os.dup2(handle, 0)
        os.close(handle)
        capfd.readouterr()
        assert quick(words or ("statusline",)) == 0
        out, err = capfd.readouterr()
        assert err == ""
        return out

    yield go
    os.dup2(kept, 0)
    os.close(kept)


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Let so many seconds pass."""

    def go(seconds: int) -> None:
        at = parse_instant(os.environ["TALLY_NOW"]) // 1000 + seconds
        monkeypatch.setenv("TALLY_NOW", str(at))
        monkeypatch.setattr(memory, "SAME_S", 0.0)

    return go


def readings() -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(Path(os.environ["TALLY_DATA_DIR"]) / "ledger.db")) as db:
        return db.execute(
            "SELECT limit_id, minutes, (ts / 1000) - ?, percent, resets_at / 1000 - ?, source, session FROM reading "
            "ORDER BY ts, minutes, limit_id, session",
            (NOW_S, NOW_S),
        ).fetchall()


class TestTheLine:
    def test_says_what_the_agent_says_where_nothing_was_read_yet(self, say: Say) -> None:
        assert say(payload()) == "Opus 5 | $0.01 session | context 9% | 5h 23% 2h 00m · 7d 41% 2d 2h\n"

    @pytest.mark.usefixtures("month")
    def test_says_what_was_spent_once_logs_were_read(self, say: Say) -> None:
        line = say(payload("spent"))
        assert " today" in line and " block" in line and "/h |" in line

    def test_a_missing_field_hides_its_part_and_nothing_else(self, say: Say) -> None:
        assert say({"session_id": "few", "model": {"display_name": "Opus 5"}}) == "Opus 5\n"
        assert say({"session_id": "id", "model": {"id": "claude-opus-5"}}) == "claude-opus-5\n"
        wrong = {"session_id": 7, "model": "Opus", "cost": [], "context_window": {"used_percentage": "9"}}
        assert say({**wrong, "rate_limits": {"five_hour": {"used_percentage": True}, "x": 3}})

    def test_a_window_past_its_reset_says_so(self, say: Say) -> None:
        said = payload("past")
        said["rate_limits"]["five_hour"]["resets_at"] = NOW_S - 1
        assert "5h reset · 7d 41%" in say(said)

    def test_limits_of_single_models_stand_beside_by_their_own_names(self, say: Say) -> None:
        said = payload()
        said["rate_limits"]["seven_day_opus"] = {"used_percentage": 88, "resets_at": NOW_S + 50 * HOUR}
        assert say(said).endswith("7d 41% 2d 2h · 7d opus 88%! 2d 2h\n")
        assert ("seven_day_opus", 10_080, 0, 88.0, 50 * HOUR, "statusline", "one") in readings()

    def test_a_spending_limit_is_a_limit_of_its_own_with_its_dollars(self, say: Say, tally: Callable[..., Any]) -> None:
        tally("config", "set", "statusline", "5h, 7d, limits")
        said = payload("spend")
        said["rate_limits"]["spend_limit"] = {
            "used_percentage": 42.5, "resets_at": NOW_S + 290 * HOUR, "used_usd": 21.25, "limit_usd": 50, "period": "monthly",
        }  # fmt: skip
        said["rate_limits"]["thirty_day_cloud"] = {"used_percentage": 61, "resets_at": NOW_S + 50 * HOUR}
        line = say(said)
        assert line.endswith("7d 41% 2d 2h · spend 42% $21.25/$50.00 12d 2h · thirty_day_cloud 61% 2d 2h\n")
        kept = {row[:2]: row[3] for row in readings()}
        assert kept["spend_limit", 43_200] == 42.5 and kept["thirty_day_cloud", 43_200] == 61
        shown = {(each["limit"], each["minutes"]): each for each in tally("limits", "--json").json["limits"]}
        assert shown["spend_limit", 43_200]["used_percent"] == 42.5
        assert "claude spend_limit 30d: 42 % used" in tally("limits").out
        gauges = {each["limit"]: each["used_percent"] for each in tally("today", "--json").json["limits"]}
        assert gauges["spend_limit"] == 42.5 and gauges["thirty_day_cloud"] == 61

    def test_a_spending_limit_without_a_percentage_is_what_was_spent_of_it(self, say: Say) -> None:
        said = payload("dollars")
        said["rate_limits"] = {"spend_limit": {"used_usd": 45, "limit_usd": 50, "period": "week"}}
        assert "spend 90%! $45.00/$50.00" in say(said)
        said["rate_limits"] = {"spend_limit": {"used_usd": 45, "limit_usd": 0}}
        assert "spend" not in say(said | {"session_id": "none"})

    def test_a_full_limit_is_told_by_a_sign_and_by_colour(self, say: Say, monkeypatch: pytest.MonkeyPatch) -> None:
        assert "5h 91%! 2h" in say(payload("plain", five=91.9))
        monkeypatch.delenv("NO_COLOR")
        assert "5h \x1b[31m91%!\x1b[0m 2h" in say(payload("colour", five=91.9))

    def test_fits_into_what_the_agent_shows(
        self, say: Say, monkeypatch: pytest.MonkeyPatch, tally: Callable[..., Any]
    ) -> None:
        tally("config", "set", "statusline", "model, session, context, 5h, 7d")
        said = payload("wide", five=91.9)
        whole = "Opus 5 | $0.01 session | context 9% | 5h 91%! 2h 00m · 7d 41% 2d 2h\n"
        for columns in ("", "x", "0", "-3", "999999999", "71"):
            monkeypatch.setenv("COLUMNS", columns)
            assert say(said) == whole
        # Also right after another: the agent asks again whenever its window changes its size.
        monkeypatch.setenv("COLUMNS", "70")
        assert say(said) == "Opus 5 | $0.01 session | ctx 9% | 5h 91%! 2h 00m · 7d 41% 2d 2h\n"
        monkeypatch.setenv("COLUMNS", "30")
        assert say(said) == "5h 91%! 2h 00m · 7d 41%\n"
        monkeypatch.setenv("COLUMNS", "8")
        assert say(said) == "5h 91%!\n"
        monkeypatch.setenv("COLUMNS", "60")
        line = say(said | {"session_id": "both"}, "statusline", "--then", "echo theirs is a long line of many, many words")
        assert line == "theirs is a long line of many, many words\n$0.01 session | ctx 9% | 5h 91%! 2h 00m · 7d 41%\n"
        tally("config", "set", "statusline_lines", "2")
        first, second = say(said | {"session_id": "two"}).splitlines()
        assert (first, second) == ("Opus 5 | $0.01 session", "context 9% | 5h 91%! 2h 00m · 7d 41% 2d 2h")

    def test_the_context_is_of_the_counts_as_in_the_list_of_sessions(self, say: Say) -> None:
        used = {"input_tokens": 7, "cache_creation_input_tokens": 993, "cache_read_input_tokens": 84_200}
        said = payload("counts")
        said["context_window"] = {"context_window_size": 200_000, "used_percentage": 43, "current_usage": used}
        assert "| context 42% |" in say(said)
        said["context_window"]["used_percentage"] = 9  # of something else than these counts
        assert "| context 9% |" in say(said | {"session_id": "other"})

    def test_shows_the_parts_that_are_asked_for(self, say: Say, tally: Callable[..., Any]) -> None:
        assert tally("config", "set", "statusline", "7d, model").status == 0
        assert say(payload()) == "7d 41% 2d 2h | Opus 5\n"
        assert tally("config", "set", "statusline", "model").status == 0
        assert say(payload("two")) == "Opus 5\n"
        assert tally("config", "set", "statusline", "weather").status == 2

    def test_what_a_terminal_would_act_on_is_left_out(self, say: Say) -> None:
        assert say({"session_id": "x", "model": {"display_name": "Op\x1b[2Jus\n5"}}) == "Op[2Jus5\n"


class TestNothingStopsIt:
    @pytest.mark.parametrize("said", [b"", b"{", b"[]", b"null", b"\xff\xfe", b"[" * 100_000, b'{"session_id": 1e999}'])
    def test_whatever_it_is_handed(self, say: Say, said: bytes) -> None:
        assert say(said).strip()

    @pytest.mark.usefixtures("month")
    def test_malformed_json_still_shows_what_is_known(self, say: Say) -> None:
        assert " today" in say(b'{"model":')

    @pytest.mark.parametrize("held", [b"", b"no database at all", b"SQLite format 3\x00" + b"\xff" * 5000])
    def test_a_damaged_ledger(self, say: Say, held: bytes) -> None:
        data = Path(os.environ["TALLY_DATA_DIR"])
        data.mkdir()
        (data / "ledger.db").write_bytes(held)
        assert say(payload()).startswith("Opus 5 | $0.01 session")
        assert held == b"" or (data / "ledger.db").read_bytes() == held

    def test_a_data_folder_that_cannot_be(self, say: Say, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        (tmp_path / "file").write_text("")
        monkeypatch.setenv("TALLY_DATA_DIR", str(tmp_path / "file" / "data"))
        assert say(payload()).startswith("Opus 5")

    def test_a_state_file_of_something_else(self, say: Say) -> None:
        data = Path(os.environ["TALLY_DATA_DIR"])
        data.mkdir()
        for held in ("", "[", "[]", '"figures":7,"limits":[1],"settings":[]', '"limits":{"a":1}'):
            text = f'{{"version":1,{held}}}' if ":" in held else held
            (data / "state.json").write_text(text)
            assert say(payload(f"s{len(text)}")).startswith("Opus 5 | $0.01 session")

    def test_settings_that_are_no_toml(self, say: Say) -> None:
        config = Path(os.environ["TALLY_CONFIG_DIR"])
        config.mkdir()
        (config / "config.toml").write_text("statusline = [")
        assert say(payload()).startswith("Opus 5 | $0.01 session")

    def test_a_frozen_clock_that_is_none(self, say: Say, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("TALLY_NOW", "someday")
        assert say(payload()).startswith("Opus 5")

    def test_a_ledger_that_another_process_holds_gets_its_readings_later(self, say: Say, later: Any) -> None:
        say(payload(five=10))
        with closing(sqlite3.connect(Path(os.environ["TALLY_DATA_DIR"]) / "ledger.db", isolation_level=None)) as db:
            db.execute("BEGIN IMMEDIATE")
            later(60)
            assert "5h 11%" in say(payload(five=11))
            db.execute("ROLLBACK")
        later(60)
        say(payload(five=12))
        assert [(row[2], row[3]) for row in readings() if row[1] == 300] == [(0, 10.0), (60, 11.0), (120, 12.0)]


class TestWhatItKeeps:
    def test_both_windows_with_the_session_that_told(self, say: Say, started: list[list[str]]) -> None:
        say(payload())
        assert readings() == [
            ("claude", 300, 0, 23.5, 2 * HOUR, "statusline", "one"),
            ("claude", 10_080, 0, 41.2, 50 * HOUR, "statusline", "one"),
        ]
        assert len(started) == 1  # alerts look at it in a process of their own

    def test_an_idle_session_repeats_itself_and_is_not_kept_again(
        self, say: Say, later: Any, started: list[list[str]]
    ) -> None:
        for _ in range(3):
            say(payload())
            later(300)
        assert len(readings()) == 2
        assert len(started) == 1

    def test_a_session_at_work_is_kept_at_most_once_a_minute_while_nothing_moves(self, say: Say, later: Any) -> None:
        for second in range(5):
            say(payload(cost={"total_cost_usd": 1 + second}))
            later(30)
        assert [row[2] for row in readings() if row[1] == 300] == [0, 60, 120]

    def test_every_change_is_kept(self, say: Say, later: Any) -> None:
        for percent in (20, 20.5, 21, 19):
            say(payload(five=percent))
            later(1)
        assert [row[3] for row in readings() if row[1] == 300] == [20.0, 20.5, 21.0, 19.0]

    def test_sessions_are_kept_apart(self, say: Say) -> None:
        say(payload("one", five=20))
        say(payload("two", five=30))
        assert [(row[3], row[6]) for row in readings() if row[1] == 300] == [(20.0, "one"), (30.0, "two")]

    @pytest.mark.parametrize(
        ("percent", "resets"), [(-1, HOUR), (5000, HOUR), (20, -1), (20, 7 * HOUR), (20, 10**12), (float("nan"), HOUR)]
    )
    def test_what_cannot_be_is_not(self, say: Say, percent: float, resets: int) -> None:
        said = payload()
        said["rate_limits"] = {"five_hour": {"used_percentage": percent, "resets_at": NOW_S + resets}}
        assert say(said).startswith("Opus 5")
        assert not (Path(os.environ["TALLY_DATA_DIR"]) / "ledger.db").exists() or readings() == []

    def test_usage_past_the_limit_is_a_full_limit(self, say: Say) -> None:
        say(payload(five=104.2))
        assert readings()[0][3] == 100.0

    def test_files_are_for_their_owner_only(self, say: Say) -> None:
        say(payload())
        for folder, _, names in os.walk(os.environ["TALLY_DATA_DIR"]):
            assert Path(folder).stat().st_mode & 0o077 == 0
            assert all((Path(folder) / name).stat().st_mode & 0o077 == 0 for name in names)

    def test_an_idle_session_shows_what_others_know_by_now(self, say: Say, later: Any) -> None:
        say(payload("idle", five=20))
        later(600)
        say(payload("busy", five=64))
        assert "5h 64% 1h 50m" in say(payload("idle", five=20))

    def test_a_session_never_seen_before_may_have_sat_idle_and_does_not_say_less_than_one_at_work(
        self, say: Say, later: Any
    ) -> None:
        say(payload("busy", five=64))
        later(60)
        assert "5h 64% 1h 59m" in say(payload("other", five=20))
        later(301)
        assert "5h 20% " in say(payload("third", five=20))

    def test_a_session_that_says_less_than_before_itself_is_believed(self, say: Say, later: Any) -> None:
        say(payload("busy", five=64))
        later(60)
        assert "5h 20% 1h 59m" in say(payload("busy", five=20))

    def test_before_its_first_answer_a_session_shows_what_is_known(self, say: Say) -> None:
        say(payload("one", five=20))
        assert "5h 20% 2h 00m · 7d 41%" in say({"session_id": "new", "model": {"display_name": "Opus 5"}})


class TestASecondOneAtOnce:
    @pytest.fixture(autouse=True)
    def at_once(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """However slow the machine is, the second comes within the time."""
        monkeypatch.setattr(memory, "SAME_S", 3600.0)

    def test_answers_from_the_first(self, say: Say) -> None:
        first = say(payload())
        assert say(payload(model={"display_name": "Another"})) == first

    def test_but_what_it_tells_is_kept(self, say: Say) -> None:
        say(payload(five=20))
        say(payload(five=21))
        assert readings()[0][3] == 21.0

    def test_and_another_session_has_its_own(self, say: Say) -> None:
        say(payload("one"))
        assert say(payload("two", model={"display_name": "Another"})).startswith("Another")


class TestTheirs:
    def test_theirs_comes_first_on_the_same_line(self, say: Say) -> None:
        line = say(payload(), "statusline", "--then", "printf '%s\\n' theirs")
        assert line.startswith("theirs | Opus 5 | ")

    def test_it_gets_what_the_agent_said(self, say: Say) -> None:
        script = "import json,sys; print(json.load(sys.stdin)['model']['id'])"
        line = say(payload(), "statusline", "--then", f'{sys.executable} -c "{script}"')
        assert line.startswith("claude-opus-5 | Opus 5")

    @pytest.mark.parametrize("command", ["exit 3", "true", "/no/such/program", "kill -9 $$"])
    def test_ours_stands_alone_where_it_fails(self, say: Say, command: str) -> None:
        assert say(payload(), "statusline", "--then", command).startswith("Opus 5 |")

    @pytest.mark.parametrize("command", ["yes", "head -c 70000 /dev/zero | tr '\\0' a"])
    def test_ours_stands_alone_where_it_never_ends(self, say: Say, command: str) -> None:
        assert say(payload(), "statusline", "--then", command).startswith("Opus 5 |")

    def test_one_that_does_not_listen_and_has_much_to_say_is_heard(self, say: Say) -> None:
        much = payload() | {"pad": "x" * 200_000}
        assert say(much, "statusline", "--then", "exec <&-; echo theirs").startswith("theirs | Opus 5")
        line = say(much | {"session_id": "other"}, "statusline", "--then", "wc -c")
        assert int(line.split(" | ")[0]) == len(json.dumps(much | {"session_id": "other"}))

    def test_its_colour_ends_with_it(self, say: Say) -> None:
        line = say(payload(), "statusline", "--then", r"printf '\033[31mred'")
        assert line.startswith("\x1b[31mred\x1b[0m | Opus 5")

    @pytest.mark.parametrize(
        ("where", "shown"),
        [("after", "Opus 5 | theirs\n"), ("above", "theirs\nOpus 5\n"), ("below", "Opus 5\ntheirs\n")],
    )
    def test_it_goes_where_the_settings_say(self, say: Say, tally: Callable[..., Any], where: str, shown: str) -> None:
        tally("config", "set", "statusline", "model")
        tally("config", "set", "statusline_theirs", where)
        assert say(payload(where), "statusline", "--then", "echo theirs") == shown


class TestHooks:
    def test_claude_is_told_nothing_and_codex_an_empty_object(self, say: Say, started: list[list[str]]) -> None:
        assert say({}, "hook", "Stop") == ""
        assert say({}, "hook", "Stop", "--codex") == "{}\n"
        assert len(started) == 2

    @pytest.mark.usefixtures("month")
    def test_what_it_asks_for_is_done_by_one_worker(
        self, say: Say, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("TALLY_DATA_DIR", str(tmp_path / "fresh"))
        for _ in range(5):
            say({}, "hook", "SubagentStop")
        after.work()
        with closing(sqlite3.connect(tmp_path / "fresh" / "ledger.db")) as db:
            assert db.execute("SELECT count(*) FROM call").fetchone()[0] > 100
        assert not list((tmp_path / "fresh").glob("after.l*s"))
        state = json.loads((tmp_path / "fresh" / "state.json").read_bytes())
        assert state["figures"]["today"][0] > 0

    def test_a_worker_at_work_is_left_to_it(self, say: Say, started: list[list[str]]) -> None:
        import fcntl

        data = Path(os.environ["TALLY_DATA_DIR"])
        data.mkdir()
        with (data / "after.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            say({}, "hook", "Stop")
            assert started == []
        assert (data / "after.logs").exists()  # which it finds before it ends

    def test_words_that_are_not_understood_are_told_to_a_person(self, tally: Callable[..., Any]) -> None:
        assert tally("hook").status == 2
        assert tally("hook", "Stop", "now").status == 2
        assert tally("statusline", "--thn", "x").status == 2

    def test_the_long_way_does_the_same(self, say: Say) -> None:
        assert say({}, "hook", "Stop") == ""
        assert run(["hook", "Stop"]) == 0
        assert run(["statusline"]) == 0


def test_it_loads_nothing_heavy() -> None:
    """A status line is started at every message: what it need not load it must not."""
    code = (
        "import sys; sys.argv = ['tally-tui', 'statusline']\n"
        "from tally_tui.__main__ import main\n"
        "from tally_tui.record import after\n"
        "after._start = lambda command: None\n"
        "main()\n"
        "heavy = {'msgspec', 'rich', 'textual', 'platformdirs', 'tomlkit', 'watchdog', 'dataclasses', 'pathlib',\n"
        "         'zoneinfo', 'subprocess', 'tally_tui.model', 'tally_tui.ingest', 'tally_tui.logs'}\n"
        "print(sorted(heavy & set(sys.modules)), file=sys.stderr)\n"
    )
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    # The first one makes the ledger, and asks for a worker; the one after that worker is every other one.
    for session in ("first", "second"):
        said = json.dumps(payload(session)).encode()
        ran = subprocess.run([sys.executable, "-c", code], input=said, capture_output=True, env=environment, check=True)
        assert ran.stdout.startswith(b"Opus 5")
        after.work()
    assert ran.stderr.decode().strip().splitlines()[-1] == "[]"
