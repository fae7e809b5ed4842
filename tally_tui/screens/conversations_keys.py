"""The keys of the Conversations screen: ids for keymaps, tooltips for help."""

from __future__ import annotations

from textual.binding import Binding, BindingType

BINDINGS: list[BindingType] = [
    Binding(
        "slash", "find", "Find", key_display="/", id="conversations.find",
        tooltip="In the list: filter the sessions. In a session: find in it",
    ),
    Binding("F,ctrl+f", "search", "Search", key_display="F", id="conversations.search",
            tooltip="Search everything that was said in any session"),
    Binding("s", "sort", "Sort", show=False, id="conversations.sort", tooltip="Sort the sessions by the next column"),
    Binding("S", "reverse", "Reverse", show=False, id="conversations.reverse", tooltip="Sort the other way round"),
    Binding("o", "outline", "Outline", id="conversations.outline", tooltip="Prompts, errors, changes: jump to one"),
    Binding("r", "resume", "Resume", id="conversations.resume", tooltip="Go on with this session in its agent"),
    Binding("y", "copy_id", "Copy the id", show=False, id="conversations.copy-id", tooltip="Copy the session's id"),
    Binding("Y", "copy_path", "Copy the path", show=False, id="conversations.copy-path",
            tooltip="Copy the path of the session's log"),
    Binding("R", "copy_resume", "Copy the command", show=False, id="conversations.copy-resume",
            tooltip="Copy the command that resumes the session"),
    Binding("tab", "other_side", "Other side", show=False, id="conversations.other-side",
            tooltip="From the list to the session and back"),
    Binding("escape", "back", "Back", show=False, id="conversations.back",
            tooltip="Leave the search, then the session, then the filter"),
]  # fmt: skip
