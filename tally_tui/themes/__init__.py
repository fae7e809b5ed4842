"""Our two themes, and the colours that charts take from any theme."""

from __future__ import annotations

from textual.color import Color
from textual.theme import Theme

SERIES = 8
"""How many series a chart tells apart; the last one is everything else."""

_DARK = ("#5aa9e6", "#f4a259", "#7bc47f", "#b294f0", "#e3cf57", "#f27ea9", "#56c7c0", "#8b95a5")
_LIGHT = ("#1f6fb2", "#c2620c", "#2f7d36", "#7442c8", "#8a7400", "#b8336a", "#0f7d76", "#6b7480")
_ANSI = (
    "ansi_blue",
    "ansi_yellow",
    "ansi_green",
    "ansi_magenta",
    "ansi_cyan",
    "ansi_red",
    "ansi_bright_blue",
    "ansi_bright_black",
)
_ANSI_HEAT = ("ansi_green", "ansi_green", "ansi_bright_green", "ansi_bright_green")

TALLY_DARK = Theme(
    name="tally-dark",
    primary="#5aa9e6",
    secondary="#3f7fae",
    accent="#f4a259",
    success="#7bc47f",
    warning="#e3b341",
    error="#f0716a",
    foreground="#dfe4ea",
    background="#14161a",
    surface="#1c1f24",
    panel="#282c33",
    dark=True,
    variables={
        "block-cursor-background": "#2f5d80",
        "block-cursor-foreground": "#ffffff",
        "block-cursor-text-style": "none",
        "footer-key-foreground": "#f4a259",
        "scrollbar": "#3a4654",
        "scrollbar-hover": "#4d5c6e",
        "scrollbar-active": "#5aa9e6",
        "scrollbar-background": "#14161a",
        "scrollbar-background-hover": "#14161a",
        "scrollbar-background-active": "#14161a",
        "footer-background": "#1c1f24",
    },
)

TALLY_LIGHT = Theme(
    name="tally-light",
    primary="#1f6fb2",
    secondary="#4a7ea6",
    accent="#b4540a",
    success="#2f7d36",
    warning="#8a6100",
    error="#b3261e",
    foreground="#20262e",
    background="#f9f9f8",
    surface="#f0f1ee",
    panel="#e4e7e6",
    dark=False,
    variables={
        "block-cursor-background": "#cfe3f4",
        "block-cursor-foreground": "#10212f",
        "block-cursor-text-style": "none",
        "footer-key-foreground": "#b4540a",
        "scrollbar": "#c3c9cc",
        "scrollbar-hover": "#a9b1b6",
        "scrollbar-active": "#1f6fb2",
        "scrollbar-background": "#f9f9f8",
        "scrollbar-background-hover": "#f9f9f8",
        "scrollbar-background-active": "#f9f9f8",
        "footer-background": "#f0f1ee",
    },
)

OURS = (TALLY_DARK, TALLY_LIGHT)


def chart_variables(theme: Theme) -> dict[str, str]:
    """`$series-1` … `$series-8` and `$heat-1` … `$heat-4` for a theme that does not set its own."""
    heat: tuple[str, ...]
    if theme.ansi:
        series, heat = _ANSI, _ANSI_HEAT
    else:
        series = _DARK if theme.dark else _LIGHT
        ground = Color.parse(theme.background or ("#121212" if theme.dark else "#efefef"))
        full = Color.parse(theme.success or theme.primary)
        heat = tuple(ground.blend(full, share).hex for share in (0.3, 0.5, 0.75, 1.0))
    variables = {f"series-{n}": colour for n, colour in enumerate(series, 1)}
    variables |= {f"heat-{n}": colour for n, colour in enumerate(heat, 1)}
    # Muted text is a colour of its own: `auto 60%` comes out white, and 16 colours have no alpha.
    variables["quiet"] = "ansi_default" if theme.ansi else "#93a0ae" if theme.dark else "#5d6873"
    return variables


def few_colours(environment: dict[str, str]) -> bool:
    """Whether the terminal has 16 colours or none, so that only the ansi themes are readable."""
    if "NO_COLOR" in environment:
        return True
    if environment.get("COLORTERM", "").strip().lower() in ("truecolor", "24bit"):
        return False
    term = environment.get("TERM", "").strip().lower()
    if "256color" in term or "direct" in term:
        return False
    # Our own colours would come out as the nearest of sixteen: the green of what is well as a grey.
    return term in _SIXTEEN or term.startswith(("linux-", "vt1", "vt2")) or term.endswith(_FEW)


_SIXTEEN = {
    "linux", "screen", "xterm", "xterm-color", "vt100", "vt220", "ansi", "dumb", "tmux", "rxvt", "cygwin", "putty",
}  # fmt: skip
_FEW = ("-16color", "-8color", "-color", "-mono", "-m")
