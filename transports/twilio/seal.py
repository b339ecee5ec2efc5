"""What we hand to Twilio and get back later, and nobody can have changed on the way.

Nothing is kept between two webhooks: what the second one must know travels in its address. Any
process that has the secret can take it.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import zlib
from typing import Final, Generic, TypeVar

import msgspec

from transports.twilio.base64_url import to_bytes, to_text

T = TypeVar("T")

_SIGNATURE_BYTES: Final = 16
_MOST_BYTES: Final = 64 * 1024
"""Of what is sealed, unpacked."""


class SealError(Exception):
    """What came back is not what was handed out, or it is too old."""


class _Content(msgspec.Struct, array_like=True, frozen=True):
    expires_at: int
    body: msgspec.Raw


class Seal(Generic[T]):
    """Seals values of one kind for one purpose.

    Instants are whole seconds of wall-clock time: processes that share the secret share no other
    clock.
    """

    def __init__(self, kind: type[T], secret: str | None, purpose: str) -> None:
        """Derive the key.

        Args:
            kind: A msgspec struct.
            secret: Known to every process that may open it; None: this process alone.
            purpose: Sealed values of one purpose are no good for another.
        """
        material = secret.encode() if secret else secrets.token_bytes(32)
        self._key = hmac.digest(material, f"callwright {purpose}".encode(), hashlib.sha256)
        self._content = msgspec.json.Decoder(_Content)
        self._value = msgspec.json.Decoder(kind)

    def close(self, value: T, expires_at: int) -> str:
        """Seal a value; the text can stand in an address as it is."""
        body = msgspec.json.encode(_Content(expires_at, msgspec.Raw(msgspec.json.encode(value))))
        packed = zlib.compress(body, 9)
        return to_text(self._signature(packed) + packed)

    def open(self, text: str, now: int) -> T:
        """Get a value back.

        Raises:
            SealError: The text is not ours, or too old.
        """
        try:
            sealed = to_bytes(text)
        except ValueError as error:
            raise SealError("not a sealed text") from error
        signature, packed = sealed[:_SIGNATURE_BYTES], sealed[_SIGNATURE_BYTES:]
        if not hmac.compare_digest(signature, self._signature(packed)):
            raise SealError("wrong signature")
        body = zlib.decompressobj().decompress(packed, _MOST_BYTES)
        content = self._content.decode(body)
        if now >= content.expires_at:
            raise SealError("expired")
        return self._value.decode(content.body)

    def _signature(self, packed: bytes) -> bytes:
        return hmac.digest(self._key, packed, hashlib.sha256)[:_SIGNATURE_BYTES]
