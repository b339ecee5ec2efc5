from __future__ import annotations

import pytest

from transports.simulated.turn_end import sounds_complete


@pytest.mark.parametrize(
    "text", ["Yes.", "What time do you open?", "Stop! ", "My name is Dana Reyes.", "It's mine."]
)
def test_a_sentence_sounds_complete(text: str) -> None:
    assert sounds_complete(text)


@pytest.mark.parametrize(
    "text",
    ["", "My name is Dana", "I would like to.", "And then, um.", "I need a...", "The."],
)
def test_what_goes_on_does_not(text: str) -> None:
    assert not sounds_complete(text)
