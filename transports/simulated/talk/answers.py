"""Answers: read out of a caller's words by what was asked, and read back to them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from transports.simulated.brain_script import ChecklistItem
from transports.simulated.talk import day_and_time, email_address, money, names, phone_digits
from transports.simulated.talk.kinds import Kind, choices_of, kind_of
from transports.simulated.talk.letters import read_out, spelled
from transports.simulated.talk.money import amount_in
from transports.simulated.talk.numbers import in_figures, numbers_in
from transports.simulated.talk.yes_no import agreement, indifferent, unsure, without_agreement
from transports.simulated.words import stems, words

_OWN_NUMBER: Final = re.compile(
    r"\b(?:this (?:number|phone|one)|same number|number (?:i'm|i am|that i'm) calling|"
    r"calling (?:you )?from|the one (?:i'm|i am) (?:on|using))\b",
    re.IGNORECASE,
)
_LEAD_IN: Final = re.compile(
    r"^(?:(?:"
    r"yes|sure|well|um|uh|so|and|oh|let me see|let's say|let's see|i think|i guess|i suppose|"
    r"i'd say|maybe|probably|it's|it is|it'd be|it would be|that's|that would be|this is|i'm|"
    r"i am|i'd like|i would like|i'd love|i'd prefer|i want|i need|i have|i've got|we're|"
    r"we are|we need|we want|we have|we'd like|we've got|there's|there is|there are|they're|"
    r"looking for|looking to|look for|to have|my \w+ is|the \w+ is|just|about|for|to|in|at|"
    r"on|with"
    r")\b[\s,]*)+"
    r"(?=\w)",
    re.IGNORECASE,
)
_TAIL: Final = re.compile(
    r"[\s,]*\b(?:please|thanks|thank you|would be (?:good|great|nice|fine|best)|if possible|"
    r"i think|i guess|or so|for me|works(?: best)?(?: for me)?)[\s.!]*$",
    re.IGNORECASE,
)
_ARTICLE: Final = re.compile(r"^(?:an?|the|some)\s+(?=\w)", re.IGNORECASE)
_MOST_LETTERS: Final = 160
_TAKEN_AS_SAID: Final = frozenset({Kind.MONEY, Kind.WHEN})
"""Kinds of which an answer may be of no form at all: "not much", "when school is out"."""
NO_PREFERENCE: Final = "no preference"


@dataclass(frozen=True, slots=True)
class Reading:
    """What a caller's words say to a question.

    Attributes:
        value: The answer; empty if there is none in them.
        ask: What to ask for next, when the answer is only half of one.
        digits: Those of a number of which more must come.
        unsure: They do not know, or will not say.
    """

    value: str = ""
    ask: str = ""
    digits: str = ""
    unsure: bool = False


def read_answer(
    item: ChecklistItem, text: str, *, own_number: str = "", digits: str = "", lenient: bool = False
) -> Reading:
    """Read an answer to one question.

    Args:
        item: What was asked.
        text: The caller's words.
        own_number: The number they call from, if it is known.
        digits: Those of a number that they began to give.
        lenient: Take the words as they are if they are no answer of the kind that was asked for.
    """
    kind = kind_of(item)
    found = _of_kind(kind, item, text, own_number, digits)
    if found.value or found.ask or found.digits:
        return found
    if unsure(text):
        return Reading(unsure=True)
    if kind in (Kind.PHONE, Kind.EMAIL, Kind.CONTACT, Kind.NAME, Kind.MONEY, Kind.WHEN):
        if kind not in (Kind.PHONE, Kind.EMAIL, Kind.CONTACT) and indifferent(text):
            return Reading(NO_PREFERENCE)
        if agreement(text) == "no" and not without_agreement(text):
            return Reading(unsure=True)
        return Reading(phrase(text)) if lenient and kind in _TAKEN_AS_SAID else Reading()
    return Reading(phrase(text) or text.strip(" .,!?"))


def recognised(item: ChecklistItem, text: str, own_number: str = "") -> str:
    """The answer in a sentence, if its form tells that it is one; empty otherwise."""
    return _of_kind(kind_of(item), item, text, own_number, "").value


def offered(item: ChecklistItem, text: str) -> str:
    """An answer that nobody had asked for yet, if it is plain enough what it answers."""
    kind = kind_of(item)
    if kind is Kind.NAME:
        return names.named_as_own(text)
    if kind in (Kind.PHONE, Kind.CONTACT):
        number = phone_digits.phone_in(text)
        if number or kind is Kind.PHONE:
            return number
    if kind in (Kind.EMAIL, Kind.CONTACT):
        return email_address.email_in(text)
    if kind is Kind.MONEY:
        said = set(words(text))
        amount = amount_in(text)
        about = said & (set(words(item.label)) | {"dollars", "budget", "bucks", "euros"})
        return amount if amount and (about or "$" in amount) else ""
    if kind is Kind.CHOICE:
        options = choices_of(item)
        named = _named(options, text)
        return named[0] if len(options) > 1 and len(named) == 1 else ""
    return ""


def corrected(item: ChecklistItem, value: str, text: str) -> str:
    """An answer put right by what the caller says is wrong with it; empty if they do not say."""
    kind = kind_of(item)
    if kind is Kind.NAME:
        return names.corrected(value, text)
    rest = without_agreement(text)
    if kind in (Kind.PHONE, Kind.CONTACT) and "@" not in value:
        number = phone_digits.corrected(value, rest)
        return number or (email_address.email_in(rest) if kind is Kind.CONTACT else "")
    if kind in (Kind.EMAIL, Kind.CONTACT):
        return email_address.email_in(rest) or phone_digits.phone_in(rest)
    if kind is Kind.WHEN:
        return day_and_time.corrected(value, rest)
    if kind is Kind.MONEY:
        return money.corrected(value, rest)
    return phrase(rest) if rest else ""


def read_back(item: ChecklistItem, value: str) -> str:
    """An answer as it is said for confirmation: numbers digit by digit, addresses spelled."""
    kind = kind_of(item)
    if "@" in value:
        return email_address.spoken(value)
    if kind in (Kind.PHONE, Kind.CONTACT) and phone_digits.digits_in(value):
        return phone_digits.spoken(value)
    return value


def spelled_out(item: ChecklistItem, value: str, text: str) -> str:
    """How a name is written, if its letters were in question; empty otherwise."""
    lettered = spelled(text) or re.search(r"\b(?:with|without) (?:an? )?[a-z]\b|letter", text, re.I)
    return read_out(value.split()[-1]) if lettered and kind_of(item) is Kind.NAME else ""


def phrase(text: str) -> str:
    """An answer in the caller's own words: figures for numbers, without what leads in."""
    said = _TAIL.sub("", _LEAD_IN.sub("", text.strip().rstrip(".!?,")))
    return _ARTICLE.sub("", in_figures(said)).strip(" ,.!?")[:_MOST_LETTERS]


