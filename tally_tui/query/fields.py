"""The fields of the query language: what each takes, and what is asked with it."""

from __future__ import annotations

from typing import Final, Literal

from msgspec import Struct

from tally_tui.config_alerts import RULES
from tally_tui.model import Provider, Reason
from tally_tui.query.terms import TEXT

Takes = Literal["names", "choices", "dollars", "tokens", "date"]

FLAGS: Final[dict[str, str]] = {
    "subagent": "made by a subagent",
    "archived": "of a session in the archive, or a thread that Codex put away",
    "error": "with an error",
    "unpriced": "without a known price",
    "estimated": "with an estimated price",
    "inferred": "with a model told from a later record",
    "bookmarked": "with a bookmark",
    "hidden": "of a session hidden from the list",
    "duplicate": "said again, kept out of sums",
    "gone": "whose log file is gone",
}
"""What `is:` takes, each with its meaning."""

_PROVIDERS: Final = (
    (Provider.CLAUDE.word, "Claude Code"),
    (Provider.CODEX.word, "Codex"),
)
_REASONS: Final = (
    (Reason.COPY.word, "the same message in another session's file"),
    (Reason.REPLAY.word, "a fork's or side question's copy of its parent"),
    (Reason.REPEAT.word, "a token count that did not change"),
    (Reason.RECORD.word, "a usage record beside its token count"),
    (Reason.ARCHIVE.word, "the same thread elsewhere"),
)
_AXES: Final = tuple((axis, f"the rule {axis}") for axis in RULES)
_SEVERITIES: Final = (
    ("info", "worth knowing"), ("warn", "will hurt if nothing changes"), ("critical", "hurts now"),
)  # fmt: skip


class Field(Struct, frozen=True):
    """One field."""

    name: str
    takes: Takes
    hint: str
    """What it selects, for completion and help."""
    example: str
    choices: tuple[tuple[str, str], ...] = ()
    """The values there are, each with its meaning, where they are known."""
    in_ledger: bool = True
    """Whether what was spent can be asked with it."""
    in_library: bool = True
    """Whether what was said can be asked with it."""

    @property
    def where(self) -> str:
        """A sentence on where the field works."""
        if self.in_ledger and self.in_library:
            return f"{self.name}: does not narrow what is shown here"
        if not self.in_ledger and not self.in_library:
            return f"{self.name}: narrows the list of alerts; it says nothing here"
        if self.in_library:
            return f"{self.name}: searches conversations; it says nothing about cost"
        return f"{self.name}: narrows calls and their cost; it says nothing about conversations"


_ALL: Final = (
    Field("project", "names", "a project's short name, or its folder", "project:web"),
    Field("folder", "names", "a folder that was worked in, a project's or below it", "folder:*/web/src"),
    Field("model", "names", "the model that answered", "model:opus"),
    Field("provider", "choices", "who bills", "provider:codex", _PROVIDERS),
    Field("account", "names", "an agent's home folder, or its usual one", "account:work", in_library=False),
    Field("session", "names", "a session's id", "session:0199c2"),
    Field("subagent", "names", "a subagent's type", "subagent:Explore", in_library=False),
    Field("branch", "names", "the git branch", "branch:main"),
    Field("version", "names", "the agent's version", "version:2.1*"),
    Field("role", "names", "who said it", "role:user", in_ledger=False),
    Field("tool", "names", "a tool that was used", "tool:Bash", in_ledger=False),
    Field("file", "names", "a file that was read or changed", "file:*.py", in_ledger=False),
    Field("is", "choices", "a property", "is:subagent", tuple(FLAGS.items())),
    Field("reason", "choices", "why a duplicate is one", "reason:copy", _REASONS, in_library=False),
    Field("axis", "choices", "what an alert is about", "axis:weekly", _AXES, in_ledger=False, in_library=False),
    Field("rule", "names", "the rule that made an alert", "rule:budget", in_ledger=False, in_library=False),
    Field(
        "severity", "choices", "how grave an alert is", "severity:critical", _SEVERITIES,
        in_ledger=False, in_library=False,
    ),
    Field("since", "date", "from then on", "since:7d"),
    Field("until", "date", "up to then, that day included", "until:2026-11-01"),
    Field("cost", "dollars", "dollars", "cost:>1"),
    Field("tokens", "tokens", "tokens in all", "tokens:>100k"),
    Field("length", "tokens", "prompts and answers of a session", "length:>200", in_library=False),
    Field("context", "tokens", "tokens in a session's context, or how full it is", "context:>80%", in_library=False),
)
FIELDS: Final[dict[str, Field]] = {field.name: field for field in _ALL}

LISTS: Final = frozenset(field.name for field in _ALL if field.takes in ("names", "choices"))
"""The fields that take several values, and `*`."""

ALIASES: Final[dict[str, dict[str, str]]] = {
    "provider": {"anthropic": "claude", "claude-code": "claude", "openai": "codex"},
}
"""Other words for a field's choices."""

_LIBRARY_FLAGS: Final = frozenset({"is:error"})
LEDGER: Final = frozenset(
    {TEXT, *(field.name for field in _ALL if field.in_ledger and field.name != "is")}
    | ({f"is:{flag}" for flag in FLAGS} - _LIBRARY_FLAGS)
)
"""What can be asked about what was spent: an `allow` for `parse`."""
LIBRARY: Final = frozenset({TEXT, *(field.name for field in _ALL if field.in_library)})
"""What can be asked about what was said: an `allow` for `parse`."""

ALERTS: Final = frozenset({TEXT, "axis", "rule", "severity", "provider", "project", "session", "since", "until"})
"""What can be asked about alerts: an `allow` for `parse`."""

BUDGETS: Final = frozenset({TEXT, "provider", "account", "project", "model"})
"""What can be asked about budgets: an `allow` for `parse`."""


def allowed(name: str, allow: frozenset[str] | None) -> bool:
    """Whether a field (`is` too, if any of its values) is in an `allow`; None allows everything."""
    return allow is None or name in allow or (name == "is" and any(each.startswith("is:") for each in allow))


def flag_allowed(flag: str, allow: frozenset[str] | None) -> bool:
    """Whether `is:flag` is in an `allow`; `is` alone allows all of them."""
    return allow is None or "is" in allow or f"is:{flag}" in allow
