"""``custom``: any pipecat processor in a call file, checked before a call needs it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from types import SimpleNamespace
from typing import Any, Literal, cast

import pytest
from pipecat.frames.frames import Frame, TextFrame, TranscriptionFrame
from pipecat.processors.filters.frame_filter import FrameFilter
from pipecat.processors.frame_processor import FrameProcessor
from pipecat.processors.logger import FrameLogger
from pipecat.tests.utils import run_test
from pydantic import BaseModel, ValidationError

from processors.base import CallProcessor, next_for_assistant_audio, next_for_caller_audio
from processors.constructor import MisfitError, fit
from processors.context import CallContext
from processors.custom import CustomConfig
from processors.import_path import import_object

HERE = "tests.processors.test_custom"
CONTEXT = cast(CallContext, SimpleNamespace())


class Colour(Enum):
    RED = "red"


class Limits(BaseModel):
    most: int = 5


@dataclass
class Options:
    limits: Limits


class Mine(FrameProcessor):
    def __init__(
        self,
        context: CallContext,
        count: int,
        *,
        rate: float | None = None,
        mode: Literal["a", "b"] = "a",
        colour: Colour = Colour.RED,
        options: Options | None = None,
        words: tuple[str, ...] = (),
        anything: Any = None,
    ) -> None:
        super().__init__()
        self.context = context
        self.given = (count, rate, mode, colour, options, words, anything)


class Child(Mine):
    def __init__(self, *, more: int, **others: Any) -> None:
        super().__init__(**others)


class Deaf(CallProcessor):
    wants_assistant_audio = True


class Stranger:
    pass


class Loose(FrameProcessor):
    def __init__(self, first: "Unknown", **others: Any) -> None:  # type: ignore[name-defined]  # noqa: F821, UP037
        super().__init__()
        self.given = {"first": first, **others}


def custom(use: str, audio: bool = True, **values: Any) -> CustomConfig:
    return CustomConfig.model_validate(
        {"type": "custom", "use": use, "with": values, "audio": audio}
    )


def misfit(cls: type, **values: Any) -> dict[str, str]:
    with pytest.raises(MisfitError) as raised:
        fit(cls, values)
    return raised.value.parts


async def test_a_stock_processor_is_built_and_works() -> None:
    frame = {"use": "pipecat.frames.frames:TranscriptionFrame"}
    entry = custom("pipecat.processors.filters.frame_filter:FrameFilter", types=[frame])

    processor = entry.build(CONTEXT)

    assert isinstance(processor, FrameFilter)
    heard = TranscriptionFrame("hello", "caller", "now")
    await run_test(
        processor,
        frames_to_send=[TextFrame("dropped"), heard],
        expected_down_frames=[TranscriptionFrame],
    )


def test_a_stock_processor_gets_its_settings() -> None:
    processor = custom("pipecat.processors.logger:FrameLogger", prefix="call").build(CONTEXT)

    assert isinstance(processor, FrameLogger)
    assert processor._prefix == "call"


def test_values_are_read_as_the_annotations_say() -> None:
    options = {"limits": {"most": "7"}}
    values: dict[str, Any] = {
        "count": "3",
        "rate": 1,
        "mode": "b",
        "colour": "red",
        "options": options,
    }

    processor = custom(f"{HERE}:Mine", **values, words=["x"], anything=[1]).build(CONTEXT)

    assert isinstance(processor, Mine)
    assert processor.given == (3, 1.0, "b", Colour.RED, Options(Limits(most=7)), ("x",), [1])


def test_the_context_is_filled_in() -> None:
    processor = custom(f"{HERE}:Mine", count=1).build(CONTEXT)

    assert isinstance(processor, Mine)
    assert processor.context is CONTEXT


def test_each_call_gets_values_of_its_own() -> None:
    entry = custom(f"{HERE}:Mine", count=1, anything=[1])

    one, other = entry.build(CONTEXT), entry.build(CONTEXT)

    assert isinstance(one, Mine)
    assert isinstance(other, Mine)
    assert one.given[-1] == other.given[-1]
    assert one.given[-1] is not other.given[-1]


def test_everything_that_does_not_fit_is_told() -> None:
    assert misfit(Mine, cuont=1, mode="c", rate="fast") == {
        "": "Mine needs count",
        "cuont": "Mine has no such parameter;"
        " allowed: count, rate, mode, colour, options, words, anything; did you mean 'count'?",
        "mode": "allowed: 'a' or 'b'",
        "rate": "allowed: a valid number, unable to parse string as a number",
    }
    assert misfit(Mine, count=1, options={"limits": {"most": "x"}}) == {
        "options": "allowed: a valid integer, unable to parse string as an integer"
        " at ['limits']['most']",
    }
    assert misfit(Mine, count=1, anything={"use": "no.such:x"})["anything"].startswith(
        "there is no"
    )
    assert "context" in misfit(Mine, count=1, context=5), "it is not for a file to give"


def test_a_constructor_that_takes_anything_is_given_anything() -> None:
    assert fit(Loose, {"first": 1, "other": 2}) == {"first": 1, "other": 2}
    assert misfit(Loose, other=2) == {"": "Loose needs first"}


def test_what_a_constructor_may_ignore_is_warned_of() -> None:
    entry = custom("pipecat.processors.filters.identity_filter:IdentityFilter", name="x", nam="x")

    assert entry.advice() == [
        ("with.nam", "IdentityFilter names no such parameter; it may ignore it")
    ]


def test_parameters_that_are_passed_on_to_a_base_are_checked() -> None:
    assert misfit(Child, count="x", more=1) == {
        "count": "allowed: a valid integer, unable to parse string as an integer",
    }
    assert fit(Child, {"count": 1, "more": 1}) == {"count": 1, "more": 1}


@pytest.mark.parametrize(
    ("use", "told"),
    [
        (f"{HERE}:Stranger", "a subclass of pipecat's FrameProcessor"),
        (f"{HERE}:HERE", "a subclass of pipecat's FrameProcessor"),
        (f"{HERE}:Mien", "has no 'Mien'; did you mean 'Mine'?"),
        ("no_such_module:X", "there is no module 'no_such_module'; install it"),
        ("json.no_such:X", "there is no module 'json.no_such'"),
        ("tests.processors.broken_module:X", "failed: RuntimeError: broken on purpose"),
        ("tests.processors.needy_module:X", "needs the module 'no_such_module', which is missing"),
        ("json", "an import path, as in package.module:Name"),
        ("json:", "an import path"),
        ("../json:x", "an import path"),
    ],
)
def test_a_class_that_can_not_be_had_is_told(use: str, told: str) -> None:
    with pytest.raises(ValidationError) as raised:
        custom(use)

    assert told in str(raised.value)


def test_an_attribute_of_a_class_can_be_named() -> None:
    assert import_object(f"{HERE}:Colour.RED") is Colour.RED


def test_audio_visits_a_stranger_unless_the_file_says_otherwise() -> None:
    logger = "pipecat.processors.logger:FrameLogger"

    assert custom(logger).visited_by("caller")
    assert not custom(logger, audio=False).visited_by("assistant")
    assert custom(f"{HERE}:Deaf").visited_by("assistant")
    assert not custom(f"{HERE}:Deaf").visited_by("caller"), "it says so itself"


class Recorder(FrameProcessor):
    async def process_frame(self, frame: Frame, direction: Any) -> None:
        await super().process_frame(frame, direction)
        await self.push_frame(frame, direction)


def test_audio_hops_past_one_that_the_file_made_deaf() -> None:
    source, last = Deaf(), Recorder()
    deaf = custom("pipecat.processors.logger:FrameLogger", audio=False).build(CONTEXT)
    source.link(deaf)
    deaf.link(last)

    assert next_for_caller_audio(source) is last
    assert next_for_assistant_audio(source) is last
