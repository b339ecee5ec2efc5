"""``run.py --simulate``: the runtime as it serves, between a simulated phone and model."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from pydantic import SecretStr

from pipeline.catalog import Catalog
from pipeline.serve import serving
from pipeline.settings import Settings
from pipeline.simulate import Peers, simulate
from transports.openai_realtime.websocket import connect_websocket
from transports.simulated.voice import ToneVoice


async def place_call(catalog: Catalog, save: Path | None = None) -> int:
    """Place a simulated call to the first file of a catalog.

    Returns:
        The exit status: 0 if the call kept every promise, else 1.
    """

    @asynccontextmanager
    async def answering(peers: Peers) -> AsyncIterator[str]:
        # Nothing of the real environment: a simulated call must not reach a real peer.
        settings = Settings.model_construct(
            **{
                **{name: field.default for name, field in Settings.model_fields.items()},
                "twilio_account_sid": peers.account_sid,
                "twilio_auth_token": SecretStr(peers.auth_token),
                "twilio_api_url": peers.twilio_api_url,
            }
        )
        async with serving(
            catalog,
            settings,
            host="127.0.0.1",
            port=0,
            on_call=peers.on_call,
            connect=peers.listen_in(connect_websocket),
            announce=False,
        ) as server:
            yield f"http://127.0.0.1:{server.port}"

    return await simulate(catalog.files[0], answering, ToneVoice(), save=save)
