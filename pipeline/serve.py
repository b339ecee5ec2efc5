"""Answering phones: the server, the model and Twilio put together for as long as they run."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from loguru import logger

from pipeline.call import CallRunner
from pipeline.catalog import Catalog, Refusal
from pipeline.config import Loaded
from pipeline.drain import StopRequests, drained
from pipeline.metrics import CallMetrics
from pipeline.metrics_page import metrics_port
from pipeline.open_calls import open_calls
from pipeline.outside import REAL, Outside
from pipeline.overflow import Overflow
from pipeline.prices import load_prices
from pipeline.runtime import spare_the_collector
from pipeline.server import CallServer, Neighbours
from pipeline.settings import Settings
from pipeline.tracing import start_tracing
from pipeline.worker import Worker, lifeline
from processors.context import CallContext
from processors.state.call_record import PriceTags
from transports.openai_realtime.config import OpenAIRealtimeConfig
from transports.twilio.twiml import Spoken
from transports.twilio.used_tokens import UsedOnMachine

if TYPE_CHECKING:
    from pipeline.built_in_model import BuiltInModel

COLD_START_BANNER = (
    "`warm: true` has no effect with several workers: the model is dialled when the stream comes"
)


@asynccontextmanager
async def serving(
    catalog: Catalog,
    settings: Settings,
    *,
    host: str | None = None,
    port: int | None = None,
    on_call: Callable[[CallContext], None] | None = None,
    outside: Outside = REAL,
    model: BuiltInModel | None = None,
    announce: bool = True,
    worker: Worker | None = None,
    metrics: CallMetrics | None = None,
    traced: bool = False,
) -> AsyncIterator[CallServer]:
    """Answer calls for as long as the block lasts.

    Args:
        catalog: The call files.
        settings: The environment.
        host: Where to listen, instead of ``HOST``.
        port: Where to listen, instead of ``PORT``; 0: any free one.
        on_call: Told of each call before its first frame.
        outside: The world around it.
        model: Answers if the environment names no other; one that talks in tones by default.
        announce: Say in the log what is missing.
        worker: Which of several processes on one port this is; None: the only one.
        metrics: Counts calls; told of each like ``on_call``.
        traced: Whether each call is an OpenTelemetry trace.

    Raises:
        SettingsError: It can't listen there, or not safely.
    """
    async with AsyncExitStack() as stack:
        calls = await open_calls(
            catalog,
            settings,
            stack,
            _both(on_call, metrics),
            outside,
            model=model,
            announce=announce,
            traced=traced,
        )
        if worker is not None:
            announce_cold_starts(catalog)
        server = _server(catalog, settings, calls, outside, worker, metrics)
        stack.push_async_callback(server.stop)
        if outside.listens:
            await server.start(host, port, None if worker is None else worker.listening)
        yield server


def _server(
    catalog: Catalog,
    settings: Settings,
    calls: CallRunner,
    outside: Outside,
    worker: Worker | None,
    metrics: CallMetrics | None,
) -> CallServer:
    refusal = catalog.refusal
    return CallServer(
        _Numbers(catalog),
        settings,
        run_call=calls,
        # With several workers the stream may come to another one than the webhook.
        warm=calls.warm if worker is None else None,
        unknown_number=Spoken(refusal.text, refusal.language, refusal.voice),
        wall_clock=lambda: outside.wall_clock().timestamp(),
        nonce=outside.nonce,
        transfers=calls.transfers,
        neighbours=None if worker is None else _neighbours(worker),
        say_goodbye=calls.say_goodbye,
        metrics=metrics,
    )


def _neighbours(worker: Worker) -> Neighbours:
    return Neighbours(UsedOnMachine(worker.used_tokens), worker.token_secret)


async def serve(catalog: Catalog, settings: Settings, *, worker: Worker | None = None) -> None:
    """Answer calls until SIGINT or SIGTERM, then let live ones end, and close.

    Args:
        catalog: The call files.
        settings: The environment.
        worker: Which of several processes on one port this is; None: the only one.

    Raises:
        SettingsError: It can't listen there, or not safely.
    """
    stop = StopRequests()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM,) if worker else (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.ask)
    first = worker is None or worker.number == 1
    traced = start_tracing()
    async with AsyncExitStack() as stack:
        model: BuiltInModel | None = None
        if not settings.has_model and settings.built_in_model == "speech":
            # Who has a model elsewhere does not wait for the imports of this one.
            from pipeline.built_in_model import built_in_model

            model = await stack.enter_async_context(built_in_model(catalog))
        metrics = None
        if settings.has_metrics:
            prices = load_prices()
            metrics = CallMetrics(PriceTags(prices.as_of.isoformat(), prices.models))
            if settings.metrics_port and worker is None:
                stack.enter_context(metrics_port(settings, metrics.registry))
        server = await stack.enter_async_context(
            serving(
                catalog,
                settings,
                model=model,
                announce=first,
                worker=worker,
                metrics=metrics,
                traced=traced,
            )
        )
        if worker is not None:
            await stack.enter_async_context(lifeline(worker, stop))
        spare_the_collector()
        await drained(server, stop, settings.drain_seconds)


def _both(
    on_call: Callable[[CallContext], None] | None, metrics: CallMetrics | None
) -> Callable[[CallContext], None] | None:
    if metrics is None:
        return on_call

    def told(context: CallContext) -> None:
        """Have the call counted, then tell who wanted to know of it."""
        metrics.follow(context)
        if on_call is not None:
            on_call(context)

    return told


def announce_cold_starts(catalog: Catalog) -> None:
    """Say where a call file asks for a warm start that several workers can't give."""
    for loaded in catalog.files:
        for entry in loaded.call.entries(OpenAIRealtimeConfig):
            if entry.warm:
                logger.warning("{file}: {banner}", file=loaded.path.name, banner=COLD_START_BANNER)


@dataclass(frozen=True, slots=True)
class _Answering:
    """What the webhook needs of a call file; its name is what the stream's token carries."""

    name: str
    fallback: str
    overflow: Overflow
    twiml_language: str
    twiml_voice: str | None


@dataclass(frozen=True, slots=True)
class _Numbers:
    """The call files as the webhook asks for them: by called number."""

    catalog: Catalog

    def for_number(self, to: str) -> _Answering | None:
        """The file that answers a called number; None: nobody does."""
        picked = self.catalog.pick(to)
        return None if isinstance(picked, Refusal) else _answering(picked)

    def named(self, name: str) -> _Answering | None:
        """The file of a name; None: it is not served any more."""
        try:
            return _answering(self.catalog.by_name(name))
        except KeyError:
            return None


def _answering(loaded: Loaded) -> _Answering:
    call = loaded.call
    return _Answering(
        loaded.path.name, call.fallback, call.overflow, call.twiml_language, call.twiml_voice
    )
