"""Screens that are left with an answer, once, and lists whose rows carry what they stand for."""

from __future__ import annotations

from typing import Generic, TypeVar

from textual.await_complete import AwaitComplete
from textual.screen import ModalScreen, Screen, ScreenResultType
from textual.visual import VisualType
from textual.widgets.option_list import Option

Value = TypeVar("Value")


class Page(Screen[ScreenResultType]):
    """A screen over another one.

    `dismiss` has an effect only while this screen is the current one: a key pressed twice in haste, or a result that
    comes from a thread after the screen was left, would otherwise close the screen below.
    """

    def dismiss(self, result: ScreenResultType | None = None) -> AwaitComplete:
        if not self.is_current or len(self.app.screen_stack) < 2:
            return AwaitComplete()
        return super().dismiss(result)


class Dialog(ModalScreen[ScreenResultType], Page[ScreenResultType]):
    """A modal `Page`: what is below it is seen, and cannot be used."""

    # In this order: Textual takes styles from the first base alone.


class Pick(Option, Generic[Value]):
    """A row of an option list with its value.

    A message tells of the row's index, which may be another row's by the time the message is handled; its value stays.
    """

    def __init__(self, prompt: VisualType, value: Value) -> None:
        super().__init__(prompt)
        self.value = value
