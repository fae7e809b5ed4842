"""Accounts of one agent: each has a home folder of its own, and limits of its own that are never blended."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import PurePath

USUAL = "usual"
"""What the account in an agent's usual home folder is called, where there is another beside it."""


class UnknownAccountError(ValueError):
    """A word that names no account, or more than one."""


def account_name(provider: str, root: str, beside: Collection[str] = ()) -> str:
    """A short name for the account in a home folder: `work` of `/home/ada/work`, '' for the usual one.

    A folder that is only named like the agent's usual one is named with the folder above it: `srv/.codex`. So much
    of the path is told that no other folder of `beside` ends the same.
    """
    if not root:
        return ""
    ways = _endings(root)
    least = 1 if PurePath(root).name.strip(".").lower() == provider and len(ways) > 1 else 0
    others = {ending for other in beside if other not in ("", root) for ending in _endings(other)} | {USUAL}
    return next((each for each in ways[least:] if each not in others), root)


def account_names(told: Iterable[tuple[str, str]]) -> Mapping[tuple[str, str], str]:
    """What to call each (provider, home folder) where some are shown together: '' where a provider has one only.

    No two of a provider are called the same.
    """
    roots: dict[str, set[str]] = {}
    for provider, root in told:
        roots.setdefault(provider, set()).add(root)
    return {
        (provider, root): "" if len(several) == 1 else account_name(provider, root, several) or USUAL
        for provider, several in roots.items()
        for root in sorted(several)
    }


def account_words(root: str) -> Sequence[str]:
    """Every way to name an account: the ends of its home folder's path, the shortest first, and all of it."""
    return (*_endings(root), root) if root else (USUAL,)


def account_called(word: str, provider: str, roots: Collection[str]) -> str:
    """The home folder, among those that are known, of the account that a word names.

    Raises:
        UnknownAccountError: it names none of them, or several; the message says which there are.
    """
    found = [root for root in sorted(roots) if word in account_words(root)]
    if len(found) == 1:
        return found[0]
    if word in found:  # a whole path, though another one ends the same
        return word
    names = [account_name(provider, root, roots) or USUAL for root in found or sorted(roots)]
    told = " or ".join(names) if len(names) < 3 else f"one of {', '.join(names)}"
    if found:
        raise UnknownAccountError(f"account: {word!r} can be {told}")
    known = f"; {provider} has {told}" if names else f"; nothing of {provider} was read yet"
    raise UnknownAccountError(f"account: there is no {word!r}{known}")


def _endings(root: str) -> tuple[str, ...]:
    """`work`, `ada/work`, `home/ada/work` of `/home/ada/work`."""
    path = PurePath(root)
    parts = path.parts[1:] if path.anchor else path.parts
    return tuple("/".join(parts[-count:]) for count in range(1, len(parts) + 1)) or (root,)
