from __future__ import annotations

import pytest

from processors.state.spoken_text import USUAL_PACE, Pace, SpokenText

TEXT = "The office is open from nine to six on weekdays."


def spoken(text: str = TEXT, *, ms_a_char: float = 60.0, complete: bool = True) -> SpokenText:
    item = SpokenText(Pace())
    item.text_added(text)
    item.audio_added(len(text) * ms_a_char)
    if complete:
        item.completed()
    return item


@pytest.mark.parametrize(
    ("heard_ms", "heard"),
    [
        (0, ""),
        (80, ""),
        (180, "The"),
        (600, "The office"),
        (60 * 11, "The office"),
        (60 * 12, "The office is"),
        (60 * 48 - 60 * 9, "The office is open from nine to six on"),
        (60 * 48 - 60 * 4, TEXT),
    ],
)
def test_a_finished_item_is_heard_in_proportion_and_in_whole_words(
    heard_ms: float, heard: str
) -> None:
    text, unheard = spoken().split(heard_ms)

    assert text.strip() == heard
    assert f"{text}{unheard}" == TEXT


def test_what_was_heard_to_its_end_is_whole_though_the_last_ms_are_missing() -> None:
    item = spoken("Yes")

    assert item.split(3 * 60 - 20) == ("Yes", "")


def test_an_unfinished_item_is_heard_at_the_usual_pace() -> None:
    item = SpokenText(Pace())
    item.text_added(TEXT)  # the text ran ahead: none of the audio is here
    item.audio_added(600)

    text, _ = item.split(len("The office is") / USUAL_PACE)
    assert text == "The office is"


def test_the_pace_of_the_call_is_learned_from_what_is_finished() -> None:
    pace = Pace()
    for _ in range(5):
        said = SpokenText(pace)
        said.text_added(TEXT)
        said.audio_added(len(TEXT) * 100)
        said.completed()
    item = SpokenText(pace)
    item.text_added(TEXT)

    text, _ = item.split(len("The office is") * 100)
    assert text == "The office is"


@pytest.mark.parametrize("lead_ms", [0, 300, 2000])
def test_text_that_runs_ahead_of_the_audio_is_not_yet_heard(lead_ms: float) -> None:
    text = " ".join([TEXT] * 6)
    item = SpokenText(Pace())
    written = 0
    for at_ms in range(0, 12_000, 200):
        reach = min(int((at_ms + lead_ms) / 60), len(text))
        item.text_added(text[written:reach])
        written = reach
        item.audio_added(200)

    heard, _ = item.split(9_000)
    assert abs(len(heard) - 150) <= 12


def test_one_item_is_not_believed_to_be_twice_as_fast_as_the_call() -> None:
    item = SpokenText(Pace())
    for _ in range(60):  # all text comes within the first half of the audio
        item.text_added("word ")
        item.audio_added(100)

    heard, _ = item.split(3_000)
    assert len(heard) <= 3_000 * USUAL_PACE * 1.4 + 5


def test_text_without_audio_teaches_no_pace() -> None:
    pace = Pace()
    item = SpokenText(pace)
    item.text_added(TEXT)
    item.completed()

    assert pace.chars_per_ms == USUAL_PACE


def test_audio_without_text_has_no_words() -> None:
    item = SpokenText(Pace())
    item.audio_added(500)

    assert item.split(400) == ("", "")


def test_a_text_without_spaces_is_heard_or_not() -> None:
    item = spoken("Donaudampfschiff")

    assert item.split(60 * 7) == ("", "Donaudampfschiff")
    assert item.split(60 * 9) == ("Donaudampfschiff", "")
