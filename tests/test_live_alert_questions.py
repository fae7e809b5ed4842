"""What a person does about alerts is written down, and can be taken back; questions go by the settings of now."""

from __future__ import annotations

import queue
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import TypeVar

import pytest
from alert_home import AlertHome, later

from tally_tui import config
from tally_tui.actions import Acknowledge, Action, Done, SetAlert, SnoozeAlerts
from tally_tui.ledger.alerts import snoozes
from tally_tui.ledger.open import open_reader
from tally_tui.live.acting import Acting, perform
from tally_tui.reports.answers_alerts import AlertRules
from tally_tui.reports.channel_tests import ChannelTests
from tally_tui.reports.unread import Unread
from tally_tui.requests import AlertRulesRequest, ChannelTestRequest, Request, UnreadRequest
from tally_tui.source import LedgerSource
from tally_tui.store import Alerted, Answered, News

NOON = "2026-03-04T12:00:00Z"
RESET = "2026-03-09T00:00:00Z"
PATIENCE_S = 180
A = TypeVar("A")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AlertHome:
    home = AlertHome(tmp_path)
    home.settings("[alerts.projected]\non = false")
    for name, value in home.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("TALLY_NOW", NOON)
    home.read("2026-03-03T12:00:00Z", 10, RESET)
    home.look("2026-03-03T12:00:00Z")
    home.read(later(NOON, -60), 96, RESET)
    home.look(NOON)
    return home


def do(action: Action) -> Done:
    done = perform(action)
    assert isinstance(done, Done)
    return done


def seen(home: AlertHome) -> list[bool]:
    return [each.acknowledged_at is not None for each in home.alerts]


def test_alerts_are_marked_as_seen_and_not_again(home: AlertHome) -> None:
    assert seen(home) == [False, False]
    first = home.alerts[0].id
    one = do(Acknowledge((first,), 1_000))
    everything = do(Acknowledge((), 2_000))
    assert seen(home) == [True, True] and everything.said == "1 alert marked as seen. u takes it back."
    assert do(Acknowledge(())).said == "Every alert is marked as seen already."
    assert everything.undo is not None and one.undo is not None
    do(everything.undo)
    assert seen(home) == [True, False]
    do(one.undo)
    assert seen(home) == [False, False]


def test_a_snooze_is_taken_back_to_what_it_was(home: AlertHome) -> None:
    far = 4_000_000_000_000
    do(SnoozeAlerts("weekly", far))
    longer = do(SnoozeAlerts("weekly", far + 1, "weekly is only recorded until then."))
    assert longer.said.startswith("weekly") and longer.undo is not None
    do(longer.undo)
    with closing(open_reader(home.ledger)) as db:
        assert snoozes(db, 0) == {"weekly": far}


def test_a_setting_is_changed_and_taken_back(home: AlertHome) -> None:
    path = home.folder / "config" / "config.toml"
    before = path.read_text()
    first = do(SetAlert("weekly.thresholds", (50.0, 80.5), "said"))
    assert config.load().alerts.rule("weekly").thresholds == (50.0, 80.5) and first.said == "said"
    second = do(SetAlert("projected.on", True))
    third = do(SetAlert("projected.on", None))
    assert "on = true" not in path.read_text()
    for each in (third, second, first):
        assert each.undo is not None
        do(each.undo)
    assert config.load().alerts.rule("weekly").thresholds is None
    assert config.load().alerts == _read(path, before)


def _read(path: Path, text: str) -> object:
    other = path.with_name("other.toml")
    other.write_text(text)
    return config.load(other).alerts


def test_a_file_that_is_no_toml_is_left_as_it_is(home: AlertHome) -> None:
    path = home.folder / "config" / "config.toml"
    path.write_text("[alerts\n")
    with pytest.raises(ValueError, match="nothing was changed"):
        perform(SetAlert("bell", True))
    assert path.read_text() == "[alerts\n"


