"""The commands of all reports: options come from the query, output from the report."""

from __future__ import annotations

import types
from collections.abc import Mapping
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any, Literal, NoReturn, Union, get_args, get_origin

import msgspec
from msgspec.structs import replace

from tally_tui.cli.grammar import CSV, JSON, MARKDOWN, NO_SYNC, PRIVACY, QUERY, SCHEMA, Command, Option
from tally_tui.cli.output import say
from tally_tui.cli.problems import BadQuestionError, FailedError
from tally_tui.records import docstrings
from tally_tui.reports.registry import ReportQuery, ReportSpec, report_spec
from tally_tui.units import Privacy

if TYPE_CHECKING:
    from tally_tui.cli.parsing import Request
    from tally_tui.config import Settings
    from tally_tui.reports.context import InvalidQueryError

TEXT = {"today": "tally_tui.cli.today", "explain": "tally_tui.cli.explain"}
"""Reports that people read as more than tables → the module whose `print_report` writes them."""
_SHARED_ORDER = ("since", "until", "tz", "mode", "reverse", "limit")
"""Options of every report, in the order help lists them after a report's own."""


@cache
def command_of(command: Command) -> Command:
    """Return a report's command with its options, as the parser and the help know commands."""
    spec = report_spec(command.name)
    options = {field.name: _option(spec.query, field) for field in msgspec.structs.fields(spec.query)}
    words = QUERY if options.pop("query", None) else ""
    options.pop("no_sync", None)
    own = [option for key, option in options.items() if key not in _SHARED_ORDER]
    shared = [options[key] for key in _SHARED_ORDER if key in options]
    forms = (JSON, *((CSV,) if spec.rows else ()), MARKDOWN, SCHEMA, PRIVACY, NO_SYNC)
    return replace(command, options=(*own, *shared, *forms), words=words)


def run_report(request: Request) -> int:
    """Answer a report's command.

    Raises:
        BadQuestionError: an option's value or the query is not understood.
        FailedError: the ledger cannot be used.
    """
    assert request.command is not None
    spec = report_spec(request.command.name)
    if request.on(SCHEMA):
        from tally_tui.faces.schemas import report_schema

        say(msgspec.json.format(msgspec.json.encode(report_schema(spec)), indent=2).decode())
        return 0
    from tally_tui.cli.asking import remark_on_empty
    from tally_tui.cli.settings import settings_in_force
    from tally_tui.ledger.open import LedgerError
    from tally_tui.reports.context import InvalidQueryError, ask
    from tally_tui.rules.price_table import BadTableError

    settings = settings_in_force()
    try:
        query = msgspec.convert(_values(request, spec), spec.query, strict=False)
        report, note = ask(spec, query, settings, _sync, lambda db: remark_on_empty(db, settings, request))
    except InvalidQueryError as error:
        _point_at(request, error)
    except msgspec.ValidationError as error:
        _point_at_number(request, spec, str(error).partition(" - at `$.")[2].rstrip("`"))
    except (LedgerError, BadTableError) as error:
        raise FailedError(str(error)) from error
    _print(request, spec, _hidden(request, report), note, settings)
    return 0


def _option(query: type[ReportQuery], field: msgspec.structs.FieldInfo) -> Option:
    hint, title, many = field.type, "", False
    while True:
        if hasattr(hint, "__metadata__"):
            title = title or hint.__metadata__[0].title or ""
            hint = get_args(hint)[0]
        elif get_origin(hint) in (Union, types.UnionType):
            hint = next(each for each in get_args(hint) if each is not type(None))
        elif get_origin(hint) is tuple:
            many, hint = True, get_args(hint)[0]
        else:
            break
    choices = get_args(hint) if get_origin(hint) is Literal else ()
    takes = None if hint is bool else title or ("FIELD[,FIELD]" if many else field.name.upper())
    name = "--" + field.name.replace("_", "-")
    # Docstrings are read from the source only when help is wanted.
    return Option(name, "", takes, choices, many, lambda: docstrings(query).get(field.name, ""))


def _sync(settings: Settings) -> str:
    from tally_tui.cli.asking import freshened
    from tally_tui.cli.output import remark

    if note := freshened(settings):
        remark(note)
    return note


