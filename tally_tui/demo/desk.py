"""The desk at which a month is written: folders, chance, truth, limits, and the scenes of each provider."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from tally_tui.demo import claude_sessions, codex_sessions
from tally_tui.demo.claude_log import CURRENT, Manner
from tally_tui.demo.claude_sessions import Session
from tally_tui.demo.codex_limits import Limits
from tally_tui.demo.codex_log import CURRENT as CODEX_CURRENT
from tally_tui.demo.codex_sessions import Rollout
from tally_tui.demo.dice import Dice
from tally_tui.demo.story import Story
from tally_tui.demo.tales import PROJECTS, Project
from tally_tui.demo.truth import Truth

CLAUDE_MODELS = (
    "claude-opus-5",
    "claude-opus-5",
    "claude-sonnet-5",
    "claude-sonnet-5",
    "claude-fable-5",
    "claude-opus-4-8",
)
CODEX_MODELS = ("gpt-5.6-sol", "gpt-5.6-sol", "gpt-5.6-terra", "gpt-5.5")
_WEIGHTS = (34, 26, 12, 9, 14, 5)


@dataclass(slots=True)
class Desk:
    """Where and with what a month is written. `until` is the present in epoch ms."""

    claude: Path
    codex: Path
    dice: Dice
    until: int
    truth: Truth = field(default_factory=Truth)
    limits: Limits = field(default_factory=Limits)
    stories: dict[str, Story] = field(default_factory=dict)
    """Tellers by project name that stand in for the ordinary ones (large corpora have faster ones)."""

    def project(self) -> Project:
        return self.dice.choices(PROJECTS, _WEIGHTS)[0]

    def session(
        self,
        at: int,
        project: Project | None = None,
        *,
        cwd: str | None = None,
        version: str = CURRENT,
        manner: Manner | None = None,
    ) -> Session:
        """A new Claude Code session; what is not given is a matter of chance."""
        chosen = project or self.project()
        if cwd is None and chosen.worktrees and ".claude" in chosen.worktrees[0] and self.dice.chance(0.2):
            cwd = self.dice.choice(chosen.worktrees)
        manner = manner or Manner(self.dice.choice(CLAUDE_MODELS))
        session = claude_sessions.begin(
            self.claude,
            self.dice,
            chosen,
            at,
            self.truth,
            manner,
            cwd=cwd,
            version=version,
            story=self.stories.get(chosen.name),
        )
        session.log.until = self.until
        return session

    def rollout(
        self,
        at: int,
        project: Project | None = None,
        *,
        version: str = CODEX_CURRENT,
        model: str | None = None,
        truth: Truth | None = None,
    ) -> Rollout:
        """A new Codex rollout; what is not given is a matter of chance."""
        chosen = project or self.project()
        cwd = (
            chosen.worktrees[0]
            if chosen.worktrees and ".codex" in chosen.worktrees[0] and self.dice.chance(0.2)
            else None
        )
        rollout = codex_sessions.begin(
            self.dice,
            chosen,
            at,
            truth or self.truth,
            self.limits,
            model=model or self.dice.choice(CODEX_MODELS),
            version=version,
            cwd=cwd,
            story=self.stories.get(chosen.name),
        )
        rollout.log.until = self.until
        return rollout
