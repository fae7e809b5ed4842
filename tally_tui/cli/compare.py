"""`tally-tui compare A B`: two sessions side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from msgspec.structs import replace

from tally_tui.cli import grammar
from tally_tui.cli.asking import Question, ledger, question
from tally_tui.cli.contract import Document, noted, session_row, stamp
from tally_tui.cli.output import print_json, remark, say
from tally_tui.cli.read import not_meant
from tally_tui.cli.text import shown
from tally_tui.reports.compare import CompareSide, Comparison, PromptTurn
from tally_tui.rules.figures import counted, duration, money_of, short_tokens, usd6
from tally_tui.rules.redaction import masked

if TYPE_CHECKING:
    from tally_tui.cli.parsing import Request

WORDS: Final = 400
"""Characters of a prompt in a table."""


def compare(request: Request) -> int:
    """The command."""
    from tally_tui.reports.compare import compare as report
    from tally_tui.reports.conversation_files import NoSessionError, find_session

    hint = "Give two ids; the beginning of each is enough. `tally-tui sessions --json` lists them."
    if len(request.words) != 2:
        message = "one word too many" if len(request.words) > 2 else "which two sessions?"
        raise request.bad_word(min(len(request.words), 2), message, hint)
    asked = question(replace(request, words=()))
    with ledger(request, asked) as (db, note):
        for place, (_, word) in enumerate(request.words):
            try:
                find_session(db, word)
            except NoSessionError as error:
                raise not_meant(request, error, place) from error
        left, right = (word for _, word in request.words)
        found = report(db, left, right, tz=asked.tz, mode=asked.mode)
    if request.on(grammar.JSON):
        print_json(noted(document(found), note))
        return 0
    _print(found, asked)
    for side in (found.left, found.right):
        if side.problem:
            remark(side.problem)
    return 0


def document(found: Comparison) -> Document:
    """The JSON contract's document."""
    return {
        "schema": "tally.compare/1",
        "timezone": found.timezone,
        "left": _side(found.left),
        "right": _side(found.right),
        "prompts": [
            {
                "alike": round(pair.alike, 3),
                "left": _turn(found.left, pair.left),
                "right": _turn(found.right, pair.right),
            }
            for pair in found.pairs
        ],
        "tools": [
            {
                "name": each.name,
                "left": each.left,
                "right": each.right,
                "left_failed": each.left_failed,
                "right_failed": each.right_failed,
            }
            for each in found.tools
        ],
        "files": [
            {"path": each.path, "left": each.left or None, "right": each.right or None} for each in found.files
        ],
        "files_both": found.both,
        "files_only_left": found.only_left,
        "files_only_right": found.only_right,
    }


def _side(side: CompareSide) -> Document:
    return {
        **session_row(side.row),
        "duration_seconds": side.duration_ms / 1000,
        "prompts": len(side.turns),
        "tool_calls": side.tools,
        "errors": side.errors,
        "cost_beside_prompts_usd": usd6(side.beside),
        "from_archive": bool(side.from_archive),
        "problem": side.problem or None,
    }


def _turn(side: CompareSide, number: int | None) -> Document | None:
    if number is None:
        return None
    turn = side.turns[number]
    return {
        "number": number + 1,
        "text": turn.text,
        "time": None if turn.time_ms is None else stamp(turn.time_ms),
        "cost_usd": usd6(turn.spent.cost),
        "total_tokens": turn.spent.tokens,
        "calls": turn.spent.calls,
        "unpriced_calls": turn.spent.unpriced,
        "tool_calls": turn.tools,
        "errors": turn.errors,
        "file": turn.file,
        "offset": turn.offset,
    }


def _print(found: Comparison, asked: Question) -> None:
    from tally_tui.cli.tables import Column, print_table

    sides = (found.left, found.right)
    print_table(
        [Column(""), Column("A", wide=True), Column("B", wide=True)],
        [[name, *values] for name, *values in _facts(found, asked) if any(values)],
    )
    say()
    if found.pairs:
        print_table(
            [
                Column("A", wide=True), Column("cost", right=True), Column("tokens", right=True, rank=2),
                Column("errors", right=True, rank=1), Column(""), Column("B", wide=True), Column("cost", right=True),
                Column("tokens", right=True, rank=2), Column("errors", right=True, rank=1),
            ],
            [
                [*_cells(sides[0], pair.left), _sign(pair.alike), *_cells(sides[1], pair.right)]
                for pair in found.pairs
            ],
        )  # fmt: skip
        say()
    if found.tools:
        print_table(
            [Column("tool", wide=True), Column("A", right=True), Column("B", right=True)],
            [
                [each.name, _used(each.left, each.left_failed), _used(each.right, each.right_failed)]
                for each in found.tools
            ],
        )
        say()
    if found.files:
        say(f"Files touched: {found.both:,} by both, {found.only_left:,} only by A, {found.only_right:,} only by B")
        print_table(
            [Column("file", wide=True), Column("A"), Column("B")],
            [[each.path, each.left or "–", each.right or "–"] for each in found.files],
        )


def _facts(found: Comparison, asked: Question) -> list[tuple[str, str, str]]:
    from tally_tui.cli.figures import cost, count
    from tally_tui.rules.zones import local

    numbers = asked.settings.numbers

    def of(side: CompareSide) -> list[tuple[str, str]]:
        row, tokens = side.row, side.row.figures.tokens
        times = [f"{local(at, asked.tz):%Y-%m-%d %H:%M}" for at in (row.first_ms, row.last_ms) if at]
        return [
            ("title", row.title or row.session),
            ("project", row.project or ""),
            ("models", ", ".join(row.models)),
            ("time", " – ".join(dict.fromkeys(times))),
            ("duration", duration(side.duration_ms)),
            ("cost", cost(row.figures)),
            ("calls", f"{row.figures.calls:,}"),
            ("tokens", count(tokens.total, numbers)),
            ("  input", count(tokens.input, numbers)),
            ("  cache read", count(tokens.cache_read, numbers)),
            ("  cache write", count(tokens.write_5m + tokens.write_1h, numbers)),
            ("  output", count(tokens.output, numbers)),
            ("  reasoning", count(tokens.reasoning, numbers)),
            ("prompts", f"{len(side.turns):,}"),
            ("subagents", f"{row.subagents:,}"),
            ("tool calls", f"{side.tools:,}"),
            ("errors", f"{side.errors:,}"),
            ("source", side.from_archive),
        ]

    return [(name, one, other) for (name, one), (_, other) in zip(of(found.left), of(found.right), strict=True)]


def _cells(side: CompareSide, number: int | None) -> list[str]:
    if number is None:
        return ["–", "", "", ""]
    turn = side.turns[number]
    return [shown(masked(turn.text)[:WORDS]), _cost(turn), short_tokens(turn.spent.tokens), f"{turn.errors or ''}"]


def _cost(turn: PromptTurn) -> str:
    return money_of(turn.spent.cost, turn.spent.unpriced)


def _sign(alike: float) -> str:
    return "=" if alike == 1 else "≈" if alike else ""


def _used(times: int, failed: int) -> str:
    return f"{times:,}" + (f" ({counted(failed, 'error')})" if failed else "") if times else "–"
