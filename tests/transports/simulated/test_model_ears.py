"""What the simulated model hears by: formats, the energy VAD on audio time, the input buffer."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from processors.state.g711 import pcm16_to_pcmu
from transports.simulated.audio_format import AudioDecoder, AudioFormat, FormatType
from transports.simulated.client_error import ClientError
from transports.simulated.input_buffer import InputBuffer
from transports.simulated.vad import (
    EnergyVad,
    SpeechEvent,
    SpeechPaused,
    SpeechStarted,
    SpeechStopped,
    VadRules,
)
from transports.simulated.voice import ToneVoice

VOICE = ToneVoice()
RULES = VadRules(prefix_padding_ms=300, pause_ms=500, max_pause_ms=500)
WORDS = "Hello there."  # 792 ms


def silence(ms: int) -> bytes:
    return b"\xff" * (8 * ms)


def noise(ms: int, rms: float) -> bytes:
    samples = np.random.default_rng(5).normal(0, rms, 8 * ms)
    return pcm16_to_pcmu(samples.astype("<i2").tobytes())


def heard(vad: EnergyVad, pcmu: bytes, piece: int = 160) -> list[SpeechEvent]:
    return [event for at in range(0, len(pcmu), piece) for event in vad.feed(pcmu[at : at + piece])]


@pytest.mark.parametrize("kind", ["audio/pcmu", "audio/pcma", "audio/pcm"])
def test_each_format_carries_the_voice_there_and_back(kind: FormatType) -> None:
    audio_format = AudioFormat(kind)
    decoder = AudioDecoder(audio_format)
    wire = audio_format.encode(VOICE.speak(WORDS))

    back = b"".join(decoder.feed(wire[at : at + 101]) for at in range(0, len(wire), 101))

    assert VOICE.hear(back) == WORDS
    assert len(wire) == VOICE.duration_ms(WORDS) * audio_format.bytes_per_ms


def test_only_pcm_has_a_rate() -> None:
    assert AudioFormat("audio/pcm").to_wire() == {"type": "audio/pcm", "rate": 24000}
    assert AudioFormat("audio/pcmu").to_wire() == {"type": "audio/pcmu"}


def test_a_law_is_that_of_the_recommendation() -> None:
    # ITU-T G.711: A-law silence is 0xD5/0x55, and full scale of either sign 0xAA and 0x2A.
    quiet, loud_plus, loud_minus = AudioFormat("audio/pcma").encode(bytes([0xFF, 0x80, 0x00]))

    assert quiet in (0xD5, 0x55)
    assert (loud_plus, loud_minus) == (0xAA, 0x2A)


@pytest.mark.parametrize("piece", [1, 7, 160, 161, 4000, 100_000])
def test_a_turn_has_the_same_bounds_however_the_audio_is_cut(piece: int) -> None:
    audio = silence(1000) + VOICE.speak(WORDS) + silence(1000)

    # 1000 - 300 of padding; the words end at 1792, in the frame to 1800, and 500 of silence.
    assert heard(EnergyVad(RULES), audio, piece) == [SpeechStarted(700), SpeechStopped(2300)]


def test_padding_does_not_reach_before_the_last_turn() -> None:
    vad = EnergyVad(RULES)
    first = heard(vad, VOICE.speak(WORDS) + silence(600))

    second = heard(vad, VOICE.speak(WORDS))

    assert first[0] == SpeechStarted(0)
    assert second == [SpeechStarted(1300)]


def test_without_silence_a_turn_never_ends() -> None:
    vad = EnergyVad(RULES)

    assert heard(vad, VOICE.speak("a long story " * 20)) == [SpeechStarted(0)]
    assert vad.speaking


def test_a_pause_shorter_than_the_rule_is_part_of_the_turn() -> None:
    audio = VOICE.speak(WORDS) + silence(400) + VOICE.speak(WORDS) + silence(600)

    assert len(heard(EnergyVad(RULES), audio)) == 2


def test_a_click_is_not_speech() -> None:
    assert heard(EnergyVad(RULES), silence(200) + noise(15, 3000) + silence(200)) == []


@pytest.mark.parametrize(
    ("rms", "threshold", "speech"), [(60, 0.5, False), (600, 0.5, True), (600, 0.9, False)]
)
def test_the_threshold_is_one_of_loudness(rms: float, threshold: float, speech: bool) -> None:
    vad = EnergyVad(VadRules(threshold=threshold))

    assert bool(heard(vad, noise(300, rms))) is speech


def test_the_voice_is_heard_even_at_the_highest_threshold() -> None:
    assert heard(EnergyVad(VadRules(threshold=1.0)), VOICE.speak(WORDS))


def test_a_pause_ends_the_turn_early_only_if_the_words_are_complete() -> None:
    rules = VadRules(pause_ms=400, max_pause_ms=2000)
    audio = VOICE.speak(WORDS) + silence(2500)

    complete = EnergyVad(rules).feed(audio, lambda: True)
    incomplete = EnergyVad(rules).feed(audio, lambda: False)

    assert complete[1] == SpeechStopped(1200)
    assert incomplete[1] == SpeechStopped(2800)


@given(st.lists(st.integers(0, 2000), min_size=1, max_size=8))
@settings(max_examples=30, deadline=None)
def test_turns_alternate_and_advance(pauses: list[int]) -> None:
    audio = b"".join(VOICE.speak("Yes.") + silence(pause) for pause in pauses)

    events = heard(EnergyVad(RULES), audio)

    positions = [
        event.audio_start_ms if isinstance(event, SpeechStarted) else event.audio_end_ms
        for event in events
        if not isinstance(event, SpeechPaused)
    ]
    kinds = [type(event) for event in events]
    assert kinds == [SpeechStarted, SpeechStopped] * (len(kinds) // 2) + [SpeechStarted] * (
        len(kinds) % 2
    )
    assert positions == sorted(positions)


def test_a_turn_can_be_taken_out_of_the_buffer() -> None:
    buffer = InputBuffer()
    buffer.detect_turns(RULES)
    started, stopped = buffer.append(silence(1000) + VOICE.speak(WORDS) + silence(900))
    assert isinstance(started, SpeechStarted)
    assert isinstance(stopped, SpeechStopped)

    turn = buffer.take(started.audio_start_ms, stopped.audio_end_ms)

    assert VOICE.hear(turn) == WORDS
    assert len(turn) == 8 * (2300 - 700)
    assert buffer.written_ms == 2692
    assert len(buffer.since(0)) == 8 * (2692 - 2300)


def test_positions_go_on_counting_after_a_clear() -> None:
    buffer = InputBuffer()
    buffer.detect_turns(RULES)
    buffer.append(silence(1000) + VOICE.speak("Hel"))

    buffer.clear()

    assert not buffer.speaking
    assert buffer.append(silence(402) + VOICE.speak(WORDS))[0] == SpeechStarted(1300)


@pytest.mark.parametrize(("ms", "reason"), [(0, "the buffer is empty"), (99, "only has 99.00ms")])
def test_too_little_cannot_be_committed(ms: int, reason: str) -> None:
    buffer = InputBuffer()
    buffer.append(silence(ms))

    with pytest.raises(ClientError, match=reason) as refusal:
        buffer.commit()

    assert refusal.value.code == "input_audio_buffer_commit_empty"


def test_without_turn_detection_everything_is_kept_until_the_commit() -> None:
    buffer = InputBuffer()
    audio = silence(100_000) + VOICE.speak(WORDS)

    assert buffer.append(audio) == []
    assert buffer.commit() == audio


def test_an_hour_of_silence_does_not_pile_up() -> None:
    buffer = InputBuffer()
    buffer.detect_turns(RULES)

    for _ in range(360):
        buffer.append(silence(10_000))

    assert buffer.written_ms == 3_600_000
    assert len(buffer.since(0)) <= 8 * 48_000
    assert len(buffer.since(3_570_000)) == 8 * 30_000


def test_ears_that_take_their_time_are_told_of_a_pause_and_asked_until_they_know() -> None:
    rules = VadRules(pause_ms=400, max_pause_ms=2000, early_ms=200)
    spoken = VOICE.speak("Yes.")
    answers = iter([False, False, True])

    events = EnergyVad(rules).feed(spoken + silence(1000), lambda: next(answers))

    assert [type(event) for event in events] == [SpeechStarted, SpeechPaused, SpeechStopped]
    stopped = events[-1]
    assert isinstance(stopped, SpeechStopped)
    assert stopped.audio_end_ms - len(spoken) / 8 == pytest.approx(440, abs=30)
