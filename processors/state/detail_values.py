"""What a caller's answer is, by the type that the call file gives the question.

Each reader takes what the model passed on, and gives the answer in one way of writing it; what
speaks against it comes as a doubt, and what can't be right is refused with a sentence that says
what is wanted.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final, Literal, NamedTuple

import phonenumbers
from email_validator import EmailNotValidError, validate_email

DetailType = Literal[
    "text", "phone", "email", "contact", "date", "birthday", "money", "integer", "choice", "yes_no"
]
"""What an answer can be."""

MOST_LETTERS: Final = 500

_FAR_AHEAD: Final = timedelta(days=2 * 365)
_OLDEST: Final = timedelta(days=120 * 366)
_SCALES: Final = {"k": 1000, "thousand": 1000, "m": 1_000_000, "million": 1_000_000}
_AMOUNT: Final = r"(\d{1,3}(?:[,'\s]\d{3})+|\d+)(\.\d+)?\s*(k|m|thousand|million)?"
_MONEY: Final = re.compile(
    rf"([^\d\s.,-]{{0,3}})\s*{_AMOUNT}"
    rf"(?:\s*(?:-|–|to|and)\s*[^\d\s.,-]{{0,3}}\s*{_AMOUNT})?\s*([a-z /]{{0,20}}|[^\w\s])",  # noqa: RUF001  # some write ranges with a dash
    re.IGNORECASE,
)
_YES: Final = frozenset({"yes", "true", "y", "1"})
_NO: Final = frozenset({"no", "false", "n", "0"})


class BadDetailError(ValueError):
    """An answer that can't be right; the text says what is wanted."""


class Reading(NamedTuple):
    """An answer that can be kept.

    Attributes:
        value: In one way of writing it.
        doubt: What speaks against it, for the model to read; empty: nothing.
    """

    value: str
    doubt: str = ""


@dataclass(frozen=True, slots=True)
class DetailField:
    """One thing to learn from a caller.

    Attributes:
        name: As the call file has it.
        type: What the answer is.
        required: Whether every call is to learn it.
        confirm: Whether it counts only once the caller agreed to it.
        choices: What it can be, for ``choice``.
        minimum: The least it can be, for ``integer``.
        maximum: The most.
        ask: The question.
    """

    name: str
    type: DetailType = "text"
    required: bool = True
    confirm: bool = False
    choices: tuple[str, ...] = ()
    minimum: int | None = None
    maximum: int | None = None
    ask: str = ""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What an answer is to be understood by.

    Attributes:
        now: Date and time in the business's zone; None: nobody knows.
        region: The country whose numbers are written without its code, as in ``US``.
    """

    now: datetime | None = None
    region: str = ""


def read_detail(field: DetailField, given: Any, around: Surroundings) -> Reading:
    """What a caller's answer is.

    Raises:
        BadDetailError: It can't be right.
    """
    text = " ".join(str(given).split())
    if not text:
        raise BadDetailError("is empty")
    return _READERS[field.type](field, text, around)


def region_of(number: str) -> str:
    """The country of an E.164 number, by its two letters; empty if it can't be told."""
    try:
        parsed = phonenumbers.parse(number, None)
    except phonenumbers.NumberParseException:
        return ""
    found = phonenumbers.region_code_for_country_code(parsed.country_code or 0)
    return "" if found in (None, "ZZ", "001") else found


def _text(field: DetailField, text: str, around: Surroundings) -> Reading:
    return Reading(text[:MOST_LETTERS])


def _phone(field: DetailField, text: str, around: Surroundings) -> Reading:
    try:
        number = phonenumbers.parse(text, around.region or None)
    except phonenumbers.NumberParseException as error:
        raise BadDetailError("is no phone number; ask for it digit by digit") from error
    if not phonenumbers.is_possible_number(number):
        digits = len(str(number.national_number))
        raise BadDetailError(
            f"has {digits} digits, which is no phone number; ask for it digit by digit"
        )
    written = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    if number.extension:
        written += f" ext. {number.extension}"
    if phonenumbers.is_valid_number(number):
        return Reading(written)
    return Reading(written, "no such number is known to be in use; say it back digit by digit")


def _email(field: DetailField, text: str, around: Surroundings) -> Reading:
    try:
        address = validate_email(text, check_deliverability=False).normalized
    except EmailNotValidError as error:
        raise BadDetailError("is no e-mail address; ask for it letter by letter") from error
    return Reading(address)


