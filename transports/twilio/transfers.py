"""Hands calls to people, over plain Twilio REST: the caller's leg is touched when one accepted.

Warm: the person's leg is called with TwiML that tells them what it is about and waits for a key.
The key goes to a webhook (``pipeline.transfer_webhooks``), in whatever process; that one moves the
caller's leg into a room with the person. This process, which holds the caller's stream, learns of
it by asking REST for the person's leg now and then, and at once if the webhook came here.

Cold: the caller's leg dials. If nobody answers, a webhook brings it back to the assistant, with
what is remembered in its address.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

import msgspec
from loguru import logger

from processors.state.transfer import IN_PROGRESS, PersonOutcome, outcome_of
from processors.transfer_desk import Person
from transports.twilio.rest import TwilioRest
from transports.twilio.seal import Seal
from transports.twilio.transfer_twiml import dial, whisper
from transports.twilio.twiml import Spoken

ANSWER_PATH: Final = "/transfer/answer"
MACHINE_PATH: Final = "/transfer/machine"
AFTER_PATH: Final = "/transfer/after"

POLL: Final = 1.0
"""Seconds between two questions to REST about the person's leg."""

MOST_WHISPER: Final = 60.0
"""Seconds that a whispered summary may take, for the time after which a leg is given up."""

_ANSWERS_FOR: Final = 600
_DIALS_FOR: Final = 5 * 3600
"""Seconds for which the address of a webhook is good: Twilio ends a call after four hours."""

_MOST_TWIML: Final = 4000
"""Characters of a ``Twiml`` parameter (Twilio, Call resource)."""


class WarmState(msgspec.Struct, array_like=True, frozen=True):
    """What the webhooks of a person's leg must know.

    Attributes:
        call_sid: The caller's leg.
        account_sid: Its account.
        gone: What the person hears if the caller is gone.
        language: In which language.
        voice: In which of Twilio's voices; empty: the account's own.
    """

    call_sid: str
    account_sid: str
    gone: str = ""
    language: str = ""
    voice: str = ""


class ColdState(msgspec.Struct, array_like=True, frozen=True):
    """What the webhook must know that is asked when a dialled leg is over.

    Attributes:
        call_sid: The caller's leg.
        account_sid: Its account.
        file_name: The call file.
        caller: The calling number.
        called: The called number.
        memory: What is remembered of the call.
    """

    call_sid: str
    account_sid: str
    file_name: str
    caller: str
    called: str
    memory: dict[str, Any]


class ReturnedState(msgspec.Struct, array_like=True, frozen=True):
    """What a call brings along.

    Attributes:
        call_sid: Which one.
        outcome: Why nobody took it.
        memory: What is remembered of it.
    """

    call_sid: str
    outcome: str
    memory: dict[str, Any]


class TransferSeals:
    """Seals what transfers hand to Twilio."""

    def __init__(self, secret: str | None) -> None:
        self.warm = Seal(WarmState, secret, "transfer warm 1")
        self.cold = Seal(ColdState, secret, "transfer cold 1")
        self.returned = Seal(ReturnedState, secret, "transfer returned 1")


class TransferBoard:
    """Tells a call of its transfer's webhooks, where both are in one process."""

    def __init__(self) -> None:
        self._listeners: dict[str, Callable[[PersonOutcome], None]] = {}

    @contextmanager
    def listening(self, call_sid: str, told: Callable[[PersonOutcome], None]) -> Iterator[None]:
        """Be told of one call's transfer as long as the context is open."""
        self._listeners[call_sid] = told
        try:
            yield
        finally:
            del self._listeners[call_sid]

    def tell(self, call_sid: str, outcome: PersonOutcome) -> None:
        """A webhook says how it went; if nobody here wants to know, another process asks REST."""
        told = self._listeners.get(call_sid)
        if told is not None:
            told(outcome)


@dataclass(frozen=True, slots=True)
class CallerLeg:
    """The leg that is to be handed over.

    Attributes:
        call_sid: Its SID.
        account_sid: Its account.
        server_url: Where Twilio reaches this server: scheme and host.
        file_name: The call file.
        caller: The calling number.
        called: The called number.
        language: In which language Twilio speaks.
        voice: In which voice.
    """

    call_sid: str
    account_sid: str
    server_url: str
    file_name: str = ""
    caller: str = ""
    called: str = ""
    language: str = ""
    voice: str | None = None


class TransferOffice:
    """The process's one office for transfers."""

    def __init__(
        self,
        rest: TwilioRest,
        seals: TransferSeals,
        board: TransferBoard,
        *,
        wall_clock: Callable[[], float],
    ) -> None:
        self.rest = rest
        self.seals = seals
        self.board = board
        self.wall_clock = wall_clock

    def desk(self, leg: CallerLeg) -> CallTransfers:
        """What one call needs to be handed over."""
        return CallTransfers(self, leg)


