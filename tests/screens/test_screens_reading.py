"""What the keys of a session that is read do: export, masking, files in an editor, forks, outputs loaded."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from conversation_source import ConversationSource
from conversing import press, rest
from made_up import NOW
from on_screen import running, seen, toasts
from reading_source import SECRET, ReadingSource
from textual.binding import Binding
from textual.pilot import Pilot
from textual.widgets import Input

from tally_tui.actions import ExportConversation
from tally_tui.records import changed as replace
from tally_tui.screens import editing, session_ways
from tally_tui.screens.conversations import ConversationsScreen
from tally_tui.screens.export import ExportScreen
from tally_tui.screens.file_picker import FilePicker
from tally_tui.widgets.transcript.places import Place


@pytest.fixture(autouse=True)
def frozen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TALLY_NOW", NOW)


@asynccontextmanager
async def reading(
    size: tuple[int, int] = (100, 50), source: ReadingSource | None = None
) -> AsyncIterator[Pilot[str]]:
    async with running(source or ReadingSource(), size) as pilot:
        await press(pilot, "2", "enter")
        yield pilot


def test_every_key_is_explained() -> None:
    for owner in (ExportScreen, FilePicker):
        for binding in owner.__dict__["BINDINGS"]:
            assert isinstance(binding, Binding) and binding.id and binding.tooltip


async def test_an_export_is_asked_for_and_done(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    source = ReadingSource()
    async with reading(source=source) as pilot:
        text = await press(pilot, "e")
        assert "Export:" in text and "● Markdown" in text and "● masked" in text and "● nobody's" in text
        text = await press(pilot, "right")
        assert "● HTML" in text
        path = pilot.app.screen.query_one(Input).value
        assert path.startswith(str(tmp_path)) and path.endswith("-00000000.html")
        text = await press(pilot, "down", "right", "down", "right")
        assert "● chat" in text and "Secrets go into the file" in text
        await press(pilot, "enter")
        deeds = [each for each in source.deeds if isinstance(each, ExportConversation)]
        session = "00000000-0000-4000-8000-000000000000"
        assert deeds == [ExportConversation(session, path, "html", "chat", False, True, False, "Europe/Vienna")]
        assert isinstance(pilot.app.screen, ConversationsScreen)


async def test_an_export_overwrites_only_when_asked_twice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    source = ReadingSource()
    async with reading(source=source) as pilot:
        await press(pilot, "e")
        Path(pilot.app.screen.query_one(Input).value).write_text("mine")
        text = await press(pilot, "enter")
        assert "is there already" in text and not any(isinstance(each, ExportConversation) for each in source.deeds)
        await press(pilot, "enter")
        deed = next(each for each in source.deeds if isinstance(each, ExportConversation))
        assert deed.overwrite


@pytest.mark.parametrize("typed", ["", "/no/such/folder/x.md", "/tmp", "\x00\x1b", "a\x9bb"])
async def test_an_export_to_nowhere_says_so(typed: str) -> None:
    source = ReadingSource()
    async with reading(source=source) as pilot:
        await press(pilot, "e")
        pilot.app.screen.query_one(Input).value = typed
        await rest(pilot)
        text = await press(pilot, "enter")
        assert re.search("Where to|no folder|is a folder|no path", text)
        await press(pilot, "escape")
        assert not any(isinstance(each, ExportConversation) for each in source.deeds)


@pytest.mark.parametrize("size", [(40, 40), (80, 24), (140, 40)])
async def test_the_dialog_fits(size: tuple[int, int]) -> None:
    async with reading(size) as pilot:
        text = await press(pilot, "e")
        for word in ("Markdown", "JSON", "prompts", "as they are", "Enter writes"):
            assert word in text


async def test_secrets_are_masked_by_a_key_in_copies_too() -> None:
    async with reading() as pilot:
        assert SECRET in seen(pilot)
        text = await press(pilot, "asterisk")
        assert SECRET not in text and "‹Anthropic key›" in text and "Secrets are masked" in text
        await press(pilot, "c")
        assert SECRET not in pilot.app.clipboard
        text = await press(pilot, "o")
        assert SECRET not in text
        text = await press(pilot, "escape", "asterisk")
        assert SECRET in text and "secrets masked" not in text


async def test_the_context_of_a_turn_is_told() -> None:
    async with reading() as pilot:
        text = seen(pilot)
        assert re.search(r"You .*context ▕██[^▏]+▏45%\s+\$0.42", text)
        assert "context 90.5k of 200k" in text.splitlines()[-2]


async def test_an_output_in_a_file_of_its_own_is_loaded() -> None:
    async with reading() as pilot:
        text = await press(pilot, "G", "K", "enter")
        assert "Enter loads it" in text and "whole 1" not in text
        text = await press(pilot, "enter")
        assert "whole 1" in text and "Enter loads it" not in text
        assert "whole 49" in await press(pilot, "G")


async def test_an_output_whose_file_is_gone_says_so() -> None:
    source = ReadingSource()
    source.gone_file = True
    async with reading(source=source) as pilot:
        text = await press(pilot, "G", "K", "enter", "enter")
        assert "The file is gone" in toasts(pilot)[-1] and "\x1b" not in toasts(pilot)[-1]
        assert "The file is gone" in text and "Enter loads it" in text


# -- files


@pytest.fixture
def edited(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int | None]]:
    """What would have been opened."""
    opened: list[tuple[str, int | None]] = []

    def edit(screen: object, path: str, line: int | None) -> str:
        opened.append((path, line))
        return ""

    monkeypatch.setattr(editing, "edit", edit)
    return opened


async def test_files_of_a_message_are_opened(tmp_path: Path, edited: list[tuple[str, int | None]]) -> None:
    source = ReadingSource()
    source.folder = str(tmp_path)
    (tmp_path / "b.py").write_text("x")
    async with reading(source=source) as pilot:
        await press(pilot, "G", "E")
        assert edited == [(str(tmp_path / "b.py"), None)], "the only one that is there"
        (tmp_path / "a.py").write_text("x")
        text = await press(pilot, "E")
        assert "Open one of 2 files" in text and "a.py" in text and "b.py" in text
        await press(pilot, "j", "enter")
        assert edited[1:] == [(str(tmp_path / "b.py"), None)]


async def test_a_file_that_is_gone_is_said(edited: list[tuple[str, int | None]]) -> None:
    async with reading() as pilot:
        await press(pilot, "right_parenthesis", "E")
        assert "The file is gone: /home/ada/src/tally-tui/tail.py" in toasts(pilot)[-1]
        await press(pilot, "g", "E")
        assert "names no file" in toasts(pilot)[-1]
        assert edited == []


async def test_the_log_is_opened_at_the_message(tmp_path: Path, edited: list[tuple[str, int | None]]) -> None:
    log = tmp_path / "log.jsonl"
    log.write_bytes(b"x" * 9 + b"\n" + b"y" * 9 + b"\n" + b"z" * 500)
    source = ReadingSource()
    source.path = str(log)
    async with reading(source=source) as pilot:
        await press(pilot, "J", "J", "L")
        assert edited == [(str(log), 3)]
        log.unlink()
        await press(pilot, "L")
        assert "cannot be opened" in toasts(pilot)[-1]


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        (["vim"], ["vim", "+12", "a b.py"]),
        (["/usr/bin/nvim", "-R"], ["/usr/bin/nvim", "-R", "+12", "a b.py"]),
        (["code", "--wait"], ["code", "--wait", "--goto", "a b.py:12"]),
        (["hx"], ["hx", "a b.py:12"]),
        (["pycharm"], ["pycharm", "--line", "12", "a b.py"]),
        (["something"], ["something", "a b.py"]),
    ],
)
def test_each_editor_is_told_the_line_in_its_way(words: list[str], wanted: list[str]) -> None:
    assert editing.command(words, "a b.py", 12) == wanted
    assert editing.command(words, "a b.py", None) == [*words, "a b.py"]


def test_the_editor_is_the_one_a_person_chose() -> None:
    assert editing.editor({"EDITOR": "vi", "VISUAL": "code --wait"}) == ["code", "--wait"]
    assert editing.editor({"EDITOR": "vi"}) == ["vi"]
    assert editing.editor({}) is None and editing.editor({"EDITOR": " "}) is None
    assert editing.editor({"EDITOR": "it's"}) == ["it's"]


async def test_without_an_editor_it_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    log.write_text("{}\n")
    source = ReadingSource()
    source.path = str(log)
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.delenv("EDITOR", raising=False)
    async with reading(source=source) as pilot:
        await press(pilot, "L")
        assert "No editor is set" in toasts(pilot)[-1]
        monkeypatch.setenv("EDITOR", "no-such-editor")
        await press(pilot, "L")
        assert "no-such-editor of $VISUAL or $EDITOR is not on the PATH" in toasts(pilot)[-1]


def test_paths_lead_from_the_sessions_folder(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("x")
    found = editing.look(
        [Place("a.py"), Place(str(tmp_path / "a.py"), 3), Place("b.py"), Place("c.py", None, True), Place("~nobody/x")],
        str(tmp_path),
    )
    assert found == editing.Found((Place(str(tmp_path / "a.py"), 3),), ("b.py", "~nobody/x"))


# -- agents


def test_the_command_that_forks() -> None:
    source = ConversationSource()
    codex, claude = source.session(2), source.session(0)
    assert session_ways.fork_command(codex) == ["codex", "fork", codex.session]
    assert session_ways.fork_command(claude) == ["claude", "--resume", claude.session, "--fork-session"]
    assert session_ways.fork_command(replace(claude, session="s/agent-1"))[2] == "s"


async def test_forking_says_why_it_cannot(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    async with reading() as pilot:
        await press(pilot, "ctrl+r")
        assert "claude is not on the PATH" in toasts(pilot)[-1]
