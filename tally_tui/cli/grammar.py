"""What may be typed: every command, its options, and what its words mean. Help and docs come from here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from tally_tui.reports.answers import GROUPS

QUERY: Final = "QUERY"
"""The words of a command are a question in the query language."""


@dataclass(frozen=True, slots=True)
class Option:
    """One option. `takes` names its value; None: it is a switch."""

    name: str
    help: str
    takes: str | None = None
    choices: tuple[str, ...] = ()
    many: bool = False
    """Whether it takes several choices: comma-separated, or given again."""

    @property
    def key(self) -> str:
        return self.name.lstrip("-").replace("-", "_")


@dataclass(frozen=True, slots=True)
class Command:
    """One command. `words` says what its positional words are; empty: it takes none."""

    name: str
    summary: str
    options: tuple[Option, ...] = ()
    words: str = ""
    aliases: tuple[str, ...] = ()
    actions: tuple[tuple[str, str], ...] = ()
    """Where the first word is one of few: what each is called (with its own words), and what it does."""


DEMO: Final = Option("--demo", "on a made-up month of logs in a temporary folder; nothing of yours is read")
HELP: Final = Option("--help", "this help")
VERSION: Final = Option("--version", "the version")
GLOBAL: Final = (DEMO, HELP, VERSION)

MODES: Final = ("auto", "calculate", "display")

JSON: Final = Option("--json", "as JSON (docs/json.md)")
CSV: Final = Option("--csv", "as CSV, the JSON's rows and names")
SINCE: Final = Option("--since", "from this day or time on: 2026-11-01, 7d, today, last-week …", "DATE")
UNTIL: Final = Option("--until", "up to the end of this day, or up to this time", "DATE")
TZ: Final = Option("--tz", "the time zone days are cut in: Europe/Vienna, UTC, local", "ZONE")
MODE: Final = Option("--mode", "the cost: auto (as logged, else computed), calculate, display", "MODE", MODES)
LIMIT: Final = Option("--limit", "at most so many rows", "N")
NO_SYNC: Final = Option("--no-sync", "answer from what is kept; read no logs first")
REVERSE: Final = Option("--reverse", "turn the order around")
BY: Final = Option("--by", "group by these, in this order", "FIELD[,FIELD]", GROUPS, many=True)

SORTS: Final[dict[str, tuple[str, ...]]] = {
    "usage": ("key", "cost", "calls", "sessions", "tokens", "input", "output"),
    "sessions": ("last", "cost", "tokens", "calls", "title"),
    "calls": ("time", "cost", "tokens", "model"),
}


def _sort(command: str) -> Option:
    words = SORTS[command]
    return Option("--sort", f"{', '.join(words[:-1])} or {words[-1]}", "FIELD", words)


_ASK: Final = (SINCE, UNTIL, TZ)
_ROWS: Final = (REVERSE, LIMIT)
_FORM: Final = (JSON, CSV)

COMMANDS: Final = (
    Command(
        "usage",
        "what was spent, grouped",
        (BY, *_ASK, MODE, _sort("usage"), *_ROWS, *_FORM, NO_SYNC),
        QUERY,
    ),
    Command(
        "today",
        "the short answer: now, today, this week, this month",
        (TZ, MODE, *_FORM, NO_SYNC),
        QUERY,
        aliases=("now",),
    ),
    Command(
        "sessions",
        "sessions, the latest first",
        (*_ASK, MODE, _sort("sessions"), *_ROWS, *_FORM, NO_SYNC),
        QUERY,
    ),
    Command(
        "calls",
        "single calls, and the lines they came from",
        (*_ASK, MODE, _sort("calls"), *_ROWS, *_FORM, NO_SYNC),
        QUERY,
    ),
    Command("explain", "the total that explains itself", (*_ASK, MODE, *_FORM, NO_SYNC), QUERY),
    Command(
        "sync",
        "read what is new in the logs",
        (
            Option("--rebuild", "read every log afresh; what no longer exists is kept"),
            Option("--verify", "then recompute every sum and compare"),
            Option("--accounting-only", "only what was spent (all there is so far)"),
            JSON,
        ),
    ),
    Command("paths", "where logs are looked for, and where things are kept", _FORM),
    Command(
        "config",
        "settings",
        _FORM,
        "ACTION",
        actions=(
            ("path", "where the settings are"),
            ("list", "every setting, its default, and where its value is from"),
            ("get KEY", "one setting"),
            ("set KEY VALUE", "change one; comments in the file stay"),
            ("unset KEY", "back to the default"),
        ),
    ),
    Command(
        "prices",
        "the price table",
        (JSON,),
        "ACTION",
        actions=(("update", "fetch today's prices (the one command that uses the network)"),),
    ),
    Command("help", "this help, or a command's", (), "[COMMAND]"),
)


def command(word: str) -> Command | None:
    return next((each for each in COMMANDS if word == each.name or word in each.aliases), None)
