"""Changing a JSON file as a person would: one place of the text, every other byte as it was."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any, Final

_SPACE: Final = re.compile(r"[ \t\r\n]*")
_DECODER: Final = json.JSONDecoder()


class NoJsonError(ValueError):
    """The text is no JSON; says where it stops making sense."""


@dataclass(slots=True)
class Node:
    """A value in the text: [start, end), and what it holds, in order."""

    start: int
    end: int
    value: Any
    members: list[tuple[str, int, Node]] = field(default_factory=list)
    """Of an object: (name, where its name starts, value)."""
    items: list[Node] = field(default_factory=list)
    """Of an array."""

    def member(self, name: str) -> Node | None:
        """The last member of this name, which is the one that readers of JSON take."""
        return next((node for found, _, node in reversed(self.members) if found == name), None)


def scan(text: str) -> Node:
    """Where everything is in a JSON text (a byte order mark before it is passed over).

    Raises:
        NoJsonError: it is no JSON.
    """
    start = 1 if text.startswith("\ufeff") else 0
    try:
        json.loads(text[start:], parse_constant=_refuse)
        node, _ = _node(text, _after_space(text, start))
    except json.JSONDecodeError as error:
        raise NoJsonError(f"line {error.lineno}, column {error.colno}: {error.msg}") from None
    except (ValueError, RecursionError) as error:
        raise NoJsonError(str(error)) from None
    return node


def add_member(text: str, node: Node, name: str, value: Any) -> str:
    """The text with one more member at the end of an object."""
    colon = ": " if "\n" in text or '": ' in text or not node.members else ":"
    return _add(text, node, json.dumps(name) + colon, value, [start for _, start, _ in node.members])


def add_item(text: str, node: Node, value: Any) -> str:
    """The text with one more item at the end of an array."""
    return _add(text, node, "", value, [item.start for item in node.items])


def remove_member(text: str, node: Node, name: str) -> str:
    """The text without the (last) member of this name."""
    at = max(index for index, member in enumerate(node.members) if member[0] == name)
    return _remove(text, node, at, [(start, child.end) for _, start, child in node.members])


def remove_item(text: str, node: Node, at: int) -> str:
    """The text without an array's item."""
    return _remove(text, node, at, [(item.start, item.end) for item in node.items])


def replace(text: str, node: Node, by: str) -> str:
    """The text with another text in the place of a value."""
    return text[: node.start] + by + text[node.end :]


def _add(text: str, node: Node, before: str, value: Any, starts: list[int]) -> str:
    newline = "\r\n" if "\r\n" in text else "\n"
    children = node.items or [child for _, _, child in node.members]
    if children:
        lead = text[node.start + 1 : starts[0]]
        last = children[-1].end
        if "\n" not in lead:
            comma = ", " if ", " in text[node.start : node.end] or '": ' in text else ","
            return text[:last] + comma + before + _inline(text, value) + text[last:]
        indent = lead[lead.rindex("\n") + 1 :]
        return text[:last] + f",{newline}{indent}{before}" + _lines(text, value, indent, newline) + text[last:]
    if "\n" not in text.strip() and text.strip() not in ("{}", "{ }"):
        return text[: node.start + 1] + before + _inline(text, value) + text[node.end - 1 :]
    outer = _indent_at(text, node.start)
    inner = outer + _unit(text)
    middle = f"{newline}{inner}{before}{_lines(text, value, inner, newline)}{newline}{outer}"
    return text[: node.start + 1] + middle + text[node.end - 1 :]


def _remove(text: str, node: Node, at: int, spans: list[tuple[int, int]]) -> str:
    if len(spans) == 1:
        return text[: node.start + 1] + text[node.end - 1 :]
    if at == len(spans) - 1:
        return text[: spans[at - 1][1]] + text[spans[at][1] :]
    return text[: spans[at][0]] + text[spans[at + 1][0] :]


def _inline(text: str, value: Any) -> str:
    separators = (", ", ": ") if '": ' in text else (",", ":")
    return json.dumps(value, ensure_ascii=False, separators=separators)


def _lines(text: str, value: Any, indent: str, newline: str) -> str:
    return json.dumps(value, ensure_ascii=False, indent=_unit(text)).replace("\n", newline + indent)


def _unit(text: str) -> str:
    """One step of the text's indentation: that of its first indented line."""
    found = re.search(r"\n([ \t]+)\S", text)
    return found[1] if found else "  "


def _indent_at(text: str, at: int) -> str:
    line = text[text.rfind("\n", 0, at) + 1 : at]
    return line[: len(line) - len(line.lstrip(" \t"))]


def _after_space(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found else at


def _node(text: str, at: int) -> tuple[Node, int]:
    """The value at a place of a text that is known to be JSON, and where the next thing begins."""
    if text[at] == "{":
        node = Node(at, at, {})
        at = _after_space(text, at + 1)
        while text[at] != "}":
            name_at = at
            name, at = _DECODER.raw_decode(text, at)
            child, at = _node(text, _after_space(text, _after_space(text, at) + 1))
            node.members.append((name, name_at, child))
            node.value[name] = child.value
            at = _after_space(text, at + 1) if text[at] == "," else at
    elif text[at] == "[":
        node = Node(at, at, [])
        at = _after_space(text, at + 1)
        while text[at] != "]":
            child, at = _node(text, at)
            node.items.append(child)
            node.value.append(child.value)
            at = _after_space(text, at + 1) if text[at] == "," else at
    else:
        value, end = _DECODER.raw_decode(text, at)
        return Node(at, end, value), _after_space(text, end)
    node.end = at + 1
    return node, _after_space(text, at + 1)


def _refuse(word: str) -> None:
    raise NoJsonError(f"{word} is no JSON")
