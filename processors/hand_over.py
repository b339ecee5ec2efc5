"""Deals with an escalation: says, asks, tells, rings and promises, as the call file's rules go."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Final

from pipecat.processors.frame_processor import FrameDirection, FrameProcessor

from processors.call_transfer import CallTransfer, succeeded
from processors.context import CallContext
from processors.escalation_config import EscalationDetectorConfig
from processors.escalation_frames import TransferStateFrame
from processors.escalation_notices import Notices, iso
from processors.escalation_parts import Rule
from processors.exact_speech import ExactSpeech
from processors.frames import ConversationTextFrame
from processors.memory_frames import MemoryRequestFrame
from processors.state.escalation.detector import Escalation
from processors.state.escalation.handling import Collecting, Offer, callback_time, in_words
from processors.state.escalation.summary import for_a_person

OFFER_PATIENCE: Final = 20.0
"""Seconds after an offer was heard in which it may be answered."""

_CALLING: Final = (
    "A colleague is being called for the caller now, which takes up to a minute. Stay with them:"
    " answer briefly if they speak, and do not say that they are connected."
)
_NOBODY: Final = (
    "Nobody could take the call ({outcome}). The caller has been told, and that somebody will call"
    " them back {when}. Go on helping them, and do not offer to connect them again."
)
_COLLECT: Final = (
    "A person will take over this call soon. Before that, ask for what is still missing, one thing"
    " at a time: {missing}. Do not say yet that you are connecting them."
)


class HandOver:
    """Deals with the escalations of one call, one at a time.

    Attributes:
        details: What whoever asked for a person wants them to know.
    """

    def __init__(
        self,
        owner: FrameProcessor,
        config: EscalationDetectorConfig,
        context: CallContext,
        speech: ExactSpeech,
    ) -> None:
        self.details = ""
        self._owner = owner
        self._config = config
        self._context = context
        self._speech = speech
        self._notices = Notices(owner, config.notify, context)
        self._call_transfer = (
            None if config.transfer is None else CallTransfer(config.transfer, context)
        )
        self._offer: Offer | None = None
        self._collecting: Collecting | None = None
        self._woken = asyncio.Event()
        self._reasons: tuple[str, ...] = ()

    # Facts.

    def caller_said(self, answer: bool | None) -> None:
        """The caller said something; ``answer``: yes or no, if it says either."""
        if self._offer is not None:
            self._offer.caller_said(answer)
        if self._collecting is not None:
            self._collecting.caller_said()
        self._woken.set()

    def more_is_known(self) -> None:
        """The memory may have changed."""
        self._woken.set()

    async def close(self) -> None:
        """Let go of the call."""
        await self._notices.close()

    async def stream_ended(self) -> None:
        """The call's stream is over: find out whether the caller is with a person now."""
        if self._call_transfer is not None:
            await self._call_transfer.stream_ended()

    # An escalation, from beginning to end.

    async def deal_with(self, escalation: Escalation) -> bool:
        """Do what the rules say; False: the caller wants no person."""
        context = self._context
        self._reasons = escalation.reasons
        now = context.wall_time()
        is_open = context.hours is None or now is None or context.hours.is_open(now)
        rule = self._config.rule_for(escalation.reasons)
        actions = rule.actions(is_open=is_open)
        context.record(
            "escalation",
            reasons=list(escalation.reasons),
            turns=list(escalation.turns),
            actions=list(actions),
            open=is_open,
            private={"cues": [finding.cue for finding in escalation.findings]},
        )
        for action in actions:
            match action:
                case "emergency":
                    await self._say_safety(rule)
                case "notify":
                    self._notices.send("escalation", self._reasons)
                case "offer":
                    if not await self._ask():
                        return False
                    await self._transfer()
                case "collect_then_transfer":
                    await self._collect()
                    await self._transfer()
                case "transfer_now":
                    await self._transfer()
                case "callback":
                    await self._promise_callback()
        return True

    async def came_back(self) -> None:
        """A cold transfer failed and brought the caller back, to this call anew."""
        returned = self._context.returned
        assert returned is not None, "asked only then"
        self._reasons = ("transfer_returned",)
        self._context.record("transfer_ended", mode="cold", outcome=returned.outcome)
        if not self._context.memory.empty:
            await self._tell_model(self._context.memory.notes())
        await self._nobody_there(returned.outcome)

    # Steps.

    async def _say_safety(self, rule: Rule) -> None:
        assert rule.say is not None, "the schema wants it"
        await self._speech.say(rule.say, purpose="safety", at_once=True)

    async def _ask(self) -> bool:
        """Offer a person; whether the caller does not say no to it."""
        self._offer = offer = Offer()
        try:
            await self._speech.say(self._config.offer)
            async with asyncio.timeout(OFFER_PATIENCE):
                while not offer.over:
                    self._woken.clear()
                    await self._woken.wait()
        except TimeoutError:
            offer.over = True
        finally:
            self._offer = None
        self._context.record("offer_answered", taken=offer.taken)
        return bool(offer.taken)

    async def _collect(self) -> None:
        wanted = self._config.collect or self._context.speech.checklist
        self._collecting = collecting = Collecting(tuple(wanted), self._config.collect_turns)
        missing = collecting.missing(self._context.memory.known)
        if missing:
            names = ", ".join(name.replace("_", " ") for name in missing)
            await self._tell_model(_COLLECT.format(missing=names))
        try:
            while not collecting.over(self._context.memory.known):
                turns_left = collecting.turns_left
                self._woken.clear()
                await self._woken.wait()
                if collecting.turns_left < turns_left:
                    await self._owner.broadcast_frame(MemoryRequestFrame, reason="escalation")
        finally:
            self._collecting = None

    async def _transfer(self) -> None:
        config, transfer = self._config.transfer, self._call_transfer
        if config is None or transfer is None or not transfer.possible:
            await self._promise_callback()
            return
        transfer.begin()
        await self._owner.broadcast_frame(TransferStateFrame, active=True)
        await self._owner.broadcast_frame(MemoryRequestFrame, reason="escalation")
        await self._speech.say(config.connecting, at_once=True)
        if config.kind == "warm":
            await self._tell_model(_CALLING)
        outcome = await transfer.reach(self._known_of_the_call)
        if succeeded(outcome):
            return
        await self._owner.broadcast_frame(TransferStateFrame, active=False, outcome=outcome)
        await self._nobody_there(outcome)

    def _known_of_the_call(self) -> str:
        return for_a_person(self._context.memory, self._reasons, self.details)

    async def _nobody_there(self, outcome: str) -> None:
        """Nobody took the call: say so, promise a callback, and let the model know."""
        config = self._config.transfer
        assert config is not None, "there was a transfer"
        when = self._callback_when()
        await self._tell_model(_NOBODY.format(outcome=outcome.replace("_", " "), when=when))
        await self._promise_callback(config.nobody)

    async def _promise_callback(self, first: str = "") -> None:
        """Say when somebody calls back; behind ``first`` in its turn, else at once."""
        words = self._config.callback.replace("{when}", self._callback_when())
        due = self._callback_due()
        self._context.record("callback_promised", reasons=list(self._reasons), due=iso(due))
        self._notices.send("callback", self._reasons, due)
        await self._speech.say(f"{first} {words}".strip(), at_once=not first)

    def _callback_due(self) -> datetime | None:
        return callback_time(self._context.wall_time(), self._context.hours)

    def _callback_when(self) -> str:
        return in_words(self._callback_due(), self._context.wall_time())

    # Who else is told.

    async def _tell_model(self, text: str) -> None:
        line = ConversationTextFrame(text, role="system", respond=False)
        await self._owner.push_frame(line, FrameDirection.UPSTREAM)
