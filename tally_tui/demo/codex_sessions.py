"""Whole Codex sessions: an ordinary rollout, compaction, review, headless runs, and the oldest shapes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tally_tui.demo import codex_tools as tools
from tally_tui.demo.claude_log import Place, Record, save_lines
from tally_tui.demo.codex_limits import Limits
from tally_tui.demo.codex_log import CURRENT, OLD, CodexLog
from tally_tui.demo.dice import Dice, stamp
from tally_tui.demo.story import Story
from tally_tui.demo.tales import Project
from tally_tui.demo.truth import Truth
from tally_tui.model import Provider, Tokens


@dataclass(slots=True)
class Rollout:
    """A rollout under way and its teller."""

    log: CodexLog
    story: Story


def begin(
    dice: Dice,
    project: Project,
    at: int,
    truth: Truth,
    limits: Limits,
    *,
    model: str = "gpt-5.6-sol",
    version: str = CURRENT,
    cwd: str | None = None,
    story: Story | None = None,
    **fields: Any,
) -> Rollout:
    """A new rollout with its first line; versions before 0.154 keep legacy history. `fields` go into it."""
    place = Place(cwd or project.path, dice.choice(project.branches))
    log = CodexLog(
        dice,
        at,
        place,
        truth,
        limits,
        model,
        version,
        paginated=version == CURRENT,
        pending=dice.skewed(26_000, 0.6, 120_000),
    )
    if version == OLD:
        log.counting = "relative"
    log.meta(**fields)
    if log.paginated:
        environment(log)
    return Rollout(log, story or Story(dice, project))


def environment(log: CodexLog) -> None:
    """What a new rollout tells the model before any prompt: never a person's words."""
    log.response(
        "additional_tools", role="developer", tools=[{"type": "namespace", "name": "functions", "tools": []}]
    )
    log.response(
        "message", role="developer", content=[{"type": "input_text", "text": "Mind the tests. " * 40}]
    )
    log.response(
        "message",
        role="user",
        content=[
            {
                "type": "input_text",
                "text": f"<environment_context>\n  <cwd>{log.place.cwd}</cwd>\n</environment_context>",
            }
        ],
    )
    log.line("world_state", {"full": True, "state": {"model": {"model": log.model}, "timezone": "Etc/UTC"}})


