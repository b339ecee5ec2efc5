"""``run.py --simulate``: the runtime as it serves, between a simulated phone and model."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from pipeline.catalog import Catalog
from pipeline.memory_runtime import in_memory, simulated_settings
from pipeline.outside import Outside
from pipeline.placed_call import Answering, Peers
from pipeline.serve import serving
from pipeline.simulate import Simulation, simulate
from transports.openai_realtime.websocket import connect_websocket
from transports.simulated.gateway import Gateway
from transports.simulated.sids import SeededSids
from transports.simulated.voice import ToneVoice


def over_sockets(catalog: Catalog) -> Answering:
    """The runtime and the built-in model, on free ports of this machine, for one call."""

    @asynccontextmanager
    async def answering(peers: Peers) -> AsyncIterator[Gateway]:
        await peers.rest.start()
        try:
            async with serving(
                catalog,
                simulated_settings(peers),
                host="127.0.0.1",
                port=0,
                on_call=peers.on_call,
                outside=Outside(connect=peers.listen_in(connect_websocket)),
                announce=False,
            ) as server:
                yield Gateway(
                    f"http://127.0.0.1:{server.port}",
                    account_sid=peers.account_sid,
                    auth_token=peers.auth_token,
                )
        finally:
            await peers.rest.stop()

    return answering


async def place_call(catalog: Catalog, save: Path | None = None) -> int:
    """Place a simulated call to the first file of a catalog, over sockets and in real time.

    Returns:
        The exit status: 0 if the call kept every promise, else 1.
    """
    voice = ToneVoice()
    return await simulate(catalog.files[0], over_sockets(catalog), voice, Simulation(save=save))


async def place_fast_call(catalog: Catalog, save: Path | None = None) -> int:
    """Place the same call in memory. On a virtual loop it is over in a second or two.

    Everything about it is the same each time, byte for byte.

    Returns:
        The exit status: 0 if the call kept every promise, else 1.
    """
    voice = ToneVoice()
    how = Simulation(save=save, moving=False, new_sid=SeededSids())
    return await simulate(catalog.files[0], in_memory(catalog, voice), voice, how)
