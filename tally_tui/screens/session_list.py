"""What the list of sessions shows of each: its lines, its columns, its subagents."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from tally_tui.reports.answers import Figures, SessionRow, Sessions
from tally_tui.reports.excerpts import Excerpt
from tally_tui.reports.search_answers import SearchHit
from tally_tui.rules.zones import local
from tally_tui.screens.breakdown import named
from tally_tui.screens.paged_rows import PagedRows
from tally_tui.widgets import figures
from tally_tui.widgets.archive_line import SIGN, deleted_in
from tally_tui.widgets.folding import Folding
from tally_tui.widgets.session_card import Card, Fact
from tally_tui.widgets.table import Cell, Column
from tally_tui.widgets.transcript.safe import line

LIVE_MS = 600_000
"""A session with a call in the last ten minutes is live."""
COMPARED = "⇄"
"""Beside the title of the session that the next one is compared with."""
NEARLY_FULL = 0.8
"""Of a context: the agent will soon compact it."""
SORTS: Mapping[str, str] = {
    "last": "last call", "cost": "cost", "tokens": "tokens", "length": "length", "context": "context",
    "title": "title", "project": "project", "branch": "branch", "model": "model", "started": "start",
}  # fmt: skip
"""What `s` walks through, as people call it."""
COLUMNS = (
    Column("title", "Session", 16),
    Column("last", "Last", 7),
    Column("cost", "Cost", 9, right=True),
    Column("project", "Project", 14, grow=6),
    Column("model", "Model", 16, grow=8),
    Column("tokens", "Tokens", 7, right=True),
    Column("length", "Length", 7, right=True),
    Column("context", "Context", 8, right=True),
    Column("branch", "Branch", 14, grow=8),
    Column("agents", "Agents", 6, right=True, sortable=False),
    Column("started", "Started", 8),
    Column("by", "By", 6, sortable=False),
)


def bare(hit: SearchHit) -> SessionRow:
    """A session of which only a search has told so far."""
    nothing = Figures()
    return SessionRow(
        hit.provider, hit.root, None, hit.title, hit.project, None, None, None, (), hit.time_ms, hit.time_ms,
        nothing, nothing, 0, hit.file, hit.gone,
    )  # fmt: skip


@dataclass
class Known:
    """What the list knows besides its rows."""

    zone: ZoneInfo
    opened: str | None = None
    """The session in the reader."""
    compared: str | None = None
    """The session that is marked for comparing."""
    excerpts: dict[str, Excerpt] = field(default_factory=dict)
    """Log's path → its words."""
    below: dict[str, tuple[SessionRow, ...]] = field(default_factory=dict)
    """Session → its subagents, where they were asked for."""