def _contact(field: DetailField, text: str, around: Surroundings) -> Reading:
    return (_email if "@" in text else _phone)(field, text, around)


def _date(field: DetailField, text: str, around: Surroundings) -> Reading:
    when = _moment(text, around)
    written = when.isoformat(timespec="minutes") if isinstance(when, datetime) else when.isoformat()
    if around.now is None:
        return Reading(written)
    today = around.now.date()
    day = when.date() if isinstance(when, datetime) else when
    if day < today or (isinstance(when, datetime) and when < around.now.replace(tzinfo=None)):
        return Reading(written, f"is in the past; today is {_spoken(around.now)}")
    if day - today > _FAR_AHEAD:
        return Reading(written, f"is more than two years ahead; today is {_spoken(around.now)}")
    return Reading(written)


def _birthday(field: DetailField, text: str, around: Surroundings) -> Reading:
    when = _moment(text, around)
    day = when.date() if isinstance(when, datetime) else when
    if around.now is not None:
        today = around.now.date()
        if day > today or today - day > _OLDEST:
            raise BadDetailError(f"is no birthday; today is {_spoken(around.now)}")
    return Reading(day.isoformat())


def _moment(text: str, around: Surroundings) -> date | datetime:
    """A day, or a time of day without zone, as the business's clock shows it."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        pass
    try:
        when = datetime.fromisoformat(text)
    except ValueError as error:
        today = "" if around.now is None else f"; today is {_spoken(around.now)}"
        raise BadDetailError(
            f"is no date as it is wanted here, YYYY-MM-DD or YYYY-MM-DDTHH:MM{today}"
        ) from error
    if when.tzinfo is not None and around.now is not None:
        when = when.astimezone(around.now.tzinfo)
    return when.replace(tzinfo=None)


def _spoken(now: datetime) -> str:
    return f"{now:%A} {now.date().isoformat()}"


def _money(field: DetailField, text: str, around: Surroundings) -> Reading:
    found = _MONEY.fullmatch(text)
    if found is None:
        raise BadDetailError(
            "is no amount of money; give it in digits, as in 450000 or 300000-450000"
        )
    before, digits, decimals, scale, digits_to, decimals_to, scale_to, after = found.groups()
    currency = before or after or ""
    amounts = [_amount(digits, decimals, scale or (scale_to if digits_to else None))]
    if digits_to:
        amounts.append(_amount(digits_to, decimals_to, scale_to))
    written = "-".join(f"{amount:f}" for amount in amounts)
    doubt = "its first amount is the larger one" if amounts[0] > amounts[-1] else ""
    return Reading(f"{written} {currency}".strip(), doubt)


def _amount(digits: str, decimals: str | None, scale: str | None) -> Decimal:
    amount = Decimal(re.sub(r"\D", "", digits) + (decimals or ""))
    amount *= _SCALES.get((scale or "").lower(), 1)
    return amount.quantize(Decimal(1)) if amount == amount.to_integral_value() else amount


def _integer(field: DetailField, text: str, around: Surroundings) -> Reading:
    try:
        number = int(text)
    except ValueError as error:
        raise BadDetailError("is no whole number in digits") from error
    if field.minimum is not None and number < field.minimum:
        raise BadDetailError(f"is too little; at least {field.minimum}")
    if field.maximum is not None and number > field.maximum:
        raise BadDetailError(f"is too much; at most {field.maximum}")
    return Reading(str(number))


def _choice(field: DetailField, text: str, around: Surroundings) -> Reading:
    said = text.casefold()
    same = [choice for choice in field.choices if choice.casefold() == said]
    near = [
        choice
        for choice in field.choices
        if re.search(rf"\b{re.escape(choice.casefold())}\b", said) or said in choice.casefold()
    ]
    found = same or near
    if len(found) != 1:
        raise BadDetailError(f"is not one of {', '.join(field.choices)}")
    return Reading(found[0])


def _yes_no(field: DetailField, text: str, around: Surroundings) -> Reading:
    said = text.casefold().strip(".!")
    if said in _YES:
        return Reading("yes")
    if said in _NO:
        return Reading("no")
    raise BadDetailError("is neither yes nor no")


_READERS: Final[Mapping[DetailType, Callable[[DetailField, str, Surroundings], Reading]]] = {
    "text": _text,
    "phone": _phone,
    "email": _email,
    "contact": _contact,
    "date": _date,
    "birthday": _birthday,
    "money": _money,
    "integer": _integer,
    "choice": _choice,
    "yes_no": _yes_no,
}
