"""What a runtime takes from the world around it: wall clock, chance, and the ways to its peers."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from processors.disk import Disk
from processors.text_model import TextModel
from transports.http_tools.exchange import HttpExchange
from transports.openai_realtime.session import Connect
from transports.openai_realtime.websocket import connect_websocket
from transports.twilio.http_post import Post
from transports.twilio.token import random_nonce
from transports.webhooks.sender import WebhookPost

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
        text_model: Writes what is not spoken; None: the API's, or the built-in one without a key.
        post: Takes forms to Twilio's REST API; None: over HTTP.
        webhook_post: Takes records to ``on_call_end``; None: over HTTP.
        http_exchange: Asks what ``http`` tools want to know; None: over HTTP.
        disk: Writes files; None: a thread of its own.
        records: A folder for records and recordings, instead of those that call files name.
        listens: Whether the server opens a port. Otherwise who holds it calls its ``app``.
    """

    wall_clock: Callable[[], datetime] = _now
    nonce: Callable[[], str] = random_nonce
    jitter: Callable[[], float] = _RANDOM.random
    connect: Connect = connect_websocket
    text_model: TextModel | None = None
    post: Post | None = None
    webhook_post: WebhookPost | None = None
    http_exchange: HttpExchange | None = None
    disk: Disk | None = None
    records: Path | None = None
    listens: bool = True


REAL: Final = Outside()
