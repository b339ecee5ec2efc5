"""The server that Twilio calls: webhook, media socket, health."""

from __future__ import annotations

import asyncio
import contextlib
import socket as sockets
import time
from collections.abc import Callable, Generator
from typing import Final

import uvicorn
from fastapi import FastAPI
from loguru import logger
from starlette.responses import JSONResponse, Response
from starlette.routing import WebSocketRoute

from pipeline.gate import STREAM_PATH, Gate
from pipeline.incoming_call import Catalog, IncomingCall, Ring
from pipeline.media_stream import START_TIMEOUT, MediaStream, RunCall
from pipeline.settings import Settings, SettingsError
from pipeline.transfer_webhooks import TransferWebhooks
from transports.twilio.server_websocket import PhoneWebSocket
from transports.twilio.token import StreamClaims, StreamTokens, random_nonce
from transports.twilio.transfers import AFTER_PATH, ANSWER_PATH, MACHINE_PATH, TransferOffice
from transports.twilio.twiml import Spoken

MAX_MESSAGE_BYTES: Final = 64 * 1024
"""Far more than any message of Twilio's, far less than would hurt."""

UNKNOWN_NUMBER: Final = Spoken("We are sorry, this number is not in service. Goodbye.")

LOOPBACK_BANNER: Final = (
    "TWILIO_AUTH_TOKEN is not set: signatures can't be checked, so only this machine may call"
)

