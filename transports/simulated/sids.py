"""The names that the simulated phone company gives: accounts, calls and streams."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from random import Random

NewSid = Callable[[str], str]
"""Makes the next name of a kind: two letters, then 32 hexadecimal digits, as Twilio's are."""


def random_sid(kind: str) -> str:
    """A name that nobody can guess."""
    return kind + secrets.token_hex(16)


class SeededSids:
    """The same names in the same order."""

    def __init__(self) -> None:
        self._random = Random(0)  # noqa: S311  # names of calls that are not real

    def __call__(self, kind: str) -> str:
        """The next name."""
        return kind + self._random.randbytes(16).hex()
