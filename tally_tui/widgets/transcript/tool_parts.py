"""A tool call unfolded: what it was given, and what came of it."""

from __future__ import annotations

import re
from typing import Any

from tally_tui.widgets.transcript import diff
from tally_tui.widgets.transcript.pages import Body, Code, Diff, Hunk, Label, Output, Part, Prose, Todos
from tally_tui.widgets.transcript.tool_titles import COMMANDS, SUBAGENTS, as_json, command_of, language_of

_NUMBERED = re.compile(r"^ *(\d+)[→\t](.*)$")
_STATES = {"completed": "done", "in_progress": "doing", "pending": "open"}
_PATCH_FILE = re.compile(r"^\*\*\* (Add|Update|Delete) File: (.+)$")
PROSE = frozenset({"WebFetch", "WebSearch", "web_search", "Skill", "SendMessage"})
"""Tools whose results are written to be read."""


def parts(tool: str, given: Any, text: str, result: str | None, failed: bool = False, detail: Any = None) -> Body:
    """A call and its result as parts.

    Args:
        tool: the tool's name.
        given: its arguments as JSON values; None when they are plain text, then in `text`.
        result: what it answered; None: no answer in the log.
        failed: whether the answer is an error.
        detail: what else the log tells of the result (Claude Code's `toolUseResult`, a patch).
    """
    asked = _asked(tool, given, text, detail)
    answer = _answer(tool, given, result, failed, detail) if result is not None else _none_yet(tool)
    if not failed and any(isinstance(part, Diff) and part.hunks for part in asked):
        return asked  # the answer only says that it was done
    return (*asked, *answer)


def _none_yet(tool: str) -> Body:
    return (Label("No result in the log."),)


def _asked(tool: str, given: Any, text: str, detail: Any) -> Body:
    if tool in COMMANDS:
        command = command_of(given) or text
        said = given.get("description") if isinstance(given, dict) else None
        label = (Label(said),) if isinstance(said, str) and said else ()
        return (*label, Code(command, "js" if tool == "exec" and "tools." in command else "bash", folds=True))
    changed = changes(tool, given, text, detail)
    if len(changed) > 1:
        return tuple(part for each in changed for part in (Label(each.path), each))
    if changed:
        return changed
    if isinstance(given, dict):
        for key in ("todos", "plan"):
            if isinstance(given.get(key), list):
                return (todos(given[key]),)
        if isinstance(plan := given.get("plan"), str):
            return (Prose(plan),)
        if isinstance(given.get("questions"), list):
            return (Prose(_questions(given["questions"])),)
        if tool == "AskUserQuestion" and isinstance(given.get("question"), str):
            return (Prose(given["question"]),)
        if tool in SUBAGENTS:
            return (Prose(str(given.get("prompt") or given.get("message") or "")),)
        if tool == "Read" or not given:
            return ()
        if len(given) == 1 and isinstance(value := next(iter(given.values())), str):
            return (Prose(value, True),) if tool in PROSE else (Code(value, folds=True),)
        return (Code(as_json(given), "json", folds=True),)
    if given is not None:
        return (Code(as_json(given), "json", folds=True),)
    return (Code(text, "", folds=True),) if text else ()


def _answer(tool: str, given: Any, result: str | None, failed: bool, detail: Any) -> Body:
    result = result or ""
    if failed:
        return (Label("Error"), Output(result, error=True)) if result.strip() else (Label("Failed, without a word."),)
    if tool == "Read" and isinstance(given, dict):
        return (_file(str(given.get("file_path") or ""), result),)
    if tool in SUBAGENTS or tool in PROSE:
        return (Label("Answer"), Prose(result)) if result.strip() else ()
    if tool in ("Edit", "Write", "MultiEdit", "TodoWrite", "update_plan") and not failed:
        # It only says that it was done.
        return ()
    if not result.strip():
        return (Label("No output."),)
    label = () if tool in COMMANDS else (Label("Result"),)
    stripped = result.lstrip()
    if stripped[:1] in "{[" and stripped[-1:].rstrip() in ("}", "]", ""):
        return (*label, Code(result.strip(), "json", folds=True))
    return (*label, Output(result))


def _file(path: str, result: str) -> Part:
    """A file as it was read: its lines without the numbers that the agent put before them."""
    lines = result.split("\n")
    first = _NUMBERED.match(lines[0]) if lines else None
    if first is None:
        return Output(result)
    texts: list[str] = []
    for line in lines:
        found = _NUMBERED.match(line)
        if found is None:
            break
        texts.append(found[2])
    return Code("\n".join(texts), language_of(path), int(first[1]))


