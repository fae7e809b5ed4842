"""One name for each folder, however a log spells it.

What is told here is told by text alone; nothing looks at the disk. Two spellings are one folder when

- they differ in the form of their characters (NFC, NFD), in separators at the end or doubled, in `.` and `..`;
- they are Windows paths that differ in case, in the direction of their slashes, or in a `\\\\?\\` prefix;
- one is `C:\\x` and the other `/c/x`, `/mnt/c/x` or `/cygdrive/c/x` (Git's shell, WSL, Cygwin), which mean a drive
  only where some drive is known: elsewhere `/c` is a folder like any other. So with `//server/share`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple
from unicodedata import normalize

_DRIVE: Final = re.compile(r"([A-Za-z]):(?=[/\\]|$)")
_LONG: Final = re.compile(r"[\\/]{2}[?.][\\/](?:UNC(?=[\\/])|(?=[A-Za-z]:))", re.IGNORECASE)
_ON_DRIVE: Final = re.compile(r"/(?:mnt/|cygdrive/)?([A-Za-z])(?=/|$)")
_SHARE: Final = re.compile(r"[\\/]{2}([^\\/?.][^\\/]*)[\\/]+([^\\/]+)")


class _Spelling(NamedTuple):
    """A path in pieces; `anchor` is `/`, `C:`, `\\\\server\\share` or '' for what is relative."""

    anchor: str
    parts: tuple[str, ...]

    @property
    def on_windows(self) -> bool:
        return self.anchor not in ("", "/")


class FolderNames:
    """The names of all folders that one ledger knows. The order in which they are added changes no name."""

    def __init__(self, paths: Iterable[str] = ()) -> None:
        self._drives = False
        self._shares: set[str] = set()
        self._spelled: dict[str, str] = {}
        """Key of a Windows folder → how its last part is spelled: as most of its paths have it."""
        self._counts: dict[str, dict[str, int]] = {}
        """The same → each spelling of that part → paths that have it."""
        self._paths: set[str] = set()
        self._keys: dict[str, str] = {}
        self._names: dict[str, str] = {}
        for path in paths:
            self.add(path)

    def add(self, path: str) -> bool:
        """Take up a folder; whether the name of one that was known before may be another now."""
        if path in self._paths:
            return False
        self._paths.add(path)
        text = normalize("NFC", path)
        changed = False
        if not self._drives and _DRIVE.match(_short(text)):
            self._drives = changed = True
        share = _share_of(text)
        if share is not None and text.startswith("\\\\") and share not in self._shares:
            self._shares.add(share)
            changed = True
        if changed:
            self._forget()
            for known in self._paths:
                self._spell(known)
        else:
            changed = self._spell(path)
            if changed:
                self._names.clear()
            else:
                self._names.pop(path, None)
        return changed

    def key(self, path: str) -> str:
        """What is equal for all spellings of a folder, and below another's only for folders inside that one."""
        key = self._keys.get(path)
        if key is None:
            spelling = self._split(path)
            text = _joined(*spelling)
            key = self._keys[path] = _folded(text) if spelling.on_windows else text
        return key

    def name(self, path: str) -> str:
        """The one name of a folder; of a Windows folder each part as it was spelled in one of its paths."""
        name = self._names.get(path)
        if name is None:
            spelling = self._split(path)
            if spelling.on_windows:
                parts = [self._spelled.get(key, part) for key, part in _levels(spelling)]
                name = _joined(spelling.anchor, parts)
            else:
                name = _joined(*spelling)
            self._names[path] = name
        return name

    def above(self, key: str) -> str | None:
        """The key of the folder that holds the one with this key; None for one that nothing holds."""
        separator = "/" if key.startswith("/") or "\\" not in key else "\\"
        upper, found, last = key.rstrip(separator).rpartition(separator)
        if not found or not last or (separator == "\\" and upper.count(separator) < 3 and key.startswith("\\\\")):
            return None
        if separator == "/":
            return upper or "/"
        at_top = upper.endswith(":") or (upper.startswith("\\\\") and upper.count("\\") == 3)
        return upper + separator if at_top else upper

    def is_path(self, text: str) -> bool:
        """Whether a text is a whole path rather than a name or a part of one."""
        return bool(self._split(text).anchor)

    def _forget(self) -> None:
        self._keys.clear()
        self._names.clear()
        self._spelled.clear()
        self._counts.clear()

    def _spell(self, path: str) -> bool:
        """Whether the spelling of a part that was known before is another now."""
        spelling = self._split(path)
        if not spelling.on_windows:
            return False
        changed = False
        for key, part in _levels(spelling):
            counts = self._counts.setdefault(key, {})
            counts[part] = counts.get(part, 0) + 1
            known = self._spelled.get(key)
            if known != part and (known is None or _preferred(part, counts) < _preferred(known, counts)):
                self._spelled[key] = part
                changed = changed or known is not None
        return changed

    def _split(self, path: str) -> _Spelling:
        text = _short(normalize("NFC", path))
        if drive := _DRIVE.match(text):
            return _Spelling(drive[1].upper() + ":", _parts(text[drive.end() :], r"[/\\]"))
        share = _SHARE.match(text)
        if share and (text.startswith("\\\\") or _share_of(text) in self._shares):
            return _Spelling(f"\\\\{share[1].lower()}\\{share[2].lower()}", _parts(text[share.end() :], r"[/\\]"))
        if not text.startswith("/"):
            ends = "/\\" if "\\" in text and "/" not in text else "/"
            return _Spelling("", (text.rstrip(ends) or text,))
        parts = _parts(text, "/")
        if self._drives and (drive := _ON_DRIVE.match("/" + "/".join(parts))):
            return _Spelling(drive[1].upper() + ":", parts[drive[0].count("/") :])
        return _Spelling("/", parts)


def _short(text: str) -> str:
    """A Windows path without the prefix that lets it be long."""
    long = _LONG.match(text)
    if long is None:
        return text
    return ("\\" if long[0][-1] in "Cc" else "") + text[long.end() :]


def _share_of(text: str) -> str | None:
    share = _SHARE.match(_short(text))
    return f"{share[1]}\\{share[2]}".lower() if share else None


def _parts(text: str, separator: str) -> tuple[str, ...]:
    found: list[str] = []
    for part in re.split(separator, text):
        if part == "..":
            del found[-1:]
        elif part not in ("", "."):
            found.append(part)
    return tuple(found)


def _joined(anchor: str, parts: Iterable[str]) -> str:
    if anchor in ("", "/"):
        return anchor + "/".join(parts)
    return anchor + "\\" + "\\".join(parts)


def _folded(text: str) -> str:
    # Not `casefold`: `straße` and `strasse` are two folders.
    return text.lower()


def _levels(spelling: _Spelling) -> Iterator[tuple[str, str]]:
    """(key, spelling of its last part) of a Windows folder and of each above it, from the top."""
    key = _folded(spelling.anchor)
    for part in spelling.parts:
        key = f"{key}\\{_folded(part)}"
        yield key, part


def _preferred(part: str, counts: dict[str, int]) -> tuple[int, bool, str]:
    """Sorts first what is written most, then what reads best: `Src` before `src`, and both before `SRC`."""
    return (-counts[part], len(part) > 1 and part.isupper(), part)
