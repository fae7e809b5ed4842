"""Subagents that have no log of their own: their lines stand among those of the session that started them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec import Struct, field

from tally_tui.logs.messages import Item, Kind, Mark
from tally_tui.model import Provider
from tally_tui.reports.agent_places import Candidate
from tally_tui.reports.conversation_files import SessionLog, Subagent
from tally_tui.reports.conversation_order import Arranging, Block

_COMPARED = 500
"""Characters of a prompt by which it is known as the one that a call gave."""


class Part(Struct, eq=False):
    """What one subagent says in another session's file."""

    name: str
    call: str = ""
    """The call that started it, where the lines tell."""
    prompt: str = ""
    """The key of its first prompt; empty where the call is known."""
    work: Arranging = field(default_factory=Arranging)


class Asides:
    """Takes the items of a session's files in order, and gives those of subagents to their parts."""

    def __init__(self) -> None:
        self.parts: dict[str, Part] = {}
        self._begun: dict[str, str] = {}
        """uuid of a line → uuid of the first line of the subagent that says it."""
        self._last = ""
        self._prompts: dict[str, int] = {}

    def take(self, links: Mapping[str, str]) -> None:
        """The lines of subagents in the next stretch: uuid → parent, in the log's order."""
        for uuid, parent in links.items():
            self._begun[uuid] = self._begun.get(parent, uuid)

    def part_of(self, item: Item) -> Part | None:
        """The part that an item belongs to, which it may begin; None: the session itself says it."""
        if not item.marks & Mark.ASIDE:
            return None
        name, found, _ = item.session.partition("/agent-")
        if found:
            name = item.session
        else:
            begun = self._begun.get(item.uuid) or self._last or item.uuid or str(item.offset)
            self._last = begun
            name = f"{name}/agent-{begun}"
        part = self.parts.get(name)
        if part is None:
            part = self.parts[name] = Part(name)
            if found and item.uuid not in self._begun:
                part.call = item.parent
        if not part.call and not part.prompt and item.kind is Kind.PROMPT:
            part.prompt = numbered(self._prompts, item.text)
        # In its own conversation it is not aside.
        item.marks &= ~Mark.ASIDE
        item.session = name
        return part


def numbered(times: dict[str, int], prompt: str) -> str:
    """A key of a prompt; of equal prompts the first has another than the second."""
    words = " ".join(prompt[:_COMPARED].split())
    times[words] = times.get(words, 0) + 1
    return f"prompt\0{words}\0{times[words]}"


def calls_of(block: Block) -> Iterable[str]:
    """What subagents that a call started may name it by: its id, their own names in its results."""
    item = block.item
    if item.kind not in (Kind.TOOL_CALL, Kind.QUESTION) or not item.call:
        return
    yield item.call
    for result in (*block.results, *block.more):
        detail = result.detail
        name = detail.get("agentId") if isinstance(detail, dict) else None
        if isinstance(name, str):
            yield name


def prompt_given(block: Block) -> str | None:
    """The prompt of a call that starts a subagent; None for any other block."""
    given = block.item.input
    if block.item.kind is not Kind.TOOL_CALL or block.item.name not in ("Task", "Agent") or not isinstance(given, dict):
        return None
    prompt = given.get("prompt")
    return prompt if isinstance(prompt, str) and prompt.strip() else None


def candidate(agent: Subagent) -> Candidate:
    """A subagent of the ledger as one to be placed."""
    name = agent.log.name
    keys = (agent.call, name, name.rpartition("agent-")[2])
    return Candidate(name, tuple(key for key in keys if key), agent.log.parent)


def candidate_of(part: Part, agent: Subagent | None, home: SessionLog) -> Candidate:
    """A subagent that stands in another's file; `agent`: as the ledger has it, where it does."""
    keys = (part.call, agent.call if agent else "", part.name, part.name.rpartition("agent-")[2], part.prompt)
    return Candidate(part.name, tuple(key for key in keys if key), agent.log.parent if agent else home.name)


def log_of(part: Part, home: SessionLog) -> SessionLog:
    """A session for what the ledger does not know as one: it has no calls of its own."""
    return SessionLog(
        0, Provider.CLAUDE, part.name, "", home.name, part.name.rpartition("agent-")[2], home.folder,
        home.root_folder, home.branch, home.version,
    )  # fmt: skip
