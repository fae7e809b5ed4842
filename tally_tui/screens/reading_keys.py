"""What the keys of a session that is read mean: export, masking, its files in an editor, a fork."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from textual.worker import get_current_worker

from tally_tui.actions import Done, ExportConversation, OpenMedia
from tally_tui.screens import editing, session_ways
from tally_tui.screens.open_elsewhere import ask_first
from tally_tui.widgets.text import clean
from tally_tui.widgets.transcript.places import Place, places_of

if TYPE_CHECKING:
    from tally_tui.reports.answers import SessionRow
    from tally_tui.screens.desk import Desk
    from tally_tui.widgets.transcript.reader import Reader


class ReadingDeeds:
    """Does them for a screen, and says why where it cannot. One a screen."""

    def __init__(self, screen: Desk) -> None:
        self.screen = screen

    def export(self) -> None:
        from tally_tui.screens.export import ExportScreen

        session = self.session()
        if session is not None:
            self.screen.app.push_screen(ExportScreen(session, self.screen.view.timezone), self._write)

    def _write(self, action: ExportConversation | None) -> None:
        if action is not None:
            self.screen.notify(f"Writing {clean(action.path)} …", timeout=2, markup=False)
            self.screen.store.do(action)

    def mask(self) -> None:
        masked = self.screen.pane.mask_secrets()
        self.screen.say("Secrets are masked, in copies too." if masked else "Secrets are shown as they are.")

    def session(self) -> SessionRow | None:
        """The session that a key is about; where there is none, that is told."""
        session = self.screen.chosen()
        if session is None:
            self.screen.say("There is no session under the cursor.")
        return session

    def fork(self) -> None:
        session = self.session()
        if session is not None:
            session_ways.resume(self.screen, session, fork=True)

    # -- files

    def open_file(self, event: Reader.FileWanted) -> None:
        """Open the file that a message is about."""
        pages = self.screen.pane.pages
        if pages is None or event.item >= len(pages.transcript.entries):
            return
        folder = pages.transcript.folder
        places = places_of(pages.transcript.entries[event.item].item, event.body)
        if not places:
            self._refuse("This message names no file. L opens the log itself.")
            return

        def look() -> None:
            found = editing.look(places, folder)
            if not get_current_worker().is_cancelled:
                self.screen.app.call_from_thread(self._choose_file, found, folder or "")

        self.screen.run_worker(look, thread=True, exclusive=True, group="files", exit_on_error=False)

    def _choose_file(self, found: editing.Found, folder: str) -> None:
        from tally_tui.screens.file_picker import FilePicker

        if len(found.there) > 1:
            self.screen.app.push_screen(FilePicker(found.there, folder), self._edit)
        elif found.there:
            self._edit(found.there[0])
        elif found.gone:
            more = f" and {len(found.gone) - 1} more" if len(found.gone) > 1 else ""
            self._refuse(f"The file is gone: {clean(found.gone[0])}{more}. L opens the log itself.")
        else:
            self._refuse("No file that this message names is there. L opens the log itself.")

    def open_media(self, item: int) -> None:
        """Open the images and documents of a message."""
        from tally_tui.widgets.transcript.entries import media_of

        pages, pane = self.screen.pane.pages, self.screen.pane
        if pages is None or item >= len(pages.transcript.entries):
            return
        entry = pages.transcript.entries[item]
        places = tuple((each.offset, each.length, each.part) for each in media_of(entry))
        if places and entry.path:
            self.screen.say("Opening …")
            action = OpenMedia(pages.transcript.provider, entry.item.session, entry.path, places, pane.masked)
            self.screen.store.do(action)

    def done(self, done: Done) -> None:
        """Something was done, or not."""
        if isinstance(done.action, OpenMedia):
            self.screen.say("" if done.trouble else "Handed to the program that opens such files.")

    def open_log(self) -> None:
        """The session's log, at the line of the message under the cursor."""
        pages, item = self.screen.pane.pages, self.screen.reader.item
        session = self.screen.chosen()
        log, offset = (session.file if session is not None else None), 0
        if self.screen.has_class("-reading") and pages is not None and item is not None:
            entry = pages.transcript.entries[item]
            log, offset = entry.path or log, entry.item.offset
        if log is None:
            self._refuse("No log of this session is known.")
            return
        path = log

        def count() -> None:
            try:
                place = Place(path, editing.line_of(path, offset))
            except editing.UnreadableLogError as error:
                self.screen.app.call_from_thread(self._refuse, f"The log cannot be opened: {clean(str(error))}")
            else:
                self.screen.app.call_from_thread(self._edit, place)

        self.screen.run_worker(count, thread=True, exclusive=True, group="files", exit_on_error=False)

    def _edit(self, place: Place | None) -> None:
        problem = editing.edit(self.screen, place.path, place.line) if place is not None else ""
        if problem:
            self._refuse(problem)

    def _refuse(self, why: str) -> None:
        self.screen.notify(why, severity="warning", timeout=8, markup=False)


class ReadingKeys:
    """The keys, on the Conversations screen."""

    reading: ReadingDeeds

    def action_export(self) -> None:
        self.reading.export()

    def action_mask(self) -> None:
        self.reading.mask()

    def action_fork(self) -> None:
        self.reading.fork()

    def action_open_log(self) -> None:
        self.reading.open_log()

    def action_resume(self) -> None:
        session = self.reading.session()
        if session is not None:
            ask_first(self.reading.screen, session, partial(session_ways.resume, self.reading.screen, session))

    def action_copy_id(self) -> None:
        if (session := self.reading.session()) is not None:
            self.reading.screen.app.copy(session.session, "the session's id")  # type: ignore[attr-defined]

    def action_copy_path(self) -> None:
        if (session := self.reading.session()) is None:
            return
        if session.file is None:
            self.reading.screen.say("No log of this session is known.")
        else:
            self.reading.screen.app.copy(session.file, "the path of its log")  # type: ignore[attr-defined]

    def action_copy_resume(self) -> None:
        if (session := self.reading.session()) is not None:
            session_ways.copy_resume(self.reading.screen, session)
