from __future__ import annotations

import pytest

from transports.simulated.ear import Ear

T0 = 20.0
SILENCE, SOUND = b"\xff" * 160, b"\x20" * 160


def test_speech_begins_with_the_first_sound() -> None:
    ear = Ear()
    ear.heard(SILENCE, T0)
    assert ear.began_at is None

    ear.heard(SOUND, T0 + 0.02)

    assert ear.began_at == T0 + 0.02
    assert ear.audio() == SOUND
    assert ear.speech_ms() == pytest.approx(20)


def test_quiet_is_counted_from_the_last_sound_not_the_last_audio() -> None:
    ear = Ear()
    ear.heard(SOUND, T0)
    ear.heard(SILENCE, T0 + 0.02)
    ear.heard(b"\x7f" * 160, T0 + 0.04)

    assert ear.quiet_for(T0 + 0.52) == pytest.approx(0.5)
    assert ear.audible_until == pytest.approx(T0 + 0.02)


def test_pauses_are_kept_but_long_ones_shortened() -> None:
    ear = Ear()
    ear.heard(SOUND, T0)
    ear.heard(SOUND, T0 + 0.12)
    ear.heard(SOUND, T0 + 60.0)

    first, second = 800, 4000
    assert len(ear.audio()) == pytest.approx(3 * 160 + first + second, abs=2)


def test_what_was_forgotten_is_not_part_of_the_next_speech() -> None:
    ear = Ear()
    ear.heard(SOUND, T0)
    ear.forget()
    ear.heard(SILENCE, T0 + 0.02)

    assert ear.began_at is None
    assert ear.audio() == b""
