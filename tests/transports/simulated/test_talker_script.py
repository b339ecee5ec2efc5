"""A caller who does not come to an end."""

from __future__ import annotations

from transports.simulated.caller_script import Question
from transports.simulated.caller_steps import Listen, Outcome, Say
from transports.simulated.talker_script import TALK, TalkerScript
from transports.simulated.words import is_goodbye, is_question

QUESTIONS = [
    Question("name", "May I have your name?"),
    Question("budget", "What price range are you working with?"),
    Question("tour", "When would you like a tour?"),
]


def reply(script: TalkerScript, heard: str) -> str:
    assert isinstance(script.next_step(Outcome()), Listen)
    step = script.next_step(Outcome(heard))
    assert isinstance(step, Say)
    return step.text


def test_every_other_question_is_answered_and_the_rest_is_their_own() -> None:
    script = TalkerScript(QUESTIONS)

    assert reply(script, "May I have your name?") == "My name is Jordan Lee."
    assert reply(script, "What price range are you working with?") == TALK[0]
    assert reply(script, "What price range are you working with?") == "Up to 2400 dollars a month."


def test_what_is_read_back_is_confirmed() -> None:
    script = TalkerScript(QUESTIONS)

    assert reply(script, "Just to confirm, name: Jordan Lee. Is that right?").startswith("Yes")


def test_the_last_question_is_never_answered() -> None:
    script = TalkerScript(QUESTIONS)

    said = {reply(script, "When would you like a tour?") for _ in range(40)}
    assert said == set(TALK)


def test_none_of_their_talk_is_an_answer_or_a_goodbye() -> None:
    assert all(is_question(said) and not is_goodbye(said) for said in TALK)


def test_without_questions_they_talk_all_the_same() -> None:
    assert reply(TalkerScript([]), "Hello, how can I help?") == TALK[0]