def _values(request: Request, spec: ReportSpec) -> Mapping[str, Any]:
    """Return what was typed, as fields of the report's query."""
    from tally_tui.cli.asking import query_text

    names = spec.query.__struct_fields__
    values: dict[str, Any] = {key: given.text for key, given in request.values.items() if key in names}
    for key, choices in request.choices.items():
        if key in values:
            option = next(each for each in request.command.options if each.key == key)  # type: ignore[union-attr]
            values[key] = choices if option.many else choices[-1]
    values |= {key: True for key in request.switches if key in names}
    if request.words:
        values["query"] = query_text([word for _, word in request.words])
    for_people = not (request.on(JSON) or request.on(CSV) or request.on(MARKDOWN))
    if for_people and spec.table_limit:
        values.setdefault("limit", spec.table_limit)
    return values


def _point_at(request: Request, error: InvalidQueryError) -> NoReturn:
    from tally_tui.cli.asking import as_sentence, query_text
    from tally_tui.cli.problems import point_into

    pointer = ""
    if error.field == "query" and error.at:
        start, end = error.at
        pointer = point_into(query_text([word for _, word in request.words]), start, end - start)
    elif given := request.values.get(error.field):
        pointer = request.line.point(given.index, given.start)
    raise BadQuestionError(str(error), pointer, as_sentence(error.hint)) from error


def _point_at_number(request: Request, spec: ReportSpec, field: str) -> NoReturn:
    """Say which whole numbers an option takes; words of a small set are checked by the parser."""
    schema = msgspec.json.schema(spec.query)["$defs"][spec.query.__name__]["properties"][field]
    bounds = next(each for each in (schema, *schema.get("anyOf", ())) if "minimum" in each)
    most = bounds.get("maximum", 10**9)
    given = request.values[field]
    upper = f"to {most}" if most < 10**6 else "on"
    raise BadQuestionError(
        f"--{field.replace('_', '-')} takes a whole number from {bounds['minimum']} {upper}, not {given.text!r}",
        request.line.point(given.index, given.start),
    )


def _hidden(request: Request, report: Any) -> Any:
    privacy = Privacy[request.choices.get(PRIVACY.key, ("normal",))[-1].upper()]
    if privacy is Privacy.NORMAL:
        return report
    from tally_tui.faces.privacy import hide, installation_salt
    from tally_tui.paths import data_dir, private_dir

    private_dir(data_dir())
    return hide(report, privacy, installation_salt(data_dir() / "privacy.salt"))


def _print(request: Request, spec: ReportSpec, report: Any, note: str, settings: Settings) -> None:
    if request.on(JSON):
        from tally_tui.cli.output import print_json
        from tally_tui.faces.documents import document

        print_json(document(spec, report, note))
    elif request.on(CSV):
        from tally_tui.cli.output import print_csv
        from tally_tui.faces.csv_rows import csv_rows

        print_csv(*csv_rows(spec, report))
    else:
        _print_text(request, spec, report, settings)


def _print_text(request: Request, spec: ReportSpec, report: Any, settings: Settings) -> None:
    module = TEXT.get(spec.name)
    if module is None or request.on(MARKDOWN):
        _print_tables(request, spec, report, settings)
    else:
        import_module(module).print_report(request, report, settings)


def _print_tables(request: Request, spec: ReportSpec, report: Any, settings: Settings) -> None:
    from tally_tui.cli.figures import print_remarks
    from tally_tui.cli.tables import Column, print_table
    from tally_tui.faces.formats import TextFormat
    from tally_tui.faces.tables import markdown, text_table
    from tally_tui.rules.zones import zone

    form = TextFormat(zone(report.timezone), settings.numbers == "full")
    for table in spec.tables:
        cells = text_table(table, report, form)
        if request.on(MARKDOWN):
            say(markdown(cells))
        elif not cells.rows:
            say(spec.empty)
        else:
            columns = [Column(each.name, each.right, each.rank, each.wide) for each in cells.columns]
            print_table(columns, cells.rows, cells.total)
            if spec.remarks:
                print_remarks(spec.remarks(report, form.full_numbers))


