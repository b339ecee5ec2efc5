from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from processors.state.journal import Entry, Journal
from tests.transports.simulated.letter_voice import LetterVoice
from transports.simulated.caller import Caller
from transports.simulated.caller_answers import answer_to
from transports.simulated.caller_script import (
    GOODBYE,
    OPENING,
    QUESTION,
    AnsweringScript,
    Question,
)
from transports.simulated.caller_senses import InstantSenses
from transports.simulated.caller_steps import (
    CallScript,
    FixedScript,
    InterruptWhenHeard,
    Listen,
    ListenUntil,
    MakeNoise,
    Outcome,
    Say,
    StaySilent,
    Step,
)
from transports.simulated.person import Act, HangUp, PressDigits, Speak

T0 = 100.0
FRAME = 0.02
VOICE = LetterVoice()


@dataclass
class Room:
    """Plays the assistant's words to a caller, tick by tick, and notes what the caller does."""

    script: CallScript
    reply: Callable[[str], str] = lambda _: ""
    stops_when_interrupted: bool = True
    acts: list[tuple[float, Act]] = field(default_factory=list)
    said: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.caller = Caller(self.script, InstantSenses(VOICE))
        self.now = T0
        self.playing = b""
        self.answers: list[tuple[float, str]] = []

    def assistant_says(self, text: str) -> None:
        self.playing += VOICE.speak(text)

    def run(self, seconds: float) -> None:
        until = self.now + seconds
        while self.now < until:
            piece, self.playing = self.playing[:160], self.playing[160:]
            if piece:
                self.caller.heard(piece, self.now)
            self.now += FRAME
            for act in self.caller.tick(self.now):
                self.acts.append((round(self.now - T0, 2), act))
                self.react(act)
            while self.answers and self.answers[0][0] <= self.now:
                self.assistant_says(self.answers.pop(0)[1])

    def react(self, act: Act) -> None:
        if isinstance(act, Speak):
            words = VOICE.hear(act.pcmu)
            self.said.append(words)
            if self.stops_when_interrupted:
                self.playing = b""
            ready_at = self.now + len(act.pcmu) / 8000 + 0.5
            self.answers = [(ready_at, self.reply(words))]
        elif isinstance(act, PressDigits):
            self.answers = [(self.now + 0.3, self.reply(f"pressed {act.digits}"))]


def steps(*given: Step) -> FixedScript:
    return FixedScript(given)


class Noting:
    """A fixed script that notes how each step went."""

    def __init__(self, *given: Step) -> None:
        self._script = FixedScript(given)
        self.outcomes: list[Outcome] = []

    def next_step(self, last: Outcome) -> Step | None:
        self.outcomes.append(last)
        return self._script.next_step(last)


def test_waits_until_the_assistant_has_finished_before_speaking() -> None:
    room = Room(steps(Listen(quiet=0.5), Say("hi")))
    room.assistant_says("welcome")
    room.run(2.0)

    [(at, act)] = room.acts
    assert at == pytest.approx(0.14 + 0.5, abs=0.03)
    assert act == Speak(VOICE.speak("hi"))
    assert [line.text for line in room.caller.heard_lines] == ["welcome"]


def test_a_short_pause_does_not_end_the_assistants_speech() -> None:
    script = Noting(Listen(quiet=0.5))
    room = Room(script)
    room.assistant_says("wel")
    room.run(0.3)
    room.assistant_says("come")
    room.run(2.0)

    assert script.outcomes[1] == Outcome("welcome")


def test_patience_runs_out_in_silence() -> None:
    script = Noting(Listen(patience=1.0), HangUp())
    room = Room(script)
    room.run(2.0)

    assert script.outcomes[1] == Outcome(silent=True)
    [(at, act)] = room.acts
    assert at == pytest.approx(1.02, abs=0.03)
    assert act == HangUp()


def test_speaks_up_after_so_many_milliseconds() -> None:
    script = Noting(InterruptWhenHeard("stop it", ms=300), HangUp())
    room = Room(script)
    room.assistant_says("a" * 100)
    room.run(2.0)

    at, act = room.acts[0]
    assert at == pytest.approx(0.3, abs=0.03)
    assert act == Speak(VOICE.speak("stop it"))
    assert script.outcomes[1] == Outcome("a" * 16, interrupted=True)
    assert room.caller.spoken[0].interrupting


