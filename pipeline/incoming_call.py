"""The voice webhook: a call rings, and TwiML says what becomes of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Protocol

from loguru import logger
from starlette.requests import Request
from starlette.responses import Response

from pipeline.admission import Overload
from pipeline.gate import Gate
from pipeline.overflow import Overflow
from pipeline.webhook import Fields, RefusedError, one, read_webhook
from transports.twilio.token import MAX_SID_CHARS, StreamClaims, StreamTokens
from transports.twilio.twiml import Spoken, connect_stream, say_and_dial, say_and_hang_up


class CallFile(Protocol):
    """What the webhook needs to know of a call file."""

    @property
    def name(self) -> str:
        """What logs and records call it."""
        ...

    @property
    def fallback(self) -> str:
        """What Twilio says when the stream ends before the call."""
        ...

    @property
    def overflow(self) -> Overflow:
        """What the caller gets when no more calls are taken."""
        ...

    @property
    def twiml_language(self) -> str:
        """The language of both, like ``en-US``; empty: Twilio's default."""
        ...

    @property
    def twiml_voice(self) -> str | None:
        """Twilio's name of their voice; None: the account's own."""
        ...


class Catalog(Protocol):
    """The call files that are served."""

    def for_number(self, to: str) -> CallFile | None:
        """The file that answers a called number; None: nobody does."""
        ...

    def named(self, name: str) -> CallFile | None:
        """The file of a name, as a token carries it; None: it is not served."""
        ...


class IncomingCall:
    """Answers ``GET`` and ``POST /incoming-call``.

    Keeps nothing: what the stream needs travels in its token. A webhook that Twilio repeats gets
    an answer as good as the first, and both together let in one stream.
    """

    def __init__(
        self,
        catalog: Catalog,
        gate: Gate,
        tokens: StreamTokens,
        *,
        wall_clock: Callable[[], float],
        overload: Callable[[], Overload | None],
        rings: Callable[[StreamClaims], None],
        unknown_number: Spoken,
        headers: Mapping[str, str],
        refused: Callable[[str], None],
    ) -> None:
        self._catalog = catalog
        self._gate = gate
        self._tokens = tokens
        self._wall_clock = wall_clock
        self._overload = overload
        self._rings = rings
        self._unknown_number = unknown_number
        self._headers = headers
        self._refused = refused

    async def answer(self, request: Request) -> Response:
        """Answer one webhook."""
        try:
            fields = await read_webhook(request, self._gate)
        except RefusedError as error:
            return error.response
        call_sid = one(fields, "CallSid")
        if not call_sid or len(call_sid) > MAX_SID_CHARS:
            logger.warning("Webhook refused: no CallSid")
            return RefusedError(400).response
        retry_of = request.headers.get("i-twilio-idempotency-token", "")
        document = self._take(request, call_sid, fields, retry_of)
        return Response(document, media_type="text/xml", headers=self._headers)

    def _take(self, request: Request, call_sid: str, fields: Fields, retry_of: str) -> str:
        log = logger.bind(call_sid=call_sid)
        called = one(fields, "To")
        file = self._catalog.for_number(called)
        if file is None:
            log.warning("Call refused: no call file answers {called}", called=called)
            self._refused("unknown_number")
            return say_and_hang_up(self._unknown_number)
        overload = self._overload()
        if overload is not None:
            log.warning("Call sent elsewhere: {reason}", reason=overload.value)
            self._refused(overload.value)
            return _overflowing(file)
        claims = StreamClaims(
            call_sid=call_sid,
            called=called,
            caller=one(fields, "From"),
            file_name=file.name,
            account_sid=one(fields, "AccountSid"),
        )
        token = self._tokens.issue(claims, int(self._wall_clock()), retry_of=retry_of)
        self._rings(claims)
        log.info("Call rings: {file} answers", file=file.name)
        url = self._gate.stream_url(request.scope)
        fallback = Spoken(file.fallback, file.twiml_language, file.twiml_voice)
        return connect_stream(url, token, fallback, self._gate.server_url(request.scope))


Ring = Callable[[StreamClaims], Awaitable[None]]
"""Told of each call that rings, before its stream comes, if it does: time to dial the model."""


def _overflowing(file: CallFile) -> str:
    overflow = file.overflow
    words = Spoken(overflow.say, file.twiml_language, file.twiml_voice)
    if overflow.dial is not None:
        return say_and_dial(words, overflow.dial, overflow.dial_timeout)
    return say_and_hang_up(words)
