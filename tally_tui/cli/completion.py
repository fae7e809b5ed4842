"""What may come next on the command line, for bash, zsh and fish: from the same commands that parse and help."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from tally_tui.cli.grammar import COMMANDS, GLOBAL, QUERY, Command, command
from tally_tui.cli.output import say_document
from tally_tui.cli.text import shown

if TYPE_CHECKING:
    from tally_tui.cli.parsing import Request

SCRIPTS: Final = {
    "bash": """\
_tally_tui() {
    local IFS=$'\\n'
    COMPREPLY=($(tally-tui __complete bash "${COMP_LINE:0:COMP_POINT}" "${COMP_WORDBREAKS}" 2>/dev/null))
    [[ ${#COMPREPLY[@]} == 1 && ${COMPREPLY[0]} == *[:=] ]] && compopt -o nospace
}
complete -F _tally_tui tally-tui
""",
    "zsh": """\
#compdef tally-tui
_tally_tui() {
    local -a found
    found=("${(@f)$(tally-tui __complete zsh "${(j: :)words[1,CURRENT]}" 2>/dev/null)}")
    [[ -n $found ]] && _describe 'tally-tui' found
}
if [ "$funcstack[1]" = "_tally_tui" ]; then _tally_tui; else compdef _tally_tui tally-tui; fi
""",
    "fish": """\
complete -c tally-tui -f -a '(tally-tui __complete fish (commandline -cp) 2>/dev/null)'
""",
}
"""What a shell's start-up file evaluates."""


def completion(request: Request) -> int:
    """Print the script that a shell needs (`tally-tui completion SHELL`)."""
    shell = request.words[0][1] if request.words else ""
    if shell not in SCRIPTS or len(request.words) > 1:
        raise request.bad_word(0, f"unknown shell {shell!r}" if shell else "a shell is missing", "bash, zsh or fish.")
    say_document([SCRIPTS[shell]])
    return 0


def complete_line(shell: str, line: str, word_breaks: str = "") -> list[str]:
    """Return the lines that a shell takes as candidates for the last word of a command line.

    Args:
        shell: bash, zsh or fish.
        line: the line up to the cursor.
        word_breaks: bash's COMP_WORDBREAKS: it replaces only what follows the last of these letters.
    """
    words = line.split(" ")[1:]
    words = [*(word for word in words[:-1] if word), words[-1]] if words else [""]
    found = [(shown(word), shown(meaning)) for word, meaning in candidates(words)]
    if shell == "bash":
        last = words[-1]
        kept = max((last.rfind(letter) + 1 for letter in word_breaks if letter in ":="), default=0)
        return [word[kept:] for word, _ in found]
    if shell == "zsh":
        return [f"{word.replace(':', chr(92) + ':')}:{meaning}" if meaning else word for word, meaning in found]
    return [f"{word}\t{meaning}" for word, meaning in found]


def candidates(words: list[str]) -> Iterator[tuple[str, str]]:
    """Yield every word that the last of `words` may become, with its meaning ('' where it speaks for itself)."""
    *before, begun = words
    chosen = command(before[0]) if before else None
    if chosen is None:
        if not before:
            yield from ((each.name, each.summary) for each in COMMANDS if each.name.startswith(begun))
            yield from ((each.name, each.meaning) for each in GLOBAL if begun and each.name.startswith(begun))
        return
    options = {option.name: option for option in (*chosen.options, *GLOBAL)}
    name, equals, text = begun.partition("=")
    waiting = options.get(name) if equals else options.get(before[-1])
    if waiting is not None and waiting.takes is not None:
        *picked, last = (text if equals else begun).split(",")
        head = (f"{name}=" if equals else "") + "".join(f"{each}," for each in picked)
        yield from ((head + each, "") for each in waiting.choices if each.startswith(last) and each not in picked)
    elif begun.startswith("-"):
        yield from ((each.name, each.meaning) for each in options.values() if each.name.startswith(begun))
    elif chosen.words == QUERY:
        yield from _query_words(begun)
    else:
        yield from _actions(chosen, before[1:], begun)


def _query_words(begun: str) -> Iterator[tuple[str, str]]:
    from tally_tui.query import LEDGER, complete

    yield from complete(begun, len(begun), allow=LEDGER)


def _actions(chosen: Command, before: list[str], begun: str) -> Iterator[tuple[str, str]]:
    typed = [word for word in before if not word.startswith("-")]
    for words, meaning in chosen.actions:
        action = words.split(" ")
        if action[: len(typed)] == typed and len(action) > len(typed):
            following = action[len(typed)]
            for each in following.split("|"):
                if each.islower() and each.startswith(begun):
                    yield each, meaning
