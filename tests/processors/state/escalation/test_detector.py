"""Weighing signals: when it is enough, once per reason, one at a time, and left alone."""

from __future__ import annotations

import re

import pytest

from processors.state.escalation.anger import AngerWords
from processors.state.escalation.cues import CueList, Cues, Grammar
from processors.state.escalation.detector import (
    DetectorRules,
    Escalation,
    EscalationDetector,
    SignalRule,
)
from processors.state.escalation.language import Language
from processors.state.escalation.repeats import QuestionWords

GRAMMAR = Grammar(negators=re.compile("no|not"))
LANGUAGE = Language(
    GRAMMAR,
    cues={
        name: CueList(cues=(Cues().compile(word),))
        for name, word in {
            "person": "human",
            "emergency": "fire",
            "legal": "lawyer",
            "hearing": "pardon",
            "soft": "hm",
        }.items()
    },
    anger=AngerWords(
        GRAMMAR,
        {2.0: CueList(cues=(Cues().compile("bad"),)), 1.0: CueList(cues=(Cues().compile("meh"),))},
        re.compile("you"),
    ),
    questions=QuestionWords(GRAMMAR.clauses, frozenset({"a", "of", "the"}), asks=re.compile(r"\?")),
    offered=CueList(cues=(Cues().compile("connect you"),)),
    agrees=re.compile("^yes"),
    declines=re.compile("^no"),
)
ON = SignalRule()


def detector(sentiment: float = 0.0, **signals: SignalRule) -> EscalationDetector:
    rules = {
        **dict.fromkeys(("person", "emergency", "legal", "anger", "repeat", "key", "request"), ON),
        "hearing": SignalRule(times=2),
        "tools": SignalRule(times=2),
        "silence": SignalRule(0.5),
        "stalled": SignalRule(0.5),
        "soft": SignalRule(0.5),
        **signals,
    }
    return EscalationDetector(DetectorRules(rules, stalled_turns=3), LANGUAGE, lambda _: sentiment)


def reasons(escalation: Escalation | None) -> tuple[str, ...]:
    return () if escalation is None else escalation.reasons


def test_an_escalation_has_its_reason_and_the_turn_that_gave_it() -> None:
    found = detector().caller_said("item_1", "a human", 1.0)

    assert found is not None
    assert found.reasons == ("person",)
    assert found.turns == ("item_1",)
    assert found.findings[0].cue == "human"


def test_what_says_nothing_is_nothing() -> None:
    watch = detector()

    assert watch.caller_said("item_1", "a house", 1.0) is None
    assert watch.caller_said("item_2", "a human", 2.0) is not None  # nothing is under way


def test_weights_of_several_turns_add_up() -> None:
    watch = detector()

    assert watch.caller_said("item_1", "hm", 1.0) is None
    found = watch.silent(2.0)

    assert reasons(found) == ("soft", "silence")
    assert found is not None
    assert found.turns == ("item_1",)


def test_one_signal_counts_once_however_often_it_comes() -> None:
    watch = detector()

    assert watch.caller_said("item_1", "hm", 1.0) is None
    assert watch.caller_said("item_2", "hm", 2.0) is None


def test_a_signal_is_forgotten_after_some_turns() -> None:
    watch = detector()
    watch.caller_said("item_1", "hm", 1.0)
    for turn in range(6):
        watch.caller_said(f"item_{turn + 2}", "a house", 2.0)

    assert watch.silent(9.0) is None


def test_what_must_come_twice_counts_at_the_second_time() -> None:
    watch = detector()

    assert watch.caller_said("item_1", "pardon", 1.0) is None
    assert reasons(watch.caller_said("item_2", "pardon", 2.0)) == ("hearing",)
    watch.settled()
    assert watch.tool_failed(3.0) is None
    assert reasons(watch.tool_failed(4.0)) == ("tools",)


def test_a_signal_that_is_off_is_not_looked_at() -> None:
    assert EscalationDetector(DetectorRules(), LANGUAGE).caller_said("item_1", "human", 1.0) is None


def test_a_reason_gives_one_escalation_a_call() -> None:
    watch = detector()
    watch.caller_said("item_1", "lawyer", 1.0)
    watch.settled()

    assert watch.caller_said("item_2", "lawyer", 2.0) is None
    assert reasons(watch.caller_said("item_3", "human", 3.0)) == ("person",), "another reason"


def test_never_two_at_a_time() -> None:
    watch = detector()
    watch.caller_said("item_1", "human", 1.0)

    assert watch.caller_said("item_2", "lawyer", 2.0) is None
    watch.settled()
    assert reasons(watch.caller_said("item_3", "a house", 3.0)) == ("legal",), "it was kept"


def test_an_emergency_comes_through_while_another_is_dealt_with() -> None:
    watch = detector()
    watch.caller_said("item_1", "human", 1.0)

    assert reasons(watch.caller_said("item_2", "fire", 2.0)) == ("emergency",)
    assert watch.caller_said("item_3", "fire", 3.0) is None


