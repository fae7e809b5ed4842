"""Help: written from the grammar, so that it says what is there."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from tally_tui.cli.grammar import COMMANDS, DEMO, GLOBAL, QUERY, Command, Option

WIDTH = 96

EXAMPLES = {
    "usage": (
        "tally-tui usage --by day --since 7d",
        "tally-tui usage --by project,model --since last-month --until last-month",
        "tally-tui usage model:opus is:subagent --by session --sort cost --limit 10 --json",
    ),
    "today": ("tally-tui today", "tally-tui today project:shop --json"),
    "sessions": ("tally-tui sessions --since today", "tally-tui sessions 'cost:>5' --sort cost"),
    "calls": ("tally-tui calls --since today --sort cost --limit 20", "tally-tui calls is:unpriced --csv"),
    "explain": ("tally-tui explain --since this-month",),
    "search": ("tally-tui search lamp --limit 5", "tally-tui search 'role:user since:2mo' --in prompts --json"),
    "library": ("tally-tui library status --json",),
    "bookmarks": ("tally-tui bookmarks", "tally-tui bookmarks list --json"),
    "archive": ("tally-tui archive status", "tally-tui archive list --json"),
    "alerts": ("tally-tui alerts list --since last-week", "tally-tui alerts list --axis weekly,budget --json"),
    "sync": ("tally-tui sync", "tally-tui sync --verify"),
    "setup": ("tally-tui setup --status", "tally-tui setup --dry-run"),
    "config": ("tally-tui config set time_zone Europe/Vienna", "tally-tui config list"),
}


def help_text(chosen: Command | None) -> str:
    """What `tally-tui help` says, about everything or about one command."""
    return _command(chosen) if chosen else _everything()


def _everything() -> str:
    return "\n".join(
        [
            "tally-tui: what your coding agents cost.",
            "",
            "  tally-tui                     the screen",
            "  tally-tui --demo              the screen on made-up logs",
            "  tally-tui COMMAND [OPTIONS]   one answer, as a table, --json or --csv",
            "",
            "Commands",
            *_pairs([(each.name, each.summary) for each in COMMANDS]),
            "",
            "Options",
            *_pairs([(each.name, each.meaning) for each in GLOBAL]),
            "",
            "`tally-tui help COMMAND` tells what a command takes.",
            "",
            "Environment",
            *_pairs(
                [
                    ("CLAUDE_CONFIG_DIR", "Claude Code's folders, comma-separated, in place of ~/.claude"),
                    ("CODEX_HOME", "Codex's folders, comma-separated, in place of ~/.codex"),
                    ("TALLY_DATA_DIR", "where what was read is kept"),
                    ("TALLY_CONFIG_DIR", "where config.toml is"),
                    ("TALLY_NOW", "a frozen clock: an ISO 8601 instant"),
                    ("TALLY_DEBUG", "1: show where something unexpected went wrong"),
                    ("NO_COLOR", "no colours"),
                ]
            ),
        ]
    )


def _command(chosen: Command) -> str:
    also = f" (also: {', '.join(chosen.aliases)})" if chosen.aliases else ""
    words = "[QUERY]" if chosen.words == QUERY else chosen.words
    parts = ("tally-tui", chosen.name, words, "[OPTIONS]" if chosen.options else "")
    lines = [f"tally-tui {chosen.name}: {chosen.summary}{also}.", "", "  " + " ".join(filter(None, parts))]
    if chosen.actions:
        lines += ["", "Actions", *_pairs(list(chosen.actions))]
    if chosen.options:
        options = [(_spelled(option), option.meaning) for option in (*chosen.options, DEMO)]
        lines += ["", "Options", *_pairs(options)]
        lines += [
            line
            for option in chosen.options
            if option.many
            for line in ("", f"{option.name} takes", *_wrapped(", ".join(option.choices), 2))
        ]
    if chosen.words == QUERY:
        lines += ["", "The query is made of words as in the screen's filter (`/`): see docs/query.md."]
    if chosen.name in EXAMPLES:
        lines += ["", "Examples", *(f"  {each}" for each in EXAMPLES[chosen.name])]
    return "\n".join(lines)


def _spelled(option: Option) -> str:
    return f"{option.name} {option.takes}" if option.takes else option.name


def _pairs(pairs: Sequence[tuple[str, str]]) -> list[str]:
    widest = max(len(name) for name, _ in pairs)
    lines = []
    for name, text in pairs:
        first, *rest = textwrap.wrap(text, WIDTH - widest - 4)
        lines.append(f"  {name:<{widest}}  {first}")
        lines += [" " * (widest + 4) + line for line in rest]
    return lines


def _wrapped(text: str, indent: int) -> list[str]:
    return [" " * indent + line for line in textwrap.wrap(text, WIDTH - indent)]
