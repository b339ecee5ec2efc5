"""What calls need that come in somewhere: the model, Twilio, tools and records, put together."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING

from loguru import logger

from pipeline.call import CallRunner
from pipeline.catalog import Catalog
from pipeline.outside import REAL, Outside
from pipeline.record_keeping import record_keeping
from pipeline.settings import Settings
from pipeline.text_models import text_model_for
from pipeline.tool_services import tool_services
from processors.context import CallContext
from transports.openai_realtime.dialer import ModelDialer
from transports.twilio.rest import TwilioRest
from transports.twilio.transfers import TransferBoard, TransferOffice, TransferSeals

if TYPE_CHECKING:
    from pipeline.built_in_model import BuiltInModel

SIMULATED_BANNER = (
    "OPENAI_API_KEY is not set: the built-in simulated model answers. "
    "It follows the call file, but it is no language model"
)
NO_REST_BANNER = (
    "No Twilio REST credentials: calls can't be completed, only their media stream closed, "
    "and Twilio then speaks the fallback"
)


async def open_calls(
    catalog: Catalog,
    settings: Settings,
    stack: AsyncExitStack,
    on_call: Callable[[CallContext], None] | None = None,
    outside: Outside = REAL,
    *,
    model: BuiltInModel | None = None,
    announce: bool = True,
    traced: bool = False,
) -> CallRunner:
    """What makes calls of streams, wherever these come from; open until the stack is unwound.

    Args:
        catalog: The call files.
        settings: The environment.
        stack: Closes what is opened for the calls.
        on_call: Told of each call before its first frame.
        outside: The world around it.
        model: Answers if the environment names no other; one that talks in tones by default.
        announce: Say in the log what is missing.
        traced: Whether each call is an OpenTelemetry trace.
    """
    in_words = model is not None and model.speaks
    if announce and not settings.has_model:
        logger.warning(SIMULATED_BANNER)
    for loaded in catalog.files:
        for processor in loaded.call.pipeline:
            processor.get_ready()
    base_url, api_key = await _model_address(catalog, settings, stack, model)
    shared = {
        **record_keeping(catalog, settings, outside, stack, announce=announce),
        **await tool_services(catalog, outside, stack),
    }
    rest = _rest(settings, stack, outside)
    if rest is None and announce:
        logger.warning(NO_REST_BANNER)
    dialer = ModelDialer(
        outside.connect,
        base_url=base_url,
        api_key=api_key,
        clock=asyncio.get_running_loop().time,
    )
    stack.push_async_callback(dialer.close)
    return CallRunner(
        catalog,
        dialer,
        rest,
        wall_clock=outside.wall_clock,
        text_model=outside.text_model
        or text_model_for(catalog, settings, stack, in_words=in_words),
        transfers=None if rest is None else _transfer_office(rest, settings, outside),
        shared=shared,
        on_call=on_call,
        timing_math=settings.show_timing_math,
        traced=traced,
    )


async def _model_address(
    catalog: Catalog, settings: Settings, stack: AsyncExitStack, model: BuiltInModel | None
) -> tuple[str, str]:
    """Base URL and key of the model that the environment names, or of the built-in one."""
    if settings.has_model:
        return settings.model_url, settings.openai_key
    if model is None:
        # Who has a model elsewhere does not wait for the imports of this one.
        from pipeline.built_in_model import tone_model

        model = tone_model(catalog)
    served = await stack.enter_async_context(model.served())
    return served.base_url, "simulated"


def _rest(settings: Settings, stack: AsyncExitStack, outside: Outside) -> TwilioRest | None:
    """Twilio's REST API, if there are credentials for it."""
    if settings.rest_credentials is None:
        return None
    rest = TwilioRest(
        settings.rest_credentials,
        api_url=settings.twilio_api_url,
        jitter=outside.jitter,
        post=outside.post,
    )
    stack.push_async_callback(rest.close)
    return rest


def _transfer_office(rest: TwilioRest, settings: Settings, outside: Outside) -> TransferOffice:
    return TransferOffice(
        rest,
        TransferSeals(settings.token_secret),
        TransferBoard(),
        wall_clock=lambda: outside.wall_clock().timestamp(),
    )
