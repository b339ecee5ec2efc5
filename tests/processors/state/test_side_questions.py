"""Questions beside the conversation, and which response answers which."""

from __future__ import annotations

from processors.state.side_questions import MOST_LETTERS, MOST_OPEN, SideQuestion, SideQuestions


def asked(questions: SideQuestions, asked_by: str = "me") -> SideQuestion:
    return questions.ask("summary", "Sum up.", asked_by=asked_by, now=1.0, seen_item_id="a3")


def test_an_answer_is_put_together_by_its_response() -> None:
    questions = SideQuestions()
    one, other = asked(questions, "one"), asked(questions, "other")
    assert questions.created("r1", one.key)
    assert questions.created("r2", other.key)
    for response, delta in (("r1", "a"), ("r2", "x"), ("r1", "b"), ("r9", "?")):
        questions.wrote(response, delta)

    first, second = questions.ended("r2", completed=True), questions.ended("r1", completed=True)
    assert first is not None
    assert second is not None
    assert (first.question.asked_by, first.text, first.ok) == ("other", "x", True)
    assert (second.question.asked_by, second.text, second.ok) == ("one", "ab", True)
    assert second.question.seen_item_id == "a3"


def test_responses_of_the_conversation_are_not_theirs() -> None:
    questions = SideQuestions()
    asked(questions)

    assert not questions.created("r1", None)
    assert not questions.created("r1", "r7")
    assert questions.ended("r1", completed=True) is None


def test_an_answer_that_is_cut_short_empty_or_endless_is_none() -> None:
    questions = SideQuestions()
    for completed, text in ((False, "half"), (True, ""), (True, "x" * (MOST_LETTERS + 1))):
        questions.created("r1", asked(questions).key)
        questions.wrote("r1", text)

        answer = questions.ended("r1", completed=completed)
        assert answer is not None
        assert (answer.ok, answer.text) == (False, "")


def test_a_refused_question_is_answered_once() -> None:
    questions = SideQuestions()
    question = asked(questions)

    answer = questions.refused(question.key)
    assert answer is not None
    assert not answer.ok
    assert questions.refused(question.key) is None
    assert not questions.created("r1", question.key)


def test_with_the_session_all_open_questions_are_lost() -> None:
    questions = SideQuestions()
    for name in ("one", "other"):
        asked(questions, name)
    questions.created("r1", "s1")

    assert [answer.question.asked_by for answer in questions.session_lost()] == ["one", "other"]
    assert questions.session_lost() == []
    assert questions.ended("r1", completed=True) is None


def test_questions_that_are_never_answered_do_not_pile_up() -> None:
    questions = SideQuestions()
    for number in range(MOST_OPEN + 3):
        asked(questions, str(number))

    assert len(questions.session_lost()) == MOST_OPEN
