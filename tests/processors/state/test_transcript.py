from __future__ import annotations

from processors.state.heard import Heard
from processors.state.transcript import LINES_TOLD, WORDS_WAIT, Transcript
from processors.state.turn import Note, ToolUse, Turn, TurnState

TEXT = "The office is open from nine to six."
MS = len(TEXT) * 60.0


def says(
    transcript: Transcript, item_id: str = "a1", text: str = TEXT, *, finish: bool = True
) -> None:
    """The assistant generates a whole message, all of it sent to the phone at 1.0."""
    transcript.assistant_began(item_id)
    transcript.assistant_said(item_id, text)
    transcript.audio_sent(item_id, len(text) * 60.0, 1.0)
    if finish:
        transcript.assistant_finished(item_id, completed=True)


def heard(item_id: str, to_ms: float, at: float | None, *, whole: bool = False) -> Heard:
    return Heard(item_id, 0, 0.0, to_ms, at, whole)


def speaks(transcript: Transcript, item_id: str, previous: str | None = None) -> None:
    """The caller speaks from 2.0 to 4.4."""
    transcript.caller_started(item_id, 2.0)
    transcript.caller_stopped(item_id, 4.4)
    transcript.caller_committed(item_id, previous, 4.9)


def only(transcript: Transcript) -> Turn:
    (turn,) = transcript.turns()
    return turn


def ids(transcript: Transcript) -> list[str]:
    return [turn.item_id for turn in transcript.turns()]


# Order.


def test_words_that_come_late_stand_where_they_were_spoken() -> None:
    transcript = Transcript()
    says(transcript, "a1")
    speaks(transcript, "u1", "a1")
    says(transcript, "a2")
    transcript.item_added("a2", "u1")
    transcript.caller_said("u1", "When are you open?")

    assert ids(transcript) == ["a1", "u1", "a2"]
    assert transcript.turns()[1].text == "When are you open?"


def test_an_answer_that_was_begun_while_the_caller_spoke_stands_before_their_turn() -> None:
    transcript = Transcript()
    says(transcript, "a1")
    transcript.caller_started("u1", 2.0)
    transcript.assistant_began("a2")
    transcript.item_added("a2", "a1")
    transcript.caller_committed("u1", "a2", 5.0)

    assert ids(transcript) == ["a1", "a2", "u1"]


def test_items_that_are_no_turns_hold_the_chain_together() -> None:
    transcript = Transcript()
    speaks(transcript, "u1")
    transcript.called(ToolUse("f1", "c1", "book", "{}"))
    transcript.item_added("f1", "u1")
    transcript.item_added("o1", "f1")
    transcript.caller_started("u2", 9.0)
    transcript.assistant_began("a1")
    transcript.item_added("a1", "o1")

    assert ids(transcript) == ["u1", "a1", "u2"]


def test_the_first_item_of_a_fresh_session_stands_last() -> None:
    transcript = Transcript()
    says(transcript, "a1")
    transcript.session_lost()
    transcript.caller_committed("u1", None, 9.0)
    transcript.caller_committed("u2", "unknown", 12.0)

    assert ids(transcript) == ["a1", "u1", "u2"]


# The caller's turns.


def test_a_callers_turn_grows_from_speech_to_words() -> None:
    transcript = Transcript(started_at=1.0)
    transcript.caller_started("u1", 2.0)
    assert only(transcript) == Turn("u1", "caller", started_ms=1000)

    transcript.caller_stopped("u1", 4.4)
    transcript.caller_committed("u1", None, 4.9)
    assert only(transcript).state is TurnState.PENDING
    assert transcript.ended == 0

    transcript.caller_said("u1", " Hello. ")
    assert only(transcript) == Turn(
        "u1", "caller", "Hello.", started_ms=1000, ended_ms=3400, state=TurnState.SAID
    )
    assert transcript.ended_since(0) == transcript.turns()


