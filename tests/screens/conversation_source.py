"""A source of made-up conversations: what the real one answers, without logs."""

from __future__ import annotations

import re
from zoneinfo import ZoneInfo

from fake_source import FakeSource

from tally_tui.answers import Answer
from tally_tui.library.folding import Text
from tally_tui.library.phrases import Sought, sought
from tally_tui.logs.messages import Item, Kind, Mark, fields
from tally_tui.query import LIBRARY, TEXT, QueryError, parse
from tally_tui.records import changed as replace
from tally_tui.reports.answers import SessionRow, Sessions
from tally_tui.reports.conversation import Spent
from tally_tui.reports.excerpts import Excerpt, Excerpts
from tally_tui.reports.search_answers import HitPlace, Reach, Reaching, SearchAnswer, SearchHit, SessionPlaces
from tally_tui.reports.searches import SavedSearch, Searches
from tally_tui.reports.subagents import Subagents
from tally_tui.reports.transcripts import Entry, Hits, Texts, Transcript
from tally_tui.requests import (
    ExcerptsRequest,
    FindRequest,
    PlacesRequest,
    Request,
    SearchableRequest,
    SearchesRequest,
    SearchRequest,
    SessionsRequest,
    SubagentsRequest,
    TextsRequest,
    TranscriptRequest,
)

FILE = "/home/ada/.claude/projects/p/00000000.jsonl"
REPLY = """The reader stops at the last newline, so a torn line is **lost**:

- `tail.py` counts it
- `follow.py` does not

```python
def tail(path):
    return path.read_bytes()
```
"""
OUTPUT = "\n".join(f"tests/test_{n}.py \x1b[32m.....\x1b[0m" for n in range(30))
EDIT = {"file_path": "/home/ada/src/tally-tui/tail.py", "old_string": "return lines[:-1]", "new_string": "return lines"}

TASK = {"subagent_type": "Explore", "description": "Who reads logs", "prompt": "Look."}
COMPACTED = {"preTokens": 167_000, "postTokens": 3_100, "trigger": "auto"}


def entries(hostile: str = "", more: int = 0) -> tuple[Entry, ...]:
    """A short conversation with one of most things."""
    at = 1_795_301_000_000
    said: list[tuple[Item, Item | None, int, Spent | None]] = [
        (
            Item(Kind.PROMPT, 0, 10, ts=at, text=hostile + "Why is the last line lost?"),
            None, 0, Spent(420_000_000, 12_300, 3),
        ),
        (Item(Kind.THINKING, 10, 10, ts=at, text="The cursor stands behind the newline. " * 9), None, 0, None),
        (Item(Kind.REPLY, 20, 10, ts=at + 9_000, text=hostile + REPLY, model="claude-opus-4-8"), None, 0, None),
        (
            Item(Kind.TOOL_CALL, 30, 10, name="Bash", call="a", input={"command": "pytest -q tests"}),
            Item(Kind.TOOL_RESULT, 40, 10, call="a", text=hostile + OUTPUT), 0, None,
        ),
        (
            Item(Kind.TOOL_CALL, 50, 10, name="Edit", call="b", input=EDIT),
            Item(Kind.TOOL_RESULT, 60, 10, call="b", text="The file was updated."), 0, None,
        ),
        (
            Item(Kind.TOOL_CALL, 70, 10, name="Bash", call="c", input={"command": "make"}),
            Item(Kind.TOOL_RESULT, 80, 10, call="c", text="make: nothing to be made of it", marks=Mark.FAILED), 0, None,
        ),
        (
            Item(Kind.TOOL_CALL, 90, 10, name="Task", call="d", input=TASK),
            Item(Kind.TOOL_RESULT, 100, 10, call="d", text="Two modules."), 0, None,
        ),
        (Item(Kind.PROMPT, 0, 10, session="s/agent-1", text="Look."), None, 1, Spent(80_000_000, 2_000, 1)),
        (Item(Kind.REPLY, 10, 10, session="s/agent-1", text="Two modules read logs.", model="haiku-5"), None, 1, None),
        (Item(Kind.COMPACTION, 110, 10, detail=COMPACTED), None, 0, None),
        (Item(Kind.PROMPT, 120, 10, ts=at + 90_000, text="And the docs?"), None, 0, Spent(1_100_000_000, 88_000, 7)),
        (Item(Kind.REPLY, 130, 10, ts=at + 99_000, text="They say so now.", model="claude-opus-4-8"), None, 0, None),
        (Item(Kind.INTERRUPTION, 140, 10, text="interrupted"), None, 0, None),
    ]  # fmt: skip
    said += [(Item(Kind.REPLY, 200 + n, 1, text=f"Word {n} of more."), None, 0, None) for n in range(more)]
    out: list[Entry] = []
    total = 0
    for item, result, level, spent in said:
        total += spent.cost if spent is not None and not level else 0
        text = item.text + (result.text if result else "")
        lines = result.text.count("\n") + 1 if result else 0
        out.append(
            Entry(item, result, level, result is not None, len(text), text.count("\n"), lines, spent, total, FILE,
                  (result,) if result else (), changed=(1, 1) if item.name == "Edit" else None)
        )  # fmt: skip
    return tuple(out)


