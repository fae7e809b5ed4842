"""Setting up the agents: their files change in the places that are ours, and come back byte for byte."""

from __future__ import annotations

import json
import os
import random
import shlex
import shutil
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tally_tui.record import agents, setting_up

Tally = Callable[..., Any]

FOREIGN = r"""{
    "$schema": "https://example.org/settings.json",
  "model": "opus",    "cleanupPeriodDays": 99999,
    "permissions": { "allow": [ "Bash(git:*)" , "Read" ], "deny": [] },
    "env": {"A_PATH": "C:\\x\u00e9", "EMPTY": ""},
    "statusLine": {"type": "command", "command": "~/.claude/line.sh --name 'a b' \"$HOME\"", "padding": 0},
    "hooks": {
        "PreToolUse": [{"matcher": "Bash", "hooks": [{"type": "command", "command": "guard"}]}],
        "Stop": [
            {
                "hooks": [
                    {"type": "command", "command": "say 'done'"},
                    {"type": "command", "command": "other-tool hook Stop", "timeout": 5}
                ]
            },
            { "matcher": "", "hooks": [ ] }
        ],
        "SubagentStop": []
    },
    "enabledPlugins": {}
}


"""
FORMS = {
    "foreign": FOREIGN,
    "minified": json.dumps(json.loads(FOREIGN), separators=(",", ":")),
    "on one line": json.dumps(json.loads(FOREIGN)),
    "tabs": json.dumps(json.loads(FOREIGN), indent="\t"),
    "carriage returns": FOREIGN.replace("\n", "\r\n"),
    "byte order mark": "\ufeff" + FOREIGN,
    "empty object": "{}",
    "spaced empty object": "{ \n }\n",
    "empty file": "",
    "blank file": "\n",
    "empty hooks": '{\n  "hooks": { }\n}',
    "no hooks": '{"theme":"dark"}\n',
}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Claude Code's home; the environment of these tests already names it."""
    folder = tmp_path / "logs" / "claude"
    folder.mkdir(parents=True)
    return folder


@pytest.fixture
def codex(tmp_path: Path) -> Path:
    folder = tmp_path / "logs" / "codex"
    folder.mkdir(parents=True)
    return folder


def write(home: Path, text: str) -> Path:
    file = home / "settings.json"
    file.write_bytes(text.encode())
    return file


def commands(file: Path) -> list[str]:
    hooks = json.loads(file.read_text("utf-8-sig")).get("hooks", {})
    return [hook["command"] for groups in hooks.values() for group in groups for hook in group["hooks"]]


@pytest.mark.parametrize("text", FORMS.values(), ids=FORMS.keys())
class TestAFileOfOthers:
    def test_comes_back_byte_for_byte(self, tally: Tally, home: Path, text: str) -> None:
        file = write(home, text)
        assert tally("setup", "--claude", "--yes").status == 0
        assert file.read_bytes() != text.encode()
        assert tally("setup", "--claude", "--uninstall", "--yes").status == 0
        assert file.read_bytes() == text.encode()

    def test_keeps_what_others_say(self, tally: Tally, home: Path, text: str) -> None:
        file = write(home, text)
        before = json.loads(text.removeprefix("\ufeff").strip() or "{}")
        tally("setup", "--claude", "--yes")
        after = json.loads(file.read_text("utf-8-sig"))
        for event, groups in before.get("hooks", {}).items():
            assert after["hooks"][event][: len(groups)] == groups
        line = after.pop("statusLine")
        theirs = before.pop("statusLine", None)
        assert {**line, "command": ""} == {**(theirs or {"type": "command", "refreshInterval": 30}), "command": ""}
        assert agents.wrapped(line["command"]) == (theirs["command"] if theirs else None)
        before.pop("hooks", None), after.pop("hooks")
        assert after == before

    def test_a_second_time_changes_nothing(self, tally: Tally, home: Path, text: str) -> None:
        file = write(home, text)
        tally("setup", "--claude", "--yes")
        once = file.read_bytes()
        assert "Nothing to change" in tally("setup", "--claude", "--yes").out
        assert file.read_bytes() == once

    def test_what_others_added_since_stays(self, tally: Tally, home: Path, text: str) -> None:
        file = write(home, text)
        tally("setup", "--claude", "--yes")
        changed = json.loads(file.read_text("utf-8-sig"))
        changed["hooks"]["Stop"].insert(0, {"hooks": [{"type": "command", "command": "newcomer"}]})
        changed["newcomer"] = [1]
        file.write_text(json.dumps(changed))
        assert tally("setup", "--claude", "--uninstall", "--yes").status == 0
        left = json.loads(file.read_text())
        assert "newcomer" in commands(file)
        assert not any(agents.our_words(command) for command in commands(file))
        before = json.loads(text.removeprefix("\ufeff").strip() or "{}")
        assert left.pop("newcomer") == [1]
        assert left.get("statusLine") == before.get("statusLine")
        left["hooks"]["Stop"].pop(0)
        assert {event: groups for event, groups in left["hooks"].items() if groups} == {
            event: groups for event, groups in before.get("hooks", {}).items() if groups
        }


