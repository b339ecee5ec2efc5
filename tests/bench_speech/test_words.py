"""How words are counted for a word error rate, and that there are lines to count."""

from __future__ import annotations

import pytest

from tests.bench_speech.lines import caller_lines
from tests.bench_speech.words import counted, errors


@pytest.mark.parametrize(
    ("said", "heard"),
    [
        ("My number is 555 010 0142.", "my number is 555-010-0142"),
        ("It costs $2,400 a month.", "It costs 2400 dollars a month"),
        ("The third of May, 1988.", "the 3rd of may, nineteen eighty-eight"),
        ("Up to 2400, at 12 Elm Street.", "up to twenty four hundred at twelve elm street"),
        ("A check-up, goodbye.", "A checkup. Good-bye"),
        ("Two or three, it's okay!", "2 or 3, it is OK."),
    ],
)
def test_what_is_the_same_to_the_ear_counts_as_the_same(said: str, heard: str) -> None:
    assert errors(counted(said), counted(heard)) == 0


@pytest.mark.parametrize(
    ("said", "heard", "wrong"),
    [("a b c", "a b c", 0), ("a b c", "a x c", 1), ("a b c", "c", 2), ("", "a b", 2)],
)
def test_each_word_that_differs_is_an_error(said: str, heard: str, wrong: int) -> None:
    assert errors(said.split(), heard.split()) == wrong


def test_callers_of_calls_and_scenarios_are_listened_to() -> None:
    lines = caller_lines()

    assert len(lines) > 20
    assert "My name is Dana Reyes." in lines
