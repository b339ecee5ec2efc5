"""Whether a request is really from Twilio.

Twilio signs what it asks for: the exact public URL and, for a form, its fields (Twilio, Webhooks
security). The work is done by Twilio's own library; here is what surrounds it: which URL that
was, which secret, and the WebSocket handshake of a media stream, which is signed over its
``wss://`` URL alone (twilio-labs/twilio-aspnet, issue 162).
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping, Sequence
from enum import Enum, auto
from typing import Final
from urllib.parse import urlsplit

from loguru import logger
from twilio.request_validator import (
    SIGNATURE_HEADER,
    SIGNATURE_SETTINGS_HEADER,
    RequestValidator,
    get_signature_algorithm,
)

Headers = Mapping[str, str]
"""Request headers; lookup must ignore case, as Starlette's does."""

_SECURE: Final = frozenset({"https", "wss"})


class Signature(Enum):
    """What a request's signature is worth."""

    VALID = auto()
    ABSENT = auto()
    INVALID = auto()


class PublicAddress:
    """The address under which Twilio knows this server.

    Best is ``PUBLIC_URL``. Without it the request itself has to say: its ``Host``, or what a
    proxy writes into ``X-Forwarded-Host`` and ``-Proto``, but only if told to trust one, since
    anybody may send those.
    """

    def __init__(self, public_url: str = "", *, trust_proxy: bool = False) -> None:
        self._public_url = public_url.rstrip("/")
        self._trust_proxy = trust_proxy

    def http(self, scheme: str, headers: Headers, path: str, query: str = "") -> str:
        """The URL of a request as Twilio wrote it, of all but its fragment."""
        url = self._base(scheme, headers) + path
        return f"{url}?{query}" if query else url

    def websocket(self, scheme: str, headers: Headers, path: str) -> str:
        """The URL of a media stream: ``wss``, or ``ws`` where only loopback can listen."""
        base = self._base(scheme, headers)
        found, _, rest = base.partition("://")
        secure = found in _SECURE or not is_loopback(host_of(base))
        return f"{'wss' if secure else 'ws'}://{rest}{path}"

    def _base(self, scheme: str, headers: Headers) -> str:
        if self._public_url:
            return self._public_url
        host = headers.get("host", "")
        secure = scheme in _SECURE
        if self._trust_proxy:
            host = _first(headers.get("x-forwarded-host", "")) or host
            forwarded = _first(headers.get("x-forwarded-proto", ""))
            secure = forwarded in _SECURE if forwarded else secure
        return f"{'https' if secure else 'http'}://{host}"


class SignatureCheck:
    """Checks signatures with the account's auth token, or with a shared key where one is used."""

    def __init__(self, auth_token: str = "", shared_key: str = "") -> None:
        self._auth_token = auth_token
        self._shared_key = shared_key

    def http(
        self, url: str, headers: Headers, form: Mapping[str, Sequence[str]] | None = None
    ) -> Signature:
        """Check a webhook: ``form`` holds the fields of a POST, none of a GET."""
        return self._check([url], headers, form)

    def handshake(self, url: str, headers: Headers) -> Signature:
        """Check a media stream's handshake: ``url`` as ``PublicAddress.websocket`` gives it.

        Some proxies add or take a slash at the end, so both are tried. The library knows only
        the ports of http, so 443 is tried here.
        """
        paths = [url, url[:-1] if url.endswith("/") else f"{url}/"]
        return self._check([*paths, *map(_with_port_443, paths)], headers, None)

    def _check(
        self, urls: Sequence[str], headers: Headers, form: Mapping[str, Sequence[str]] | None
    ) -> Signature:
        signature = headers.get(SIGNATURE_HEADER)
        if signature is None:
            return Signature.ABSENT
        settings = headers.get(SIGNATURE_SETTINGS_HEADER)
        secret = self._shared_key if settings and self._shared_key else self._auth_token
        if not secret:
            return Signature.INVALID
        validator = RequestValidator(secret)
        algorithm = get_signature_algorithm(settings)
        fields = _Fields(form or {})
        try:
            valid = any(validator.validate(url, fields, signature, algorithm) for url in urls)
        except ValueError:  # a Host header that is no host
            logger.debug("Signature can't be checked: the request's address is no URL")
            return Signature.INVALID
        return Signature.VALID if valid else Signature.INVALID


class _Fields(dict[str, list[str]]):
    """Form fields as the library reads them: it asks for all values of a name."""

    def __init__(self, form: Mapping[str, Sequence[str]]) -> None:
        super().__init__({name: list(values) for name, values in form.items()})

    def getlist(self, name: str) -> list[str]:
        return self[name]


def is_loopback(host: str) -> bool:
    """Whether a host name or address is this machine and no other."""
    if host.lower() == "localhost":
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped.is_loopback
    return address.is_loopback


def host_of(url: str) -> str:
    """The host in a URL; empty when there is none."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def _with_port_443(url: str) -> str:
    scheme, _, rest = url.partition("://")
    host, slash, path = rest.partition("/")
    return url if ":" in host else f"{scheme}://{host}:443{slash}{path}"


def _first(header: str) -> str:
    return header.partition(",")[0].strip()
