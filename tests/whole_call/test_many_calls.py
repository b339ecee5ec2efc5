"""Fifty calls at once in one runtime: each is held to its promises, and none hears another."""

from __future__ import annotations

import asyncio
import random
from contextvars import ContextVar
from pathlib import Path

from pipeline.brain_script import script_finder
from pipeline.call_evidence import CallEvidence
from pipeline.catalog import Catalog
from pipeline.memory_runtime import MemoryRuntime, wall_clock
from pipeline.placed_call import Peers
from pipeline.promises import check_promises
from processors.context import CallContext
from tests.virtual_loop import virtual
from tests.whole_call.harness import ASK_HOURS, BYE, call_file
from transports.simulated.brain import scripted
from transports.simulated.caller import Caller
from transports.simulated.caller_senses import InstantSenses
from transports.simulated.caller_steps import FixedScript, InterruptWhenHeard, Listen, Say
from transports.simulated.line import Line, Subscriber
from transports.simulated.model_sessions import ModelSessions
from transports.simulated.model_tap import Connect, ModelTap
from transports.simulated.network import LinkOptions
from transports.simulated.phone_options import PhoneOptions
from transports.simulated.sids import SeededSids
from transports.simulated.switchboard import Switchboard
from transports.simulated.twilio_rest import TwilioRest
from transports.simulated.voice import ToneVoice
from transports.socket import Socket

CALLS = 50
_CALL: ContextVar[ModelTap] = ContextVar("tap")


class Crowd:
    """All callers, and what crossed the line to each one's model."""

    def __init__(self, catalog: Catalog) -> None:
        self.switchboard = Switchboard()
        self.sids = SeededSids()
        self.taps: dict[str, ModelTap] = {}
        self.sessions = ModelSessions(
            scripted(script_finder(catalog)), wall_clock=lambda: wall_clock().timestamp()
        )
        account_sid = self.sids("AC")
        self.peers = Peers(
            TwilioRest(self.switchboard, {account_sid: "token"}),
            account_sid,
            "token",
            self.listen_in,
            self.call_began,
        )

    def call_began(self, context: CallContext) -> None:
        # In the call's own task, from which its socket is dialled.
        _CALL.set(self.taps[context.info.call_sid])

    def listen_in(self, connect: Connect) -> Connect:
        async def tapped(url: str, headers: dict[str, str]) -> Socket:
            return await _CALL.get().on(connect)(url, headers)

        return tapped

    async def call(self, line: Line, number: int) -> CallEvidence:
        """One caller, who has a name and cuts in at a time of their own."""
        dice = random.Random(number)
        await asyncio.sleep(dice.uniform(0, 3))
        call_sid = self.sids("CA")
        tap = self.taps[call_sid] = ModelTap()
        script = FixedScript(
            [
                Listen(),
                Say(ASK_HOURS),
                InterruptWhenHeard(name_of(number), ms=dice.uniform(200, 4000)),
                Listen(),
                Say(BYE),
                Listen(),
            ]
        )
        way = LinkOptions(delay=dice.uniform(0, 0.2))
        options = PhoneOptions(down=way, up=way, keep_audio=True, hang_up_after=60, seed=number)
        caller = Caller(script, InstantSenses(ToneVoice()))
        who = Subscriber("+1555", "+1444", options=options, person=caller)
        outcome = await line.call(who, call_sid=call_sid)
        await asyncio.sleep(1)
        return CallEvidence(outcome, tap.record())


def name_of(number: int) -> str:
    return f"No, wait. My name is caller number {number}."


@virtual
async def test_fifty_calls_at_once(tmp_path: Path) -> None:
    before = asyncio.all_tasks()
    catalog = call_file(tmp_path, model="warm: false")  # so that each call's socket is known
    crowd = Crowd(catalog)

    async with MemoryRuntime(catalog, crowd.sessions)(crowd.peers) as gateway:
        line = Line(gateway, crowd.switchboard, new_sid=crowd.sids)
        calls = await asyncio.gather(*(crowd.call(line, number) for number in range(CALLS)))
    await asyncio.sleep(0)

    broken = [
        f"{one.text}: {one.detail}"
        for call in calls
        for one in check_promises(call)
        if not one.kept
    ]
    assert broken == []
    assert [len(call.cuts()) for call in calls] == [1] * CALLS
    understood = [
        [part.spoken for item in session.items.values() for part in item.content][3]
        for session in crowd.sessions.sessions
    ]
    assert sorted(understood) == sorted(map(name_of, range(CALLS)))
    assert asyncio.all_tasks() == before
