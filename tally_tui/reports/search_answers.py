"""What a search answers with: frozen shapes that screens and commands share."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SearchHit:
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


@dataclass(frozen=True, slots=True)
class SessionHits:
    """The hits of one session, in the order of the answer; sessions in the order of their first hit."""

    provider: str
    session: str
    title: str
    project: str | None
    hits: tuple[SearchHit, ...]


@dataclass(frozen=True, slots=True)
class SearchAnswer:
    """The answer of `reports.search.search`."""

    query: str
    hits: tuple[SearchHit, ...]
    total: int
    """Messages that match, as far as was counted; the same message in two files counts twice."""
    total_is_exact: bool
    finished: bool
    """False for what is told on the way: more may follow."""
    looked_at: int = 0
    """Messages whose text was read to verify what the index cannot tell."""
    unreadable: int = 0
    """Messages that have the words, whose logs are gone: they could not be verified."""

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
