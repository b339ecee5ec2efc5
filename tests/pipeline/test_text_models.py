"""Which text model sums up."""

from __future__ import annotations

from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from pipeline.settings import Settings
from pipeline.text_models import text_model_for
from processors.state.memory import Remembered
from processors.state.memory_form import MemoryForm
from tests.pipeline.whole_call import catalog_of, with_entries
from transports.openai_text.model import OpenAITextModel
from transports.simulated.text_model import SimulatedTextModel

WITH_ONE = with_entries("{type: transcript_summarizer, model: some-text-model}")


def settings(**given: str) -> Settings:
    return Settings.model_validate(given)


async def test_without_a_call_file_that_names_one_there_is_none(tmp_path: Path) -> None:
    catalog = catalog_of(tmp_path, with_entries("{type: transcript_summarizer}"))
    async with AsyncExitStack() as stack:
        assert text_model_for(catalog, settings(openai_api_key="sk-test"), stack) is None


async def test_with_a_key_it_is_the_apis_and_without_the_built_in_one(tmp_path: Path) -> None:
    catalog = catalog_of(tmp_path, WITH_ONE)
    async with AsyncExitStack() as stack:
        real = text_model_for(catalog, settings(openai_api_key="sk-test"), stack)
        built_in = text_model_for(catalog, settings(), stack)

        assert isinstance(real, OpenAITextModel)
        assert isinstance(built_in, SimulatedTextModel)


@pytest.mark.parametrize(
    ("in_words", "read_back"),
    [(False, "Just to confirm, name: Jo Lee."), (True, "For the name, I have Jo Lee.")],
)
async def test_the_built_in_one_reads_back_as_the_voice_model_does(
    tmp_path: Path, in_words: bool, read_back: str
) -> None:
    call_file = WITH_ONE.replace(
        "agent:\n",
        "agent:\n  information:\n    checklist:\n"
        "      - {field: name, ask: What is your name?, confirm: true}\n",
        1,
    )
    catalog = catalog_of(tmp_path, call_file)
    dialogue = (
        "Assistant: What is your name?\nCaller: Jo Lee.\n"
        f"Assistant: {read_back} Is that right?\nCaller: Yes, that's right."
    )
    form = MemoryForm(("name",))
    async with AsyncExitStack() as stack:
        model = text_model_for(catalog, settings(), stack, in_words=in_words)
        assert model is not None
        written = await model.write("some-text-model", form.question, dialogue)

    assert form.read(written.text).fields == {"name": Remembered("Jo Lee", confirmed=True)}
