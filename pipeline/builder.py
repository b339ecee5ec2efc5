"""Makes the pipeline of one call from the entries of its call file."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pipecat.pipeline.pipeline import Pipeline
from pipecat.processors.frame_processor import FrameProcessor

from pipeline.order import with_hangup
from processors.context import BothEnds, CallContext, ProcessorConfig


def build_processors(
    entries: Sequence[ProcessorConfig], context: CallContext
) -> list[FrameProcessor]:
    """Build every processor of a call, in the order in which frames visit them.

    An entry that stands for both ends of a leg gives two: one where it is listed, one as far
    from the end as that is from the beginning.
    """
    inbound: list[FrameProcessor] = []
    outbound: list[FrameProcessor] = []
    for entry in with_hangup(entries):
        built = entry.build(context)
        if isinstance(built, BothEnds):
            inbound.append(built.inbound)
            outbound.insert(0, built.outbound)
        else:
            inbound.append(built)
    return [*inbound, *outbound]


def build_pipeline(entries: Iterable[ProcessorConfig], context: CallContext) -> Pipeline:
    """Build the pipeline of one call."""
    return Pipeline(build_processors(list(entries), context))
