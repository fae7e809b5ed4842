"""The words of the prompt → a request, or a pointer at the word that is not understood."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from tally_tui.cli.grammar import COMMANDS, GLOBAL, Command, Option, command
from tally_tui.cli.problems import BadQuestionError, Line
from tally_tui.cli.text import listed, nearest


class Given(Struct, frozen=True):
    """An option's value and where it stands, for a pointer."""

    text: str
    index: int
    start: int
    """Column of the value in its word: after the `=` in `--since=7d`."""


class Request(Struct, frozen=True):
    """A command line understood."""

    line: Line
    command: Command | None
    """None: the screen, or help about everything."""
    switches: frozenset[str]
    values: Mapping[str, Given]
    choices: Mapping[str, tuple[str, ...]]
    """Options that take several choices."""
    words: tuple[tuple[int, str], ...]
    """The positional words after the command, each with its index in the line."""

    @property
    def query(self) -> str:
        return " ".join(word for _, word in self.words)

    def on(self, option: Option) -> bool:
        return option.key in self.switches

    def value(self, option: Option) -> str | None:
        given = self.values.get(option.key)
        return given.text if given else None

    def bad(self, option: Option, message: str, hint: str = "") -> BadQuestionError:
        """An error that points at an option's value."""
        given = self.values[option.key]
        return BadQuestionError(message, self.line.point(given.index, given.start), hint)

    def bad_word(self, at: int, message: str, hint: str = "") -> BadQuestionError:
        """An error that points at the positional word number `at`, or at where it is missing."""
        index = self.words[at][0] if at < len(self.words) else len(self.line.words)
        return BadQuestionError(message, self.line.point(index), hint)


def parse(argv: tuple[str, ...]) -> Request:
    """Understand a command line (without the program's name).

    Raises:
        BadQuestionError: a word, an option or a choice is not known, or a value is missing.
    """
    line = Line(argv)
    chosen: Command | None = None
    switches: set[str] = set()
    values: dict[str, Given] = {}
    choices: dict[str, tuple[str, ...]] = {}
    words: list[tuple[int, str]] = []
    index = 0
    while index < len(argv):
        word = {"-h": "--help", "-V": "--version"}.get(argv[index], argv[index])
        if word == "--" and chosen:
            words.extend(enumerate(argv[index + 1 :], index + 1))
            break
        if not word.startswith("--"):
            if chosen is None:
                chosen = command(word) or _unknown_command(line, index)
            else:
                words.append((index, word))
            index += 1
            continue
        name, equals, text = word.partition("=")
        option = _option(name, chosen, line, index)
        if option.takes is None:
            if equals:
                raise BadQuestionError(f"{name} takes no value", line.point(index, len(name)))
            switches.add(option.key)
        else:
            given = Given(text, index, len(name) + 1)
            if not equals:
                index += 1
                if index >= len(argv) or argv[index].startswith("--"):
                    where = line.point(index - 1)
                    raise BadQuestionError(f"{name} needs a {option.takes}", where, option.meaning)
                given = Given(argv[index], index, 0)
            values[option.key] = given
            if option.choices:
                choices[option.key] = choices.get(option.key, ()) + _choices(option, given, line)
        index += 1
    return _checked(Request(line, chosen, frozenset(switches), values, choices, tuple(words)))


def _option(name: str, chosen: Command | None, line: Line, index: int) -> Option:
    offered = (*(chosen.options if chosen else ()), *GLOBAL)
    found = next((option for option in offered if option.name == name), None)
    if found:
        return found
    elsewhere = [each.name for each in COMMANDS if any(option.name == name for option in each.options)]
    if chosen is None and elsewhere:
        where = line.point(index, 0, len(name))
        raise BadQuestionError(f"{name} comes after a command: {listed(elsewhere)}", where)
    # The dashes are alike in all of them: they make no two options close.
    near = nearest(name.lstrip("-"), [option.name.lstrip("-") for option in offered])
    whose = f"{chosen.name} has no option {name}" if chosen else f"no option {name}"
    hint = f"`tally-tui help{' ' + chosen.name if chosen else ''}` lists them."
    raise BadQuestionError(whose, line.point(index, 0, len(name)), f"Did you mean --{near}?" if near else hint)


def _choices(option: Option, given: Given, line: Line) -> tuple[str, ...]:
    picked = []
    start = given.start
    for part in given.text.split(",") if option.many else [given.text]:
        wanted = part.strip().lower()
        if wanted not in option.choices:
            near = nearest(wanted, option.choices)
            raise BadQuestionError(
                f"{option.name}: " + (f"{part.strip()!r} is not known" if wanted else "a word is missing"),
                line.point(given.index, start, len(part)),
                f"Did you mean {near}?" if near else f"It takes {listed(option.choices)}.",
            )
        picked.append(wanted)
        start += len(part) + 1
    return tuple(picked)


def _unknown_command(line: Line, index: int) -> Command:
    word = line.words[index]
    near = nearest(word, [name for each in COMMANDS for name in (each.name, *each.aliases)])
    hint = f"Did you mean {near}?" if near else f"Commands: {', '.join(each.name for each in COMMANDS)}."
    if ":" in word:
        hint = "A query comes after a command: tally-tui usage " + word
    raise BadQuestionError(f"no command {word!r}", line.point(index), hint)


def _checked(request: Request) -> Request:
    if {"json", "csv"} <= request.switches:
        index = max(at for at, word in enumerate(request.line.words) if word in ("--json", "--csv"))
        raise BadQuestionError("--json or --csv, not both", request.line.point(index))
    chosen = request.command
    if chosen and not chosen.words and request.words and "help" not in request.switches:
        hint = f"`tally-tui help {chosen.name}` tells more."
        raise request.bad_word(0, f"{chosen.name} takes no words", hint)
    return request
