"""Names of people, as they are given, spelled and put right."""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from typing import Final

from transports.simulated.talk.letters import spelled
from transports.simulated.talk.word_list import listed

_LEAD_IN: Final = re.compile(
    r"\b(?:(?:my|the|her|his|our|full|first) )*name(?: here)?(?: is|'s| would be)|"
    r"\b(?:this is|you can call me|call me|people call me|i go by|under the name(?: of)?)|"
    r"\b(?:you're )?speaking (?:to|with)|\b(?:i'm|i am|it's|it is|that's|that is)",
    re.IGNORECASE,
)
_PART: Final = re.compile(
    r"\b(first|given|last|family|sur) ?name(?: is|'s)?,? ([a-z][a-z'-]+)", re.IGNORECASE
)
_TAIL: Final = re.compile(
    r"\s*(?:[,.;!?]|\b(?:and|but|so|with|spelled|spelt|that's|that is|calling|here|speaking|from|"
    r"please|again|by the way)\b).*$",
    re.IGNORECASE | re.DOTALL,
)
_WORD: Final = re.compile(r"[^\W\d_]+(?:['-][^\W\d_]+)*\.?")
_FILLERS: Final = frozenset(
    listed(
        "yes yeah yep sure well um uh er oh okay ok so hi hello hey mr mrs ms miss dr doctor "
        "no sorry actually right correct certainly of course"
    )
)
_NO_NAMES: Final = frozenset(
    listed(
        "a an the i you he she it we they me my your his her our their this that these those "
        "is are was am be been do does did have has had can could will would should may might "
        "must not no what who when where why how which to at in on for of from about into "
        "there here need want looking calling like just very really some any one thing "
        "something problem please help thanks thank good fine great interested trying "
        "wondering hoping sure if because name number phone wrong right correct spell spelled "
        "letter email still going back if or also yes yeah zero one two three four five six "
        "seven eight nine ten goodbye good-bye bye bye-bye hello hold wait moment second minute"
    )
)
_MOST_WORDS: Final = 4

_WITHOUT: Final = re.compile(r"\b(?:without|no) (?:an? |the )?['\"]?([a-z])\b", re.IGNORECASE)
_DOUBLED: Final = re.compile(r"\b(?:two|double|a double) ['\"]?([a-z])(?:'?s)?\b", re.IGNORECASE)
_WITH: Final = re.compile(r"\bwith (?:an? |the )?(?:letter )?['\"]?([a-z])\b", re.IGNORECASE)
_SOUNDS: Final = {
    "y": "i", "i": "y", "k": "c", "c": "k", "s": "zc", "z": "s", "f": "v", "v": "wf", "w": "v",
    "j": "g", "g": "j", "x": "k", "d": "t", "t": "d",
}  # fmt: skip
"""Letters that one hears for another, the likeliest first; any other is added at the end."""
_ALIKE: Final = 0.5
_SAME_NAME: Final = 0.6
_INSTEAD: Final = re.compile(r"\b(?:not|instead of)\s+([a-z][a-z'-]+)", re.IGNORECASE)


def name_in(text: str) -> str:
    """The name that somebody gives as theirs; empty if there is none.

    A name that is spelled after it was said is written as it was spelled.
    """
    parts = _PART.findall(text)
    whole = len(parts) > 1
    name = " ".join(_capital(word) for _, word in parts) if whole else _plain_name(text)
    if name and _WITH.search(text):
        return _by_letter(name, text) or name
    letters = spelled(text)
    return _with_spelling(name, letters) if letters else name


def named_as_own(text: str) -> str:
    """The name, if it is introduced as one: "my name is", "this is"; empty otherwise."""
    lead = _LEAD_IN.search(text)
    if lead is None:
        return ""
    said = lead.group().lower()
    name = name_in(text[lead.start() :])
    introduced = "name" in said or said in ("this is", "call me")
    whole = said in ("i'm", "i am") and " " in name and name in text
    return name if introduced or whole else ""


