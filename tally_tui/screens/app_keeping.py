"""What a person has chosen for the whole program, kept over restarts: screen, theme, period and grouping."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from tally_tui import clock
from tally_tui.actions import KeepHabits
from tally_tui.reports.habits import Habits
from tally_tui.requests import HabitsRequest
from tally_tui.screens.drill import Drill
from tally_tui.screens.usage import UsageScreen
from tally_tui.screens.view import FACETS, PERIODS, ground
from tally_tui.store import Answered, News, Store

if TYPE_CHECKING:
    from textual.app import App

SLOT: Final = "app-habits"
STILL_S: Final = 3.0
"""How often it is looked whether anything is to be kept."""
MODES: Final = ("usage", "conversations", "budgets", "alerts")


class AppKeeping:
    """Applies what was kept, once it is known, and keeps what is changed. One an app."""

    def __init__(self, app: App[Any], store: Store, configured: str, plain: bool) -> None:
        """`configured` is the theme of the settings; `plain`: a terminal of few colours has been given another."""
        self._app, self._store, self._configured, self._plain = app, store, configured, plain
        self._usage: tuple[UsageScreen, Drill] | None = None
        self._kept: dict[str, str] = {}
        self._began: dict[str, str] = {}
        self._taken = False

    def start(self, usage: UsageScreen) -> None:
        """Ask what was kept; `usage` is built by now."""
        self._usage = usage, usage.query_one(Drill)
        self._began = self._kept = self._now()
        self._store.ask(HabitsRequest(SLOT))
        self._app.set_interval(STILL_S, self.keep)

    def hear(self, news: Mapping[str, News]) -> None:
        """Have all as it was when the program ended, but for what was changed since it started."""
        item = news.get(SLOT)
        if self._taken or self._usage is None or not isinstance(item, Answered) or not isinstance(item.answer, Habits):
            return
        self._taken = True
        self._store.drop(SLOT)
        now = self._now()
        kept = {name: value for name, value in item.answer.of.items() if name in now}
        self._kept = self._began | kept
        wanted = {name: value for name, value in kept.items() if now[name] == self._began[name]}
        usage, drill = self._usage
        if wanted.get("usage.period") in PERIODS and wanted["usage.period"] != usage.view.kind:
            usage.look(usage.view.at(wanted["usage.period"], clock.now_ms()))  # type: ignore[arg-type]
        if wanted.get("usage.by") in FACETS and wanted["usage.by"] != drill.levels[0].facet:
            drill.start(ground(wanted["usage.by"]))
        # A theme that was chosen in the program holds until the settings name another.
        theme, over = wanted.get("app.theme", ""), kept.get("app.theme.over")
        if theme in self._app.available_themes and over == self._configured and not self._plain:
            self._app.theme = theme
        if wanted.get("app.screen") in MODES and len(self._app.screen_stack) == 1:
            self._app.switch_mode(wanted["app.screen"])

    def _now(self) -> dict[str, str]:
        if self._usage is None:
            return {}
        usage, drill = self._usage
        return {
            "app.screen": self._app.current_mode, "app.theme": self._app.theme, "app.theme.over": self._configured,
            "usage.period": usage.view.kind, "usage.by": drill.levels[0].facet,
        }  # fmt: skip

    def keep(self) -> None:
        """Keep what differs from what is kept already; before that is known nothing is."""
        now = self._now()
        changed = {name: value for name, value in now.items() if self._taken and value != self._kept[name]}
        if "app.theme" in changed:
            changed["app.theme.over"] = self._configured
        elif set(changed) == {"app.theme.over"}:
            return
        if changed:
            self._kept |= changed
            self._store.do(KeepHabits(tuple(changed.items())))