def test_without_the_receipt_only_ours_goes(tally: Tally, home: Path) -> None:
    file = write(home, FOREIGN)
    tally("setup", "--claude", "--yes")
    shutil.rmtree(os.environ["TALLY_DATA_DIR"])
    tally("setup", "--claude", "--uninstall", "--yes")
    # An event that was there and empty cannot be told from one that was made for ours.
    assert json.loads(file.read_text()) | {"hooks": 0} == json.loads(FOREIGN) | {"hooks": 0}
    assert commands(file) == ["guard", "say 'done'", "other-tool hook Stop"]


def test_foreign_changes_then_setup_again_then_uninstall(tally: Tally, home: Path) -> None:
    file = write(home, FOREIGN)
    tally("setup", "--claude", "--yes")
    text = file.read_text().replace('"model": "opus"', '"model": "haiku"').replace('"SessionEnd"', '"PreCompact"')
    file.write_text(text)
    tally("setup", "--claude", "--yes")
    tally("setup", "--claude", "--uninstall", "--yes")
    left = json.loads(file.read_text())
    assert left["model"] == "haiku"
    assert left["statusLine"] == json.loads(FOREIGN)["statusLine"]


def test_the_first_backup_is_kept_for_ever(tally: Tally, home: Path) -> None:
    file = write(home, FOREIGN)
    tally("setup", "--claude", "--yes")
    tally("setup", "--claude", "--uninstall", "--yes")
    file.write_text('{"second": 2}')
    tally("setup", "--claude", "--yes")
    tally("setup", "--claude", "--uninstall", "--yes")
    assert file.read_text() == '{"second": 2}'
    (backup,) = Path(os.environ["TALLY_DATA_DIR"]).glob("backups/setup/*.first")
    assert backup.read_bytes() == FOREIGN.encode()
    assert stat.S_IMODE(backup.stat().st_mode) == 0o600
    assert all(stat.S_IMODE(each.stat().st_mode) == 0o700 for each in (backup.parent, *backup.parents[1:3]))


def test_a_file_that_was_not_there_goes_again(tally: Tally, home: Path, codex: Path) -> None:
    assert tally("setup", "--yes").status == 0
    assert set(json.loads((home / "settings.json").read_text())) == {"statusLine", "hooks"}
    assert set(json.loads((codex / "hooks.json").read_text())["hooks"]) == {"Stop", "SubagentStop"}
    assert stat.S_IMODE((home / "settings.json").stat().st_mode) == 0o600
    assert tally("setup", "--uninstall", "--yes").status == 0
    assert not list(home.iterdir()) and not list(codex.iterdir())


@pytest.mark.parametrize("mode", [0o600, 0o644, 0o664, 0o400])
def test_mode_and_link_stay(tally: Tally, home: Path, tmp_path: Path, mode: int) -> None:
    real = tmp_path / "dotfiles.json"
    real.write_text(FOREIGN)
    real.chmod(mode)
    (home / "settings.json").symlink_to(real)
    tally("setup", "--claude", "--yes")
    assert (home / "settings.json").is_symlink()
    assert stat.S_IMODE(real.stat().st_mode) == mode
    assert json.loads(real.read_text())["hooks"]["SessionEnd"]
    assert [path.name for path in home.iterdir()] == ["settings.json"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('{"a": 1,}', "line 1"),
        ("// mine\n{}", "no JSON"),
        ("[]", "not an object"),
        ('{"hooks": []}', "hooks is not an object"),
        ('{"hooks": {"Stop": {}}}', "hooks.Stop is not a list"),
    ],
)
@pytest.mark.parametrize("words", [(), ("--uninstall",), ("--status",), ("--dry-run",)])
def test_a_file_that_is_not_right_is_left_alone(
    tally: Tally, home: Path, text: str, told: str, words: tuple[str, ...]
) -> None:
    file = write(home, text)
    ran = tally("setup", "--claude", *words, *([] if words and words[0] == "--status" else ["--yes"]))
    assert ran.status == 1
    assert told in ran.err and "Nothing was changed" in ran.err
    assert file.read_text() == text


