"""One Claude Code transcript in the making: the messages, their order in the file, and their usage."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tally_tui.demo.claude_tools import ToolUse
from tally_tui.demo.dice import Dice, stamp
from tally_tui.demo.truth import Truth
from tally_tui.model import Provider, Tokens

Record = dict[str, Any]

CURRENT = "2.1.330"
OLD = "2.1.104"
"""A version whose lines carry growing output counts and no stop reason but on the last."""
ANCIENT = "1.0.53"


@dataclass(slots=True)
class Place:
    """Where a session works; it may change on the way."""

    cwd: str
    branch: str = "main"


@dataclass(slots=True)
class Manner:
    """How the calls of a session are made, as far as the usage record shows it."""

    model: str = "claude-opus-5"
    hour_share: float = 0.8
    """Part of the cache writes that are kept for an hour."""
    split: bool = True
    """Whether usage tells 5-minute and 1-hour writes apart (old versions do not)."""
    request_ids: bool = True
    """Gateways write none."""
    speed: str | None = "standard"
    geo: str = "global"
    tier: str = "standard"


@dataclass(slots=True)
class ClaudeLog:
    """The lines of one transcript file, in file order.

    `session` is what the lines name as their session: a subagent's is its parent's. `truth` is told
    of every call that is made here; copies of other files' lines go through `copy` and tell it nothing.
    """

    dice: Dice
    at: int
    session: str
    place: Place
    manner: Manner
    truth: Truth
    version: str = CURRENT
    agent: str | None = None
    entrypoint: str = "cli"
    parent: str | None = None
    context: int = 18_000
    """Tokens that the next call finds in the cache."""
    pending: int = 2_000
    """Tokens said since the last call, to be written to the cache by the next."""
    records: list[Record] = field(default_factory=list)
    prompt_id: str = ""
    last_message: str = ""
    prompts: int = 0
    until: int | None = None
    """The present, which no line may be later than."""

    def wait(self, seconds: float) -> None:
        """Let time pass, with some chance in it, but never beyond the present."""
        later = self.at + int(seconds * 1000 * (0.5 + self.dice.random()))
        self.at = later if self.until is None else min(later, self.until)

    def note(self, kind: str, /, **fields: Any) -> Record:
        """A metadata line: no uuid, no place in the conversation's tree."""
        record: Record = {"type": kind, **fields, "sessionId": self.session}
        self.records.append(record)
        return record

    def message(self, kind: str, /, **fields: Any) -> Record:
        """A line of the conversation's tree, hanging below the one before it."""
        uuid = self.dice.uuid4()
        record: Record = {"parentUuid": self.parent, "isSidechain": self.agent is not None}
        if self.agent:
            record["agentId"] = self.agent
        record.update(fields)
        record.update(
            type=kind,
            uuid=uuid,
            timestamp=stamp(self.at),
            userType="external",
            entrypoint=self.entrypoint,
            cwd=self.place.cwd,
            sessionId=self.session,
            version=self.version,
            gitBranch=self.place.branch,
        )
        self.records.append(record)
        self.parent = uuid
        return record

    def prompt(self, text: str | list[Record], **fields: Any) -> Record:
        """What a person typed (or pasted: a list of blocks)."""
        self.prompt_id = self.dice.uuid4()
        self.prompts += 1
        self.pending += len(text) // 3 + 40
        if self.version == CURRENT:
            fields = {
                "promptId": self.prompt_id,
                "permissionMode": "acceptEdits",
                "origin": {"kind": "human"},
                "promptSource": "typed",
                "turnPosition": {"promptIndex": self.prompts, "turnIndex": self.prompts},
                **fields,
            }
        return self.message("user", message={"role": "user", "content": text}, **fields)

    def told(self, text: str, **fields: Any) -> Record:
        """A user line that nobody typed: caveats, command output, notifications, summaries."""
        return self.message("user", message={"role": "user", "content": text}, **fields)

    def call(
        self,
        blocks: list[Record],
        *,
        output: int | None = None,
        searches: int = 0,
        repeats: bool = False,
        **fields: Any,
    ) -> list[Record]:
        """One API answer: one line per content block, all with the same message id.

        Old versions write a growing output count on each line; `repeats` writes the first block twice,
        as a transport that lost its place does. Returns the lines.
        """
        dice, manner = self.dice, self.manner
        wrote = self.pending
        said = sum(len(str(block)) for block in blocks) // 4 if output is None else output
        said = max(said, len(blocks))
        hour = int(wrote * manner.hour_share) if manner.split else 0
        usage = self._usage(dice.randrange(3, 13), wrote, hour, said, searches)
        self.truth.call(
            Provider.CLAUDE,
            self.session,
            manner.model,
            Tokens(
                usage["input_tokens"],
                wrote - hour,
                hour,
                self.context,
                said,
                said // 5 if self.version == CURRENT else 0,
            ),
            searches,
        )
        identity, request = dice.message_id(), dice.request_id()
        self.last_message = identity
        lines = [*blocks[:1], *blocks] if repeats else blocks
        made: list[Record] = []
        growing = self.version != CURRENT
        for index, block in enumerate(lines):
            last = index == len(lines) - 1
            seen = (
                usage
                if last or not growing
                else {**usage, "output_tokens": 1 + said * index // (2 * len(lines))}
            )
            stop = (
                ("tool_use" if block["type"] == "tool_use" else "end_turn") if last or not growing else None
            )
            message = {
                "model": manner.model,
                "id": identity,
                "type": "message",
                "role": "assistant",
                "content": [block],
                "stop_reason": stop,
                "stop_sequence": None,
                "usage": seen,
            }
            extra: Record = {"message": message, **fields}
            if manner.request_ids:
                extra["requestId"] = request
            if not growing:
                extra["apiBlockIndex"] = index
            made.append(self.message("assistant", **extra))
            self.wait(1.4)
        self.context += wrote
        self.pending = said
        return made

    def _usage(self, fresh: int, wrote: int, hour: int, said: int, searches: int) -> Record:
        manner = self.manner
        usage: Record = {
            "input_tokens": fresh,
            "cache_creation_input_tokens": wrote,
            "cache_read_input_tokens": self.context,
            "output_tokens": said,
        }
        if manner.split:
            usage["cache_creation"] = {
                "ephemeral_5m_input_tokens": wrote - hour,
                "ephemeral_1h_input_tokens": hour,
            }
        if searches:
            usage["server_tool_use"] = {"web_search_requests": searches, "web_fetch_requests": 0}
        usage["service_tier"] = manner.tier
        if self.version == CURRENT:
            part = {
                key: usage[key]
                for key in (
                    "input_tokens",
                    "output_tokens",
                    "cache_read_input_tokens",
                    "cache_creation_input_tokens",
                )
            }
            usage |= {
                "output_tokens_details": {"thinking_tokens": said // 5},
                "inference_geo": manner.geo,
                "iterations": [{**part, "type": "message"}],
                "speed": manner.speed,
                "fallback_credit": None,
            }
        return usage

    def use(self, tool: ToolUse, *before: Record, **fields: Any) -> Record:
        """A call that ends in a tool, and the tool's result; returns the result line."""
        return self.use_all([tool], *before, **fields)[0]

    def use_all(self, tools: list[ToolUse], *before: Record, **fields: Any) -> list[Record]:
        """One call asking for several tools at once, then their results, in order."""
        asked = [(tool, self.dice.tool_id()) for tool in tools]
        blocks = [
            {"type": "tool_use", "id": identity, "name": tool.name, "input": tool.input}
            for tool, identity in asked
        ]
        lines = self.call([*before, *blocks], **fields)
        results = []
        for (tool, identity), line in zip(asked, lines[-len(asked) :], strict=True):
            self.wait(tool.seconds)
            results.append(self.result(tool, identity, line["uuid"]))
        return results

    def result(self, tool: ToolUse, identity: str, asker: str) -> Record:
        """What a tool gave back, twice over as the agent writes it: for the model and for the screen."""
        block: Record = {"tool_use_id": identity, "type": "tool_result", "content": tool.content}
        if tool.failed or self.version == CURRENT:
            block["is_error"] = tool.failed
        self.pending += len(tool.content) // 4 + 20
        fields: Record = {"toolUseResult": tool.result, "sourceToolAssistantUUID": asker}
        if self.version == CURRENT:
            fields = {"promptId": self.prompt_id, **fields}
        return self.message("user", message={"role": "user", "content": [block, *tool.beside]}, **fields)

    def copy(self, records: list[Record], **changes: Any) -> None:
        """Take over another file's lines as they stand, but for `changes`: what resumes and forks do."""
        for record in records:
            self.records.append({**record, **{key: value for key, value in changes.items() if key in record}})
            self.parent = record.get("uuid", self.parent)

    def save(self, path: Path) -> None:
        """Write the file, one object a line; folders are made."""
        save_lines(path, self.records)


def text(words: str) -> Record:
    return {"type": "text", "text": words}


def thinking(dice: Dice, words: str) -> Record:
    """A thinking block; newer versions leave the words out and keep the signature."""
    return {"type": "thinking", "thinking": words, "signature": dice.base64(dice.randrange(180, 900))}


def save_lines(path: Path, records: list[Record]) -> None:
    """Write records as JSON lines; folders are made."""
    import msgspec

    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(msgspec.json.Encoder().encode_lines(records))


def mangled(cwd: str) -> str:
    """The folder name that Claude Code gives a working folder."""
    return "".join(letter if letter.isascii() and letter.isalnum() else "-" for letter in cwd)
