"""Many calls at once over real sockets, each interrupting again and again: ``make soak``.

Every call is held to the same promises as a single simulated one; the figures are printed.
Both ends and the runtime share this process, so latencies include all of their work.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import statistics
import sys
from collections import Counter
from contextvars import ContextVar
from dataclasses import dataclass, field, replace

from loguru import logger
from pydantic import SecretStr
from rich.console import Console
from rich.table import Table

from pipeline.call_evidence import CallEvidence
from pipeline.catalog import Catalog, load_catalog
from pipeline.outside import Outside
from pipeline.promises import check_promises
from pipeline.runtime import run_async
from pipeline.serve import serving
from pipeline.settings import Settings
from processors.context import CallContext
from processors.state.journal import Entry, Journal
from transports.openai_realtime.websocket import connect_websocket
from transports.simulated.caller import Caller
from transports.simulated.caller_senses import InstantSenses
from transports.simulated.caller_steps import FixedScript, InterruptWhenHeard, Listen, Say, Step
from transports.simulated.gateway import Gateway
from transports.simulated.line import Line, Subscriber
from transports.simulated.model_tap import ModelTap
from transports.simulated.network import LinkOptions, Span
from transports.simulated.phone_options import PhoneOptions
from transports.simulated.switchboard import Switchboard
from transports.simulated.twilio_rest import TwilioRest
from transports.simulated.voice import ToneVoice
from transports.socket import Socket

_QUESTION = "Before that, how do your tours work?"


@dataclass
class Observed:
    """What is noted of one call."""

    tap: ModelTap = field(default_factory=ModelTap)
    speech_at: float | None = None
    clears_ms: list[float] = field(default_factory=list)

    def runtime_says(self, entry: Entry, now: float) -> None:
        if entry.kind == "interruption":
            self.speech_at = now

    def phone_says(self, entry: Entry, now: float) -> None:
        if entry.kind == "cleared" and self.speech_at is not None:
            self.clears_ms.append((now - self.speech_at) * 1000)
            self.speech_at = None


_OF_CALL: ContextVar[Observed] = ContextVar("observed")


async def soak(options: argparse.Namespace) -> int:
    """Place the calls; 0 if all promises were kept."""
    clock = asyncio.get_running_loop().time
    catalog = _without_warm_start(load_catalog("realestate"))
    switchboard = Switchboard()
    rest = TwilioRest(switchboard, {"AC1": "token"})
    await rest.start()
    observed: dict[str, Observed] = {}

    def on_call(context: CallContext) -> None:
        seen = observed[context.info.call_sid]
        _OF_CALL.set(seen)
        context.journal.listen(lambda entry: seen.runtime_says(entry, clock()))

    async def connect(url: str, headers: dict[str, str]) -> Socket:
        return await _OF_CALL.get().tap.on(connect_websocket)(url, headers)

    settings = Settings.model_construct(
        **{
            **{name: info.default for name, info in Settings.model_fields.items()},
            "twilio_account_sid": "AC1",
            "twilio_auth_token": SecretStr("token"),
            "twilio_api_url": rest.base_url,
        }
    )
    async with serving(
        catalog,
        settings,
        host="127.0.0.1",
        port=0,
        on_call=on_call,
        outside=Outside(connect=connect),
        announce=False,
    ) as server:
        gateway = Gateway(f"http://127.0.0.1:{server.port}", account_sid="AC1", auth_token="token")
        line = Line(gateway, switchboard)

        async def one(number: int) -> CallEvidence:
            await asyncio.sleep(number * options.stagger)
            seen = observed[f"CA{number:032d}"] = Observed()
            journal = Journal(clock())
            journal.listen(lambda entry: seen.phone_says(entry, clock()))
            outcome = await line.call(
                Subscriber(
                    "+15550100042",
                    "+15550100001",
                    options=_phone(options, number),
                    person=Caller(_interrupting(options.cuts, number), InstantSenses(ToneVoice())),
                    journal=journal,
                ),
                call_sid=f"CA{number:032d}",
            )
            await asyncio.sleep(1)
            return CallEvidence(outcome, seen.tap.record())

        evidence = await asyncio.gather(*(one(number) for number in range(options.calls)))
    await rest.stop()
    return _report(list(evidence), list(observed.values()))


def _interrupting(cuts: int, seed: int) -> FixedScript:
    dice = random.Random(seed)
    steps: list[Step] = [Listen(), Say(_QUESTION)]
    steps += [InterruptWhenHeard(_QUESTION, ms=dice.uniform(300, 3500)) for _ in range(cuts)]
    return FixedScript([*steps, Listen(), Say("That's all, thank you. Goodbye."), Listen()])


def _phone(options: argparse.Namespace, number: int) -> PhoneOptions:
    delay = options.delay_ms / 1000
    stalls = (Span(12.0, options.stall), Span(25.0, options.stall))
    return PhoneOptions(
        down=LinkOptions(delay, options.jitter_ms / 1000, stalls if options.stall else ()),
        up=LinkOptions(delay, options.jitter_ms / 1000),
        hang_up_after=300.0,
        keep_audio=True,
        seed=number,
    )


def _without_warm_start(catalog: Catalog) -> Catalog:
    """The same file, dialling from the call itself, so that each call's socket is known."""
    (loaded,) = catalog.files
    entries = tuple(
        entry.model_copy(update={"warm": False}) if entry.type == "openai_realtime" else entry
        for entry in loaded.call.pipeline
    )
    call = loaded.call.model_copy(update={"pipeline": entries})
    return replace(catalog, files=(replace(loaded, call=call),))


def _report(evidence: list[CallEvidence], observed: list[Observed]) -> int:
    errors = [
        abs(cut.error_ms) for call in evidence for cut in call.cuts() if cut.error_ms is not None
    ]
    clears = [ms for seen in observed for ms in seen.clears_ms]
    table = Table(title=f"{len(evidence)} calls at once", box=None)
    table.add_column("")
    table.add_column("median", justify="right")
    table.add_column("p99", justify="right")
    table.add_column("most", justify="right")
    for name, values in (("truncation off by, ms", errors), ("clear after, ms", clears)):
        ordered = sorted(values) or [0.0]
        table.add_row(
            f"{name} ({len(values)})",
            f"{statistics.median(ordered):.2f}",
            f"{ordered[int(len(ordered) * 0.99)]:.2f}",
            f"{ordered[-1]:.2f}",
        )
    console = Console()
    console.print(table)
    broken: Counter[str] = Counter()
    for call in evidence:
        for promise in check_promises(call):
            if not promise.kept:
                broken[f"{promise.text}: {promise.detail}"] += 1
    for text, times in broken.items():
        console.print(f"broken {times} times: {text}")
    if not broken:
        console.print(f"All promises kept, {sum(len(call.cuts()) for call in evidence)} cuts")
    return 1 if broken else 0


def main() -> int:
    """Read the arguments and run."""
    arguments = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    arguments.add_argument("--calls", type=int, default=50)
    arguments.add_argument("--cuts", type=int, default=5, help="interruptions in each call")
    arguments.add_argument("--stagger", type=float, default=0.1, help="s between two calls")
    arguments.add_argument("--delay-ms", type=float, default=0.0, help="one way, each way")
    arguments.add_argument("--jitter-ms", type=float, default=0.0)
    arguments.add_argument("--stall", type=float, default=0.0, help="s, twice, to the phone")
    logger.remove()
    return run_async(soak(arguments.parse_args()))


if __name__ == "__main__":
    sys.exit(main())
