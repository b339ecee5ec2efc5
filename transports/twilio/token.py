"""The pass that lets a media stream in: signed, short-lived, good for one stream of one call.

Nothing is kept between the webhook and the stream. What the stream needs to know travels in the
token, which TwiML carries as a ``<Parameter>`` and Twilio hands back in ``start``. So any process
that has the key can take the stream. That a token was used is known to the process that took it and
to its neighbours on the machine (``used_tokens``); everywhere else its expiry and its CallSid have
to do.

A name and a value of a ``<Parameter>`` may hold some 500 characters together; a token has about
250, and at most 480 whatever the caller's address is: that is cut first.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import msgspec

from transports.twilio.base64_url import to_bytes, to_text
from transports.twilio.used_tokens import UsedHere, UsedTokens

LIFETIME: Final = 60
"""Seconds from the webhook to the stream's ``start``."""

MAX_TOKEN_CHARS: Final = 480

MAX_SID_CHARS: Final = 40
"""Twilio's have 34."""

MAX_NAME_BYTES: Final = 128
"""Of a call file's name."""

_MAX_ADDRESS_BYTES: Final = 64
_MAX_BODY_BYTES: Final = MAX_TOKEN_CHARS * 3 // 4 - 32
_SIGNATURE_BYTES: Final = 32


class TokenRefusal(StrEnum):
    """Why a stream was not let in, for the log."""

    MISSING = "no token"
    MALFORMED = "not a token"
    FORGED = "wrong signature"
    EXPIRED = "expired"
    WRONG_CALL = "made for another call"
    USED = "used before"


class TokenRefusedError(Exception):
    """A stream's token does not let it in."""

    def __init__(self, refusal: TokenRefusal) -> None:
        super().__init__(refusal.value)
        self.refusal = refusal


@dataclass(frozen=True, slots=True)
class StreamClaims:
    """What the webhook knew about a call, vouched for by the token.

    Attributes:
        call_sid: Twilio's id of the call.
        called: The called number (``To``).
        caller: The calling number (``From``); may be empty.
        file_name: The call file that answers.
        account_sid: Twilio's id of the account.
    """

    call_sid: str
    called: str = ""
    caller: str = ""
    file_name: str = ""
    account_sid: str = ""


class _Content(msgspec.Struct, array_like=True, frozen=True):
    expires_at: int
    nonce: str
    call_sid: str
    called: str
    caller: str
    file_name: str
    account_sid: str


_content: Final = msgspec.json.Decoder(_Content)


def random_nonce() -> str:
    """A name for a token that no other token has."""
    return secrets.token_urlsafe(9)


class StreamTokens:
    """Makes tokens at the webhook and takes them at the stream.

    Instants are whole seconds of wall-clock time: processes that share the key share no other
    clock.
    """

    def __init__(
        self,
        secret: str | None = None,
        *,
        lifetime: int = LIFETIME,
        nonce: Callable[[], str] = random_nonce,
        used: UsedTokens | None = None,
    ) -> None:
        """Derive the key.

        Args:
            secret: Known to every process that may take a stream; None: this process alone.
            lifetime: Seconds that a token is good for.
            nonce: Makes a token's own name.
            used: Remembers which were taken; None: this process alone.
        """
        material = secret.encode() if secret else secrets.token_bytes(32)
        self._key = hmac.digest(material, b"callwright media stream token 1", hashlib.sha256)
        self._lifetime = lifetime
        self._new_nonce = nonce
        self._used = UsedHere() if used is None else used

    def issue(self, claims: StreamClaims, now: int, *, retry_of: str = "") -> str:
        """Make the token for one stream of a call.

        Args:
            claims: What it vouches for.
            now: Wall-clock time, seconds.
            retry_of: What is the same in all retries of one webhook. Tokens made for the same
                let in one stream together.

        Returns:
            The token; in it, addresses of more than 64 bytes are cut, and the caller's even
            shorter where a call file's long name takes the room.
        """
        assert len(claims.call_sid) <= MAX_SID_CHARS, "checked where it came in"
        content = _Content(
            expires_at=now + self._lifetime,
            nonce=self._nonce(claims.call_sid, retry_of),
            call_sid=claims.call_sid,
            called=_cut(claims.called, _MAX_ADDRESS_BYTES),
            caller="",
            file_name=_cut(claims.file_name, MAX_NAME_BYTES),
            account_sid=_cut(claims.account_sid, MAX_SID_CHARS),
        )
        room = _MAX_BODY_BYTES - len(msgspec.json.encode(content))
        caller = _cut(claims.caller, min(room, _MAX_ADDRESS_BYTES))
        body = msgspec.json.encode(msgspec.structs.replace(content, caller=caller))
        return to_text(hmac.digest(self._key, body, hashlib.sha256) + body)

    def redeem(self, token: str, call_sid: str, now: int) -> StreamClaims:
        """Take a token, once.

        Args:
            token: As the stream's ``start`` brought it.
            call_sid: The call that the stream says it belongs to.
            now: Wall-clock time, seconds.

        Raises:
            TokenRefusedError: It does not let this stream in.
        """
        content = self._read(token)
        if now >= content.expires_at:
            raise TokenRefusedError(TokenRefusal.EXPIRED)
        if content.call_sid != call_sid:
            raise TokenRefusedError(TokenRefusal.WRONG_CALL)
        if not self._used.take(content.nonce, content.expires_at, now):
            raise TokenRefusedError(TokenRefusal.USED)
        return StreamClaims(
            call_sid=content.call_sid,
            called=content.called,
            caller=content.caller,
            file_name=content.file_name,
            account_sid=content.account_sid,
        )

    def _read(self, token: str) -> _Content:
        if not token:
            raise TokenRefusedError(TokenRefusal.MISSING)
        try:
            signed = _decode(token)
        except ValueError as error:
            raise TokenRefusedError(TokenRefusal.MALFORMED) from error
        signature, body = signed[:_SIGNATURE_BYTES], signed[_SIGNATURE_BYTES:]
        if not body:
            raise TokenRefusedError(TokenRefusal.MALFORMED)
        if not hmac.compare_digest(signature, hmac.digest(self._key, body, hashlib.sha256)):
            raise TokenRefusedError(TokenRefusal.FORGED)
        return _content.decode(body)

    def _nonce(self, call_sid: str, retry_of: str) -> str:
        if not retry_of:
            return self._new_nonce()
        same = msgspec.json.encode([call_sid, retry_of])
        return to_text(hmac.digest(self._key, b"nonce" + same, hashlib.sha256)[:9])


def _cut(text: str, most_bytes: int) -> str:
    """Shorten a text until its JSON fits."""
    text = text.encode("utf-8", "replace").decode("utf-8")[:most_bytes]
    while len(msgspec.json.encode(text)) > most_bytes + 2:
        text = text[:-1]
    return text


def _decode(text: str) -> bytes:
    if len(text) > MAX_TOKEN_CHARS:
        raise ValueError("too long")
    return to_bytes(text)
