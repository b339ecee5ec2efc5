"""One simulated call: both peers and the caller around a runtime, and what they noted of it.

The phone company with its REST API, a caller who follows a script, and a tap on the line to the
model are played here. The runtime between them is the real one; it is handed in, so that the same
call can be placed to any, over sockets or in memory.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field, replace
from typing import Final

from pipeline.call_evidence import CallEvidence
from processors.context import CallContext
from processors.state.journal import Entry, Journal
from transports.simulated.call_outcome import CallOutcome
from transports.simulated.caller import Caller
from transports.simulated.caller_senses import CallerSenses
from transports.simulated.caller_steps import CallScript
from transports.simulated.gateway import Gateway
from transports.simulated.line import Line, Subscriber
from transports.simulated.model_tap import Connect, ModelTap
from transports.simulated.people import PersonPlan
from transports.simulated.phone_options import PhoneOptions
from transports.simulated.recording import Recorder
from transports.simulated.sids import NewSid, random_sid
from transports.simulated.stream_facts import StreamFacts
from transports.simulated.stream_messages import StreamIds
from transports.simulated.switchboard import Switchboard
from transports.simulated.twilio_rest import TwilioRest

CALLER: Final = "+15550100042"
CALLED: Final = "+15550100001"
_LONGEST_CALL: Final = 600.0
"""Seconds after which the caller gives up, should the assistant never let go."""
_LAST_WORDS: Final = 15.0
"""Seconds that the runtime has to end its side once the phone is down: time for a last summary."""


@dataclass(frozen=True, slots=True)
class Peers:
    """What a runtime is to use for one simulated call.

    Attributes:
        rest: The simulated REST API: to be started where the runtime needs a port.
        account_sid: Its account.
        auth_token: The account's token; signs webhooks too.
        listen_in: To be put around the function that opens the model's socket.
        on_call: To be told of the call before its first frame.
    """

    rest: TwilioRest
    account_sid: str
    auth_token: str
    listen_in: Callable[[Connect], Connect]
    on_call: Callable[[CallContext], None]


Answering = Callable[[Peers], AbstractAsyncContextManager[Gateway]]
"""Runs a runtime, and a model for it, as long as the context is open; gives the way to it."""


@dataclass(frozen=True, slots=True)
class Placing:
    """How a call is placed.

    Attributes:
        called: The number that is dialled.
        options: How phone and line behave.
        new_sid: Names account, call and streams.
        recorder: Makes the recording of a stream.
        people: What people do whose telephones ring, by number.
        listen: Told of both sides' journals, each with whose it is, before anything happens.
        on_call: Told of what the runtime knows of each stream, before its first frame.
    """

    called: str = CALLED
    options: PhoneOptions = field(default_factory=PhoneOptions)
    new_sid: NewSid = random_sid
    recorder: Callable[[StreamIds], Recorder] | None = None
    people: Mapping[str, PersonPlan] = field(default_factory=dict)
    listen: Callable[[str, Journal], None] | None = None
    on_call: Callable[[CallContext], None] | None = None


class PlacedCall:
    """One call with everything around it.

    Attributes:
        tap: What crossed the line to the model.
        person: The caller.
        rest: The phone company's REST API.
        peers: What the runtime is to use for it.
        streams: The media streams so far.
        switchboard: The phone company, and whom it called.
    """

    def __init__(self, script: CallScript, senses: CallerSenses, placing: Placing) -> None:
        self._placing = placing
        self._runtime_is_done = asyncio.Event()
        self._phone_journal = Journal(asyncio.get_running_loop().time())
        self.switchboard = Switchboard(placing.people)
        account_sid, auth_token = placing.new_sid("AC"), placing.new_sid("")
        self.tap = ModelTap(self._model_heard)
        self.person = Caller(script, senses, self._phone_journal)
        self.rest = TwilioRest(self.switchboard, {account_sid: auth_token})
        self.peers = Peers(self.rest, account_sid, auth_token, self.tap.on, self._call_began)
        self.streams: list[StreamFacts] = []

    async def hold(self, answering: Answering) -> CallEvidence:
        """Place the call and hold it to its end; when this returns, everything is closed."""
        before = asyncio.all_tasks()
        self._listen("phone", self._phone_journal)
        outcome = await self._placed(answering)
        await self.person.settle()
        await asyncio.sleep(0)  # what was cancelled last ends in this round
        left = [task.get_name() for task in asyncio.all_tasks() - before if not task.done()]
        return CallEvidence(outcome, self.tap.record(), left)

    async def _placed(self, answering: Answering) -> CallOutcome:
        async with answering(self.peers) as gateway:
            line = Line(gateway, self.switchboard, new_sid=self._placing.new_sid)
            self.switchboard.connect(gateway, self._phone_journal, self._placing.new_sid)
            outcome = await line.call(self._subscriber())
            if outcome.streams:
                await self._runtime_ends()
            await self.switchboard.close()
            return outcome

    def _subscriber(self) -> Subscriber:
        options = self._placing.options
        return Subscriber(
            CALLER,
            self._placing.called,
            options=replace(
                options,
                keep_audio=True,
                hang_up_after=options.hang_up_after or _LONGEST_CALL,
            ),
            person=self.person,
            journal=self._phone_journal,
            recorder=self._placing.recorder,
            on_stream=self.streams.append,
        )

    async def _runtime_ends(self) -> None:
        try:
            async with asyncio.timeout(_LAST_WORDS):
                await self._runtime_is_done.wait()
        except TimeoutError:
            now = asyncio.get_running_loop().time()
            self._phone_journal.record(now, "runtime_did_not_end")

    def _call_began(self, context: CallContext) -> None:
        if self._placing.on_call is not None:
            self._placing.on_call(context)
        self._listen("call", context.journal)
        context.journal.listen(self._note_end)

    def _model_heard(self, words: str) -> None:
        now = asyncio.get_running_loop().time()
        self._phone_journal.record(now, "model_heard", private={"text": words})

    def _note_end(self, entry: Entry) -> None:
        if entry.kind == "call_ended":
            self._runtime_is_done.set()

    def _listen(self, source: str, journal: Journal) -> None:
        if self._placing.listen is not None:
            self._placing.listen(source, journal)
