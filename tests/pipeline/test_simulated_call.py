from __future__ import annotations

from pipeline.catalog import load_catalog
from pipeline.simulated_call import both_ends, spoken
from transports.simulated.brain_script import BrainRequest, Line, Say
from transports.simulated.speech.engines import Engines
from transports.simulated.talk.talker import Talker


async def test_where_packages_are_missing_one_line_says_so_and_the_call_is_in_tones() -> None:
    told: list[str] = []

    async with both_ends(load_catalog("minimal"), told.append, ["hibari", "soxr"]) as (model, talk):
        assert not model.speaks
        assert not talk.in_words
        assert talk.caller.speak("hello").done()

    (line,) = told
    assert "packages are missing: hibari, soxr." in line
    assert "pip install -e '.[local]'" in line


async def test_in_words_the_model_follows_the_call_file_and_the_caller_has_another_voice(
    engines: Engines,
) -> None:
    catalog = load_catalog("realestate")
    async with spoken(catalog, engines) as (model, talk):
        assert model.speaks
        assert talk.in_words
        mind = model.mind_for("")
        assert isinstance(mind, Talker)
        (said,) = mind.reply(BrainRequest((Line("caller", "Hello."),)))
        assert isinstance(said, Say)
        mine, models = talk.caller.speak("Hello there."), model.senses.speak("Hello there.")
        await talk.caller.settle()
        piece = await models()

    assert piece is not None
    assert mine.result() != piece.pcmu
    assert talk.chars_heard("Hello there.", 500, 1000) == 6
