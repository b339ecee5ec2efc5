"""What a model is asked to remember, and what of its answer is taken."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from processors.state.memory import CallMemory, Remembered
from processors.state.memory_form import (
    MOST_ANSWER_LETTERS,
    MOST_LETTERS,
    MOST_NOTES,
    BadMemoryError,
    MemoryForm,
    memory_form,
)

FORM = MemoryForm(("name", "budget"))


def page(**changes: Any) -> dict[str, Any]:
    return {
        "topic": "renting",
        "fields": {"name": {"value": "Jordan Lee", "confirmed": True}, "budget": None},
        "preferences": ["an upper floor"],
        "open_questions": [],
        "next_action": "",
        **changes,
    }


def test_a_good_answer_is_a_memory() -> None:
    assert FORM.read(json.dumps(page())) == CallMemory(
        topic="renting",
        fields={"name": Remembered("Jordan Lee", confirmed=True), "budget": None},
        preferences=("an upper floor",),
    )


def test_json_in_a_fence_or_after_a_word_is_read() -> None:
    text = f"Here you are:\n```json\n{json.dumps(page(), indent=1)}\n```"

    assert FORM.read(text).topic == "renting"


def test_notes_are_brought_to_one_line_and_empty_ones_left_out() -> None:
    memory = FORM.read(
        json.dumps(
            page(
                topic=" renting\n a flat ",
                fields={"name": {"value": "  ", "confirmed": False}},
                preferences=["", " an  upper\nfloor"],
            )
        )
    )

    assert memory.topic == "renting a flat"
    assert memory.fields == {"name": None, "budget": None}
    assert memory.preferences == ("an upper floor",)


def test_fields_that_nobody_asked_for_are_ignored() -> None:
    extra = page(mood="good", fields={"shoe_size": {"value": "42", "confirmed": True}})

    assert FORM.read(json.dumps(extra)).fields == {"name": None, "budget": None}


@pytest.mark.parametrize(
    "bad",
    [
        "",
        "I can't do that.",
        "}{",
        "{",
        "[1, 2]",
        '{"topic": "renting"}',
        json.dumps(page(topic=None)),
        json.dumps(page(fields=[])),
        json.dumps(page(fields={"name": "Jordan Lee"})),
        json.dumps(page(fields={"name": {"value": "Jordan Lee"}})),
        json.dumps(page(fields={"name": {"value": 7, "confirmed": True}})),
        json.dumps(page(fields={"name": {"value": "x", "confirmed": "yes"}})),
        json.dumps(page(preferences="an upper floor")),
        json.dumps(page(preferences=["x"] * (MOST_NOTES + 1))),
        json.dumps(page(next_action="x" * (MOST_LETTERS + 1))),
        json.dumps(page()) + " " * MOST_ANSWER_LETTERS,
        "{" * 5000 + "}" * 5000,
        json.dumps(page())[:-9],
    ],
)
def test_anything_else_is_refused(bad: str) -> None:
    with pytest.raises(BadMemoryError):
        FORM.read(bad)


def test_a_refusal_names_what_is_wrong_and_none_of_the_callers_words() -> None:
    with pytest.raises(BadMemoryError, match=r"fields\.name\.confirmed") as refused:
        FORM.read(json.dumps(page(fields={"name": {"value": "Jordan Lee", "confirmed": "Lee"}})))

    assert "Lee" not in str(refused.value)
    assert refused.value.__cause__ is None


def test_the_question_holds_the_schema_that_answers_are_checked_by() -> None:
    question = FORM.question
    schema = json.loads(question[question.index("{") :])

    assert schema == FORM.schema()
    assert set(schema["required"]) == set(page())
    assert list(schema["$defs"]["Fields"]["properties"]) == ["name", "budget"]
    assert "title" not in json.dumps(schema)


def test_fields_may_be_called_anything_that_a_call_file_allows() -> None:
    names = ("copy", "model_config", "json", "title", "description", "fields", "schema")
    form = MemoryForm(names)
    answers = {name: {"value": name, "confirmed": False} for name in names}

    assert form.read(json.dumps(page(fields=answers))).known == {
        name: Remembered(name) for name in names
    }
    assert set(form.schema()["$defs"]["Fields"]["properties"]) == set(names)


def test_a_call_file_without_a_checklist_has_a_memory_too() -> None:
    form = MemoryForm(())

    assert form.blank() == CallMemory()
    assert form.read(json.dumps(page())).preferences == ("an upper floor",)


def test_the_blank_memory_has_every_field() -> None:
    assert FORM.blank().fields == {"name": None, "budget": None}
    assert FORM.blank().empty


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=200) | st.dictionaries(st.sampled_from(list(page())), JSON))
def test_whatever_a_model_writes_it_is_a_memory_or_refused(answer: Any) -> None:
    text = answer if isinstance(answer, str) else json.dumps({**page(), **answer})
    try:
        memory = FORM.read(text)
    except BadMemoryError:
        return
    assert set(memory.fields) == {"name", "budget"}


def test_calls_with_the_same_checklist_share_a_form() -> None:
    assert memory_form(("name", "budget")) is memory_form(("name", "budget"))
    assert memory_form(("name", "budget")) is not memory_form(("name",))
