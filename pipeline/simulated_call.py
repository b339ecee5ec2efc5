"""``run.py --simulate``: the runtime as it serves, between a simulated phone and model."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from pipeline.built_in_model import MISSING, BuiltInModel, speaking_model, tone_model
from pipeline.catalog import Catalog
from pipeline.memory_runtime import in_memory, nobody_answers, nobody_listens, simulated_settings
from pipeline.outside import Outside
from pipeline.placed_call import Answering, Peers
from pipeline.serve import serving
from pipeline.simulate import Simulation, Talk, in_tones, simulate
from transports.openai_realtime.config import OpenAIRealtimeConfig
from transports.openai_realtime.websocket import connect_websocket
from transports.simulated.caller_senses import SpokenSenses
from transports.simulated.gateway import Gateway
from transports.simulated.people import Doing
from transports.simulated.sids import SeededSids
from transports.simulated.speakers import NO_PLAYER, find_player
from transports.simulated.speech.engines import Engines
from transports.simulated.speech.load import load_engines, missing_packages
from transports.simulated.voice import ToneVoice

OTHER_MODEL: Final = (
    "This file's model dials where the file says. To have the built-in model answer, run"
    " --serve-model beside this and give the file its address."
)
"""Said of a file with pipecat's services."""


def over_sockets(
    catalog: Catalog, *, records: Path | None = None, model: BuiltInModel | None = None
) -> Answering:
    """The runtime and the built-in model, on free ports of this machine, for one call.

    Args:
        catalog: The call files; the first one answers.
        records: Where records and recordings go; None: where the call files say.
        model: The model; one that talks in tones by default.
    """

    @asynccontextmanager
    async def answering(peers: Peers) -> AsyncIterator[Gateway]:
        """Serve as long as the context is open; gives the way to the server."""
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
                # Nothing stands in between: requests name the address that they are signed for.
                simulated_settings(peers, trust_proxy=True),
                host="127.0.0.1",
                port=0,
                on_call=peers.on_call,
                outside=outside,
                model=model,
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


async def place_call(
    catalog: Catalog,
    say: Callable[[str], None],
    save: Path | None = None,
    *,
    play: bool = False,
    person: Doing | None = None,
) -> int:
    """Place a simulated call to the first file of a catalog, over sockets and in real time.

    It is spoken where the engines are installed, and in tones where they are not.

    Args:
        catalog: The call files.
        say: Prints a line.
        save: Where recording, record and event log go; none are kept without.
        play: Play it on this machine's speakers.
        person: The caller asks for a person, who does this when their telephone rings.

    Returns:
        The exit status: 0 if the call kept every promise, else 1.
    """
    player = find_player() if play else None
    if play and player is None:
        say(NO_PLAYER)
    if not catalog.files[0].call.entries(OpenAIRealtimeConfig):
        say(OTHER_MODEL)
    how = Simulation(save=save, play=player, person=person)
    with records_folder(save) as records:
        async with both_ends(catalog, say, missing_packages()) as (model, talk):
            answering = over_sockets(catalog, records=records, model=model)
            return await simulate(catalog.files[0], answering, talk, how)


@asynccontextmanager
async def both_ends(
    catalog: Catalog, say: Callable[[str], None], missing: Sequence[str]
) -> AsyncIterator[tuple[BuiltInModel, Talk]]:
    """The model and the caller of a call: in words, or in tones where packages are missing.

    Args:
        catalog: The call files.
        say: Prints a line.
        missing: What is not installed of what words need.
    """
    if missing:
        say(MISSING.format(", ".join(missing)))
        yield tone_model(catalog), in_tones(ToneVoice())
        return
    engines = await asyncio.to_thread(load_engines, say)
    async with spoken(catalog, engines) as (model, talk):
        yield model, talk


@asynccontextmanager
async def spoken(catalog: Catalog, engines: Engines) -> AsyncIterator[tuple[BuiltInModel, Talk]]:
    """The model and the caller of a call in words, by the same engines, as long as the block lasts.

    Each has ears, a mouth and a mind of their own, so that neither waits for the other.
    """
    caller = SpokenSenses(engines)
    async with speaking_model(catalog, engines) as model:
        try:
            yield model, Talk(caller)
        finally:
            caller.close()


async def place_fast_call(
    catalog: Catalog, save: Path | None = None, *, person: Doing | None = None
) -> int:
    """Place the same call in memory. On a virtual loop it is over in a second or two.

    Everything about it is the same each time, byte for byte.

    Returns:
        The exit status: 0 if the call kept every promise, else 1.
    """
    voice = ToneVoice()
    how = Simulation(save=save, moving=False, new_sid=SeededSids(), person=person)
    with records_folder(save) as records:
        answering = in_memory(catalog, voice, records=records)
        return await simulate(catalog.files[0], answering, in_tones(voice), how)


@contextmanager
def records_folder(save: Path | None) -> Iterator[Path]:
    """Where a simulated call's records go: where the rest is saved, or nowhere for long."""
    if save is not None:
        yield save
        return
    with TemporaryDirectory(prefix="callwright-") as folder:
        yield Path(folder)
