"""The naive finding of projects where no repository is on disk: by the folder that each session began in."""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path

from naive_claude import claude_files
from naive_codex import rollout
from naive_lines import objects


def by_project(calls, claude_roots, codex_homes):
    """`provider project` → calls and tokens by kind; a project is called by the last part of its folder."""
    began = claude_beginnings(claude_roots) | codex_beginnings(codex_homes)
    sums = defaultdict(lambda: [0] * 8)
    for call in calls:
        folder = repository(began.get(call["root"], ""))
        name = re.split(r"[/\\]", folder.rstrip("/\\"))[-1] or "unknown"
        row = sums[f"{call['provider']} {name}"]
        row[:] = [old + new for old, new in zip(row, call["tokens"], strict=True)]
    return {key: tuple(row[:7]) for key, row in sums.items()}


def repository(folder):
    """The folder whose worktree this is, told by its name alone; else itself."""
    return re.split(r"[/\\]\.(?:claude|git)[/\\]worktrees[/\\]", folder)[0]


def claude_beginnings(roots):
    """Session → the first folder that its log's own folder is named after, else the first of all."""
    began = {}
    for root in roots:
        for path, session, _ in claude_files(root):
            if session is None or session in began or path.stem != session:
                continue
            folders = [line["cwd"] for _, line in objects(path, defaultdict(int)) if line.get("cwd")]
            kept = [re.sub("[^A-Za-z0-9]", "-", folder) for folder in folders]
            named = [folder for folder, name in zip(folders, kept, strict=True) if name == path.parent.name]
            if folders:
                began[session] = (named or folders)[0]
        for path, session, _ in claude_files(root):
            # A session whose own log is gone began where its subagents did.
            for _, line in objects(path, defaultdict(int)) if path.stem != session else ():
                if line.get("cwd") and (session or line.get("sessionId")):
                    began.setdefault(session or line["sessionId"], line["cwd"])
    return began


def codex_beginnings(homes):
    """Thread → the folder of its first record; of a subagent's that is never asked."""
    began = {}
    for home in homes:
        for path in sorted([*Path(home).rglob("*.jsonl"), *Path(home).rglob("*.jsonl.zst")]):
            found = rollout(path, defaultdict(int))
            folders = [found["meta"].get("cwd")]
            folders += [(line.get("payload") or line).get("cwd") for _, line in objects(path, defaultdict(int))]
            began.setdefault(found["thread"], next(filter(None, folders), ""))
    return began


