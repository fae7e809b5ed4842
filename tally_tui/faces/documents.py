"""Reports as plain documents: what JSON, MCP and the Python API hand over, field by field."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from tally_tui.records import Field, fields
from tally_tui.reports.registry import ReportSpec

Document = dict[str, Any]


def document(spec: ReportSpec, report: Any, note: str = "") -> Document:
    """Return the whole document of a report; `note` says why it may be behind the logs."""
    cls: Any = type(report)
    found = {"schema": spec.schema, **encoder(cls)(report)}
    return {**found, "note": note} if note else found


@cache
def encoder(cls: type) -> Callable[[Any], Document]:
    """Return the function from a record to its document. Made once per class: a row costs one dictionary."""
    parts = [(field.name, field.get, _value_encoder(field)) for field in fields(cls)]

    def encode(record: Any) -> Document:
        return {name: get(record) if value is None else value(get(record)) for name, get, value in parts}

    return encode


def _value_encoder(field: Field) -> Callable[[Any], Any] | None:
    single = field.unit.encode if field.unit else encoder(field.record) if field.record else None
    if field.many:
        return list if single is None else lambda values: [single(value) for value in values]
    if field.optional and single is not None:
        return lambda value: None if value is None else single(value)
    return single
