"""Conversations as files: every form, what is masked, and nothing overwritten unasked."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import patch
from zoneinfo import ZoneInfo

import pytest
from conversation_logs import MAIN, OTHER, write_home
from ledger_sums import Home

from tally_tui.actions import ExportConversation
from tally_tui.exports.writing import FORMS, document, file_name, write
from tally_tui.ledger.open import open_reader
from tally_tui.live.acting import perform
from tally_tui.reports.conversation import conversation

UTC = ZoneInfo("UTC")
SECRET, FOLDER = "Tr0ub4dor&3", "/home/mira"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    return write_home(tmp_path_factory.mktemp("home"))


@pytest.fixture
def db(home: Home) -> Iterator[sqlite3.Connection]:
    db = open_reader(home.data / "ledger.db")
    yield db
    db.close()


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    ("secrets", "people"), [(True, True), (True, False), (False, True), (False, False)], ids=str
)
def test_what_is_masked(db: sqlite3.Connection, form: str, secrets: bool, people: bool) -> None:
    text = "".join(document(conversation(db, MAIN), form, UTC, secrets, people))
    assert (SECRET in text.replace("\\", "").replace("&amp;", "&")) is not secrets
    assert (FOLDER in text) is not people
    assert "Two boats, four oars." in text
    if form == "json":
        assert json.loads(text)["schema"] == "tally.conversation/1"


def test_names_of_files_are_plain() -> None:
    assert file_name("Why is the last line lost?", "3f9c01ab-0000", "markdown") == "why-is-the-last-line-lost-3f9c01ab.md"
    assert file_name("../../etc/\x1b[31mpasswd", "s/agent-oars", "json") == "etc-31mpasswd-agent-oa.json"
    assert file_name("Please look at this **picture** and the thing that it shows", "3f9c01ab-0000", "html") == (
        "please-look-at-this-picture-and-the-thing-that-3f9c01ab.html"
    ), "a long title ends with a whole word"
    assert file_name("x" * 60, "3f9c01ab-0000", "html") == f"{'x' * 48}-3f9c01ab.html"
    assert file_name("🎉 / ", "3f9c01ab-0000", "html") == "3f9c01ab.html"


def test_nothing_is_overwritten_unasked_and_nothing_is_left_of_what_failed(tmp_path: Path) -> None:
    path = tmp_path / "talk.md"
    assert write(path, iter(["one\n", "two\n"]), overwrite=False) == 8
    assert path.read_text() == "one\ntwo\n" and path.stat().st_mode & 0o777 == 0o600
    with pytest.raises(FileExistsError):
        write(path, iter(["three"]), overwrite=False)
    assert path.read_text() == "one\ntwo\n"

    def failing() -> Iterator[str]:
        yield "half"
        raise ValueError("no more")

    with pytest.raises(ValueError):
        write(path, failing(), overwrite=True)
    assert path.read_text() == "one\ntwo\n"
    assert write(path, iter(["three\ud800"]), overwrite=True) == 6
    assert path.read_text() == "three?"
    assert [each.name for each in tmp_path.iterdir()] == ["talk.md"]


@pytest.fixture
def here(home: Home) -> Iterator[None]:
    with patch.dict("os.environ", home.environment):
        yield


@pytest.mark.usefixtures("here")
def test_the_deed_says_where_the_file_is(tmp_path: Path) -> None:
    path = tmp_path / "talk.md"
    said = perform(ExportConversation(MAIN, str(path), timezone="UTC"))
    assert isinstance(said, str) and said.startswith(f"Written: {path} (") and "secrets masked, nobody named" in said
    assert SECRET not in path.read_text() and "## You" in path.read_text()
    perform(ExportConversation(MAIN, str(path), part="prompts", secrets=False, overwrite=True, timezone="UTC"))
    text = path.read_text()
    assert "Count the boats" in text and "I will look." not in text and SECRET in text.replace("\\", "")


@pytest.mark.usefixtures("here")
def test_the_deed_says_why_not(tmp_path: Path) -> None:
    path = tmp_path / "talk.md"
    path.write_text("mine")
    with pytest.raises(FileExistsError, match=r"already a file .*left as it is"):
        perform(ExportConversation(OTHER, str(path), timezone="UTC"))
    assert path.read_text() == "mine"
    with pytest.raises(OSError, match="could not be written"):
        perform(ExportConversation(OTHER, str(tmp_path / "no" / "such" / "talk.md"), timezone="UTC"))
    with pytest.raises(Exception, match="no session has the id"):
        perform(ExportConversation("nobody", str(tmp_path / "x.md"), timezone="UTC"))
    assert [each.name for each in tmp_path.iterdir()] == ["talk.md"]