def test_no_text_at_all_is_refused(tally: Tally, home: Path) -> None:
    (home / "settings.json").write_bytes(b'{"a": "\xff"}')
    ran = tally("setup", "--claude", "--yes")
    assert (ran.status, "UTF-8" in ran.err) == (1, True)


@pytest.mark.parametrize(
    "line", ["null", '{"type": "static"}', '{"type":"command","command":"tally-tui statusline | rev"}']
)
def test_a_status_line_of_another_kind_is_left_and_told(tally: Tally, home: Path, line: str) -> None:
    file = write(home, f'{{"statusLine": {line}}}')
    ran = tally("setup", "--claude", "--yes")
    assert "Note: its statusLine runs" in ran.out
    assert json.loads(file.read_text())["statusLine"] == json.loads(line)


def test_nobody_to_ask_changes_nothing(tally: Tally, home: Path) -> None:
    file = write(home, FOREIGN)
    ran = tally("setup", "--claude")
    assert ran.status == 1
    assert "--yes" in ran.err
    assert '+        "SessionEnd"' in ran.out
    assert file.read_text() == FOREIGN


def test_dry_run_shows_and_changes_nothing(tally: Tally, home: Path) -> None:
    file = write(home, FOREIGN)
    ran = tally("setup", "--claude", "--dry-run", "--yes")
    assert (ran.status, file.read_text()) == (0, FOREIGN)
    assert "Nothing was changed" in ran.out
    assert not Path(os.environ["TALLY_DATA_DIR"]).exists()


def test_status_tells_whose_line_and_which_hooks(tally: Tally, home: Path, codex: Path) -> None:
    write(home, FOREIGN)
    before = tally("setup", "--status").out
    assert "not ours: ~/.claude/line.sh" in before and before.count("none of ours") == 2
    tally("setup", "--yes")
    after = tally("setup", "--status").out
    assert "ours, together with: ~/.claude/line.sh" in after
    assert "Stop, SubagentStop, SessionEnd" in after
    assert "/hooks" in after


def test_new_codex_hooks_are_to_be_looked_at(tally: Tally, codex: Path) -> None:
    ran = tally("setup", "--codex", "--yes")
    assert "/hooks" in ran.out and "only once you trust it" in ran.out


def reviewed(folder: Path, *names: str, more: str = "") -> str:
    return "".join(f'[hooks.state."{folder}/hooks.json:{name}"]\ntrusted_hash = "sha256:0a"\n{more}\n' for name in names)


TRUST: list[tuple[str, Callable[[Path], str], dict[str, str]]] = [
    ("nothing reviewed", lambda _: 'model = "m"\n', {"Stop": "untrusted", "SubagentStop": "untrusted"}),
    ("one", lambda at: reviewed(at, "stop:1:0"), {"Stop": "trusted", "SubagentStop": "untrusted"}),
    ("both", lambda at: reviewed(at, "stop:1:0", "subagent_stop:0:0"), {"Stop": "trusted", "SubagentStop": "trusted"}),
    ("another's", lambda at: reviewed(at, "stop:0:0"), {"Stop": "untrusted", "SubagentStop": "untrusted"}),
    ("another home", lambda at: reviewed(at / "x", "stop:1:0"), {"Stop": "untrusted", "SubagentStop": "untrusted"}),
    ("turned off", lambda at: reviewed(at, "stop:1:0", more="enabled = false"), {"Stop": "off", "SubagentStop": "untrusted"}),
    ("all off", lambda at: "[features]\nhooks = false\n" + reviewed(at, "stop:1:0"), {"Stop": "off", "SubagentStop": "off"}),
    ("odd values", lambda at: f'[hooks.state]\n"{at}/hooks.json:stop:1:0" = 4\n', {"Stop": "untrusted", "SubagentStop": "untrusted"}),
    ("no TOML", lambda _: "[hooks", {"Stop": "unknown", "SubagentStop": "unknown"}),
]  # fmt: skip


