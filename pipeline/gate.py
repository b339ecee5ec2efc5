"""Who may come in: Twilio by its signature, or, where none can be checked, this machine alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import Enum, auto
from typing import Final

from starlette.datastructures import Headers
from starlette.types import Scope

from pipeline.settings import Settings
from transports.twilio.signature import (
    PublicAddress,
    Signature,
    SignatureCheck,
    host_of,
    is_loopback,
)

STREAM_PATH: Final = "/media-stream"

_RELAYED: Final = ("x-forwarded-for", "x-forwarded-host", "forwarded", "via")


class Handshake(Enum):
    """What a stream's handshake tells about its peer."""

    SIGNED = auto()
    UNSIGNED = auto()
    FORGED = auto()
    UNCHECKED = auto()


class Gate:
    """Says of each request why it is refused, or nothing when it may come in."""

    def __init__(self, settings: Settings) -> None:
        self._address = PublicAddress(settings.public_url, trust_proxy=settings.trust_proxy)
        self._signatures = (
            SignatureCheck(settings.auth_token, settings.shared_key)
            if settings.checks_signatures
            else None
        )
        self._require_stream_signature = settings.require_stream_signature

    def refuses_webhook(self, scope: Scope, form: Mapping[str, Sequence[str]] | None) -> str | None:
        """Judge a webhook; ``form`` holds a POST's fields, None stands for a GET."""
        if self._signatures is None:
            return _not_from_here(scope)
        headers = Headers(scope=scope)
        query = scope["query_string"].decode("latin-1")
        url = self._address.http(scope["scheme"], headers, _path(scope), query)
        match self._signatures.http(url, headers, form):
            case Signature.VALID:
                return None
            case Signature.ABSENT:
                return "no signature"
            case Signature.INVALID:
                return "wrong signature (is PUBLIC_URL the address that Twilio calls?)"

    def refuses_stream(self, scope: Scope) -> str | None:
        """Judge a media stream's handshake. Its token is to be checked in any case."""
        match self.handshake(scope):
            case Handshake.UNCHECKED:
                return _not_from_here(scope)
            case Handshake.SIGNED:
                return None
            case Handshake.UNSIGNED:
                return "no signature" if self._require_stream_signature else None
            case Handshake.FORGED:
                return "wrong signature (is PUBLIC_URL the address that Twilio calls?)"

    def handshake(self, scope: Scope) -> Handshake:
        """Look at the signature of a media stream's handshake."""
        if self._signatures is None:
            return Handshake.UNCHECKED
        headers = Headers(scope=scope)
        url = self._address.websocket(scope["scheme"], headers, _path(scope))
        match self._signatures.handshake(url, headers):
            case Signature.VALID:
                return Handshake.SIGNED
            case Signature.ABSENT:
                return Handshake.UNSIGNED
            case Signature.INVALID:
                return Handshake.FORGED

    def stream_url(self, scope: Scope) -> str:
        """Where a webhook's call is to open its media stream."""
        return self._address.websocket(scope["scheme"], Headers(scope=scope), STREAM_PATH)

    def server_url(self, scope: Scope) -> str:
        """Scheme and host under which Twilio reached this server."""
        return self._address.http(scope["scheme"], Headers(scope=scope), "")


def _not_from_here(scope: Scope) -> str | None:
    """Why a request is not from this machine itself; None if it is.

    A tunnel or proxy on this machine speaks for others, and a web page can make a browser ask
    loopback under a foreign host name: neither is a caller on this machine.
    """
    client = scope.get("client")
    headers = Headers(scope=scope)
    if client is None or not is_loopback(client[0]):
        return "not from loopback, and no TWILIO_AUTH_TOKEN to check a signature with"
    if any(name in headers for name in _RELAYED):
        return "relayed to loopback, and no TWILIO_AUTH_TOKEN to check a signature with"
    if not is_loopback(host_of(f"http://{headers.get('host', '')}")):
        return "asked under a foreign host name, and no TWILIO_AUTH_TOKEN to check a signature with"
    return None


def _path(scope: Scope) -> str:
    """The path as it was asked for, percent signs and all."""
    raw: bytes | None = scope.get("raw_path")
    return raw.partition(b"?")[0].decode("latin-1") if raw else str(scope["path"])