def todos(steps: list[Any]) -> Todos:
    """A task list of either agent."""
    items: list[tuple[str, str]] = []
    for step in steps:
        if isinstance(step, dict):
            text = step.get("content") or step.get("step") or step.get("subject") or ""
            items.append((_STATES.get(str(step.get("status")), "open"), str(text)))
        else:
            items.append(("open", str(step)))
    return Todos(tuple(items))


# -- changes of files


def changes(tool: str, given: Any, text: str, detail: Any) -> tuple[Diff, ...]:
    """What a call changed, from what the log keeps of it: the patch itself, else old and new text."""
    patched = _from_detail(given, detail)
    if patched:
        return patched
    if "*** Begin Patch" in (text or ""):
        return patch(text)
    if not isinstance(given, dict):
        return ()
    path = str(given.get("file_path") or given.get("notebook_path") or given.get("path") or "")
    language = language_of(path)
    for value in (given.get("input"), given.get("patch")):
        if isinstance(value, str) and "*** Begin Patch" in value:
            return patch(value)
    if isinstance(given.get("old_string"), str):
        return (Diff(path, diff.between(given["old_string"], str(given.get("new_string") or "")), language),)
    if isinstance(edits := given.get("edits"), list):
        hunks: tuple[Hunk, ...] = ()
        for edit in edits:
            if isinstance(edit, dict):
                hunks += diff.between(str(edit.get("old_string") or ""), str(edit.get("new_string") or ""))
        return (Diff(path, hunks, language),)
    if tool == "Write" and isinstance(content := given.get("content"), str):
        return (Diff(path, (_new(content),), language),)
    return ()


def _new(content: str, sign: str = "+") -> Hunk:
    lines = tuple(sign + line for line in content.removesuffix("\n").split("\n"))
    return Hunk(0, 1, lines) if sign == "+" else Hunk(1, 0, lines)


def _from_detail(given: Any, detail: Any) -> tuple[Diff, ...]:
    if not isinstance(detail, dict):
        return ()
    hunks = detail.get("structuredPatch")
    if isinstance(hunks, list) and hunks:
        path = str(detail.get("filePath") or (given.get("file_path") if isinstance(given, dict) else "") or "")
        found = tuple(hunk for each in hunks if (hunk := _hunk(each)) is not None)
        return (Diff(path, found, language_of(path)),) if found else ()
    files = detail.get("changes")
    if not isinstance(files, dict):
        return ()
    out: list[Diff] = []
    for path, change in files.items():
        if not isinstance(change, dict):
            continue
        unified, content = change.get("unified_diff"), change.get("content")
        if isinstance(unified, str):
            out.append(Diff(path, diff.parse(unified), language_of(path)))
        elif isinstance(content, str):
            sign = "-" if change.get("type") == "delete" else "+"
            out.append(Diff(path, (_new(content, sign),), language_of(path)))
        else:
            out.append(Diff(path, ()))
    return tuple(out)


def _hunk(value: Any) -> Hunk | None:
    if not isinstance(value, dict) or not isinstance(lines := value.get("lines"), list):
        return None
    old, new = value.get("oldStart"), value.get("newStart")
    texts = tuple(line for line in lines if isinstance(line, str) and line[:1] in ("+", "-", " "))
    return Hunk(old if isinstance(old, int) else 0, new if isinstance(new, int) else 0, texts)


def patch(text: str) -> tuple[Diff, ...]:
    """Codex's own form of a patch: files, and stretches that know their place by what stands around them."""
    out: list[Diff] = []
    path = ""
    hunks: list[Hunk] = []
    lines: list[str] = []

    def close_hunk() -> None:
        if lines:
            hunks.append(Hunk(0, 0, tuple(lines)))
            lines.clear()

    def close_file() -> None:
        close_hunk()
        if path:
            out.append(Diff(path, tuple(hunks), language_of(path)))
        hunks.clear()

    for line in text.split("\n"):
        found = _PATCH_FILE.match(line)
        if found:
            close_file()
            path = found[2].strip()
            if found[1] == "Delete":
                path = f"{path} (deleted)"
        elif line.startswith("*** Move to: "):
            path = f"{path} → {line[13:].strip()}"
        elif line.startswith("@@"):
            close_hunk()
        elif path and line[:1] in ("+", "-", " "):
            lines.append(line)
        elif line.startswith("*** End Patch"):
            break
    close_file()
    return tuple(out)


def _questions(questions: list[Any]) -> str:
    out: list[str] = []
    for question in questions:
        if not isinstance(question, dict):
            continue
        out.append(f"**{question.get('question') or question.get('header') or ''}**")
        options = question.get("options")
        for option in options if isinstance(options, list) else []:
            if isinstance(option, dict):
                said = f" – {option['description']}" if option.get("description") else ""
                out.append(f"- {option.get('label')}{said}")
            else:
                out.append(f"- {option}")
    return "\n".join(out)


