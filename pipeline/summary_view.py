"""The table at the end of a simulated call: figures, cuts, promises."""

from __future__ import annotations

from collections.abc import Sequence

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from pipeline.call_evidence import CallEvidence
from pipeline.call_story import CallStory
from pipeline.plain_table import plain_table
from pipeline.promises import Promise
from pipeline.wording import spread


def summary(
    evidence: CallEvidence, story: CallStory, promises: Sequence[Promise]
) -> RenderableType:
    """Everything that is worth knowing of a call that is over."""
    parts: list[RenderableType] = [Text(""), _figures(evidence, story)]
    if evidence.cuts():
        parts += [Text(""), _cuts(evidence)]
    return Group(*parts, Text(""), _promises(promises), _verdict(promises))


def _figures(evidence: CallEvidence, story: CallStory) -> Table:
    table = plain_table("The call")
    table.add_column(style="dim")
    table.add_column(justify="right")
    stream = evidence.stream
    table.add_row("turns answered", str(len(story.latencies_ms)))
    table.add_row("answered in, median / longest", spread(story.latencies_ms))
    table.add_row("clear after the caller was heard", spread(story.clear_latencies_ms, 1))
    if stream is not None:
        marks = f"{stream.marks_received:,} / {stream.marks_returned:,}"
        table.add_row("marks sent / returned", marks)
        to_phone, heard = stream.playout.accepted_bytes, stream.playout.heard_bytes
        table.add_row("audio to the phone / heard", f"{to_phone:,} / {heard:,} bytes")
        from_phone = stream.media_sent * 160
        got = len(evidence.model.caller_audio)
        table.add_row("audio from the phone / to the model", f"{from_phone:,} / {got:,} bytes")
        if stream.ended_at is not None:
            table.add_row("length", f"{stream.ended_at - stream.started_at:,.1f} s")
    table.add_row("ended by", evidence.outcome.ended_by.value)
    return table


def _cuts(evidence: CallEvidence) -> Table:
    table = Table(
        box=box.SIMPLE_HEAD,
        title="What the caller cut short, in ms",
        title_justify="left",
        title_style="bold",
    )
    for column in ("said", "sent", "heard", "the model was told", "off by"):
        table.add_column(column, justify="right")
    for cut in evidence.cuts():
        error_ms = cut.error_ms
        table.add_row(
            f"{cut.said_ms:,.0f}",
            f"{cut.sent_ms:,.0f}",
            f"{cut.heard_ms:,.1f}",
            "nothing" if cut.believed_ms is None else f"{cut.believed_ms:,}",
            "" if error_ms is None else f"{error_ms:+.1f}",
        )
    return table


def _promises(promises: Sequence[Promise]) -> Table:
    table = plain_table("Promises")
    table.add_column()
    table.add_column()
    table.add_column(style="dim")
    for promise in promises:
        kept = Text("kept", style="green") if promise.kept else Text("BROKEN", style="bold red")
        table.add_row(kept, promise.text, promise.detail)
    return table


def _verdict(promises: Sequence[Promise]) -> Text:
    broken = sum(not promise.kept for promise in promises)
    if broken:
        return Text(f"{broken} of {len(promises)} promises broken", style="bold red")
    return Text(f"All {len(promises)} promises kept", style="green")
