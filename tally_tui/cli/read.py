"""`tally-tui read SESSION`: a conversation, as text, Markdown, HTML or JSON."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from msgspec.structs import replace

from tally_tui.cli import grammar
from tally_tui.cli.asking import ledger, question
from tally_tui.cli.output import print_json, say_document
from tally_tui.cli.problems import BadQuestionError, FailedError
from tally_tui.cli.text import shown
from tally_tui.reports.conversation import (
    Conversation,
    NoLogError,
    NoSessionError,
    UnreadableLogError,
    conversation,
)

if TYPE_CHECKING:
    from tally_tui.cli.parsing import Request

CHAT: Final = 2
ALL: Final = 5
PARTS: Final = {"prompts": 1, "chat": CHAT, "all": ALL}
SHOWN: Final = 8
"""Sessions named where the beginning of an id fits several."""


def read(request: Request) -> int:
    """The command."""
    if len(request.words) != 1:
        hint = "`tally-tui sessions --json` lists the ids; the beginning of one is enough."
        raise request.bad_word(len(request.words), "which session? Give one id", hint)
    word = request.words[0][1]
    forms = [option for option in (grammar.MD, grammar.HTML, grammar.JSON) if request.on(option)]
    if len(forms) > 1:
        raise BadQuestionError(f"{forms[0].name} and {forms[1].name}: one form at a time")
    form = forms[0] if forms else None
    whole = str(ALL if form in (grammar.HTML, grammar.JSON) else CHAT)
    chosen = request.choices.get(grammar.DEPTH.key, (whole,))[-1]
    depth = PARTS.get(chosen) or int(chosen)
    secrets, people = not request.on(grammar.RAW), not (request.on(grammar.RAW) or request.on(grammar.NAMED))
    asked = question(replace(request, words=()))
    with ledger(request, asked) as (db, note):
        try:
            told = conversation(db, word, depth=depth, branches=request.on(grammar.BRANCHES))
        except NoSessionError as error:
            raise not_meant(request, error) from error
        except (NoLogError, UnreadableLogError) as error:
            raise FailedError(str(error)) from error
    if form is grammar.JSON:
        _print_json(told, secrets, people, note)
        return 0
    from tally_tui.exports.writing import document

    say_document(document(told, "html" if form is grammar.HTML else "markdown", asked.tz, secrets, people))
    return 0


def not_meant(request: Request, error: NoSessionError, word: int = 0) -> BadQuestionError:
    """What to say where a word of the command names no session, or several."""
    if not error.fitting:
        return request.bad_word(word, str(error), "`tally-tui sessions --json` lists the ids.")
    lines = [f"  {name}  {shown(title[:60])}".rstrip() for name, title in error.fitting[:SHOWN]]
    if len(error.fitting) > SHOWN:
        lines.append(f"  and {len(error.fitting) - SHOWN} more")
    bad = request.bad_word(word, str(error), "Give more of its id.")
    return BadQuestionError(str(error), "\n".join([bad.pointer, *lines]), bad.hint)


def _print_json(told: Conversation, secrets: bool, people: bool, note: str) -> None:
    from tally_tui.cli.contract import noted
    from tally_tui.exports.json import document
    from tally_tui.rules.redaction import shareable_value

    clean = partial(shareable_value, secrets=secrets, people=people)
    print_json(noted(document(told, clean), note))
