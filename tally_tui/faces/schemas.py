"""JSON Schemas of reports and of their queries, made from the records, their units and their docstrings."""

from __future__ import annotations

from typing import Any

from tally_tui.records import Field, docstrings, fields
from tally_tui.reports.registry import ReportSpec

Schema = dict[str, Any]


def report_schema(spec: ReportSpec) -> Schema:
    """Return the JSON Schema (2020-12) of a report's document."""
    definitions: dict[str, Schema] = {}
    whole = _object(spec.report, definitions)
    whole["properties"] = {"schema": {"const": spec.schema}, **whole["properties"], "note": {"type": "string"}}
    whole["required"] = ["schema", *whole["required"]]
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **whole, "$defs": definitions}


def query_schema(spec: ReportSpec) -> Schema:
    """Return the JSON Schema of what a report can be asked: an MCP tool's `inputSchema`."""
    import msgspec

    found = msgspec.json.schema(spec.query)
    whole: Schema = found["$defs"].pop(spec.query.__name__)
    for name, text in docstrings(spec.query).items():
        if name in whole["properties"]:
            whole["properties"][name]["description"] = text
    return {**whole, "$defs": found["$defs"], "additionalProperties": False}


def _object(cls: type, definitions: dict[str, Schema]) -> Schema:
    public = fields(cls)
    return {
        "type": "object",
        "description": " ".join((cls.__doc__ or "").split()),
        "properties": {field.name: _property(field, definitions) for field in public},
        "required": [field.name for field in public],
    }


def _property(field: Field, definitions: dict[str, Schema]) -> Schema:
    if field.record is not None:
        name = field.record.__name__
        if name not in definitions:
            definitions[name] = {}  # present before it is walked: a record may contain itself
            definitions[name] = _object(field.record, definitions)
        schema: Schema = {"$ref": f"#/$defs/{name}"}
    else:
        assert field.unit is not None
        schema = dict(field.unit.schema)
    if field.many:
        schema = {"type": "array", "items": schema}
    if field.optional:
        schema = {"anyOf": [schema, {"type": "null"}]}
    return {**schema, "description": " ".join(field.doc.split())} if field.doc else schema
