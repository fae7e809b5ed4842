"""What must not leave the machine: secrets are masked, home folders and mail addresses made nobody's."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any, Final

from msgspec import Struct

from tally_tui.rules.secret_patterns import (
    ASSIGNED,
    ASSIGNING,
    FIRST,
    HEX_KEY,
    NO_PASSWORD,
    NO_SECRET_KEY,
    OPTION,
    PASSWORD_NAME,
    PLACED,
    PREFIXED,
    PRIVATE_KEY,
    SHORTEST,
)

_MAIL: Final = re.compile(r"\b[A-Za-z0-9._%+\-]{1,64}@(?:[A-Za-z0-9\-]{1,63}\.)+[A-Za-z]{2,24}\b")
_NAME: Final = r"[^/\\\s\"'`<>|:*?()\[\]{},;]+"
_HOMES: Final = re.compile(
    # A path begins here: no part of a longer path, of a word or of an address of the web.
    r"(?:(?<![\w.\-~/\\%+@])|(?<=file://))"
    rf"(?:/(?:(?:var|usr|export)/)?home/{_NAME}|(?:/mnt/[a-z]|/cygdrive/[a-z]|/[a-z])?/Users/{_NAME}"
    r"|/root(?=[/\s\"'`:]|$))"
    rf"|\b[A-Za-z]:(?:\\\\?|/)Users(?:\\\\?|/){_NAME}"
)
_MANGLED: Final = re.compile(r"(?<![A-Za-z0-9])-(?:mnt-[a-z]-)?(?:home|Users)-[A-Za-z0-9_]+(?=-|\b)")


def masked(text: str) -> str:
    """The text with what looks like a secret replaced by what it is: `‹GitHub token›`."""
    lower = _lower(text)
    # Keys are long and have no spaces: what most texts have none of need not be looked through for each kind.
    long = " ".join([word for word in lower.split() if len(word) >= SHORTEST])
    before = text
    if "private key" in lower:
        text = PRIVATE_KEY.sub("‹private key›", text)
    for name, words, pattern in PREFIXED if long else ():
        if _may_have(words, long, text):
            text = pattern.sub(f"‹{name}›", text)
    for name, words, pattern in PLACED:
        if _may_have(words, lower, text):
            text = pattern.sub(rf"\g<1>‹{name}›", text)
    if any(word in lower for word in ASSIGNING):
        if text is not before:
            lower = _lower(text)
        for pattern, judge in _JUDGED:
            changed = _replaced(pattern, text, lower, judge)
            if changed is not text:
                text, lower = changed, _lower(changed)
    return text


@lru_cache(16_384)
def masked_title(text: str) -> str:
    """As `masked`, of short texts that are shown again and again."""
    return masked(text)


def anonymous(text: str) -> str:
    """The text with home folders as `~` and mail addresses as `‹mail›`."""
    if "home" in text or "Users" in text or "/root" in text:
        text = _MANGLED.sub("-~", _HOMES.sub("~", text))
    if "@" in text:
        text = _MAIL.sub("‹mail›", text)
    return text


def shareable(text: str) -> str:
    """A text that may be shown to others: secrets masked, nobody named by a path or an address."""
    return anonymous(masked(text))


def cleaner(secrets: bool = True, people: bool = True) -> Callable[[str], str]:
    """What makes a text fit to be shown: secrets masked, people not named by paths and addresses; or neither."""
    if secrets:
        return shareable if people else masked
    return anonymous if people else _as_it_is


def _as_it_is(text: str) -> str:
    return text


def shareable_value(value: Any, secrets: bool = True, people: bool = True) -> Any:
    """The same for plain JSON values: every string in them, names of fields too."""
    clean = cleaner(secrets, people)
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, list):
        return [shareable_value(each, secrets, people) for each in value]
    if isinstance(value, dict):
        return {
            clean(str(name)): "‹secret›"
            if secrets and _secret_field(str(name), each)
            else shareable_value(each, secrets, people)
            for name, each in value.items()
        }
    return value


_FIELD: Final = re.compile(
    r"(?:^|[_\-])(?:password|passwd|passphrase|secret|token|api[_\-]?key|access[_\-]?key|private[_\-]?key)$",
    re.IGNORECASE,
)


def _secret_field(name: str, value: Any) -> bool:
    found = _FIELD.search(name) if isinstance(value, str) else None
    return found is not None and len(value) >= (4 if "pass" in found[0].lower() else 8)


def _may_have(words: tuple[str, ...], lower: str, text: str) -> bool:
    for word in words:
        if word in lower:
            first = FIRST.get(word)
            return first is None or first.search(text) is not None
    return False


def _lower(text: str) -> str:
    """The text in lower case, letter for letter: an offset in one is an offset in the other."""
    lower = text.lower()
    if len(lower) == len(text):
        return lower
    return "".join([each if len(small := each.lower()) > 1 else small for each in text])


class _Setting(Struct, frozen=True):
    """What a text sets a name to, as it is written, and what stands around it."""

    before: str
    name: str
    """In lower case."""
    sign: str
    quote: str
    value: str
    behind: str
    is_capital: bool
    """Whether the name begins with a capital, as the last part of `signingKey`."""


def _replaced(pattern: re.Pattern[str], text: str, lower: str, is_secret: Callable[[_Setting], bool]) -> str:
    """The text without the values that are secrets; the text itself where none is."""
    pieces: list[str] = []
    at = start = 0
    while found := pattern.search(lower, start):
        first, last = found.span("value")
        name = found.start("name")
        setting = _Setting(
            text[max(0, name - 20) : name], found["name"], found["sign"], found["quote"], text[first:last],
            text[last : last + 1], text[name].isupper(),
        )  # fmt: skip
        if is_secret(setting):
            pieces += text[at:first], "‹secret›"
            at = start = last
        else:
            start = found.start() + 1
    return "".join((*pieces, text[at:])) if pieces else text


def _is_assigned(setting: _Setting) -> bool:
    """Whether a name is set to a secret: words and paths in prose and code (`token: str`) are none."""
    name, value, before = setting.name, setting.value, setting.before[-1:]
    if "‹" in value:
        return False
    password = PASSWORD_NAME.fullmatch(name) is not None
    if name.startswith("pass") and not name.startswith(("password", "passwd", "passphrase")):
        # A word of its own means anything: `compass`, `--pass` of a style sheet.
        if not (password and before in ("_", "-") and setting.before[-2:-1].isalnum()):
            return False
    elif name.startswith("pwd"):
        # A working folder, but for `…;Pwd=…` in what connects to a database.
        if not (password and setting.sign == "=" and before in (";", "_")):
            return False
    elif name.startswith("auth") and "key" not in name and not (name == "auth" and before == "_"):
        return False
    return _looks_random(value, 6 if password else 8) or (password and _is_password(setting))


def _is_option(setting: _Setting) -> bool:
    value = setting.value
    if setting.before[-1:] not in ("", " ", "\n", "\t", '"', "'") or "‹" in value or value.startswith("-"):
        return False
    return _looks_random(value, 6)


def _is_password(setting: _Setting) -> bool:
    """Whether a value of letters or of digits alone is a password, not a word of prose or a name in code."""
    sign, quote, value, behind = setting.sign, setting.quote, setting.value, setting.behind
    if NO_PASSWORD.fullmatch(value) or value.startswith(("/", "~", ".")):
        return False
    if quote:
        # Prose goes on behind its first word, a password ends with its quote.
        return behind == quote[0]
    if behind and not behind.isspace() and behind not in ";&":
        return False
    if value.isdigit():
        return True
    if "=" in sign:
        return sign == "=" and len(value) >= 6
    return ":" in sign and behind in ("", "\n", "\r") and len(value) >= 6 and value.islower() and value.isalnum()


def _is_hex_key(setting: _Setting) -> bool:
    before = setting.before[-1:]
    if not (before in ("_", "-") or (before.isalnum() and before.islower() and setting.is_capital)):
        return False
    return NO_SECRET_KEY.search(setting.before.lower()) is None


def _looks_random(value: str, least: int) -> bool:
    kinds = sum(
        (any(map(str.isdigit, value)), any(map(str.islower, value)), any(map(str.isupper, value)),
         any(not each.isalnum() and each not in "._-/" for each in value))
    )  # fmt: skip
    return len(value) >= least and kinds >= 2 and any(map(str.isdigit, value)) and value.count("/") < 3


_JUDGED: Final = ((ASSIGNED, _is_assigned), (OPTION, _is_option), (HEX_KEY, _is_hex_key))
