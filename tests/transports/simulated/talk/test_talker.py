"""The dialogue as a whole, held with two trades that no rule was written for."""

from __future__ import annotations

import pytest

from tests.transports.simulated.talk.trades import BIKES, PIANOS, Talk, bikes, pianos
from transports.simulated.brain_script import BrainRequest, BrainScript, Call, Line, Say
from transports.simulated.talk.likeness import WordLikeness
from transports.simulated.talk.talker import Talker, talkers


def test_it_opens_with_disclosure_and_greeting() -> None:
    assert Talk(PIANOS).respond() == [Say("This call is recorded. Harmony Pianos, good day.")]
    assert Talk(BrainScript("Bo's")).respond() == [
        Say("Hello, this is Bo's. What can I do for you?")
    ]


def test_words_that_are_ordered_are_said_exactly() -> None:
    request = BrainRequest(instructions='Say exactly: "Hold tight."\nSay nothing else.')

    assert Talker(BIKES).reply(request) == [Say("Hold tight.")]


def test_a_whole_call_at_the_bicycle_workshop() -> None:
    talk = bikes()

    assert talk.says("Hello, I hope you can help me.") == "I understand. Who am I speaking with?"
    assert talk.says("It's Anna Smith.").endswith("For the name, I have Anna Smith. Is that right?")
    assert talk.says("No, it's Smith with a y.") == (
        "Thanks for the correction."
        " For the name, I have Anna Smyth, spelled S, M, Y, T, H. Is that right?"
    )
    assert talk.says("Yes.").endswith("What number can the workshop call?")
    assert talk.says("Five five five, oh one oh") == "Go on."
    assert talk.says("Oh one four two.").endswith(
        "For the phone, I have five five five, zero one zero, zero one four two. Is that right?"
    )
    assert talk.says("Yes, correct.").endswith("Is it a road bike, a mountain bike or a tandem?")
    assert talk.says("A mountain bike.").endswith("What is wrong with it?")
    assert talk.says("The chain keeps falling off.").endswith("When would you like to bring it in?")
    assert talk.says("Tuesday at two thirty.").endswith(
        "For the drop off, I have Tuesday at 2:30. Is that right?"
    )
    assert talk.says("Actually, make it Wednesday.").endswith(
        "For the drop off, I have Wednesday at 2:30. Is that right?"
    )
    assert talk.says("That's right.").endswith("Do you need a loan bike meanwhile?")
    assert talk.says("No, thanks.") == (
        "Got it. Thank you, that is everything I need."
        " The workshop calls back the same day. Is there anything else?"
    )
    assert talk.asks("No.") == [Call("end_call", {"reason": "the caller has nothing else"})]
    assert talk.tool_answers() == "Ride safely. Goodbye."


def test_a_whole_call_at_the_piano_tuners() -> None:
    talk = pianos()

    assert talk.says("I have an upright that sounds terrible.").endswith(
        "How many floors up is it?"
    )
    assert talk.says("Three, and there is no lift.").endswith("What would you like to spend?")
    assert talk.says("Up to a hundred and fifty dollars.").endswith(
        "For the budget, I have up to 150 dollars. Is that right?"
    )
    assert talk.says("Yes.").endswith("How can the tuner reach you, by phone or by e-mail?")
    assert talk.says("E-mail.") == "What is the e-mail address? Please spell it."
    assert talk.says("J O dot lee at example dot com").endswith(
        "For the contact, I have J, O, dot, L, E, E, at example dot com. Is that right?"
    )
    assert talk.says("Right.").endswith("Is there anything else?")


def test_what_was_said_before_is_not_asked_again() -> None:
    talk = bikes()

    said = talk.says("Hi, my name is Bo Lee, I have a tandem, and my number is 555 010 0142.")

    assert said.endswith("For the name, I have Bo Lee. Is that right?")
    assert talk.says("Yes.").endswith("zero one four two. Is that right?")
    assert talk.says("Yes.").endswith("What is wrong with it?")


def test_why_they_call_is_taken_from_their_first_words() -> None:
    talk = bikes()

    assert talk.says("My brakes make a terrible noise.").endswith("Who am I speaking with?")
    talk.says("Bo Lee"), talk.says("yes"), talk.says("555 010 0142"), talk.says("yes")
    assert talk.says("A road bike.").endswith("When would you like to bring it in?")


def test_an_earlier_answer_is_put_right_later() -> None:
    talk = pianos()
    talk.says("An upright."), talk.says("Two."), talk.says("150 dollars."), talk.says("Yes.")

    said = talk.says("Actually, make the budget two hundred.")

    assert said.endswith("For the budget, I have 200 dollars. Is that right?")
    assert talk.says("Yes.").endswith("How can the tuner reach you, by phone or by e-mail?")


@pytest.mark.parametrize(
    ("asked", "answer"),
    [
        ("What does a tune-up cost?", "A tune-up costs sixty euros."),
        ("When are you open?", "The workshop is open Tuesday to Saturday, eight to five."),
        ("Who has the mechanics' calendar?", "I do not have the mechanics' calendar."),
        ("Which tyres are best for racing?", "I can't advise on that. Your club can."),
        ("Can you promise that the repair is ready on Friday?", "I can't speak to that."),
        ("Do you sell skateboards?", "I don't have that here. I'll have someone follow up."),
    ],
)
def test_questions_are_answered_from_the_file_or_not_at_all(asked: str, answer: str) -> None:
    assert bikes().says(asked) == f"{answer} Who am I speaking with?"


def test_the_file_may_have_its_own_words_for_what_it_does_not_know() -> None:
    said = pianos().says("Do you sell violins?")

    assert said.startswith("I'll ask the tuner and someone will follow up.")


