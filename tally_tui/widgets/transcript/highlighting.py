"""The colours of source text, in names that every theme has."""

from __future__ import annotations

from typing import Any

from pygments.token import Token  # type: ignore[import-untyped]
from textual.highlight import HighlightTheme

_ROLES: dict[Any, tuple[str, str]] = {
    Token.Comment: ("$quiet italic", "dim italic"),
    Token.Error: ("", ""),
    Token.Generic.Strong: ("bold", "bold"),
    Token.Generic.Emph: ("italic", "italic"),
    Token.Generic.Heading: ("bold $text-primary", "bold"),
    Token.Generic.Subheading: ("$text-primary", "bold"),
    Token.Generic.Inserted: ("$text-success", "ansi_green"),
    Token.Generic.Deleted: ("$text-error", "ansi_red"),
    Token.Keyword: ("$text-accent", "ansi_magenta"),
    Token.Keyword.Constant: ("$text-warning", "ansi_cyan"),
    Token.Keyword.Type: ("$text-secondary", "ansi_cyan"),
    Token.Literal.Number: ("$text-warning", "ansi_yellow"),
    Token.Literal.String: ("$text-success", "ansi_green"),
    Token.Name.Attribute: ("$text-primary", "ansi_yellow"),
    Token.Name.Builtin: ("$text-secondary", "ansi_cyan"),
    Token.Name.Class: ("bold $text-primary", "bold ansi_blue"),
    Token.Name.Constant: ("$text-warning", "ansi_cyan"),
    Token.Name.Decorator: ("$text-secondary", "ansi_blue"),
    Token.Name.Function: ("$text-primary", "ansi_blue"),
    Token.Name.Tag: ("$text-primary", "ansi_blue"),
    Token.Name.Variable: ("$text-secondary", "ansi_cyan"),
    Token.Operator.Word: ("$text-accent", "ansi_magenta"),
}


class Colours(HighlightTheme):
    """For themes with all colours."""

    STYLES = {role: styles[0] for role, styles in _ROLES.items() if styles[0]}


class AnsiColours(HighlightTheme):
    """For terminals with sixteen."""

    STYLES = {role: styles[1] for role, styles in _ROLES.items() if styles[1]}
