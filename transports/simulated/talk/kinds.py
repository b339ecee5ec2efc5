"""What kind of answer a question wants, told from its name in the call file and its words."""

from __future__ import annotations

import re
from enum import Enum
from typing import Final

from transports.simulated.brain_script import ChecklistItem
from transports.simulated.talk.word_list import listed
from transports.simulated.words import words


class Kind(Enum):
    """What an answer is."""

    NAME = "name"
    PHONE = "phone"
    EMAIL = "email"
    CONTACT = "contact"
    MONEY = "money"
    WHEN = "when"
    COUNT = "count"
    CHOICE = "choice"
    YES_NO = "yes_no"
    TEXT = "text"


_PHONE: Final = frozenset(listed("phone telephone mobile cell callback"))
_EMAIL: Final = frozenset(listed("email mail"))
_CONTACT: Final = frozenset(listed("contact reach"))
_MONEY: Final = frozenset(
    listed("budget price cost costs spend amount fee deposit salary income dollars")
)
_WHEN: Final = frozenset(
    listed(
        "when date day days time times timeline window appointment birthday birth dob deadline slot"
    )
)
_COUNT: Final = frozenset(listed("count quantity guests people persons seats age size"))
_NAME: Final = frozenset(listed("name fullname surname"))
_NOT_A_PERSON: Final = frozenset(
    listed("company business street insurance insurer plan brand pet product")
)
_QUESTION: Final = re.compile(
    r"^(?:would|do|does|did|are|is|have|has|can|could|will|was|were|should)\b", re.IGNORECASE
)
_SUCH_AS: Final = re.compile(r"\b(?:such as|like|for example|for instance)\b", re.IGNORECASE)
_CHOICES: Final = re.compile(r"[\w' -]+(?:, [\w' -]+)*,? or [\w' -]+", re.IGNORECASE)
_LONGEST_NAME: Final = 2
"""Words of the longest thing that is named, as in "mountain bike"."""
_BEFORE_A_CHOICE: Final = frozenset(
    listed(
        "are is do does would will you it they the caller looking calling to for a an in on "
        "by like prefer want need be this that your about as with have here whether i we or "
        "at want either such which mainly rather was been us"
    )
)


_TYPES: Final = {
    "phone": Kind.PHONE,
    "email": Kind.EMAIL,
    "contact": Kind.CONTACT,
    "date": Kind.WHEN,
    "birthday": Kind.WHEN,
    "money": Kind.MONEY,
    "integer": Kind.COUNT,
    "choice": Kind.CHOICE,
    "yes_no": Kind.YES_NO,
}


def kind_of(item: ChecklistItem) -> Kind:
    """The kind of an item's answer.

    Its type in the call file counts first, then what its name says, then its question.
    """
    if item.type in _TYPES:
        return _TYPES[item.type]
    named, asked = set(words(item.label)), set(words(item.ask))
    if named & _NAME and not named & _NOT_A_PERSON:
        return Kind.NAME
    by_name = _by_words(named)
    if by_name is not None and not (by_name is Kind.WHEN and _is_yes_no(item.ask)):
        return by_name
    if re.search(r"\bhow many\b", item.ask, re.IGNORECASE):
        return Kind.COUNT
    if _is_yes_no(item.ask):
        alternatives = re.search(r"\bor\b", item.ask) and not _SUCH_AS.search(item.ask)
        return Kind.CHOICE if choices_of(item) else Kind.TEXT if alternatives else Kind.YES_NO
    if asked & _NAME and not asked & (_NOT_A_PERSON | _PHONE) and not named & _NOT_A_PERSON:
        return Kind.NAME
    by_question = _by_words(asked)
    if by_question is not None:
        return by_question
    return Kind.TEXT


def choices_of(item: ChecklistItem) -> tuple[str, ...]:
    """What may be chosen from, where the question says: "to buy or to rent" gives buy and rent.

    Examples ("such as a house or a condo") are no choice.
    """
    if item.choices:
        return tuple(" ".join(words(choice)) for choice in item.choices)
    if _SUCH_AS.search(item.ask) or not _is_yes_no(item.ask):
        return ()
    found = _CHOICES.search(item.ask)
    if found is None:
        return ()
    options = [_bare(option) for option in re.split(r",|\bor\b", found.group())]
    options = [option for option in options if option]
    return tuple(options) if all(map(_is_name, options)) else ()


def _by_words(said: set[str]) -> Kind | None:
    if said & _CONTACT or (said & _PHONE and said & _EMAIL):
        return Kind.CONTACT
    for known, kind in (
        (_PHONE, Kind.PHONE),
        (_EMAIL, Kind.EMAIL),
        (_MONEY, Kind.MONEY),
        (_WHEN, Kind.WHEN),
        (_COUNT, Kind.COUNT),
    ):
        if said & known:
            return kind
    return None


def _is_yes_no(ask: str) -> bool:
    """Whether the last sentence of a question can be answered with yes or no."""
    last = re.split(r"(?<=[.!?])\s+", ask.strip())[-1]
    return _QUESTION.match(last) is not None


def _is_name(option: str) -> bool:
    """Whether an option names something: "own the place" is half a sentence."""
    said = option.split()
    return len(said) <= _LONGEST_NAME and not set(said) & _BEFORE_A_CHOICE


def _bare(option: str) -> str:
    """An option without what leads up to it: "looking to buy" is "buy"."""
    left = words(option)
    while left and left[0] in _BEFORE_A_CHOICE:
        left.pop(0)
    return " ".join(left)
