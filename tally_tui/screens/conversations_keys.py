"""The keys of the Conversations screen: ids for keymaps, tooltips for help."""

from __future__ import annotations

from textual.binding import Binding, BindingType

BINDINGS: list[BindingType] = [
    Binding(
        "slash", "find", "Find", key_display="/", id="conversations.find",
        tooltip="In the list: filter the sessions. In a session: find in it",
    ),
    Binding("F,ctrl+f", "search", "Search", id="conversations.search",
            tooltip="Search everything that was said in any session"),
    Binding("X", "index", "Stop indexing", show=False, id="conversations.index",
            tooltip="Stop making text searchable, or go on with it"),
    Binding("s", "sort", "Sort", show=False, id="conversations.sort", tooltip="Sort the sessions by the next column"),
    Binding("S", "reverse", "Reverse", show=False, id="conversations.reverse", tooltip="Sort the other way round"),
    Binding("o", "outline", "Outline", id="conversations.outline", tooltip="Prompts, errors, changes: jump to one"),
    Binding("r", "resume", "Resume", id="conversations.resume", tooltip="Go on with this session in its agent"),
    Binding("ctrl+r", "fork", "Fork", show=False, id="conversations.fork",
            tooltip="Go on with a copy of this session in its agent; the session itself stays as it is"),
    Binding("e", "export", "Export", show=False, id="conversations.export",
            tooltip="Write the conversation to a file: Markdown, HTML or JSON"),
    Binding("asterisk", "mask", "Mask secrets", show=False, key_display="*", id="conversations.mask",
            tooltip="Mask what looks like a secret, or show it again"),
    Binding("L", "open_log", "Open the log", show=False, id="conversations.open-log",
            tooltip="Open the session's log in $EDITOR, at the message under the cursor"),
    Binding("y", "copy_id", "Copy the id", show=False, id="conversations.copy-id", tooltip="Copy the session's id"),
    Binding("Y", "copy_path", "Copy the path", show=False, id="conversations.copy-path",
            tooltip="Copy the path of the session's log"),
    Binding("R", "copy_resume", "Copy the command", show=False, id="conversations.copy-resume",
            tooltip="Copy the command that resumes the session"),
    Binding("A", "archive", "Archive", show=False, id="conversations.archive",
            tooltip="Keep a copy of the session's logs in the archive, or take it out; stops a copy under way"),
    Binding("x", "compare", "Compare", show=False, id="conversations.compare",
            tooltip="Mark the session for comparing; on a second one: both side by side"),
    Binding("m", "bookmark", "Bookmark", show=False, id="conversations.bookmark",
            tooltip="Bookmark the session, in a session the message; or take the bookmark off"),
    Binding("M", "note", "Note", show=False, id="conversations.note",
            tooltip="Write a note about the session, in a session about the message"),
    Binding("B", "bookmarks", "Bookmarks", show=False, id="conversations.bookmarks",
            tooltip="All bookmarks and notes, to find one and go there"),
    Binding("h", "hide", "Hide", show=False, id="conversations.hide",
            tooltip="Take the session off the list, or put it back; its cost counts all the same"),
    Binding("H", "show_hidden", "Hidden", show=False, id="conversations.hidden",
            tooltip="List the hidden sessions, or the others again"),
    Binding("u", "undo", "Undo", show=False, id="conversations.undo",
            tooltip="Take back the last bookmark, note or hiding"),
    Binding("tab", "other_side", "Other side", show=False, id="conversations.other-side",
            tooltip="From the list to the session and back"),
    Binding("escape", "back", "Back", show=False, id="conversations.back",
            tooltip="Forget what was found, or back to the hits or to both sessions; then to the list; "
            "then clear the filter"),
]  # fmt: skip
