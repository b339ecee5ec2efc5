"""What is a goodbye, and what only speaks of one."""

from __future__ import annotations

import pytest

from processors.state.farewell import is_farewell, said_farewell
from processors.state.transcript import Transcript
from processors.state.turn import Note, ToolUse

GOODBYE = "Thank you for calling Elm Street. We'll see you soon."


@pytest.mark.parametrize(
    "text",
    [
        "Goodbye.",
        "Thank you for calling. Goodbye.",
        "You're welcome! Bye-bye!",
        "Bye, and take care now.",
        "Have a great day, bye",
        "All right then, good night!",
        "Vielen Dank. Auf Wiederhören!",
        "Merci beaucoup, au revoir.",
        "Gracias por llamar. Adiós.",
        "thank you for calling elm street, we'll see you soon",
    ],
)
def test_goodbye(text: str) -> None:
    assert is_farewell(text, GOODBYE)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "...",
        "How can I help you?",
        "When you are done, just say goodbye.",
        "Goodbye, or is there anything else?",
        "Goodbye. Oh, wait, may I have your number first.",
        "The shop is called Bye the Sea and it is open until six today.",
        "The bylaws allow it, nearby too.",
        "We sell goodbyes.",
    ],
)
def test_no_goodbye(text: str) -> None:
    assert not is_farewell(text, GOODBYE)


def spoken(*said: str) -> Transcript:
    """Each line in its turn, the caller's begin with ``>``; the last thing is a call ``c``."""
    transcript = Transcript()
    for number, text in enumerate(said):
        item_id = f"item{number}"
        if text.startswith(">"):
            transcript.caller_said(item_id, text)
        else:
            transcript.assistant_said(item_id, text)
    transcript.called(ToolUse("tool", "c", "end_call", "{}"))
    return transcript


@pytest.mark.parametrize(
    ("said", "found"),
    [
        (["> Bye.", "Goodbye!"], True),
        (["> Bye.", "Thank you.", "Goodbye!", "Take care now, you hear."], True),
        (["Goodbye!", "> Wait."], False),
        (["> Bye.", "One moment, please."], False),
        ([], False),
    ],
)
def test_goodbye_counts_that_was_said_since_the_caller_spoke(said: list[str], found: bool) -> None:
    transcript = spoken(*said)

    assert said_farewell(transcript, "c") is found


def test_notes_and_other_calls_are_no_goodbye() -> None:
    transcript = spoken("Goodbye.")
    transcript.note_added(Note("note", "system", "Goodbye."))
    transcript.called(ToolUse("other", "d", "save", "{}"))

    assert said_farewell(transcript, "d")
    assert not said_farewell(transcript, "unknown")