def test_a_question_is_no_choice_only_because_a_choice_was_asked_for() -> None:
    talk = bikes()
    for said in ("hi", "Bo Lee", "yes", "555 010 0142"):
        talk.says(said)
    assert talk.says("yes").endswith("Is it a road bike, a mountain bike or a tandem?")

    said = talk.says("Before that, what does a tune-up cost?")
    assert said == "A tune-up costs sixty euros. Is it a road bike, a mountain bike or a tandem?"
    assert talk.says("Can I have the tandem done?").endswith("What is wrong with it?")


def test_what_is_dangerous_goes_before_everything_else() -> None:
    talk = bikes()

    order = "Please leave the room and dial one one two."
    assert talk.says("My battery is on fire, and when are you open?") == order
    assert talk.says("What?") == order


def test_a_caller_who_does_not_know_is_not_asked_twice() -> None:
    talk = pianos()
    talk.says("hello")

    assert talk.says("I don't know.") == "That's all right. How many floors up is it?"


def test_an_unclear_answer_is_asked_for_again_but_not_for_ever() -> None:
    talk = bikes()
    talk.says("hello")

    assert talk.says("It rains here.") == "Sorry, I didn't catch that. Who am I speaking with?"
    assert talk.says("It rains here.") == "Sorry, I didn't catch that. Who am I speaking with?"
    assert talk.says("It rains here.").endswith("What number can the workshop call?")


def test_an_unclear_confirmation_leaves_the_answer_unconfirmed_in_the_end() -> None:
    talk = bikes()
    talk.says("hello"), talk.says("Bo Lee")

    assert "Is that right?" in talk.says("It rains here, one two.")
    assert "Is that right?" in talk.says("It rains here, one two.")
    assert talk.says("It rains here, one two.").endswith("What number can the workshop call?")


def test_an_optional_question_is_asked_after_a_yes_to_what_it_belongs_to() -> None:
    talk = bikes()
    for said in ("hi", "Bo Lee", "yes", "555 010 0142", "yes", "road bike", "A flat.", "Friday"):
        talk.says(said)

    assert talk.says("yes").endswith("Do you need a loan bike meanwhile?")
    assert talk.says("Yes.").endswith("What size should the loan bike be?")


def test_small_things_are_answered() -> None:
    talk = bikes()

    ask = "Who am I speaking with?"
    assert talk.says("Are you a robot?") == (
        f"I'm the automated assistant of Spoke and Chain. {ask}"
    )
    assert talk.says("Hello?") == f"Yes, I'm here. {ask}"
    assert talk.says("Thanks.") == f"You're welcome. {ask}"
    assert talk.says("Hold on a moment.") == "Take your time."
    assert talk.says("The caller pressed 3 on the keypad.") == f"I see you pressed 3. {ask}"


def test_keys_are_digits_where_a_number_was_asked_for() -> None:
    talk = bikes()
    talk.says("hi"), talk.says("Bo Lee"), talk.says("yes")

    assert "zero one four two" in talk.says("The caller pressed 5550100142 on the keypad.")


def test_silence_is_asked_after() -> None:
    talk = bikes()
    talk.lines.append(Line("caller", silent=True))

    assert talk.respond() == [Say("Are you still there?")]
    talk.lines.append(Line("caller", silent=True))
    assert talk.respond() == [Say("Are you still there? Who am I speaking with?")]


def test_sound_without_words_was_not_caught() -> None:
    talk = bikes()
    talk.lines.append(Line("caller", ""))

    assert talk.respond() == [Say("Sorry, I didn't catch that. Who am I speaking with?")]


def test_only_what_was_heard_counts_as_asked() -> None:
    talk = bikes()
    talk.says("hello")
    talk.lines[-1] = Line("assistant", "I understand. Who")

    assert "For the name" not in talk.says("Bo Lee")


def test_notes_on_an_earlier_part_of_the_call_are_taken_over() -> None:
    talk = Talk(BIKES)
    talk.lines += [
        Line("system", "Notes:\nname: Bo Lee (confirmed)\nphone: 555-010-0142\nkind: tandem"),
        Line("assistant", "What is wrong with it?"),
    ]

    assert talk.says("A flat tyre.").endswith("When would you like to bring it in?")


def test_a_read_back_whose_answer_is_gone_can_be_confirmed() -> None:
    talk = Talk(BIKES)
    said = "For the phone, I have five five five, zero one zero, zero one four two. Is that right?"
    talk.lines += [Line("system", "name: Bo Lee (confirmed)"), Line("assistant", said)]

    assert talk.says("Yes.").endswith("Is it a road bike, a mountain bike or a tandem?")


def test_a_goodbye_ends_the_call() -> None:
    said = "That's all. Goodbye."

    assert bikes().asks(said) == [Call("end_call", {"reason": "the caller has nothing else"})]


@pytest.mark.parametrize("said", ["Good-bye.", "Bye bye.", "Goodbye."])
def test_a_goodbye_is_nobodys_name(said: str) -> None:
    talk = bikes()
    talk.says("hello")

    assert [call.name for call in talk.asks(said)] == ["end_call"]


def test_without_a_tool_to_end_it_the_call_ends_with_the_goodbye() -> None:
    talk = Talk(BIKES, ())

    assert talk.says("Goodbye.") == "Ride safely. Goodbye."


def test_a_file_without_a_checklist_offers_help() -> None:
    talk = Talk(BrainScript("Bo's", facts=("Bo sells rope.",)))
    talk.respond()

    assert talk.says("What does Bo sell?") == "Bo sells rope. What can I do for you?"


def test_a_call_file_is_read_once_for_all_its_sessions() -> None:
    talker_for = talkers(lambda told: PIANOS if "piano" in told else BIKES, WordLikeness())

    assert talker_for("piano one") is talker_for("piano two")
    assert talker_for("bike") is not talker_for("piano")
