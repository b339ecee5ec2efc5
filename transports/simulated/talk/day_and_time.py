"""Days and times as people say them, and what of one is changed by another.

They are kept in the caller's words, in figures: "Saturday morning", "Tuesday at 2:30 PM",
"May 3, 1988". What such a day is by the calendar is for whoever books it.
"""

from __future__ import annotations

import re
from typing import Final

from transports.simulated.talk.numbers import in_figures, numbers_in
from transports.simulated.talk.word_list import listed

_MONTHS: Final = listed(
    "January February March April May June July August September October November December"
)
_DAYS: Final = listed("Monday Tuesday Wednesday Thursday Friday Saturday Sunday")
_ORDINALS: Final = {
    word: value
    for value, word in enumerate(
        listed(
            "first second third fourth fifth sixth seventh eighth ninth tenth eleventh "
            "twelfth thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth "
            "nineteenth"
        ),
        start=1,
    )
} | {"twentieth": 20, "thirtieth": 30}
_HOURS: Final = listed(
    "one two three four five six seven eight nine ten eleven twelve"
)  # at their number less one
_MINUTES: Final = {
    "oh five": 5, "ten": 10, "fifteen": 15, "twenty": 20, "twenty five": 25, "thirty": 30,
    "thirty five": 35, "forty": 40, "forty five": 45, "fifty": 50, "fifty five": 55,
}  # fmt: skip

_MONTH: Final = f"(?:{'|'.join(_MONTHS)})".replace("|May|", "|(?-i:May)|")
"""A month's name; what is not written with a capital is the other "may"."""
_DAY: Final = rf"(?:{'|'.join(_DAYS)}|weekdays?|weekends?)s?"
_ORDINAL: Final = rf"(?:(?:twenty|thirty)[ -])?(?:{'|'.join(_ORDINALS)})"
_HOUR: Final = rf"(?:{'|'.join(_HOURS)}|1[0-2]|[1-9])"
_HALF_DAY: Final = r"(?:[ap]\.?\s?m\b\.?|o'clock|in the (?:morning|afternoon|evening)|at night)"
_CLOCK: Final = rf"\d{{1,2}}:\d{{2}}(?:\s*{_HALF_DAY})?|{_HOUR}\s*{_HALF_DAY}|noon|midday|midnight"
_PART: Final = r"mornings?|afternoons?|evenings?|nights?|tonight|lunch ?time|lunch"
_COUNT: Final = r"(?:an?|a couple of|a few|one|two|three|four|five|six|seven|eight|nine|\d+)"
_SPAN: Final = r"(?:hours?|days?|weeks?|months?|years?)"

_DAY_WORDS: Final = (
    rf"{_MONTH} \d{{1,2}}(?:, \d{{4}})?|{_MONTH}(?: \d{{4}})?|"
    r"\d{4}-\d\d-\d\d|\d{1,2}/\d{1,2}(?:/\d{2,4})?|"
    rf"(?:next |this |coming |every |any )*{_DAY}|"
    r"the day after tomorrow|tomorrow|today|tonight|"
    r"(?:the )?(?:next|this|coming|end of the|beginning of the)"
    r" (?:week(?:end)?|month|year|spring|summer|fall|autumn|winter)|"
    r"(?:early|mid|late|in|in the|this) (?:spring|summer|fall|autumn|winter)|"
    rf"(?:in|within)(?: the next| about)? {_COUNT}(?: (?:to|or) {_COUNT})? {_SPAN}|"
    rf"(?:the )?next {_COUNT} {_SPAN}|{_COUNT}(?: (?:to|or) {_COUNT})? {_SPAN}|"
    r"as soon as possible|right away|immediately|asap|any ?day|the \d{1,2}(?:st|nd|rd|th)"
)
_PREFIX: Final = r"(?:at|after|before|around|about|by|until|from|between) (?:about )?"
_TIME_WORDS: Final = (
    rf"(?:{_PREFIX})?(?:{_CLOCK})(?: (?:or|to|and) {_HOUR}\b)?|{_PART}|any ?time|"
    rf"{_PREFIX}{_HOUR}\b(?: (?:or|to|and) {_HOUR}\b)?"
)
_DAY_RE: Final = re.compile(rf"\b(?:{_DAY_WORDS})(?!\w)", re.IGNORECASE)
_TIME_RE: Final = re.compile(rf"(?<![\w:])(?:{_TIME_WORDS})(?![\w:])", re.IGNORECASE)
_NAMED: Final = re.compile(rf"{_MONTH}|{'|'.join(_DAYS)}")
_LINK: Final = re.compile(
    r"[\s,]*(?:(?:at|on|in|the|or|and|to|till|until|between|after|before|around|about|by|from|early|"
    r"late|sometime|anytime|any|a|either|first thing)[\s,]*)*",
    re.IGNORECASE,
)
_LEADING: Final = re.compile(
    r"(?:\b(?:between|after|before|around|about|by|from|early|late|until|sometime|either)\s+)+$",
    re.IGNORECASE,
)


