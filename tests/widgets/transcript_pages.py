"""Made-up conversations, and an app that shows one."""

from __future__ import annotations

import random
from collections.abc import Sequence

from textual.app import App, ComposeResult

from tally_tui.themes import OURS, chart_variables
from tally_tui.widgets.transcript.pages import (
    Body,
    Code,
    Depth,
    Diff,
    Head,
    Hunk,
    Kind,
    Label,
    Output,
    Prose,
    Todos,
)
from tally_tui.widgets.transcript.plain import text_of
from tally_tui.widgets.transcript.reader import Reader

MARKDOWN = """## What is wrong

The parser **drops** the last line when a file has no *trailing* newline; see `tail.py` and
[the notes](https://example.org/notes). Three things follow from that:

1. the counts are short by one
2. a resumed session reads the line twice
   - once as a part
   - once whole
3. ~~nothing else~~

> It worked until the cursor was stored.

| file | lines | lost |
|---|---:|---:|
| `tail.py` | 118 | 1 |
| `follow.py` | 2,041 | 17 |

```python
def tail(path: Path, offset: int) -> bytes:
    \"\"\"The whole lines from offset on.\"\"\"
    with path.open("rb") as log:
        log.seek(offset)
        return log.read().rpartition(b"\\n")[0]
```
"""
HUNK = Hunk(
    14,
    14,
    (
        " def tail(path: Path, offset: int) -> bytes:",
        '     """The whole lines from offset on."""',
        "-    return path.read_bytes()[offset:]",
        '+    with path.open("rb") as log:',
        "+        log.seek(offset)",
        '-    # the last line is "lost"',
        '+    # the last line is "kept"',
    ),
)
TEST_RUN = "\x1b[1m============ test session starts ============\x1b[0m\n" + "\n".join(
    f"tests/test_tail.py::test_{n} \x1b[32mPASSED\x1b[0m" for n in range(40)
)

Message = tuple[Head, Body]


def head(key: str, kind: Kind, title: str, body: Body, depth: Depth = Depth.REPLIES, **more: object) -> Message:
    text = text_of(body)
    return (
        Head(key, kind, title, depth, length=len(text), breaks=text.count("\n"), hollow=not body, **more),  # type: ignore[arg-type]
        body,
    )


def sample() -> list[Message]:
    """One of everything."""
    tools, all_of_it = Depth.TOOLS, Depth.EVERYTHING
    return [
        head("p1", Kind.PROMPT, "You", (Prose("The last line is lost.\nPlease find out why, and fix it.", True),),
             Depth.PROMPTS, time_ms=36_000_000, figures="$0.42 · 12.3k"),
        head("t1", Kind.THINKING, "Thinking", (Prose("The reader stops at the last newline. " * 6),), tools),
        head("r1", Kind.REPLY, "Claude · opus-4-8", (Prose(MARKDOWN),), time_ms=36_020_000),
        head("b1", Kind.TOOL, "Bash pytest -q tests/test_tail.py", (Code("pytest -q tests/test_tail.py", "bash"),
             Label("Output"), Output(TEST_RUN)), tools, note="42 lines", command=True),
        head("e1", Kind.TOOL, "Edit src/tail.py", (Diff("src/tail.py", (HUNK,), "python"),), tools,
             note="+3 −2", edits=True),
        head("b2", Kind.TOOL, "Bash pytest -q", (Output("FAILED tests/test_tail.py::test_7", True),), tools,
             note="exit 1", error=True, command=True),
        head("n1", Kind.NOTE, "hook PostToolUse:Edit", (Output("formatted"),), all_of_it),
        head("a1", Kind.SUBAGENT, "Explore: who else reads logs", (Prose("Two modules read logs."),), Depth.SUBAGENTS,
             note="3 calls · $0.08"),
        head("a2", Kind.TOOL, "Grep open_log", (Output("a.py\nb.py"),), tools, level=1),
        head("c1", Kind.RULE, "compacted by itself", (Prose("The user asked for a fix."),), Depth.REPLIES,
             note="167k → 3k tokens"),
        head("d1", Kind.TOOL, "TodoWrite 3 things", (Todos((("done", "find the line"), ("doing", "fix it"),
             ("open", "test it"))),), tools),
        head("x1", Kind.PROBLEM, "API error 529: overloaded", (), Depth.REPLIES, error=True),
        head("p2", Kind.PROMPT, "You", (Prose("And the docs?", True),), Depth.PROMPTS, time_ms=36_900_000,
             figures="$1.10 · 88k"),
        head("r2", Kind.REPLY, "Claude · sonnet-5", (Prose("The docs say so now. The last line is kept."),),
             time_ms=36_905_000),
    ]  # fmt: skip


def long(count: int, seed: int = 7) -> list[Message]:
    """So many messages of every length."""
    dice = random.Random(seed)
    out: list[Message] = []
    for n in range(count):
        if n % 9 == 0:
            body: Body = (Prose(f"Question {n}. " * dice.randint(1, 9), True),)
            out.append(head(f"p{n}", Kind.PROMPT, "You", body, Depth.PROMPTS))
        elif n % 9 in (2, 5):
            paragraphs = ["Some words that wrap. " * dice.randint(1, 20) for _ in range(dice.randint(1, 5))]
            text = f"Answer {n}.\n\n" + "\n\n".join(paragraphs)
            out.append(head(f"r{n}", Kind.REPLY, "Claude" if n % 9 == 2 else "", (Prose(text),)))
        else:
            body = (Output("line\n" * dice.randint(1, 50)),)
            out.append(head(f"t{n}", Kind.TOOL, f"Bash run {n}", body, Depth.TOOLS))
    return out


class MadePages:
    """Pages from a list; `late` holds texts back until `bring`."""

    def __init__(self, messages: Sequence[Message], late: bool = False) -> None:
        self.heads = tuple(each[0] for each in messages)
        self.bodies = [each[1] for each in messages]
        self.here: set[int] = set() if late else set(range(len(messages)))

    def body(self, item: int) -> Body | None:
        return self.bodies[item] if item in self.here else None

    def said(self, item: int) -> list[str]:
        return [text_of(self.bodies[item]) or ""] if item in self.here else []

    def bring(self, first: int, last: int) -> None:
        self.here.update(range(first, last + 1))


def clock(time_ms: int) -> str:
    return f"{time_ms // 3_600_000:02d}:{time_ms // 60_000 % 60:02d}"


class ReaderApp(App[None]):
    """A reader on made-up pages that answers its wishes at once."""

    def __init__(self, pages: MadePages, theme: str = "tally-dark") -> None:
        super().__init__()
        for each in OURS:
            self.register_theme(each)
        self.theme = theme
        self.pages = pages
        self.told: list[str] = []
        self.copied: list[str] = []

    def get_css_variables(self) -> dict[str, str]:
        variables = {**chart_variables(self.current_theme), **super().get_css_variables()}
        self.theme_variables = variables
        return variables

    def compose(self) -> ComposeResult:
        yield Reader(clock, id="reader")

    @property
    def reader(self) -> Reader:
        return self.query_one(Reader)

    def on_mount(self) -> None:
        self.reader.show(self.pages)
        self.reader.focus()

    def on_transcript_view_wanted(self, event: Reader.Wanted) -> None:
        self.pages.bring(event.first, event.last)
        self.reader.arrived()

    def on_reader_said(self, event: Reader.Said) -> None:
        self.told.append(event.text)

    def on_reader_copied(self, event: Reader.Copied) -> None:
        self.copied.append(event.text)