def corrected(name: str, said: str) -> str:
    """A name put right as the caller says; empty if they do not say how.

    "With a y" changes the letter that sounds like it; a word alone takes the place of the one
    that it is most like.
    """
    lettered = _by_letter(name, said)
    if lettered:
        return lettered
    letters = spelled(said)
    if letters:
        return _with_spelling(name, letters)
    parts = _PART.findall(said)
    if parts:
        return _with_part(name, *parts[-1])
    said = _INSTEAD.sub("", said)
    new = _plain_name(said)
    words = name.split()
    if not new or len(words) < 2 or len(new.split()) > 1:
        return new
    nearest = max(words, key=lambda word: _likeness(word, new))
    return _swap(words, nearest, new) if _likeness(nearest, new) >= _ALIKE else new


def _plain_name(text: str) -> str:
    text = text.strip()
    leads = list(_LEAD_IN.finditer(text))
    for lead in reversed(leads):
        name = _words_of(text[lead.end() :])
        if name:
            return name
    return "" if leads else _words_of(text)


def _words_of(text: str) -> str:
    text = text.strip(" ,.!?:;")
    words = text.split()
    while words and words[0].lower().strip(",.!") in _FILLERS:
        words.pop(0)
    text = _TAIL.sub("", " ".join(words).replace("Mr. ", "Mr ").replace("Dr. ", "Dr "))
    words = text.split()
    if not 1 <= len(words) <= _MOST_WORDS:
        return ""
    if any(word.lower() in _NO_NAMES or not _WORD.fullmatch(word) for word in words):
        return ""
    return " ".join(_capital(word) for word in words)


def _by_letter(name: str, said: str) -> str:
    """The name with the one letter changed that the caller speaks of."""
    without, doubled, with_one = (p.search(said) for p in (_WITHOUT, _DOUBLED, _WITH))
    match = doubled or without or with_one
    if match is None:
        return ""
    letter = match.group(1).lower()
    words = name.split()
    heard, target = _mentioned(words, said)
    if not heard and match is not with_one:
        target = next((word for word in reversed(words) if letter in word.lower()), target)
    if match is doubled:
        changed = re.sub(f"{letter}+", letter * 2, target, count=1, flags=re.IGNORECASE)
    elif match is without:
        changed = re.sub(letter, "", target, count=1, flags=re.IGNORECASE)
    else:
        changed = heard if letter in heard.lower() else _with_letter(target, letter)
    return _swap(words, target, _capital(changed)) if changed.lower() != target.lower() else ""


def _mentioned(words: list[str], said: str) -> tuple[str, str]:
    """The word of the caller's that is most like one of the name's, and that one.

    The recognizer may have written it in another spelling this time.
    """
    said_words = [w.group() for w in _WORD.finditer(said)]
    said_words.reverse()
    pairs = [(w, word) for w in said_words for word in words if w.lower() not in _NO_NAMES]
    best = max(pairs, key=lambda pair: _likeness(*pair), default=("", words[-1]))
    return best if _likeness(*best) >= _SAME_NAME else ("", words[-1])


def _with_letter(word: str, letter: str) -> str:
    if letter in word.lower():
        return word
    for other in _SOUNDS.get(letter, ""):
        if other in word.lower():
            return re.sub(other, letter, word, count=1, flags=re.IGNORECASE)
    return word + letter


def _with_spelling(name: str, letters: str) -> str:
    words = name.split()
    if not words:
        return _capital(letters)
    nearest = max(words, key=lambda word: _likeness(word, letters))
    if _likeness(nearest, letters) < _ALIKE and len(words) == 1:
        return f"{name} {_capital(letters)}"
    return _swap(words, nearest, _capital(letters))


def _with_part(name: str, part: str, word: str) -> str:
    words = name.split()
    if part.lower() in ("first", "given"):
        return " ".join([_capital(word), *words[1:]])
    return " ".join([*words[: max(1, len(words) - 1)], _capital(word)])


def _swap(words: list[str], old: str, new: str) -> str:
    at = words.index(old)
    return " ".join([*words[:at], new, *words[at + 1 :]])


def _likeness(one: str, other: str) -> float:
    return SequenceMatcher(None, one.lower(), other.lower()).ratio()


def _capital(word: str) -> str:
    """A name's capitals; those inside that the recognizer wrote stay (McKay)."""
    word = word.rstrip(".")
    if word.isupper() and len(word) > 1:
        word = word.lower()
    return "-".join(part[:1].upper() + part[1:] for part in word.split("-"))
