from __future__ import annotations

import base64

import pytest

from processors.state.stereo import SAMPLE_RATE, MediaClock, StereoTrack

SILENT = b"\xff"


def payload(pcmu: bytes) -> str:
    return base64.b64encode(pcmu).decode()


def lanes(track: StereoTrack, until: int | None = None) -> tuple[bytes, bytes]:
    end = max(track.caller_until, track.heard_until) if until is None else until
    both = track.take(end)
    return both[0::2], both[1::2]


def test_the_caller_is_left_and_the_assistant_right_where_they_were_heard() -> None:
    track = StereoTrack()
    track.caller(0, [payload(b"c" * 400)])
    track.assistant(("a1", 0), payload(b"abcd" * 25))
    track.heard(("a1", 0), 0, 100, 250)

    left, right = lanes(track)
    assert left == b"c" * 400
    assert right == SILENT * 150 + b"abcd" * 25 + SILENT * 150


def test_what_was_not_heard_is_not_there() -> None:
    track = StereoTrack()
    track.assistant(("a1", 0), payload(b"a" * 800))
    track.assistant(("a2", 0), payload(b"b" * 800))
    track.heard(("a1", 0), 0, 300, 300)  # then the caller cut in
    track.assistant(("a3", 0), payload(b"d" * 50))
    track.heard(("a3", 0), 0, 50, 1000)

    _, right = lanes(track)
    assert right == b"a" * 300 + SILENT * 650 + b"d" * 50


def test_pieces_of_an_item_join_however_unevenly_their_echoes_come() -> None:
    track = StereoTrack()
    track.assistant(("a1", 0), payload(bytes(range(200)) * 8))
    for first, lateness in ((0, 0), (400, 300), (800, 0), (1200, 470)):
        track.heard(("a1", 0), first, first + 400, 1000 + first + 400 + lateness)

    _, right = lanes(track)
    assert right == SILENT * 1000 + bytes(range(200)) * 8


def test_a_phone_that_stopped_in_mid_speech_leaves_a_pause() -> None:
    track = StereoTrack()
    track.assistant(("a1", 0), payload(b"a" * 800))
    track.heard(("a1", 0), 0, 400, 400)
    track.heard(("a1", 0), 400, 800, 800 + 2000)

    _, right = lanes(track)
    assert right == b"a" * 400 + SILENT * 2000 + b"a" * 400


def test_an_item_begins_when_it_was_heard_even_if_that_is_soon_after_another() -> None:
    track = StereoTrack()
    track.assistant(("a1", 0), payload(b"a" * 100))
    track.assistant(("a2", 0), payload(b"b" * 100))
    track.heard(("a1", 0), 0, 100, 100)
    track.heard(("a2", 0), 0, 100, 240)

    _, right = lanes(track)
    assert right == b"a" * 100 + SILENT * 40 + b"b" * 100


def test_audio_whose_time_nobody_knows_follows_what_was_heard_before() -> None:
    track = StereoTrack()
    track.assistant(("a1", 0), payload(b"a" * 100))
    track.heard(("a1", 0), 0, 60, 60)
    track.heard(("a1", 0), 60, 100, None)

    assert lanes(track)[1] == b"a" * 100


def test_an_echo_that_comes_too_early_never_overlaps() -> None:
    track = StereoTrack()
    track.assistant(("a1", 0), payload(b"a" * 200))
    track.heard(("a1", 0), 0, 100, 130)
    track.heard(("a1", 0), 100, 200, 200)

    assert lanes(track)[1] == SILENT * 30 + b"a" * 200


def test_missing_caller_audio_is_silence() -> None:
    track = StereoTrack()
    track.caller(0, [payload(b"c" * 160)])
    track.caller(480, [payload(b"d" * 160)])

    assert lanes(track)[0] == b"c" * 160 + SILENT * 320 + b"d" * 160


def test_blocks_join_without_a_seam() -> None:
    track = StereoTrack()
    track.assistant(("a1", 0), payload(b"a" * 500))
    track.caller(0, [payload(b"c" * 300)])
    track.heard(("a1", 0), 0, 250, 280)
    first = track.take(min(track.caller_until, track.heard_until))
    track.caller(300, [payload(b"c" * 300)])
    track.heard(("a1", 0), 250, 500, 530)
    both = first + track.take(max(track.caller_until, track.heard_until))

    assert both[0::2] == b"c" * 600
    assert both[1::2] == SILENT * 30 + b"a" * 500 + SILENT * 70
    assert track.take(600) == b""


def test_what_cannot_be_decoded_was_not_played() -> None:
    track = StereoTrack()
    track.assistant(("a1", 0), payload(b"a" * 10))
    track.assistant(("a1", 0), "no base64!")
    track.assistant(("a1", 0), payload(b"b" * 10))
    track.heard(("a1", 0), 0, 20, 20)

    assert lanes(track)[1] == b"a" * 10 + b"b" * 10


def test_audio_that_is_unknown_is_silence_of_its_length() -> None:
    track = StereoTrack()
    track.assistant(("a1", 0), payload(b"a" * 10))
    track.nothing_queued()
    track.heard(("a1", 0), 0, 10, 30)

    assert lanes(track)[1] == SILENT * 30


def test_the_clock_goes_by_the_promptest_arrival() -> None:
    clock = MediaClock()
    for number in range(100):
        late = 0.015 if number % 7 else 0.0
        clock.arrived((number + 1) * 160, 5.0 + (number + 1) * 0.02 + late)

    assert clock.sample_at(6.0) == SAMPLE_RATE
    assert MediaClock().sample_at(3.0) == 0


@pytest.mark.parametrize("drift", [-100e-6, 0.0, 100e-6])
def test_after_an_hour_both_lanes_are_still_in_step(drift: float) -> None:
    """The phone's clock runs faster or slower than ours, and every echo is up to 20 ms late."""
    clock, track = MediaClock(), StereoTrack()
    worst = 0
    for second in range(3600):
        position = second * SAMPLE_RATE
        track.caller(position, [payload(b"c" * SAMPLE_RATE)])
        begins = (second + 1) * (1 + drift)  # ours, when the second is complete
        clock.arrived(position + SAMPLE_RATE, begins)
        if second % 10 == 9:
            part = (f"a{second}", 0)
            track.assistant(part, payload(b"a" * 800))
            late = (second % 3) * 0.01
            track.heard(part, 0, 800, clock.sample_at(begins + late))
            placed = track.heard_until - (position + SAMPLE_RATE)
            worst = max(worst, abs(placed - round(late * SAMPLE_RATE)))
        track.take(min(track.caller_until, track.heard_until))

    assert worst <= 20 * 8 * 100e-6 * 1000 + 8  # a ms and the drift of one window
