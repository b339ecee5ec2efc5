"""Posts JSON to a business's own systems: signed, tried a few times, and given up in time.

The signature is made as Twilio makes those of its webhooks, HMAC and base64 over the address and
what is posted, but with SHA-256, and with the time in it, so that nothing can be played again.
``X-Callwright-Signature`` is base64(HMAC-SHA256(secret, timestamp + "." + url + "." + body)).
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from loguru import logger

from transports.http_session import HttpSession

TIMESTAMP: Final = "X-Callwright-Timestamp"
SIGNATURE: Final = "X-Callwright-Signature"
DELIVERY: Final = "X-Callwright-Delivery"

MOST_UNDER_WAY: Final = 200
"""Deliveries at a time; what comes beyond that is dropped, and counted."""


class WebhookPost(Protocol):
    """Posts one body. Whoever posts limits the time that it may take."""

    async def __call__(self, url: str, body: bytes, headers: Mapping[str, str]) -> int:
        """Post it; the answer's status.

        Raises:
            OSError: No answer came.
        """
        ...


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to try, in seconds.

    Attributes:
        attempt: One request.
        pauses: Before each further attempt.
        last_words: For what is under way when the process ends.
    """

    attempt: float = 5.0
    pauses: tuple[float, ...] = (1.0, 4.0, 15.0)
    last_words: float = 5.0


class HttpWebhookPost:
    """Posts over connections that it keeps; ``close`` closes them."""

    def __init__(self) -> None:
        self._session = HttpSession()

    async def __call__(self, url: str, body: bytes, headers: Mapping[str, str]) -> int:
        """Post it; a redirect is an answer like any other.

        Raises:
            OSError: No answer came.
        """
        async with self._session.answer("POST", url, body, headers) as response:
            return response.status

    async def close(self) -> None:
        """Close the connections."""
        await self._session.close()


class WebhookSender:
    """The process's one sender of webhooks.

    Attributes:
        failures: Deliveries that were given up.
    """

    def __init__(
        self,
        secret: str,
        *,
        wall_clock: Callable[[], float],
        post: WebhookPost | None = None,
        patience: Patience = Patience(),
    ) -> None:
        """Set up; nothing is opened before it is needed.

        Args:
            secret: Signs what is posted; empty: nothing is signed.
            wall_clock: Seconds since the epoch, for the signature.
            post: How it gets there; by default over HTTP.
            patience: How long to try.
        """
        self.failures = 0
        self._secret = secret.encode()
        self._wall_clock = wall_clock
        self._http = HttpWebhookPost()
        self._post = post or self._http
        self._patience = patience
        self._under_way: set[asyncio.Task[None]] = set()

    def send(self, urls: Sequence[str], body: bytes, delivery: str) -> None:
        """Have JSON posted to each address; returns at once.

        Args:
            urls: Where to.
            body: The JSON.
            delivery: Names it, the same at each try.
        """
        for url in urls:
            if len(self._under_way) >= MOST_UNDER_WAY:
                self._give_up(delivery, "too many are under way")
                continue
            task = asyncio.get_running_loop().create_task(
                self._deliver(url, body, delivery), name=f"webhook {delivery}"
            )
            self._under_way.add(task)
            task.add_done_callback(self._under_way.discard)

    async def close(self) -> None:
        """Give what is under way a little time, and close the connections."""
        if self._under_way:
            _, late = await asyncio.wait(self._under_way, timeout=self._patience.last_words)
            for task in late:
                task.cancel()
            if late:
                self.failures += len(late)
                logger.error("{} webhooks were not delivered: the process ends", len(late))
                await asyncio.wait(late)
        await self._http.close()

    async def _deliver(self, url: str, body: bytes, delivery: str) -> None:
        fault = ""
        for pause in (0.0, *self._patience.pauses):
            await asyncio.sleep(pause)
            try:
                async with asyncio.timeout(self._patience.attempt):
                    status = await self._post(url, body, self._headers(url, body, delivery))
            except OSError as error:  # a time-out is one
                fault = str(error) or type(error).__name__
                continue
            if 200 <= status < 300:
                return
            fault = f"answered {status}"
            if status < 500 and status not in (408, 425, 429):
                break
        self._give_up(delivery, fault)

    def _give_up(self, delivery: str, fault: str) -> None:
        self.failures += 1
        logger.error("The webhook of {} was not delivered: {}", delivery, fault)

    def _headers(self, url: str, body: bytes, delivery: str) -> dict[str, str]:
        headers = {"Content-Type": "application/json", DELIVERY: delivery}
        if self._secret:
            timestamp = str(int(self._wall_clock()))
            headers[TIMESTAMP] = timestamp
            headers[SIGNATURE] = signature(self._secret, timestamp, url, body)
        return headers


def signature(secret: bytes, timestamp: str, url: str, body: bytes) -> str:
    """The value of ``X-Callwright-Signature``."""
    signed = b".".join((timestamp.encode(), url.encode(), body))
    return base64.b64encode(hmac.new(secret, signed, hashlib.sha256).digest()).decode("ascii")
