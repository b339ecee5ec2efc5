"""The people whose telephones ring when a call is handed to them, each with what they do."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, Literal, Protocol

from transports.simulated.rooms import Room
from transports.simulated.twiml import Dial, Gather, Hangup, Say, TwimlError, Verb, parse_twiml

Doing = Literal["accepts", "declines", "rings_out", "machine", "hangs_up", "busy", "unreachable"]
"""What somebody does whose telephone rings."""

_TELLS_MACHINES_AFTER: Final = 2.5
"""Seconds after the answer at which the phone company knows what it was that answered."""

_SAYING: Final = 1.0
_TONE: Final = 1.0


@dataclass(frozen=True, slots=True)
class PersonPlan:
    """What one person does.

    Attributes:
        does: In a word.
        answers_after: Seconds that it rings.
        listens: Seconds until they press a key, or hang up.
        talks: Seconds for which they talk to the caller, then.
    """

    does: Doing = "accepts"
    answers_after: float = 4.0
    listens: float = 3.0
    talks: float = 6.0

    @property
    def key(self) -> str:
        """The key that they press; empty: none."""
        return {"accepts": "1", "declines": "2"}.get(self.does, "")


class Exchange(Protocol):
    """The phone company, as a leg needs it."""

    async def fetch(self, url: str, form: list[tuple[str, str]]) -> str:
        """Ask a webhook for its document; empty if it can't be had."""
        ...

    def room(self, name: str) -> Room:
        """The room of this name."""
        ...

    def record(self, kind: str, private: dict[str, str], **fields: str) -> None:
        """Tell the journal."""
        ...


class PersonLeg:
    """One call to a person.

    Attributes:
        sid: Its SID.
        order: What it was asked for with.
        status: As the phone company has it.
        answered_by: What answered; None: nobody knows yet.
        heard: What the person was told.
    """

    def __init__(
        self, sid: str, order: Mapping[str, str], plan: PersonPlan, exchange: Exchange
    ) -> None:
        self.sid = sid
        self.order = dict(order)
        self.status = "queued"
        self.answered_by: str | None = None
        self.heard: list[str] = []
        self._plan = plan
        self._exchange = exchange
        self._task: asyncio.Task[None] | None = None

    def start(self, spawn: Callable[..., asyncio.Task[None]]) -> None:
        """Let it ring; ``spawn`` runs what has to run."""
        self._task = spawn(self._run(), "person's leg")
        if self.order.get("MachineDetection"):
            spawn(self._detect(), "machine detection")

    def complete(self) -> None:
        """Hang up, from outside."""
        if self._task is not None and not self._task.done():
            self._end("completed" if self.status == "in-progress" else "canceled")
            self._task.cancel()

    async def _run(self) -> None:
        self._set("ringing")
        timeout = float(self.order.get("Timeout", "60"))
        match self._plan.does:
            case "busy" | "unreachable":
                await asyncio.sleep(_TONE)
                self._end("busy" if self._plan.does == "busy" else "failed")
                return
            case "rings_out":
                await asyncio.sleep(timeout)
                self._end("no-answer")
                return
        await asyncio.sleep(min(self._plan.answers_after, timeout))
        self._set("in-progress")
        await self._carry_out(self._read(self.order["Twiml"]))
        self._end("completed")

    async def _carry_out(self, verbs: deque[Verb]) -> None:
        while verbs:
            verb = verbs.popleft()
            if isinstance(verb, Gather):
                self._hear(verb.text)
                if self._plan.does == "hangs_up":
                    await asyncio.sleep(self._plan.listens / 2)
                    return
                await asyncio.sleep(self._plan.listens)
                if self._plan.key:
                    self._exchange.record("person_pressed", {}, key=self._plan.key)
                    form = [*self._form(), ("Digits", self._plan.key)]
                    verbs = self._read(await self._exchange.fetch(verb.action, form))
                else:
                    await asyncio.sleep(verb.timeout)
            elif isinstance(verb, Say):
                self._hear(verb.text)
                await asyncio.sleep(_SAYING)
            elif isinstance(verb, Dial) and verb.room:
                await self._exchange.room(verb.room).stay(talks=self._plan.talks)
            elif isinstance(verb, Hangup):
                return

    async def _detect(self) -> None:
        await asyncio.sleep(self._plan.answers_after + _TELLS_MACHINES_AFTER)
        if self.status != "in-progress":
            return
        self.answered_by = "machine_start" if self._plan.does == "machine" else "human"
        callback = self.order.get("AsyncAmdStatusCallback")
        if callback:
            form = [*self._form(), ("AnsweredBy", self.answered_by)]
            await self._exchange.fetch(callback, form)

    def _read(self, document: str) -> deque[Verb]:
        try:
            return deque(parse_twiml(document))
        except TwimlError:
            return deque()

    def _form(self) -> list[tuple[str, str]]:
        return [
            ("CallSid", self.sid),
            ("From", self.order.get("From", "")),
            ("To", self.order.get("To", "")),
            ("CallStatus", self.status),
            ("Direction", "outbound-api"),
            ("ApiVersion", "2010-04-01"),
        ]

    def _hear(self, text: str) -> None:
        self.heard.append(text)
        self._exchange.record("person_told", {"text": text})

    def _end(self, status: str) -> None:
        if self.status in ("queued", "ringing", "in-progress"):
            self._set(status)

    def _set(self, status: str) -> None:
        self.status = status
        self._exchange.record("person_leg", {"to": self.order.get("To", "")}, status=status)
