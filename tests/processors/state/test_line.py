"""When the phone cannot be heard."""

from __future__ import annotations

from processors.state.line import LineWatch, Silence


def test_caller_audio_every_20_ms_is_no_silence() -> None:
    line = LineWatch()
    for number in range(10):
        line.heard(number * 0.02)

    assert line.silence is None
    assert not line.is_silent(0.3)
    assert line.is_silent(0.4)
    assert not line.held_back(0.2)


def test_silence_ends_with_whatever_comes_and_that_was_held_back() -> None:
    line = LineWatch()
    line.heard(1.0)
    line.echo_heard(2.0)

    assert line.silence == Silence(1.0, 2.0)
    assert line.held_back(2.01)
    assert not line.held_back(2.1)
    assert not line.is_silent(2.1)


def test_marks_alone_tell_of_no_silence() -> None:
    line = LineWatch()
    line.echo_heard(1.0)
    line.echo_heard(9.0)

    assert line.silence is None
    assert not line.is_silent(99.0)
