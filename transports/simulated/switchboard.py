"""The calls in progress at the simulated phone company, where REST requests find them.

It also calls people, for a runtime that hands a call over: each does what ``people`` says.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Mapping
from dataclasses import dataclass
from typing import Any

from processors.state.journal import Journal
from transports.simulated.gateway import Gateway
from transports.simulated.people import PersonLeg, PersonPlan
from transports.simulated.phone import SimulatedPhone
from transports.simulated.rooms import Room
from transports.simulated.sids import NewSid, random_sid
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

    @property
    def news(self) -> asyncio.Event:
        """Set when a request came that was not carried out yet."""
        return self._news

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
    """All calls in progress, by their ids.

    Attributes:
        people: What who does whose telephone rings, by number; who is not here accepts.
        legs: The calls to people so far.
    """

    def __init__(self, people: Mapping[str, PersonPlan] | None = None) -> None:
        self.people = dict(people or {})
        self.legs: list[PersonLeg] = []
        self._calls: dict[CallSids, LiveCall] = {}
        self._rooms: dict[str, Room] = {}
        self._gateway: Gateway | None = None
        self._journal: Journal | None = None
        self._new_sid: NewSid = random_sid
        self._running: set[asyncio.Task[None]] = set()

    def connect(self, gateway: Gateway, journal: Journal, new_sid: NewSid) -> None:
        """Know the server whose webhooks are asked, and where to tell what happens."""
        self._gateway = gateway
        self._journal = journal
        self._new_sid = new_sid

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

    # People.

    def plan_of(self, number: str) -> PersonPlan:
        """What somebody does whose telephone rings."""
        return self.people.get(number, PersonPlan())

    def call_person(self, order: Mapping[str, str]) -> PersonLeg:
        """Call somebody, as a REST request wants it."""
        leg = PersonLeg(self._new_sid("CA"), order, self.plan_of(order["To"]), self)
        self.legs.append(leg)
        leg.start(self._spawn)
        return leg

    def leg(self, sid: str) -> PersonLeg | None:
        """A call to somebody, over or not."""
        return next((leg for leg in self.legs if leg.sid == sid), None)

    async def close(self) -> None:
        """End what still rings or talks."""
        running = list(self._running)
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    async def fetch(self, url: str, form: list[tuple[str, str]]) -> str:
        """Ask a webhook for its document; empty if it can't be had."""
        assert self._gateway is not None, "connected before anybody is called"
        account = ("AccountSid", self._gateway.account_sid)
        try:
            status, document = await self._gateway.fetch("POST", url, [account, *form])
        except OSError:
            return ""
        return document if status < 300 else ""

    def room(self, name: str) -> Room:
        """The room of this name."""
        return self._rooms.setdefault(name, Room())

    def record(self, kind: str, private: dict[str, str], **fields: str) -> None:
        """Tell the journal."""
        if self._journal is not None:
            now = asyncio.get_running_loop().time()
            self._journal.record(now, kind, private=private, **fields)

    def _spawn(self, work: Coroutine[Any, Any, None], name: str) -> asyncio.Task[None]:
        task = asyncio.create_task(work, name=name)
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return task
