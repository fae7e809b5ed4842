"""Large corpora for benches: the same writers on a pool of ready text, thousands of files, known totals."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tally_tui.demo import claude_sessions, codex_sessions
from tally_tui.demo.claude_log import CURRENT, OLD, ClaudeLog, Manner
from tally_tui.demo.claude_sessions import Session
from tally_tui.demo.codex_limits import Limits
from tally_tui.demo.codex_log import CURRENT as CODEX_CURRENT
from tally_tui.demo.codex_log import LEGACY
from tally_tui.demo.desk import CLAUDE_MODELS, CODEX_MODELS, Desk
from tally_tui.demo.dice import Dice
from tally_tui.demo.month import DemoRoots
from tally_tui.demo.story import Story
from tally_tui.demo.tales import PROJECTS, Project

DAY_MS = 86_400_000
MEAN_FILE = 620_000
"""Bytes of an average transcript: 500 MB are some 800 files."""
SIZES = (900.0, 1.55, 110_000)
"""Of tool results, as measured on real logs: median characters, spread of the logarithm, most."""
CODEX_SHARE = 0.15
POOL = 400_000


class PooledStory(Story):
    """A teller that cuts its texts from a pool: long texts at the price of a slice."""

    def __init__(self, dice: Dice, project: Project) -> None:
        super().__init__(dice, project)
        plain = Story(dice, project)
        self._pools = {
            "source": plain.source(POOL),
            "listing": plain.listing(POOL),
            "tests": plain.test_run(POOL),
            "prose": plain.prose(POOL),
        }
        self._snippets = [plain.snippet() for _ in range(200)]
        self._files = [plain.file() for _ in range(60)]

    def file(self) -> str:
        return self.dice.choice(self._files)

    def snippet(self) -> str:
        return self.dice.choice(self._snippets)

    def source(self, size: int) -> str:
        return self._cut("source", size)

    def listing(self, size: int) -> str:
        return self._cut("listing", size)

    def test_run(self, size: int) -> str:
        # A few words that are nowhere else: an index of the text should meet them.
        return f"run {self.dice.hexes(12)}\n{self._cut('tests', size)}"

    def prose(self, size: int) -> str:
        return self._cut("prose", size)

    def _cut(self, name: str, size: int) -> str:
        pool = self._pools[name]
        at = self.dice.randrange(len(pool) - min(size, len(pool) - 1))
        return pool[at : at + size]


@dataclass(slots=True)
class Sink:
    """Encodes what a log has gathered and lets go of it, so that a file of any size fits in memory once."""

    chunks: list[bytes] = field(default_factory=list)
    size: int = 0

    def take(self, records: list[dict[str, Any]]) -> None:
        import msgspec

        chunk = msgspec.json.Encoder().encode_lines(records)
        records.clear()
        self.chunks.append(chunk)
        self.size += len(chunk)

    def save(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            file.writelines(self.chunks)


def write_corpus(folder: Path, now_ms: int, days: int = 200, seed: int = 7, mb: float = 500.0) -> DemoRoots:
    """Write about `mb` million bytes of logs under `folder`; the same for the same arguments.

    Some files begin with another's lines (resumed sessions), a fifth are subagents', a seventh are
    Codex's. Returns the roots with the truth of what was spent.
    """
    desk = Desk(folder / "claude", folder / "codex", Dice(f"{seed} {now_ms} {days} {mb}"), now_ms - 2_000)
    desk.stories = {project.name: PooledStory(desk.dice, project) for project in PROJECTS}
    files = max(4, round(mb * 1e6 / MEAN_FILE))
    weights = [math.exp(desk.dice.gauss(0, 1.25)) for _ in range(files)]
    # Files end with a whole turn, which on average is an eighth too much.
    scale = 0.88 * mb * 1e6 / sum(weights)
    before: Session | None = None
    head = b""
    for number, weight in enumerate(weights):
        at = now_ms - days * DAY_MS + int(days * DAY_MS * number / files)
        target = max(4_000, int(weight * scale))
        roll = desk.dice.random()
        if roll < CODEX_SHARE:
            _rollout(desk, at, target)
        elif roll < CODEX_SHARE + 0.2 and before is not None:
            _subagent(desk, before, at, target)
        else:
            before, head = _session(desk, at, target, head if roll > 0.94 else b"")
    return DemoRoots(desk.claude, desk.codex, desk.truth)


def _session(desk: Desk, at: int, target: int, head: bytes) -> tuple[Session, bytes]:
    """One main transcript; `head` is the beginning of another that it resumes. Returns its own beginning."""
    dice = desk.dice
    version = CURRENT if dice.chance(0.6) else OLD
    session = desk.session(at, version=version, manner=Manner(dice.choice(CLAUDE_MODELS)))
    session.sizes = SIZES
    sink = Sink([head], len(head)) if head else Sink()
    _fill(session, sink, target)
    sink.save(session.path)
    return session, sink.chunks[1] if len(sink.chunks) > 1 and not head else b""


def _fill(session: Session, sink: Sink, target: int) -> None:
    log, dice = session.log, session.log.dice
    # A present of its own: a long session must neither stop nor reach into the future of the corpus.
    log.until = None
    while sink.size < target:
        prompt, answer = session.story.follow_up()
        claude_sessions.turn(session, prompt, answer, 1 + int(dice.expovariate(1 / 9)))
        sink.take(log.records)
        log.wait(60)
        if log.context > 190_000:
            log.context = 20_000


def _subagent(desk: Desk, parent: Session, at: int, target: int) -> None:
    identity = f"a{desk.dice.hexes(16)}"
    log = ClaudeLog(
        desk.dice,
        at,
        parent.log.session,
        parent.log.place,
        Manner(claude_sessions.HAIKU),
        desk.truth,
        parent.log.version,
        agent=identity,
        context=9_000,
    )
    sink = Sink()
    _fill(Session(log, parent.story, parent.folder, SIZES), sink, target)
    sink.save(parent.inside / "subagents" / f"agent-{identity}.jsonl")


def _rollout(desk: Desk, at: int, target: int) -> None:
    dice = desk.dice
    desk.limits = Limits()
    rollout = desk.rollout(
        at, version=CODEX_CURRENT if dice.chance(0.5) else LEGACY, model=dice.choice(CODEX_MODELS)
    )
    log, sink = rollout.log, Sink()
    log.until = None
    path = log.path(desk.codex)
    while sink.size < target:
        prompt, answer = rollout.story.follow_up()
        codex_sessions.turn(rollout, prompt, answer, 1 + int(dice.expovariate(1 / 9)), sizes=SIZES)
        sink.take(log.records)
        log.wait(60)
        if log.context > 220_000:
            log.context = 20_000
    sink.save(path)
