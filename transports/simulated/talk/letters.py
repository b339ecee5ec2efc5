"""Words that are spelled: "S M Y T H", "S as in Sam", "double L"."""

from __future__ import annotations

import re
from typing import Final

from transports.simulated.talk.word_list import listed

_TOKEN: Final = re.compile(r"[a-z]+(?:'[a-z]+)?", re.IGNORECASE)
_AS_IN: Final = re.compile(
    r"\b([a-z])(?:,? (?:as in|like in|like|for)) (?:an? )?([a-z]+)\b", re.IGNORECASE
)
_ALPHABET: Final = {
    word: word[0]
    for word in listed(
        "alpha bravo charlie delta echo foxtrot golf hotel india juliet kilo lima mike november "
        "oscar papa quebec romeo sierra tango uniform victor whiskey xray yankee zulu"
    )
}
_REPEATS: Final = {"double": 2, "triple": 3}
_FEWEST: Final = 2


def spelled(text: str) -> str:
    """The longest word that is spelled letter by letter, in small letters; empty if none is."""
    text = _AS_IN.sub(_its_letter, text)
    tokens = [token.lower() for token in _TOKEN.findall(text)]
    runs, run, at = [], "", 0
    while at < len(tokens):
        token = tokens[at]
        following = tokens[at + 1] if at + 1 < len(tokens) else ""
        letters = _ALPHABET.get(token, token if len(token) == 1 else "")
        if token in _REPEATS and len(following) == 1:
            letters = following * _REPEATS[token]
            at += 1
        if not letters:
            runs.append(run)
        run = run + letters if letters else ""
        at += 1
    # "I" and "a" are words as well: they begin no spelling of two letters.
    longest = max([*runs, run], key=len)
    return longest if len(longest) >= _FEWEST and longest not in ("ia", "ai") else ""


def read_out(word: str) -> str:
    """A word letter by letter, as it is read out."""
    return ", ".join(letter.upper() for letter in word if letter.isalnum())


def _its_letter(match: re.Match[str]) -> str:
    letter, word = match.group(1), match.group(2)
    return letter if word[0].lower() == letter.lower() else match.group()
