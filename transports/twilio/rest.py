"""What only Twilio's REST API can do: end a call, give it new TwiML, call somebody, send a text.

One request each below ``/2010-04-01/Accounts/{AC}`` (Twilio, REST API: Call and Message resources).
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

from transports.twilio.http_post import HttpPost, Post

_RANDOM: Final = random.SystemRandom()

_MOST_SMS: Final = 1600
"""Characters of a text message (Twilio, Create a message)."""

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


class LegStatus(msgspec.Struct, frozen=True):
    """What Twilio says of a call.

    Attributes:
        sid: Its SID.
        status: queued, ringing, in-progress, completed, busy, failed, no-answer or canceled.
        answered_by: What answered, where it was to find that out: human, machine_start ...
    """

    sid: str = ""
    status: str = ""
    answered_by: str | None = None


_api_error: Final = msgspec.json.Decoder(_ApiError)
_leg_status: Final = msgspec.json.Decoder(LegStatus)


@dataclass(frozen=True, slots=True)
class _Asked:
    """One request.

    Attributes:
        path: Below the account.
        form: What is posted; None: nothing, it is only asked for.
        account_sid: The account, where the credentials don't say it.
        call_sid: The call that it is about, for the log.
        once: Never to be repeated when it may have worked.
    """

    path: str
    form: Mapping[str, str] | None = None
    account_sid: str = ""
    call_sid: str = ""
    once: bool = False


@dataclass(frozen=True, slots=True)
class _Answer:
    outcome: RestOutcome
    body: bytes = b""


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

    async def start_call(self, form: Mapping[str, str], account_sid: str = "") -> str:
        """Call somebody; the SID of their leg, or nothing if that can't be done.

        A request that timed out is not repeated: two phones would ring.

        Args:
            form: ``To``, ``From``, ``Twiml`` and what else the leg needs (Twilio, Create a call).
            account_sid: The account, where the credentials don't say it.
        """
        answer = await self._ask(_Asked("Calls.json", form, account_sid, once=True))
        leg = _read(answer)
        return "" if leg is None else leg.sid

    async def call_status(self, call_sid: str, account_sid: str = "") -> LegStatus | None:
        """What Twilio says of a call; None: it can't be asked."""
        path = f"Calls/{quote(call_sid, safe='')}.json"
        return _read(await self._ask(_Asked(path, None, account_sid, call_sid)))

    async def send_sms(self, to: str, sender: str, body: str, account_sid: str = "") -> bool:
        """Send a text message; False when that can't be done. It is not repeated once sent."""
        form = {"To": to, "From": sender, "Body": body[:_MOST_SMS]}
        answer = await self._ask(_Asked("Messages.json", form, account_sid, once=True))
        return answer.outcome is RestOutcome.DONE

    async def close(self) -> None:
        """Close the connections."""
        await self._http.close()

    async def _change(
        self, call_sid: str, account_sid: str, form: Mapping[str, str]
    ) -> RestOutcome:
        path = f"Calls/{quote(call_sid, safe='')}.json"
        return (await self._ask(_Asked(path, form, account_sid, call_sid))).outcome

    async def _ask(self, asked: _Asked) -> _Answer:
        account = self._credentials.account_sid or asked.account_sid
        log = logger.bind(call_sid=asked.call_sid or "-")
        if not account:
            log.warning("Twilio's REST API can't be asked: the account is unknown")
            return _Answer(RestOutcome.FAILED)
        url = f"{self._api_url}/2010-04-01/Accounts/{quote(account, safe='')}/{asked.path}"
        authorization = self._credentials.authorization(account)
        pause = self._patience.first_pause
        try:
            async with asyncio.timeout(self._patience.total):
                while True:
                    answer = await self._attempt(url, authorization, asked)
                    if answer.outcome is not RestOutcome.TRY_AGAIN:
                        return answer
                    await asyncio.sleep(pause * (0.5 + self._jitter()))
                    pause *= 2
        except TimeoutError:
            logger.bind(call_sid=asked.call_sid or "-").error(
                "Twilio's REST API did not take a request in time"
            )
            return _Answer(RestOutcome.FAILED)

    async def _attempt(self, url: str, authorization: str, asked: _Asked) -> _Answer:
        log = logger.bind(call_sid=asked.call_sid or "-")
        try:
            async with asyncio.timeout(self._patience.attempt):
                status, body = await self._post(url, asked.form, {"Authorization": authorization})
        except OSError as error:  # a time-out is one
            fault = str(error) or type(error).__name__
            log.warning("Twilio's REST API not reached: {fault}", fault=fault)
            may_have_worked = asked.once and isinstance(error, TimeoutError)
            return _Answer(RestOutcome.FAILED if may_have_worked else RestOutcome.TRY_AGAIN)
        if 200 <= status < 300:
            return _Answer(RestOutcome.DONE, body)
        code = _code(body)
        if status in (400, 404) and code in _ENDED_CODES:
            return _Answer(RestOutcome.CALL_IS_OVER)
        if status == 429 or status >= 500:
            log.warning("Twilio's REST API is busy: {status}", status=status)
            return _Answer(RestOutcome.TRY_AGAIN)
        log.error("Twilio refused a request: {status}, code {code}", status=status, code=code)
        return _Answer(RestOutcome.FAILED)


def _code(body: bytes) -> int | None:
    try:
        return _api_error.decode(body).code
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return None


def _read(answer: _Answer) -> LegStatus | None:
    if answer.outcome is not RestOutcome.DONE:
        return None
    try:
        return _leg_status.decode(answer.body)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return None
