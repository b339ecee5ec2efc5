"""What a long call costs, minute by minute: a simulated one, with and without the summarizer.

The call is the real runtime between a simulated phone and the simulated model, in virtual time.
Tokens are counted by the rules of the bill; the prices stand in ``prices.yaml``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from pipeline.catalog import Catalog
from pipeline.config import Loaded
from pipeline.memory_runtime import in_memory
from pipeline.placed_call import CALLED, PlacedCall, Placing
from pipeline.prices import PriceList
from pipeline.problem import ConfigError, Place, Problem
from pipeline.simulate import questions_of
from processors.configs import CallRecordConfig, RecordingConfig, TranscriptSummarizerConfig
from processors.context import ProcessorConfig
from processors.state.journal import Entry, Journal
from processors.state.prices import Tokens
from transports.openai_realtime.config import OpenAIRealtimeConfig
from transports.simulated.caller_senses import InstantSenses
from transports.simulated.phone_options import PhoneOptions
from transports.simulated.sids import SeededSids
from transports.simulated.talker_script import TalkerScript
from transports.simulated.voice import ToneVoice

_KEEPERS: Final = (CallRecordConfig, RecordingConfig)
"""They write down real calls; these are none."""


@dataclass(frozen=True, slots=True)
class Minute:
    """One minute of a call.

    Attributes:
        number: Counted from 1.
        tokens: Of all responses that ended in it, those beside the conversation too.
        usd: Their price.
    """

    number: int
    tokens: Tokens
    usd: float


@dataclass(frozen=True, slots=True)
class CallCost:
    """One call's bill.

    Attributes:
        minutes: One after the other, as many as were asked for.
        summaries: How often the memory was written.
    """

    minutes: tuple[Minute, ...]
    summaries: int

    @property
    def usd(self) -> float:
        """The whole price."""
        return sum(minute.usd for minute in self.minutes)

    @property
    def tokens(self) -> Tokens:
        """All tokens."""
        return sum((minute.tokens for minute in self.minutes), Tokens())


@dataclass(frozen=True, slots=True)
class _Used:
    at: float
    model: str
    tokens: Tokens


async def cost_of_call(catalog: Catalog, minutes: int, prices: PriceList) -> CallCost:
    """Hold one long call to the first file of a catalog; to be run on a virtual loop.

    All its models must have a price.
    """
    loaded = catalog.files[0]
    model = model_of(loaded)
    used: list[_Used] = []
    summaries = 0

    def note(entry: Entry) -> None:
        """Keep what a response took, and count the memories."""
        nonlocal summaries
        if entry.kind in ("response_ended", "side_answer"):
            asked = str(entry.fields.get("model") or model)
            used.append(_Used(entry.at, asked, Tokens.of(entry.fields.get("usage"))))
        summaries += entry.kind == "memory"

    def listen(side: str, journal: Journal) -> None:
        """Follow the call's own journal; the ends' journals tell nothing of tokens."""
        if side == "call":
            journal.listen(note)

    voice = ToneVoice()
    placing = Placing(
        next(iter(loaded.call.numbers), CALLED),
        PhoneOptions(hang_up_after=minutes * 60.0),
        SeededSids(),
        listen=listen,
    )
    call = PlacedCall(TalkerScript(questions_of(loaded)), InstantSenses(voice), placing)
    await call.hold(in_memory(catalog, voice))
    return CallCost(_by_minute(used, minutes, prices), summaries)


def with_summarizer(catalog: Catalog) -> Catalog:
    """The catalog whose first file sums up: by its own settings, or by the usual ones."""
    call = catalog.files[0].call
    entries = call.pipeline
    if not call.entries(TranscriptSummarizerConfig):
        entries = (*entries, TranscriptSummarizerConfig(type="transcript_summarizer"))
    return _with_pipeline(catalog, entries)


def without_summarizer(catalog: Catalog) -> Catalog:
    """The catalog whose first file does not sum up."""
    entries = catalog.files[0].call.pipeline
    return _with_pipeline(
        catalog, [entry for entry in entries if not isinstance(entry, TranscriptSummarizerConfig)]
    )


def model_of(loaded: Loaded) -> str:
    """The model that a call file speaks with.

    Raises:
        ConfigError: It is another kind of model, whose tokens nobody counts.
    """
    speaking = loaded.call.entries(OpenAIRealtimeConfig)
    if not speaking:
        problem = "costs can't be told; allowed: a model of type openai_realtime"
        raise ConfigError([Problem(Place(str(loaded.path)), problem)])
    return speaking[0].model


def _with_pipeline(catalog: Catalog, entries: Sequence[ProcessorConfig]) -> Catalog:
    """The catalog whose first file has these entries, and leaves no records of simulated calls."""
    kept = [entry for entry in entries if not isinstance(entry, _KEEPERS)]
    first, *others = catalog.files
    call = first.call.model_copy(update={"pipeline": tuple(kept)})
    return replace(catalog, files=(replace(first, call=call), *others))


def _by_minute(used: Sequence[_Used], minutes: int, prices: PriceList) -> tuple[Minute, ...]:
    tokens = [Tokens() for _ in range(minutes)]
    usd = [0.0] * minutes
    for one in used:
        at = min(int(one.at // 60), minutes - 1)  # the last memory is written after the hang-up
        tokens[at] += one.tokens
        usd[at] += one.tokens.price(prices.models[one.model])
    return tuple(
        Minute(number, taken, paid)
        for number, (taken, paid) in enumerate(zip(tokens, usd, strict=True), start=1)
    )
