"""Text messages by Twilio's REST API.

One ``POST /2010-04-01/Accounts/{AC}/Messages.json`` each (Twilio, Create a Message resource). A
message that may have gone out is not sent again: it is tried anew only where Twilio says that it
was too busy, or could not be reached at all.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final
from urllib.parse import quote

from loguru import logger

from transports.twilio.http_post import HttpPost, Post
from transports.twilio.rest import RestCredentials

MOST_LETTERS: Final = 1600
"""Characters of a message; Twilio refuses longer ones."""

ATTEMPTS: Final = 3
FIRST_PAUSE: Final = 0.5
"""Seconds before the second attempt; doubled each time, and jittered."""

ATTEMPT_TIMEOUT: Final = 5.0


class TwilioMessages:
    """The process's one way to send text messages."""

    def __init__(
        self,
        credentials: RestCredentials,
        *,
        api_url: str = "https://api.twilio.com",
        jitter: Callable[[], float],
        post: Post | None = None,
    ) -> None:
        """Set up; nothing is opened before it is needed.

        Args:
            credentials: Who asks.
            api_url: The API's address.
            jitter: From 0 to 1, for the pauses.
            post: How a form gets there; by default over HTTP.
        """
        self._credentials = credentials
        self._api_url = api_url.rstrip("/")
        self._jitter = jitter
        self._http = HttpPost()
        self._post = post or self._http

    async def send_sms(self, to: str, sender: str, body: str, account_sid: str = "") -> bool:
        """Send a message; False when that can't be done. Never raises."""
        account = self._credentials.account_sid or account_sid
        if not account:
            logger.warning("No message can be sent: the account is unknown")
            return False
        url = f"{self._api_url}/2010-04-01/Accounts/{quote(account, safe='')}/Messages.json"
        form = {"To": to, "From": sender, "Body": body[:MOST_LETTERS]}
        headers = {"Authorization": self._credentials.authorization(account)}
        for attempt in range(ATTEMPTS):
            if attempt:
                pause = FIRST_PAUSE * 2 ** (attempt - 1)
                await asyncio.sleep(pause * (0.5 + self._jitter()))
            try:
                async with asyncio.timeout(ATTEMPT_TIMEOUT):
                    status, _ = await self._post(url, form, headers)
            except TimeoutError:
                logger.error("Twilio did not say whether it took a message")
                return False
            except OSError as error:
                logger.warning("Twilio's REST API not reached: {}", type(error).__name__)
                continue
            if 200 <= status < 300:
                return True
            if status != 429:
                logger.error("Twilio refused a message: status {}", status)
                return False
        return False

    async def close(self) -> None:
        """Close the connections."""
        await self._http.close()
