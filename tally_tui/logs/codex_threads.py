"""Which thread a rollout is, where it came from, and what it is about."""

from __future__ import annotations

import re
from typing import Any

from tally_tui.logs.instants import to_ms
from tally_tui.logs.lines import text_of
from tally_tui.logs.records import SessionFact

KNOWN_TYPES = frozenset(
    """
    response_item compacted world_state inter_agent_communication inter_agent_communication_metadata
    security_risk_score realtime_item message reasoning function_call function_call_output custom_tool_call
    custom_tool_call_output local_shell_call web_search_call tool_search_call tool_search_output
    image_generation_call agent_message additional_tools compaction context_compaction ghost_snapshot
    configuration_update other turn.started turn.failed item.started item.updated item.completed error
    """.split()
)
KNOWN_EVENTS = frozenset(
    """
    task_complete turn_complete turn_aborted thread_rolled_back thread_settings_applied
    raw_response_completed thread_goal_updated agent_message agent_reasoning patch_apply_end
    exec_command_end mcp_tool_call_end web_search_end image_generation_end context_compacted
    entered_review_mode exited_review_mode sub_agent_activity agent_reasoning_raw_content
    agent_reasoning_section_break patch_apply_begin exec_command_begin mcp_tool_call_begin web_search_begin
    plan_update error stream_error warning background_event turn_diff view_image_tool_call undo_completed
    undo_started shutdown_complete thread_name_updated guardian_assessment
    collab_agent_spawn_begin collab_agent_spawn_end collab_agent_interaction_begin collab_agent_interaction_end
    collab_waiting_begin collab_waiting_end collab_close_begin collab_close_end collab_resume_begin collab_resume_end
    """.split()
)
_UUID = re.compile(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")


def thread_of(path: str) -> str | None:
    """The thread id in a rollout's file name (the first, of a reverted thread's two); None without one."""
    found = _UUID.search(path.rpartition("/")[2])
    return found[0].lower() if found else None


def is_bare_header(kind: str, name: Any, timestamp: Any, record_type: Any) -> bool:
    """Whether a line is the header of the earliest rollouts: an id and a time, and no envelope around them."""
    return not kind and not record_type and isinstance(name, str) and to_ms(timestamp) is not None


def meta_fact(payload: Any, ts: int | None, fallback: str) -> SessionFact:
    """What a rollout's first `session_meta` says.

    Raises:
        AttributeError: the payload is no object.
    """
    name = text_of(payload.get("id")) or fallback
    source = payload.get("source")
    subagent = source.get("subagent") if isinstance(source, dict) else None
    spawn = subagent.get("thread_spawn") if isinstance(subagent, dict) else None
    spawn = spawn if isinstance(spawn, dict) else {}
    parent = text_of(payload.get("parent_thread_id")) or text_of(spawn.get("parent_thread_id"))
    fork = text_of(payload.get("forked_from_id"))
    git = payload.get("git")
    root = text_of(payload.get("session_id"))
    is_subagent = bool(parent or subagent is not None)
    agent = kind = None
    if is_subagent:
        told = [payload.get(key) for key in ("agent_role", "agent_type", "agent_nickname")]
        told += [spawn.get(key) for key in ("agent_role", "agent_nickname")]
        told += [subagent if isinstance(subagent, str) else None]
        agent = next((text for text in map(text_of, told) if text), "subagent")
        types = [payload.get("agent_role"), payload.get("agent_type"), spawn.get("agent_role")]
        types.append(subagent if isinstance(subagent, str) else None)
        kind = next((text for text in map(text_of, types) if text), None)
    started = ts if ts is not None else to_ms(payload.get("timestamp"))
    return SessionFact(
        name=name,
        parent=(parent or (root if root != name else None)) if is_subagent else None,
        forked_from=fork or parent,
        agent=agent,
        folder=text_of(payload.get("cwd")),
        branch=text_of(git.get("branch")) if isinstance(git, dict) else None,
        version=text_of(payload.get("cli_version")),
        origin=text_of(payload.get("originator")),
        first_ts=started,
        started=started or 0,
        paginated=payload.get("history_mode") == "paginated",
        agent_type=kind,
        agent_rank=3 if kind else 0,
    )
