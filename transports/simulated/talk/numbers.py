"""Numbers as people say them: "four hundred and fifty thousand", "two and a half", "450k".

What a recognizer writes down is a mixture of words and figures, so both are read.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from transports.simulated.talk.word_list import listed

_TOKEN: Final = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|[a-z]+", re.IGNORECASE)
_UNITS: Final = {
    word: value
    for value, word in enumerate(listed("zero one two three four five six seven eight nine"))
}
_TEENS: Final = {
    word: value
    for value, word in enumerate(
        listed("ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen"),
        start=10,
    )
}
_TENS: Final = {
    word: value * 10
    for value, word in enumerate(
        listed("twenty thirty forty fifty sixty seventy eighty ninety"), start=2
    )
}
_SCALES: Final = {
    "thousand": 1e3,
    "k": 1e3,
    "grand": 1e3,
    "million": 1e6,
    "m": 1e6,
    "billion": 1e9,
}
_SMALL: Final = {**_UNITS, **_TEENS, **_TENS}
_LEAST_IN_FIGURES: Final = 10


class Number(NamedTuple):
    """A number in a text.

    Attributes:
        value: What it is.
        start: Where it begins, in characters.
        end: Where it ends.
    """

    value: float
    start: int
    end: int


def numbers_in(text: str) -> list[Number]:
    """The numbers of a text, in order."""
    tokens = list(_TOKEN.finditer(text))
    words = [token.group().lower() for token in tokens]
    found = []
    at = 0
    while at < len(words):
        reading = _Reading(words, at)
        value = reading.value()
        if value is None:
            at += 1
            continue
        found.append(Number(value, tokens[at].start(), tokens[reading.at - 1].end()))
        at = reading.at
    return found


def first_number(text: str) -> float | None:
    """The first number of a text; None if there is none."""
    return next((number.value for number in numbers_in(text)), None)


def in_figures(text: str) -> str:
    """The text with its numbers in figures; those below ten stay as they were said."""
    pieces, at = [], 0
    for number in numbers_in(text):
        if number.value < _LEAST_IN_FIGURES:
            continue
        said = text[number.start : number.end]
        year = len(said) == 4 and said.isdigit()
        pieces += [text[at : number.start], said if year else figures(number.value)]
        at = number.end
    return "".join([*pieces, text[at:]])


def figures(value: float) -> str:
    """A number in figures, thousands apart: 450,000 and 2.5; years stand as they are."""
    if value != int(value):
        return f"{value:,.10g}"
    return str(int(value)) if 1900 <= value <= 2099 else f"{int(value):,}"


class _Reading:
    """Reads one number, word by word; ``at`` is the first word that is not of it."""

    def __init__(self, words: list[str], at: int) -> None:
        self.at = at
        self._words = words
        self._total = 0.0
        self._current: float | None = None
        self._scale = 1e12
        self._last = ""

    def value(self) -> float | None:
        """The number that begins here; None if none does."""
        begin = self.at
        if self._word() in ("a", "half") and not self._begins_with_an_article():
            return None
        while self._step():
            pass
        if self._current is None and not self._total:
            self.at = begin
            return None
        return self._total + (self._current or 0.0)

    def _begins_with_an_article(self) -> bool:
        """Whether it is "a hundred", "half a million": what follows the article is a scale."""
        half = self._word() == "half"
        after = 2 if half and self._word(1) in ("a", "of") else 1
        scale = self._word(after)
        if scale in _SCALES or (scale == "hundred" and not half):
            self._current, self._last = (0.5 if half else 1.0), "unit"
            self.at += after
            return True
        return False

    def _word(self, ahead: int = 0) -> str:
        at = self.at + ahead
        return self._words[at] if at < len(self._words) else ""

    def _step(self) -> bool:
        word = self._word()
        taken = (
            self._figures(word)
            or self._small(word)
            or self._hundred(word)
            or self._scaled(word)
            or self._joined(word)
        )
        self.at += taken
        return bool(taken)

    def _figures(self, word: str) -> int:
        if not word[:1].isdigit() or self._current is not None:
            return 0
        self._current, self._last = float(word.replace(",", "")), "figures"
        return 1

    def _small(self, word: str) -> int:
        if word not in _SMALL:
            return 0
        value = _SMALL[word]
        kind = "unit" if word in _UNITS else "teen" if word in _TEENS else "ten"
        if self._current is None:
            self._current = value
        elif self._last in ("hundred", "and") or (self._last == "ten" and kind == "unit"):
            if self._last == "ten" and not value:
                return 0
            self._current += value
        elif kind != "unit" and self._last in ("unit", "teen", "ten") and 1 <= self._current < 100:
            self._current = self._current * 100 + value  # "four fifty", "nineteen eighty"
        else:
            return 0
        self._last = kind
        return 1

    def _hundred(self, word: str) -> int:
        if word != "hundred" or self._current is None or not 1 <= self._current < 100:
            return 0
        self._current *= 100
        self._last = "hundred"
        return 1

    def _scaled(self, word: str) -> int:
        scale = _SCALES.get(word, 0)
        if not scale or self._current is None or scale >= self._scale:
            return 0
        self._total += self._current * scale
        self._current, self._scale, self._last = None, scale, "scale"
        return 1

    def _joined(self, word: str) -> int:
        if word == "point" and self._current is not None and self._word(1) in _UNITS:
            digits = 0
            while self._word(1 + digits) in _UNITS:
                digits += 1
                self._current += _UNITS[self._word(digits)] / 10**digits
            self._last = "point"
            return 1 + digits
        if word != "and" or self._last not in ("hundred", "scale", "unit", "figures"):
            return 0
        if self._word(1) == "a" and self._word(2) == "half" and self._current is not None:
            self._current += 0.5
            self._last = "point"
            return 3
        if self._last in ("hundred", "scale") and self._word(1) in _SMALL:
            if self._last == "scale":
                self._current = 0.0
            self._last = "and"
            return 1
        return 0
