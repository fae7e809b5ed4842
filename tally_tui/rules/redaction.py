"""What must not leave the machine: secrets are masked, home folders and mail addresses made nobody's."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final

_NAMED: Final[tuple[tuple[str, str, str], ...]] = (
    # (what it is, a word that stands in every such text, lower case, the pattern)
    (
        "private key",
        "private key",
        r"-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----.*?(?:-----END [A-Z0-9 ]*-----|\Z)",
    ),
    ("Anthropic key", "sk-ant-", r"\bsk-ant-[A-Za-z0-9_\-]{16,}"),
    ("API key", "sk-", r"\bsk-(?:proj-|svcacct-|or-v1-)?[A-Za-z0-9_\-]{20,}"),
    ("AWS key", "akia", r"\bAKIA[A-Z0-9]{16}\b"),
    ("AWS key", "asia", r"\bASIA[A-Z0-9]{16}\b"),
    ("GitHub token", "gh", r"\bgh[pousr]_[A-Za-z0-9]{30,}"),
    ("GitHub token", "github_pat_", r"\bgithub_pat_[A-Za-z0-9_]{30,}"),
    ("GitLab token", "glpat-", r"\bglpat-[A-Za-z0-9_\-]{20,}"),
    ("Google key", "aiza", r"\bAIza[A-Za-z0-9_\-]{35}"),
    ("Google token", "ya29.", r"\bya29\.[A-Za-z0-9_\-]{20,}"),
    ("Slack token", "xox", r"\bxox[abeoprs]-[A-Za-z0-9\-]{10,}"),
    ("Slack hook", "hooks.slack.com", r"https://hooks\.slack\.com/services/[A-Za-z0-9/]{20,}"),
    ("Stripe key", "_live_", r"\b[rsw]k_live_[A-Za-z0-9]{16,}"),
    ("Stripe key", "_test_", r"\b[rsw]k_test_[A-Za-z0-9]{16,}"),
    ("npm token", "npm_", r"\bnpm_[A-Za-z0-9]{36}"),
    ("PyPI token", "pypi-", r"\bpypi-[A-Za-z0-9_\-]{40,}"),
    ("Hugging Face token", "hf_", r"\bhf_[A-Za-z0-9]{30,}"),
    ("SendGrid key", "sg.", r"\bSG\.[A-Za-z0-9_\-]{16,}\.[A-Za-z0-9_\-]{16,}"),
    ("DigitalOcean token", "_v1_", r"\bdo[opr]_v1_[a-f0-9]{40,}"),
    ("Telegram token", ":aa", r"\b[0-9]{8,10}:AA[A-Za-z0-9_\-]{30,}"),
    ("JSON web token", "eyj", r"\beyJ[A-Za-z0-9_\-]{8,}\.eyJ[A-Za-z0-9_\-]{8,}\.[A-Za-z0-9_\-]{8,}"),
    ("age key", "age-secret-key-", r"\bAGE-SECRET-KEY-1[A-Z0-9]{50,}"),
)
_SECRETS: Final = tuple((name, word, re.compile(pattern, re.DOTALL)) for name, word, pattern in _NAMED)
_PASSWORD_IN_URL: Final = re.compile(
    r"\b([a-z][a-z0-9+.\-]{1,20}://[^\s:/@\"'<>]{0,80}):([^\s/@\"'<>]{1,200})@", re.IGNORECASE
)
_BEARER: Final = re.compile(r"\b((?:bearer|basic)\s+)([A-Za-z0-9+/_\-.=~]{16,})", re.IGNORECASE)
_ASSIGNED: Final = re.compile(
    r"""((?:password|passwd|passphrase|secret|token|api[_-]?key|access[_-]?key|account[_-]?key|private[_-]?key
          |auth[_-]?key)[A-Za-z0-9_\-]{0,20}["']?\s{0,3}(?:=>|:=|=|:)\s{0,3}["']?)
        ([^\s"'`,;{}()\[\]<>$\\]{8,200})""",
    re.IGNORECASE | re.VERBOSE,
)
_ASSIGNING: Final = ("pass", "secret", "token", "key")
_MAIL: Final = re.compile(r"\b[A-Za-z0-9._%+\-]{1,64}@(?:[A-Za-z0-9\-]{1,63}\.)+[A-Za-z]{2,24}\b")
_HOMES: Final = re.compile(
    r"(?:/home/|/Users/|\b[A-Za-z]:(?:\\\\?|/)Users(?:\\\\?|/))[^/\\\s\"'`<>|:*?()\[\]{},;]+"
    r"|/root(?=[/\s\"'`:]|$)"
)
_MANGLED: Final = re.compile(r"(?<![A-Za-z0-9])-(?:home|Users)-[A-Za-z0-9_]+(?=-|\b)")


def masked(text: str) -> str:
    """The text with what looks like a secret replaced by what it is: `‹GitHub token›`."""
    lower = text.lower()
    for name, word, pattern in _SECRETS:
        if word in lower:
            text = pattern.sub(f"‹{name}›", text)
    if "://" in lower and "@" in lower:
        text = _PASSWORD_IN_URL.sub(r"\1:‹password›@", text)
    if "bearer" in lower or "basic" in lower:
        text = _BEARER.sub(r"\1‹credential›", text)
    if any(word in lower for word in _ASSIGNING):
        text = _ASSIGNED.sub(_assigned, text)
    return text


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
    return isinstance(value, str) and len(value) >= 8 and _FIELD.search(name) is not None


def _assigned(found: re.Match[str]) -> str:
    value = found[2]
    # Words and paths in prose and code (`token: str`, `key = os.environ`) are no secrets.
    if "‹" in value or not _looks_random(value):
        return found[0]
    return f"{found[1]}‹secret›"


def _looks_random(value: str) -> bool:
    kinds = sum(
        (any(map(str.isdigit, value)), any(map(str.islower, value)), any(map(str.isupper, value)),
         any(not each.isalnum() and each not in "._-/" for each in value))
    )  # fmt: skip
    return kinds >= 2 and any(map(str.isdigit, value)) and value.count("/") < 3
