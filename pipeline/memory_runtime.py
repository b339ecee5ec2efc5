"""The runtime as it serves, with both its peers in memory: no port, no thread, no real clock.

From the webhook to the hang-up everything is the real thing: the server's application, the call,
its pipeline, the clients of Twilio and of the model. Only what carries their bytes is not.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any, Final

from loguru import logger
from pydantic import SecretStr

from pipeline.brain_script import script_finder
from pipeline.catalog import Catalog
from pipeline.drain import StopRequests, drained
from pipeline.outside import Outside
from pipeline.placed_call import Peers
from pipeline.problem import ConfigError, Place, Problem
from pipeline.serve import serving
from pipeline.server import CallServer
from pipeline.settings import Settings
from pipeline.text_models import simulated_text_model
from processors.disk import PatientDisk
from transports.http_tools.exchange import HttpAnswer, HttpExchange, HttpRequest
from transports.openai_realtime.config import OpenAIRealtimeConfig
from transports.openai_realtime.session import Connect
from transports.simulated.asgi_access import AsgiAccess
from transports.simulated.brain import scripted
from transports.simulated.faults import ModelOptions
from transports.simulated.gateway import Gateway
from transports.simulated.memory_model import MEMORY_MODEL_URL, MemoryModel
from transports.simulated.model_sessions import ModelSessions
from transports.simulated.senses import ToneSenses
from transports.simulated.voice import Voice
from transports.webhooks.sender import WebhookPost

_SERVER_URL: Final = "https://voice.test"
_API_KEY: Final = "sk-simulated"
_WEBHOOK_KEY: Final = "simulated"
BEGINNING: Final = datetime(2026, 1, 5, 15, 0, tzinfo=UTC)
"""The date and time at which calls in memory begin, unless somebody wants another: a Monday, in the
morning in New York."""


def wall_clock(beginning: datetime = BEGINNING) -> datetime:
    """The date and time, as the running loop has it."""
    return beginning + timedelta(seconds=asyncio.get_running_loop().time())


def check_in_memory(catalog: Catalog) -> None:
    """See that calls to the first file can be held in memory, in virtual time.

    Raises:
        ConfigError: Its model opens sockets of its own. The built-in model would not be asked, and
            virtual time would not wait for whoever is.
    """
    first = catalog.files[0]
    if not first.call.entries(OpenAIRealtimeConfig):
        problem = (
            "no call in virtual time: pipecat's services open sockets of their own; allowed:"
            " --simulate without --fast, or a model of type openai_realtime"
        )
        raise ConfigError([Problem(Place(str(first.path)), problem)])


async def nobody_answers(request: HttpRequest) -> HttpAnswer:
    """What ``http`` tools of simulated calls get: nothing leaves this machine."""
    logger.debug("A simulated call: {} is not asked", request.url)
    raise ConnectionRefusedError("a simulated call asks nobody")


@dataclass(slots=True)
class MemoryRuntime:
    """Answers calls in memory.

    Attributes:
        catalog: The call files.
        sessions: The model.
        api_key: What the runtime shows the model.
        records: Where records and recordings go; None: where the call files say.
        webhook_post: Takes records to ``on_call_end``; None: they go nowhere.
        http_exchange: Answers ``http`` tools; by default nobody does.
        dial: Put around the function that opens the model's socket, to meddle with it.
        stop: Requests to stop the server in mid call; None: it goes on until the call is over.
        drain_seconds: How long the call may go on once the server was told to stop.
        beginning: The date and time at which the loop's time is 0.
        traced: Whether the call is an OpenTelemetry trace.
    """

    catalog: Catalog
    sessions: ModelSessions
    api_key: str = _API_KEY
    records: Path | None = None
    webhook_post: WebhookPost | None = None
    http_exchange: HttpExchange = nobody_answers
    dial: Callable[[Connect], Connect] = lambda connect: connect
    stop: StopRequests | None = None
    drain_seconds: float = 0.0
    beginning: datetime = BEGINNING
    traced: bool = False

    @asynccontextmanager
    async def __call__(self, peers: Peers) -> AsyncIterator[Gateway]:
        """Run as long as the context is open; gives the way to the server."""
        dice = Random(0)  # noqa: S311  # for calls that are not real
        model = MemoryModel(self.sessions)
        outside = Outside(
            wall_clock=lambda: wall_clock(self.beginning),
            nonce=lambda: dice.randbytes(9).hex(),
            jitter=dice.random,
            connect=peers.listen_in(self.dial(model.connect)),
            text_model=simulated_text_model(self.catalog),
            post=peers.rest.post,
            webhook_post=self.webhook_post or nobody_listens,
            http_exchange=self.http_exchange,
            disk=PatientDisk(),
            records=self.records,
            listens=False,
        )
        settings = simulated_settings(
            peers,
            openai_api_key=SecretStr(self.api_key),
            openai_base_url=MEMORY_MODEL_URL,
            public_url=_SERVER_URL,
            require_stream_signature=True,
            webhook_secret=SecretStr(_WEBHOOK_KEY),
        )
        try:
            async with (
                serving(
                    self.catalog,
                    settings,
                    on_call=peers.on_call,
                    outside=outside,
                    announce=False,
                    traced=self.traced,
                ) as server,
                self._draining(server),
            ):
                yield Gateway(
                    _SERVER_URL,
                    account_sid=peers.account_sid,
                    auth_token=peers.auth_token,
                    access=AsgiAccess(server.app),
                )
        finally:
            await model.stop()

    @asynccontextmanager
    async def _draining(self, server: CallServer) -> AsyncIterator[None]:
        if self.stop is None:
            yield
            return
        draining = asyncio.create_task(drained(server, self.stop, self.drain_seconds))
        try:
            yield
        finally:
            draining.cancel()
            await asyncio.wait({draining})


def in_memory(
    catalog: Catalog,
    voice: Voice,
    *,
    options: ModelOptions | None = None,
    records: Path | None = None,
    beginning: datetime = BEGINNING,
) -> MemoryRuntime:
    """The runtime and the built-in model, which speaks by ``voice``, for one call in memory."""
    sessions = ModelSessions(
        scripted(script_finder(catalog)),
        wall_clock=lambda: wall_clock(beginning).timestamp(),
        senses=ToneSenses(voice),
        options=options,
    )
    return MemoryRuntime(catalog, sessions, records=records, beginning=beginning)


async def nobody_listens(url: str, body: bytes, headers: Mapping[str, str]) -> int:
    """What webhooks of simulated calls come to: nothing leaves this machine."""
    logger.debug("A simulated call: its record is not posted to {}", url)
    return 204


def simulated_settings(peers: Peers, **more: Any) -> Settings:
    """The environment of a simulated call.

    Nothing of the real one: a simulated call must not reach a real peer.
    """
    defaults: dict[str, Any] = {
        name: field.default for name, field in Settings.model_fields.items()
    }
    return Settings.model_construct(
        **{
            **defaults,
            "twilio_account_sid": peers.account_sid,
            "twilio_auth_token": SecretStr(peers.auth_token),
            "twilio_api_url": peers.rest.base_url,
            **more,
        }
    )