def test_a_turn_whose_transcription_failed_is_kept() -> None:
    transcript = Transcript()
    speaks(transcript, "u1")
    transcript.caller_not_transcribed("u1")

    assert only(transcript).state is TurnState.FAILED
    assert only(transcript).text == "(speech, 2 s)"


def test_words_that_come_before_their_commit_are_final() -> None:
    transcript = Transcript()
    transcript.caller_started("u1", 2.0)
    transcript.caller_said("u1", "Hello.")
    transcript.caller_committed("u1", None, 4.9)

    assert only(transcript).state is TurnState.SAID
    assert transcript.deadline() is None


def test_empty_words_are_a_failed_transcription() -> None:
    transcript = Transcript()
    speaks(transcript, "u1")
    transcript.caller_said("u1", "  ")

    assert only(transcript).state is TurnState.FAILED


def test_words_that_never_come_are_missed_in_time_and_still_taken() -> None:
    transcript = Transcript()
    speaks(transcript, "u1")
    assert transcript.deadline() == 4.9 + WORDS_WAIT
    transcript.timer_fired(4.9 + WORDS_WAIT - 0.1)
    assert only(transcript).state is TurnState.PENDING

    transcript.timer_fired(4.9 + WORDS_WAIT)
    assert only(transcript).state is TurnState.FAILED
    assert transcript.deadline() is None

    transcript.caller_said("u1", "Hello.")
    assert only(transcript).text == "Hello."
    assert only(transcript).state is TurnState.SAID
    assert transcript.ended == 1


def test_without_transcription_a_turn_tells_how_long_it_was() -> None:
    transcript = Transcript()
    transcript.transcribes(False)
    speaks(transcript, "u1")

    assert only(transcript).state is TurnState.UNTRANSCRIBED
    assert only(transcript).text == "(speech, 2 s)"
    assert transcript.deadline() is None


def test_a_turn_in_which_nobody_spoke_is_silence() -> None:
    transcript = Transcript()
    transcript.transcribes(False)
    transcript.caller_committed("u1", None, 9.0)  # the model's idle timeout

    assert only(transcript).text == "(silence)"


def test_a_turn_that_the_hang_up_cut_off_is_kept() -> None:
    transcript = Transcript()
    transcript.caller_started("u1", 2.0)
    transcript.call_ended()

    assert only(transcript).state is TurnState.FAILED


# The assistant's turns.


def test_nothing_is_said_before_it_is_heard() -> None:
    transcript = Transcript()
    says(transcript)

    assert only(transcript).text == ""
    assert only(transcript).unheard == TEXT
    assert only(transcript).started_ms is None
    assert only(transcript).sent_from_ms == 1000
    assert transcript.words_of("a1") == TEXT
    assert transcript.words_of("a2") == ""


def test_a_turn_that_is_heard_to_its_end_is_said() -> None:
    transcript = Transcript()
    says(transcript)
    transcript.heard(heard("a1", 600, 1.8))
    assert only(transcript).text == "The office"
    assert only(transcript).state is TurnState.SPEAKING

    transcript.heard(Heard("a1", 0, 600, MS, 3.4, whole=True))
    turn = only(transcript)
    assert (turn.text, turn.unheard, turn.state) == (TEXT, "", TurnState.SAID)
    assert (turn.started_ms, turn.ended_ms) == (1200, 3400)
    assert turn.heard_ms == turn.audio_ms == MS


def test_a_turn_that_is_cut_keeps_what_was_heard_and_apart_what_was_not() -> None:
    transcript = Transcript()
    says(transcript)
    transcript.heard(heard("a1", 1200, 2.4))
    transcript.truncated("a1", 1190)

    turn = only(transcript)
    assert turn.state is TurnState.CUT
    assert turn.text == "The office is open"
    assert turn.unheard == "from nine to six."
    assert turn.heard_ms == 1190


