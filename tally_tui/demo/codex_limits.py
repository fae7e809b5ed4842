"""A Codex account's limit windows: they open with a call, fill with tokens, and reset on time."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

HOUR_MS = 3_600_000


@dataclass(slots=True)
class Window:
    """One limit. `capacity` is the weight of tokens that fills it."""

    minutes: int
    capacity: float
    resets_at: int = 0
    spent: float = 0.0

    def spend(self, at: int, weight: float) -> None:
        if at >= self.resets_at:
            self.resets_at, self.spent = at + self.minutes * 60_000, 0.0
        self.spent += weight

    @property
    def percent(self) -> float:
        return min(100.0, float(round(100 * self.spent / self.capacity)))


@dataclass(slots=True)
class Limits:
    """Both windows of an account; calls must be told in order of time for percentages to rise."""

    primary: Window = field(default_factory=lambda: Window(300, 1.7e6))
    secondary: Window = field(default_factory=lambda: Window(10_080, 5.2e6))
    plan: str = "pro"

    def spend(self, at: int, uncached: int, cached: int, output: int) -> None:
        """A call: cached input weighs a tenth, output eight times."""
        weight = uncached + cached / 10 + output * 8
        self.primary.spend(at, weight)
        self.secondary.spend(at, weight)

    def record(self) -> dict[str, Any]:
        """`rate_limits` as written now."""
        return {
            "limit_id": "codex",
            "limit_name": None,
            "primary": _current(self.primary),
            "secondary": _current(self.secondary),
            "credits": {"has_credits": True, "unlimited": False, "balance": "12.34"},
            "individual_limit": None,
            "spend_control_reached": None,
            "plan_type": self.plan,
            "rate_limit_reached_type": None,
        }

    def relative(self, at: int) -> dict[str, Any]:
        """`rate_limits` as older versions wrote it: one minute short, and resets counted from the line."""
        parts = {}
        for name, window in (("primary", self.primary), ("secondary", self.secondary)):
            parts[name] = {
                "used_percent": window.percent,
                "window_minutes": window.minutes - 1,
                "resets_in_seconds": max(0, window.resets_at - at) // 1000,
            }
        return parts

    def flat(self) -> dict[str, Any]:
        """The oldest form: no objects at all."""
        return {
            "primary_used_percent": self.primary.percent,
            "weekly_used_percent": self.secondary.percent,
            "primary_window_minutes": 300,
            "weekly_window_minutes": 10_080,
        }


def _current(window: Window) -> dict[str, Any]:
    return {
        "used_percent": window.percent,
        "window_minutes": window.minutes,
        "resets_at": window.resets_at // 1000,
    }
