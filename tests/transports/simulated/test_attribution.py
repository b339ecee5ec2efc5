from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transports.simulated.attribution import NotTheModelsAudioError, Received, Said, attribute


def said(*audio: bytes) -> list[Said]:
    return [Said(f"item_{count}", 0, pcmu) for count, pcmu in enumerate(audio)]


def ends(*sizes: int) -> list[int]:
    return [sum(sizes[: count + 1]) for count in range(len(sizes))]


def test_whole_items_follow_each_other() -> None:
    items = said(b"aaaa", b"bb")

    assert attribute(b"aaaabb", ends(2, 2, 2), items) == [
        Received(items[0], 0, 4),
        Received(items[1], 4, 2),
    ]


def test_a_cut_item_is_its_beginning_and_a_dropped_one_nothing() -> None:
    items = said(b"abcdef", b"ghi", b"jkl")

    received = attribute(b"abcdjkl", ends(4, 3), items)

    assert [part.length for part in received] == [4, 0, 3]


def test_an_item_that_begins_as_the_cut_one_would_have_gone_on() -> None:
    items = said(b"aabbcc", b"bbdd")

    received = attribute(b"aabbdd", ends(2, 2, 2), items)

    assert [part.length for part in received] == [2, 4]


def test_nothing_said_and_nothing_received() -> None:
    assert attribute(b"", [], []) == []
    assert [part.length for part in attribute(b"", [], said(b"abc"))] == [0]


@pytest.mark.parametrize("audio", [b"abXdef", b"bcdef", b"abcdefX", b"ghiabcdef", b"abdef"])
def test_changed_lost_or_reordered_audio_is_refused(audio: bytes) -> None:
    with pytest.raises(NotTheModelsAudioError):
        attribute(audio, ends(*[1] * len(audio)), said(b"abcdef", b"ghi"))


@given(
    st.lists(st.tuples(st.binary(max_size=12), st.integers(0, 12)), max_size=6),
    st.integers(1, 3),
)
def test_some_way_to_read_it_is_always_found(parts: list[tuple[bytes, int]], size: int) -> None:
    items = said(*[pcmu for pcmu, _ in parts])
    audio, message_ends = b"", []
    for pcmu, cut in parts:
        for at in range(0, min(cut, len(pcmu)), size):
            audio += pcmu[at : min(at + size, cut)]
            message_ends.append(len(audio))

    received = attribute(audio, message_ends, items)

    assert b"".join(part.said.pcmu[: part.length] for part in received) == audio
    assert [part.first for part in received] == [
        sum(other.length for other in received[:count]) for count in range(len(received))
    ]
