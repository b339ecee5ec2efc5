"""A call's record for a person to read: ``run.py --show``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from pipeline.hand_over_view import hand_over_rows
from pipeline.plain_table import plain_table
from pipeline.wording import clock, plainly, spread
from processors.state.record_format import CallDocument, TurnRecord
from processors.state.turn import TurnState

_STYLES: Final = {"caller": "cyan", "assistant": "green"}
_UNHEARD: Final = "strike dim"


def record_view(record: CallDocument, *, struck: bool = True) -> RenderableType:
    """Everything that is worth knowing of a call.

    Args:
        record: The call.
        struck: Strike out what was not heard; else put it in brackets.
    """
    parts: list[RenderableType] = [_heading(record), Text("")]
    parts += [_row(line, struck=struck) for line in _lines(record)]
    sections = (_memory, _hand_overs, _timings, _interruptions, _cost)
    for section in (make(record) for make in sections):
        if section is not None:
            parts += [Text(""), section]
    if record.problem_counts:
        parts += [Text(""), _problems(record)]
    return Group(*parts)


def show(record: CallDocument, console: Console) -> None:
    """Print a record."""
    console.print(record_view(record, struck=console.is_terminal))


# The head.


def _heading(record: CallDocument) -> Table:
    call = record.call
    table = plain_table("")
    table.title = None
    table.add_column(style="dim")
    table.add_column(overflow="fold")
    table.add_row("call", f"{call.caller or 'unknown'} called {call.called}")
    table.add_row("began", call.began)
    table.add_row("took", clock(call.duration_ms / 1000))
    ended = call.ended
    table.add_row("ended", plainly(ended.how) + (f": {plainly(ended.why)}" if ended.why else ""))
    table.add_row("call file", f"{call.call_file.name}  (sha256 {call.call_file.sha256[:12]})")
    table.add_row("model", call.model)
    if record.recording:
        table.add_row("recording", record.recording)
    table.add_row("id", call.call_sid)
    return table


# The dialogue.


@dataclass(frozen=True, slots=True)
class _Line:
    at_ms: int
    who: str
    text: str
    unheard: str = ""
    note: str = ""


def _lines(record: CallDocument) -> list[_Line]:
    """What was said, with what else happened where it happened."""
    notes = {
        answer.assistant_item_id: _answered(answer.to_first_sent_ms, answer.to_first_heard_ms)
        for answer in record.answers
    }
    said: list[_Line] = []
    at_ms = 0
    for turn in record.turns:
        at_ms = max(at_ms, _when(turn, at_ms))
        note = ", ".join(filter(None, (_state(turn), notes.get(turn.item_id, ""))))
        said.append(_Line(at_ms, turn.role, turn.text, turn.unheard, note))
    happened = [
        *(_Line(key.at_ms, "caller", f"[presses {key.key}]") for key in record.keys),
        *(_Line(tool.started_ms, "", *_tool_words(tool)) for tool in record.tools),
        *(
            _Line(one.at_ms, "", "a fresh model session", note=f"none for {one.took_ms:,} ms")
            for one in record.reconnects
        ),
    ]
    return sorted([*said, *happened], key=lambda line: line.at_ms)


def _tool_words(tool: Any) -> tuple[str, str, str]:
    result = {True: "ok", False: "failed", None: "did not end"}[tool.ok]
    took = "" if tool.took_ms is None else f", {tool.took_ms:,} ms"
    return f"tool {tool.name} {tool.arguments}", "", f"{result}{took}"


def _when(turn: TurnRecord, before_ms: int) -> int:
    known = (turn.started_ms, turn.sent_from_ms)
    return next((at_ms for at_ms in known if at_ms is not None), before_ms)


def _state(turn: TurnRecord) -> str:
    if turn.state is TurnState.CUT:
        return f"cut, {turn.heard_ms:,} of {turn.audio_ms:,} ms heard"
    if turn.state in (TurnState.UNHEARD, TurnState.FAILED):
        return {TurnState.UNHEARD: "not heard", TurnState.FAILED: "not transcribed"}[turn.state]
    return ""


def _answered(sent_ms: int, heard_ms: int | None) -> str:
    heard = "never heard" if heard_ms is None else f"heard after {heard_ms:,} ms"
    return heard if sent_ms == heard_ms else f"{heard}, sent after {sent_ms:,}"


def _row(line: _Line, *, struck: bool) -> Table:
    grid = Table.grid(padding=(0, 2))
    grid.add_column(no_wrap=True)
    grid.add_column(no_wrap=True, min_width=9)
    grid.add_column(overflow="fold")
    words = Text(line.text, style="" if line.who else "dim")
    if line.unheard and struck:
        words.append(f" {line.unheard}" if line.text else line.unheard, style=_UNHEARD)
    elif line.unheard:
        words.append(f" [not heard: {line.unheard}]")
    if line.note:
        words.append(f"   ({line.note})", style="dim italic")
    who = Text(line.who, style=_STYLES.get(line.who, ""))
    grid.add_row(Text(clock(line.at_ms / 1000), style="dim"), who, words)
    return grid


# What came of it.


def _memory(record: CallDocument) -> Table | None:
    if not record.memory:
        return None
    table = plain_table("Memory")
    table.add_column(style="dim")
    table.add_column(overflow="fold")
    memory = record.memory
    if memory.get("topic"):
        table.add_row("topic", str(memory["topic"]))
    for name, answer in (memory.get("fields") or {}).items():
        table.add_row(plainly(name), _answer(answer))
    for name in ("preferences", "open_questions"):
        if memory.get(name):
            table.add_row(plainly(name), "; ".join(map(str, memory[name])))
    if memory.get("next_action"):
        table.add_row("next action", str(memory["next_action"]))
    return table


def _answer(answer: Any) -> Text:
    if not isinstance(answer, dict):
        return Text("-", style="dim")
    value = Text(str(answer.get("value", "")))
    if answer.get("confirmed"):
        value.append("  confirmed", style="green")
    return value


def _hand_overs(record: CallDocument) -> Table | None:
    rows = hand_over_rows(record)
    if not rows:
        return None
    table = plain_table("Handed to a person")
    for at_ms, what, how in rows:
        table.add_row(clock(at_ms / 1000), what, how)
    return table


def _timings(record: CallDocument) -> Table | None:
    if not record.answers:
        return None
    table = plain_table("How long the caller waited, median / longest")
    table.add_column(style="dim")
    table.add_column(justify="right")
    sent = [answer.to_first_sent_ms for answer in record.answers]
    heard = [a.to_first_heard_ms for a in record.answers if a.to_first_heard_ms is not None]
    table.add_row("answers", str(len(sent)))
    table.add_row("last sound to first audio sent", spread(sent))
    table.add_row("last sound to first audio heard", spread(heard))
    return table


def _interruptions(record: CallDocument) -> Table | None:
    if not record.interruptions:
        return None
    table = plain_table("Interruptions")
    for column in ("at", "by", "stopped within", "heard", "not heard"):
        table.add_column(column, justify="left" if column in ("at", "by") else "right")
    table.show_header = True
    table.header_style = "dim"
    for one in record.interruptions:
        table.add_row(
            clock(one.at_ms / 1000),
            plainly(one.reason),
            "-" if one.stop_ms is None else f"{one.stop_ms:,} ms",
            f"{one.heard_ms:,} ms",
            f"{one.unheard_ms:,} ms",
        )
    return table


def _cost(record: CallDocument) -> Table | None:
    usage = record.usage
    if not usage.models:
        return None
    table = plain_table("Tokens and cost")
    for column in ("model", "responses", "text in", "cached", "out", "audio in", "cached", "out"):
        named = column == "model"
        table.add_column(column, justify="left" if named else "right", no_wrap=named)
    table.add_column("USD", justify="right")
    table.show_header = True
    table.header_style = "dim"
    for model in usage.models:
        counts = (
            *(model.responses, model.text_in, model.text_cached, model.text_out),
            *(model.audio_in, model.audio_cached, model.audio_out),
        )
        table.add_row(model.model, *(f"{count:,}" for count in counts), _usd(model.usd))
    as_of = f", prices as of {usage.prices_as_of}" if usage.prices_as_of else ""
    table.caption = f"in all {_usd(usage.usd)} USD{as_of}; transcription not counted"
    table.caption_justify = "left"
    return table


def _problems(record: CallDocument) -> Table:
    table = plain_table("What went wrong")
    table.add_column(style="yellow")
    table.add_column(justify="right")
    table.add_column(style="dim")
    for kind, count in record.problem_counts.items():
        first = next((problem for problem in record.problems if problem.kind == kind), None)
        at = ""
        if first is not None:
            at = f"first at {clock(first.at_ms / 1000)} {_details(first.details)}"
        table.add_row(plainly(kind), f"{count:,}", at)
    return table


def _details(details: dict[str, Any]) -> str:
    return ", ".join(f"{plainly(name)} {value}" for name, value in details.items())


def _usd(usd: float | None) -> str:
    return "?" if usd is None else f"{usd:.4f}"
