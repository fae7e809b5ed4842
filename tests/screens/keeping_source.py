"""A source of made-up conversations that can be archived and compared."""

from __future__ import annotations

from conversation_source import FILE, ConversationSource
from made_up import NOW_MS
from on_screen import press, settled
from textual.pilot import Pilot

from tally_tui.actions import Action, Done, SetArchived, StopArchiving
from tally_tui.answers import Answer
from tally_tui.archive.progress import Progress
from tally_tui.records import changed as replace
from tally_tui.reports.answers import SessionRow
from tally_tui.reports.compare import CompareSide, Comparison, FileUse, Pair, PromptTurn, ToolUse
from tally_tui.reports.conversation import Spent
from tally_tui.reports.transcripts import Transcript
from tally_tui.requests import ArchivingRequest, CompareRequest, Request, TranscriptRequest
from tally_tui.screens.conversations import ConversationsScreen
from tally_tui.store import Answered
from tally_tui.trouble import Trouble

DAY = 86_400_000
MINE = ("Why is the last line lost?", "Fix it, with a test", "/compact", "And the docs?")
THEIRS = ("Why is the last line lost?", "Fix it with a test, please", "Look at the other parser too", "And the docs?")
PAIRS = (Pair(0, 0, 1.0), Pair(1, 1, 0.83), Pair(2, None, 0.0), Pair(None, 2, 0.0), Pair(3, 3, 1.0))


class KeepingSource(ConversationSource):
    """Answers what archiving and comparing ask."""

    kept_from = ""
    """Why what is read is from the archive."""
    archived: frozenset[int] = frozenset()
    soon: frozenset[int] = frozenset()
    """Sessions whose logs will be deleted within three days."""
    only_copy = False
    """Whether taking out is refused at first."""
    unreadable = ""
    """Why the second session of a comparison cannot be read."""

    def session(self, n: int) -> SessionRow:
        deleted = NOW_MS + 3 * DAY if n in self.soon else None
        return replace(super().session(n), archived=n in self.archived, deleted_ms=deleted)

    def report(self, request: Request) -> Answer | None:
        if isinstance(request, ArchivingRequest):
            return Progress("done")
        if isinstance(request, CompareRequest):
            return self.compared(request)
        answer = super().report(request)
        if isinstance(request, TranscriptRequest) and isinstance(answer, Transcript):
            return replace(answer, from_archive=self.kept_from)
        return answer

    def do(self, action: Action) -> None:
        if self.only_copy and isinstance(action, SetArchived) and not action.on and not action.sure:
            self.deeds.append(action)
            trouble = Trouble("2 of its files are nowhere but in the archive.", "Nothing was deleted.", "A again …")
            self.publish(Done(action, trouble=trouble))
        elif isinstance(action, StopArchiving):
            self.deeds.append(action)
        else:
            super().do(action)

    def copying(self, number: int = 0) -> None:
        """A copy is under way."""
        session = self.session(number)
        told = Progress("copying", session.session, session.title, 0, 1, 34_000_000, 120_000_000, 2.0)
        for request in self.open.values():
            if isinstance(request, ArchivingRequest):
                self.publish(Answered(request, told))

    def compared(self, request: CompareRequest) -> Comparison:
        left, right = (self.session(int(name[:8], 16)) for name in (request.left, request.right))
        one = CompareSide(left, self.turns(MINE, left), 4, 41, self.kept_from)
        other = CompareSide(right, self.turns(THEIRS, right), 1, 29)
        if self.unreadable:
            other = CompareSide(right, problem=self.unreadable)
        pairs = PAIRS if not self.unreadable else tuple(Pair(n, None, 0.0) for n in range(len(MINE)))
        tools = (ToolUse("Bash", 21, 14, 3), ToolUse("Edit", 12, 9, 1, 1), ToolUse(self.hostile + "Task", 0, 2))
        files = (
            FileUse("docs/guide.md", "read", "changed"),
            FileUse(self.hostile + "src/tail.py", "changed", "changed"),
            FileUse("src/a/very/long/way/down/to/a/file/that/nobody/remembers/follow.py", "changed", ""),
            FileUse("tests/test_tail.py", "", "read"),
        )
        return Comparison("Europe/Vienna", one, other, pairs, tools, files)

    def turns(self, prompts: tuple[str, ...], row: SessionRow) -> tuple[PromptTurn, ...]:
        share = row.figures.cost // (len(prompts) + 1)
        return tuple(
            PromptTurn(
                self.hostile + words, row.first_ms + n * 60_000,
                Spent(share * (n + 1) // 2, 12_300 * (n + 1), 3 + n, int(n == 2)), n % 2 * (n + 1), 5, FILE, 120 * (n % 2), 10,
            )
            for n, words in enumerate(prompts)
        )  # fmt: skip


async def listed(pilot: Pilot[str], *keys: str) -> str:
    """The Conversations screen with its list drawn, and then some keys; returns what stands there."""
    await pilot.press("2")
    for _ in range(50):
        await settled(pilot)
        if isinstance(pilot.app.screen, ConversationsScreen) and pilot.app.screen.list_pane.answer is not None:
            break
    await settled(pilot)
    return await press(pilot, *keys)
