"""What notes on an earlier part of a call say was answered."""

from __future__ import annotations

import re
from typing import Final

from transports.simulated.brain_script import ChecklistItem

_CONFIRMED: Final = " (confirmed)"


def told_before(item: ChecklistItem, notes: str) -> tuple[str, bool]:
    """The answer to an item that notes hold, and whether it was confirmed; empty if none is there.

    They may be lines of ``label: answer``, or sentences that hold such.
    """
    label = re.escape(item.label)
    line = re.search(rf"^{label}: (.+)$", notes, re.IGNORECASE | re.MULTILINE)
    pattern = rf"\b{label}\s*[:=]\s*([^;\n]+?)\s*(?:[;\n]|\.\s|\.?$)"
    match = line or re.search(pattern, notes, re.IGNORECASE)
    if match is None:
        return "", False
    answer = match.group(1)
    return answer.removesuffix(_CONFIRMED), answer.endswith(_CONFIRMED)