@pytest.mark.parametrize(("config", "expected"), [row[1:] for row in TRUST], ids=[row[0] for row in TRUST])
def test_status_tells_which_hooks_codex_trusts(
    tally: Tally, codex: Path, config: Callable[[Path], str], expected: dict[str, str]
) -> None:
    other = {"hooks": {"Stop": [{"hooks": [{"type": "command", "command": "say done"}]}]}}
    (codex / "hooks.json").write_text(json.dumps(other))
    tally("setup", "--codex", "--yes")
    (codex / "config.toml").write_text(config(codex))
    (row,) = tally("setup", "--codex", "--status", "--json").json["agents"]
    assert row["trust"] == expected
    told = tally("setup", "--codex", "--status").out
    assert ("Stop: trusted" in told) == (expected["Stop"] == "trusted")


def test_a_review_older_than_the_hooks_is_told(tally: Tally, codex: Path) -> None:
    tally("setup", "--codex", "--yes")
    (codex / "config.toml").write_text(reviewed(codex, "stop:0:0"))
    changed = (codex / "config.toml").stat().st_mtime_ns + 10**9
    os.utime(codex / "hooks.json", ns=(changed, changed))
    (row,) = tally("setup", "--codex", "--status", "--json").json["agents"]
    assert row["trust"] == {"Stop": "stale", "SubagentStop": "untrusted"}
    assert "before hooks.json last changed" in tally("setup", "--codex", "--status").out


def test_only_agents_that_are_there(tally: Tally, home: Path) -> None:
    ran = tally("setup", "--yes")
    assert "Claude Code" in ran.out and "Codex" not in ran.out


def test_no_agent_at_all(tally: Tally) -> None:
    ran = tally("setup", "--yes")
    assert ran.status == 1
    assert "neither agent was found" in ran.err


def test_status_and_change_do_not_go_together(tally: Tally, home: Path) -> None:
    ran = tally("setup", "--status", "--uninstall")
    assert ran.status == 2
    assert ran.err.splitlines()[2].rstrip().endswith("^" * len("--uninstall"))


def test_a_hook_whose_program_is_gone_is_put_right(tally: Tally, home: Path) -> None:
    file = write(home, '{"hooks":{"Stop":[{"hooks":[{"type":"command","command":"/gone/bin/tally-tui hook Stop"}]}]}}')
    tally("setup", "--claude", "--yes")
    (stop,) = [command for command in commands(file) if agents.is_our_hook(command, "Stop")]
    assert shutil.which(shlex.split(stop)[0])


def test_any_order_of_events_in_the_file(tally: Tally, home: Path) -> None:
    dice = random.Random(7)
    for _ in range(10):
        events = ["Stop", "SubagentStop", "SessionEnd", "PreToolUse", "Notification"]
        dice.shuffle(events)
        groups = [{"hooks": [{"type": "command", "command": f"c{dice.random()}"}] * dice.randint(1, 3)}]
        document = {"hooks": {event: groups * dice.randint(0, 3) for event in events[: dice.randint(0, 5)]}}
        text = json.dumps(document, indent=dice.choice([None, 1, 2, 3]))
        file = write(home, text)
        tally("setup", "--claude", "--yes")
        assert sum(agents.our_words(command) is not None for command in commands(file)) == 3
        # Others only reformat the file: what is ours must go all the same.
        file.write_text(json.dumps(json.loads(file.read_text()), indent=7))
        tally("setup", "--claude", "--uninstall", "--yes")
        assert json.loads(file.read_text()) == document


def test_a_file_that_changes_while_a_person_is_asked_is_left(home: Path) -> None:
    file = write(home, FOREIGN)
    change = setting_up.install(agents.CLAUDE, home, ["tally-tui"])
    file.write_text('{"changed": "meanwhile"}')
    with pytest.raises(setting_up.SetupError, match="changed while you were asked"):
        setting_up.apply(change)
    assert file.read_text() == '{"changed": "meanwhile"}'


def test_the_diff_shows_no_control_characters(tally: Tally, home: Path) -> None:
    write(home, '{\n  "a": "\x7f",\n  "b": "\u009b2J"\n}')
    out = tally("setup", "--claude", "--dry-run").out
    assert "\x7f" not in out and "\x9b" not in out


