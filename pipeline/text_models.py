"""Which text model writes what is not spoken: none, the API's, or the built-in one."""

from __future__ import annotations

from contextlib import AsyncExitStack

from pipeline.brain_script import brain_script
from pipeline.catalog import Catalog
from pipeline.settings import Settings
from processors.configs import TranscriptSummarizerConfig
from processors.text_model import TextModel
from transports.simulated.talk.progress import talked
from transports.simulated.text_model import SimulatedTextModel


def wants_text_model(catalog: Catalog) -> bool:
    """Whether any call file names a text model."""
    return any(
        entry.model is not None
        for loaded in catalog.files
        for entry in loaded.call.entries(TranscriptSummarizerConfig)
    )


def text_model_for(
    catalog: Catalog, settings: Settings, stack: AsyncExitStack, *, in_words: bool = False
) -> TextModel | None:
    """The text model of a server, open until the stack is unwound; None: no file wants one.

    Args:
        catalog: The call files.
        settings: The environment.
        stack: Closes it.
        in_words: The built-in voice model really speaks.
    """
    if not wants_text_model(catalog):
        return None
    if not settings.has_model:
        return simulated_text_model(catalog, in_words=in_words)
    # Only who wants one waits for the client's imports, and before the first call.
    from transports.openai_text.model import OpenAITextModel

    model = OpenAITextModel(base_url=settings.model_url, api_key=settings.openai_key)
    stack.push_async_callback(model.close)
    return model


def simulated_text_model(catalog: Catalog, *, in_words: bool = False) -> TextModel:
    """The built-in one, which knows these call files, and how the voice model asks."""
    scripts = [brain_script(loaded.call) for loaded in catalog.files]
    return SimulatedTextModel(scripts, talked) if in_words else SimulatedTextModel(scripts)
