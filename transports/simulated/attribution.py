"""Whose words each byte was that reached the phone: the truth, told from the audio alone.

Neither wire says it: Twilio's ``media`` names no item. But a server that passes audio on byte for
byte sends, of every item that the model spoke, a beginning (all of it, unless it was cut), in the
model's order. So the phone's audio is those beginnings one after the other, and there is but one
way to tell them apart unless two items sound alike.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


class NotTheModelsAudioError(Exception):
    """The phone got audio that is not what the model said, or not in its order."""


@dataclass(frozen=True, slots=True)
class Said:
    """What the model said in one content part of an item.

    Attributes:
        item_id: The item.
        content_index: The part.
        pcmu: All of its audio.
    """

    item_id: str
    content_index: int
    pcmu: bytes


@dataclass(frozen=True, slots=True)
class Received:
    """What the phone got of it.

    Attributes:
        said: What was said.
        first: Position of its first byte in the phone's audio.
        length: How many of its bytes came.
    """

    said: Said
    first: int
    length: int

    @property
    def end(self) -> int:
        """Position behind its last byte."""
        return self.first + self.length


def attribute(audio: bytes, message_ends: Sequence[int], said: Sequence[Said]) -> list[Received]:
    """Tell which part of the phone's audio is whose.

    Args:
        audio: All audio that the phone accepted.
        message_ends: Positions at which its messages end; an item is cut at none but these.
        said: What the model said, in order.

    Raises:
        NotTheModelsAudioError: It can't be told: bytes were changed, lost or reordered.
    """
    boundaries = sorted({0, *message_ends})
    lengths: list[int] = []
    dead_ends: set[tuple[int, int]] = set()
    choices = [_choices(audio, boundaries, said, 0, 0)]
    while choices:
        index, first = len(choices) - 1, sum(lengths)
        if index == len(said):
            if first == len(audio):
                return _received(said, lengths)
            choices[-1] = []
        options = choices[-1]
        while options and (index + 1, first + options[0]) in dead_ends:
            options.pop(0)
        if options:
            lengths.append(options.pop(0))
            choices.append(_choices(audio, boundaries, said, index + 1, sum(lengths)))
        else:
            dead_ends.add((index, first))
            choices.pop()
            if lengths:
                lengths.pop()
    raise NotTheModelsAudioError("the phone's audio is not the model's, in order")


def _choices(
    audio: bytes, boundaries: Sequence[int], said: Sequence[Said], index: int, first: int
) -> list[int]:
    """How many bytes from ``first`` on may be of this item: the most first."""
    if index == len(said):
        return []
    pcmu = said[index].pcmu
    common = _common(pcmu, audio, first)
    if common == len(pcmu):
        shorter = [end - first for end in boundaries if first <= end < first + common]
        return [common, *reversed(shorter)]
    return [end - first for end in reversed(boundaries) if first <= end <= first + common]


def _common(pcmu: bytes, audio: bytes, first: int) -> int:
    """How many bytes the two have in common from there on."""
    low, high = 0, min(len(pcmu), len(audio) - first)
    while low < high:
        middle = (low + high + 1) // 2
        if pcmu[low:middle] == audio[first + low : first + middle]:
            low = middle
        else:
            high = middle - 1
    return low


def _received(said: Sequence[Said], lengths: Sequence[int]) -> list[Received]:
    first = 0
    received = []
    for item, length in zip(said, lengths, strict=True):
        received.append(Received(item, first, length))
        first += length
    return received