def test_speaks_up_after_so_many_words() -> None:
    room = Room(steps(InterruptWhenHeard("wait", words=3)))
    room.assistant_says("one two three four five six seven eight nine ten eleven twelve")
    room.run(2.0)

    assert room.caller.heard_lines[0].text.startswith("one two t")
    assert "twelve" not in room.caller.heard_lines[0].text


def test_an_answer_too_short_to_interrupt_is_just_heard() -> None:
    script = Noting(InterruptWhenHeard("stop", ms=300))
    room = Room(script)
    room.assistant_says("yes")
    room.run(2.0)

    assert script.outcomes[1] == Outcome("yes")
    assert room.acts == []


def test_the_rest_of_a_cut_answer_is_not_taken_for_a_new_one() -> None:
    script = Noting(InterruptWhenHeard("s" * 100, ms=300), Listen(patience=1.0))
    room = Room(script, stops_when_interrupted=False)
    room.assistant_says("a" * 60)
    room.run(5.0)

    assert script.outcomes[2] == Outcome(silent=True)


def test_an_assistant_that_talks_on_is_listened_to() -> None:
    script = Noting(InterruptWhenHeard("s" * 10, ms=300), Listen())
    room = Room(script, stops_when_interrupted=False)
    room.assistant_says("a" * 60)
    room.run(5.0)

    assert script.outcomes[2] == Outcome("a" * 44)


def test_stays_silent_presses_and_hangs_up() -> None:
    room = Room(steps(StaySilent(0.5), PressDigits("42#"), HangUp()))
    room.run(1.0)

    assert [act for _, act in room.acts] == [PressDigits("42#"), HangUp()]
    assert room.acts[0][0] == pytest.approx(0.54, abs=0.03)


def test_after_the_script_the_caller_stays_on_the_line() -> None:
    room = Room(steps())
    room.assistant_says("hello")
    room.run(3.0)

    assert room.acts == []


def test_the_journal_hears_both_sides() -> None:
    entries: list[Entry] = []
    journal = Journal(0.0)
    journal.listen(entries.append)
    caller = Caller(steps(Say("hello there")), InstantSenses(VOICE), journal)
    caller.tick(T0)

    assert entries == [
        Entry(T0, "caller_speaks", {"ms": 220.0, "interrupting": False}, {"text": "hello there"})
    ]


FIELDS = [
    Question("name_and_contact", "May I have your name and the best number to reach you?"),
    Question("buy_or_rent", "Are you looking to buy or to rent?"),
    Question("neighborhoods", "Which neighborhoods are you interested in?"),
    Question("budget", "What budget do you have in mind?"),
    Question("tour", "Would you like to tour some of them?"),
]
HOURS = "We are open from nine to five, Monday to Friday, and by appointment on Saturday mornings."


class Assistant:
    """Asks the fields in order, reads the first back, answers the question and takes leave."""

    def __init__(self, fields: Sequence[Question]) -> None:
        self.open = list(fields)
        self.confirming = ""
        self.confirmed = 0
        self.left = False

    def question(self) -> str:
        return self.open[0].ask if self.open else "What else can I do for you?"

    def __call__(self, words: str) -> str:
        if GOODBYE in words:
            self.left = True
            return "Thank you for calling. Goodbye."
        if words.startswith("pressed"):
            return f"I see you pressed {words[-1]}. {self.question()}"
        if words.endswith("?"):
            return f"{HOURS} {self.question()}"
        if words == OPENING:
            return f"Of course. {self.question()}"
        if self.confirming:
            assert words.startswith("Yes")
            self.confirming, self.confirmed = "", self.confirmed + 1
            return f"Got it. {self.question()}"
        done = self.open.pop(0) if self.open else None
        if done is FIELDS[0]:
            self.confirming = words
            return f"Just to confirm, your name: {words} Is that right?"
        return f"Thank you. {self.question()}"


