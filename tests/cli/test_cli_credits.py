"""Codex's credits, end to end: from its logs, from pasted text, with a plan's allowance and rates of one's own."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tally_tui.config import load

Tally = Callable[..., Any]
RESET_S = 1_795_608_000
"""2026-11-25T12:00:00Z, three days after `TALLY_NOW`."""

#   model               uncached  cached  output    credits       confidence
CALLS = [
    ("gpt-5.5", 800, 200, 100, "0.1775", "exact"),  # 800 × 125 + 200 × 12.5 + 100 × 750 = 177,500 millionths
    ("codex-auto-review", 500, 500, 100, "0.0590625", "estimated"),  # billed as gpt-5.3-codex: that model's rates
    ("gpt-99", 1000, 0, 100, "0", "unpriced"),
]


def rollout(*calls: tuple[str, int, int, int], percent: float = 40) -> None:
    """A Codex log of calls as (model, uncached, cached, output) that ends at a percentage of its week."""
    thread = "01900001-0000-7000-8000-000000000001"
    folder = Path(os.environ["CODEX_HOME"]) / "sessions" / "2026" / "11" / "22"
    folder.mkdir(parents=True)

    def line(second: int, kind: str, payload: dict[str, Any]) -> str:
        return json.dumps({"timestamp": f"2026-11-22T11:00:{second:02d}.000Z", "type": kind, "payload": payload})

    lines = [line(0, "session_meta", {"id": thread, "cwd": "/w", "cli_version": "0.150.0", "originator": "cli"})]
    total = [0, 0, 0]
    for at, (model, uncached, cached, output) in enumerate(calls, 1):
        last = (uncached + cached, cached, output)
        total = [before + more for before, more in zip(total, last, strict=True)]
        info = {
            f"{name}_token_usage": dict(zip(("input_tokens", "cached_input_tokens", "output_tokens"), of, strict=True))
            for name, of in (("total", total), ("last", last))
        }
        slot = {"used_percent": percent, "window_minutes": 10_080, "resets_at": RESET_S}
        limits = {"limit_id": "codex", "plan_type": "plus", "primary": slot}
        lines.append(line(2 * at, "turn_context", {"turn_id": f"t{at}", "model": model, "cwd": "/w"}))
        lines.append(line(2 * at + 1, "event_msg", {"type": "token_count", "info": info, "rate_limits": limits}))
    (folder / f"rollout-2026-11-22T11-00-00-{thread}.jsonl").write_text("\n".join(lines) + "\n")


@pytest.mark.parametrize(("model", "uncached", "cached", "output", "credits", "confidence"), CALLS)
def test_golden_credits_of_the_rate_card(
    tally: Tally, model: str, uncached: int, cached: int, output: int, credits: str, confidence: str  # noqa: A002
) -> None:
    rollout((model, uncached, cached, output))
    (row,) = tally("credits", "--json").json["rows"]
    assert (row["credits"], row["confidence"]) == (credits, confidence)
    assert row["models"] == [{"model": model, "credits": credits, "confidence": confidence}]


def test_golden_allowance_of_what_40_percent_came_to(tally: Tally) -> None:
    rollout(("gpt-5.5", 800, 200, 100))
    document = tally("credits", "--json").json
    assert (document["schema"], document["rate_card"]) == ("tally.credits/1", "2026-06-03")
    # 0.1775 credits are 40 %: 0.44375 in all, of which 0.26625 are left.
    (row,) = document["rows"]
    assert row["allowance"] == {"total": "0.44375", "left": "0.26625", "confidence": "estimated"}
    assert "0.1775 credits (exact)" in tally("credits").out
    # The plan's own total makes it exact: 60 % of 1 credit.
    assert tally("credits", "allowance", "set", "7d", "1").status == 0
    (row,) = tally("credits", "--json").json["rows"]
    assert row["allowance"] == {"total": "1", "left": "0.6", "confidence": "exact"}


def test_a_rate_of_ones_own_comes_first(tally: Tally) -> None:
    rollout(("gpt-99", 1_000_000, 0, 0))
    assert tally("config", "set", "codex_rates", "gpt-99=2/0.2/8").status == 0
    (row,) = tally("credits", "--json").json["rows"]
    assert (row["credits"], row["confidence"]) == ("2", "user_override")


def test_the_allowance_is_set_shown_and_forgotten(tally: Tally, tmp_path: Path) -> None:
    path = tmp_path / "config" / "config.toml"
    path.parent.mkdir()
    path.write_text('# mine\ncodex_credits = ["5h=40"]  # Plus\n')
    assert "a window of 7d gives 1000.5 credits" in tally("credits", "allowance", "set", "7d", "1,000.5").out
    assert tally("credits", "allowance", "--json").json == {
        "schema": "tally.allowance/1",
        "windows": [{"minutes": 300, "credits": "40"}, {"minutes": 10_080, "credits": "1000.5"}],
    }
    tally("credits", "allowance", "set", "168h", "7")
    assert load(path).codex_credits == ("5h=40", "7d=7")
    assert tally("credits", "allowance", "unset", "5h").status == 0
    assert tally("credits", "allowance", "unset", "7d").status == 0
    assert load(path).codex_credits == ()
    assert path.read_text().startswith("# mine\n")
    assert "it is estimated" in tally("credits", "allowance").out


@pytest.mark.parametrize(
    ("words", "pointed"),
    [
        (("lst",), "lst"),
        (("allowance", "put"), "put"),
        (("allowance", "set", "7d"), ""),
        (("allowance", "set", "week", "5"), "week"),
        (("allowance", "set", "7d", "lots"), "lots"),
        (("allowance", "set", "7d", "0"), "0"),
        (("allowance", "unset", "5h"), "5h"),
        (("allowance", "unset", "5h", "x"), "x"),
    ],
)
def test_wrong_words_are_pointed_at(tally: Tally, tmp_path: Path, words: tuple[str, ...], pointed: str) -> None:
    ran = tally("credits", *words)
    assert (ran.status, ran.out) == (2, "")
    if pointed:
        line, carets = ran.err.splitlines()[1:3]
        assert line[carets.index("^") :][: carets.count("^")] == pointed
    assert not (tmp_path / "config").exists()


@pytest.fixture
def pasted(tmp_path: Path, tally: Tally) -> Iterator[Callable[[str], Any]]:
    """Run `credits allowance paste` with a text on standard input."""
    kept = os.dup(0)

    def go(text: str) -> Any:
        file = tmp_path / "stdin"
        file.write_text(text, encoding="utf-8")
        handle = os.open(file, os.O_RDONLY)
        os.dup2(handle, 0)
        os.close(handle)
        return tally("credits", "allowance", "paste")

    yield go
    os.dup2(kept, 0)
    os.close(kept)


def test_golden_pasted_allowance(tally: Tally, pasted: Callable[[str], Any]) -> None:
    # 79 % and 33 % are left: 21 % and 67 % are used. 6:50 PM in Vienna is 17:50 UTC; a day alone tells no instant.
    ran = pasted("5h 79% 6:50 PM Weekly 33% Jun 7")
    assert ran.status == 0
    assert ran.out.splitlines() == [
        "recorded: codex, 5 hours: 21%, resets in 5h 50m",
        "recorded: codex, 7 days: 67%, nothing says when it resets",
    ]
    told = {each["minutes"]: each for each in tally("limits", "--json").json["limits"]}
    assert (told[300]["used_percent"], told[300]["resets_time"]) == (21.0, "2026-11-22T17:50:00Z")
    assert told[10_080]["used_percent"] == 67.0


def test_colours_of_the_terminal_are_pasted_too(pasted: Callable[[str], Any]) -> None:
    ran = pasted("\x1b[1m5h limit:\x1b[0m \x1b[32m79%\x1b[39m left")
    assert (ran.status, ran.out) == (0, "recorded: codex, 5 hours: 21%, nothing says when it resets\n")


def test_text_without_a_window_is_told_and_what_cannot_be_is_left_out(
    tally: Tally, pasted: Callable[[str], Any]
) -> None:
    for text in ("", "nothing of use", "5h"):
        ran = pasted(text)
        assert (ran.status, ran.out) == (2, "")
        assert "no window was found" in ran.err
    assert tally("limits", "--json").json["limits"] == []


def test_without_codex_there_is_nothing_to_tell(tally: Tally) -> None:
    assert "No open window of a Codex plan" in tally("credits").out
    assert tally("credits", "--json").json["rows"] == []