class SessionRows(PagedRows[SessionRow]):
    """Some sessions of many, some with their subagents below them."""

    def __init__(self, answer: Sessions, offset: int, unfolded: Mapping[int, int], known: Known, now: int) -> None:
        super().__init__(answer.rows, answer.total_rows, offset)
        self.unfolded, self.known, self.now = dict(unfolded), known, now
        self.folding = Folding(unfolded)

    def __len__(self) -> int:
        return self.folding.count(self.total)

    def at(self, row: int) -> SessionRow | None:
        """The session or subagent of a row; None: not here yet."""
        place, below = self.folding.place(row)
        session = super().at(place)
        if session is None or below is None:
            return session
        agents = self.known.below.get(session.session, ())
        return agents[below] if below < len(agents) else None

    def row_of(self, session: str) -> int | None:
        """The row of a session or subagent, where it is at hand."""
        for number, root in enumerate(self.page):
            place = self.offset + number
            if root.session == session:
                return self.folding.row_of(place)
            if place in self.unfolded:
                for below, agent in enumerate(self.known.below.get(root.session, ())):
                    if agent.session == session:
                        return self.folding.row_of(place, below)
        return None

    def level(self, row: int) -> int:
        _, below = self.folding.place(row)
        if below is None:
            return 0
        agent = self.at(row)
        return 1 if agent is None else agent.session.count("/agent-") or 1

    def subagents(self, row: int) -> int:
        session = self.at(row)
        return session.subagents if session is not None and not self.level(row) else 0

    def live(self, session: SessionRow) -> bool:
        return self.now - session.last_ms < LIVE_MS

    def cells(self, row: int) -> Sequence[Cell] | None:
        session = self.at(row)
        if session is None:
            return None
        opened, live = session.session == self.known.opened, self.live(session)
        sign = "▌" * opened + "●" * live + " " if opened or live else "  "
        marks = self._marks(session)
        return (
            sign + (f"{marks} " if marks else "") + line(named(session)),
            short_day(session.last_ms, self.known.zone, self.now),
            figures.cost(session.figures),
            line(session.project or "–"),
            line(", ".join(session.models)),
            figures.count(session.figures.tokens.total),
            f"{session.messages:,}" if session.messages is not None else "–",
            context(session),
            line(session.branch or "–"),
            f"{self._sign(row)} {session.subagents}" if session.subagents else "",
            short_day(session.first_ms, self.known.zone, self.now),
            session.provider,
        )

    def card(self, row: int) -> Card | None:
        session = self.at(row)
        if session is None:
            return None
        opened, live = session.session == self.known.opened, self.live(session)
        when = short_day(session.last_ms, self.known.zone, self.now)
        level = self.level(row)
        if level:
            return Card(_agent_title(session), when, "", _agent_facts(session), live=live, opened=opened, level=level)
        words = self.known.excerpts.get(session.file or "", Excerpt())
        title, prompt = line(named(session)), line(words.prompt)
        if prompt.startswith(title.rstrip("…")[:40]):
            prompt = ""
        return Card(
            title, when, figures.cost(session.figures), tuple(self._facts(session, row)), prompt, line(words.reply),
            _noted(session), live, opened, self._marks(session),
        )  # fmt: skip

    def _facts(self, session: SessionRow, row: int) -> list[Fact]:
        found = [
            Fact("project", line(session.project or "no project"), 2, "fact" if session.project else "quiet"),
            Fact("branch", line(session.branch or ""), 8),
            Fact("model", line(short_models(session.models)), 5),
            Fact("tokens", f"{figures.count(session.figures.tokens.total)} tokens", 7),
        ]
        if session.turns:
            found.append(Fact("turns", f"{session.turns:,} turn{'' if session.turns == 1 else 's'}", 6))
        if session.messages:
            found.append(Fact("messages", f"{session.messages:,} messages", 9))
        if session.fill is not None:
            style = "warn" if session.fill >= NEARLY_FULL else "fact"
            found.append(Fact("context", f"{context(session)} full", 4, style, session.fill, context(session)))
        elif session.context:
            found.append(Fact("context", f"{figures.count(session.context)} in context", 4))
        elif session.context_unknown:
            found.append(Fact("context", "? in context", 4))
        if session.subagents:
            count, plural = f"{self._sign(row)} {session.subagents} sub", "" if session.subagents == 1 else "s"
            found.append(Fact("subagents", f"{count}agent{plural}", 3, "sign", short=count))
        found.append(Fact("deletion", deleted_in(session, self.now), 3, "warn"))
        return [fact for fact in found if fact.text]

    def _marks(self, session: SessionRow) -> str:
        return (COMPARED if session.session == self.known.compared else "") + signs(session)

    def _sign(self, row: int) -> str:
        return "▾" if self.folding.place(row)[0] in self.unfolded else "▸"


def signs(session: SessionRow) -> str:
    """A session's marks: bookmarked, with a note, archived, hidden."""
    kept = ("★" if session.bookmarked else "") + ("✎" if session.note else "") + (SIGN if session.archived else "")
    return kept + ("(hidden)" if session.hidden else "")


def context(session: SessionRow) -> str:
    """How full a session's context is, as short as can be: percent, tokens where nobody knows how many fit."""
    if session.fill is not None:
        return f"{figures.whole_percent(session.fill * 100)} %"
    unknown = "?" if session.context_unknown else "–"
    return figures.count(session.context) if session.context else unknown


def short_models(models: Sequence[str]) -> str:
    """The model that cost most, without its maker's name, and how many others there were."""
    if not models:
        return ""
    first = models[0].rpartition("/")[2].removeprefix("claude-")
    return first if len(models) == 1 else f"{first} +{len(models) - 1}"


def _agent_title(session: SessionRow) -> str:
    title, agent = line(named(session)), line(session.agent or "")
    return title if not agent or agent == title or agent in session.session else f"{agent} · {title}"


def _agent_facts(session: SessionRow) -> tuple[Fact, ...]:
    return (
        Fact("context", context(session), 3),
        Fact("model", line(short_models(session.models)), 2),
        Fact("cost", figures.cost(session.figures), 1),
    )


def _noted(session: SessionRow) -> str:
    """What a person wrote about a session, else why it has no words."""
    return f"✎ {line(session.note)}" if session.note else _no_words(session)


def _no_words(session: SessionRow) -> str:
    if session.file is None:
        return "Only its subagents' logs were found." if session.subagents else "No log of it was found."
    if session.file_gone:
        kept = "its words are in the archive" if session.archived else "what it cost is kept"
        return f"Its log is gone; {kept}."
    return ""


def short_day(instant: int, zone: ZoneInfo, now: int) -> str:
    """Today's by the clock, this year's by the day, others by the month."""
    moment, today = local(instant, zone), local(now, zone)
    if moment.date() == today.date():
        return f"{moment:%H:%M}"
    return f"{moment.day:2d} {moment:%b}" if moment.year == today.year else f"{moment:%Y-%m}"


def short_time(instant: int, zone: ZoneInfo, now: int) -> str:
    """A local time: today's by the clock, this year's without the year."""
    moment, today = local(instant, zone), local(now, zone)
    if moment.date() == today.date():
        return f"{moment:%H:%M}"
    if moment.year == today.year:
        return f"{moment.day:2d} {moment:%b %H:%M}"
    return f"{moment:%Y-%m-%d}"
