from __future__ import annotations

import pytest

from transports.simulated.talk.yes_no import agreement, indifferent, unsure, without_agreement


@pytest.mark.parametrize(
    "said",
    [
        "Yes.", "Yes, that works for me.", "no problem", "No, that's right", "That's right",
        "uh huh", "correct", "well, I think so", "sure, go ahead", "I do", "Why not?", "yep",
    ],
)  # fmt: skip
def test_these_agree(said: str) -> None:
    assert agreement(said) == "yes"


@pytest.mark.parametrize(
    "said",
    [
        "No.", "yeah, no", "not really", "I don't think so", "That's not right", "Nope.",
        "absolutely not", "No, it isn't.", "no thanks", "That is wrong",
    ],
)  # fmt: skip
def test_these_refuse(said: str) -> None:
    assert agreement(said) == "no"


@pytest.mark.parametrize("said", ["It's Anna", "um", "", "Tuesday"])
def test_these_do_neither(said: str) -> None:
    assert agreement(said) == ""


@pytest.mark.parametrize(
    "said",
    ["I don't know", "not sure yet", "I'd rather not say", "I have no idea", "I don't have one"],
)
def test_these_cannot_tell(said: str) -> None:
    assert unsure(said)


def test_the_rest_of_a_yes_or_no() -> None:
    assert without_agreement("No, it's Anna.") == "it's Anna"
    assert without_agreement("Yes, that's right.") == ""
    assert indifferent("It doesn't matter.")
    assert not unsure("we'll see")
