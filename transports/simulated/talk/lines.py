"""The assistant's own lines that its next answer depends on, and whether they were heard."""

from __future__ import annotations

import re
from typing import Final

from transports.simulated.brain_script import ChecklistItem

STILL_THERE: Final = "Are you still there?"
ANYTHING_ELSE: Final = "Is there anything else?"
RIGHT: Final = "Is that right?"
_HEARD_ENOUGH: Final = 0.6
"""A question of which this much was heard can be answered."""


def read_back_of(item: ChecklistItem, said: str, spelled: str = "") -> str:
    """An answer as it is said back."""
    spelling = f", spelled {spelled}" if spelled else ""
    return f"{_opening(item)} {said}{spelling}. {RIGHT}"


def read_back_in(item: ChecklistItem, heard: str) -> str:
    """What was said back of an item's answer, as far as it was heard; empty if nothing was."""
    at = heard.find(_opening(item))
    if at < 0:
        return ""
    said = heard[at + len(_opening(item)) :].partition(f". {RIGHT}")[0]
    return re.sub(r", spelled .*$", "", said).strip()


def was_heard(line: str, heard: str) -> bool:
    """Whether enough of a line was heard to answer it."""
    if line in heard:
        return True
    enough = line[: max(1, round(len(line) * _HEARD_ENOUGH))]
    at = heard.rfind(enough)
    return at >= 0 and line.startswith(heard[at:])


def _opening(item: ChecklistItem) -> str:
    return f"For the {item.label}, I have"
