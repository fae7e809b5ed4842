"""`tally-tui prices update`: the one command that uses the network, and only when asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tally_tui.cli import grammar
from tally_tui.cli.output import print_json, say
from tally_tui.cli.problems import FailedError

if TYPE_CHECKING:
    from tally_tui.cli.parsing import Request


def prices(request: Request) -> int:
    """The command."""
    words = [word for _, word in request.words]
    if words != ["update"]:
        at = 1 if words[:1] == ["update"] else 0
        what = "a word is missing" if not words else f"prices has no action {words[at]!r}"
        raise request.bad_word(at, what, "It takes: update.")
    from tally_tui.ingest.price_update import UpdateError, update
    from tally_tui.rules.price_table import load

    try:
        path = update(fetch=True)
    except UpdateError as error:
        raise FailedError(str(error)) from error
    table = load(path)
    if request.on(grammar.JSON):
        print_json(
            {
                "schema": "tally.prices-update/1",
                "file": str(path),
                "prices_at": table.as_of.isoformat(),
                "models": len(table.rows),
                "source": table.source,
            }
        )
    else:
        say(f"prices of {table.as_of}: {len(table.rows)} models from {table.source}, kept in {path}")
        say("Every call is priced again with them when logs are next read.")
    return 0
