"""`tally-tui setup`: put the status line and hooks into the agents, show what is there, take them out."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tally_tui import diagnostics
from tally_tui.cli import grammar
from tally_tui.cli.output import remark, say
from tally_tui.cli.problems import FAILED, BadQuestionError, FailedError
from tally_tui.cli.text import listed, shown
from tally_tui.paths import data_dir
from tally_tui.record import agents, setting_up
from tally_tui.record.agents import AGENTS, CODEX, Agent
from tally_tui.record.codex_trust import trust
from tally_tui.record.setting_up import Change, SetupError

if TYPE_CHECKING:
    from tally_tui.cli.parsing import Request

_TRUST = "Codex runs a hook only once you trust it: open /hooks in Codex and look at the new ones there."
_TRUSTS = {
    "trusted": "trusted",
    "stale": "trusted before hooks.json last changed: if Codex asks again, look at it in /hooks",
    "off": "turned off in Codex",
    "untrusted": "not trusted yet: Codex does not run it until you look at it in /hooks",
    "unknown": "not known: Codex's config.toml cannot be read",
}


def setup(request: Request) -> int:
    """The command; its status is 1 where it would have to ask and nobody is there."""
    for other in (grammar.DRY_RUN, grammar.UNINSTALL, grammar.YES):
        if request.on(grammar.STATUS) and request.on(other):
            where = request.line.point(request.line.words.index(other.name))
            raise BadQuestionError(f"--status or {other.name}, not both", where)
    if request.on(grammar.JSON) and not request.on(grammar.STATUS):
        where = request.line.point(request.line.words.index(grammar.JSON.name))
        raise BadQuestionError("--json goes with --status", where)
    chosen = _chosen(request)
    if request.on(grammar.JSON):
        return _status_document(chosen)
    try:
        if request.on(grammar.STATUS):
            for agent, home in chosen:
                _status(agent, home)
            _behind_the_scenes()
            return 0
        if request.on(grammar.UNINSTALL):
            changes = [setting_up.uninstall(agent, home) for agent, home in chosen]
        else:
            start = agents.program()
            changes = [setting_up.install(agent, home, start) for agent, home in chosen]
        return _change(request, changes)
    except SetupError as error:
        raise FailedError(str(error)) from error


def _chosen(request: Request) -> list[tuple[Agent, Path]]:
    """The agents that are meant, with their homes: the ones named, else those that are there."""
    named = [
        agent
        for agent, flag in zip(AGENTS, (grammar.SET_UP_CLAUDE, grammar.SET_UP_CODEX), strict=True)
        if request.on(flag)
    ]
    homes = [(agent, home) for agent in named or AGENTS for home in agents.homes(agent)]
    there = homes if named else [(agent, home) for agent, home in homes if home.is_dir()]
    if not there:
        looked = listed(f"{agent.title} at {home}" for agent, home in homes)
        raise FailedError(
            f"neither agent was found: looked for {looked}. Nothing was changed. "
            "--claude or --codex sets one up all the same; CLAUDE_CONFIG_DIR and CODEX_HOME name other folders."
        )
    return there


def _change(request: Request, changes: list[Change]) -> int:
    changing = [change for change in changes if not change.nothing]
    for change in changes:
        _show(change)
    if not changing:
        return 0
    if request.on(grammar.DRY_RUN):
        say("\nNothing was changed (--dry-run).")
        return 0
    if not request.on(grammar.YES):
        if not sys.stdin.isatty():
            remark("nothing was changed: there is nobody to ask. --yes does it without asking.")
            return FAILED
        if not _agreed():
            say("Nothing was changed.")
            return 0
    for change in changing:
        backup = setting_up.apply(change)
        done = "removed" if change.after is None else "written"
        say(f"{change.agent.title}: {shown(str(change.file))} {done}.")
        if backup:
            say(f"  The first copy of it, kept for ever: {shown(str(backup))}")
    if not request.on(grammar.UNINSTALL) and any(change.agent is CODEX for change in changing):
        say(_TRUST)
    return 0


def _show(change: Change) -> None:
    from difflib import unified_diff

    say(f"{change.agent.title}: {shown(str(change.file))}")
    for each in change.remarks:
        say(f"  Note: {each}.")
    if change.nothing:
        say("  Nothing to change.")
        return
    before, after = ((data or b"").decode(errors="replace").splitlines() for data in (change.before, change.after))
    for line in list(unified_diff(before, after, lineterm="", n=2))[2:]:
        say("  " + line[:1] + shown(line[1:].replace("\t", "    ")))
    if change.before is None:
        say("  (a new file)")
    if change.after is None:
        say("  (the file goes: it was not there before)")


def _agreed() -> bool:
    try:
        return input("\nChange this? [y/N] ").strip().lower() in ("y", "yes")
    except EOFError:
        return False


def _status(agent: Agent, home: Path) -> None:
    from tally_tui.record.hook import heard_at
    from tally_tui.rules.figures import ago

    file = home / agent.file
    found = setting_up.state(agent, home)
    say(f"{agent.title}: {shown(str(file))}" + ("" if file.exists() else "  (not there)"))
    if agent.has_status_line:
        say(f"  status line  {_line(found.status_line)}")
    missing = [event for event in agent.events if event not in found.hooks]
    hooks = ", ".join(found.hooks) or "none of ours"
    say(f"  hooks        {hooks}" + (f" (missing: {', '.join(missing)})" if missing and found.hooks else ""))
    heard = heard_at(agent.word)
    if heard is None:
        say("  last called  never")
    else:
        say(f"  last called  {ago(round((time.time() - heard) * 1000))}")
    if agent is CODEX:
        several = trust(home, found.hooks)
        for event, each in several.items():
            say(f"  {'trust' if event == next(iter(several)) else '':<11}  {event}: {_TRUSTS[each]}")


def _behind_the_scenes() -> None:
    """When what happens without a person last worked, and what of it fails."""
    from tally_tui.rules.figures import ago

    folder = str(data_dir())
    lines = []
    for kind in diagnostics.KINDS:
        worked, failure = diagnostics.worked_at(folder, kind), diagnostics.last_failure(folder, kind)
        if worked is not None:
            lines.append(f"  {diagnostics.WORDS[kind]}: last worked {ago(round((time.time() - worked) * 1000))}")
        if failure is not None:
            lines.append(
                f"  {diagnostics.WORDS[kind]}: failed {ago(round((time.time() - failure.at) * 1000))}: {failure.text}"
            )
    if lines:
        say("\n".join(["", "Behind the scenes:", *lines]))


def _diagnostics() -> list[dict[str, Any]]:
    from tally_tui.cli.contract import stamp

    folder = str(data_dir())
    rows = []
    for kind in diagnostics.KINDS:
        worked, failure = diagnostics.worked_at(folder, kind), diagnostics.last_failure(folder, kind)
        rows.append(
            {
                "what": kind,
                "last_worked": None if worked is None else stamp(round(worked) * 1000),
                "failed": None if failure is None else stamp(round(failure.at) * 1000),
                "failure": None if failure is None else failure.text,
            }
        )
    return rows


def _status_document(chosen: list[tuple[Agent, Path]]) -> int:
    """`tally.setup/1`; the status is 1 where settings cannot be understood."""
    from tally_tui.cli.output import print_json

    rows = [_state(agent, home) for agent, home in chosen]
    print_json({"schema": "tally.setup/1", "agents": rows, "diagnostics": _diagnostics()})
    return FAILED if any(row["problem"] for row in rows) else 0


def _state(agent: Agent, home: Path) -> dict[str, Any]:
    from tally_tui.cli.contract import stamp
    from tally_tui.record.hook import heard_at
    from tally_tui.record.receipts import first_backup

    file = home / agent.file
    problem, found = None, None
    try:
        found = setting_up.state(agent, home)
    except SetupError as error:
        problem = str(error)
    heard, backup = heard_at(agent.word), first_backup(agent, file)
    command = found.status_line if found else None
    return {
        "agent": agent.word,
        "file": str(file),
        "file_found": file.exists(),
        "status_line": _kind(command) if agent.has_status_line and found else None,
        "status_line_command": command,
        "wraps": agents.wrapped(command),
        "hooks": list(found.hooks) if found else [],
        "missing_hooks": [event for event in agent.events if event not in (found.hooks if found else agent.events)],
        **({"trust": trust(home, found.hooks) if found else {}} if agent is CODEX else {}),
        "last_called": None if heard is None else stamp(round(heard) * 1000),
        "first_copy": str(backup) if backup.exists() else None,
        "problem": problem,
    }


def _kind(command: str | None) -> str:
    """Whose a status line is: `none`, `ours`, `wrapped` (ours, around theirs), `own` (ours, in their way), `theirs`."""
    if command is None:
        return "none"
    if agents.is_our_status_line(command):
        return "ours" if agents.wrapped(command) is None else "wrapped"
    return "own" if agents.has_our_status_line(command) else "theirs"


def _line(command: str | None) -> str:
    said = shown(command or "")
    match _kind(command):
        case "wrapped":
            return f"ours, together with: {shown(agents.wrapped(command) or '')}"
        case "own":
            return f"ours, in a way of your own: {said}"
        case "theirs":
            return f"not ours: {said}"
        case kind:
            return kind
