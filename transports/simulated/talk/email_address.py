"""E-mail addresses as people say them: "jordan dot lee at example dot com"."""

from __future__ import annotations

import re
from typing import Final

from transports.simulated.talk.letters import read_out
from transports.simulated.talk.word_list import listed

_WRITTEN: Final = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_MARKS: Final = {
    "dot": ".",
    "period": ".",
    "point": ".",
    "underscore": "_",
    "dash": "-",
    "hyphen": "-",
    "minus": "-",
    "plus": "+",
}
_DIGITS: Final = {
    word: str(value)
    for value, word in enumerate(listed("zero one two three four five six seven eight nine"))
}
_LEFT_OUT: Final = re.compile(
    r"\b(?:all (?:one word|lower ?case|together)|lower ?case|the letters?|sign|"
    r"(?:as|like) in \w+)\b",
    re.IGNORECASE,
)
_TOKEN: Final = re.compile(r"@|[a-z0-9][\w.+'-]*|[.+_-]", re.IGNORECASE)
_LEAD_IN: Final = frozenset(
    listed(
        "is it's its it email e-mail mail address my the yes yeah sure that's that to use "
        "would be best at reach me way by um uh well so okay ok no actually and write send"
    )
)
_MARKS_SAID: Final = {".": "dot", "_": "underscore", "-": "dash", "+": "plus", "@": "at"}


def email_in(text: str) -> str:
    """The address, in small letters; empty if there is none."""
    written = _WRITTEN.search(text)
    if written:
        return written.group().lower().rstrip(".")
    tokens = [_clean(token.lower()) for token in _TOKEN.findall(_LEFT_OUT.sub(" ", text))]
    for at in range(len(tokens) - 1, 0, -1):
        if tokens[at] in ("at", "@"):
            local, domain = _local(tokens[:at]), _domain(tokens[at + 1 :])
            if local and domain:
                return f"{local}@{domain}"
    return ""


def spoken(address: str) -> str:
    """An address as it is read out: what stands before the "at" letter by letter."""
    local, _, domain = address.partition("@")
    pieces = [_MARKS_SAID.get(part) or read_out(part) for part in re.split(r"([._+-])", local)]
    said = ", ".join(piece for piece in pieces if piece)
    return f"{said}, at {domain.replace('.', ' dot ').replace('-', ' dash ')}"


def _clean(token: str) -> str:
    if re.fullmatch(r"(?:[a-z0-9]-)+[a-z0-9]", token):
        return token.replace("-", "")  # spelled
    return token.rstrip(".-") if len(token) > 1 else token


def _local(tokens: list[str]) -> str:
    """Everything before the "at" that belongs to the address, back to the words that lead in."""
    taken: list[str] = []
    for token in reversed(tokens):
        if token in _LEAD_IN:
            break
        taken.insert(0, _MARKS.get(token) or _DIGITS.get(token) or token)
    return "".join(taken).strip(".-_+")


def _domain(tokens: list[str]) -> str:
    """Labels with dots between: what is spelled or said before the last dot, and one word after."""
    said, at = "", 0
    while at < len(tokens):
        token = tokens[at]
        mark = token if token in (".", "-") else _MARKS.get(token, "")
        if mark:
            said += mark
        elif not said or said[-1] in ".-" or (len(token) == 1 and "." not in said):
            said += _DIGITS.get(token, token)
        elif "." not in said and any(_MARKS.get(t, t) == "." for t in tokens[at:]):
            said += token
        else:
            break
        at += 1
    said = said.strip(".-")
    return said if re.fullmatch(r"[\w-]+(?:\.[\w-]+)+", said) else ""
