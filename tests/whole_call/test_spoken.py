"""Whole calls in words: what is said is heard, made out, answered, and kept."""

from __future__ import annotations

import re
import wave
from difflib import SequenceMatcher
from pathlib import Path

import pytest

from pipeline.catalog import Catalog, load_catalog
from processors.state.g711 import pcm16_to_pcmu
from tests.virtual_loop import run_virtual
from tests.whole_call.spoken import Engineered, SpokenCall, hold
from transports.simulated.caller_steps import (
    InterruptWhenHeard,
    Listen,
    ListenUntil,
    MakeNoise,
    Say,
    StaySilent,
    Step,
)
from transports.simulated.manner import Manner
from transports.simulated.person import HangUp, PressDigits
from transports.simulated.speech.engines import Engines
from transports.simulated.speech.load import missing_packages

pytestmark = pytest.mark.skipif(bool(missing_packages()), reason="needs the local extra")

SOUNDS = Path("/usr/share/asterisk/sounds/en_US_f_Allison")
FILE = """\
name: Spoke and Chain
pipeline:
  - type: twilio_serializer
  - type: mulaw_passthrough
  - {type: openai_realtime, transcription: {model: gpt-transcribe}}
  - type: interruption
  - type: transcript
agent:
  role: You answer the phone of a bicycle workshop.
  greeting: Spoke and Chain, hello?
  goodbye: Ride safely. Goodbye.
  boundaries:
    - No advice on racing. Say that you can't advise on that, and that a club can.
  information:
    checklist:
      - {field: name, ask: What is your name?, confirm: true}
      - {field: phone, ask: What is your number?, confirm: true}
    facts:
      - The workshop is open from Tuesday to Saturday, eight to five. A tune-up is sixty dollars.
"""
LISTEN = Listen(quiet=0.9)  # longer than the pauses between its sentences
BYE = Say("Goodbye.")


@pytest.fixture(scope="module")
def engineered(engines: Engines) -> Engineered:
    return Engineered(engines)


@pytest.fixture(scope="module")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Catalog:
    path = tmp_path_factory.mktemp("calls") / "workshop.yaml"
    path.write_text(FILE, encoding="utf-8")
    return load_catalog(str(path))


class Line:
    """The workshop's line: callers ring, and what came of it is looked at."""

    def __init__(self, catalog: Catalog, engineered: Engineered) -> None:
        self._catalog = catalog
        self._engineered = engineered

    def call(self, *steps: Step, recorded: dict[str, bytes] | None = None) -> SpokenCall:
        script = [LISTEN, *steps, LISTEN, StaySilent(5), HangUp()]
        return run_virtual(hold(self._catalog, script, self._engineered, recorded=recorded))


@pytest.fixture
def line(workshop: Catalog, engineered: Engineered) -> Line:
    return Line(workshop, engineered)


def words(text: str) -> list[str]:
    return re.findall(r"[a-z']+", text.lower().replace("-", ""))


def alike(one: str, other: str) -> float:
    return SequenceMatcher(None, words(one), words(other)).ratio()


def test_a_caller_is_greeted_understood_and_taken_leave_of(line: Line) -> None:
    call = line.call(Say("My name is Jordan Lee."), LISTEN, Say("Yes, that's right."), LISTEN, BYE)

    assert call.broken == []
    assert "For the name, I have Jordan Lee. Is that right?" in call.said[1]
    assert [words(text) for text in call.understood] == [
        ["my", "name", "is", "jordan", "lee"],
        ["yes", "that's", "right"],
        ["goodbye"],
    ]
    assert call.said[-1] == "Ride safely. Goodbye."
    assert alike(" ".join(call.said), " ".join(call.heard)) > 0.85


def test_what_a_caller_corrects_is_read_back_right(line: Line) -> None:
    call = line.call(
        Say("My name is Peter Smith."), LISTEN, Say("No, it's Smith with a Y."), LISTEN, BYE
    )

    assert call.broken == []
    assert "I have Peter Smyth, spelled S, M, Y, T, H. Is that right?" in call.said[2]


