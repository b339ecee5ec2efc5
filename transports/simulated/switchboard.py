"""The calls in progress at the simulated phone company, where REST requests find them."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from transports.simulated.phone import SimulatedPhone
from transports.simulated.stream_facts import StreamEnd
from transports.simulated.twiml import Redirect


@dataclass(frozen=True, slots=True)
class CallSids:
    """Whose call it is, and which."""

    account_sid: str
    call_sid: str


class LiveCall:
    """One call in progress: what a REST request may do to it while its TwiML runs."""

    def __init__(self, sids: CallSids) -> None:
        self.sids = sids
        self.completed_by_rest = False
        self._phone: SimulatedPhone | None = None
        self._update: str | Redirect | None = None
        self._news = asyncio.Event()

    def complete(self) -> None:
        """End the call (``Status=completed``)."""
        self.completed_by_rest = True
        self._interrupt(StreamEnd.COMPLETED_BY_REST)

    def update(self, document: str | Redirect) -> None:
        """Carry out another document at once (``Twiml=`` or ``Url=``); a stream ends."""
        self._update = document
        self._interrupt(StreamEnd.REDIRECTED)

    def holds(self, phone: SimulatedPhone | None) -> None:
        """Say which stream is open, or that none is."""
        self._phone = phone

    @property
    def has_news(self) -> bool:
        """True if a request came that was not carried out yet."""
        return self._news.is_set()

    def take_update(self) -> str | Redirect | None:
        """The document to carry out next, if an update came since the last time."""
        update, self._update = self._update, None
        self._news.clear()
        return update

    async def pause(self, seconds: float) -> None:
        """Wait, but no longer than until a request comes in."""
        try:
            async with asyncio.timeout(seconds):
                await self._news.wait()
        except TimeoutError:
            return

    def _interrupt(self, end: StreamEnd) -> None:
        self._news.set()
        if self._phone is not None:
            self._phone.end(end)


class Switchboard:
    """All calls in progress, by their ids."""

    def __init__(self) -> None:
        self._calls: dict[CallSids, LiveCall] = {}

    def begin(self, sids: CallSids) -> LiveCall:
        """A call comes in."""
        call = LiveCall(sids)
        self._calls[sids] = call
        return call

    def finish(self, call: LiveCall) -> None:
        """A call is over; nobody finds it any more."""
        del self._calls[call.sids]

    def find(self, sids: CallSids) -> LiveCall | None:
        """A call in progress, or None if there is none of these ids."""
        return self._calls.get(sids)
