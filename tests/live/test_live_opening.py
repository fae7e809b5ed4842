"""Images and documents of a conversation: written to private files, opened by the person's program, or told where."""

from __future__ import annotations

import base64
import json
import stat
import sys
from pathlib import Path
from typing import Any

import pytest

from tally_tui.actions import Done, OpenMedia
from tally_tui.live import opening
from tally_tui.live.acting import perform

PNG = b"\x89PNG\r\n\x1a\n" + b"pixels"
SESSION = "aaaaaaaa-0000-4000-8000-000000000001"
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the stand-in for the opener is a shell script")


def image(data: bytes = PNG, kind: str = "image", media: str = "image/png", **more: Any) -> dict[str, Any]:
    source = {"type": "base64", "media_type": media, "data": base64.b64encode(data).decode()}
    return {"type": kind, "source": source, **more}


@pytest.fixture
def log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr(opening, "_folders", {})
    monkeypatch.setattr(opening, "_written", {})
    program = tmp_path / "show"
    program.write_text(f'#!/bin/sh\necho "$@" >> {tmp_path}/shown\nexit ${{CODE:-0}}\n')
    program.chmod(0o755)
    monkeypatch.setenv("TALLY_OPENER", f"{program} --new")
    return tmp_path / "log.jsonl"


def action(log: Path, *blocks: Any, parts: tuple[int, ...] = (0,), masked: bool = False) -> OpenMedia:
    line = json.dumps({
        "type": "user", "uuid": "u", "sessionId": SESSION, "timestamp": "2026-03-01T08:00:00.000Z",
        "message": {"role": "user", "content": list(blocks)},
    }).encode()  # fmt: skip
    log.write_bytes(line + b"\n")
    return OpenMedia("claude", SESSION, str(log), tuple((0, len(line), part) for part in parts), masked)


def did(wanted: OpenMedia) -> Done:
    done = perform(wanted)
    assert isinstance(done, Done)
    return done


def shown(log: Path) -> list[Path]:
    told = log.with_name("shown")
    return [Path(line.split()[-1]) for line in told.read_text().splitlines()] if told.exists() else []


def test_an_image_is_written_for_nobody_else_and_opened(log: Path) -> None:
    done = did(action(log, image()))
    assert done.trouble is None
    (path,) = shown(log)
    assert path.read_bytes() == PNG and path.suffix == ".png"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600 and stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert "--new" in log.with_name("shown").read_text()
    did(action(log, image()))
    assert shown(log) == [path, path], "the same one is not written twice"


def test_what_a_log_calls_it_is_not_believed(log: Path) -> None:
    hostile = "../../etc/\x1b[31m$(touch owned) -rf;.desktop"
    done = did(action(log, image(b"%PDF-1.7 x", "document", "image/png", title=hostile)))
    assert done.trouble is None
    (path,) = shown(log)
    assert path.suffix == ".pdf" and path.parent.parent == log.parent
    assert set(path.stem) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-")
    assert not path.name.startswith("-")


def test_what_is_no_image_is_kept_but_not_opened(log: Path) -> None:
    done = did(action(log, image(b"#!/bin/sh\nrm -rf ~\n")))
    assert done.trouble is not None and "not opened" in done.trouble.happened
    path = Path(done.trouble.kept.removeprefix("It is saved: "))
    assert path.suffix == ".data" and stat.S_IMODE(path.stat().st_mode) == 0o600
    assert shown(log) == []


def test_names_are_masked_where_secrets_are(log: Path) -> None:
    secret = "sk-ant-api03-AbCdEfGhIjKlMnOpQrStUvWxYz0123456789"
    did(action(log, image(b"%PDF-1", "document", "application/pdf", title=f"{secret}.pdf"), masked=True))
    assert "AbCdEfGh" not in shown(log)[0].name


def test_without_a_program_it_says_where_it_is(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TALLY_OPENER", "no-such-program")
    done = did(action(log, image()))
    assert done.trouble is not None and "TALLY_OPENER" in done.trouble.todo
    assert Path(done.trouble.kept.removeprefix("It is saved: ")).read_bytes() == PNG


def test_the_desktops_own_program_is_the_second_choice(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TALLY_OPENER")
    monkeypatch.setenv("PATH", str(log.parent))
    assert opening.opener() is None
    name = "open" if sys.platform == "darwin" else "xdg-open"
    (log.parent / name).symlink_to(log.parent / "show")
    assert opening.opener() == [name]


def test_a_program_that_fails_is_told_with_the_path(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CODE", "4")
    done = did(action(log, image()))
    assert done.trouble is not None
    assert "ended with 4" in done.trouble.happened and ".png" in done.trouble.kept


@pytest.mark.parametrize("data", ["", "!!!", "data:image/png,plain", None, 7])
def test_what_the_log_has_not_whole_is_said(log: Path, data: object) -> None:
    broken = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": data}}
    with pytest.raises(ValueError, match="does not hold it whole"):
        perform(action(log, broken))


def test_an_address_is_not_fetched(log: Path) -> None:
    with pytest.raises(ValueError, match=r"not fetched: https://example.org/x.png"):
        perform(action(log, {"type": "image", "source": {"type": "url", "url": "https://example.org/x.png"}}))


def test_another_line_at_its_place_is_said(log: Path) -> None:
    wanted = action(log, image())
    log.write_bytes(b"x" * 500)
    with pytest.raises(ValueError, match="something else"):
        perform(wanted)


def test_images_of_a_result_and_of_the_other_agent(log: Path, tmp_path: Path) -> None:
    result = {"type": "tool_result", "tool_use_id": "t", "content": [{"type": "text", "text": "two"}, image(), image()]}
    did(action(log, result, parts=(1, 2)))
    assert len(shown(log)) == 2
    url = "data:image/png;base64," + base64.b64encode(PNG).decode()
    content = [{"type": "input_image", "image_url": url}]
    payload = {"type": "message", "role": "user", "content": content}
    line = json.dumps({"timestamp": "2026-03-01T08:00:00.000Z", "type": "response_item", "payload": payload}).encode()
    rollout = tmp_path / "rollout-2026-03-01T03-20-00-0190000a-0000-7000-8000-00000000000a.jsonl"
    rollout.write_bytes(line + b"\n")
    did(OpenMedia("codex", "0190000a-0000-7000-8000-00000000000a", str(rollout), ((0, len(line), 0),)))
    assert shown(log)[-1].read_bytes() == PNG
