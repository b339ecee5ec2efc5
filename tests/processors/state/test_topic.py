"""Phrases that people change the subject with."""

from __future__ import annotations

import pytest

from processors.state.topic import TopicWatch


@pytest.mark.parametrize(
    ("said", "turns"),
    [
        ("By the way, where can I park?", True),
        ("Oh, one more  thing.", True),
        ("I have another question", True),
        ("Something else: the deposit.", True),
        ("I'd like something elsewhere.", False),
        ("It is by the waterside.", False),
        ("Yes, that's right.", False),
        ("", False),
    ],
)
def test_a_phrase_counts_as_whole_words(said: str, turns: bool) -> None:
    assert TopicWatch().caller_said(said) is turns


def test_a_call_file_may_bring_its_own_phrases() -> None:
    watch = TopicWatch(["Übrigens", "noch was (kurz)"])

    assert watch.caller_said("übrigens, wo kann ich parken?")
    assert watch.caller_said("Ach, noch was (kurz).")
    assert not watch.caller_said("By the way, where can I park?")
    assert not TopicWatch([]).caller_said("anything")
    assert not TopicWatch([" "]).caller_said("anything")