def when_in(text: str) -> str:
    """The day, the time or both that are named, in figures; empty if neither is."""
    text = _written(text)
    marks = sorted(m.span() for pattern in (_DAY_RE, _TIME_RE) for m in pattern.finditer(text))
    if not marks:
        return ""
    start, end = marks[0]
    for begins, ends in marks[1:]:
        if begins <= end or _LINK.fullmatch(text[end:begins]):
            end = max(end, ends)
    leading = _LEADING.search(text[:start])
    said = text[leading.start() if leading else start : end].strip(" ,")
    return said if _NAMED.match(said) else said[:1].lower() + said[1:]


def corrected(when: str, said: str) -> str:
    """A day and time changed as the caller says: another day keeps the time, and the reverse."""
    new = when_in(said)
    if not new:
        return ""
    new_day, new_time = _DAY_RE.search(new), _TIME_RE.search(new)
    old_day, old_time = _DAY_RE.search(when), _TIME_RE.search(when)
    if old_day and old_time and new_day and not new_time:
        return _whole(when[: old_day.start()] + new + when[old_day.end() :])
    if old_day and old_time and new_time and not new_day:
        return _whole(when[: old_time.start()] + _at(new) + when[old_time.end() :])
    if old_day and not old_time and new_time and not new_day:
        return f"{when} {_at(new)}"
    return new


def _written(text: str) -> str:
    """The text with days and times written in figures."""
    text = re.sub(
        rf"\b(?:the )?({_ORDINAL}|\d{{1,2}}(?:st|nd|rd|th)?) of ({_MONTH})",
        lambda m: f"{m[2]} {_ordinal(m[1])}",
        text,
        flags=re.IGNORECASE,
    )
    text = re.sub(
        rf"\b({_MONTH}) (?:the )?({_ORDINAL}|\d{{1,2}}(?:st|nd|rd|th))\b",
        lambda m: f"{m[1]} {_ordinal(m[2])}",
        text,
        flags=re.IGNORECASE,
    )
    text = _clock_in_figures(text)
    text = re.sub(
        rf"\b({_MONTH} \d{{1,2}}),? (?:in )?((?:nineteen|twenty|two thousand)[a-z -]*)",
        _with_year,
        text,
        flags=re.IGNORECASE,
    )
    text = re.sub(rf"\b({_MONTH} \d{{1,2}}),? (\d{{4}})\b", r"\1, \2", text, flags=re.IGNORECASE)
    return re.sub(
        rf"\b(?:{_MONTH}|{'|'.join(_DAYS)})", lambda m: m[0].capitalize(), text, flags=re.I
    )


def _clock_in_figures(text: str) -> str:
    minutes = "|".join(sorted(_MINUTES, key=len, reverse=True))
    hours = "|".join(_HOURS)
    text = re.sub(
        rf"\b(half past|quarter past|(?:a )?quarter (?:to|of)) ({hours}|\d{{1,2}})\b",
        _spoken_quarter,
        text.replace("a quarter past", "quarter past"),
        flags=re.IGNORECASE,
    )
    text = re.sub(
        rf"\b({hours})[ -]({minutes})\b(?! (?:dollars|thousand|hundred|percent))",
        lambda m: f"{_hour(m[1])}:{_MINUTES[m[2].lower()]:02}",
        text,
        flags=re.IGNORECASE,
    )
    text = re.sub(rf"\b({hours})\b(?=\s*{_HALF_DAY})", lambda m: str(_hour(m[1])), text, flags=re.I)
    text = re.sub(
        r"\b(\d{1,2}(?::\d\d)?)\s*([ap])\.?\s?m\b\.?",
        lambda m: f"{m[1]} {m[2].upper()}M",
        text,
        flags=re.IGNORECASE,
    )
    return re.sub(rf"\b({hours}) o'clock", lambda m: f"{_hour(m[1])} o'clock", text, flags=re.I)


def _spoken_quarter(match: re.Match[str]) -> str:
    kind, hour = match[1].lower(), _hour(match[2])
    if "past" in kind:
        return f"{hour}:{30 if 'half' in kind else 15}"
    return f"{(hour - 2) % 12 + 1}:45"


def _hour(word: str) -> int:
    return int(word) if word.isdigit() else _HOURS.index(word.lower()) + 1


def _ordinal(word: str) -> int:
    digits = re.match(r"\d+", word)
    if digits:
        return int(digits.group())
    tens, _, unit = word.lower().replace("-", " ").rpartition(" ")
    return {"": 0, "twenty": 20, "thirty": 30}[tens] + _ORDINALS[unit]


def _with_year(match: re.Match[str]) -> str:
    years = [n for n in numbers_in(match[2]) if 1900 <= n.value <= 2099]
    if not years:
        return match.group()
    return f"{match[1]}, {int(years[0].value)}{match[2][years[0].end :]}"


def _at(time: str) -> str:
    return f"at {time}" if re.match(r"\d|noon|mid", time) else time


def _whole(text: str) -> str:
    return in_figures(" ".join(text.split()))
