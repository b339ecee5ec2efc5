"""Whether what Twilio gives as the caller's number is one."""

from __future__ import annotations

import re
from typing import Final

_NUMBER: Final = re.compile(r"\+?[0-9]{5,15}")

_WITHHELD: Final = frozenset({"+266696687", "+7378742833", "+2562533", "+8656696", "+86282452253"})
"""What Twilio gives for a number that was withheld: ANONYMOUS, RESTRICTED, BLOCKED, UNKNOWN,
UNAVAILABLE on a telephone's keys (Twilio, "Why am I getting calls from these strange numbers")."""


def is_number(text: str) -> bool:
    """Whether it is a telephone number and nothing else: callers can send any text as theirs."""
    return _NUMBER.fullmatch(text) is not None and text not in _WITHHELD