def turn(
    rollout: Rollout,
    prompt: str,
    answer: str,
    uses: int,
    sizes: tuple[float, float, int] = (1_900, 0.9, 40_000),
) -> None:
    """A prompt, some work, an answer; every response is counted, and some counts are repeated."""
    log, story, dice = rollout.log, rollout.story, rollout.log.dice
    began = log.at
    log.turn(prompt)
    log.wait(5)
    for number in range(uses):
        if dice.chance(0.4):
            log.reasoned(story.thought())
        if number == 0 or dice.chance(0.2):
            log.said(f"I will look at the {story.noun()} first." if number == 0 else story.thought())
        tools.step(log, story, dice.skewed(*sizes, 120))
        log.wait(8)
        log.call()
        if dice.chance(0.25):
            log.wait(2)
            log.count()
    final = story.answer(answer)
    log.said(final, "final_answer")
    log.call(len(final) // 2 + dice.randrange(60, 400))
    log.finished(final, max(1, (log.at - began) // 1000))


def work(rollout: Rollout, turns: int, uses: float = 5.0) -> None:
    """An ordinary rollout: a task, then follow-ups."""
    log, story, dice = rollout.log, rollout.story, rollout.log.dice
    task = dice.choice(story.project.tasks)
    if log.paginated:
        log.event("thread_settings_applied", thread_id=log.thread, thread_settings={"model": log.model})
    else:
        log.refresh()
    for number in range(turns):
        prompt, answer = (task.prompt, task.answer) if number == 0 else story.follow_up()
        turn(rollout, prompt, answer, max(1, round(dice.expovariate(1 / uses))))
        log.wait(dice.randrange(30, 400))


def compact(rollout: Rollout) -> None:
    """A compaction: its request is in a usage record only where the version writes them, else nowhere."""
    log, story = rollout.log, rollout.story
    log.wait(20)
    if log.paginated:
        total, last = dict(log.total), dict(log.last)
        used = log.spend(900)
        log.total, log.last = total, last  # no token count shows this request
        log.usage_record(used)
    log.line(
        "compacted",
        {
            "message": "",
            "window_number": 2,
            "window_id": log.dice.uuid7(log.at),
            "replacement_history": [
                {
                    "type": "message",
                    "role": "user",
                    "content": [{"type": "input_text", "text": f"We were busy with the {story.noun()}."}],
                }
            ],
        },
    )
    log.event("context_compacted")
    if log.paginated:
        log.item("ContextCompaction", id=log.dice.uuid7(log.at))
    log.context, log.pending = 12_000, 2_500
    log.count()


def museum(rollout: Rollout) -> None:
    """Record shapes that an ordinary rollout may not show, for either history."""
    log, story, dice = rollout.log, rollout.story, rollout.log.dice
    log.turn(
        "# Context from my IDE setup:\n\n## Open tabs:\n- README.md\n\n"
        "## My request for Codex:\nShow me everything."
    )
    if log.paginated:
        for kind in (
            "Plan",
            "DynamicToolCall",
            "CollabAgentToolCall",
            "SubAgentActivity",
            "ImageView",
            "Extension",
            "ImageGeneration",
            "EnteredReviewMode",
            "ExitedReviewMode",
            "HookPrompt",
        ):
            log.item(kind, id=dice.uuid7(log.at), text=f"About the {story.noun()}.")
        log.line(
            "inter_agent_communication",
            {"author": "/root", "recipient": "/root/counter", "content": "Hello."},
        )
        log.line("inter_agent_communication_metadata", {"trigger_turn": False})
        log.line("security_risk_score", {"score": 0.01})
        log.line("realtime_item", {"text": ""})
    else:
        log.event(
            "entered_review_mode", target={"type": "uncommittedChanges"}, user_facing_hint="current changes"
        )
        log.event(
            "exited_review_mode", review_output={"findings": [], "overall_correctness": "patch is correct"}
        )
        log.event("sub_agent_activity", agent_thread_id=dice.uuid7(log.at), kind="started")
        log.event("image_generation_end", call_id="ig_1", result="")
        log.response("ghost_snapshot", ghost_commit={"id": dice.hexes(40), "parent": None})
        log.response(
            "message",
            role="user",
            content=[{"type": "input_text", "text": f"# AGENTS.md instructions for {log.place.cwd}"}],
        )
        log.response(
            "message",
            role="user",
            content=[{"type": "input_text", "text": "<turn_aborted>stopped</turn_aborted>"}],
        )
    log.response(
        "local_shell_call", call_id="ls_1", status="completed", action={"type": "exec", "command": ["ls"]}
    )
    log.response("tool_search_call", call_id="ts_1", status="completed", arguments={"query": "tickets"})
    log.response("tool_search_output", call_id="ts_1", status="completed", tools=[])
    log.response("image_generation_call", id="ig_1", status="completed", result="")
    log.response("agent_message", author="/root/counter", recipient="/root", content=[])
    log.response("context_compaction", encrypted_content=dice.base64(200))
    log.response("configuration_update", settings={})
    log.response("other")
    tools.mcp(log, story)
    tools.web_search(log, story)
    tools.plan(log, story)
    log.call()
    log.event(
        "raw_response_completed",
        response_id=f"resp_{dice.hexes(16)}",
        token_usage=dict(log.last),
        effective_model=log.model,
    )
    log.event("thread_goal_updated", goal="Show everything")
    log.event("turn_aborted", turn_id=log.turn_id, reason="interrupted", duration_ms=900)
    log.event("thread_rolled_back", num_turns=1)


def headless(home: Path, dice: Dice, at: int, truth: Truth, thread: str = "", *, known: bool = False) -> None:
    """A log of `codex exec --json` kept among the sessions; `known`: a rollout of the thread exists too."""
    thread = thread or dice.uuid7(at)
    lines: list[Record] = [
        {"type": "thread.started", "thread_id": thread, "timestamp": stamp(at)},
        {"type": "turn.started"},
    ]
    for number in range(2):
        used = {
            "input_tokens": 9_000 + number,
            "cached_input_tokens": 7_000,
            "output_tokens": 400,
            "reasoning_output_tokens": 120,
        }
        lines.append(
            {
                "type": "item.completed",
                "item": {"id": f"item_{number}", "type": "agent_message", "text": "Done."},
            }
        )
        lines.append(
            {
                "type": "turn.completed",
                "timestamp": stamp(at + 60_000 * (number + 1)),
                "model": "gpt-5.5",
                "usage": used,
            }
        )
        if not known:
            truth.call(Provider.CODEX, thread, "gpt-5.5", Tokens(2_000 + number, 0, 0, 7_000, 400, 120))
    save_lines(home / "sessions" / stamp(at)[:10].replace("-", "/") / f"exec-{thread}.jsonl", lines)


def oldest(home: Path, dice: Dice, at: int) -> None:
    """The first format of all: a bare header, bare items, states; it tells no usage."""
    thread = dice.uuid4()
    lines: list[Record] = [
        {"id": thread, "timestamp": stamp(at), "instructions": None, "git": {"branch": "trunk"}},
        {"record_type": "state"},
        {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "Count the apples."}]},
        {
            "type": "message",
            "role": "assistant",
            "content": [{"type": "output_text", "text": "Forty-two apples."}],
        },
    ]
    name = f"rollout-{stamp(at)[:19].replace(':', '-')}-{thread}.jsonl"
    save_lines(home / "sessions" / stamp(at)[:10].replace("-", "/") / name, lines)


def unnamed_model(rollout: Rollout) -> None:
    """Calls of a version that did not say which model it used: tokens without a price."""
    log = rollout.log
    log.model, log.counting = "unknown", "flat"
    log.turn("Count the blossoms.", context=False)
    log.said("Eleven.")
    log.call()
    log.finished("Eleven.", 4)


def late_model(rollout: Rollout) -> None:
    """A count before the first turn context: its model is the one that follows."""
    log = rollout.log
    log.turn("And the ladders?", context=False)
    log.call()
    log.turn_context()
    log.call()


def switch(rollout: Rollout, model: str) -> None:
    """Another model from here on, with the `openai/` prefix some configurations write."""
    rollout.log.model = model
    task = rollout.log.dice.choice(rollout.story.project.tasks)
    turn(rollout, task.prompt, task.answer, 2)
