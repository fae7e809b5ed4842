"""Codex's records of finished work (items and `…_end` events) → a call and its result, or what was said."""

from __future__ import annotations

from typing import Any, NamedTuple

from tally_tui.logs.claude_notes import first_text
from tally_tui.logs.codex_texts import failed
from tally_tui.logs.lines import text_of


class Done(NamedTuple):
    """A piece of work that is finished: what was asked for and what came of it."""

    name: str
    call: str
    input: Any
    text: str
    files: list[str]
    detail: Any
    failed: bool


_SMALL = ("exit_code", "duration", "status", "success", "changes", "stderr", "cwd", "source", "error", "agents_states")


def done(kind: str, item: dict[str, Any]) -> Done | None:
    """The work that an item or event of this kind tells of; None where it is none."""
    call = text_of(item.get("call_id")) or text_of(item.get("id")) or ""
    detail = {name: item[name] for name in _SMALL if item.get(name) is not None}
    bad = item.get("status") in ("failed", "declined") or item.get("success") is False or failed(item)
    if kind in ("CommandExecution", "exec_command_end", "command_execution"):
        given = {name: item[name] for name in ("command", "cwd") if item.get(name) is not None}
        given["command"] = _command(given.get("command"))
        text = text_of(item.get("aggregated_output")) or _outputs(item)
        return Done("exec_command", call, given, text, [], detail, bad)
    if kind in ("FileChange", "patch_apply_end", "file_change"):
        changes = item.get("changes")
        return Done("apply_patch", call, None, _outputs(item), _changed(changes), detail, bad)
    if kind in ("McpToolCall", "mcp_tool_call_end", "mcp_tool_call"):
        return _mcp(item, call, detail, bad)
    if kind in ("DynamicToolCall", "dynamic_tool_call_response"):
        name = text_of(item.get("tool")) or "tool"
        words = first_text(item.get("content_items") or item.get("contentItems") or item.get("result"))
        return Done(name, call, item.get("arguments"), words or text_of(item.get("text")) or "", [], detail, bad)
    if kind in ("CollabAgentToolCall", "collab_tool_call"):
        given = {name: item[name] for name in ("prompt", "receiver_thread_ids", "model") if item.get(name)}
        words = text_of(item.get("text")) or ""
        return Done(text_of(item.get("tool")) or "agents", call, given or None, words, [], detail, bad)
    if kind in ("WebSearch", "web_search_end", "web_search"):
        action = item.get("action")
        query = text_of(item.get("query"))
        return Done("web_search", call, action if isinstance(action, dict) else {"query": query}, "", [], None, bad)
    if kind in ("ImageView", "view_image_tool_call"):
        path = text_of(item.get("path"))
        words = text_of(item.get("text")) or ""
        return Done("view_image", call, {"path": path} if path else None, words, [path] if path else [], None, bad)
    return None


def search_words(action: Any) -> str:
    """What a web search asked for, in whichever of its records it stands."""
    if not isinstance(action, dict):
        return ""
    return " ".join(filter(None, (text_of(action.get(name)) for name in ("query", "url", "pattern"))))


def _mcp(item: dict[str, Any], call: str, detail: Any, bad: bool) -> Done:
    told = item.get("invocation")
    invocation = told if isinstance(told, dict) else item
    name = "__".join(filter(None, ("mcp", text_of(invocation.get("server")), text_of(invocation.get("tool")))))
    result = item.get("result")
    if isinstance(result, dict) and ("Ok" in result or "Err" in result):
        bad = bad or "Err" in result
        result = result.get("Ok", result.get("Err"))
    words = first_text(result) or first_text(item.get("error"))
    if isinstance(result, dict) and result.get("isError") is True:
        bad = True
    return Done(name, call, invocation.get("arguments"), words, [], detail, bad)


def _command(command: Any) -> str:
    """A command line as it was meant: without the shell that was called to run it."""
    if isinstance(command, str):
        return command
    if not isinstance(command, list):
        return ""
    words = [word for word in command if isinstance(word, str)]
    if len(words) == 3 and words[1] in ("-lc", "-c", "-Command"):
        return words[2]
    import shlex

    return shlex.join(words)


def _outputs(item: dict[str, Any]) -> str:
    return "\n".join(filter(None, (text_of(item.get("stdout")), text_of(item.get("stderr")))))


def _changed(changes: Any) -> list[str]:
    if isinstance(changes, dict):
        return [path for path in changes if isinstance(path, str)]
    if isinstance(changes, list):
        return [path for change in changes if isinstance(change, dict) and (path := text_of(change.get("path")))]
    return []
