"""Telephone numbers as people say them: "five five five, oh one two three", "double seven"."""

from __future__ import annotations

import re
from typing import Final

from transports.simulated.talk.word_list import listed

_DIGITS: Final = {
    **{
        word: str(value)
        for value, word in enumerate(listed("zero one two three four five six seven eight nine"))
    },
    **dict.fromkeys(("oh", "o", "nought", "naught", "nil"), "0"),
}
_TEENS: Final = "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen"
_PAIRS: Final = {word: str(value) for value, word in enumerate(_TEENS.split(), start=10)}
_TENS: Final = {
    word: str(value)
    for value, word in enumerate(
        listed("twenty thirty forty fifty sixty seventy eighty ninety"), start=2
    )
}
_REPEATS: Final = {"double": 2, "triple": 3, "treble": 3}
_ZEROS: Final = {"hundred": "00", "thousand": "000"}
_BETWEEN: Final = frozenset(listed("um uh er and then dash hyphen space area code is it's plus"))
"""Words that may stand between digits of one number."""
_TOKEN: Final = re.compile(r"\+?\d+|[a-z]+(?:'[a-z]+)?", re.IGNORECASE)
_WORDS: Final = tuple(listed("zero one two three four five six seven eight nine"))
_FEWEST, _MOST = 7, 15

_LAST: Final = re.compile(r"\b(?:ends?|ending|last|end)\b", re.IGNORECASE)
_FIRST: Final = re.compile(r"\b(?:starts?|starting|begins?|beginning|first|area code)\b", re.I)
_NOT: Final = re.compile(r"\bnot\b(.+?)(?:,|\bbut\b|\bit's\b|;|$)(.*)", re.IGNORECASE | re.DOTALL)


def digits_in(text: str) -> str:
    """The longest run of digits that is said; empty if there is none."""
    runs, run = [], ""
    tokens = [token.lower() for token in _TOKEN.findall(text)]
    at = 0
    while at < len(tokens):
        digits, taken = _said(tokens, at, running=bool(run))
        if digits is None:
            runs.append(run)
            run = ""
        else:
            run += digits
        at += taken
    return max([*runs, run], key=len)


def phone_in(text: str) -> str:
    """A telephone number, in groups as it is written; empty if there are too few digits."""
    digits = digits_in(text)
    return written(digits) if _FEWEST <= len(digits) <= _MOST else ""


def written(digits: str) -> str:
    """Digits in groups: 555-010-0142; a country code of one digit stands apart."""
    if len(digits) == 11 and digits[0] == "1":
        return f"1-{written(digits[1:])}"
    if len(digits) in (7, 10):
        groups = [digits[at : at + 3] for at in range(0, len(digits) - 4, 3)]
        return "-".join([*groups, digits[-4:]])
    return digits


def spoken(digits: str) -> str:
    """A number as it is read out: each digit a word, a pause between groups."""
    groups = [group for group in re.split(r"\D+", written(re.sub(r"\D", "", digits))) if group]
    return ", ".join(" ".join(_WORDS[int(digit)] for digit in group) for group in groups)


def corrected(number: str, said: str) -> str:
    """A number with what the caller says is wrong with it put right; empty if they did not say.

    They may give it anew, or its end, or its beginning, or say which digits to take for which.
    """
    old = re.sub(r"\D", "", number)
    swap = _NOT.search(said)
    if swap:
        wrong, right = digits_in(swap.group(1)), digits_in(swap.group(2) or said[: swap.start()])
        if wrong and right and wrong in old and len(right) < _FEWEST:
            before, _, after = old.rpartition(wrong)
            return written(before + right + after)
        said = swap.group(2)
    new = digits_in(said)
    if len(new) >= _FEWEST:
        return written(new) if len(new) <= _MOST else ""
    if not new or len(new) >= len(old):
        return ""
    if _FIRST.search(said) and not _LAST.search(said):
        return written(new + old[len(new) :])
    if _LAST.search(said) or len(new) >= 3:
        return written(old[: -len(new)] + new)
    return ""


def _said(tokens: list[str], at: int, *, running: bool) -> tuple[str | None, int]:
    """The digits of the word at a place (None: it ends a number), and how many words were read."""
    token = tokens[at]
    following = tokens[at + 1] if at + 1 < len(tokens) else ""
    if token[-1].isdigit():
        return token.lstrip("+"), 1
    if token in _REPEATS:
        digit = following if following.isdigit() else _DIGITS.get(following, "")
        return (digit * _REPEATS[token], 2) if len(digit) == 1 else (None, 1)
    if _DIGITS.get(token):
        return _DIGITS[token], 1
    if token in _PAIRS:
        return _PAIRS[token], 1
    if token in _TENS:
        unit = _DIGITS.get(following, "")
        return (_TENS[token] + unit, 2) if unit and unit != "0" else (_TENS[token] + "0", 1)
    if running and token in _ZEROS:
        return _ZEROS[token], 1
    return ("", 1) if token in _BETWEEN else (None, 1)
