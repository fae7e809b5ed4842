"""Which parts of the screen are being taken down."""

from __future__ import annotations

from textual.dom import DOMNode
from textual.message_pump import MessagePump
from textual.screen import Screen


def is_leaving(node: MessagePump) -> bool:
    """Whether a part, or what it stands in, was removed, is being removed, or is a screen that was left.

    Its handlers may still be called: for messages that were on their way, timers, and workers that had begun.
    """
    if not node.is_attached:
        return True
    ancestors = node.ancestors_with_self if isinstance(node, DOMNode) else [node]
    for each in ancestors:
        if each is node.app:
            return False
        if each._closing or each._closed or (isinstance(each, DOMNode) and each._pruning):
            return True
        if isinstance(each, Screen) and not any(each in stack for stack in node.app._screen_stacks.values()):
            return True
    return False
