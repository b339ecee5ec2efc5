from __future__ import annotations

import pytest

from transports.simulated.speech.loops import without_loops


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("Got it what kind of what kind of what kind", "Got it what kind of"),
        ("One moment please, one moment please, one moment please.", "One moment please,"),
        ("no no no no", "no no no no"),
        ("five five five five five five", "five five five five five five"),
        ("It is what it is.", "It is what it is."),
        ("bye bye", "bye bye"),
        ("one two one two one two", "one two one two one two"),
        ("", ""),
    ],
)
def test_a_phrase_that_is_repeated_to_the_end_is_kept_once(written: str, said: str) -> None:
    assert without_loops(written) == said
