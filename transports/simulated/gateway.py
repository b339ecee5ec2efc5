"""How the simulated phone company asks a server: addresses and signatures."""

from __future__ import annotations

from urllib.parse import urlsplit, urlunsplit

from transports.simulated.server_access import Form, HttpAccess, ServerAccess
from transports.simulated.signature import twilio_signature
from transports.socket import Socket


class Gateway:
    """One server that answers calls, and the account that they belong to.

    The server may say that it has a public address which can't be reached from here; requests are
    signed over that address, as Twilio would, and go to where the server really listens.
    """

    def __init__(
        self,
        server_url: str,
        *,
        account_sid: str,
        auth_token: str = "",
        public_url: str = "",
        access: ServerAccess | None = None,
    ) -> None:
        """Know the server.

        Args:
            server_url: Where it really listens, ``http://127.0.0.1:5050``.
            account_sid: The account that owns the called number.
            auth_token: Signs requests; without it they are not signed.
            public_url: The address that the server says it has, if another one.
            access: The way to it; by default over the network.
        """
        self.account_sid = account_sid
        self._server = urlsplit(server_url)
        self._public = urlsplit(public_url or server_url)
        self._auth_token = auth_token
        self._access = access or HttpAccess()

    def incoming_call_url(self) -> str:
        """The voice webhook, as Twilio's console would name it."""
        return urlunsplit(self._public._replace(path="/incoming-call"))

    async def fetch(self, method: str, url: str, form: Form | None) -> tuple[int, str]:
        """Ask for the document at ``url``; the answer's status and text.

        Raises:
            OSError: No answer came, or none in time.
        """
        headers = self.signed(url, form)
        return await self._access.request(method, self.address_of(url), form, headers)

    async def open_stream(self, url: str) -> Socket:
        """Open a media stream to ``url``.

        Raises:
            HandshakeRefusedError: The server does not want it.
            OSError: There is no server, or it does not answer.
        """
        return await self._access.open_stream(self.address_of(url), self.signed(url))

    def signed(self, url: str, form: Form | None = None) -> dict[str, str]:
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
