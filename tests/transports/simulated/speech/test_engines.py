"""The real engines: what one says the other hears, at telephone quality."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from processors.state.g711 import pcm16_to_pcmu, pcmu_to_pcm16
from transports.simulated.speech.engines import SAMPLE_RATE, Engines, SpeakingVoice
from transports.simulated.speech.hibari import sayable, sentences_of
from transports.simulated.speech.moonshine import load_moonshine

LINE = "I would like to see the house on Oak Street next Tuesday afternoon."


def phoned(voice: SpeakingVoice, text: str) -> bytes:
    """The text as it comes out of a telephone line."""
    spoken = b"".join(sentence.pcm16 for sentence in voice.stream(text))
    return pcmu_to_pcm16(pcm16_to_pcmu(spoken))


def words(text: str) -> list[str]:
    return re.findall(r"[a-z']+", text.lower())


def silence(seconds: float) -> bytes:
    return bytes(2 * int(seconds * SAMPLE_RATE))


def test_what_either_voice_says_over_the_phone_is_understood(engines: Engines) -> None:
    for voice in (engines.voice, engines.caller_voice):
        assert words(engines.recognizer.transcribe(phoned(voice, LINE))) == words(LINE)


@pytest.mark.parametrize("text", ["Yes.", "No.", "Maybe."])
def test_a_single_word_in_much_silence_is_understood(engines: Engines, text: str) -> None:
    audio = silence(0.4) + phoned(engines.caller_voice, text) + silence(0.6)

    assert words(engines.recognizer.transcribe(audio)) == words(text)


def test_nothing_is_heard_in_silence_and_in_noise(engines: Engines) -> None:
    noise = np.random.default_rng(1).normal(0, 300, SAMPLE_RATE).astype("<i2").tobytes()

    assert engines.recognizer.transcribe(b"") == ""
    assert engines.recognizer.transcribe(silence(1)) == ""
    assert engines.recognizer.transcribe(noise) == ""


def test_ears_that_can_not_be_rewritten_work_as_they_are(engines: Engines, tmp_path: Path) -> None:
    in_the_way = tmp_path / "a file"
    in_the_way.touch()
    told: list[str] = []

    ears = load_moonshine(in_the_way, told.append)

    audio = phoned(engines.caller_voice, "What does it cost?")
    assert ears.transcribe(audio) == engines.recognizer.transcribe(audio)
    assert told == ["Preparing the ears, this once", "Loading the ears (Moonshine base)"]


def test_the_voice_comes_sentence_by_sentence_and_as_loud_as_a_phone_allows(
    engines: Engines,
) -> None:
    text = "Hello there. How are you?"

    first, second = engines.voice.stream(text)

    assert first.text + second.text == text
    loudest = np.abs(np.frombuffer(first.pcm16, dtype="<i2")).max()
    assert 0.5 * 32767 < loudest < 0.8 * 32767


def test_speech_begins_at_once(engines: Engines) -> None:
    (sentence,) = engines.voice.stream("Good morning.")

    loud = np.abs(np.frombuffer(sentence.pcm16, dtype="<i2")) > 300
    assert int(loud.argmax()) < 0.05 * SAMPLE_RATE


def test_speech_is_told_from_silence_and_noise_however_it_is_cut(engines: Engines) -> None:
    noise = np.random.default_rng(1).normal(0, 100, SAMPLE_RATE).astype("<i2").tobytes()
    spoken = phoned(engines.caller_voice, LINE)
    audio = noise + spoken + noise
    detector = engines.new_detector()

    heard = [
        confidence
        for at in range(0, len(audio), 322)
        for confidence in detector.confidences(audio[at : at + 322])
    ]
    frames = len(noise) // 512
    assert max(heard[:frames]) < 0.5
    assert np.mean([confidence > 0.5 for confidence in heard[frames:-frames]]) > 0.8
    assert max(heard[-frames + 10 :]) < 0.5
    detector.reset()
    assert detector.confidences(audio) == engines.new_detector().confidences(audio)


def test_sentences_that_mean_the_same_are_near_each_other(engines: Engines) -> None:
    price, cost, dog = engines.sentences.vectors(
        ["What is the price?", "How much does it cost?", "My dog is asleep."]
    )

    assert price @ price == pytest.approx(1, abs=1e-5)
    assert price @ cost > 0.5 > price @ dog
    assert engines.sentences.vectors([]).shape == (0, 384)


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("", []),
        ("One", ["One"]),
        ("One. Two! Three?", ["One. ", "Two! ", "Three?"]),
        ('He said "yes." And left.', ['He said "yes." ', "And left."]),
        ("It costs 2.50 a day.", ["It costs 2.50 a day."]),
        ("Ask Dr. Smith or J. Lee. Or me.", ["Ask Dr. Smith or J. Lee. ", "Or me."]),
        ("At nine a.m. sharp.", ["At nine a.m. sharp."]),
    ],
)
def test_a_text_is_cut_into_sentences_that_make_it_up(text: str, pieces: list[str]) -> None:
    assert list(sentences_of(text)) == pieces


def test_telephone_numbers_are_said_digit_by_digit_and_amounts_are_not() -> None:
    assert sayable("Call 555-201-4789 now.") == "Call 5 5 5, 2 0 1, 4 7 8 9 now."
    assert sayable("It is $450,000 for 1,850 square feet.") == (
        "It is $450,000 for 1,850 square feet."
    )
    assert sayable("In 2024-25 it was so.") == "In 2024-25 it was so."


def test_addresses_are_said_in_words() -> None:
    assert sayable("Write to jo_lee@a-b.com.") == "Write to jo underscore lee at a dash b dot com."
    assert sayable("See https://acme.com now.") == "See acme dot com now."
    assert sayable("It is $900/month and/or less.") == "It is $900 per month and/or less."


def test_who_is_told_to_talk_faster_does(engines: Engines) -> None:
    (usual,) = engines.voice.stream(LINE)
    (faster,) = engines.voice.stream(LINE, 1.4)

    assert len(usual.pcm16) / len(faster.pcm16) == pytest.approx(1.4, abs=0.15)
