"""A report's parts of the documentation, made from its declaration."""

from __future__ import annotations

import msgspec

from tally_tui.records import Field, docstrings, fields
from tally_tui.reports.registry import ReportSpec


def json_section(spec: ReportSpec) -> str:
    """Return what a report's document holds, field by field, as Markdown."""
    lines = [f"`tally-tui {spec.name} --json` ([schema](schemas/{spec.name}.json)). {_first(spec.report)}", ""]
    lines += _table(spec.report)
    for field in fields(spec.report):
        if field.many and field.record:
            lines += ["", f"Each of `{field.name}`: {_first(field.record)}", "", *_table(field.record)]
    return "\n".join(lines)


def options_section(spec: ReportSpec) -> str:
    """Return the options that are a report's own or that all reports share, as Markdown."""
    meanings = docstrings(spec.query)
    names = [field.name for field in msgspec.structs.fields(spec.query) if field.name != "query"]
    return "\n".join(f"- `--{name.replace('_', '-')}`: {' '.join(meanings.get(name, '').split())}" for name in names)


def _table(cls: type) -> list[str]:
    return ["| field | |", "|---|---|", *(f"| `{field.name}` | {_meaning(field)} |" for field in fields(cls))]


def _meaning(field: Field) -> str:
    text = " ".join(field.doc.split())
    if field.record is not None and not field.many:
        inner = ", ".join(f"`{each.name}`" for each in fields(field.record))
        text = f"{text} Holds {inner}.".strip()
    return text.replace("|", "\\|")


def _first(cls: type) -> str:
    return " ".join((cls.__doc__ or "").strip().split("\n\n")[0].split())