def test_the_words_heard_before_an_interruption_are_what_the_record_says(line: Line) -> None:
    call = line.call(
        Say("When are you open?"),
        InterruptWhenHeard("Thank you, that is enough.", ms=2500),
        LISTEN,
        BYE,
    )

    assert call.broken == []
    assert call.cut.believed_ms is not None
    assert abs(call.cut.believed_ms - call.cut.heard_ms) <= 25
    recorded, heard = words(call.said[1]), words(call.heard[1])
    assert recorded[:5] == ["the", "workshop", "is", "open", "from"]
    assert abs(len(recorded) - len(heard)) <= 2
    assert alike(call.said[1], call.heard[1]) > 0.7
    assert "sixty" not in recorded


def test_a_caller_may_interrupt_on_a_word(line: Line) -> None:
    call = line.call(
        Say("When are you open?"),
        ListenUntil("tuesday"),
        Say("Wait, what does it cost?", interrupting=True),
        LISTEN,
        BYE,
    )

    assert call.broken == []
    assert "tuesday" in words(call.heard[1])
    assert "eight" not in words(call.said[1])
    first_cut = call.evidence.cuts()[0]
    assert first_cut.heard_ms < 0.7 * first_cut.said_ms


def test_what_a_boundary_forbids_is_not_said(line: Line) -> None:
    call = line.call(Say("Which tires do you advise for racing?"), LISTEN, BYE)

    assert call.broken == []
    assert "I can't advise on that. A club can." in call.said[1]
    assert "can't advise" in " ".join(words(call.heard[1]))


def test_noise_under_the_words_does_not_hide_them(line: Line) -> None:
    noisy = Manner(snr_db=15.0)

    call = line.call(Say("My name is Jordan Lee.", manner=noisy), LISTEN, BYE)

    assert call.broken == []
    assert "I have Jordan Lee." in call.said[1]


def test_who_mumbles_is_asked_again_and_nothing_is_made_up(line: Line) -> None:
    call = line.call(
        Say("My number is five five five, oh one four two.", manner=Manner(mumbled=True)),
        LISTEN,
        BYE,
    )

    assert call.broken == []
    assert call.said[1].endswith(("What is your name?", "Is that right?"))


def test_a_cough_does_not_cut_the_assistant_short(line: Line) -> None:
    call = line.call(
        Say("When are you open?"),
        ListenUntil(ms=1000),
        MakeNoise(0.25, dbfs=-20),
        LISTEN,
        BYE,
    )

    assert call.broken == []
    assert call.evidence.cuts() == []
    assert "sixty dollars" in call.said[1]


def test_keys_are_a_number_where_a_number_was_asked_for(line: Line) -> None:
    call = line.call(
        Say("My name is Jordan Lee."),
        LISTEN,
        Say("Yes."),
        LISTEN,
        PressDigits("5550100142"),
        LISTEN,
        BYE,
    )

    assert call.broken == []
    assert "five five five, zero one zero, zero one four two. Is that right?" in call.said[3]


def test_out_of_silence_no_words_are_made(line: Line) -> None:
    call = line.call(MakeNoise(2.0, dbfs=-50), StaySilent(3), HangUp())

    assert call.broken == []
    assert call.understood == []
    assert call.said == ["Spoke and Chain, hello?"]


@pytest.mark.skipif(not SOUNDS.is_dir(), reason="asterisk-core-sounds-en-wav is not installed")
@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("vm-goodbye", "Goodbye."),
        ("please-try-again", "Please try again."),
        ("tt-monkeysintro", "They have been carried away by monkeys."),
    ],
)
def test_a_human_voice_on_the_phone_is_understood(line: Line, name: str, text: str) -> None:
    with wave.open(str(SOUNDS / f"{name}.wav")) as sound:
        assert (sound.getframerate(), sound.getsampwidth(), sound.getnchannels()) == (8000, 2, 1)
        pcmu = pcm16_to_pcmu(sound.readframes(sound.getnframes()))

    call = line.call(Say(text), LISTEN, BYE, recorded={text: pcmu})

    assert call.broken == []
    assert alike(call.understood[0], text) > 0.7
