"""Reports without what is private: the same record again, so that no face has to know of it and none can forget it."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any, ClassVar, get_origin, get_type_hints

from tally_tui.records import changed, is_record, take_apart
from tally_tui.units import GROUP_UNITS, HIDDEN, LABEL_UNIT, Privacy, Unit

SALT_BYTES = 16
Hider = Callable[[Any], Any]


def hide(report: Any, privacy: Privacy, salt: bytes) -> Any:
    """Return the report as it may be shown at this level.

    Text without a unit becomes empty: what nobody declared public fails closed. An alias is the same
    wherever the value occurs, so that groups still join; `salt` keeps aliases of different
    installations from being compared.
    """
    cls: Any = type(report)
    hider = None if privacy is Privacy.NORMAL else _record_hider(cls, privacy, salt)
    return report if hider is None else hider(report)


def installation_salt(path: Path) -> bytes:
    """Return this installation's salt, made (0600) when there is none yet.

    Raises:
        OSError: it can neither be read nor written.
    """
    try:
        salt = path.read_bytes()
        if len(salt) == SALT_BYTES:
            return salt
    except FileNotFoundError:
        pass
    salt = os.urandom(SALT_BYTES)
    part = path.with_name(f"{path.name}.{os.getpid()}")
    with os.fdopen(os.open(part, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "wb") as file:
        file.write(salt)
    part.replace(path)
    return path.read_bytes()


def alias(value: str, salt: bytes) -> str:
    """Return a stand-in of 8 hex digits that is the same wherever the value occurs; '' for ''."""
    if not value:
        return value
    return hashlib.blake2s(value.encode("utf-8", "replace"), key=salt, digest_size=4).hexdigest()


@cache
def _record_hider(cls: type, privacy: Privacy, salt: bytes) -> Hider | None:
    changes: dict[str, Hider] = {}
    properties = {name for name, member in vars(cls).items() if isinstance(member, property)}
    for name, hint in get_type_hints(cls, include_extras=True).items():
        if name in properties or get_origin(hint) is ClassVar:
            continue
        inner, annotations, many, _ = take_apart(hint)
        unit = next((each for each in annotations if isinstance(each, Unit)), None)
        if unit is not None:
            hider = _unit_hider(unit, privacy, salt)
        elif isinstance(inner, type) and is_record(inner):
            hider = _record_hider(inner, privacy, salt)
        else:
            hider = _emptied if inner is str else None
        if hider is not None:
            changes[name] = _of_many(hider) if many else _of_optional(hider)
    if not changes:
        return None
    return lambda record: changed(record, **{name: hider(getattr(record, name)) for name, hider in changes.items()})


def _unit_hider(unit: Unit, privacy: Privacy, salt: bytes) -> Hider | None:
    if unit.sensitivity == "key":
        return lambda key: _hide_key(key, privacy, salt)
    how = HIDDEN[unit.sensitivity][privacy - 1]
    if how == "keep":
        return None
    return _emptied if how == "drop" else lambda value: alias(value, salt)


def _hide_key(key: Mapping[str, str | None], privacy: Privacy, salt: bytes) -> dict[str, str | None]:
    hidden: dict[str, str | None] = {}
    for name, value in key.items():
        hider = _unit_hider(GROUP_UNITS.get(name, LABEL_UNIT), privacy, salt)
        hidden[name] = value if value is None or hider is None else hider(value)
    return hidden


def _of_many(hider: Hider) -> Hider:
    return lambda values: tuple(map(hider, values))


def _of_optional(hider: Hider) -> Hider:
    return lambda value: None if value is None else hider(value)


def _emptied(_: Any) -> str:
    return ""