def test_status_as_json(tally: Tally, home: Path, codex: Path) -> None:
    write(home, FOREIGN)
    document = tally("setup", "--status", "--json").json
    assert document["schema"] == "tally.setup/1"
    before, _ = document["agents"]
    assert (before["status_line"], before["hooks"], before["first_copy"]) == ("theirs", [], None)
    tally("setup", "--yes")
    claude, other = tally("setup", "--status", "--json").json["agents"]
    assert claude == {
        "agent": "claude", "file": str(home / "settings.json"), "file_found": True, "status_line": "wrapped",
        "status_line_command": claude["status_line_command"], "wraps": json.loads(FOREIGN)["statusLine"]["command"],
        "hooks": ["Stop", "SubagentStop", "SessionEnd"], "missing_hooks": [], "last_called": None,
        "first_copy": claude["first_copy"], "problem": None,
    }  # fmt: skip
    assert Path(claude["first_copy"]).read_bytes() == FOREIGN.encode()
    assert (other["agent"], other["status_line"], other["hooks"]) == ("codex", None, ["Stop", "SubagentStop"])


def test_status_as_json_tells_of_a_file_that_is_not_right(tally: Tally, home: Path) -> None:
    write(home, "// mine\n{}")
    ran = tally("setup", "--status", "--json")
    (row,) = ran.json["agents"]
    assert ran.status == 1
    assert "no JSON" in row["problem"] and row["status_line"] is None
    assert tally("setup", "--json").status == 2


def test_what_codex_is_told_elsewhere_is_not_touched(tally: Tally, codex: Path) -> None:
    told = 'notify = ["python3", "/opt/notify.py"]  # theirs\n\n[features]\nhooks = true\n'
    theirs = '{"hooks": {"Stop": [{"hooks": [{"type": "command", "command": "theirs"}]}]}, "extra": 1}'
    (codex / "config.toml").write_text(told)
    (codex / "hooks.json").write_text(theirs)
    tally("setup", "--codex", "--yes")
    ours = json.loads((codex / "hooks.json").read_text())
    assert ours["hooks"]["Stop"][0] == {"hooks": [{"type": "command", "command": "theirs"}]}
    assert ours["extra"] == 1 and len(ours["hooks"]["Stop"]) == 2
    assert tally("setup", "--codex", "--uninstall", "--yes").status == 0
    assert (codex / "hooks.json").read_text() == theirs
    assert (codex / "config.toml").read_text() == told


def test_a_file_that_cannot_be_written_is_told_and_kept(tally: Tally, home: Path, tmp_path: Path) -> None:
    # A name so long that nothing can be written beside it: so it is whoever runs this, even an administrator.
    real = tmp_path / ("x" * 255)
    real.write_text(FOREIGN)
    (home / "settings.json").symlink_to(real)
    ran = tally("setup", "--claude", "--yes")
    assert ran.status == 1
    assert "cannot be written" in ran.err and "settings are as they were" in ran.err
    assert real.read_text() == FOREIGN
    assert tally("setup", "--status", "--json").json["agents"][0]["status_line"] == "theirs"
    # What was remembered of the attempt does no harm: once it can be written, all comes and goes as ever.
    (home / "settings.json").unlink()
    file = write(home, FOREIGN)
    tally("setup", "--claude", "--yes")
    tally("setup", "--claude", "--uninstall", "--yes")
    assert file.read_text() == FOREIGN


@pytest.mark.parametrize("through", ["a link", "two links"])
def test_a_linked_file_comes_back_byte_for_byte(tally: Tally, home: Path, tmp_path: Path, through: str) -> None:
    real = tmp_path / "dotfiles" / "settings.json"
    real.parent.mkdir()
    real.write_text(FOREIGN)
    between = tmp_path / "between.json"
    between.symlink_to(real)
    (home / "settings.json").symlink_to(real if through == "a link" else between)
    assert tally("setup", "--claude", "--yes").status == 0
    assert tally("setup", "--claude", "--uninstall", "--yes").status == 0
    assert (home / "settings.json").is_symlink() and real.read_text() == FOREIGN


def test_two_homes_are_set_up_each_for_itself(tally: Tally, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    homes = [tmp_path / "one", tmp_path / "two"]
    for each in homes:
        each.mkdir()
    write(homes[1], FOREIGN)
    monkeypatch.setenv("CLAUDE_CONFIG_DIR", ",".join(map(str, homes)))
    assert tally("setup", "--claude", "--yes").status == 0
    told = tally("setup", "--claude", "--status", "--json").json["agents"]
    assert [each["status_line"] for each in told] == ["ours", "wrapped"]
    tally("setup", "--claude", "--uninstall", "--yes")
    assert not list(homes[0].iterdir()) and (homes[1] / "settings.json").read_text() == FOREIGN
