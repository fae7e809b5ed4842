"""A conversation written to a file, as a person asked for on the screen."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from tally_tui import paths
from tally_tui.actions import ExportConversation
from tally_tui.exports.writing import PARTS, document, write
from tally_tui.ledger.open import open_reader, telling
from tally_tui.reports.conversation import conversation
from tally_tui.rules.zones import zone


def perform(action: ExportConversation) -> str:
    """Write it; answers with where it is.

    Raises:
        Exception: in words for a person; no file was written, and none was changed.
    """
    path = Path(action.path)
    with telling(paths.ledger_path()), closing(open_reader(paths.ledger_path())) as db:
        told = conversation(db, action.session, depth=PARTS[action.part])
    if not told.entries and not told.agents:
        raise ValueError(f"There are no {action.part} in this conversation: nothing was written.")
    pieces = document(told, action.form, zone(action.timezone), action.secrets, action.people)
    try:
        size = write(path, pieces, action.overwrite)
    except FileExistsError:
        raise FileExistsError(f"There is already a file {path}: it was left as it is.") from None
    except OSError as error:
        raise OSError(f"{path} could not be written: {error.strerror or error}.") from error
    masked = {(True, True): "secrets masked, nobody named", (True, False): "secrets masked",
              (False, True): "secrets as they are, nobody named"}  # fmt: skip
    how = masked.get((action.secrets, action.people), "as it stands in the log")
    return f"Written: {path} ({_size(size)}, {how})."


def _size(amount: int) -> str:
    if amount < 1000:
        return f"{amount} bytes"
    return f"{amount / 1000:,.1f} kB" if amount < 1_000_000 else f"{amount / 1_000_000:,.1f} MB"
