"""A source of made-up conversations with what only the reader cares for."""

from __future__ import annotations

from conversation_source import FILE, ConversationSource, entries
from msgspec.structs import replace

from tally_tui.answers import Answer
from tally_tui.logs.messages import Item, Kind, Mark
from tally_tui.reports.transcripts import Context, Entry, Texts, Transcript
from tally_tui.requests import Request, SpilledRequest, TextsRequest, TranscriptRequest

SECRET = "sk-ant-api03-AbCdEfGhIjKlMnOpQrStUvWxYz0123456789"
SPILLED = "<persisted-output>\nOutput too large (84.3KB). Full output saved to: /x/tool-results/a.txt\n\nPreview"


TABLE = """
| module | what it does | owner | what the tests say about it | lines | since |
|---|---|---|---|--:|---|
| tail.py | reads the whole lines of a log from a byte offset on | ada@example.org | twelve, all green | 118 | 2026-03 |
| follow.py | waits for a log to grow, and hands on what came | grace@example.org | three, one slow | 2,041 | 2026-05 |
"""


class ReadingSource(ConversationSource):
    """With a secret, a wide table, a spilled output, and a context; `folder` is where its paths lead from."""

    folder = "/home/ada/src/tally-tui"
    path = FILE
    gone_file = False
    table = False

    def entries(self) -> tuple[Entry, ...]:
        found = list(entries(self.hostile))
        found[0].item.text += f" My key is {SECRET}."
        if self.table:
            found[2].item.text += TABLE
        found[0] = replace(found[0], context=Context(90_500, 200_000))
        call = Item(Kind.TOOL_CALL, 300, 10, name="Bash", call="z", input={"command": "git diff"})
        result = Item(Kind.TOOL_RESULT, 310, 10, call="z", text=SPILLED, marks=Mark.LOADED, name="/x/tool-results/a.txt")
        found.append(Entry(call, result, 0, True, 100, 4, 4, None, 0, FILE, (result,)))
        patch = f"*** Begin Patch\n*** Update File: {self.folder}/a.py\n@@\n-x\n+y\n*** Update File: b.py\n@@\n-x\n+y\n"
        call = Item(Kind.TOOL_CALL, 320, 10, name="apply_patch", call="y", text=patch)
        found.append(Entry(call, None, 0, True, 100, 4))
        return tuple(replace(each, path=self.path) for each in found)

    def report(self, request: Request) -> Answer | None:
        if isinstance(request, TranscriptRequest):
            return Transcript(request.provider, request.session, self.entries(), self.folder)
        if isinstance(request, TextsRequest):
            found = self.entries()[request.first : request.last + 1]
            return Texts(request.session, {request.first + n: (each.item, each.result) for n, each in enumerate(found)})
        if isinstance(request, SpilledRequest):
            entry = next(each for each in self.entries() if each.key == request.key)
            if self.gone_file:
                return Texts(request.session, {0: (entry.item, entry.result)}, "The file is gone: /x/\x1b[2Ja.txt")
            whole = Item(Kind.TOOL_RESULT, 310, 10, call="z", text="\n".join(f"whole {n}" for n in range(50)))
            return Texts(request.session, {0: (entry.item, whole)})
        return super().report(request)
