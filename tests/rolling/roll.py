"""Calls on real workers while these are replaced under them."""

from __future__ import annotations

import asyncio
import signal
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from processors.state.journal import Entry, Journal
from tests.rolling.processes import ALL_READY, Answering, answering
from transports.simulated.call_outcome import CallEnd, CallOutcome
from transports.simulated.caller import Caller
from transports.simulated.caller_senses import InstantSenses
from transports.simulated.caller_steps import FixedScript, Listen, Say, Step
from transports.simulated.gateway import Gateway
from transports.simulated.line import Line, Subscriber
from transports.simulated.phone_options import PhoneOptions
from transports.simulated.switchboard import Switchboard
from transports.simulated.twilio_rest import TwilioRest
from transports.simulated.voice import ToneVoice

ACCOUNT, TOKEN = "AC1", "token"
RINGS: Final = "Call rings"

_PATIENCE: Final = 15.0
"""Seconds for the last call's stream; longer than Twilio waits for a webhook."""


@dataclass(frozen=True)
class Plan:
    """What happens.

    Attributes:
        config: The call file.
        workers: How many processes take calls.
        calls: How many are live when the workers are replaced.
        stagger: Seconds between two calls.
        meanwhile_every: Seconds between two calls that ring while they are being replaced.
        afterwards: How many more ring at the new workers.
        script: What each caller does; the last step is to listen to the goodbye.
    """

    config: Path
    workers: int = 2
    calls: int = 50
    stagger: float = 0.1
    meanwhile_every: float = 0.5
    afterwards: int = 5
    script: tuple[Step, ...] = (Listen(), Say("Goodbye."), Listen())


@dataclass
class Rolled:
    """What came of it.

    Attributes:
        live: Calls that were on when the workers were told to go.
        before: What became of those.
        meanwhile: What became of the calls that rang while workers were replaced, and after.
        replaced_after: Seconds from the signal until all new workers took calls.
        gone_after: Seconds from the signal until the last old worker was gone.
        rang_at: How many of all calls each worker answered.
        exit_status: Of the supervisor, after SIGTERM.
        log: What all processes logged.
    """

    live: int = 0
    before: list[CallOutcome] = field(default_factory=list)
    meanwhile: list[CallOutcome] = field(default_factory=list)
    replaced_after: float = 0.0
    gone_after: float = 0.0
    rang_at: Counter[str] = field(default_factory=Counter)
    exit_status: int | None = None
    log: str = ""

    @property
    def lost(self) -> list[CallOutcome]:
        """Calls that did not end as they should: by the assistant, its goodbye heard."""
        return [call for call in self.before + self.meanwhile if not went_well(call)]


def went_well(call: CallOutcome) -> bool:
    """Whether a call ended as it should: by the assistant, on the one stream that it began on."""
    return (
        call.ended_by is CallEnd.REST
        and len(call.streams) == 1
        and not call.errors
        and not call.streams[0].warnings
        and not call.spoken
    )


async def roll(plan: Plan) -> Rolled:
    """Place calls, replace the workers, place more, wait for all to end, stop."""
    workers = ("--workers", str(plan.workers))
    async with simulated_line(plan.config, *workers, ready=ALL_READY) as (server, line):
        return await _roll(plan, server, line)


@asynccontextmanager
async def simulated_line(
    config: Path, *arguments: str, ready: str = "Listening on"
) -> AsyncIterator[tuple[Answering, Line]]:
    """``run.py`` as a process, and a telephone line that leads to it.

    Args:
        config: The call file.
        arguments: More for the command line.
        ready: What is logged when calls may come.
    """
    switchboard = Switchboard()
    rest = TwilioRest(switchboard, {ACCOUNT: TOKEN})
    await rest.start()
    environment = {
        "TWILIO_ACCOUNT_SID": ACCOUNT,
        "TWILIO_AUTH_TOKEN": TOKEN,
        "TWILIO_API_URL": rest.base_url,
        "BUILT_IN_MODEL": "tones",
        "MAX_LOOP_LAG_MS": "0",  # callers and server share this machine
    }
    try:
        async with answering(config, environment, *arguments, ready=ready) as server:
            gateway = Gateway(
                f"http://127.0.0.1:{server.port}", account_sid=ACCOUNT, auth_token=TOKEN
            )
            yield server, Line(gateway, switchboard)
    finally:
        await rest.stop()


def subscriber(number: int, script: Sequence[Step], journal: Journal | None = None) -> Subscriber:
    """A caller who does what the script says, and gives up after five minutes."""
    person = Caller(FixedScript(list(script)), InstantSenses(ToneVoice()))
    options = PhoneOptions(hang_up_after=300.0, seed=number)
    return Subscriber(
        f"+1555020{number:04d}", "+15550100001", options=options, person=person, journal=journal
    )


async def _roll(plan: Plan, server: Answering, line: Line) -> Rolled:
    clock = asyncio.get_running_loop().time
    rolled = Rolled()
    streams = 0
    all_streams = asyncio.Event()

    def phone_says(entry: Entry) -> None:
        nonlocal streams
        streams += entry.kind == "stream_started"
        if streams >= plan.calls:
            all_streams.set()

    async def one(number: int, delay: float) -> CallOutcome:
        await asyncio.sleep(delay)
        journal = Journal(clock())
        journal.listen(phone_says)
        caller = subscriber(number, plan.script, journal)
        return await line.call(caller, call_sid=f"CA{number:032d}")

    before = [asyncio.create_task(one(n, n * plan.stagger)) for n in range(plan.calls)]
    began = asyncio.create_task(all_streams.wait())
    await asyncio.wait({began}, timeout=plan.calls * plan.stagger + _PATIENCE)
    began.cancel()  # who did not get through by now is lost, and counted
    rolled.live = sum(not call.done() for call in before)
    told_at = clock()
    server.signal(signal.SIGHUP)
    replaced = asyncio.create_task(server.logged("All workers are replaced"))
    meanwhile: list[asyncio.Task[CallOutcome]] = []
    while not replaced.done():
        meanwhile.append(asyncio.create_task(one(plan.calls + len(meanwhile), 0)))
        await asyncio.wait({replaced}, timeout=plan.meanwhile_every)
    rolled.replaced_after = replaced.result() - told_at
    for number in range(plan.afterwards):
        delay = number * plan.stagger
        meanwhile.append(asyncio.create_task(one(plan.calls + len(meanwhile), delay)))
    rolled.before = await asyncio.gather(*before)
    rolled.meanwhile = await asyncio.gather(*meanwhile)
    rolled.gone_after = await server.logged("Stopping with 0 calls", plan.workers) - told_at
    server.signal(signal.SIGTERM)
    rolled.exit_status = await server.process.wait()
    rolled.rang_at = Counter(line.split()[2] for _, line in server.lines if RINGS in line)
    rolled.log = server.log()
    return rolled
