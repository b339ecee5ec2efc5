"""The server that Twilio calls: webhook, media socket, health."""

from __future__ import annotations

import asyncio
import socket as sockets
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from typing import Final

from loguru import logger
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route, WebSocketRoute

from pipeline.admission import (
    PROMISE_SECONDS,
    PROMISE_SECONDS_AMONG_NEIGHBOURS,
    Admission,
    Overload,
)
from pipeline.doorkeeper import Doorkeeper, DoorLimits
from pipeline.exposure import check_exposure
from pipeline.gate import STREAM_PATH, Gate
from pipeline.http_server import HttpServer
from pipeline.incoming_call import Catalog, IncomingCall, Ring
from pipeline.listener import listen
from pipeline.loop_lag import LoopLag
from pipeline.media_stream import START_TIMEOUT, MediaStream, RunCall
from pipeline.metrics import CallMetrics
from pipeline.metrics_page import METRICS_PATH, MetricsPage
from pipeline.settings import Settings
from pipeline.transfer_webhooks import TransferWebhooks
from pipeline.warming import Warming
from transports.twilio.token import StreamClaims, StreamTokens, random_nonce
from transports.twilio.transfers import AFTER_PATH, ANSWER_PATH, MACHINE_PATH, TransferOffice
from transports.twilio.twiml import Spoken
from transports.twilio.used_tokens import UsedTokens