class ConversationSource(FakeSource):
    """Answers what the Conversations screen asks."""

    gone = False
    unsearchable = 0
    remembered: tuple[str, ...] = ()
    saved: tuple[SavedSearch, ...] = ()
    more = 0

    def report(self, request: Request) -> Answer | None:
        if isinstance(request, TranscriptRequest):
            if self.gone:
                return Transcript(request.provider, request.session, (), None, "Its log is gone: its costs are kept.")
            folder = "/home/ada/src/tally-tui"
            return Transcript(request.provider, request.session, entries(self.hostile, self.more), folder)
        if isinstance(request, TextsRequest):
            found = entries(self.hostile, self.more)[request.first : request.last + 1]
            return Texts(request.session, {request.first + n: (each.item, each.result) for n, each in enumerate(found)})
        if isinstance(request, PlacesRequest):
            return self.places(request)
        if isinstance(request, FindRequest):
            pattern = re.compile(request.pattern, re.IGNORECASE if request.ignore_case else 0)
            counts = {
                n: len(pattern.findall(each.item.text)) + len(pattern.findall(each.result.text if each.result else ""))
                for n, each in enumerate(entries(self.hostile, self.more))
            }
            found_in = tuple(n for n, count in counts.items() if count)
            times = tuple(filter(None, counts.values()))
            return Hits(request.session, request.pattern, found_in, sum(times), times=times)
        if isinstance(request, ExcerptsRequest):
            return Excerpts({path: self.excerpt(path) for _, path in request.logs})
        if isinstance(request, SubagentsRequest):
            return Subagents({root: self.subagents(root) for root in request.roots})
        if isinstance(request, SearchesRequest):
            return Searches(self.remembered, self.saved)
        if isinstance(request, SearchableRequest):
            at = Reaching.INDEXING if self.unsearchable else Reaching.ALL
            return Reach(812_000_000, self.unsearchable, at, 190.0 if self.unsearchable else None)
        if isinstance(request, SearchRequest):
            return self.search(request)
        if isinstance(request, SessionsRequest) and request.slot == "opened":
            number = int(str(request.where[0][1])[:8], 16)
            row = self.session(number)
            return Sessions("Europe/Vienna", request.span, (row,), 1, row.figures)
        return super().report(request)

    def excerpt(self, path: str) -> Excerpt:
        number = int(path.rpartition("/")[2].partition(".")[0], 16)
        prompt = ("Why is the last line lost?", "Make the chart readable in 40 columns", "")[number % 3]
        return Excerpt(self.hostile + prompt, self.hostile + f"All {number + 3} tests pass; the change is on its branch.")

    def subagents(self, root: str) -> tuple[SessionRow, ...]:
        session = self.session(int(root[:8], 16))
        return tuple(
            replace(
                session, session=f"{root}/agent-a{n}", parent=root, title=self.hostile + f"Look into part {n}",
                agent="Explore", subagents=0, turns=1, replies=4, context=12_000 * n, models=("claude-haiku-4-5",),
            )
            for n in range(1, session.subagents + 1)
        )  # fmt: skip

    def search(self, request: SearchRequest) -> SearchAnswer:
        hits = []
        for n in range(4):
            row = self.session(n // 2)
            around = f"$ make -C part-{n} all", "make: leaving the folder"
            snippet = self.hostile + f"{around[0]}\nthe tests passed, all {n} of them; make: nothing to be made\n{around[1]}"
            at = snippet.index("nothing")
            place = 80 if n % 2 else 130
            hits.append(
                SearchHit(row.provider, row.session, row.session, row.title, row.project, "tool", "tool_output", "Bash",
                          row.last_ms, snippet, ((at, at + 7),), None, FILE, place, 10, "")
            )  # fmt: skip
        total = 0 if "nowhere" in request.query else 1_000
        return SearchAnswer(
            request.query, tuple(hits) if total else (), total, not total, True, terms=terms_of(request.query)
        )

    def places(self, request: PlacesRequest) -> SessionPlaces:
        """Every message that has all the words."""
        terms = terms_of(request.query)
        found = []
        for entry in entries(self.hostile, self.more):
            for item in filter(None, (entry.item, entry.result)):
                for facet, text in fields(item):
                    if all(term.holds(Text(text)) for term in terms):
                        found.append(HitPlace(entry.path, item.offset, item.length, facet.value, (item.part,)))
        return SessionPlaces(request.session, request.query, tuple(found), terms)


def terms_of(query: str) -> tuple[Sought, ...]:
    """What a query looks for."""
    try:
        parsed = parse(query, now=0, tz=ZoneInfo("UTC"), allow=LIBRARY)
    except QueryError:
        return ()
    return tuple(sought(term, typing=True) for term in parsed.of(TEXT) if not term.negated)
