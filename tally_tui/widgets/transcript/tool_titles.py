"""A tool call on one line: what was done, to what."""

from __future__ import annotations

import json
import re
from pathlib import PurePosixPath
from typing import Any

from tally_tui.widgets.transcript.terminal import ESCAPE

COMMANDS = frozenset({"Bash", "PowerShell", "shell", "exec_command", "local_shell", "local_shell_call", "shell_command",
                      "unified_exec", "container.exec", "exec"})  # fmt: skip
EDITS = frozenset({"Edit", "Write", "MultiEdit", "NotebookEdit", "apply_patch", "file_change", "patch"})
SUBAGENTS = frozenset({"Task", "Agent", "spawn_agent"})
_TELLING = (
    "command", "cmd", "file_path", "notebook_path", "path", "pattern", "query", "url", "description", "skill",
    "prompt", "message", "task_id", "taskId", "subject", "title", "name", "text", "input",
)  # fmt: skip
"""The arguments that say best what a call is about, best first."""
_PATCHED = re.compile(r"^\*\*\* (?:Add|Update|Delete) File: (.+)$", re.MULTILINE)
_LANGUAGES = {
    "yml": "yaml", "md": "markdown", "mdx": "markdown", "h": "c", "hpp": "cpp", "cc": "cpp", "tcss": "scss",
    "jsonl": "json", "mjs": "js", "cjs": "js", "mts": "ts", "svelte": "html", "vue": "html", "kts": "kotlin",
    "ps1": "powershell", "zsh": "bash", "fish": "fish", "lock": "", "txt": "", "log": "", "csv": "",
}  # fmt: skip


def language_of(path: str) -> str:
    """The language of a file by the end of its name, as highlighters call it; empty when unknown."""
    name = PurePosixPath(path.replace("\\", "/")).name
    if name.lower() in ("dockerfile", "makefile", "justfile"):
        return {"dockerfile": "docker"}.get(name.lower(), "make")
    end = name.rpartition(".")[2].lower() if "." in name else ""
    return _LANGUAGES.get(end, end if re.fullmatch(r"[a-z0-9+#]{1,12}", end) else "")


def named(tool: str) -> str:
    """A tool's name for people: `mcp__github__create_issue` is `github:create_issue`."""
    if tool.startswith("mcp__"):
        server, _, rest = tool[5:].partition("__")
        return f"{server}:{rest}" if rest else server
    return tool or "tool"


def title(tool: str, given: Any, text: str = "", folder: str = "") -> str:
    """What a call does, on one line."""
    return f"{named(tool)} {argument(tool, given, text, folder)}".strip()


def argument(tool: str, given: Any, text: str = "", folder: str = "") -> str:
    """What a call is about: a command, a file, a question."""
    if tool in COMMANDS:
        return first_line(command_of(given) or text)
    if tool == "apply_patch":
        files = _PATCHED.findall(text or _string(given, "input", "patch"))
        if files:
            more = f" and {len(files) - 1} more" if len(files) > 1 else ""
            return short_path(files[0], folder) + more
    if tool in SUBAGENTS and isinstance(given, dict):
        kind = _string(given, "subagent_type", "agent_type", "role")
        what = _string(given, "description", "prompt", "message")
        return f"{kind}: {first_line(what)}" if kind else first_line(what)
    if isinstance(given, dict):
        if isinstance(steps := given.get("todos") or given.get("plan"), list):
            done = sum(isinstance(each, dict) and each.get("status") == "completed" for each in steps)
            return f"{done} of {len(steps)} done"
        for key in _TELLING:
            value = given.get(key)
            if isinstance(value, str) and value.strip():
                if key.endswith("path"):
                    return short_path(value, folder)
                where = given.get("path")
                behind = f" in {short_path(where, folder)}" if key == "pattern" and isinstance(where, str) else ""
                return first_line(value) + behind
        return first_line(next((value for value in given.values() if isinstance(value, str) and value.strip()), ""))
    return first_line(given if isinstance(given, str) else text)


def command_of(given: Any) -> str:
    """The command line that a call ran."""
    if isinstance(given, str):
        return given
    if not isinstance(given, dict):
        return ""
    for key in ("command", "cmd", "action"):
        value = given.get(key)
        if isinstance(value, dict):
            value = value.get("command")
        if isinstance(value, str):
            return value
        if isinstance(value, list):
            words = [str(each) for each in value]
            # A shell given a script: the script is what ran.
            return words[2] if len(words) == 3 and words[1] in ("-c", "-lc") else " ".join(words)
    return ""


def first_line(text: str) -> str:
    """The first line that says anything, without the colours that a program gave it."""
    text = text[:4_000]
    if "\x1b" in text:
        text = ESCAPE.sub("", text)
    for line in text.split("\n"):
        if line.strip():
            return line.strip()
    return ""


def short_path(path: str, folder: str = "", longest: int = 60) -> str:
    """A path as short as it can be said: from the session's folder on, else its end."""
    if folder and path.startswith(folder.rstrip("/\\")) and len(path) > len(folder):
        path = path[len(folder.rstrip("/\\")) :].lstrip("/\\")
    return path if len(path) <= longest else "…" + path[-longest + 1 :]


def as_json(value: Any) -> str:
    """A value of a log as people read it."""
    try:
        return json.dumps(value, indent=2, ensure_ascii=False)
    except (TypeError, ValueError, RecursionError):
        return str(value)


def _string(given: Any, *keys: str) -> str:
    if not isinstance(given, dict):
        return ""
    return next((value for key in keys if isinstance(value := given.get(key), str) and value.strip()), "")