def held(fields: Sequence[Question]) -> tuple[Room, Assistant]:
    assistant = Assistant(fields)
    room = Room(AnsweringScript(fields), assistant)
    room.assistant_says("Hello, this is Acme Realty. How can I help you?")
    room.run(120.0)
    return room, assistant


def test_generic_caller_gets_through_a_whole_checklist() -> None:
    room, assistant = held(FIELDS)

    digits = [act for _, act in room.acts if isinstance(act, PressDigits)]
    assert room.said[:3] == [
        OPENING,
        "Jordan Lee, and the best number is 555 010 0142.",
        "Yes, that's right.",
    ]
    assert digits == [PressDigits("1")]
    assert room.said.count(QUESTION) == 1
    [interruption] = [line for line in room.caller.spoken if line.interrupting]
    assert interruption.text == "Maplewood or Riverside."
    assert room.said[-1] == f"Yes, two or three of them. {GOODBYE}"
    assert assistant.left
    assert assistant.confirmed == 1
    assert room.caller.heard_lines[-1].text == "Thank you for calling. Goodbye."


def test_generic_caller_without_a_checklist_still_does_everything() -> None:
    room, assistant = held([])

    assert room.said[:2] == [OPENING, QUESTION]
    assert any(line.interrupting for line in room.caller.spoken)
    assert PressDigits("1") in [act for _, act in room.acts]
    assert room.said[-1] == GOODBYE
    assert assistant.left


def test_generic_caller_asks_before_answering_the_only_question() -> None:
    room, assistant = held(FIELDS[3:4])

    assert QUESTION in room.said
    assert room.said[-1] == f"Up to 2400 dollars a month. {GOODBYE}"
    assert assistant.left


def test_generic_caller_asks_about_what_the_file_knows() -> None:
    room = Room(AnsweringScript([], ["We sell homes.", "Tours are free and led by an agent."]))
    room.reply = Assistant([])
    room.assistant_says("Hello.")
    room.run(10.0)

    assert room.said[1] == "Before that, how do your tours work?"


def test_generic_caller_hangs_up_on_a_dead_line() -> None:
    room = Room(AnsweringScript(FIELDS))
    room.run(60.0)

    assert room.said == ["Hello? Are you there?"] * 2
    assert room.acts[-1][1] == HangUp()


def test_generic_caller_waits_for_what_was_promised() -> None:
    script = AnsweringScript([])
    script.next_step(Outcome())

    assert isinstance(script.next_step(Outcome("One moment, please.")), Listen)


@pytest.mark.parametrize(
    ("name", "ask", "answer"),
    [
        ("name", "Who am I speaking with?", "My name is Jordan Lee."),
        ("phone", "What is your phone number?", "The best number is 555 010 0142."),
        ("beds_and_baths", "How many bedrooms do you need?", "Two bedrooms and one bath."),
        ("favourite_colour", "Which colour do you like best?", "Nothing in particular."),
        ("insurance", "What insurance plan are you with?", "Blue Shield."),
    ],
)
def test_answers_fit_the_question(name: str, ask: str, answer: str) -> None:
    assert answer_to(name, ask) == answer


def test_listening_until_words_or_a_time_ends_in_the_middle_of_a_speech() -> None:
    script = Noting(ListenUntil("open from"), Say("stop", interrupting=True), Listen())
    room = Room(script)
    room.assistant_says("we are open from nine to six")
    room.run(8)

    assert script.outcomes[1].interrupted
    assert script.outcomes[1].heard.startswith("we are open from")
    assert "six" not in script.outcomes[1].heard
    assert room.caller.spoken[0].interrupting


def test_listening_until_something_that_never_comes_ends_with_the_speech() -> None:
    script = Noting(ListenUntil("elephants", ms=200))
    room = Room(script)
    room.assistant_says("we are open")
    room.run(4)

    assert script.outcomes[1] == Outcome("we are open")


