from __future__ import annotations

import pytest

from transports.simulated.brain_script import ChecklistItem
from transports.simulated.talk.answers import (
    Reading,
    corrected,
    offered,
    read_answer,
    read_back,
    spelled_out,
)

NAME = ChecklistItem("name", "May I have your name?", confirm=True)
REACH = ChecklistItem("contact", "How can we reach you, by phone or by e-mail?", confirm=True)
PHONE = ChecklistItem("phone", "What number can we call?")
EMAIL = ChecklistItem("email", "What is your e-mail address?")
PRICE = ChecklistItem("price", "What do you want to spend?")
WHEN = ChecklistItem("date", "Which day suits you?")
COUNT = ChecklistItem("guests", "How many guests are coming?")
CHOICE = ChecklistItem("use", "Is it for the city or for the mountains?")
YES_NO = ChecklistItem("helmet", "Do you need a helmet?")
TEXT = ChecklistItem("problem", "What is wrong with it?")


@pytest.mark.parametrize(
    ("item", "said", "value"),
    [
        (NAME, "It's Jordan Lee.", "Jordan Lee"),
        (REACH, "The best number is 555 010 0142.", "555-010-0142"),
        (REACH, "jo at example dot com", "jo@example.com"),
        (EMAIL, "jo at example dot com", "jo@example.com"),
        (PRICE, "Around four hundred.", "around 400"),
        (PRICE, "I don't mind", "no preference"),
        (WHEN, "Tuesday works for me", "Tuesday"),
        (COUNT, "We are four adults and two children.", "four adults and two children"),
        (CHOICE, "For the mountains, I think.", "mountains"),
        (CHOICE, "Either is fine.", "no preference"),
        (CHOICE, "The city, or maybe the mountains", "city or mountains"),
        (CHOICE, "For the beach", "beach"),
        (YES_NO, "Yes please.", "yes"),
        (YES_NO, "Yes, two of them, one small.", "yes, two of them, one small"),
        (YES_NO, "nope", "no"),
        (TEXT, "It's the brakes, please.", "brakes"),
        (TEXT, "Well, I think the chain keeps falling off.", "chain keeps falling off"),
    ],
)
def test_an_answer_is_read_by_what_was_asked(item: ChecklistItem, said: str, value: str) -> None:
    assert read_answer(item, said) == Reading(value)


def test_a_way_without_an_address_asks_for_it() -> None:
    assert read_answer(REACH, "By phone.") == Reading(ask="What number is best?")
    assert read_answer(REACH, "E-mail is best.").ask.startswith("What is the e-mail address?")


def test_a_number_may_come_in_two_pieces() -> None:
    first = read_answer(PHONE, "five five five zero one zero")

    assert first == Reading(ask="Go on.", digits="555010")
    assert read_answer(PHONE, "oh one four two", digits=first.digits) == Reading("555-010-0142")


def test_the_number_they_call_from_is_known() -> None:
    said = "The number I'm calling from is fine."

    assert read_answer(REACH, said, own_number="+15550100042") == Reading("555-010-0042")


@pytest.mark.parametrize("item", [NAME, PHONE, PRICE, WHEN, TEXT, CHOICE])
def test_who_does_not_know_has_not_answered(item: ChecklistItem) -> None:
    assert read_answer(item, "I don't know.") == Reading(unsure=True)


@pytest.mark.parametrize("item", [NAME, PHONE, EMAIL, PRICE, WHEN])
def test_what_has_not_the_form_of_an_answer_is_none(item: ChecklistItem) -> None:
    assert read_answer(item, "It rained all day here") == Reading()


def test_the_second_time_a_time_or_an_amount_is_taken_as_it_is_said() -> None:
    assert read_answer(WHEN, "When school is out.", lenient=True).value == "When school is out"
    assert read_answer(PHONE, "When school is out.", lenient=True) == Reading()


@pytest.mark.parametrize(
    ("item", "said", "value"),
    [
        (NAME, "Hi, this is Anna Smith, my bike is broken", "Anna Smith"),
        (NAME, "My bike is broken", ""),
        (PHONE, "call me at 555 010 0142", "555-010-0142"),
        (EMAIL, "write to jo at example dot com", "jo@example.com"),
        (PRICE, "I have a budget of 300 dollars", "300 dollars"),
        (PRICE, "It is 300 miles away", ""),
        (CHOICE, "I want a bike for the city", "city"),
        (CHOICE, "I want a bike for the city or the mountains", ""),
        (CHOICE, "It is the one in the hall", ""),
        (WHEN, "It broke on Tuesday", ""),
    ],
)
def test_only_what_is_plain_is_taken_unasked(item: ChecklistItem, said: str, value: str) -> None:
    assert offered(item, said) == value


@pytest.mark.parametrize(
    ("item", "before", "said", "after"),
    [
        (NAME, "Anna Smith", "No, it's Smith with a y", "Anna Smyth"),
        (REACH, "555-010-0142", "No, it ends in four three", "555-010-0143"),
        (REACH, "555-010-0142", "No, use jo at example dot com", "jo@example.com"),
        (REACH, "jo@example.com", "No, call 555 010 0142", "555-010-0142"),
        (PRICE, "under 300", "No, 400", "under 400"),
        (WHEN, "Monday at 2 PM", "Actually, Tuesday", "Tuesday at 2 PM"),
        (TEXT, "brakes", "No, I meant the chain.", "chain"),
        (TEXT, "brakes", "No.", ""),
    ],
)
def test_an_answer_is_put_right(item: ChecklistItem, before: str, said: str, after: str) -> None:
    assert corrected(item, before, said) == after


def test_numbers_and_addresses_are_read_back_piece_by_piece() -> None:
    assert read_back(PHONE, "555-0123") == "five five five, zero one two three"
    assert read_back(REACH, "jo@example.com") == "J, O, at example dot com"
    assert read_back(NAME, "Anna Smyth") == "Anna Smyth"


def test_a_name_whose_letters_were_in_question_is_spelled() -> None:
    assert spelled_out(NAME, "Anna Smyth", "with a y") == "S, M, Y, T, H"
    assert spelled_out(NAME, "Anna Smith", "Anna Smith") == ""
