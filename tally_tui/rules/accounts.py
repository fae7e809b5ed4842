"""Accounts of one agent: each has a home folder of its own, and limits of its own that are never blended."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import PurePath

USUAL = "usual"
"""What the account in an agent's usual home folder is called, where there is another beside it."""


def account_name(provider: str, root: str) -> str:
    """A short name for the account in a home folder: `work` of `/home/ada/work`, '' for the usual one.

    A folder that is only named like the agent's usual one is named with the folder above it: `srv/.codex`.
    """
    if not root:
        return ""
    path = PurePath(root)
    usual = path.name.strip(".").lower() == provider and path.parent.name
    return f"{path.parent.name}/{path.name}" if usual else path.name or root


def account_names(told: Iterable[tuple[str, str]]) -> Mapping[tuple[str, str], str]:
    """What to call each (provider, home folder) where some are shown together: '' where a provider has one only.

    Two folders of one name are told by their whole paths.
    """
    roots: dict[str, set[str]] = {}
    for provider, root in told:
        roots.setdefault(provider, set()).add(root)
    names: dict[tuple[str, str], str] = {}
    for provider, several in roots.items():
        short = {root: account_name(provider, root) or USUAL for root in sorted(several)}
        taken = list(short.values())
        for root, name in short.items():
            alone = len(several) == 1
            names[provider, root] = "" if alone else name if taken.count(name) == 1 else root or USUAL
    return names
