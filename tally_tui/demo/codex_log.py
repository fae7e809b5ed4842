"""One Codex rollout in the making: envelopes, turns, running totals, and what a call cost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tally_tui.demo.claude_log import Place, Record, save_lines
from tally_tui.demo.codex_limits import Limits
from tally_tui.demo.dice import Dice, stamp
from tally_tui.demo.truth import Truth
from tally_tui.model import Provider, Tokens

CURRENT = "0.169.0"
LEGACY = "0.142.4"
OLD = "0.42.0"

PARTS = (
    "input_tokens",
    "cached_input_tokens",
    "cache_write_input_tokens",
    "output_tokens",
    "reasoning_output_tokens",
    "total_tokens",
)


@dataclass(slots=True)
class CodexLog:
    """The lines of one rollout, in file order.

    `paginated` rollouts number their lines, tell items instead of messages, and keep a usage record
    beside every count. `truth` is told of each call made here; replays go through `replay`.
    """

    dice: Dice
    at: int
    place: Place
    truth: Truth
    limits: Limits
    model: str = "gpt-5.6-sol"
    version: str = CURRENT
    paginated: bool = True
    thread: str = ""
    root: str = ""
    """The thread whose session this belongs to: its own, or for subagents the topmost one's."""
    total: dict[str, int] = field(default_factory=lambda: dict.fromkeys(PARTS, 0))
    last: dict[str, int] = field(default_factory=dict)
    turn_tokens: dict[str, int] = field(default_factory=dict)
    turn_id: str = ""
    context: int = 11_000
    pending: int = 3_000
    records: list[Record] = field(default_factory=list)
    ordinal: int = 0
    counting: str = "current"
    """How limits are written: `current`, `relative`, `flat` or `none`."""
    until: int | None = None
    """The present, which no line may be later than."""

    def __post_init__(self) -> None:
        self.thread = self.thread or self.dice.uuid7(self.at)
        self.root = self.root or self.thread

    def wait(self, seconds: float) -> None:
        """Let time pass, with some chance in it, but never beyond the present."""
        later = self.at + int(seconds * 1000 * (0.5 + self.dice.random()))
        self.at = later if self.until is None else min(later, self.until)

    def line(self, kind: str, payload: Mapping[str, Any]) -> Record:
        record: Record = {"timestamp": stamp(self.at)}
        if self.paginated:
            record["ordinal"] = self.ordinal
            self.ordinal += 1
        record |= {"type": kind, "payload": payload}
        self.records.append(record)
        return record

    def event(self, kind: str, /, **fields: Any) -> Record:
        return self.line("event_msg", {"type": kind, **fields})

    def item(self, kind: str, /, **fields: Any) -> Record:
        """A finished item, as paginated rollouts tell it."""
        return self.event(
            "item_completed",
            thread_id=self.thread,
            turn_id=self.turn_id,
            item={"type": kind, **fields},
            started_at_ms=self.at - 40,
            completed_at_ms=self.at,
        )

    def response(self, kind: str, /, **fields: Any) -> Record:
        return self.line("response_item", {"type": kind, **fields})

    def meta(self, **fields: Any) -> Record:
        """The first line: who this is and where it comes from."""
        payload: Record = {
            "id": self.thread,
            "timestamp": stamp(self.at - 20),
            "cwd": self.place.cwd,
            "originator": "codex-tui",
            "cli_version": self.version,
            "source": "cli",
            "model_provider": "openai",
            "base_instructions": {"text": "You are a careful gardener of code.\n" * 24},
            "git": {
                "commit_hash": self.dice.hexes(40),
                "branch": self.place.branch,
                "repository_url": f"https://git.example.com/{self.place.cwd.rsplit('/', 1)[-1]}.git",
            },
        }
        if self.paginated:
            payload |= {
                "session_id": self.root,
                "history_mode": "paginated",
                "thread_source": "user",
                "runtime_workspace_roots": [self.place.cwd],
                "context_window": {"window_id": self.dice.uuid7(self.at)},
            }
        return self.line("session_meta", payload | fields)

    def turn(self, prompt: str, *, context: bool = True) -> None:
        """A turn begins: its id, its settings, the prompt."""
        self.turn_id = self.dice.uuid7(self.at)
        self.turn_tokens = dict.fromkeys(PARTS, 0)
        self.pending += len(prompt) // 3 + 60
        self.event(
            "task_started",
            turn_id=self.turn_id,
            started_at=self.at // 1000,
            model_context_window=258_400,
            collaboration_mode_kind="default",
        )
        if context:
            self.turn_context()
        if self.paginated:
            self.item(
                "UserMessage",
                id=self.dice.uuid7(self.at),
                content=[{"type": "text", "text": prompt, "text_elements": []}],
            )
        else:
            self.event("user_message", message=prompt, images=[], local_images=[])
        self.response("message", role="user", content=[{"type": "input_text", "text": prompt}])

    def turn_context(self) -> None:
        self.line(
            "turn_context",
            {
                "turn_id": self.turn_id,
                "cwd": self.place.cwd,
                "workspace_roots": [self.place.cwd],
                "current_date": stamp(self.at)[:10],
                "timezone": "Etc/UTC",
                "approval_policy": "on-request",
                "sandbox_policy": {"type": "workspace-write"},
                "model": self.model,
                "effort": "high",
                "summary": "auto",
                "collaboration_mode": {
                    "mode": "default",
                    "settings": {"model": self.model, "reasoning_effort": "high"},
                },
            },
        )

    def said(self, words: str, phase: str = "commentary") -> None:
        """A message of the agent, once as event or item and once as response item."""
        if self.paginated:
            self.item(
                "AgentMessage",
                id=f"msg_{self.dice.hexes(12)}",
                content=[{"type": "Text", "text": words}],
                phase=phase,
            )
        else:
            self.event("agent_message", message=words, phase=phase)
        self.response(
            "message", role="assistant", content=[{"type": "output_text", "text": words}], phase=phase
        )

    def reasoned(self, words: str) -> None:
        if self.paginated:
            self.item(
                "Reasoning",
                id=f"rs_{self.dice.hexes(12)}",
                summary_text=[f"**Thinking**\n\n{words}"],
                raw_content=[],
            )
        else:
            self.event("agent_reasoning", text=words)
        self.response(
            "reasoning",
            summary=[{"type": "summary_text", "text": words}],
            encrypted_content=self.dice.base64(self.dice.randrange(300, 1200)),
        )

    def finished(self, words: str, seconds: int) -> None:
        self.event(
            "task_complete",
            turn_id=self.turn_id,
            last_agent_message=words,
            completed_at=self.at // 1000,
            duration_ms=seconds * 1000,
            time_to_first_token_ms=900,
        )

    def spend(self, output: int | None = None) -> dict[str, int]:
        """A response came back: what it used, told to the truth and the limits, added to the totals."""
        dice = self.dice
        out = dice.skewed(320, 0.9, 9_000, 20) if output is None else output
        wrote = self.pending // 4 if self.paginated else 0
        used = {
            "input_tokens": self.context + self.pending,
            "cached_input_tokens": self.context,
            "cache_write_input_tokens": wrote,
            "output_tokens": out,
            "reasoning_output_tokens": out * 2 // 5,
            "total_tokens": self.context + self.pending + out,
        }
        if not self.paginated:
            del used["cache_write_input_tokens"]
        self.truth.call(
            Provider.CODEX,
            self.root,
            self.model.removeprefix("openai/"),
            Tokens(self.pending - wrote, wrote, 0, self.context, out, used["reasoning_output_tokens"]),
        )
        self.limits.spend(self.at, self.pending, self.context, out)
        self.context += self.pending
        self.pending = out
        self.last = used
        for part, figure in used.items():
            self.total[part] += figure
            self.turn_tokens[part] = self.turn_tokens.get(part, 0) + figure
        return used

    def call(self, output: int | None = None) -> None:
        """A response and its count, with a usage record before it where the version writes one."""
        self.spend(output)
        if self.paginated:
            self.usage_record()
        self.count()

    def usage_record(self, used: dict[str, int] | None = None) -> None:
        self.line(
            "token_usage_record",
            {
                "thread_id": self.thread,
                "turn_id": self.turn_id,
                "session_id": self.root,
                "root_turn_id": self.turn_id,
                "response_id": f"resp_{self.dice.hexes(16)}",
                "usage": dict(used or self.last),
                "turn_token_usage": dict(self.turn_tokens),
                "thread_token_usage": dict(self.total),
            },
        )

    def count(self, **fields: Any) -> None:
        """A token count of what was used last; written again unchanged it is a mere refresh of the limits."""
        if not self.paginated:
            total = {part: figure for part, figure in self.total.items() if part in self.last}
        else:
            total = dict(self.total)
        info: Record = {
            "total_token_usage": total,
            "last_token_usage": dict(self.last),
            "model_context_window": 258_400,
        }
        if self.paginated:
            info["last_usage_includes_reasoning"] = True
        self.event("token_count", **{"info": info, "rate_limits": self._limits(), **fields})

    def refresh(self) -> None:
        """Limits without usage, as at the start of a session."""
        self.event("token_count", info=None, rate_limits=self._limits())

    def replay(self, records: list[Record], **changes: Any) -> None:
        """Take over a parent's lines; `timestamp=` rewrites their time, as most forks do."""
        for record in records:
            self.records.append({**record, **changes})

    def path(self, home: Path) -> Path:
        """The dated place under `sessions/`, by the thread's first line."""
        began = datetime.fromisoformat(self.records[0]["timestamp"])
        return (
            home / "sessions" / f"{began:%Y/%m/%d}" / f"rollout-{began:%Y-%m-%dT%H-%M-%S}-{self.thread}.jsonl"
        )

    def save(self, home: Path) -> Path:
        path = self.path(home)
        save_lines(path, self.records)
        return path

    def _limits(self) -> Record | None:
        if self.counting == "none":
            return None
        if self.counting == "relative":
            return self.limits.relative(self.at)
        return self.limits.flat() if self.counting == "flat" else self.limits.record()


def local_stamp(at: int) -> str:
    """The time in a rollout's name."""
    return f"{datetime.fromtimestamp(at / 1000, UTC):%Y-%m-%dT%H-%M-%S}"