def test_a_turn_of_which_nothing_was_heard_is_unheard() -> None:
    transcript = Transcript()
    says(transcript)
    transcript.truncated("a1", 0)

    assert only(transcript).state is TurnState.UNHEARD
    assert only(transcript).unheard == TEXT
    assert transcript.lines() == []


def test_words_of_a_cut_turn_that_come_late_belong_to_it() -> None:
    transcript = Transcript()
    transcript.assistant_said("a1", TEXT[:10])
    transcript.audio_sent("a1", 1200.0, 1.0)
    transcript.truncated("a1", 1200)
    assert only(transcript).text == "The office"

    transcript.assistant_said("a1", TEXT[10:])
    transcript.audio_dropped("a1", MS - 1200)
    transcript.assistant_finished("a1", completed=True, text=TEXT)
    assert only(transcript).text == "The office is open"
    assert only(transcript).unheard == "from nine to six."


def test_the_finished_items_own_text_goes_before_its_deltas() -> None:
    transcript = Transcript()
    transcript.assistant_said("a1", "The office")
    transcript.audio_sent("a1", MS, 1.0)
    transcript.assistant_finished("a1", completed=True, text=TEXT)

    assert transcript.words_of("a1") == TEXT


def test_a_turn_of_two_parts_is_over_with_the_second() -> None:
    transcript = Transcript()
    says(transcript)
    transcript.audio_sent("a1", 500, 1.1)
    transcript.heard(heard("a1", MS, 3.0, whole=True))
    assert only(transcript).state is TurnState.SPEAKING

    transcript.heard(Heard("a1", 1, 0, 500, 3.5, whole=True))
    assert only(transcript).state is TurnState.SAID


def test_an_end_that_is_told_on_its_own_ends_the_turn() -> None:
    transcript = Transcript()
    says(transcript)
    transcript.heard(heard("a1", MS, 3.0))
    transcript.heard(Heard("a1", 0, MS, MS, 3.1, whole=True))

    assert only(transcript).state is TurnState.SAID
    assert only(transcript).ended_ms == 3000


def test_audio_whose_time_nobody_knows_follows_what_was_heard_before() -> None:
    transcript = Transcript()
    says(transcript)
    transcript.heard(heard("a1", 1000, 2.0))
    transcript.heard(Heard("a1", 0, 1000, MS, None, whole=True))

    assert only(transcript).ended_ms == 2000 + MS - 1000

    lost = Transcript()
    says(lost)
    lost.heard(heard("a1", MS, None, whole=True))
    assert (only(lost).started_ms, only(lost).ended_ms) == (None, None)


def test_what_is_heard_of_other_audio_is_no_turn() -> None:
    transcript = Transcript()
    transcript.heard(heard("local-0", 500, 2.0))
    transcript.truncated("local-0", 100)

    assert transcript.turns() == ()
    assert transcript.turn("local-0") is None


def test_the_end_of_the_call_cuts_what_is_still_said() -> None:
    transcript = Transcript()
    says(transcript, "a1")
    says(transcript, "a2")
    transcript.heard(heard("a1", 600, 2.0))
    transcript.call_ended()

    assert [turn.state for turn in transcript.turns()] == [TurnState.CUT, TurnState.UNHEARD]
    assert [turn.item_id for turn in transcript.ended_since(1)] == ["a2"]


# What a fresh session is told.


def test_a_fresh_session_is_told_what_the_phone_will_have_played() -> None:
    transcript = Transcript()
    says(transcript, "a1")
    transcript.heard(heard("a1", 600, 2.0))
    transcript.assistant_said("a2", TEXT)  # of the next message little audio was sent
    transcript.audio_sent("a2", 200, 1.5)
    transcript.assistant_said("a3", TEXT)  # and none of the one after it
    transcript.session_lost()

    told = [line.text for line in transcript.lines() if isinstance(line, Turn)]
    assert told == [TEXT, "The"]
    so_far = transcript.lines(playing_out=False)
    assert [line.text for line in so_far if isinstance(line, Turn)] == ["The office"]