def test_why_a_setting_was_not_changed_is_told_in_whole_sentences(home: AlertHome) -> None:
    (home.folder / "config" / "config.toml").write_text("[alerts\n")
    heard: queue.Queue[News | Alerted | Done] = queue.Queue()
    acting = Acting(heard.put, lambda: None)
    acting.start()
    try:
        acting.do(SetAlert("bell", True))
        done = heard.get(timeout=PATIENCE_S)
    finally:
        acting.stop()
    assert isinstance(done, Done) and done.trouble is not None
    assert done.trouble.happened.endswith("nothing was changed.") and not done.trouble.happened[0].islower()


@pytest.fixture
def source(home: AlertHome) -> Iterator[tuple[LedgerSource, queue.Queue[Answered]]]:
    heard: queue.Queue[Answered] = queue.Queue()

    def publish(news: News | Alerted | Done) -> None:
        if isinstance(news, Answered):
            heard.put(news)

    running = LedgerSource(config.load())
    running.start(publish)
    yield running, heard
    running.stop()


def hear(heard: queue.Queue[Answered], kind: type[A]) -> A:
    while True:
        answer = heard.get(timeout=PATIENCE_S).answer
        if isinstance(answer, kind):
            return answer


def test_the_sign_and_the_rules_follow_what_is_done(source: tuple[LedgerSource, queue.Queue[Answered]]) -> None:
    running, heard = source
    running.ask(UnreadRequest("unread"))
    assert hear(heard, Unread) == Unread(1, "warn")
    running.ask(AlertRulesRequest("alert-rules"))
    assert hear(heard, AlertRules).rules[0].thresholds == (90.0, 95.0)
    running.do(SetAlert("weekly.thresholds", (42.0,)))
    assert hear(heard, AlertRules).rules[0].thresholds == (42.0,)
    running.do(Acknowledge(()))
    assert hear(heard, Unread) == Unread(0, None)


def test_the_channels_are_tried_and_nothing_is_kept(
    home: AlertHome, source: tuple[LedgerSource, queue.Queue[Answered]]
) -> None:
    running, heard = source
    before, told = home.alerts, len(home.told)
    running.ask(ChannelTestRequest("channel-test", 1))
    found = hear(heard, ChannelTests)
    while not found.done:
        found = hear(heard, ChannelTests)
    states = {each.name: each.state for each in found.channels}
    assert states == {"app": "ok", "terminal": "off", "command": "ok", "desktop": "off", "apprise": "off"}
    assert len(home.told) - told == len(found.examples) == 12
    assert home.alerts == before


def test_a_channel_that_fails_says_why_and_a_test_that_nobody_wants_ends(
    home: AlertHome, source: tuple[LedgerSource, queue.Queue[Answered]]
) -> None:
    running, heard = source
    path = home.folder / "config" / "config.toml"
    program = f'["{sys.executable}", "-c", "import sys; sys.exit(\'no way\')"]'
    path.write_text(f'[alerts]\nnotification = "osc777"\ncommand = {program}\n')
    request: Request = ChannelTestRequest("channel-test", 1)
    running.ask(request)
    found = hear(heard, ChannelTests)
    assert found.ring.count("777;notify;") == 12
    while not found.done:
        found = hear(heard, ChannelTests)
    (command,) = (each for each in found.channels if each.name == "command")
    assert (command.state, command.sent) == ("failed", 0) and "no way" in command.problems[0]
    slow = home.folder / "slow"
    words = f"open(r'{slow}', 'a').write('x'); import time; time.sleep(0.3)"
    path.write_text(f'[alerts]\nnotification = "off"\ncommand = ["{sys.executable}", "-c", "{words}"]\n')
    running.ask(ChannelTestRequest("channel-test", 2))
    found = hear(heard, ChannelTests)
    while not any(each.sent for each in found.channels if each.name == "command"):
        found = hear(heard, ChannelTests)
    running.drop("channel-test")
    running.stop()
    assert len(slow.read_text()) < 12