_SERVER_TIMEOUT: Final = 3.0


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
        on_call: Callable[[StreamClaims], None] | None = None,
        unknown_number: Spoken = UNKNOWN_NUMBER,
        start_timeout: float = START_TIMEOUT,
        wall_clock: Callable[[], float] = time.time,
        nonce: Callable[[], str] = random_nonce,
        transfers: TransferOffice | None = None,
    ) -> None:
        """Set up the routes.

        Args:
            catalog: Which call file answers a number.
            settings: The environment.
            run_call: Runs a call to its end.
            warm: Told of each call that rings, in a task of its own. A webhook may come twice:
                it goes by ``call_sid``.
            on_call: Told of each stream that was let in, just before ``run_call``.
            unknown_number: What callers of a number hear that no file answers.
            start_timeout: Seconds from a stream's handshake to its ``start``.
            wall_clock: Seconds since the epoch; what tokens expire by.
            nonce: Makes each token's own name.
            transfers: Hands calls to people; None: nobody can.
        """
        self._settings = settings
        self._warm = warm
        self._warming: set[asyncio.Task[None]] = set()
        self._accepting = True
        gate = Gate(settings)
        tokens = StreamTokens(settings.token_secret, nonce=nonce)
        self._streams = MediaStream(
            gate,
            tokens,
            run_call,
            wall_clock=wall_clock,
            on_call=on_call,
            start_timeout=start_timeout,
        )
        webhook = IncomingCall(
            catalog,
            gate,
            tokens,
            wall_clock=wall_clock,
            accepting=lambda: self._accepting,
            rings=self._rings,
            unknown_number=unknown_number,
        )
        self.app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
        self.app.add_api_route(
            "/incoming-call", webhook.answer, methods=["GET", "POST"], response_model=None
        )
        if transfers is not None:
            hooks = TransferWebhooks(transfers, gate, tokens, find_file=catalog.named)
            for path, answer in (
                (ANSWER_PATH, hooks.answered),
                (MACHINE_PATH, hooks.machine_detected),
                (AFTER_PATH, hooks.dial_ended),
            ):
                self.app.add_api_route(path, answer, methods=["POST"], response_model=None)
        self.app.add_api_route("/healthz", self._alive, methods=["GET"], response_model=None)
        self.app.add_api_route("/readyz", self._ready, methods=["GET"], response_model=None)
        self.app.router.routes.append(WebSocketRoute(STREAM_PATH, self._streams))
        self._server: _Server | None = None
        self._serving: asyncio.Task[None] | None = None
        self._port = settings.port

    @property
    def port(self) -> int:
        """The port that is listened on; after ``start`` the real one."""
        return self._port

    @property
    def calls(self) -> int:
        """How many calls are live."""
        return self._streams.calls

    async def start(self, host: str | None = None, port: int | None = None) -> None:
        """Listen, and return when calls can come.

        Args:
            host: Where; ``HOST`` if left out.
            port: Where; ``PORT`` if left out. 0: any free one, see ``port``.

        Raises:
            SettingsError: The address can't be listened on, or is open to all while signatures
                can't be checked.
        """
        update = {} if host is None else {"host": host}
        settings = self._settings.model_copy(update=update)
        if not settings.checks_signatures:
            if not settings.listens_on_loopback:
                raise SettingsError(
                    f"HOST: found {settings.host!r}; without TWILIO_AUTH_TOKEN nobody can tell "
                    "Twilio from others, so only 127.0.0.1 is allowed"
                )
            logger.warning(LOOPBACK_BANNER)
        listening = await _listen(settings.host, self._port if port is None else port)
        self._port = listening.getsockname()[1]
        self._server = _Server(
            uvicorn.Config(
                self.app,
                http="httptools",
                ws=PhoneWebSocket,
                ws_max_size=MAX_MESSAGE_BYTES,
                ws_per_message_deflate=False,
                lifespan="off",
                access_log=False,
                log_config=None,
                log_level="warning",
                proxy_headers=False,
                server_header=False,
                timeout_graceful_shutdown=1,
            )
        )
        self._serving = asyncio.create_task(self._server.serve([listening]), name="server")
        await self._server.listening.wait()
        logger.info("Listening on {host}:{port}", host=settings.host, port=self._port)

    async def stop(self, *, grace: float = 5.0) -> None:
        """Take no more calls, end the live ones, close.

        Args:
            grace: Seconds in which live calls may end of themselves, their phones gone.
        """
        self._accepting = False
        for task in self._warming:
            task.cancel()
        await self._streams.stop(grace)
        if self._warming:
            await asyncio.wait(self._warming, timeout=_SERVER_TIMEOUT)
        server, self._server = self._server, None
        serving, self._serving = self._serving, None
        if server is None or serving is None:
            return
        server.should_exit = True
        _, late = await asyncio.wait({serving}, timeout=_SERVER_TIMEOUT)
        if late:
            server.force_exit = True
            serving.cancel()
            await asyncio.wait({serving}, timeout=_SERVER_TIMEOUT)

    def _rings(self, claims: StreamClaims) -> None:
        if self._warm is None:
            return
        task = asyncio.ensure_future(self._warm(claims))
        self._warming.add(task)
        task.add_done_callback(self._warmed)

    def _warmed(self, task: asyncio.Future[None]) -> None:
        self._warming.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            logger.opt(exception=error).error("Model could not be dialled ahead")

    async def _alive(self) -> Response:
        return JSONResponse({"status": "alive"})

    async def _ready(self) -> Response:
        ready = self._accepting
        return JSONResponse(
            {"status": "ready" if ready else "stopping", "calls": self.calls},
            200 if ready else 503,
        )


class _Server(uvicorn.Server):
    """Serves in somebody else's loop: leaves signals alone, says when it listens."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.listening = asyncio.Event()

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        yield

    async def startup(self, sockets: list[sockets.socket] | None = None) -> None:
        await super().startup(sockets)
        self.listening.set()


async def _listen(host: str, port: int) -> sockets.socket:
    """Open the listening socket here: uvicorn would leave the process if it can't."""
    loop = asyncio.get_running_loop()
    try:
        (family, _, _, _, address), *_ = await loop.getaddrinfo(
            host, port, type=sockets.SOCK_STREAM, flags=sockets.AI_PASSIVE
        )
        return sockets.create_server(address[:2], family=family, backlog=2048)
    except OSError as error:
        reason = error.strerror or str(error)
        raise SettingsError(f"HOST, PORT: can't listen on {host}:{port}: {reason}") from error
