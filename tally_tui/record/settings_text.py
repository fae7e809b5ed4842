"""An agent's settings with our entries put in or taken out; everything else stays as it is written."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

from tally_tui.record import agents, json_text
from tally_tui.record.agents import Agent
from tally_tui.record.json_text import Node, NoJsonError


class BadSettingsError(ValueError):
    """The file is not what the agent's settings look like; says what is wrong."""


@dataclass(slots=True)
class Outcome:
    """A text changed."""

    text: str
    made: list[str] = field(default_factory=list)
    """What had to be made to hold our entries: `hooks`, `hooks.Stop` …"""
    remarks: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Found:
    """What of ours is in a settings file."""

    status_line: str | None
    """The command of the status line, whosever; None: there is none."""
    hooks: tuple[str, ...]
    """The events that have a hook of ours."""

    @property
    def ours(self) -> bool:
        return bool(self.hooks) or agents.is_our_status_line(self.status_line)


def found(text: str, agent: Agent) -> Found:
    """Raises BadSettingsError."""
    root = _root(text)
    line = root.value.get("statusLine") if agent.has_status_line else None
    command = line.get("command") if isinstance(line, dict) else None
    events = tuple(event for event in agent.events if _our_hook(_event(root, event), event) is not None)
    return Found(command if isinstance(command, str) else None, events)


def with_ours(text: str, agent: Agent, start: Sequence[str]) -> Outcome:
    """The settings with our status line and hooks; those that are there already are left, or put right.

    Args:
        text: the file's text; `{}` where there is none.
        start: the words that start our program.

    Raises:
        BadSettingsError: the text is no JSON, or not of the form it must have.
    """
    outcome = Outcome(text)
    if agent.has_status_line:
        _put_status_line(outcome, start)
    for event in agent.events:
        _put_hook(outcome, agent, event, agents.hook_command(start, agent, event))
    return outcome


def without_ours(text: str, agent: Agent, made: Collection[str] | None) -> Outcome:
    """The settings without what is ours; what was made to hold it goes too, if nothing else is in it.

    `made` is what `with_ours` made; None: not known, and whatever is left empty goes. Raises as `with_ours` does.
    """
    outcome = Outcome(text)
    if agent.has_status_line:
        _take_status_line(outcome)
    for event in agent.events:
        _take_hooks(outcome, event, made)
    root = _root(outcome.text)
    hooks = root.member("hooks")
    if hooks and hooks.value == {} and outcome.text != text and (made is None or "hooks" in made):
        outcome.text = json_text.remove_member(outcome.text, root, "hooks")
    return outcome


def _put_status_line(outcome: Outcome, start: Sequence[str]) -> None:
    root = _root(outcome.text)
    line = root.member("statusLine")
    if line is None:
        entry = {"type": "command", "command": agents.status_line_command(start), "refreshInterval": agents.REFRESH_S}
        outcome.text = json_text.add_member(outcome.text, root, "statusLine", entry)
        return
    command = line.member("command")
    if command is None or not isinstance(command.value, str):
        outcome.remarks.append("its statusLine runs no command, and was left as it is")
        return
    if agents.is_our_status_line(command.value):
        if agents.starts(command.value):
            return
        wanted = agents.status_line_command(start, agents.wrapped(command.value))
    elif agents.has_our_status_line(command.value):
        outcome.remarks.append("its statusLine runs ours in a way of your own, and was left as it is")
        return
    else:
        wanted = agents.status_line_command(start, command.value)
    if wanted != command.value:
        outcome.text = json_text.replace(outcome.text, command, json.dumps(wanted, ensure_ascii=False))


def _take_status_line(outcome: Outcome) -> None:
    root = _root(outcome.text)
    line = root.member("statusLine")
    command = line.member("command") if line else None
    if command is None or not agents.is_our_status_line(command.value):
        if command is not None and agents.has_our_status_line(command.value):
            outcome.remarks.append("its statusLine runs ours in a way of your own: take it out by hand")
        return
    theirs = agents.wrapped(command.value)
    if theirs is None:
        outcome.text = json_text.remove_member(outcome.text, root, "statusLine")
    else:
        outcome.text = json_text.replace(outcome.text, command, json.dumps(theirs, ensure_ascii=False))


def _put_hook(outcome: Outcome, agent: Agent, event: str, command: str) -> None:
    root = _root(outcome.text)
    entry = {"hooks": [{"type": "command", "command": command, "timeout": agent.timeout}]}
    hooks, groups = root.member("hooks"), _event(root, event)
    if hooks is None:
        outcome.text = json_text.add_member(outcome.text, root, "hooks", {event: [entry]})
        outcome.made += ["hooks", f"hooks.{event}"]
    elif groups is None:
        outcome.text = json_text.add_member(outcome.text, hooks, event, [entry])
        outcome.made.append(f"hooks.{event}")
    elif (there := _our_hook(groups, event)) is None:
        outcome.text = json_text.add_item(outcome.text, groups, entry)
    else:
        node = there[2]
        if not agents.starts(node.value):
            outcome.text = json_text.replace(outcome.text, node, json.dumps(command, ensure_ascii=False))


def _take_hooks(outcome: Outcome, event: str, made: Collection[str] | None) -> None:
    while True:
        root = _root(outcome.text)
        groups = _event(root, event)
        there = _our_hook(groups, event)
        if groups is None or there is None:
            return
        group_at, hook_at, _ = there
        inside = groups.items[group_at].member("hooks")
        if inside is not None and len(inside.items) > 1:
            outcome.text = json_text.remove_item(outcome.text, inside, hook_at)
        elif len(groups.items) == 1 and (made is None or f"hooks.{event}" in made):
            hooks = root.member("hooks")
            assert hooks is not None
            outcome.text = json_text.remove_member(outcome.text, hooks, event)
        else:
            outcome.text = json_text.remove_item(outcome.text, groups, group_at)


def _our_hook(groups: Node | None, event: str) -> tuple[int, int, Node] | None:
    """Where our hook is: the group, its place in it, and the command."""
    for group_at, group in enumerate(groups.items if groups else ()):
        inside = group.member("hooks")
        for hook_at, hook in enumerate(inside.items if inside else ()):
            command = hook.member("command")
            if command is not None and agents.is_our_hook(command.value, event):
                return group_at, hook_at, command
    return None


def _event(root: Node, event: str) -> Node | None:
    """The groups of an event; None where it has none.

    Raises:
        BadSettingsError: something else stands there.
    """
    hooks = root.member("hooks")
    if hooks is None:
        return None
    _must_be(hooks.value, dict, "hooks", "an object")
    groups = hooks.member(event)
    if groups is not None:
        _must_be(groups.value, list, f"hooks.{event}", "a list")
    return groups


def _root(text: str) -> Node:
    try:
        root = json_text.scan(text)
    except NoJsonError as error:
        raise BadSettingsError(f"it is no JSON ({error})") from None
    _must_be(root.value, dict, "", "an object")
    return root


def _must_be(value: Any, kind: type, name: str, wanted: str) -> None:
    if not isinstance(value, kind):
        raise BadSettingsError(f"{name or 'what it holds'} is not {wanted}")
