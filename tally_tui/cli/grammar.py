"""What may be typed: every command, its options, and what its words mean. Help and docs come from here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from msgspec import Struct

from tally_tui.config_alerts import RULES
from tally_tui.config_budgets import PERIODS, PROVIDERS, UNITS
from tally_tui.library.facets import GROUPS as FACETS
from tally_tui.reports.report_names import ALIASES, REPORTS

if TYPE_CHECKING:
    from collections.abc import Callable

QUERY: Final = "QUERY"
"""The words of a command are a question in the query language."""


class Option(Struct, frozen=True):
    """One option. `takes` names its value; None: it is a switch."""

    name: str
    help: str
    takes: str | None = None
    choices: tuple[str, ...] = ()
    many: bool = False
    """Whether it takes several choices: comma-separated, or given again."""
    describe: Callable[[], str] | None = None
    """Returns what it does, where `help` is empty: for texts that cost something to get."""

    @property
    def meaning(self) -> str:
        """What it does, for people."""
        return self.describe() if self.describe else self.help

    @property
    def key(self) -> str:
        return self.name.lstrip("-").replace("-", "_")


class Command(Struct, frozen=True):
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

THEN: Final = Option("--then", "first run this status line, and show it together with ours", "COMMAND")
OF_CODEX: Final = Option("--codex", "Codex calls, not Claude Code")
FIVE_HOUR: Final = Option("--five-hour", "how much of the five-hour limit is used", "PERCENT")
FIVE_HOUR_RESETS: Final = Option(
    "--five-hour-resets-at", "when it resets: epoch seconds, or ISO 8601 (UTC, or with its offset)", "TIME"
)
SEVEN_DAY: Final = Option("--seven-day", "how much of the seven-day limit is used", "PERCENT")
SEVEN_DAY_RESETS: Final = Option("--seven-day-resets-at", "when it resets", "TIME")
SET_UP_CLAUDE: Final = Option("--claude", "only Claude Code")
SET_UP_CODEX: Final = Option("--codex", "only Codex")
STATUS: Final = Option("--status", "only tell what is set up")
DRY_RUN: Final = Option("--dry-run", "only show what would change")
UNINSTALL: Final = Option("--uninstall", "take out what is ours, and nothing else")
YES: Final = Option("--yes", "do not ask")

UNIT: Final = Option("--unit", "of the amount", "UNIT", UNITS)
ACCOUNT: Final = Option("--account", "only this account's calls, by its home folder's name (needs --provider)", "NAME")
PROVIDER: Final = Option("--provider", "only this agent's calls", "PROVIDER", PROVIDERS)
PROJECT: Final = Option("--project", "only this project; * stands for anything", "NAME")
MODEL: Final = Option("--model", "only models with this in their name", "NAME")
ONLY: Final = Option("--query", "only calls that a query finds", "QUERY")
PERIOD: Final = Option("--period", "how long the amount has to last", "PERIOD", PERIODS)
THRESHOLDS: Final = Option("--thresholds", "percents that fire an alert", "N[,N]")
PROJECTED: Final = Option("--projected", "also alert when the projection passes them")

WINDOWS: Final = Option("--windows", "of so many windows of each limit, the newest first", "N")
NAME: Final = Option("--name", "the limit's own name, where it is not the plan's", "LIMIT")
WINDOW: Final = Option("--window", "the limit's length: 5h, 7d (without it 7d)", "LENGTH")
ROOT: Final = Option("--root", "the agent's home folder, where there are several accounts", "FOLDER")
AT: Final = Option("--at", "from when on: 2h, today, 2026-11-01T14:00 (without it now)", "DATE")

AXIS: Final = Option("--axis", "only alerts about this", "AXIS[,AXIS]", tuple(RULES), many=True)

RANKED: Final = Option("--ranked", "the best first, of the newest thousand; else the newest first")
SAVED: Final = Option("--saved", "a search that was saved on the screen; words narrow it further", "NAME")
IN: Final = Option("--in", "only in these", "WHAT[,WHAT]", tuple(FACETS), many=True)

DEPTH: Final = Option(
    "--depth", "1 prompts, 2 replies, 3 subagents, 4 tools, 5 everything (without it 2; as HTML or JSON 5)", "N",
    ("1", "2", "3", "4", "5", "prompts", "chat", "all"),
)  # fmt: skip
MD: Final = Option("--md", "as Markdown (it is without a form, too)")
HTML: Final = Option("--html", "as one HTML file that needs no network")
RAW: Final = Option("--raw", "as it stands in the log; else secrets, home folders and mail addresses are masked")
NAMED: Final = Option("--named", "home folders and mail addresses as they are; secrets stay masked")
BRANCHES: Final = Option("--branches", "also what was taken back by rewinding")

FOUND: Final = Option("--query", "every session that a query finds", "QUERY")

NOTE: Final = Option("--note", "and write this note about it", "TEXT")

_ASK: Final = (SINCE, UNTIL, TZ)
_ROWS: Final = (REVERSE, LIMIT)
_FORM: Final = (JSON, CSV)

MARKDOWN: Final = Option("--md", "as Markdown tables")
SCHEMA: Final = Option("--schema", "the JSON Schema of --json; nothing is read")
PRIVACY: Final = Option(
    "--privacy", "normal, redacted (names and paths as aliases, no text) or strict (ids as aliases, no paths)",
    "LEVEL", ("normal", "redacted", "strict"),
)  # fmt: skip

COMMANDS: Final = (
    *(Command(name, summary, words=QUERY, aliases=ALIASES.get(name, ())) for name, summary in REPORTS.items()),
    Command(
        "search",
        "where in all conversations something was said, the newest first",
        (SAVED, IN, RANKED, *_ASK, LIMIT, JSON, NO_SYNC),
        QUERY,
    ),
    Command(
        "library",
        "the index that search looks in",
        (JSON,),
        "ACTION",
        actions=(
            ("status", "how much can be searched, and what room it takes"),
            ("rebuild", "make it anew from the logs"),
            ("remove", "delete it; `tally-tui sync` makes it again"),
        ),
    ),
    Command(
        "read",
        "a session's conversation; the beginning of its id is enough",
        (DEPTH, MD, HTML, JSON, NAMED, RAW, BRANCHES, TZ, NO_SYNC),
        "SESSION",
    ),
    Command(
        "bookmarks",
        "sessions and messages you marked, and your notes",
        (NOTE, JSON, NO_SYNC),
        "ACTION",
        actions=(
            ("list", "every bookmark and note, the newest first"),
            ("add SESSION", "bookmark a session; the beginning of its id is enough"),
            ("remove SESSION", "remove a session's bookmark and its note"),
        ),
    ),
    Command(
        "compare",
        "two sessions side by side: cost, tokens, errors, tools, files, prompts",
        (MODE, TZ, JSON, NO_SYNC),
        "SESSION SESSION",
    ),
    Command(
        "archive",
        "sessions kept, compressed, before their agent deletes their logs",
        (FOUND, YES, JSON, NO_SYNC),
        "ACTION",
        actions=(
            ("status", "how much is kept, and in how much room"),
            ("list", "every archived session, the latest first"),
            ("add SESSION", "archive a session now, and again when it has grown; or --query"),
            ("remove SESSION", "delete a session's copies; no rule brings them back"),
            ("run", "archive what the settings' rules find, and what has grown"),
        ),
    ),
    Command(
        "sync",
        "read what is new in the logs",
        (
            Option("--rebuild", "read every log afresh; what no longer exists is kept"),
            Option("--verify", "then recompute every sum and compare"),
            Option("--accounting-only", "only what was spent; text stays as searchable as it is"),
            JSON,
        ),
    ),
    Command("limits", "where the agents' limits stand", (TZ, MODE, JSON, NO_SYNC)),
    Command("forecast", "where each limit will stand at its reset", (TZ, MODE, JSON, NO_SYNC)),
    Command(
        "milestones",
        "when each percent of a limit was passed, and what it cost",
        (WINDOWS, TZ, MODE, JSON, NO_SYNC),
    ),
    Command(
        "credit",
        "percents of a limit that were handed back to you, where readings do not tell",
        (PROVIDER, NAME, WINDOW, ROOT, AT, DRY_RUN, TZ, JSON),
        "ACTION",
        actions=(
            ("list", "what you told of, the newest first"),
            ("add PERCENT", "the limit fell to this percentage"),
            ("remove ID", "it did not"),
        ),
    ),
    Command(
        "credits",
        "what Codex's windows come to in credits, and what is left of a plan's allowance",
        (TZ, JSON, NO_SYNC),
        "ACTION",
        actions=(
            ("list", "credits of each open window, by model"),
            ("allowance", "what you said the windows give in all"),
            ("allowance set WINDOW CREDITS", "say so: 7d 1000"),
            ("allowance unset WINDOW", "forget it"),
            ("allowance paste", "take what Codex's /status says from stdin, as readings"),
        ),
    ),
    Command(
        "budget",
        "what may be spent, and how it stands",
        (UNIT, PROVIDER, ACCOUNT, PROJECT, MODEL, ONLY, PERIOD, THRESHOLDS, PROJECTED, TZ, MODE, JSON, NO_SYNC),
        "ACTION",
        actions=(
            ("list", "every budget: spent, left, pace and verdict"),
            ("set NAME AMOUNT", "add one, or change the one of that name"),
            ("unset NAME", "remove one"),
        ),
    ),
    Command(
        "alerts",
        "what you were told of limits, budgets and costs",
        (AXIS, *_ASK, LIMIT, JSON),
        "ACTION",
        actions=(
            ("list", "the alerts, the latest first"),
            ("ack ID|all", "mark one, or all, as seen"),
            ("snooze LENGTH [RULE]", "only record them for 30m, 2h or 3d; off ends it"),
            ("check", "look now, and tell what is new"),
            ("test", "send an example of each through every channel; nothing is kept"),
        ),
    ),
    Command("watch", "read logs as they grow and tell alerts, without a screen, until Ctrl-C"),
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
    Command(
        "setup",
        "put the status line and hooks into Claude Code and Codex",
        (STATUS, DRY_RUN, UNINSTALL, SET_UP_CLAUDE, SET_UP_CODEX, YES, JSON),
    ),
    Command(
        "record",
        "hand over a reading of Claude's limits; without options, as JSON on stdin",
        (FIVE_HOUR, FIVE_HOUR_RESETS, SEVEN_DAY, SEVEN_DAY_RESETS),
    ),
    Command("statusline", "Claude Code's status line (Claude Code runs it)", (THEN,)),
    Command("hook", "a hook's call (the agents run it)", (OF_CODEX,), "EVENT"),
    Command(
        "completion",
        "what a shell needs to complete commands, options and queries",
        (),
        "SHELL",
        actions=(
            ("bash", "eval \"$(tally-tui completion bash)\" in ~/.bashrc"),
            ("zsh", "eval \"$(tally-tui completion zsh)\" in ~/.zshrc, below compinit"),
            ("fish", "tally-tui completion fish > ~/.config/fish/completions/tally-tui.fish"),
        ),
    ),
    Command("help", "this help, or a command's", (), "[COMMAND]"),
)


def command(word: str) -> Command | None:
    """A command by its name or alias, or None. The options of a report's command are made from its query."""
    found = next((each for each in COMMANDS if word == each.name or word in each.aliases), None)
    if found is not None and found.name in REPORTS:
        from tally_tui.cli.report_command import command_of

        return command_of(found)
    return found
