"""What a runtime takes from the world around it: wall clock, chance, and the ways to its peers."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from transports.openai_realtime.session import Connect
from transports.openai_realtime.websocket import connect_websocket
from transports.twilio.http_post import Post
from transports.twilio.token import random_nonce

_RANDOM: Final = random.SystemRandom()


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Outside:
    """The real world, unless something else is said.

    A simulated call brings a world of its own, in which everything is the same each time.

    Attributes:
        wall_clock: The date and time, with zone: what the assistant is told, and what tokens
            expire by. Nothing on a call is timed by it.
        nonce: Makes the name that tells one stream's token from all others.
        jitter: A number from 0 to 1, to spread retries.
        connect: Opens the model's sockets.
        post: Takes forms to Twilio's REST API; None: over HTTP.
        listens: Whether the server opens a port. Otherwise who holds it calls its ``app``.
    """

    wall_clock: Callable[[], datetime] = _now
    nonce: Callable[[], str] = random_nonce
    jitter: Callable[[], float] = _RANDOM.random
    connect: Connect = connect_websocket
    post: Post | None = None
    listens: bool = True


REAL: Final = Outside()
