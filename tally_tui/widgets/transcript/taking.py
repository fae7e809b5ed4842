"""What a reader takes from a transcript: text for the clipboard, files to open, outputs to load."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from textual.message import Message

from tally_tui.widgets.transcript.drawing import Fold
from tally_tui.widgets.transcript.pages import Body, Label
from tally_tui.widgets.transcript.plain import code_of, text_of
from tally_tui.widgets.transcript.view import TranscriptView


class Taking(TranscriptView, inherit_bindings=False):
    """Acts on the message under the cursor, once its text is here."""

    @dataclass
    class Copied(Message, namespace="reader"):
        """Text for the clipboard; `what` says which, for people."""

        text: str
        what: str

    @dataclass
    class Said(Message, namespace="reader"):
        """Something to tell a person about a key."""

        text: str

    @dataclass
    class FileWanted(Message, namespace="reader"):
        """The file that a message is about is to be opened."""

        item: int
        body: Body

    @dataclass
    class SpilledWanted(Message, namespace="reader"):
        """An output that stands in a file of its own is to be loaded."""

        key: str

    @dataclass
    class MediaWanted(Message, namespace="reader"):
        """The images and documents of an item are to be opened."""

        item: int

    _opened = ""
    """The item whose images were opened last: the next time it is folded."""
    _awaiting: tuple[str, Callable[[int, Body], None]] | None = None
    """What is done as soon as a text has come: the item it is of, and the deed."""

    def arrived(self) -> None:
        super().arrived()
        awaiting, self._awaiting = self._awaiting, None
        if awaiting is not None and self.head is not None and self.head.key == awaiting[0]:
            self._with_text(awaiting[1])

    def _with_text(self, do: Callable[[int, Body], None]) -> None:
        """Do something with the message under the cursor, fetching its text where it was never needed."""
        head, item = self.head, self.item
        if head is None or item is None:
            return
        body = () if head.hollow else self.pages.body(item)
        if body is None:
            self._awaiting = (head.key, do)
            self.post_message(self.Wanted(item, item))
        else:
            do(item, body)

    def action_copy(self, what: str = "message") -> None:
        self._with_text(lambda item, body: self._copy(what, item, body))

    def _copy(self, what: str, item: int, body: Body) -> None:
        text = code_of(body) if what == "code" else text_of(body) or self.heads[item].title
        if text is None:
            self.post_message(self.Said("There is no code in this message."))
            return
        lines = text.count("\n") + 1
        self.post_message(self.Copied(text, f"{lines:,} {'line' if lines == 1 else 'lines'}"))

    def action_open_file(self) -> None:
        self._with_text(self._want_file)

    def _want_file(self, item: int, body: Body) -> None:
        self.post_message(self.FileWanted(item, body))

    # -- images and documents

    def _open_media(self, row: int) -> bool:
        """Open what stands in an item beside its words; false where nothing does, or it was just opened."""
        item = self.rows[row]
        head = self.heads[item]
        if not head.opens or (not head.hollow and self.fold_of(head) is Fold.FOLDED):
            return False
        if self._opened == head.key and not head.hollow:
            self._opened = ""
            return False
        self._opened = head.key
        self.post_message(self.MediaWanted(item))
        return True

    # -- outputs in files of their own

    def _load(self, row: int) -> bool:
        """Ask for the whole of an unfolded output that its log has not; whether there is one."""
        item = self.rows[row]
        head = self.heads[item]
        body = None if head.hollow or self.fold_of(head) is Fold.FOLDED else self.pages.body(item)
        if not any(isinstance(part, Label) and part.loads for part in body or ()):
            return False
        self._folds[head.key] = Fold.FULL
        self.post_message(self.SpilledWanted(head.key))
        return True

    def replaced(self, key: str) -> None:
        """Another text of an item has come."""
        row = next((row for row, item in enumerate(self.rows) if self.heads[item].key == key), None)
        if row is not None:
            self.forget(row)
            self.again()
