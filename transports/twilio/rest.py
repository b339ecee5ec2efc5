"""What only Twilio's REST API can do to a call: end it, or give it new TwiML.

One ``POST /2010-04-01/Accounts/{AC}/Calls/{CA}.json`` each (Twilio, Modify a call in progress).
It must never hurt the call: every attempt and the whole are bounded in time, a busy or failing
API is asked again after a pause, and nothing here raises.
"""

from __future__ import annotations

import asyncio
import base64
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Final
from urllib.parse import quote

import msgspec
from loguru import logger

from transports.socket import Socket
from transports.twilio.http_post import HttpPost, Post
from transports.twilio.twiml import Spoken, say_and_hang_up

_RANDOM: Final = random.SystemRandom()

_ENDED_CODES: Final = frozenset({20404, 21220})
"""Twilio's words for a call that is over: not found (20404), not in progress (21220)."""


@dataclass(frozen=True, slots=True)
class RestCredentials:
    """Who asks.

    Attributes:
        secret: The account's auth token, or an API key's secret.
        key_sid: The API key's SID; empty: the auth token speaks for the account.
        account_sid: The account; empty: the one that the call came with.
    """

    secret: str = field(repr=False)
    key_sid: str = ""
    account_sid: str = ""

    def authorization(self, account_sid: str) -> str:
        """The value of the ``Authorization`` header."""
        pair = f"{self.key_sid or account_sid}:{self.secret}".encode()
        return "Basic " + base64.b64encode(pair).decode("ascii")


@dataclass(frozen=True, slots=True)
class RestPatience:
    """How long to try, in seconds.

    Attributes:
        attempt: One request, from connecting to the answer's last byte.
        total: Everything, pauses included.
        first_pause: Before the second attempt; doubled each time, and jittered.
    """

    attempt: float = 4.0
    total: float = 10.0
    first_pause: float = 0.25


class RestOutcome(Enum):
    """What came of a request."""

    DONE = auto()
    CALL_IS_OVER = auto()
    FAILED = auto()
    TRY_AGAIN = auto()


class _ApiError(msgspec.Struct):
    code: int | None = None


_api_error: Final = msgspec.json.Decoder(_ApiError)


class TwilioRest:
    """The process's one client of Twilio's REST API."""

    def __init__(
        self,
        credentials: RestCredentials,
        *,
        api_url: str = "https://api.twilio.com",
        patience: RestPatience = RestPatience(),
        jitter: Callable[[], float] = _RANDOM.random,
        post: Post | None = None,
    ) -> None:
        """Set up; nothing is opened before it is needed.

        Args:
            credentials: Who asks.
            api_url: The API's address.
            patience: How long to try.
            jitter: From 0 to 1, for the pauses.
            post: How a form gets there; by default over HTTP.
        """
        self._credentials = credentials
        self._api_url = api_url.rstrip("/")
        self._patience = patience
        self._jitter = jitter
        self._http = HttpPost()
        self._post = post or self._http

    async def complete(self, call_sid: str, account_sid: str = "") -> bool:
        """Hang up. True when the call is over, also if it was before."""
        outcome = await self._change(call_sid, account_sid, {"Status": "completed"})
        return outcome in (RestOutcome.DONE, RestOutcome.CALL_IS_OVER)

    async def update(self, call_sid: str, twiml: str, account_sid: str = "") -> bool:
        """Give a call new TwiML, which ends its stream. False when that can't be done, or no more.

        An attempt that timed out is repeated, though it may have worked: to hear a sentence begin
        twice is better than to hear nothing.
        """
        outcome = await self._change(call_sid, account_sid, {"Twiml": twiml})
        return outcome is RestOutcome.DONE

    async def close(self) -> None:
        """Close the connections."""
        await self._http.close()

    async def _change(
        self, call_sid: str, account_sid: str, form: Mapping[str, str]
    ) -> RestOutcome:
        account = self._credentials.account_sid or account_sid
        if not account:
            logger.bind(call_sid=call_sid).warning("Call can't be changed: its account is unknown")
            return RestOutcome.FAILED
        call = f"Accounts/{quote(account, safe='')}/Calls/{quote(call_sid, safe='')}.json"
        url = f"{self._api_url}/2010-04-01/{call}"
        authorization = self._credentials.authorization(account)
        pause = self._patience.first_pause
        try:
            async with asyncio.timeout(self._patience.total):
                while True:
                    outcome = await self._attempt(url, authorization, call_sid, form)
                    if outcome is not RestOutcome.TRY_AGAIN:
                        return outcome
                    await asyncio.sleep(pause * (0.5 + self._jitter()))
                    pause *= 2
        except TimeoutError:
            logger.bind(call_sid=call_sid).error("Twilio's REST API did not take a change in time")
            return RestOutcome.FAILED

    async def _attempt(
        self, url: str, authorization: str, call_sid: str, form: Mapping[str, str]
    ) -> RestOutcome:
        log = logger.bind(call_sid=call_sid)
        try:
            async with asyncio.timeout(self._patience.attempt):
                status, body = await self._post(url, form, {"Authorization": authorization})
        except OSError as error:  # a time-out is one
            fault = str(error) or type(error).__name__
            log.warning("Twilio's REST API not reached: {fault}", fault=fault)
            return RestOutcome.TRY_AGAIN
        if 200 <= status < 300:
            return RestOutcome.DONE
        code = _code(body)
        if status in (400, 404) and code in _ENDED_CODES:
            return RestOutcome.CALL_IS_OVER
        if status == 429 or status >= 500:
            log.warning("Twilio's REST API is busy: {status}", status=status)
            return RestOutcome.TRY_AGAIN
        log.error("Twilio refused a change: {status}, code {code}", status=status, code=code)
        return RestOutcome.FAILED


def _code(body: bytes) -> int | None:
    try:
        return _api_error.decode(body).code
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return None


class CallPhone:
    """One caller's leg: the ``processors.context.Phone`` of a call."""

    def __init__(
        self,
        rest: TwilioRest | None,
        socket: Socket,
        call_sid: str,
        account_sid: str = "",
        *,
        language: str = "",
        voice: str | None = None,
    ) -> None:
        self._rest = rest
        self._language = language
        self._voice = voice
        self._socket = socket
        self._call_sid = call_sid
        self._account_sid = account_sid

    async def hang_up(self) -> bool:
        """End the call. True when it is over, also if it was already.

        Without REST credentials, or when the API fails, only the media socket can be closed. That
        ends the stream, and Twilio goes on with the TwiML behind it, which is the spoken
        fallback: the call ends after that. Then the answer is False.
        """
        if self._rest is not None and await self._rest.complete(self._call_sid, self._account_sid):
            return True
        await self._socket.close()
        return False

    async def say_and_hang_up(self, words: str) -> bool:
        """Have Twilio say something in its own voice and end the call; the stream ends at once.

        Without credentials, or when the API fails, it can't, and the answer is False: closing
        the socket then makes Twilio go on with the TwiML behind the stream, its fallback.
        """
        if self._rest is None:
            return False
        twiml = say_and_hang_up(Spoken(words, self._language, self._voice))
        return await self._rest.update(self._call_sid, twiml, self._account_sid)