def test_noise_is_made_for_its_time() -> None:
    script = Noting(MakeNoise(1.5, -40.0))
    room = Room(script)
    room.run(1.4)
    assert len(script.outcomes) == 1

    room.run(0.3)
    assert len(script.outcomes) == 2
    (_, act), *_ = room.acts
    assert isinstance(act, Speak)
    assert len(act.pcmu) == 12_000


async def test_all_that_was_heard_holds_what_nobody_paid_attention_to() -> None:
    room = Room(steps(Listen(), StaySilent(3), Say("no"), StaySilent(60)))
    room.assistant_says("hello")
    room.run(3)
    room.assistant_says("by the way")
    room.run(3)
    room.assistant_says("good bye")
    room.run(2)

    await room.caller.settle()

    assert [line.text for line in room.caller.heard_lines] == ["hello"]
    assert [line.text for line in room.caller.all_heard()] == ["hello", "by the way", "good bye"]


class SlowSenses:
    """Those of a voice that takes its time: what was asked for is there when it is said to be."""

    def __init__(self) -> None:
        self.open: list[Waiting] = []

    def speak(self, text: str) -> Waiting:
        return self._later(VOICE.speak(text))

    def hear(self, pcmu: bytes) -> Waiting:
        return self._later(VOICE.hear(pcmu))

    async def settle(self) -> None:
        self.catch_up()

    def catch_up(self) -> None:
        for waiting in self.open:
            waiting.ready = True

    def _later(self, value: Any) -> Waiting:
        self.open.append(Waiting(value))
        return self.open[-1]


@dataclass
class Waiting:
    value: Any
    ready: bool = False

    def done(self) -> bool:
        return self.ready

    def result(self) -> Any:
        assert self.ready
        return self.value


def slow_room(script: CallScript) -> tuple[Room, SlowSenses]:
    room, senses = Room(script), SlowSenses()
    room.caller = Caller(script, senses)
    return room, senses


def test_words_are_said_when_they_are_made() -> None:
    room, senses = slow_room(steps(Say("hi"), StaySilent(60)))

    room.run(0.5)
    assert room.acts == []
    senses.catch_up()
    room.run(0.5)

    assert [act for _, act in room.acts] == [Speak(VOICE.speak("hi"))]
    assert room.caller.spoken[0].started_at == pytest.approx(T0 + 0.5, abs=0.05)


def test_an_interruption_does_not_wait_for_what_was_heard_to_be_made_out() -> None:
    script = Outcomes(InterruptWhenHeard("stop", ms=300), Say("and now"))
    room, senses = slow_room(script)
    room.assistant_says("this is a very long sentence that goes on")
    room.run(0.1)
    senses.catch_up()
    room.run(0.4)
    assert [act for _, act in room.acts] == [Speak(VOICE.speak("stop"))]

    room.run(2)
    assert script.outcomes == [Outcome()]
    senses.catch_up()
    room.run(0.5)

    assert script.outcomes[1].interrupted
    assert script.outcomes[1].heard.startswith("this is")
    assert room.caller.heard_lines[0].text == script.outcomes[1].heard


def test_who_waits_for_a_word_looks_again_when_the_last_look_is_done() -> None:
    script = Outcomes(ListenUntil("sentence"), Say("yes"))
    room, senses = slow_room(script)
    room.assistant_says("a long sentence that goes on and on and on and on")

    for _ in range(20):
        room.run(0.1)
        senses.catch_up()

    assert "sentence" in script.outcomes[1].heard
    assert script.outcomes[1].interrupted


async def test_last_words_are_made_out_when_the_call_is_over() -> None:
    room, senses = slow_room(steps(Listen(), StaySilent(60)))
    room.assistant_says("hello")
    room.run(3)
    assert room.caller.all_heard() == []

    await room.caller.settle()

    assert [line.text for line in room.caller.all_heard()] == ["hello"]
    assert all(waiting.ready for waiting in senses.open)


class Outcomes:
    """The same steps whatever is heard, and how they went."""

    def __init__(self, *script: Step) -> None:
        self.outcomes: list[Outcome] = []
        self._script = FixedScript(script)

    def next_step(self, last: Outcome) -> Step | None:
        self.outcomes.append(last)
        return self._script.next_step(last)
