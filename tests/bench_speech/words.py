"""Words as they are counted for a word error rate: the same however they are written."""

from __future__ import annotations

import re
from typing import Final

_SAID: Final = "zero one two three four five six seven eight nine ten eleven twelve"
_NUMBERS: Final = {word: str(number) for number, word in enumerate(_SAID.split())}
_ALIKE: Final = {**_NUMBERS, "ok": "okay", "oh": "0", "third": "3", "it's": "it is"}
"""Written in two ways, heard as one."""
_MONEY: Final = re.compile(r"\$\s?([\d,.]*\d)")
_WORD: Final = re.compile(r"[a-z]+(?:'[a-z]+)?|\d")


def counted(text: str) -> list[str]:
    """The words of a text in lower case, numbers digit by digit, no punctuation."""
    text = _MONEY.sub(r"\1 dollars", text.lower())
    text = re.sub(r"(\d)(?:st|nd|rd|th)\b", r"\1", text)
    return " ".join(_ALIKE.get(word, word) for word in _WORD.findall(text)).split()


def errors(said: list[str], heard: list[str]) -> int:
    """How many words must be changed, put in or taken out to make one of the other."""
    row = list(range(len(heard) + 1))
    for at, word in enumerate(said, start=1):
        before, row[0] = row[0], at
        for to, other in enumerate(heard, start=1):
            before, row[to] = row[to], min(row[to] + 1, row[to - 1] + 1, before + (word != other))
    return row[-1]
