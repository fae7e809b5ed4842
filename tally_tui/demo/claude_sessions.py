"""Whole Claude Code sessions: an ordinary working session, and its subagents in every layout."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tally_tui.demo import claude_notes as notes
from tally_tui.demo import claude_rare_tools as rare
from tally_tui.demo import claude_tools as tools
from tally_tui.demo.claude_log import CURRENT, ClaudeLog, Manner, Place, mangled, save_lines, text, thinking
from tally_tui.demo.claude_tools import ToolUse
from tally_tui.demo.dice import Dice, stamp
from tally_tui.demo.story import Story
from tally_tui.demo.tales import Project
from tally_tui.demo.truth import Truth

HAIKU = "claude-haiku-4-5-20251001"


@dataclass(slots=True)
class Session:
    """A session under way: its transcript, its teller, and the folder its files go to."""

    log: ClaudeLog
    story: Story
    folder: Path
    """The project's folder under `projects/`."""
    sizes: tuple[float, float, int] = (1_050, 0.9, 40_000)
    """Of what a tool gives back, in characters: median, spread of its logarithm, most."""

    @property
    def path(self) -> Path:
        return self.folder / f"{self.log.session}.jsonl"

    @property
    def inside(self) -> Path:
        """The session's own folder, for subagents and spilled output."""
        return self.folder / self.log.session

    def save(self) -> None:
        self.log.save(self.path)


def begin(
    root: Path,
    dice: Dice,
    project: Project,
    at: int,
    truth: Truth,
    manner: Manner,
    *,
    cwd: str | None = None,
    version: str = CURRENT,
    story: Story | None = None,
) -> Session:
    """A new session in a project (or one of its worktrees) at an instant."""
    place = Place(cwd or project.path, dice.choice(project.branches) if project.git else "")
    log = ClaudeLog(
        dice,
        at,
        dice.uuid4(),
        place,
        manner,
        truth,
        version,
        context=dice.randrange(12_000, 18_000),
        pending=dice.skewed(34_000, 0.6, 130_000),
    )
    session = Session(log, story or Story(dice, project), root / "projects" / mangled(place.cwd))
    if version == CURRENT:
        notes.opening(log)
    if cwd and "worktrees" in cwd:
        name = cwd.rsplit("/", 1)[-1]
        log.note(
            "worktree-state",
            worktreeSession={
                "originalCwd": project.path,
                "worktreePath": cwd,
                "worktreeName": name,
                "worktreeBranch": f"worktree-{name}",
                "sessionId": log.session,
            },
        )
        place.branch = f"worktree-{name}"
    return session


def tool(session: Session) -> ToolUse:
    """One ordinary tool, in the proportions of real work: reading and running most of all."""
    log, story, roll = session.log, session.story, session.log.dice.random()
    cwd, size = log.place.cwd, log.dice.skewed(*session.sizes, 120)
    if roll < 0.34:
        return tools.read(story, cwd, size)
    if roll < 0.60:
        return tools.bash(story, cwd, size)
    if roll < 0.76:
        return tools.edit(story, cwd, size)
    if roll < 0.87:
        return tools.grep(story, cwd, size)
    if roll < 0.91:
        return tools.write(story, cwd, size)
    if roll < 0.94:
        return tools.todos(story)
    if roll < 0.97:
        return tools.glob(story, cwd)
    return rare.failed(story, cwd) if roll < 0.985 else tools.commit(story)


