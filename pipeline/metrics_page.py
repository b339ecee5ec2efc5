"""Where Prometheus reads: ``/metrics`` at a port of its own, or at the calls' port with a key."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from loguru import logger
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, start_http_server
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from pipeline.settings import Settings, SettingsError

METRICS_PATH: Final = "/metrics"


class MetricsPage:
    """``/metrics`` beside the webhook, for whoever has the key."""

    def __init__(self, text: Callable[[], bytes], key: str) -> None:
        """Set up.

        Args:
            text: All metrics, as Prometheus reads them.
            key: What must come as ``Authorization: Bearer``.
        """
        self._text = text
        self._wanted = f"Bearer {key}".encode()

    async def __call__(self, request: Request) -> Response:
        """Answer one scrape."""
        given = request.headers.get("authorization", "").encode()
        if not hmac.compare_digest(given, self._wanted):
            return PlainTextResponse(
                "METRICS_KEY is needed, as a bearer token\n",
                401,
                {"WWW-Authenticate": "Bearer"},
            )
        return Response(self._text(), media_type=CONTENT_TYPE_LATEST)


@contextmanager
def metrics_port(settings: Settings, registry: CollectorRegistry) -> Iterator[None]:
    """Answer Prometheus at ``METRICS_PORT``, in a thread, for as long as the block lasts.

    Raises:
        SettingsError: It can't listen there.
    """
    host, port = settings.host, settings.metrics_port
    try:
        server, thread = start_http_server(port, addr=host, registry=registry)
    except OSError as error:
        raise SettingsError(
            f"METRICS_PORT: found {port}; can't listen on {host}:{port}: {error.strerror}"
        ) from error
    logger.info("Metrics at {host}:{port}/metrics", host=host, port=port)
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
