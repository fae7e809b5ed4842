"""Channels: the bytes a terminal gets, a command without a shell, and one failure that stops no other."""

from __future__ import annotations

import sys
import threading
from pathlib import Path

import pytest

from tally_tui.config_alerts import Alerts
from tally_tui.record import channels as telling
from tally_tui.record.channels import Channel, channels, dispatch, terminal_channel, to_command
from tally_tui.record.channels_extras import ChannelError
from tally_tui.record.channels_terminal import notification, outward, ringing, suited
from tally_tui.record.notice import Notice

WEEK = Notice(7, "Claude: 7 days at 90%", "91% used; resets soon", "warn", {"axis": "weekly", "threshold": "90"})


@pytest.mark.parametrize(
    ("kind", "bytes_"),
    [
        ("osc9", "\x1b]9;Claude: 7 days at 90%: 91% used; resets soon\x1b\\"),
        ("osc777", "\x1b]777;notify;Claude: 7 days at 90%;91% used, resets soon\x1b\\"),
        (
            "osc99",
            "\x1b]99;i=tally7:u=1:d=0;Claude: 7 days at 90%\x1b\\"
            "\x1b]99;i=tally7:u=1:d=1:p=body;91% used; resets soon\x1b\\",
        ),
    ],
)  # fmt: skip
def test_notifications_are_these_bytes(kind: str, bytes_: str) -> None:
    assert notification(WEEK, kind) == bytes_


def test_tmux_hands_a_sequence_through() -> None:
    assert outward("\x1b]9;a\x1b\\", {"TMUX": "/tmp/tmux,1,0"}) == "\x1bPtmux;\x1b\x1b]9;a\x1b\x1b\\\x1b\\"
    assert outward("\x1b]9;a\x1b\\", {"STY": "1.pts"}) == "\x1bP\x1b]9;a\a\x1b\\"
    assert outward("\x1b]9;a\x1b\\", {}) == "\x1b]9;a\x1b\\"


@pytest.mark.parametrize(
    ("environment", "kind"),
    [
        ({"TERM": "xterm-kitty"}, "osc99"),
        ({"TERM": "tmux-256color", "KITTY_WINDOW_ID": "1"}, "osc99"),
        ({"TERM": "foot"}, "osc777"),
        ({"TERM": "xterm-256color", "TERM_PROGRAM": "WezTerm"}, "osc777"),
        ({"TERM": "xterm-256color", "TERM_PROGRAM": "iTerm.app"}, "osc9"),
        ({"TERM": "dumb"}, "off"),
        ({}, "off"),
    ],
)
def test_a_terminal_gets_what_it_knows(environment: dict[str, str], kind: str) -> None:
    assert suited(environment) == kind


def test_nothing_that_a_log_says_reaches_the_terminal_as_a_command() -> None:
    evil = Notice(1, "a\x1b]0;title\x07", "b\x9c\n\x1b[2Jc", "info")
    for kind in ("osc9", "osc99", "osc777"):
        body = notification(evil, kind).replace("\x1b\\", "").replace("\x1b]99;", "").replace("\x1b]", "", 1)
        assert body.isprintable()


def test_the_settings_choose_bell_and_notification(tmp_path: Path) -> None:
    xterm = {"TERM": "xterm"}
    assert ringing(WEEK, Alerts(bell=True, notification="off"), xterm) == "\a"
    assert ringing(WEEK, Alerts(), xterm) == notification(WEEK, "osc9")
    assert terminal_channel(Alerts(notification="off"), str(tmp_path / "tty")) is None
    terminal = tmp_path / "tty"
    terminal.touch()
    through = terminal_channel(Alerts(bell=True, notification="osc777"), str(terminal))
    assert through is not None
    assert dispatch([WEEK], [through]) == {7: ()}
    assert terminal.read_text() == notification(WEEK, "osc777") + "\a"


def test_a_command_gets_its_words_and_no_shell(tmp_path: Path) -> None:
    out = tmp_path / "out"
    program = "import sys; open(sys.argv[1], 'w').write('|'.join(sys.argv[2:]))"
    nasty = Notice(1, "$(touch here); `x` {text}", "a 'b' \"c\" & d", "warn", {"axis": "quota"})
    to_command(nasty, (sys.executable, "-c", program, str(out), "{title}", "x={text}", "{axis}", "plain"))
    assert out.read_text() == "$(touch here); `x` {text}|x=a 'b' \"c\" & d|quota|plain"


def test_a_command_that_fails_or_hangs_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ChannelError, match="failed with status 3: no way"):
        to_command(WEEK, (sys.executable, "-c", "import sys; print('no way', file=sys.stderr); sys.exit(3)"))
    monkeypatch.setattr(telling, "COMMAND_S", 0.2)
    with pytest.raises(ChannelError, match="was ended"):
        to_command(WEEK, (sys.executable, "-c", "import time; time.sleep(600)"))


def test_a_channel_that_fails_or_never_answers_stops_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(telling, "PATIENCE_S", 0.5)
    monkeypatch.setattr(telling, "_GRACE_S", 0.5)
    told: list[str] = []
    forever = threading.Event()

    def fail(notice: Notice) -> None:
        raise RuntimeError("broken")

    through = [
        Channel("bad", fail),
        Channel("silent", lambda _: bool(forever.wait()) and None),
        Channel("good", lambda notice: told.append(notice.title)),
    ]
    failed = dispatch([WEEK], through)
    forever.set()
    assert told == [WEEK.title]
    assert failed[7][0] == "bad: broken"
    assert failed[7][1].startswith("silent: no answer")
    assert len(failed[7]) == 2


def test_an_extra_that_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("desktop_notifier", "apprise"):
        monkeypatch.setitem(sys.modules, module, None)
    through = channels(Alerts(desktop=True, apprise=("json://user:secret@localhost",)))
    problems = dispatch([WEEK], through)[7]
    assert "tally-tui[notify]" in problems[0]
    assert "tally-tui[apprise]" in problems[1]
    assert "secret" not in " ".join(problems)
