"""The phone company: takes a call to a server's webhook and carries out the TwiML it gets.

A call begins with a signed form to the voice webhook. ``<Connect><Stream>`` opens the socket,
without any query string and signed over its ``ws`` or ``wss`` address; when our server closes that
socket the next verb is carried out, and when a REST update comes, its document is (Twilio, TwiML
Voice: Stream; REST: Modify calls in progress). A server that can't be reached, or refuses the
handshake, leaves error 31901 or 31920 and the next verb.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlencode, urljoin, urlsplit, urlunsplit

from processors.state.journal import Journal
from transports.simulated.call_outcome import (
    BAD_TWIML,
    STREAM_CLOSED_BY_SERVER,
    STREAM_REFUSED,
    STREAM_TIMEOUT,
    WEBHOOK_FAILED,
    CallEnd,
    CallOutcome,
)
from transports.simulated.gateway import Gateway
from transports.simulated.person import Person
from transports.simulated.phone import SimulatedPhone
from transports.simulated.phone_options import PhoneOptions
from transports.simulated.recording import Recorder
from transports.simulated.server_access import HandshakeRefusedError
from transports.simulated.sids import NewSid, random_sid
from transports.simulated.stream_facts import StreamEnd, StreamFacts
from transports.simulated.stream_messages import StreamIds
from transports.simulated.switchboard import CallSids, LiveCall, Switchboard
from transports.simulated.twiml import (
    Connect,
    Dial,
    Hangup,
    Other,
    Pause,
    Redirect,
    Say,
    TwimlError,
    Verb,
    parse_twiml,
)


@dataclass(frozen=True, slots=True)
class Subscriber:
    """Who calls, and with what.

    Attributes:
        caller: The calling number.
        called: The number that was dialled.
        options: How the phone and its line behave.
        person: Who holds the phone; nobody: it is silent.
        journal: Where the phone tells what happens.
        recorder: Makes the recording of a stream.
        on_stream: Told of each stream before it starts, to watch what is counted.
    """

    caller: str
    called: str
    options: PhoneOptions = field(default_factory=PhoneOptions)
    person: Person | None = None
    journal: Journal | None = None
    recorder: Callable[[StreamIds], Recorder] | None = None
    on_stream: Callable[[StreamFacts], None] | None = None


class Line:
    """Connects callers with one server."""

    def __init__(
        self,
        gateway: Gateway,
        switchboard: Switchboard | None = None,
        *,
        new_sid: NewSid = random_sid,
    ) -> None:
        """Know the server, where REST requests find the calls, and how calls are named."""
        self._gateway = gateway
        self._switchboard = switchboard or Switchboard()
        self._new_sid = new_sid

    async def call(self, who: Subscriber, *, call_sid: str = "") -> CallOutcome:
        """Place a call and hold it to its end."""
        live = self._switchboard.begin(
            CallSids(self._gateway.account_sid, call_sid or self._new_sid("CA"))
        )
        try:
            return await _HeldCall(self._gateway, self._switchboard, live, who, self._new_sid).run()
        finally:
            self._switchboard.finish(live)


class _HeldCall:
    """One call: carries out verb after verb."""

    def __init__(
        self,
        gateway: Gateway,
        switchboard: Switchboard,
        live: LiveCall,
        who: Subscriber,
        new_sid: NewSid,
    ) -> None:
        self._gateway = gateway
        self._switchboard = switchboard
        self._live = live
        self._who = who
        self._new_sid = new_sid
        self._outcome = CallOutcome(live.sids.call_sid)
        self._document_url = gateway.incoming_call_url()
        self._verbs: deque[Verb] = deque()
        self._over = False

    async def run(self) -> CallOutcome:
        await self._fetch(Redirect(self._document_url, "POST"), "ringing")
        while self._verbs and not self._over:
            verb = self._verbs.popleft()
            self._outcome.verbs.append(type(verb).__name__)
            await self._carry_out(verb)
            await self._heed_rest()
        return self._outcome

    async def _carry_out(self, verb: Verb) -> None:
        if isinstance(verb, Connect):
            await self._stream(verb)
        elif isinstance(verb, Say):
            self._outcome.spoken.append(verb.text)
            self._record("twilio_said", text=verb.text)
        elif isinstance(verb, Pause):
            await self._live.pause(verb.seconds)
        elif isinstance(verb, Redirect):
            await self._fetch(verb, "in-progress")
        elif isinstance(verb, Hangup):
            self._over = True
        elif isinstance(verb, Dial):
            await self._dial(verb)
        elif isinstance(verb, Other):
            self._outcome.verbs[-1] = verb.verb

    async def _dial(self, dial: Dial) -> None:
        if dial.room:
            self._record("conference_joined")
            room = self._switchboard.room(dial.room)
            await room.stay(leaves=self._live.news)
            self._outcome.handed_over = room.met.is_set()
            self._record("conference_left")
            return
        status = await self._ring(dial)
        self._outcome.dialled.append(status)
        self._outcome.handed_over = status == "completed"
        if dial.action and not self._live.has_news:
            await self._fetch(
                Redirect(dial.action, "POST"), "in-progress", [("DialCallStatus", status)]
            )

    async def _ring(self, dial: Dial) -> str:
        """Ring the first number as the caller's own leg does; how that ended."""
        plan = self._switchboard.plan_of(dial.numbers[0])
        if plan.does in ("busy", "declines"):
            await self._live.pause(1.0)
            return "busy"
        if plan.does in ("unreachable", "rings_out"):
            await self._live.pause(dial.timeout if plan.does == "rings_out" else 1.0)
            return "no-answer" if plan.does == "rings_out" else "failed"
        await self._live.pause(plan.answers_after + plan.talks)
        return "completed"

    async def _heed_rest(self) -> None:
        if self._live.completed_by_rest:
            self._outcome.ended_by = CallEnd.REST
            self._over = True
            return
        update = self._live.take_update()
        if isinstance(update, Redirect):
            await self._fetch(update, "in-progress")
        elif update is not None:
            self._read(update)

    async def _fetch(
        self, where: Redirect, status: str, more: Sequence[tuple[str, str]] = ()
    ) -> None:
        url = urljoin(self._document_url, where.url)
        form = [*self._form(status), *more]
        if where.method == "GET":
            url += ("&" if urlsplit(url).query else "?") + urlencode(form)
        posted = form if where.method == "POST" else None
        self._verbs.clear()
        self._document_url = url
        try:
            answered, document = await self._gateway.fetch(where.method, url, posted)
        except OSError:
            self._outcome.errors[WEBHOOK_FAILED] += 1
            return
        self._outcome.webhook_status = self._outcome.webhook_status or answered
        if answered >= 400:
            self._outcome.errors[WEBHOOK_FAILED] += 1
            return
        self._read(document)

    def _read(self, document: str) -> None:
        try:
            self._verbs = deque(parse_twiml(document))
        except TwimlError:
            self._outcome.errors[BAD_TWIML] += 1
            self._verbs.clear()
        if self._who.journal is not None:
            self._who.journal.record(
                asyncio.get_running_loop().time(),
                "webhook_answered",
                path=urlsplit(self._document_url).path,
                verbs=[type(verb).__name__ for verb in self._verbs],
            )

    def _form(self, status: str) -> list[tuple[str, str]]:
        return [
            ("CallSid", self._live.sids.call_sid),
            ("AccountSid", self._live.sids.account_sid),
            ("From", self._who.caller),
            ("Caller", self._who.caller),
            ("To", self._who.called),
            ("Called", self._who.called),
            ("CallStatus", status),
            ("Direction", "inbound"),
            ("ApiVersion", "2010-04-01"),
        ]

    def _record(self, kind: str, **private: str) -> None:
        if self._who.journal is not None:
            now = asyncio.get_running_loop().time()
            self._who.journal.record(now, kind, private=private)

    async def _stream(self, connect: Connect) -> None:
        url = urlunsplit(urlsplit(connect.url)._replace(query="", fragment=""))
        try:
            socket = await self._gateway.open_stream(url)
        except HandshakeRefusedError:
            self._outcome.errors[STREAM_REFUSED] += 1
            return
        except OSError:
            self._outcome.errors[STREAM_TIMEOUT] += 1
            return
        if self._live.has_news:
            await socket.close()
            return
        sids = self._live.sids
        ids = StreamIds(sids.account_sid, sids.call_sid, self._new_sid("MZ"))
        recording = self._who.recorder(ids) if self._who.recorder else None
        phone = SimulatedPhone(
            socket,
            ids,
            parameters=connect.parameters,
            options=self._who.options,
            person=self._who.person,
            journal=self._who.journal,
            recording=recording,
        )
        self._live.holds(phone)
        self._outcome.streams.append(phone.facts)
        if self._who.on_stream is not None:
            self._who.on_stream(phone.facts)
        try:
            await phone.run()
        finally:
            self._live.holds(None)
            if recording is not None:
                recording.close()
        self._after(phone.facts.end)

    def _after(self, end: StreamEnd | None) -> None:
        if end is StreamEnd.CLOSED_BY_SERVER:
            self._outcome.errors[STREAM_CLOSED_BY_SERVER] += 1
        elif end in {StreamEnd.CALLER_HUNG_UP, StreamEnd.LINE_DIED}:
            self._outcome.ended_by = CallEnd.CALLER
            self._over = True
