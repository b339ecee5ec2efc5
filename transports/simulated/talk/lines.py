"""The assistant's own lines that its next answer depends on."""

from __future__ import annotations

import re
from typing import Final

from transports.simulated.brain_script import ChecklistItem

ANYTHING_ELSE: Final = "Is there anything else?"
RIGHT: Final = "Is that right?"


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


def _opening(item: ChecklistItem) -> str:
    return f"For the {item.label}, I have"
