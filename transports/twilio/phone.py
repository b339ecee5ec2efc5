"""The caller's leg, as its own call may change it."""

from __future__ import annotations

from transports.socket import Socket
from transports.twilio.rest import TwilioRest
from transports.twilio.twiml import Spoken, say_and_hang_up


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
