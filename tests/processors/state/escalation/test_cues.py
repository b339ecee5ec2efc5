"""Cues that are meant, and those that are denied, reported, past, supposed or taken back."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from processors.state.escalation.clauses import Clauses
from processors.state.escalation.cues import CueError, CueList, Cues, Grammar, either

GRAMMAR = Grammar(
    Clauses([("n't\\b", " not"), ("'d\\b", " would")]),
    negators=re.compile("not|no|never"),
    negative_questions=re.compile("^(?:could|do) (?:i |you )?not"),
    reported=re.compile(r"(?<!\bi )\b(?:said|told me)\b"),
    past=re.compile(r"\byears ago\b"),
    supposed=re.compile(r"\bif you\b"),
    taken_back=re.compile(r"\bnever mind\b"),
)
CUES = Cues({"agent": "agent|person"})
TALK = CueList(
    cues=(CUES.compile("talk to ~ <agent>"),),
    sure=(CUES.compile("no more robots"),),
    alone=(CUES.compile("(?:an )?agent"),),
    unless=re.compile(r"\bhold on\b"),
)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Let me talk to an agent.", "talk to an agent"),
        ("TALK to a real living person!", "talk to a real living person"),
        ("Could n't I talk to an agent?", "talk to an agent"),
        ("Fine, but let me talk to an agent", "talk to an agent"),
        ("No, let me talk to an agent", "talk to an agent"),
        ("I said let me talk to an agent", "talk to an agent"),
        ("An agent!", "an agent"),
        ("No more robots.", "no more robots"),
    ],
)
def test_what_is_meant(text: str, found: str) -> None:
    assert TALK.find(text, GRAMMAR) == found


@pytest.mark.parametrize(
    "text",
    [
        "I don't want to talk to an agent.",
        "She said talk to an agent.",
        "He told me, talk to an agent.",
        "He told me, an agent.",
        "She said no more robots.",
        "I used to talk to an agent years ago.",
        "If you talk to an agent it costs more.",
        "Talk to an agent, oh never mind.",
        "The agent was nice.",
        "Hold on. Let me talk to an agent.",
        "",
    ],
)
def test_what_is_not(text: str) -> None:
    assert TALK.find(text, GRAMMAR) == ""


def test_who_said_something_else_before_is_not_quoted() -> None:
    text = "She told me all about your house, let me talk to an agent."

    assert TALK.find(text, GRAMMAR) == "talk to an agent"


def test_a_language_without_grammar_takes_every_cue_as_meant() -> None:
    assert TALK.find("She said, I don't want to talk to an agent.", Grammar()) != ""


def test_accents_quotes_and_marks_do_not_matter() -> None:
    text = "\u00bfEst\u00e1 ah\u00ed? S\u00ed: \u2018claro\u2019 \u2013 ya."

    assert Clauses().of(text) == (("esta ahi",), ("si",), ("claro",), ("ya",))


@pytest.mark.parametrize("cue", ["<nobody>", "(open"])
def test_a_cue_that_can_not_be_read_is_refused(cue: str) -> None:
    with pytest.raises(CueError):
        CUES.compile(cue)


RUNNING_ON = replace(
    GRAMMAR,
    breaks=re.compile(r"\bi\b"),
    carries=re.compile(r"\bsaid$"),
    supposed_if=re.compile(r"\bwould\b.* if\b"),
)


def test_a_clause_ends_where_another_begins_without_a_mark() -> None:
    text = "i never talk to an agent years ago i want to talk to an agent i mean it"

    assert TALK.find("you do not help i talk to an agent", RUNNING_ON) == "talk to an agent"
    assert TALK.find(text, RUNNING_ON) == "talk to an agent"
    assert TALK.find("she said i talk to an agent", RUNNING_ON) == ""


def test_what_would_be_if_something_were_is_only_supposed() -> None:
    assert TALK.find("i would talk to an agent if it were bad", RUNNING_ON) == ""


def test_any_of_no_patterns_is_none() -> None:
    assert either([None]) is None


def test_a_break_inside_a_cue_ends_no_clause() -> None:
    grammar = replace(Grammar(), breaks=re.compile(r"\bso\b"))

    assert grammar.span("well so say so now so go", 8, 18) == (5, 19)
