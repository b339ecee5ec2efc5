"""Words as they are counted for a word error rate: the same however they are written."""

from __future__ import annotations

import re
from typing import Final

_SMALL: Final = """zero one two three four five six seven eight nine ten eleven twelve thirteen
fourteen fifteen sixteen seventeen eighteen nineteen"""
_UNITS: Final = _SMALL.split()[:10]
_TEENS: Final = _SMALL.split()[10:]
_TENS: Final = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_ALIKE: Final = {"ok": "okay", "oh": "0", "third": "3", "it's": "it is", "hundred": "0 0"}
"""Written in two ways, heard as one."""
_MONEY: Final = re.compile(r"\$\s?([\d,.]*\d)")
_WORD: Final = re.compile(r"[a-z]+(?:'[a-z]+)?|\d")


def counted(text: str) -> list[str]:
    """The words of a text in lower case, numbers digit by digit, no punctuation."""
    text = _MONEY.sub(r"\1 dollars", text.lower())
    text = re.sub(r"(\d)(?:st|nd|rd|th)\b", r"\1", text)
    text = re.sub(r"(?<=ty)-(?=[a-z])", " ", text)
    text = re.sub(r"(?<=[a-z])-(?=[a-z])", "", text)
    words = _WORD.findall(text)
    digits = [_digits(word, after) for word, after in zip(words, [*words[1:], ""], strict=True)]
    return " ".join(digits).split()


def _digits(word: str, after: str) -> str:
    """A word, or the digits in which its number is written before the word after it."""
    if word in _UNITS:
        return str(_UNITS.index(word))
    if word in _TEENS:
        return f"1 {_TEENS.index(word)}"
    if word in _TENS:
        tens = str(_TENS.index(word) + 2)
        return tens if after in _UNITS[1:] else f"{tens} 0"
    return _ALIKE.get(word, word)


def errors(said: list[str], heard: list[str]) -> int:
    """How many words must be changed, put in or taken out to make one of the other."""
    row = list(range(len(heard) + 1))
    for at, word in enumerate(said, start=1):
        before, row[0] = row[0], at
        for to, other in enumerate(heard, start=1):
            before, row[to] = row[to], min(row[to] + 1, row[to - 1] + 1, before + (word != other))
    return row[-1]