def _of_kind(kind: Kind, item: ChecklistItem, text: str, own_number: str, digits: str) -> Reading:
    if kind is Kind.NAME:
        return Reading(names.name_in(text))
    if kind in (Kind.PHONE, Kind.EMAIL, Kind.CONTACT):
        return _address(kind, text, own_number, digits)
    if kind is Kind.MONEY:
        return Reading(amount_in(text))
    if kind is Kind.WHEN:
        return Reading(day_and_time.when_in(text))
    if kind is Kind.COUNT:
        return Reading(phrase(text) if numbers_in(text) else "")
    if kind is Kind.CHOICE:
        return Reading(_chosen(choices_of(item), text))
    if kind is Kind.YES_NO:
        agreed, rest = agreement(text), without_agreement(text)
        if agreed:
            return Reading(f"{agreed}, {phrase(rest)}" if len(words(rest)) > 1 else agreed)
    return Reading()


def _address(kind: Kind, text: str, own_number: str, digits: str) -> Reading:
    if kind is not Kind.PHONE:
        address = email_address.email_in(text)
        if address:
            return Reading(address)
    if kind is not Kind.EMAIL:
        if own_number and _OWN_NUMBER.search(text):
            return Reading(phone_digits.written(re.sub(r"\D", "", own_number.removeprefix("+1"))))
        more = digits + phone_digits.digits_in(text)
        number = phone_digits.phone_in(more)
        if number:
            return Reading(number)
        if len(more) >= 3:
            return Reading(digits=more, ask="Go on.")
    said = set(words(text))
    if kind is Kind.CONTACT and not unsure(text):
        if said & {"phone", "call", "text", "cell", "mobile", "number"}:
            return Reading(ask="What number is best?")
        if said & {"email", "mail", "e"}:
            return Reading(ask="What is the e-mail address? Please spell it.")
    return Reading()


def _chosen(options: tuple[str, ...], text: str) -> str:
    """The options that are named, or that it is all the same."""
    named = _named(options, text)
    if not named:
        named = [o for o in options if any(_means(word, o, options) for word in words(text))]
    if named:
        return " or ".join(named)
    return NO_PREFERENCE if options and indifferent(text) else ""


def _named(options: tuple[str, ...], text: str) -> list[str]:
    """The options that are said in full."""
    spoken = f" {' '.join(words(text))} "
    return [o for o in options if re.search(rf" {re.escape(o)}(?:s|es|ing)? ", spoken)]


def _means(said: str, option: str, options: tuple[str, ...]) -> bool:
    """Whether a word can only mean that option: "existing" of "existing patient", "renting"."""
    for word in stems(option):
        shared = any(word in stems(other) for other in options if other != option)
        if len(word) > 2 and not shared and (said == word or _same_stem(said, word)):
            return True
    return False


def _same_stem(said: str, word: str) -> bool:
    return len(word) > 3 and said.startswith(word.rstrip("e"))
