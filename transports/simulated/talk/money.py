"""Amounts of money as people say them: with a limit, as a range, for a month."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Final

from transports.simulated.talk.numbers import figures, in_figures, numbers_in

_FIGURE: Final = r"[$€£]?\d[\d,]*(?:\.\d+)?"
_LIMIT: Final = (
    r"(?:up to|under|below|less than|at most|no more than|not more than|around|about|roughly|"
    r"approximately|over|above|more than|at least|between|from|maybe)"
)
_UNIT: Final = (
    r"(?:dollars?|bucks|euros?|pounds?|usd|(?:a|per|each|every) (?:hour|day|night|week|month|year)|"
    r"monthly|weekly|yearly|max(?:imum)?|at most|or (?:less|so|more))"
)
_AMOUNT: Final = re.compile(
    rf"(?:{_LIMIT}\s+)*{_FIGURE}(?:\s*(?:to|and|or|-)\s*{_FIGURE})?(?:\s+{_UNIT})*", re.IGNORECASE
)
_RANGE: Final = re.compile(r"\b(to|and|or)\b|-", re.IGNORECASE)


def amount_in(text: str) -> str:
    """The amount that is named, in figures, with its limit and unit; empty if none is."""
    match = _AMOUNT.search(in_figures(_range_in_full(text)))
    said = match.group().strip() if match else ""
    return said[:1].lower() + said[1:]


def corrected(amount: str, said: str) -> str:
    """An amount changed as the caller says: a figure alone keeps the limit and the unit."""
    new = amount_in(said)
    alone = re.fullmatch(rf"({_FIGURE})(?: dollars?)?", new)
    old = re.findall(_FIGURE, amount)
    if alone and len(old) == 1:
        return amount.replace(old[0], alone.group(1))
    return new


def _range_in_full(text: str) -> str:
    """The text with a range's scale at both its ends, as in "three to four hundred thousand"."""
    numbers = numbers_in(text)
    for low, high in pairwise(numbers):
        between = text[low.end : high.start].strip(" $€£")
        if not _RANGE.fullmatch(between) or not 0 < low.value < 1000 <= high.value:
            continue
        scale = next(s for s in (1e9, 1e6, 1e3) if high.value >= s)
        if low.value * scale > high.value:
            continue
        hundreds = low.value < 10 and high.value / scale >= 100 and not high.value / scale % 100
        full = low.value * scale * (100 if hundreds else 1)
        return text[: low.start] + figures(full) + text[low.end :]
    return text
