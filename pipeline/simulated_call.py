"""``run.py --simulate``: the runtime as it serves, between a simulated phone and model."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from pipeline.catalog import Catalog
from pipeline.memory_runtime import in_memory, nobody_answers, nobody_listens, simulated_settings
from pipeline.outside import Outside
from pipeline.placed_call import Answering, Peers
from pipeline.serve import serving
from pipeline.simulate import Simulation, simulate
from transports.openai_realtime.websocket import connect_websocket
from transports.simulated.gateway import Gateway
from transports.simulated.sids import SeededSids
from transports.simulated.voice import ToneVoice


def over_sockets(catalog: Catalog, *, records: Path | None = None) -> Answering:
    """The runtime and the built-in model, on free ports of this machine, for one call.

    Args:
        catalog: The call files; the first one answers.
        records: Where records and recordings go; None: where the call files say.
    """

    @asynccontextmanager
    async def answering(peers: Peers) -> AsyncIterator[Gateway]:
        outside = Outside(
            connect=peers.listen_in(connect_websocket),
            webhook_post=nobody_listens,
            http_exchange=nobody_answers,
            records=records,
        )
        await peers.rest.start()
        try:
            async with serving(
                catalog,
                simulated_settings(peers),
                host="127.0.0.1",
                port=0,
                on_call=peers.on_call,
                outside=outside,
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
    with records_folder(save) as records:
        answering = over_sockets(catalog, records=records)
        return await simulate(catalog.files[0], answering, ToneVoice(), Simulation(save=save))


async def place_fast_call(catalog: Catalog, save: Path | None = None) -> int:
    """Place the same call in memory. On a virtual loop it is over in a second or two.

    Everything about it is the same each time, byte for byte.

    Returns:
        The exit status: 0 if the call kept every promise, else 1.
    """
    voice = ToneVoice()
    how = Simulation(save=save, moving=False, new_sid=SeededSids())
    with records_folder(save) as records:
        answering = in_memory(catalog, voice, records=records)
        return await simulate(catalog.files[0], answering, voice, how)


@contextmanager
def records_folder(save: Path | None) -> Iterator[Path]:
    """Where a simulated call's records go: where the rest is saved, or nowhere for long."""
    if save is not None:
        yield save
        return
    with TemporaryDirectory(prefix="callwright-") as folder:
        yield Path(folder)
