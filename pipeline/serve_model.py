"""``run.py --serve-model``: the built-in model alone, for any client of the Realtime API."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable

from pipeline.built_in_model import built_in_model
from pipeline.catalog import Catalog
from pipeline.settings import SettingsError
from transports.twilio.signature import is_loopback


async def serve_model(
    host: str, port: int, catalog: Catalog | None, say: Callable[[str], None]
) -> None:
    """Serve the model until SIGINT or SIGTERM.

    Args:
        host: Where to listen; nothing guards it, so only loopback is safe.
        port: Where to listen; 0: any free port.
        catalog: Call files that it knows; None: it goes by what a session is told alone.
        say: Prints a line.

    Raises:
        SettingsError: It can't listen there.
    """
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    began = loop.time()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    async with built_in_model(catalog, say) as model:
        try:
            async with model.served(host, port) as server:
                if not is_loopback(host):
                    say(f"{host} is not loopback: whoever reaches it may talk to the model")
                took = loop.time() - began
                say(f"Ready after {took:.1f} s: OPENAI_BASE_URL={server.base_url}")
                await stop.wait()
        except OSError as error:
            raise SettingsError(f"can't listen on {host}:{port}: {error.strerror}") from error