def test_a_fresh_session_is_told_of_tools_and_keys_where_they_belong() -> None:
    transcript = Transcript()
    speaks(transcript, "u1")
    transcript.caller_said("u1", "Book it.")
    transcript.called(ToolUse("f1", "c1", "book", "{}"))
    transcript.called(ToolUse("f2", "c2", "look", "{}"))
    transcript.note_added(Note("n1", "user", "The caller pressed 1 on the keypad."))
    transcript.returned("c1", "done")

    kinds = [line.item_id for line in transcript.lines()]
    assert kinds == ["u1", "f1", "n1"]  # the second call still runs
    assert transcript.lines()[1] == ToolUse("f1", "c1", "book", "{}", "done")


def test_words_that_a_dead_session_owed_are_not_waited_for() -> None:
    transcript = Transcript()
    speaks(transcript, "u1")
    transcript.caller_started("u2", 9.0)
    transcript.session_lost()

    assert [turn.state for turn in transcript.turns()] == [TurnState.FAILED, TurnState.FAILED]
    assert transcript.deadline() is None


def test_only_the_newest_lines_are_told() -> None:
    transcript = Transcript()
    for number in range(LINES_TOLD + 50):
        transcript.note_added(Note(f"n{number}", "user", str(number)))

    assert len(transcript.lines()) == LINES_TOLD
    assert transcript.lines()[-1].item_id == f"n{LINES_TOLD + 49}"


def test_it_is_known_who_waits_for_whom() -> None:
    transcript = Transcript()
    assert not transcript.caller_spoke_last
    says(transcript, "a1")
    transcript.heard(heard("a1", MS, 2.0, whole=True))
    assert not transcript.caller_spoke_last

    speaks(transcript, "u1")
    assert transcript.caller_spoke_last

    says(transcript, "a2")
    transcript.truncated("a2", 0)
    transcript.called(ToolUse("f1", "c1", "book", "{}"))
    assert transcript.caller_spoke_last  # nothing of the answer was heard

    transcript.note_added(Note("n1", "system", "The office closes soon."))
    assert not transcript.caller_spoke_last


def test_everything_is_turns_tools_and_notes_in_order_the_unfinished_too() -> None:
    transcript = Transcript()
    transcript.item_added("u1", None)
    transcript.caller_committed("u1", None, 1.0)
    transcript.called(ToolUse("f1", "c1", "look_up", "{}"))
    transcript.note_added(Note("n1", "user", "The caller pressed 1 on the keypad."))
    transcript.assistant_began("a1")
    transcript.item_added("nobody", "a1")

    assert [line.item_id for line in transcript.everything()] == ["u1", "f1", "n1", "a1"]


def test_a_finished_turn_stays_as_it_is_when_its_session_dies() -> None:
    transcript = Transcript()
    speaks(transcript, "u1")
    transcript.caller_said("u1", "Hello.")
    transcript.session_lost()

    assert only(transcript).state is TurnState.SAID


def test_a_message_may_be_finished_twice_by_item_and_by_response() -> None:
    transcript = Transcript()
    says(transcript, "a1")
    transcript.assistant_finished("a1", completed=True, text=TEXT)

    transcript.heard(heard("a1", MS, 2.0, whole=True))
    assert only(transcript).text == TEXT


def test_tools_are_known_by_themselves_and_items_of_nobody_are_not_told() -> None:
    transcript = Transcript()
    transcript.note_added(Note("n1", "user", "The caller pressed 1 on the keypad."))
    transcript.item_added("nobody", None)
    transcript.called(ToolUse("f1", "c1", "look_up", "{}"))
    transcript.returned("c1", "done")

    assert transcript.tools() == (ToolUse("f1", "c1", "look_up", "{}", "done"),)
    assert [line.item_id for line in transcript.lines()] == ["n1", "f1"]