def turn(session: Session, prompt: str, answer: str, uses: int) -> None:
    """A prompt, some work, an answer."""
    log, story, dice = session.log, session.story, session.log.dice
    began = log.at
    log.prompt(prompt)
    log.wait(6)
    for step in range(uses):
        before = []
        if dice.chance(0.35):
            before.append(thinking(dice, "" if dice.chance(0.3) else story.thought()))
        if step == 0 or dice.chance(0.2):
            before.append(text(f"Let me look at the {story.noun()} first." if step == 0 else story.thought()))
        if dice.chance(0.12):
            log.use_all([tool(session), tool(session)], *before)
        else:
            log.use(tool(session), *before)
        log.wait(9)
    log.call([text(story.answer(answer))], output=len(answer) + dice.randrange(50, 400))
    notes.turn_end(log, max(1, (log.at - began) // 1000))


def work(session: Session, turns: int, uses: float = 5.0) -> None:
    """An ordinary session: a task, then follow-ups, with the notes that come along."""
    log, story, dice = session.log, session.story, session.log.dice
    task = dice.choice(story.project.tasks)
    words = task.prompt
    for number in range(turns):
        prompt, answer = (task.prompt, task.answer) if number == 0 else story.follow_up()
        turn(session, prompt, answer, max(1, round(dice.expovariate(1 / uses))))
        words = prompt
        if number == 0 and log.version == CURRENT:
            notes.titled(log, "ai-title", task.title)
        if dice.chance(0.12):
            notes.queued(log, story.follow_up()[0], attached=dice.chance(0.8))
            log.call([text(story.follow_up()[1])])
        log.wait(dice.randrange(30, 420))
    notes.last_prompt(log, words)


def subagent(
    session: Session, identity: str, model: str, prompt: str, uses: int, session_id: str | None = None
) -> ClaudeLog:
    """The transcript of a subagent of this session; the caller decides where it is saved."""
    parent = session.log
    manner = replace(parent.manner, model=model, hour_share=0.0)
    log = ClaudeLog(
        parent.dice,
        parent.at,
        session_id or parent.session,
        parent.place,
        manner,
        parent.truth,
        parent.version,
        agent=identity,
        entrypoint=parent.entrypoint,
        context=9_000,
        until=parent.until,
    )
    inner = Session(log, session.story, session.folder)
    log.told(prompt, promptId=parent.prompt_id)
    for _ in range(uses):
        log.use(tool(inner))
        log.wait(4)
    log.call([text(f"Here is what I found about the {session.story.noun()}: {session.story.prose(200)}")])
    return log


def delegate(session: Session, uses: int = 4, *, nested: bool = False) -> None:
    """Send a subagent off and wait for it; `nested` lets it send one of its own."""
    dice, story = session.log.dice, session.story
    identity = f"a{dice.hexes(16)}"
    prompt = f"Find every place that touches a {story.noun()} and say how sure you are."
    inner = subagent(session, identity, HAIKU, prompt, uses)
    folder = session.inside / "subagents"
    if nested:
        deeper = subagent(session, f"a{dice.hexes(16)}", "claude-sonnet-5", f"Count the {story.noun()}s.", 2)
        _save_agent(
            folder,
            deeper,
            {
                "agentType": "general-purpose",
                "description": "Count",
                "spawnDepth": 2,
                "toolUseId": dice.tool_id(),
                "model": deeper.manner.model,
                "finished": True,
            },
        )
        inner.at = max(inner.at, deeper.at)
    _save_agent(
        folder,
        inner,
        {
            "agentType": "Explore",
            "description": "Explore the code",
            "spawnDepth": 1,
            "toolUseId": dice.tool_id(),
            "model": HAIKU,
            "finished": True,
        },
    )
    session.log.at = inner.at
    usage = inner.records[-1]["message"]["usage"]
    session.log.use(tools.agent(prompt, identity, "Eleven places, quite sure.", usage, uses))


def workflow(session: Session, agents: int = 2) -> None:
    """A workflow: its agents' files and meta files, and a journal that is no transcript."""
    dice = session.log.dice
    run = f"wf_{dice.hexes(8)}"
    folder = session.inside / "subagents" / "workflows" / run
    session.log.use(rare.workflow(session.story, run))
    journal: list[dict[str, Any]] = []
    for _ in range(agents):
        identity = f"a{dice.hexes(16)}"
        journal.append({"type": "started", "agentId": identity, "timestamp": stamp(session.log.at)})
        inner = subagent(session, identity, "claude-sonnet-5", f"Audit the {session.story.noun()}.", 3)
        _save_agent(
            folder, inner, {"agentType": "workflow-subagent", "description": "audit", "finished": True}
        )
        journal.append(
            {
                "type": "result",
                "agentId": identity,
                "timestamp": stamp(inner.at),
                "result": {"usage": inner.records[-1]["message"]["usage"]},
            }
        )
        session.log.at = inner.at
    save_lines(folder / "journal.jsonl", journal)


def flat_agent(session: Session) -> None:
    """An old flat subagent file, beside its parent's session."""
    identity = session.log.dice.hexes(8)
    inner = subagent(session, identity, "claude-sonnet-4-6", f"Look at the {session.story.noun()}.", 3)
    inner.save(session.folder / f"agent-{identity}.jsonl")
    session.log.at = inner.at
    for record in inner.records:
        if record["type"] == "assistant":
            notes.agent_progress(session.log, record)


def vanished_agent(session: Session) -> None:
    """A subagent of which only the legacy progress lines are left: its calls count from there."""
    inner = subagent(session, session.log.dice.hexes(8), HAIKU, f"Look for the {session.story.noun()}.", 2)
    session.log.at = inner.at
    for record in inner.records:
        if record["type"] == "assistant":
            notes.agent_progress(session.log, record)


def aside(session: Session) -> None:
    """A side question (`/btw`): it replays its parent's last answers with new request ids, asks one more."""
    parent, dice = session.log, session.log.dice
    identity = f"aside_question-{dice.hexes(14)}"
    log = ClaudeLog(
        dice,
        parent.at,
        parent.session,
        parent.place,
        parent.manner,
        parent.truth,
        parent.version,
        agent=identity,
        context=parent.context,
        until=parent.until,
    )
    for record in [record for record in parent.records if record["type"] == "assistant"][-4:]:
        log.copy([record], requestId=dice.request_id(), isSidechain=True)
        log.records[-1]["agentId"] = identity
    log.told("By the way, what does this flag do?")
    log.call([text("It keeps the old order. Nobody has needed it since spring.")])
    log.save(session.inside / "subagents" / f"agent-{identity}.jsonl")


def spill(session: Session) -> None:
    """Output too large for the transcript, and the file that has all of it."""
    path = session.inside / "tool-results" / f"{session.log.dice.hexes(9)}.txt"
    shown = f"/home/dev/.claude/projects/{session.folder.name}/{session.log.session}/tool-results/{path.name}"
    session.log.use(rare.spilled(session.story, shown))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(session.story.listing(24_000), encoding="utf-8")


def _save_agent(folder: Path, log: ClaudeLog, meta: dict[str, Any]) -> None:
    import msgspec

    log.save(folder / f"agent-{log.agent}.jsonl")
    (folder / f"agent-{log.agent}.meta.json").write_bytes(msgspec.json.encode(meta))
