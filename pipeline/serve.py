"""Answering phones: the server, the model and Twilio put together for as long as they run."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from loguru import logger

from pipeline.brain_script import script_finder
from pipeline.built_in_model import BuiltInModel, built_in_model, tone_model
from pipeline.call import CallRunner
from pipeline.catalog import Catalog, Refusal
from pipeline.outside import REAL, Outside
from pipeline.record_keeping import record_keeping
from pipeline.server import CallServer
from pipeline.settings import Settings
from pipeline.text_models import text_model_for
from processors.context import CallContext
from transports.openai_realtime.dialer import ModelDialer
from transports.twilio.rest import TwilioRest
from transports.twilio.twiml import Spoken

SIMULATED_BANNER = (
    "OPENAI_API_KEY is not set: the built-in simulated model answers. "
    "It follows the call file, but it is no language model"
)
NO_REST_BANNER = (
    "No Twilio REST credentials: calls can't be completed, only their media stream closed, "
    "and Twilio then speaks the fallback"
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

    Raises:
        SettingsError: It can't listen there, or not safely.
    """
    async with AsyncExitStack() as stack:
        base_url, api_key = settings.model_url, settings.openai_key
        if not settings.has_model:
            if announce:
                logger.warning(SIMULATED_BANNER)
            model = model or tone_model(script_finder(catalog))
            served = await stack.enter_async_context(model.served())
            base_url, api_key = served.base_url, "simulated"
        rest: TwilioRest | None = None
        if settings.rest_credentials is not None:
            rest = TwilioRest(
                settings.rest_credentials,
                api_url=settings.twilio_api_url,
                jitter=outside.jitter,
                post=outside.post,
            )
            stack.push_async_callback(rest.close)
        elif announce:
            logger.warning(NO_REST_BANNER)
        dialer = ModelDialer(
            outside.connect,
            base_url=base_url,
            api_key=api_key,
            clock=asyncio.get_running_loop().time,
        )
        stack.push_async_callback(dialer.close)
        calls = CallRunner(
            catalog,
            dialer,
            rest,
            wall_clock=outside.wall_clock,
            text_model=outside.text_model or text_model_for(catalog, settings, stack),
            shared=record_keeping(catalog, settings, outside, stack, announce=announce),
            on_call=on_call,
        )
        refusal = catalog.refusal
        server = CallServer(
            _Numbers(catalog),
            settings,
            run_call=calls,
            warm=calls.warm,
            unknown_number=Spoken(refusal.text, refusal.language, refusal.voice),
            wall_clock=lambda: outside.wall_clock().timestamp(),
            nonce=outside.nonce,
        )
        stack.push_async_callback(server.stop)
        if outside.listens:
            await server.start(host, port)
        yield server


async def serve(catalog: Catalog, settings: Settings) -> None:
    """Answer calls until SIGINT or SIGTERM, then end what is live and close.

    Raises:
        SettingsError: It can't listen there, or not safely.
    """
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    async with AsyncExitStack() as stack:
        model: BuiltInModel | None = None
        if not settings.has_model:
            model = await stack.enter_async_context(built_in_model(script_finder(catalog)))
        await stack.enter_async_context(serving(catalog, settings, model=model))
        await stop.wait()
        logger.info("Stopping")


@dataclass(frozen=True, slots=True)
class _Answering:
    """What the webhook needs of a call file; its name is what the stream's token carries."""

    name: str
    fallback: str
    twiml_language: str
    twiml_voice: str | None


@dataclass(frozen=True, slots=True)
class _Numbers:
    """The call files as the webhook asks for them: by called number."""

    catalog: Catalog

    def for_number(self, to: str) -> _Answering | None:
        """The file that answers a called number; None: nobody does."""
        picked = self.catalog.pick(to)
        if isinstance(picked, Refusal):
            return None
        call = picked.call
        return _Answering(picked.path.name, call.fallback, call.twiml_language, call.twiml_voice)
