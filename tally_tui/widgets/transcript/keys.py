"""The keys of the reader: ids for keymaps, tooltips for help."""

from __future__ import annotations

from textual.binding import Binding, BindingType

_DEPTH = Binding.Group("Depth", compact=True)


def _key(keys: str, action: str, word: str, tip: str, name: str, show: bool = False) -> Binding:
    return Binding(keys, action, word, show=show, id=f"reader.{name}", tooltip=tip)


BINDINGS: list[BindingType] = [
    _key("j,down", "by(1)", "Down", "One line down", "down"),
    _key("k,up", "by(-1)", "Up", "One line up", "up"),
    _key("space,pagedown", "page(1)", "Page", "One page down", "page-down"),
    _key("b,pageup", "page(-1)", "Page back", "One page up", "page-up"),
    _key("ctrl+d", "page(0.5)", "Half a page", "Half a page down", "half-down"),
    _key("ctrl+u", "page(-0.5)", "Half a page back", "Half a page up", "half-up"),
    _key("g,home", "first", "Beginning", "The beginning", "first"),
    _key("G,end", "last", "End", "The end", "last"),
    _key("J", "message(1)", "Next", "The next message", "next"),
    _key("K", "message(-1)", "Before", "The message before", "before"),
    _key("right_curly_bracket", "jump('prompt', 1)", "Next prompt", "The next prompt", "next-prompt"),
    _key("left_curly_bracket", "jump('prompt', -1)", "Prompt before", "The prompt before", "prompt-before"),
    _key("right_square_bracket", "jump('error', 1)", "Next error", "The next error", "next-error"),
    _key("left_square_bracket", "jump('error', -1)", "Error before", "The error before", "error-before"),
    _key("right_parenthesis", "jump('edit', 1)", "Next edit", "The next change of a file", "next-edit"),
    _key("left_parenthesis", "jump('edit', -1)", "Edit before", "The change of a file before", "edit-before"),
    _key("enter", "unfold", "Unfold", "Unfold what is under the cursor, then all of it, then fold it; open an image",
         "unfold"),
    _key("z", "fold_all", "Fold all", "Unfold every tool call, or fold them again", "fold-all"),
    _key("T", "thinking", "Thinking", "Unfold all thinking, or fold it again", "thinking"),
    Binding("plus,equals_sign", "deeper(1)", "More", group=_DEPTH, id="reader.deeper", key_display="+",
            tooltip="Show more: prompts, replies, subagents, tools, everything"),
    Binding("minus", "deeper(-1)", "Less", group=_DEPTH, id="reader.shallower", key_display="-",
            tooltip="Show less: everything, tools, subagents, replies, prompts"),
    _key("v", "focus_on", "Only", "Only the chat, edits, commands, errors; or all again", "only"),
    _key("l,right", "sideways(1)", "To the right", "What of wide tables and code lies to the right", "right"),
    _key("h,left", "sideways(-1)", "To the left", "What of wide tables and code lies to the left", "left"),
    _key("w", "wrap", "Fold lines", "Fold long lines of code, or scroll them sideways again", "wrap"),
    _key("n", "hit(1)", "Next hit", "The next place that was searched for", "next-hit"),
    _key("N", "hit(-1)", "Hit before", "The place before that was searched for", "hit-before"),
    _key("f", "follow", "Follow", "Stay at the end as the conversation grows", "follow", True),
    _key("c", "copy", "Copy", "Copy the message under the cursor", "copy", True),
    _key("C", "copy('code')", "Copy code", "Copy the code, command or change under the cursor", "copy-code"),
    _key("E", "open_file", "Open the file", "Open the file that this message is about in $EDITOR", "open-file"),
]  # fmt: skip
