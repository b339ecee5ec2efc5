"""What a fresh session is told of the call so far."""

from __future__ import annotations

import pytest

from processors.state.conversation import ITEMS_KEPT, Conversation


def said(conversation: Conversation) -> list[tuple[str, str]]:
    return [(line.role, line.text) for line in conversation.lines()]


def test_lines_stand_in_the_order_of_the_models_items() -> None:
    conversation = Conversation()
    conversation.added("u1", "user")
    conversation.added("a1", "assistant")
    conversation.assistant_said("a1", "Good ")
    conversation.assistant_said("a1", "morning.")
    conversation.caller_said("u1", "Hello?")
    conversation.text_added("s1", "system", "The caller pressed 5.")

    assert said(conversation) == [
        ("user", "Hello?"),
        ("assistant", "Good morning."),
        ("system", "The caller pressed 5."),
    ]
    assert conversation.text_of("a1") == "Good morning."


def test_message_without_known_text_is_not_told() -> None:
    conversation = Conversation()
    conversation.added("u1", "user")

    assert conversation.lines() == []
    assert conversation.knows("u1")
    assert not conversation.knows("u2")
    assert conversation.text_of("u2") == ""


@pytest.mark.parametrize(
    ("heard_ms", "text"),
    [
        (0, ""),
        (100, ""),
        (400, "one two"),
        (500, "one two"),
        (999, "one two three"),
        (1000, "one two three four"),
        (2000, "one two three four"),
    ],
)
def test_truncated_text_keeps_the_share_that_was_heard_in_whole_words(
    heard_ms: float, text: str
) -> None:
    conversation = Conversation()
    conversation.assistant_said("a1", "one two three four")

    conversation.truncated("a1", heard_ms, 1000)

    assert conversation.text_of("a1") == text


def test_truncation_of_nothing_changes_nothing() -> None:
    conversation = Conversation()
    conversation.assistant_said("a1", "one two")

    conversation.truncated("a1", 0, 0)
    conversation.truncated("a2", 0, 100)

    assert said(conversation) == [("assistant", "one two")]


def test_deleted_message_is_gone() -> None:
    conversation = Conversation()
    conversation.assistant_said("a1", "one two")

    conversation.deleted("a1")
    conversation.deleted("a1")

    assert conversation.lines() == []


def test_function_call_is_told_with_its_output_and_not_before() -> None:
    conversation = Conversation()
    conversation.called("f1", "call1", "lookup", "{}")
    conversation.called("f2", "call2", "lookup", '{"a": 1}')
    conversation.returned("call2", "")
    conversation.returned("unknown", "x")

    (line,) = conversation.lines()

    assert (line.call_id, line.name, line.arguments, line.output) == (
        "call2",
        "lookup",
        '{"a": 1}',
        "",
    )


def test_who_spoke_last() -> None:
    conversation = Conversation()
    assert not conversation.caller_spoke_last

    conversation.added("u1", "user")
    conversation.called("f1", "call1", "lookup", "{}")
    assert conversation.caller_spoke_last
    conversation.assistant_said("a1", "Yes.")
    assert not conversation.caller_spoke_last


def test_only_the_newest_items_are_kept() -> None:
    conversation = Conversation()
    for number in range(ITEMS_KEPT + 50):
        conversation.text_added(f"u{number}", "user", str(number))

    lines = conversation.lines()

    assert len(lines) == ITEMS_KEPT
    assert lines[0].text == "50"
