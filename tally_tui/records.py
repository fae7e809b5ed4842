"""Records: classes whose public fields have a unit and a docstring. Documents, tables and schemas are made from them.

A record is a frozen dataclass or msgspec Struct. A field is public if its type is a unit of
`units` or another record; everything else is internal to the program.
"""

from __future__ import annotations

import types
from collections.abc import Callable
from functools import cache, reduce
from operator import attrgetter
from typing import Annotated, Any, ClassVar, NamedTuple, Union, get_args, get_origin, get_type_hints

from msgspec import Struct
from msgspec.structs import replace

from tally_tui.units import DocumentName, Inline, Unit


class Field(Struct, frozen=True):
    """One public field of a record: a value with a unit, or another record."""

    name: str
    """Its name in documents."""
    path: str
    """From the record to the value: `figures.tokens.input`."""
    unit: Unit | None
    record: type | None
    many: bool
    """A tuple of values."""
    optional: bool
    owner: type
    """The class that declares it and holds its docstring."""
    gaps: bool = False
    """Something on the path may be None; the value is then None, too."""

    @property
    def get(self) -> Callable[[Any], Any]:
        """Return the function from a record to the value."""
        if self.gaps:
            return lambda record: reduce(_get_or_none, self.path.split("."), record)
        return attrgetter(self.path)

    @property
    def doc(self) -> str:
        """Its docstring, read from the source only when asked for: no answer needs it."""
        return docstrings(self.owner).get(self.path.rpartition(".")[2], "")


class TypeParts(NamedTuple):
    """A type hint taken apart."""

    inner: Any
    annotations: list[Any]
    many: bool
    optional: bool


@cache
def fields(cls: type) -> tuple[Field, ...]:
    """Return the public fields of a record in order, those of inline records in their place."""
    found: list[Field] = []
    hints = get_type_hints(cls, include_extras=True)
    for name, member in vars(cls).items():
        if isinstance(member, property) and member.fget is not None:
            hint = get_type_hints(member.fget, include_extras=True).get("return")
            if any(isinstance(each, Unit) for each in take_apart(hint).annotations):
                hints[name] = hint
    for name, hint in hints.items():
        if get_origin(hint) is ClassVar:
            continue
        inner, annotations, many, optional = take_apart(hint)
        unit = next((each for each in annotations if isinstance(each, Unit)), None)
        inline = next((each for each in annotations if isinstance(each, Inline)), None)
        public_name = next((each.name for each in reversed(annotations) if isinstance(each, DocumentName)), name)
        if not public_name:
            continue
        record = inner if unit is None and isinstance(inner, type) and is_record(inner) else None
        if inline is not None and record is not None:
            found += [
                replace(
                    field,
                    path=f"{name}.{field.path}",
                    optional=field.optional or optional,
                    gaps=field.gaps or optional,
                )
                for field in fields(record)
                if not inline.only or field.name in inline.only
            ]
        elif unit is not None or record is not None:
            found.append(Field(public_name, name, unit, record, many, optional, cls))
    order: tuple[str, ...] = getattr(cls, "DOCUMENT_ORDER", ())
    if order:
        # A property comes after all fields; where documents have it elsewhere, the class says so.
        found.sort(key=lambda field: _rank(field, order))
    return tuple(found)


def _rank(field: Field, order: tuple[str, ...]) -> int:
    """Return a field's place: an inline record's fields are placed together, by the record's attribute."""
    names = (field.name, field.path.partition(".")[0])
    return next((order.index(name) for name in names if name in order), len(order))


def field_of(cls: type, name: str) -> Field:
    """Return a record's public field by its name in documents. Raises KeyError: there is none."""
    for field in fields(cls):
        if field.name == name:
            return field
    raise KeyError(f"{cls.__name__} has no public field {name!r}")


def record_of(cls: type, attribute: str) -> type:
    """Return the record that an attribute (of a class of records) holds. Raises KeyError: it holds none."""
    for field in fields(cls):
        if field.path == attribute and field.record is not None:
            return field.record
    raise KeyError(f"{cls.__name__}.{attribute} holds no record")


def is_record(cls: type) -> bool:
    """Whether a class has public fields."""
    return "__annotations__" in vars(cls) and bool(fields(cls))


def take_apart(hint: Any) -> TypeParts:
    """Return a hint's inner type, what it is annotated with, and whether it is a tuple of many or may be None."""
    annotations: list[Any] = []
    many = optional = False
    while True:
        origin, args = get_origin(hint), get_args(hint)
        if origin is Annotated:
            annotations += hint.__metadata__
            hint = args[0]
        elif origin in (Union, types.UnionType) and type(None) in args and len(args) == 2:
            optional = True
            hint = next(each for each in args if each is not type(None))
        elif origin is tuple and args[1:] == (...,):
            many = True
            hint = args[0]
        else:
            return TypeParts(hint, annotations, many, optional)


@cache
def docstrings(cls: type) -> dict[str, str]:
    """Return attribute → the docstring below it (or its property's own), those of base classes included."""
    import ast
    import inspect
    import textwrap

    found: dict[str, str] = {}
    for base in reversed(cls.__mro__[:-1]):
        try:
            body = ast.parse(textwrap.dedent(inspect.getsource(base))).body[0].body  # type: ignore[attr-defined]
        except (OSError, TypeError, SyntaxError):
            continue  # without sources there are no docstrings; only help and schemas would show them
        for statement, following in zip(body, [*body[1:], None], strict=True):
            text = (
                following.value.value
                if isinstance(following, ast.Expr) and isinstance(following.value, ast.Constant)
                else None
            )
            if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
                if isinstance(text, str):
                    found[statement.target.id] = inspect.cleandoc(text)
            elif isinstance(statement, ast.FunctionDef) and (own := ast.get_docstring(statement)):
                found[statement.name] = own
    return found


def changed(record: Any, **changes: Any) -> Any:
    """Return a copy of a record (dataclass or Struct) with other values."""
    if hasattr(record, "__struct_fields__"):
        return replace(record, **changes)
    import dataclasses

    return dataclasses.replace(record, **changes)


def _get_or_none(record: Any, name: str) -> Any:
    return None if record is None else getattr(record, name)
