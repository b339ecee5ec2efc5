"""Takes out the loops that a recognizer runs into where speech breaks off in mid word."""

from __future__ import annotations

from typing import Final

_LONGEST: Final = 8
"""Words of the longest phrase that is looked for."""
_TIMES: Final = 3
"""Nobody says a phrase so often in a row; digits and letters they may."""
_DIGITS: Final = frozenset(
    ("zero", "oh", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
)


def without_loops(text: str) -> str:
    """The text with a phrase of several words that is repeated at its end said once.

    "Got it what kind of what kind of what kind" is what became of "Got it. What kind of h-". A
    word said again and again ("no no no", "five five five") is left alone.
    """
    words = text.split()
    plain = [word.strip(".,?!").lower() for word in words]
    for size in range(2, _LONGEST + 1):
        end = _loop(plain, size)
        if end:
            return " ".join(words[:end])
    return text


def _loop(words: list[str], size: int) -> int:
    """Where the words may end, if they end in a loop of that size (its last round may break off).

    0 if they do not.
    """
    for start in range(len(words) - size * 2):
        phrase = words[start : start + size]
        rest = words[start + size :]
        rounds = 1 + len(rest) / size
        repeats = all(word == phrase[at % size] for at, word in enumerate(rest))
        spelled = all(len(word) == 1 or word in _DIGITS for word in phrase)
        if repeats and not spelled and rounds > _TIMES - 1 and len(set(phrase)) > 1:
            return start + size
    return 0