def test_who_declined_is_left_alone_for_a_while() -> None:
    watch = detector()
    watch.caller_said("item_1", "lawyer", 1.0)
    watch.declined(10.0)

    assert watch.caller_said("item_2", "hm", 20.0) is None
    assert watch.silent(20.0) is None
    assert watch.silent(131.0) is None
    assert reasons(watch.caller_said("item_3", "hm", 131.0)) == ("silence", "soft")


def test_who_declined_may_ask_at_any_time() -> None:
    watch = detector()
    watch.caller_said("item_1", "human", 1.0)
    watch.declined(10.0)

    assert reasons(watch.caller_said("item_2", "human", 11.0)) == ("person",)


def test_an_emergency_counts_whatever_was_declined() -> None:
    watch = detector()
    watch.caller_said("item_1", "lawyer", 1.0)
    watch.declined(10.0)

    assert reasons(watch.caller_said("item_2", "fire", 11.0)) == ("emergency",)


def test_the_key_for_a_person() -> None:
    watch = detector()

    assert watch.key_pressed("5", 1.0) is None
    assert reasons(watch.key_pressed("0", 2.0)) == ("key",)


def test_a_request_counts_as_the_signal_that_it_names_or_as_a_request() -> None:
    assert reasons(detector().requested("the model thinks so", 1.0)) == ("request",)
    assert reasons(detector().requested("legal", 1.0)) == ("legal",)


def test_a_caller_who_takes_the_assistants_own_offer_asks_for_a_person() -> None:
    watch = detector()
    watch.assistant_said("Shall I connect you?")

    assert reasons(watch.caller_said("item_1", "yes", 1.0)) == ("person",)


@pytest.mark.parametrize("answer", ["no", "hm"])
def test_an_offer_that_is_not_taken_is_nothing(answer: str) -> None:
    watch = detector()
    watch.assistant_said("Shall I connect you?")

    assert watch.caller_said("item_1", answer, 1.0) is None
    assert watch.caller_said("item_2", "yes", 2.0) is None, "that is about something else"


def test_yes_and_no_are_told_apart() -> None:
    watch = detector()

    assert [watch.answer(text) for text in ("yes", "no", "a house")] == [True, False, None]


def test_anger_is_a_trend() -> None:
    watch = detector()

    assert watch.caller_said("item_1", "bad", 1.0) is None
    assert reasons(watch.caller_said("item_2", "bad", 2.0)) == ("anger",)


def test_anger_cools_down() -> None:
    watch = detector()
    watch.caller_said("item_1", "bad", 1.0)
    for turn in range(3):
        watch.caller_said(f"item_{turn + 2}", "a house", 2.0)

    assert watch.caller_said("item_9", "bad", 3.0) is None


def test_tone_counts_where_it_is_aimed() -> None:
    assert detector(sentiment=-1.0).caller_said("item_1", "bad, you meh", 1.0) is not None
    assert detector(sentiment=-1.0).caller_said("item_1", "bad meh", 1.0) is None
    assert detector(sentiment=-1.0).caller_said("item_1", "you", 1.0) is None


def test_the_same_question_a_third_time() -> None:
    watch = detector()

    assert watch.caller_said("item_1", "price of a cleaning?", 1.0) is None
    assert watch.caller_said("item_2", "the price of a cleaning?", 2.0) is None
    assert watch.caller_said("item_3", "?", 3.0) is None
    assert reasons(watch.caller_said("item_4", "price of the cleaning?", 4.0)) == ("repeat",)


def test_a_checklist_that_does_not_get_on() -> None:
    watch = detector(stalled=ON)
    watch.fields_known(0, of=2)
    assert watch.caller_said("item_1", "a house", 1.0) is None
    watch.fields_known(1, of=2)
    watch.caller_said("item_2", "a house", 2.0)
    watch.caller_said("item_3", "a house", 3.0)

    assert reasons(watch.caller_said("item_4", "a house", 4.0)) == ("stalled",)


def test_a_checklist_that_is_complete_does_not_stall() -> None:
    watch = detector(stalled=ON)
    watch.fields_known(2, of=2)

    assert not any(watch.caller_said(f"item_{turn}", "a house", 1.0) for turn in range(9))


def test_how_much_and_how_long_are_two_questions() -> None:
    words = QuestionWords(
        GRAMMAR.clauses,
        frozenset({"is", "a", "does", "take"}),
        begins=re.compile("how"),
        joined=re.compile(r"\bhow (much|long)\b"),
    )

    assert words.read("How much is a cleaning?") == frozenset({"how_much", "clean"})
    assert words.read("How long does a cleaning take?") == frozenset({"how_long", "clean"})
    assert words.read("A cleaning.") is None
