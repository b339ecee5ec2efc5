from __future__ import annotations

import pytest

from transports.simulated.talk.likeness import WordLikeness
from transports.simulated.talk.limits import (
    CANNOT_SPEAK,
    follow_up_of,
    limit_for,
    limits_of,
    promise_of,
    said_by,
    to_the_caller,
)

BOUNDARIES = (
    "No advice on racing. Say that you can't advise on that, and that their club can.",
    "Never name a competitor's prices.",
    "Never guess about warranties. If asked, say that you can't speak to that.",
    'If a price is missing, say "I don\'t have that here, a mechanic will follow up", and go on.',
    "Say only what stands under Facts.",
)
ESCALATION = (
    "A person must take over if the caller asks for one.",
    "First get their name. Then say that a mechanic will call them back, and when.",
    "If no person is free, say that a mechanic will call them back.",
    "In an emergency, tell them to hang up and dial one one two.",
    "If they smell smoke from a battery, tell the caller to put it outside.",
)
LIMITS = limits_of(BOUNDARIES, ESCALATION)


def reply_to(said: str, *, question: bool) -> str:
    limit = limit_for(said, LIMITS, WordLikeness(), question=question)
    return limit.reply if limit is not None else ""


@pytest.mark.parametrize(
    ("asked", "reply"),
    [
        ("Which tyres for racing?", "I can't advise on that. Your club can."),
        ("What are your competitors' prices?", CANNOT_SPEAK),
        ("Is the warranty still good?", CANNOT_SPEAK),
        ("Should I take the motorway?", "I can't advise on that. Your club can."),
        ("When are you open?", ""),
        ("Is the tune-up free?", ""),
    ],
)
def test_a_question_that_touches_a_boundary_gets_the_files_words(asked: str, reply: str) -> None:
    assert reply_to(asked, question=True) == reply


@pytest.mark.parametrize(
    ("told", "reply"),
    [
        ("This is an emergency!", "Please hang up and dial one one two."),
        ("He collapsed and is not breathing", "Please hang up and dial one one two."),
        ("There is smoke, I can smell the battery", "Please put it outside."),
        ("I race on Sundays", ""),
        ("The battery is flat", ""),
    ],
)
def test_what_is_told_is_answered_only_if_the_file_orders_it(told: str, reply: str) -> None:
    assert reply_to(told, question=False) == reply


def test_what_the_file_says_of_the_unknown_and_of_a_person_is_found() -> None:
    assert follow_up_of(BOUNDARIES) == "I don't have that here, a mechanic will follow up."
    assert follow_up_of(("Be kind.",)) == ""
    assert promise_of(ESCALATION) == "A mechanic will call you back."
    assert promise_of(("Be kind.",)) == ""


def test_words_to_the_assistant_are_turned_to_the_caller() -> None:
    said = to_the_caller("you are sorry, your team will call them, and the caller keeps their bike")

    assert said == "I am sorry, my team will call you, and you keeps your bike"


@pytest.mark.parametrize(
    ("point", "said"),
    [
        ("Never say that it can wait. Say that a nurse will call.", "A nurse will call."),
        ("Never name a dose, and never say that it is nothing serious.", ""),
        ('Do not say "it is safe".', ""),
        ("Do not tell them to come in.", ""),
        ("Don't ever hint or say that they are lucky.", ""),
        ("Never promise a day. If asked, say that the shop will call.", "The shop will call."),
        ("Say that you can't tell.", "I can't tell."),
        ("No advice, say that you never advise.", "I never advise."),
        ("If you do not know, say that someone will call.", "Someone will call."),
        (
            "Tell the caller to hang up, and say nothing else.",
            "Please hang up, and say nothing else.",
        ),
    ],
)
def test_what_must_not_be_said_is_never_said(point: str, said: str) -> None:
    assert said_by(point) == said
