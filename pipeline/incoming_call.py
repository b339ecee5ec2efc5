"""The voice webhook: a call rings, and TwiML says what becomes of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Protocol
from urllib.parse import parse_qs

from loguru import logger
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response

from pipeline.admission import Overload
from pipeline.gate import Gate
from pipeline.overflow import Overflow
from transports.twilio.token import MAX_SID_CHARS, StreamClaims, StreamTokens
from transports.twilio.twiml import Spoken, connect_stream, say_and_dial, say_and_hang_up

MAX_BODY_BYTES = 64 * 1024
MAX_FIELDS = 200

Fields = dict[str, list[str]]


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
    ) -> None:
        self._catalog = catalog
        self._gate = gate
        self._tokens = tokens
        self._wall_clock = wall_clock
        self._overload = overload
        self._rings = rings
        self._unknown_number = unknown_number
        self._headers = headers

    async def answer(self, request: Request) -> Response:
        """Answer one webhook."""
        try:
            form = await _form(request) if request.method == "POST" else None
            fields = _fields(request.url.query) if form is None else form
        except ClientDisconnect:
            return _no(400)
        except _TooLargeError:
            return _no(413)
        except ValueError:  # not UTF-8, or too many fields
            return _no(400)
        refused = self._gate.refuses_webhook(request.scope, form)
        if refused is not None:
            logger.warning("Webhook refused: {reason}", reason=refused)
            return _no(403)
        call_sid = _one(fields, "CallSid")
        if not call_sid or len(call_sid) > MAX_SID_CHARS:
            logger.warning("Webhook refused: no CallSid")
            return _no(400)
        retry_of = request.headers.get("i-twilio-idempotency-token", "")
        document = self._take(request, call_sid, fields, retry_of)
        return Response(document, media_type="text/xml", headers=self._headers)

    def _take(self, request: Request, call_sid: str, fields: Fields, retry_of: str) -> str:
        log = logger.bind(call_sid=call_sid)
        called = _one(fields, "To")
        file = self._catalog.for_number(called)
        if file is None:
            log.warning("Call refused: no call file answers {called}", called=called)
            return say_and_hang_up(self._unknown_number)
        overload = self._overload()
        if overload is not None:
            log.warning("Call sent elsewhere: {reason}", reason=overload.value)
            return _overflowing(file)
        claims = StreamClaims(
            call_sid=call_sid,
            called=called,
            caller=_one(fields, "From"),
            file_name=file.name,
            account_sid=_one(fields, "AccountSid"),
        )
        token = self._tokens.issue(claims, int(self._wall_clock()), retry_of=retry_of)
        self._rings(claims)
        log.info("Call rings: {file} answers", file=file.name)
        url = self._gate.stream_url(request.scope)
        fallback = Spoken(file.fallback, file.twiml_language, file.twiml_voice)
        return connect_stream(url, token, fallback)


Ring = Callable[[StreamClaims], Awaitable[None]]
"""Told of each call that rings, before its stream comes, if it does: time to dial the model."""


class _TooLargeError(Exception):
    """A body of more than a webhook has."""


async def _form(request: Request) -> Fields:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY_BYTES:
            raise _TooLargeError
    content_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if content_type != "application/x-www-form-urlencoded":
        return {}
    return _fields(body.decode("utf-8"))


def _fields(text: str) -> Fields:
    # Blank values count: Twilio signs them, too.
    return parse_qs(text, keep_blank_values=True, max_num_fields=MAX_FIELDS)


def _one(fields: Fields, name: str) -> str:
    return fields.get(name, [""])[0]


def _overflowing(file: CallFile) -> str:
    overflow = file.overflow
    words = Spoken(overflow.say, file.twiml_language, file.twiml_voice)
    if overflow.dial is not None:
        return say_and_dial(words, overflow.dial, overflow.dial_timeout)
    return say_and_hang_up(words)


def _no(status: int) -> Response:
    words = {400: "Bad request", 403: "Forbidden", 413: "Too large"}
    return PlainTextResponse(words[status], status)
