"""What a search answers with: frozen shapes that screens and commands share."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from msgspec import Struct

if TYPE_CHECKING:
    from tally_tui.library.phrases import Sought
    from tally_tui.trouble import Trouble


class Reaching(StrEnum):
    """What the indexing of text is at."""

    ALL = "all"
    """What there was is indexed."""
    LATER = "later"
    """The numbers come first."""
    INDEXING = "indexing"
    ELSEWHERE = "elsewhere"
    """Another process is at it."""
    STOPPED = "stopped"
    """A person stopped it."""
    FAILED = "failed"


class Reach(Struct, frozen=True):
    """How much of the logs a search can see. Bytes as they lie on disk."""

    log_bytes: int | None
    """All logs there are; None while unknown."""
    pending_bytes: int
    """Not searchable yet."""
    at: Reaching
    seconds_left: float | None = None
    """Until all is searchable; None while unknown."""
    trouble: Trouble | None = None

    @property
    def share(self) -> float:
        """How much is searchable: from 0 to 1."""
        return 1 - min(1.0, self.pending_bytes / self.log_bytes) if self.log_bytes else 1.0


class SearchHit(Struct, frozen=True):
    """One message that was found. Its text comes from a log and is hostile: shown as text, never as markup."""

    provider: str
    session: str
    """The agent's own id; a Claude subagent's is `parent/agent-…`."""
    root: str
    """The session at the top: what the list shows it under."""
    title: str
    project: str | None
    role: str
    facet: str
    """`prompt`, `reply`, `thinking`, `tool_input`, `tool_output`, `title` or `file`."""
    name: str
    """The tool that was called or answered, or the file's path; '' for others."""
    time_ms: int
    snippet: str
    """The lines around what was found; '' where the log is gone."""
    spans: tuple[tuple[int, int], ...]
    """Where in the snippet what was sought stands: [start, end) of characters."""
    score: float | None
    """From 0 to 1; None when ordered by time."""
    file: str
    offset: int
    length: int
    """The line in the log: bytes, in the uncompressed text of a `.zst`."""
    uuid: str
    """The message's own id, which bookmarks key on; '' where the log gives none or is gone."""
    error: bool = False
    gone: bool = False
    """Its log can no longer be read: the words were found, the text cannot be shown."""
    archived: str = ""
    """Why its text is from the archive, for people; empty where it is from the log."""
    also: tuple[SearchHit, ...] = ()
    """The same message in other sessions: forks, resumed sessions."""


class HitPlace(NamedTuple):
    """A line of a log in which something was found. `parts` are those of its items that have it; none: not known."""

    file: str
    offset: int
    length: int
    facet: str
    parts: tuple[int, ...] = ()


class SessionPlaces(Struct, frozen=True):
    """The answer to a PlacesRequest: all that a search finds in one session and its subagents, in no order."""

    session: str
    query: str
    places: tuple[HitPlace, ...]
    terms: tuple[Sought, ...] = ()


class SessionHits(Struct, frozen=True):
    """The hits of one session, in the order of the answer; sessions in the order of their first hit."""

    provider: str
    session: str
    title: str
    project: str | None
    hits: tuple[SearchHit, ...]


class SearchAnswer(Struct, frozen=True):
    """The answer of `reports.search.search`."""

    query: str
    hits: tuple[SearchHit, ...]
    total: int
    """Messages that match, as far as was counted; one that stands in several logs counts once."""
    total_is_exact: bool
    finished: bool
    """False for what is told on the way: more may follow."""
    unreadable: int = 0
    """Messages that have the words, whose logs are gone: they could not be verified."""
    back_to_ms: int | None = None
    """Where it is not finished: everything newer than this instant was looked at."""
    share: float = 0.0
    """… and that is so much of everything, from 0 to 1."""
    terms: tuple[Sought, ...] = ()
    """What was looked for, to be found in a text as the search found it."""

    def by_session(self) -> tuple[SessionHits, ...]:
        """The hits grouped."""
        groups: dict[tuple[str, str], list[SearchHit]] = {}
        for hit in self.hits:
            groups.setdefault((hit.provider, hit.session), []).append(hit)
        return tuple(
            SessionHits(hits[0].provider, hits[0].session, hits[0].title, hits[0].project, tuple(hits))
            for hits in groups.values()
        )

    @property
    def total_words(self) -> str:
        """The total for people: `12`, `1,000+`."""
        return f"{self.total:,}{'' if self.total_is_exact else '+'}"
