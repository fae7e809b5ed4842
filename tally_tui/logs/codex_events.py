"""Codex: what happened in a rollout (events and finished items) → items."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from tally_tui.logs.claude_notes import first_text, words_of
from tally_tui.logs.codex_done import Done, done
from tally_tui.logs.codex_responses import media, thinking, user_items
from tally_tui.logs.codex_texts import texts_of
from tally_tui.logs.lines import text_of
from tally_tui.logs.messages import Item, Kind, Mark

QUIET: Final = frozenset(
    """
    token_count task_started turn_started thread_settings_applied raw_response_completed
    agent_reasoning_section_break background_event shutdown_complete turn_diff session_configured
    """.split()
)
"""Events that hold nothing anyone said."""
BEGUN: Final = frozenset(
    """
    patch_apply_begin exec_command_begin mcp_tool_call_begin web_search_begin exec_command_output_delta
    agent_message_delta agent_reasoning_delta item_started plan_update image_generation_begin
    """.split()
)
"""Events that another record tells whole."""
_LIMITS = ("usage_limit", "rate_limit", "usage limit", "rate limit")


def event_items(kind: str, value: dict[str, Any], offset: int, length: int) -> Iterator[Item] | None:
    """The items of an event; None: of a kind not known here."""
    if kind == "item_completed":
        item = value.get("item")
        if not isinstance(item, dict):
            return None
        return finished_items(text_of(item.get("type")) or "", item, offset, length)
    work = done(kind, value)
    if work is not None:
        return work_items(work, offset, length)
    one = _event(kind, value, offset, length)
    return None if one is None else iter(one)


def finished_items(kind: str, item: dict[str, Any], offset: int, length: int) -> Iterator[Item] | None:
    """The items of a finished item of a paginated rollout or a headless run."""
    identity = text_of(item.get("id")) or ""
    content = item.get("content")
    if kind == "UserMessage":
        said = list(_prompt(texts_of(content), content, offset, length, identity))
        return iter(said) if said else None
    if kind in ("AgentMessage", "agent_message"):
        words = text_of(item.get("text")) or "\n".join(texts_of(content))
        phase = text_of(item.get("phase")) or ""
        return iter([Item(Kind.REPLY, offset, length, role="assistant", text=words, uuid=identity, name=phase)])
    if kind in ("Reasoning", "reasoning"):
        parts = [part for part in map(text_of, _list(item.get("summary_text"))) if part]
        parts += [part for part in map(text_of, _list(item.get("raw_content"))) if part]
        parts = parts or [text for text in (text_of(item.get("text")),) if text]
        return iter([thinking(parts, offset, length, identity)])
    work = done(kind, item)
    if work is not None:
        return work_items(work, offset, length)
    one = _finished(kind, item, identity, offset, length)
    return None if one is None else iter([one])


def work_items(work: Done, offset: int, length: int) -> Iterator[Item]:
    """A finished piece of work as the call and its result, both in this line."""
    yield Item(
        Kind.TOOL_CALL, offset, length, role="assistant", name=work.name, call=work.call, input=work.input,
        files=work.files,
    )  # fmt: skip
    if work.name != "web_search":
        marks = Mark.FAILED if work.failed else 0
        yield Item(
            Kind.TOOL_RESULT, offset, length, role="tool", call=work.call, text=work.text, marks=marks,
            detail=work.detail,
        )  # fmt: skip


def _finished(kind: str, item: dict[str, Any], identity: str, offset: int, length: int) -> Item | None:
    words = text_of(item.get("text")) or ""
    if kind == "Plan":
        return Item(Kind.PLAN, offset, length, role="assistant", text=words, uuid=identity)
    if kind == "SubAgentActivity":
        return _activity(item, identity, offset, length)
    if kind == "ImageGeneration":
        return Item(
            Kind.IMAGE, offset, length, role="assistant", name="generated", call=identity, detail=item,
            text=text_of(item.get("revised_prompt")) or words, files=_paths(item.get("saved_path")),
        )  # fmt: skip
    if kind in ("EnteredReviewMode", "ExitedReviewMode"):
        name = "review begins" if kind.startswith("Entered") else "review ends"
        text = words or first_text(item.get("review"))
        return Item(Kind.REVIEW, offset, length, role="system", name=name, text=text, uuid=identity)
    if kind == "HookPrompt":
        text = words or first_text(item.get("fragments"))
        return Item(Kind.HOOK, offset, length, role="system", name="hook", text=text, uuid=identity)
    if kind == "ContextCompaction":
        return Item(Kind.COMPACTION, offset, length, role="system", name="compaction", uuid=identity)
    if kind in ("GuardianAssessment", "guardian_assessment"):
        told = "\n".join(words_of(item))
        return Item(Kind.SYSTEM, offset, length, role="system", name="guardian assessment", text=told, uuid=identity)
    if kind.startswith("collab_"):
        return _between_agents(kind, item, offset, length)
    if kind == "todo_list":
        return Item(Kind.TODO, offset, length, role="assistant", name=kind, call=identity, input=item.get("items"))
    if kind == "error":
        return _error(item, kind, offset, length)
    return None


def _event(kind: str, value: dict[str, Any], offset: int, length: int) -> list[Item] | Iterator[Item] | None:
    if kind == "user_message":
        images = [
            {"type": "input_image", "image_url": image}
            for image in (*_list(value.get("images")), *_list(value.get("local_images")))
        ]
        text = text_of(value.get("message"))
        # One that says nothing is told as it stands.
        return list(_prompt([text] if text else [], images, offset, length)) or None
    if kind == "agent_message":
        words, phase = text_of(value.get("message")) or "", text_of(value.get("phase")) or ""
        return [Item(Kind.REPLY, offset, length, role="assistant", text=words, name=phase)]
    if kind in ("agent_reasoning", "agent_reasoning_raw_content"):
        return [thinking([words for words in (text_of(value.get("text")),) if words], offset, length)]
    if kind == "turn_aborted":
        reason = text_of(value.get("reason")) or "interrupted"
        return [Item(Kind.INTERRUPTION, offset, length, role="system", name=reason, text=reason)]
    if kind == "thread_rolled_back":
        return [Item(Kind.REWIND, offset, length, role="system", name=kind, detail={"turns": value.get("num_turns")})]
    if kind == "context_compacted":
        return [Item(Kind.COMPACTION, offset, length, role="system", name="compaction")]
    if kind in ("entered_review_mode", "exited_review_mode"):
        return [_review(kind, value, offset, length)]
    if kind == "sub_agent_activity":
        return [_activity(value, "", offset, length)]
    if kind.startswith("collab_"):
        return [_between_agents(kind, value, offset, length)]
    if kind == "guardian_assessment":
        words = "\n".join(words_of(value))
        return [Item(Kind.SYSTEM, offset, length, role="system", name="guardian assessment", text=words)]
    if kind in ("error", "stream_error"):
        return [_error(value, kind, offset, length)]
    if kind in ("task_complete", "turn_complete"):
        return [_error({"message": value["error"]}, kind, offset, length)] if value.get("error") else None
    if kind == "image_generation_end":
        return [_generated(value, offset, length)]
    if kind in ("warning", "thread_goal_updated", "undo_started", "undo_completed", "deprecation_notice"):
        goal = value.get("goal")
        text = text_of(value.get("message")) or first_text(goal)
        if isinstance(goal, dict):
            text = text_of(goal.get("objective")) or text
        return [Item(Kind.SYSTEM, offset, length, role="system", name=kind, text=text)]
    return None


def _generated(value: dict[str, Any], offset: int, length: int) -> Item:
    return Item(
        Kind.IMAGE, offset, length, role="assistant", name="generated", detail=value,
        call=text_of(value.get("call_id")) or "", text=text_of(value.get("revised_prompt")) or "",
        files=_paths(value.get("saved_path")),
    )  # fmt: skip


def _prompt(texts: list[str], content: Any, offset: int, length: int, identity: str = "") -> Iterator[Item]:
    yield from user_items(texts, offset, length, identity)
    for block in _list(content):
        if isinstance(block, dict) and "image" in str(block.get("type")):
            yield media(block, offset, length, "user")


def _review(kind: str, value: dict[str, Any], offset: int, length: int) -> Item:
    told = value.get("review_output")
    output = told if isinstance(told, dict) else {}
    words = [text_of(value.get("user_facing_hint"))]
    words += [text_of(output.get(name)) for name in ("overall_correctness", "overall_explanation")]
    for finding in _list(output.get("findings")):
        if isinstance(finding, dict):
            words += [text_of(finding.get("title")), text_of(finding.get("body"))]
    name = "review begins" if kind.startswith("entered") else "review ends"
    text = "\n\n".join(filter(None, words))
    return Item(Kind.REVIEW, offset, length, role="system", name=name, text=text, detail=output or None)


def _activity(value: dict[str, Any], identity: str, offset: int, length: int) -> Item:
    names = ("agent_thread_id", "agent_path", "kind", "model")
    detail = {name: value[name] for name in names if value.get(name) is not None}
    words = " ".join(filter(None, (text_of(value.get("agent_path")), text_of(value.get("kind")))))
    return Item(
        Kind.AGENT, offset, length, role="agent", name=text_of(value.get("kind")) or "activity", text=words,
        call=identity, detail=detail,
    )  # fmt: skip


def _between_agents(kind: str, value: dict[str, Any], offset: int, length: int) -> Item:
    """What one agent asked of another, or what came of it."""
    words = "\n".join(words_of({name: part for name, part in value.items() if not name.endswith("_id")}))
    thread = text_of(value.get("new_thread_id"))
    return Item(
        Kind.AGENT, offset, length, role="agent", name=kind.removeprefix("collab_").replace("_", " "), text=words,
        call=text_of(value.get("call_id")) or "", detail={"agent_thread_id": thread} if thread else None,
    )  # fmt: skip


def _error(value: dict[str, Any], kind: str, offset: int, length: int) -> Item:
    words = text_of(value.get("message")) or first_text(value.get("message")) or first_text(value)
    info = value.get("codex_error_info")
    said = f"{words} {info}".lower()
    limit = any(sign in said for sign in _LIMITS)
    return Item(Kind.LIMIT if limit else Kind.ERROR, offset, length, role="system", text=words, name=kind)


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _paths(value: Any) -> list[str]:
    path = text_of(value)
    return [path] if path else []
