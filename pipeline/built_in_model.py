"""The model that answers where no other is named: it speaks, if its engines are installed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from loguru import logger

from pipeline.brain_script import prompt_beginning, script_finder
from pipeline.catalog import Catalog
from transports.simulated.brain import scripted
from transports.simulated.brain_script import BrainRequest, BrainScript, Line
from transports.simulated.faults import ModelOptions
from transports.simulated.mind import MindFor
from transports.simulated.model_server import SimulatedModel
from transports.simulated.senses import Senses, ToneSenses
from transports.simulated.speech.engines import Engines
from transports.simulated.speech.load import load_engines, missing_packages
from transports.simulated.speech_senses import SpeechSenses
from transports.simulated.talk.likeness import VectorLikeness
from transports.simulated.talk.talker import talkers

_FIRST_WORDS: Final = BrainRequest(lines=(Line("caller", "What time do you open?"),))
"""A mind reads its call file when it is asked for the first time, which takes half a second."""

SPEECH_PACE: Final = ModelOptions(first_delta=0.0, transcription_delay=0.0)
"""Real work takes its own time; nothing is waited for besides."""

MISSING: Final = (
    "The built-in model can't speak here, as packages are missing: {}. It talks in tones instead,"
    " which only a simulated caller understands. To hear it: pip install -e '.[local]' in"
    " Callwright's folder"
)


@dataclass(frozen=True, slots=True)
class BuiltInModel:
    """A model, ready to be served.

    Attributes:
        mind_for: What decides on its words, by a session's instructions.
        senses: What it hears and speaks with.
        options: Its pace.
        speaks: Whether it does so in words.
    """

    mind_for: MindFor
    senses: Senses = field(default_factory=ToneSenses)
    options: ModelOptions = field(default_factory=ModelOptions)
    speaks: bool = False

    @asynccontextmanager
    async def served(self, host: str = "127.0.0.1", port: int = 0) -> AsyncIterator[SimulatedModel]:
        """Serve it as long as the block lasts.

        Raises:
            OSError: The port is taken, or the host is not of this machine.
        """
        server = SimulatedModel(self.mind_for, senses=self.senses, options=self.options)
        await server.start(host, port)
        try:
            yield server
        finally:
            await server.stop()


def tone_model(catalog: Catalog | None) -> BuiltInModel:
    """The model that talks in tones and takes no time: for simulated calls."""
    return BuiltInModel(scripted(_no_script if catalog is None else script_finder(catalog)))


@asynccontextmanager
async def built_in_model(
    catalog: Catalog | None, progress: Callable[[str], None] = logger.info
) -> AsyncIterator[BuiltInModel]:
    """The model that speaks, its engines loaded and warm; the one of tones where it can't be had.

    Args:
        catalog: Call files that it knows; None: it goes by what a session is told alone.
        progress: Told what is being done, as it takes seconds.
    """
    missing = missing_packages()
    if missing:
        logger.warning(MISSING, ", ".join(missing))
        yield tone_model(catalog)
        return
    engines = await asyncio.to_thread(load_engines, progress)
    async with speaking_model(catalog, engines) as model:
        yield model


@asynccontextmanager
async def speaking_model(catalog: Catalog | None, engines: Engines) -> AsyncIterator[BuiltInModel]:
    """The model that speaks, by loaded engines; it goes by the call files, and says nothing else.

    Args:
        catalog: Call files that it knows; None: it goes by what a session is told alone.
        engines: Its ears, its voice, and its sense of sentences.
    """
    script_for = _no_script if catalog is None else script_finder(catalog)
    senses = SpeechSenses(engines)
    try:
        mind_for = talkers(script_for, VectorLikeness(engines.sentences))
        for loaded in catalog.files if catalog is not None else ():
            reader = partial(mind_for(prompt_beginning(loaded.call)).reply, _FIRST_WORDS)
            await senses.think(reader)
        yield BuiltInModel(mind_for, senses, SPEECH_PACE, speaks=True)
    finally:
        senses.close()


def _no_script(_: str) -> BrainScript:
    return BrainScript()