class CallTransfers:
    """The ``processors.transfer_desk.TransferDesk`` of one call."""

    def __init__(self, office: TransferOffice, leg: CallerLeg) -> None:
        self._office = office
        self._leg = leg
        self._person_sid = ""
        self._taken = False
        self._told: PersonOutcome | None = None
        self._news = asyncio.Event()

    async def ring(self, person: Person) -> PersonOutcome:
        """Call a person, and wait until they took the call or won't."""
        self._told = None
        self._news.clear()
        leg = self._leg
        with self._office.board.listening(leg.call_sid, self._tell):
            sid = await self._office.rest.start_call(self._order(person), leg.account_sid)
            if not sid:
                return "failed"
            self._person_sid = sid
            outcome: PersonOutcome = "no_answer"
            try:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(
                        person.ring_seconds + MOST_WHISPER + person.decide_seconds
                    ):
                        outcome = await self._outcome(sid)
            finally:
                if not self._taken and outcome != "accepted":
                    await self._hang_up_on_person()
            return outcome

    async def left(self) -> bool:
        """The stream ended while a person was rung: whether the caller is with them now."""
        if self._told == "accepted":
            self._taken = True
            return True
        # What REST says of a leg may be a moment old: it must say twice that both go on.
        for pause in (0.0, POLL):
            await asyncio.sleep(pause)
            for sid in (self._leg.call_sid, self._person_sid):
                leg = await self._office.rest.call_status(sid, self._leg.account_sid)
                if leg is None or leg.status != IN_PROGRESS:
                    return False
        self._taken = True
        return True

    async def dial(
        self,
        numbers: tuple[str, ...],
        caller_id: str,
        ring_seconds: int,
        memory: Mapping[str, Any],
    ) -> bool:
        """Let the caller's line ring numbers; it comes back with ``memory`` if nobody answers."""
        leg, office = self._leg, self._office
        for kept in (memory, {**memory, "preferences": [], "open_questions": []}, {}):
            state = ColdState(
                leg.call_sid, leg.account_sid, leg.file_name, leg.caller, leg.called, dict(kept)
            )
            sealed = office.seals.cold.close(state, self._expiry(_DIALS_FOR))
            twiml = dial(numbers, caller_id, ring_seconds, self._url(AFTER_PATH, sealed))
            if len(twiml) <= _MOST_TWIML:
                break
        return await office.rest.update(leg.call_sid, twiml, leg.account_sid)

    async def _outcome(self, sid: str) -> PersonOutcome:
        while True:
            if self._told is not None:
                return self._told
            status = await self._office.rest.call_status(sid, self._leg.account_sid)
            outcome = None if status is None else outcome_of(status.status, status.answered_by)
            if outcome is not None:
                return self._told or outcome
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(POLL):
                    await self._news.wait()

    def _order(self, person: Person) -> dict[str, str]:
        leg, office = self._leg, self._office
        state = WarmState(leg.call_sid, leg.account_sid, person.gone, leg.language, leg.voice or "")
        sealed = office.seals.warm.close(state, self._expiry(_ANSWERS_FOR))
        words = Spoken(f"{person.whisper} {person.accept}", leg.language, leg.voice)
        order = {
            "To": person.number,
            "From": person.caller_id or leg.called,
            "Timeout": str(person.ring_seconds),
            "Twiml": whisper(words, self._url(ANSWER_PATH, sealed), person.decide_seconds),
        }
        if person.detect_machines:
            order |= {
                "MachineDetection": "Enable",
                "AsyncAmd": "true",
                "AsyncAmdStatusCallback": self._url(MACHINE_PATH, sealed),
            }
        return order

    async def _hang_up_on_person(self) -> None:
        sid, self._person_sid = self._person_sid, ""
        if sid:
            logger.bind(call_sid=self._leg.call_sid).info("The person's leg is given up")
            # Also when this very task is being cancelled: a phone must not ring on.
            await asyncio.shield(self._office.rest.complete(sid, self._leg.account_sid))

    def _tell(self, outcome: PersonOutcome) -> None:
        self._told = outcome
        self._taken = self._taken or outcome == "accepted"
        self._news.set()

    def _url(self, path: str, sealed: str) -> str:
        return f"{self._leg.server_url}{path}?{urlencode({'t': sealed})}"

    def _expiry(self, lifetime: int) -> int:
        return int(self._office.wall_clock()) + lifetime


def room_of(call_sid: str) -> str:
    """The room of one call; rooms are named within an account."""
    return f"callwright-{call_sid}"