UNKNOWN_NUMBER: Final = Spoken("We are sorry, this number is not in service. Goodbye.")


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Other processes that accept from the same socket: a stream may come to any of them.

    Attributes:
        used_tokens: Remembers for all of them which streams came.
        token_secret: What all sign tokens with, if the environment has no secret.
    """

    used_tokens: UsedTokens
    token_secret: str


class CallServer:
    """Takes calls: each media stream that is let in becomes one ``run_call``.

    ``start`` and ``stop`` serve inside the running loop; ``app`` is for another ASGI runner.
    """

    def __init__(
        self,
        catalog: Catalog,
        settings: Settings,
        *,
        run_call: RunCall,
        warm: Ring | None = None,
        unknown_number: Spoken = UNKNOWN_NUMBER,
        start_timeout: float = START_TIMEOUT,
        door: DoorLimits | None = None,
        wall_clock: Callable[[], float] = time.time,
        nonce: Callable[[], str] = random_nonce,
        transfers: TransferOffice | None = None,
        neighbours: Neighbours | None = None,
        say_goodbye: Callable[[], Awaitable[None]] | None = None,
        metrics: CallMetrics | None = None,
    ) -> None:
        """Set up the routes.

        Args:
            catalog: Which call file answers a number.
            settings: The environment.
            run_call: Runs a call to its end.
            warm: Told of each call that rings, in a task of its own. A webhook may come twice:
                it goes by ``call_sid``.
            unknown_number: What callers of a number hear that no file answers.
            start_timeout: Seconds from a stream's handshake to its ``start``.
            door: What a connection may do before it is known.
            wall_clock: Seconds since the epoch; what tokens expire by.
            nonce: Makes each token's own name.
            transfers: Hands calls to people; None: nobody can.
            neighbours: Other processes that accept from the same socket; None: this one alone.
            say_goodbye: Has every live call end with words.
            metrics: Counts what is refused, and is read at ``/metrics`` where there is a key.
        """
        self._settings = settings
        self._warming = Warming(warm)
        self._has_neighbours = neighbours is not None
        self._admission = _admission(settings, has_neighbours=self._has_neighbours)
        self._lag = LoopLag(metrics.loop_lag.set if metrics is not None else None)
        self._door = Doorkeeper(door or DoorLimits())
        self._say_goodbye = say_goodbye
        gate = Gate(settings)
        tokens = _tokens(settings, nonce, neighbours)
        self._streams = MediaStream(
            gate,
            tokens,
            run_call,
            wall_clock=wall_clock,
            on_call=self._let_in,
            start_timeout=start_timeout,
        )
        # A connection that is kept open would bring the next call here, where a neighbour may
        # have more room for it.
        self._headers = {"Connection": "close"} if self._has_neighbours else {}
        webhook = IncomingCall(
            catalog,
            gate,
            tokens,
            wall_clock=wall_clock,
            overload=self._overload,
            rings=self._rings,
            unknown_number=unknown_number,
            headers=self._headers,
            refused=_counting(metrics),
        )
        self.app = Starlette(
            routes=[
                Route("/incoming-call", webhook.answer, methods=["GET", "POST"]),
                WebSocketRoute(STREAM_PATH, self._streams),
                *_transfer_routes(catalog, gate, tokens, transfers),
                *self._health_routes(metrics),
            ]
        )
        self._server: HttpServer | None = None
        self._port = settings.port

    @property
    def port(self) -> int:
        """The port that is listened on; after ``start`` the real one."""
        return self._port

    @property
    def calls(self) -> int:
        """How many calls are live."""
        return self._streams.calls

    @property
    def strangers(self) -> int:
        """How many connections have not shown yet who they are."""
        return len(self._door)

    @property
    def promises(self) -> int:
        """How many calls are to come: their webhooks were answered, their streams not opened."""
        return self._admission.promises(_now())

    async def start(
        self,
        host: str | None = None,
        port: int | None = None,
        listening: sockets.socket | None = None,
    ) -> None:
        """Listen, and return when calls can come.

        Args:
            host: Where; ``HOST`` if left out.
            port: Where; ``PORT`` if left out. 0: any free one, see ``port``.
            listening: Where, if the socket is there already; closed by ``stop``.

        Raises:
            SettingsError: The address can't be listened on, or is open to all while signatures
                can't be checked.
        """
        update = {} if host is None else {"host": host}
        settings = self._settings.model_copy(update=update)
        if listening is None:
            check_exposure(settings)
            listening = await listen(settings.host, self._port if port is None else port)
        self._port = listening.getsockname()[1]
        self._lag.start()
        self._server = HttpServer(self.app, listening, patience=self._patience, door=self._door)
        await self._server.start()
        logger.info("Listening on {host}:{port}", host=settings.host, port=self._port)

    async def idle(self) -> None:
        """Wait until no call is live, nor promised."""
        while True:
            await self._streams.idle()
            due = self._admission.promised_until(_now())
            if due is None:
                return
            await asyncio.sleep(due - _now())

    def drain(self) -> None:
        """Promise no more calls. Streams of those that were promised still come in."""
        self._admission.draining = True

    async def say_goodbye(self) -> None:
        """Have every live call end with words, as far as its runtime can."""
        if self._say_goodbye is not None:
            await self._say_goodbye()

    async def stop(self, *, grace: float = 5.0) -> None:
        """Take no more calls, end the live ones, close.

        Args:
            grace: Seconds in which live calls may end of themselves, their phones gone.
        """
        self.drain()
        self._lag.stop()
        self._warming.cancel()
        await self._streams.stop(grace)
        await self._warming.ended()
        server, self._server = self._server, None
        if server is not None:
            await server.stop()

    def _health_routes(self, metrics: CallMetrics | None) -> Iterator[Route]:
        yield Route("/healthz", self._alive)
        yield Route("/readyz", self._ready)
        if metrics is not None and self._settings.metrics_secret:
            page = MetricsPage(metrics.text, self._settings.metrics_secret)
            yield Route(METRICS_PATH, page.__call__)

    def _overload(self) -> Overload | None:
        return self._admission.overload(_now(), calls=self.calls, lag_ms=self._lag.ms)

    def _patience(self) -> float:
        if not self._has_neighbours:
            return 0.0
        return self._admission.patience(_now(), calls=self.calls, lag_ms=self._lag.ms)

    def _let_in(self, _: StreamClaims) -> None:
        self._admission.stream_came()

    def _rings(self, claims: StreamClaims) -> None:
        self._admission.promised(_now())
        self._warming.begin(claims)

    async def _alive(self, _: Request) -> Response:
        return JSONResponse({"status": "alive"}, headers=self._headers)

    async def _ready(self, _: Request) -> Response:
        overload = self._overload()
        status = {"status": "ready"} if overload is None else {"status": "busy", "why": overload}
        return JSONResponse(
            {**status, "calls": self.calls, "loop_lag_ms": round(self._lag.ms, 1)},
            200 if overload is None else 503,
            headers=self._headers,
        )


def _transfer_routes(
    catalog: Catalog, gate: Gate, tokens: StreamTokens, transfers: TransferOffice | None
) -> Iterator[Route]:
    if transfers is None:
        return
    hooks = TransferWebhooks(transfers, gate, tokens, find_file=catalog.named)
    yield Route(ANSWER_PATH, hooks.answered, methods=["POST"])
    yield Route(MACHINE_PATH, hooks.machine_detected, methods=["POST"])
    yield Route(AFTER_PATH, hooks.dial_ended, methods=["POST"])


def _tokens(
    settings: Settings, nonce: Callable[[], str], neighbours: Neighbours | None
) -> StreamTokens:
    if neighbours is None:
        return StreamTokens(settings.token_secret, nonce=nonce)
    secret = settings.token_secret or neighbours.token_secret
    return StreamTokens(secret, nonce=nonce, used=neighbours.used_tokens)


def _admission(settings: Settings, *, has_neighbours: bool) -> Admission:
    promise = PROMISE_SECONDS_AMONG_NEIGHBOURS if has_neighbours else PROMISE_SECONDS
    return Admission(settings.max_calls, settings.max_loop_lag_ms, promise_seconds=promise)


def _counting(metrics: CallMetrics | None) -> Callable[[str], None]:
    def refused(why: str) -> None:
        """Count one call that was turned away, by why."""
        if metrics is not None:
            metrics.refused.labels(why).inc()

    return refused


def _now() -> float:
    return asyncio.get_running_loop().time()
