"""The ways a command can end: understood or not, with or without logs, interrupted, cut off."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tally_tui import paths
from tally_tui.cli.output import print_csv, print_json
from tally_tui.cli.reading import stoppable
from tally_tui.ingest.lock import IngestLock
from tally_tui.ledger.open import open_writer

Tally = Callable[..., Any]
TOP = Path(__file__).parents[2]


def started(*words: str, **more: Any) -> subprocess.Popen[bytes]:
    """The program as a process of its own, in the environment of the test."""
    line = [sys.executable, "-m", "tally_tui", *words]
    return subprocess.Popen(line, env=as_process(), stderr=subprocess.PIPE, **more)


def as_process() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(TOP)}


@pytest.mark.usefixtures("month")
@pytest.mark.parametrize(
    ("words", "pointed", "says"),
    [
        (["usage", "--since", "2026-11-31"], "2026-11-31", "30 days"),
        (["usage", "--since", "7days"], "7days", "Did you mean 7d?"),
        (["calls", "--until=yesterdya"], "yesterdya", "Did you mean yesterday?"),
        (["usage", "--since", "today", "--until", "yesterday"], "yesterday", "nothing lies between"),
        (["usage", "--tz", "Europe/Wien"], "Europe/Wien", "no time zone"),
        (["sessions", "--limit", "0"], "0", "from 1 on"),
        (["sessions", "--limit", "many"], "many", "from 1 on"),
        (["usage", "modle:opus"], "modle", "model:"),
        (["usage", "project:web", "since:31.12.2026"], "31.12.2026", ""),
        (["calls", "is:subagnt"], "subagnt", "subagent"),
        (["calls", "reason:because"], "because", "copy"),
        (["usage", "role:user"], "role", "says nothing about cost"),
        (["config", "lst"], "lst", "Did you mean list?"),
        (["config", "get"], "", "a word is missing"),
        (["config", "get", "watch", "now"], "now", "one word too many"),
        (["config", "get", "tiem_zone"], "tiem_zone", "did you mean time_zone?"),
        (["config", "set", "week_start", "someday"], "someday", "monday"),
        (["config", "set", "theme", "pink"], "pink", "tally-dark"),
        (["config", "set", "prices", "1"], "prices", "edit them in the file"),
        (["prices"], "", "update"),
        (["prices", "upgrade"], "upgrade", "update"),
        (["help", "usgae"], "usgae", "Commands"),
    ],
)
def test_what_is_not_understood_is_status_2_and_a_pointer(
    tally: Tally, words: list[str], pointed: str, says: str
) -> None:
    answered = tally(*words)
    assert answered.status == 2
    assert answered.out == ""
    assert "Traceback" not in answered.err
    lines = answered.err.splitlines()
    carets = next(index for index, line in enumerate(lines) if line and set(line) == {" ", "^"})
    assert says in answered.err
    if pointed:
        at = lines[carets].index("^")
        assert lines[carets - 1][at:].startswith(pointed)
        assert lines[carets].count("^") == len(pointed)


def test_a_broken_clock_is_no_answer(tally: Tally, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TALLY_NOW", "noon")
    answered = tally("today")
    assert answered.status == 2
    assert "TALLY_NOW" in answered.err


def test_without_logs_it_says_where_it_looked(tally: Tally, tmp_path: Path) -> None:
    for question in ("usage", "sessions", "calls"):
        answered = tally(question, "--json")
        assert answered.status == 0
        assert answered.json["rows"] == []
        assert str(tmp_path / "logs" / "claude" / "projects") in answered.err
        assert str(tmp_path / "logs" / "codex" / "sessions") in answered.err
        assert "tally-tui --demo" in answered.err
    for question in ("explain", "today"):
        assert tally(question, "--json").json["schema"]
        assert tally(question).status == 0
    for question in ("usage", "sessions", "calls", "explain", "today"):
        [head, *_] = tally(question, "--csv").out.splitlines()
        assert "," in head


def test_no_sync_reads_nothing_and_makes_nothing(
    tally: Tally, month_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLAUDE_CONFIG_DIR", str(month_folder / "logs" / "claude"))
    answered = tally("usage", "--json", "--no-sync")
    assert answered.status == 0
    assert answered.json["rows"] == []
    assert "--no-sync" in answered.err
    assert not (tmp_path / "data").exists()


def spent(folder: Path, name: str) -> None:
    """A log of one call."""
    usage = {"input_tokens": 0, "output_tokens": 1_000}
    message = {"id": name, "model": "claude-sonnet-4-6", "role": "assistant", "content": [], "usage": usage}
    said = {"type": "assistant", "sessionId": name, "timestamp": "2026-11-20T10:00:00Z", "message": message}
    path = folder / "projects" / "p" / f"{name}.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(said) + "\n")


@pytest.mark.parametrize("read", ["nothing", "something"])
def test_while_another_process_reads_it_answers_and_says_so(
    tally: Tally, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, read: str
) -> None:
    monkeypatch.setenv("CLAUDE_CONFIG_DIR", str(tmp_path / "claude"))
    spent(tmp_path / "claude", "one")
    before = tally("usage", "--json").json if read == "something" else None
    spent(tmp_path / "claude", "two")
    lock = IngestLock(paths.data_dir() / "ingest.lock")
    paths.private_dir(paths.data_dir())
    assert lock.acquire(0)
    try:
        answered = tally("usage", "--json")
        synced = tally("sync", "--json")
        rebuilt = tally("sync", "--rebuild")
    finally:
        lock.release()
    assert answered.status == 0
    assert "another process is reading" in answered.err
    document = answered.json
    assert "another process is reading" in document.pop("note")
    assert document == (before or document)
    assert (synced.status, synced.json["busy"]) == (0, True)
    assert rebuilt.status == 1


def test_an_answer_that_is_not_behind_needs_no_note(
    tally: Tally, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLAUDE_CONFIG_DIR", str(tmp_path / "claude"))
    spent(tmp_path / "claude", "one")
    assert tally("usage").err == ""
    lock = IngestLock(paths.data_dir() / "ingest.lock")
    assert lock.acquire(0)
    try:
        for command in ("today", "usage", "sessions", "limits"):
            assert tally(command).err == ""
            assert "note" not in tally(command, "--json").json
        assert "has taken up all there is" in tally("sync").err
    finally:
        lock.release()


def test_sync_verifies_and_mends(tally: Tally, month_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLAUDE_CONFIG_DIR", str(month_folder / "logs" / "claude"))
    first = tally("sync", "--accounting-only", "--json").json
    assert first["files_read"] == first["files"] > 0
    assert first["differences"] is None
    total = tally("usage", "--json").json["totals"]
    assert tally("sync", "--verify", "--json").json["differences"] == []
    assert tally("sync", "--rebuild", "--verify").status == 0
    assert tally("usage", "--json").json["totals"] == total
    with closing(open_writer(paths.ledger_path())) as db:
        db.execute("UPDATE rollup SET calls = calls + 1 WHERE slot = (SELECT min(slot) FROM rollup)")
    wrong = tally("sync", "--verify")
    assert wrong.status == 1
    assert "differed" in wrong.err
    assert tally("sync", "--verify").status == 0
    assert tally("usage", "--json").json["totals"] == total


def test_a_broken_ledger_is_told_and_left_alone(tally: Tally) -> None:
    paths.private_dir(paths.data_dir())
    paths.ledger_path().write_bytes(b"this is no database" * 100)
    for words in (["usage"], ["usage", "--no-sync"], ["sync"], ["today", "--json"]):
        answered = tally(*words)
        assert answered.status == 1
        assert answered.out == ""
        assert str(paths.ledger_path()) in answered.err
        assert "Traceback" not in answered.err
    assert paths.ledger_path().read_bytes().startswith(b"this is no database")


def test_what_should_not_happen_is_one_line(tally: Tally, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("a bug\x1b[31m")

    monkeypatch.setattr("tally_tui.cli.paths.look", broken)
    answered = tally("paths")
    assert answered.status == 1
    assert len(answered.err.splitlines()) == 1
    assert "TALLY_DEBUG=1" in answered.err
    assert "\x1b" not in answered.err
    monkeypatch.setenv("TALLY_DEBUG", "1")
    with pytest.raises(RuntimeError):
        tally("paths")


def test_the_screen_needs_a_terminal(tally: Tally) -> None:
    answered = tally()
    assert answered.status == 1
    assert "terminal" in answered.err


@pytest.mark.usefixtures("month")
def test_a_reader_that_has_enough_is_no_error() -> None:
    process = started("calls", "--json", "--no-sync", stdout=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stdout.readline() == b"{\n"
    process.stdout.close()
    _, errors = process.communicate(timeout=180)
    assert (process.returncode, errors) == (0, b"")


def test_ctrl_c_waits_for_the_transaction_and_the_second_one_does_not() -> None:
    before = signal.getsignal(signal.SIGINT)
    with stoppable() as stopped:
        assert not stopped
        signal.raise_signal(signal.SIGINT)
        assert stopped
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is before


@pytest.mark.usefixtures("month")
def test_a_fast_answer_imports_nothing_heavy() -> None:
    script = (
        "import sys; from tally_tui.cli.main import run; status = run(sys.argv[1:]); "
        "heavy = {'textual', 'rich', 'tomlkit', 'platformdirs', 'watchdog', 'genai_prices'}; "
        "print(sorted(heavy & set(sys.modules)), status, file=sys.stderr)"
    )
    words = ["usage", "--by", "day", "--json", "--no-sync"]
    done = subprocess.run([sys.executable, "-c", script, *words], env=as_process(), capture_output=True)
    assert done.stderr == b"[] 0\n"


def test_the_version_imports_nothing_at_all() -> None:
    script = (
        "import sys; sys.argv = ['tally-tui', '--version']; from tally_tui.__main__ import main; main(); "
        "print(sorted(name for name in sys.modules if name.startswith('tally_tui.')))"
    )
    done = subprocess.run([sys.executable, "-c", script], env=as_process(), capture_output=True, text=True)
    version, modules = done.stdout.splitlines()
    assert version.startswith("tally-tui 0.")
    assert modules == "['tally_tui.__main__']"


def test_version_and_help_are_answers(tally: Tally) -> None:
    from tally_tui import __version__

    assert tally("usage", "--version").out == f"tally-tui {__version__}\n"
    assert tally("--help").out == tally("help").out
    assert tally("usage", "--help").out == tally("help", "usage").out
    assert "--accounting-only" in tally("sync", "-h").out


def test_hostile_text_is_written_out(capsys: pytest.CaptureFixture[str]) -> None:
    import json

    title = "a\x1b[2J\x9b31m\ud800 b\u202e\nc"
    print_json({"rows": [{"title": title}]})
    out = capsys.readouterr().out
    assert json.loads(out) == {"rows": [{"title": title}]}
    assert all(line.isprintable() for line in out.splitlines())
    print_csv(["title"], [{"title": title}])
    assert all(line.isprintable() for line in capsys.readouterr().out.splitlines())


def test_the_demo_leaves_nothing_behind_and_reads_nothing_of_ours(
    tally: Tally, month: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "tmp"))
    (tmp_path / "tmp").mkdir()
    tally("config", "set", "claude_roots", str(month / "logs" / "claude"))
    before = dict(os.environ)
    first = tally("--demo", "usage", "--json")
    assert first.status == 0
    assert first.json["totals"]["calls"] > 1000
    assert tally("usage", "--demo", "--json").json == first.json
    assert dict(os.environ) == before
    assert not list((tmp_path / "tmp").iterdir())


def test_a_terminated_demo_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from tally_tui.cli.demo import demo_logs

    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with pytest.raises(SystemExit) as ended, demo_logs() as folder:
        assert (folder / "logs" / "claude").is_dir()
        signal.raise_signal(signal.SIGTERM)
    assert ended.value.code == 128 + signal.SIGTERM
    assert not list(tmp_path.iterdir())

