"""The call file's ``overflow:`` block: what a caller gets whom no process can take."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from processors.block import Block
from processors.fields import NUMERIC, PhoneNumber


class Overflow(Block):
    """What becomes of a call that comes when all are busy, or when the server is about to stop."""

    say: str = "All our lines are busy right now. Please call again in a few minutes."
    """What the caller hears, spoken by Twilio. Empty: nothing."""

    dial: PhoneNumber | None = None
    """A person's number that is rung then. Left out: the call ends after the words."""

    dial_timeout: Annotated[int, Field(ge=5, le=600), NUMERIC] = 30
    """How long it rings there, s."""
