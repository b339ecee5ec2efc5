"""The languages of a call, looked for together."""

from __future__ import annotations

import pytest

from processors.escalation_config import EscalationDetectorConfig
from processors.state.escalation.cues import Grammar
from processors.state.escalation.language import Language, joined


def reasons(text: str) -> tuple[str, ...]:
    phrase = {"name": "gas", "patterns": ["(?:smell|smells|huele) ~ gas"]}
    config = EscalationDetectorConfig.model_validate(
        {"type": "escalation_detector", "languages": ["en", "es"], "phrases": [phrase]}
    )
    escalation = config.detector().caller_said("item_1", text, 1.0)
    return () if escalation is None else escalation.reasons


@pytest.mark.parametrize(
    "text",
    [
        "I never smell any gas.",
        "I don't smell any gas.",
        "We haven't smelled gas.",
        "If you smell gas, what do you do?",
        "The letter says if you smell gas call this number.",
        "Nunca huele a gas aquí.",
        "No huele a gas.",
    ],
)
def test_what_one_language_denies_no_other_takes_as_meant(text: str) -> None:
    assert reasons(text) == ()


@pytest.mark.parametrize(
    "text",
    [
        "I smell gas in the kitchen.",
        "Huele a gas en la cocina.",
        "Okay so, huele mucho a gas, please hurry.",
        "Perdón, my English is bad, pero I smell gas.",
    ],
)
def test_callers_who_change_the_language_are_found(text: str) -> None:
    assert "gas" in reasons(text)


def test_languages_without_words_have_none_together() -> None:
    both = joined([Language(Grammar()), Language(Grammar())])

    assert both.anger is None
    assert both.questions is None


def test_one_language_stays_as_it_is() -> None:
    language = Language(Grammar())

    assert joined([language]) is language
