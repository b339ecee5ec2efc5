from __future__ import annotations

import pytest

from transports.simulated.talk.intents import Intent, intent_of, sentences
from transports.simulated.talk.likeness import WordLikeness


@pytest.mark.parametrize(
    ("said", "intent"),
    [
        ("That's all, thank you.", Intent.GOODBYE),
        ("I don't need anything else.", Intent.GOODBYE),
        ("Can I talk to a real person?", Intent.PERSON),
        ("I want to speak with the manager now", Intent.PERSON),
        ("Operator!", Intent.PERSON),
        ("Put me through.", Intent.PERSON),
        ("I want someone to look at my sink", Intent.STATEMENT),
        ("Hold on a second.", Intent.WAIT),
        ("Let me check.", Intent.WAIT),
        ("It was here a minute ago", Intent.STATEMENT),
        ("Sorry, please say that again.", Intent.REPEAT),
        ("What?", Intent.REPEAT),
        ("Are you a robot?", Intent.MACHINE),
        ("Are you there?", Intent.PRESENCE),
        ("Okay, thank you so much.", Intent.THANKS),
        ("Hello, I hope you can help me.", Intent.GREETING),
        ("Before that, how does it work?", Intent.QUESTION),
        ("My chain fell off.", Intent.STATEMENT),
    ],
)
def test_what_a_sentence_is_for(said: str, intent: Intent) -> None:
    assert intent_of(said, WordLikeness()) is intent


def test_speech_falls_into_sentences() -> None:
    said = "Yes. Dr. J. Lee told me, at jo@example.com! Is that so?"

    assert sentences(said) == ["Yes.", "Dr. J. Lee told me, at jo@example.com!", "Is that so?"]
