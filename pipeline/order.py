"""What a pipeline must have, in which order, and how it stands once it runs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from processors.configs import HangupConfig
from processors.context import ProcessorConfig

SERIALIZER = "twilio_serializer"
PASSTHROUGH = "mulaw_passthrough"
MODELS = ("openai_realtime", "pipecat_model")
INTERRUPTION = "interruption"
HANGUP = "hangup"
TRANSCRIPT = "transcript"
RECORDING = "recording"
SUMMARIZER = "transcript_summarizer"
ESCALATION = "escalation_detector"
SILENCE = "silence"
TOOL_FILLER = "tool_filler"

REQUIRED_TYPES = (SERIALIZER, PASSTHROUGH, MODELS[0], INTERRUPTION)
"""What every pipeline has, in this order."""

MANY = frozenset({"custom"})
"""Types that may stand in a pipeline more than once."""

_WHERE = {
    SERIALIZER: "put `- type: twilio_serializer` first",
    PASSTHROUGH: "put `- type: mulaw_passthrough` between the serializer and the model",
    MODELS[0]: f"put `- type: {MODELS[0]}` after mulaw_passthrough",
    INTERRUPTION: "put `- type: interruption` after the model",
}


def order_problems(types: Sequence[str | None]) -> Iterator[tuple[int | None, str]]:
    """Say what is wrong with the order of a pipeline.

    Args:
        types: The ``type`` of each entry, None where it has none to speak of.

    Yields:
        The position that a problem is about (None: the whole list), and what to do.
    """
    places = {kind: types.index(kind) for kind in dict.fromkeys(types) if kind is not None}
    models = [kind for kind in MODELS if kind in places]
    for kind in REQUIRED_TYPES:
        if kind not in places and not (kind in MODELS and models):
            yield None, f"there is no {kind}; {_WHERE[kind]}"
    yield from _repeated(types, places)
    if len(models) > 1:
        later = max(places[kind] for kind in models)
        yield later, f"found a second model, {types[later]!r}; allowed: exactly one of {MODELS}"
    model = min((places[kind] for kind in models), default=None)
    yield from _misplaced(places, model)


def _repeated(
    types: Sequence[str | None], places: dict[str, int]
) -> Iterator[tuple[int | None, str]]:
    for position, kind in enumerate(types):
        if kind is not None and kind not in MANY and places[kind] != position:
            yield (
                position,
                f"found {kind} a second time, first as pipeline[{places[kind]}];"
                " allowed: once; take one out",
            )


def _misplaced(places: dict[str, int], model: int | None) -> Iterator[tuple[int | None, str]]:
    if places.get(SERIALIZER, 0) != 0:
        yield (
            places[SERIALIZER],
            f"found {SERIALIZER} after other processors; move it to the top: the phone comes first",
        )
    passthrough = places.get(PASSTHROUGH)
    recording = places.get(RECORDING)
    if recording is not None and passthrough is not None and recording > passthrough:
        yield (
            recording,
            f"found {RECORDING} after {PASSTHROUGH}; move it between the serializer and that:"
            " it records what passes the phone",
        )
    if model is None:
        return
    if passthrough is not None and passthrough > model:
        yield (
            passthrough,
            f"found {PASSTHROUGH} after the model; move it between the serializer and the model",
        )
    for kind in (
        INTERRUPTION,
        TRANSCRIPT,
        SUMMARIZER,
        ESCALATION,
        SILENCE,
        TOOL_FILLER,
        HANGUP,
    ):
        position = places.get(kind)
        if position is not None and position < model:
            yield position, f"found {kind} before the model; move it after the model"


@dataclass(frozen=True, slots=True)
class Standing:
    """One processor as it stands in the running pipeline.

    Attributes:
        config: Its entry in the call file.
        end: ``in`` or ``out`` for the two sides of an entry that stands at both ends.
        implied: The file does not list it.
        caller_audio: Caller audio visits it.
        assistant_audio: Assistant audio visits it.
    """

    config: ProcessorConfig
    end: Literal["", "in", "out"] = ""
    implied: bool = False
    caller_audio: bool = False
    assistant_audio: bool = False


def with_hangup(entries: Sequence[ProcessorConfig]) -> tuple[ProcessorConfig, ...]:
    """A pipeline's entries, with the ``hangup`` that a file need not list."""
    if any(isinstance(entry, HangupConfig) for entry in entries):
        return tuple(entries)
    return (*entries, HangupConfig())


def as_run(entries: Sequence[ProcessorConfig]) -> tuple[Standing, ...]:
    """The processors in the order in which a frame from the phone meets them.

    Entries that stand at both ends are mirrored at the far one. Caller audio goes as far as the
    model and ends there; assistant audio begins there.
    """
    row: list[Standing] = []
    mirrored: list[Standing] = []
    behind_model = False
    for entry in with_hangup(entries):
        kind = type_of(entry)
        is_model = kind in MODELS
        standing = Standing(
            entry,
            end="in" if entry.both_ends else "",
            implied=entry not in entries,
            caller_audio=not behind_model and entry.visited_by("caller"),
            assistant_audio=behind_model and entry.visited_by("assistant"),
        )
        row.append(standing)
        if entry.both_ends:
            mirrored.append(Standing(entry, "out", assistant_audio=entry.visited_by("assistant")))
        behind_model = behind_model or is_model
    return (*row, *reversed(mirrored))


def type_of(entry: ProcessorConfig) -> str:
    """An entry's ``type``, which every config has as a literal of its own."""
    return str(entry.type)  # type: ignore[attr-defined]  # the base names no type
