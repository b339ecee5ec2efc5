"""How the simulated phone company reaches a server: addresses and signatures."""

from __future__ import annotations

from urllib.parse import urlsplit, urlunsplit

from transports.simulated.signature import twilio_signature


class Gateway:
    """One server that answers calls, and the account that they belong to.

    The server may say that it has a public address which can't be reached from here; requests are
    signed over that address, as Twilio would, and go to where the server really listens.
    """

    def __init__(
        self, server_url: str, *, account_sid: str, auth_token: str = "", public_url: str = ""
    ) -> None:
        """Know the server.

        Args:
            server_url: Where it really listens, ``http://127.0.0.1:5050``.
            account_sid: The account that owns the called number.
            auth_token: Signs requests; without it they are not signed.
            public_url: The address that the server says it has, if another one.
        """
        self.account_sid = account_sid
        self._server = urlsplit(server_url)
        self._public = urlsplit(public_url or server_url)
        self._auth_token = auth_token

    def incoming_call_url(self) -> str:
        """The voice webhook, as Twilio's console would name it."""
        return urlunsplit(self._public._replace(path="/incoming-call"))

    def signed(self, url: str, form: list[tuple[str, str]] | None = None) -> dict[str, str]:
        """The headers of a request to ``url``."""
        if not self._auth_token:
            return {}
        return {"X-Twilio-Signature": twilio_signature(self._auth_token, url, form)}

    def address_of(self, url: str) -> str:
        """Where ``url`` is really served."""
        parts = urlsplit(url)
        if parts.netloc != self._public.netloc:
            return url
        family = "http" if parts.scheme.startswith("http") else "ws"
        scheme = family + ("s" if self._server.scheme == "https" else "")
        return urlunsplit(parts._replace(scheme=scheme, netloc=self._server.netloc))
