from __future__ import annotations

import pytest

from transports.simulated.brain_script import ChecklistItem
from transports.simulated.talk.kinds import Kind, choices_of, kind_of


@pytest.mark.parametrize(
    ("field", "ask", "kind"),
    [
        ("name", "Who am I speaking with?", Kind.NAME),
        ("caller", "May I have your name?", Kind.NAME),
        ("company_name", "Which company do you call for?", Kind.TEXT),
        ("callback_number", "What number can we call you back on?", Kind.PHONE),
        ("contact", "What's the best way to reach you?", Kind.CONTACT),
        ("email", "Where can we write to you?", Kind.EMAIL),
        ("price_range", "What do you want to spend?", Kind.MONEY),
        ("pickup_date", "What day suits you?", Kind.WHEN),
        ("born", "What is your date of birth?", Kind.WHEN),
        ("party", "How many guests?", Kind.COUNT),
        ("rooms", "How many rooms is it?", Kind.COUNT),
        ("wheels", "Is it a road bike, a mountain bike or a tandem?", Kind.CHOICE),
        ("urgent", "Is it urgent?", Kind.YES_NO),
        ("helmet", "Would you like a helmet, or anything like that?", Kind.YES_NO),
        ("owner", "Do you own the place, or rent it?", Kind.TEXT),
        ("problem", "What seems to be the problem?", Kind.TEXT),
        ("kind", "What kind, such as a house, a condo or a flat?", Kind.TEXT),
    ],
)
def test_a_question_tells_what_answer_it_wants(field: str, ask: str, kind: Kind) -> None:
    assert kind_of(ChecklistItem(field, ask)) is kind


@pytest.mark.parametrize(
    ("ask", "choices"),
    [
        ("Are you looking to buy or to rent?", ("buy", "rent")),
        ("Is it the heating, the cooling or the plumbing?", ("heating", "cooling", "plumbing")),
        ("Are you a new or an existing patient?", ("new", "existing patient")),
        ("Is it urgent?", ()),
        ("Do you own the place, or rent it?", ()),
        ("Is water running right now, or has it been shut off?", ()),
        ("What would you like?", ()),
    ],
)
def test_alternatives_are_taken_out_of_the_question(ask: str, choices: tuple[str, ...]) -> None:
    assert choices_of(ChecklistItem("it", ask)) == choices


def test_the_type_of_the_call_file_counts_first() -> None:
    typed = ChecklistItem("name", "What is your name?", type="integer")
    choice = ChecklistItem("it", "Which one?", type="choice", choices=("Red", "Navy Blue"))

    assert kind_of(typed) is Kind.COUNT
    assert kind_of(choice) is Kind.CHOICE
    assert choices_of(choice) == ("red", "navy blue")
