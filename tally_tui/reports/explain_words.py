"""The sentences of `explain`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from msgspec import Struct, field

from tally_tui.model import Reason
from tally_tui.reports.answers import ExplainLine, Figures
from tally_tui.rules.figures import money

_NAMES_SHOWN: Final = 5


class Doubts(Struct, frozen=True):
    """What stands behind a total, besides its figures."""

    lines: int
    unreadable: Mapping[str, int]
    unknown: Mapping[str, int]
    files: int
    files_gone: int
    unpriced_models: tuple[str, ...]
    low_confidence: int
    """Sessions whose replays were told by timing."""
    claude_calls: int
    unfinished: int
    """Claude calls whose lines never say why the model stopped."""
    sessions_below_own_total: int
    below_own_total: int
    """Nano-dollars by which the agent's own totals of those sessions are larger."""
    tiers: Mapping[str, int] = field(default_factory=dict)
    """Service tier → how many calls were paid as that, of all but the standard one."""


_LEFT_OUT: Final = {
    Reason.COPY: ("copy in another session's file", "copies in other sessions' files"),
    Reason.REPLAY: ("replay of a parent's call", "replays of a parent's calls"),
    Reason.REPEAT: (
        "repeat of a token count that did not change",
        "repeats of a token count that did not change",
    ),
    Reason.RECORD: ("usage record beside its token count", "usage records beside their token counts"),
    Reason.ARCHIVE: (
        "call of a thread that is logged elsewhere too",
        "calls of threads that are logged elsewhere too",
    ),
}


def sentences(
    totals: Figures, duplicates: Mapping[Reason, int], unobserved: int, doubts: Doubts
) -> tuple[ExplainLine, ...]:
    """A total's sentences, what was counted first; what did not happen has none."""
    found = [
        ExplainLine(
            "calls", totals.calls, f"{_count(totals.calls, 'call')} from {_count(doubts.lines, 'line')}"
        )
    ]
    for reason, count in sorted(duplicates.items()):
        one, several = _LEFT_OUT[reason]
        found.append(
            ExplainLine(
                reason.word, count, f"{_count(count, one, several)} left out", f"reason:{reason.word}"
            )
        )
    if totals.unpriced_calls:
        found.append(
            ExplainLine(
                "unpriced",
                totals.unpriced_calls,
                f"{_count(totals.unpriced_calls, 'call')} without a known price "
                f"({_listed(doubts.unpriced_models)}): "
                f"{_count(totals.unpriced_tokens, 'token')} counted, their cost is not",
                "is:unpriced",
            )
        )
    for tier, count in doubts.tiers.items():
        name = "fast mode or the priority tier" if tier == "priority" else f"the {tier} tier"
        found.append(ExplainLine("tier", count, f"{_count(count, 'call')} at the price of {name}"))
    if totals.estimated_calls:
        text = f"{_count(totals.estimated_calls, 'call')} with an estimated price, which the cost includes"
        found.append(ExplainLine("estimated", totals.estimated_calls, text, "is:estimated"))
    if totals.inferred_calls:
        text = f"{_count(totals.inferred_calls, 'call')} whose model was told from a later record"
        found.append(ExplainLine("inferred", totals.inferred_calls, text, "is:inferred"))
    if unobserved:
        text = f"{_count(unobserved, 'token')} that a Codex total shows and no record explains, in no sum"
        found.append(ExplainLine("unobserved", unobserved, text))
    if doubts.low_confidence:
        text = f"{_count(doubts.low_confidence, 'fork')} without its parent's log: replays told by timing"
        found.append(ExplainLine("low_confidence", doubts.low_confidence, text))
    for kind, words, names in (
        ("unreadable", "could not be read", doubts.unreadable),
        ("unknown", "of a type not known here, not counted", doubts.unknown),
    ):
        if names:
            count = sum(names.values())
            each = [f"{name} {lines:,}" for name, lines in names.items()]
            found.append(ExplainLine(kind, count, f"{_count(count, 'line')} {words}: {_listed(each)}"))
    if doubts.files_gone:
        text = f"{doubts.files_gone:,} of {_count(doubts.files, 'log file')} gone, their calls are kept"
        found.append(ExplainLine("gone", doubts.files_gone, text, "is:gone"))
    return tuple(found)


def lower_bound_words(doubts: Doubts) -> tuple[str, ...]:
    """Why the logs are known to leave spend out; empty where they are not."""
    why = []
    if doubts.claude_calls:
        why.append("Claude Code does not log all its requests (titles, suggestions, some compactions)")
    if doubts.unfinished:
        calls = _count(doubts.unfinished, "Claude call")
        why.append(f"{calls} never logged as finished: the output may have been longer")
    if doubts.sessions_below_own_total:
        sessions = _count(doubts.sessions_below_own_total, "session")
        why.append(f"Claude Code's own totals of {sessions} are {money(doubts.below_own_total)} higher")
    return tuple(why)


def _count(number: int, one: str, several: str = "") -> str:
    return f"{number:,} {one if number == 1 else several or one + 's'}"


def _listed(names: tuple[str, ...] | list[str]) -> str:
    more = len(names) - _NAMES_SHOWN
    return ", ".join(names[:_NAMES_SHOWN]) + (f" and {more} more" if more > 0 else "")
