"""`tally-tui paths`: every folder that is looked at, and where our own things are."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from tally_tui.cli import grammar
from tally_tui.cli.output import columns_of, print_csv, print_json, say
from tally_tui.cli.settings import settings_in_force
from tally_tui.paths import Root, config_path, data_dir, ledger_path, roots
from tally_tui.rules.figures import counted, size

if TYPE_CHECKING:
    from tally_tui.cli.parsing import Request
    from tally_tui.config import Settings


class Looked(Struct, frozen=True):
    """One root, and what lies there."""

    root: Root
    source: str
    """Who named it: the environment variable, `default`, or `settings`."""
    found: bool
    sessions: int
    """Transcripts of sessions, without those of their subagents."""
    files: int
    size: int
    """Bytes of all log files."""


def paths(request: Request) -> int:
    """The command."""
    settings = settings_in_force()
    problems: list[str] = []
    seen = look(settings, problems)
    if request.on(grammar.CSV):
        print_csv(columns_of(_row(Looked(seen[0].root, "", False, 0, 0, 0))), map(_row, seen))
    elif request.on(grammar.JSON):
        print_json(_document(seen, problems))
    else:
        _print(seen, problems)
    return 0


def look(settings: Settings, problems: list[str]) -> list[Looked]:
    """Every root with a count of its files; what cannot be read adds a sentence to `problems`."""
    from tally_tui.logs.discover import discover, kind

    by_environment = {root.path for root in roots()}
    seen = []
    for root in roots(settings.claude_roots, settings.codex_roots):
        files = discover([root], problems)
        variable = "CLAUDE_CONFIG_DIR" if root.provider.word == "claude" else "CODEX_HOME"
        source = "settings"
        if root.path in by_environment:
            source = variable if os.environ.get(variable) else "default"
        seen.append(
            Looked(
                root,
                source,
                any(folder.is_dir() for folder in root.log_dirs),
                sum(kind(file) != "claude-agent" for file in files),
                len(files),
                sum(file.size for file in files),
            )
        )
    return seen


def _row(each: Looked) -> dict[str, Any]:
    return {
        "provider": each.root.provider.word,
        "path": str(each.root.path),
        "source": each.source,
        "found": each.found,
        "sessions": each.sessions,
        "files": each.files,
        "bytes": each.size,
    }


def _document(seen: list[Looked], problems: list[str]) -> dict[str, Any]:
    return {
        "schema": "tally.paths/1",
        "rows": [_row(each) for each in seen],
        "problems": problems,
        "data_dir": str(data_dir()),
        "ledger": str(ledger_path()),
        "ledger_bytes": _bytes(ledger_path()),
        "config": str(config_path()),
        "config_found": config_path().is_file(),
    }


def _print(seen: list[Looked], problems: list[str]) -> None:
    from tally_tui.cli.tables import Column, print_table

    columns = [Column("logs of"), Column("folder", wide=True), Column("sessions", right=True)]
    columns += [Column("files", right=True, rank=2), Column("size", right=True, rank=1)]
    columns.append(Column("named by", rank=3))
    print_table(
        columns,
        [
            [
                each.root.provider.word,
                _short(each.root.path),
                *(_counts(each) if each.found else ["not there", "", ""]),
                each.source,
            ]
            for each in seen
        ],
    )
    held = _bytes(ledger_path())
    say(f"\nledger    {_short(ledger_path())}  ({size(held) if held is not None else 'not there yet'})")
    there = config_path().is_file()
    say(f"settings  {_short(config_path())}  ({'found' if there else 'not there; all defaults'})")
    if problems:
        say(f"\n{counted(len(problems), 'problem')}:")
        for problem in problems:
            say(f"  {problem}")


def _counts(each: Looked) -> list[str]:
    return [f"{each.sessions:,}", f"{each.files:,}", size(each.size)]


def _bytes(path: Path) -> int | None:
    """The ledger with what is not yet folded into it; None where there is none."""
    try:
        total = path.stat().st_size
    except OSError:
        return None
    log = path.with_name(path.name + "-wal")
    return total + (log.stat().st_size if log.exists() else 0)


def _short(path: Path) -> str:
    home = str(Path.home())
    text = str(path)
    return "~" + text[len(home) :] if home != "/" and f"{text}/".startswith(f"{home}/") else text
