"""A call's record as a picture (SVG): a row a minute, who spoke, what was heard, what was cut.

Each row has the caller's lane above the assistant's. Of the assistant's speech the frame is all
that was made of it, the filled part what was heard; the thin bar above tells when it was sent, far
ahead of its time. Under it a tick for each mark that came back; a red line is a clear.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final
from xml.sax.saxutils import escape, quoteattr

from processors.state.record_format import CallDocument, TurnRecord

_LEFT, _RIGHT, _TOP, _BOTTOM = 60, 20, 56, 46
_PX_A_SECOND: Final = 20
_ROW_SECONDS: Final = 60
_ROW_HEIGHT: Final = 104
_LANE: Final = 26
_CALLER_Y, _SENT_Y, _HEARD_Y, _MARKS_Y = 6, 42, 50, 80
_LETTER_PX: Final = 6.2
_WIDTH: Final = _LEFT + _ROW_SECONDS * _PX_A_SECOND + _RIGHT

_STYLE: Final = """
text{font:11px system-ui,sans-serif;fill:#333}.title{font-size:15px;font-weight:600}
.dim{fill:#888}.in{fill:#fff;font-size:10px;pointer-events:none}
.grid{stroke:#e4e4e4}.caller{fill:#2b7fb8}.sent{fill:#9bd0ab}
.made{fill:url(#unheard);stroke:#c05b4d;stroke-width:.8}.heard{fill:#2f8f57}
.mark{stroke:#777;stroke-width:.8}.clear{stroke:#d02a2a;stroke-width:1.6}
.cut{fill:#d02a2a}.key{fill:#8a4fbf}.tool{fill:#c98a00}
"""


def record_svg(record: CallDocument) -> str:
    """The picture of a call."""
    last_ms = max([record.call.duration_ms, *(turn.ended_ms or 0 for turn in record.turns)])
    rows = max(1, -(-last_ms // (_ROW_SECONDS * 1000)))
    height = _TOP + rows * _ROW_HEIGHT + _BOTTOM
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}" height="{height}"'
        f' viewBox="0 0 {_WIDTH} {height}">',
        f"<style>{_STYLE}</style>",
        '<defs><pattern id="unheard" width="6" height="6" patternUnits="userSpaceOnUse"'
        ' patternTransform="rotate(45)"><rect width="6" height="6" fill="#fbe9e7"/>'
        '<line y2="6" stroke="#e0a49c" stroke-width="2"/></pattern></defs>',
        f'<rect width="{_WIDTH}" height="{height}" fill="#fff"/>',
        *_title(record),
    ]
    for row in range(rows):
        parts += _grid(row)
    for turn in record.turns:
        parts += _caller(turn) if turn.role == "caller" else _assistant(turn)
    parts += _events(record)
    parts += _legend(height)
    return "\n".join([*parts, "</svg>", ""])


def _title(record: CallDocument) -> Iterator[str]:
    call = record.call
    yield f'<text class="title" x="{_LEFT}" y="24">{escape(call.call_file.name or "A call")}</text>'
    facts = f"{call.began}   {call.call_sid}   {call.ended.how.replace('_', ' ')}"
    yield f'<text class="dim" x="{_LEFT}" y="42">{escape(facts)}</text>'


def _grid(row: int) -> Iterator[str]:
    top = _TOP + row * _ROW_HEIGHT
    for second in range(0, _ROW_SECONDS + 1, 5):
        x = _LEFT + second * _PX_A_SECOND
        yield f'<line class="grid" x1="{x}" y1="{top}" x2="{x}" y2="{top + _ROW_HEIGHT - 14}"/>'
        if second < _ROW_SECONDS:
            clock = f"{row:d}:{second:02d}"
            yield f'<text class="dim" x="{x + 2}" y="{top + _ROW_HEIGHT - 5}">{clock}</text>'
    yield f'<text class="dim" x="4" y="{top + _CALLER_Y + 17}">caller</text>'
    yield f'<text class="dim" x="4" y="{top + _HEARD_Y + 17}">assistant</text>'


def _caller(turn: TurnRecord) -> Iterator[str]:
    if turn.started_ms is not None and turn.ended_ms is not None:
        yield from _bar("caller", turn.started_ms, turn.ended_ms, _CALLER_Y, _LANE, turn.text)


def _assistant(turn: TurnRecord) -> Iterator[str]:
    words = turn.text + (f" [not heard: {turn.unheard}]" if turn.unheard else "")
    if turn.sent_from_ms is not None and turn.sent_until_ms is not None:
        until_ms = max(turn.sent_until_ms, turn.sent_from_ms + 50)
        yield from _bar("sent", turn.sent_from_ms, until_ms, _SENT_Y, 5, words, label=False)
    begins_ms = turn.started_ms if turn.started_ms is not None else turn.sent_until_ms
    if begins_ms is None:
        return
    if turn.heard_ms < turn.audio_ms:
        made_ms = begins_ms + turn.audio_ms
        yield from _bar("made", begins_ms, made_ms, _HEARD_Y, _LANE, words, label=False)
    if turn.started_ms is not None and turn.ended_ms is not None:
        yield from _bar("heard", turn.started_ms, turn.ended_ms, _HEARD_Y, _LANE, turn.text)


def _bar(
    kind: str, from_ms: int, to_ms: int, y: int, height: int, words: str, *, label: bool = True
) -> Iterator[str]:
    """A stretch of time, cut where a row ends."""
    row_ms = _ROW_SECONDS * 1000
    left_over = words
    for row in range(from_ms // row_ms, max(to_ms - 1, from_ms) // row_ms + 1):
        begin, end = max(from_ms, row * row_ms), min(to_ms, (row + 1) * row_ms)
        x, top = _x(begin), _TOP + row * _ROW_HEIGHT + y
        width = max((end - begin) / 1000 * _PX_A_SECOND, 1.0)
        yield (
            f'<rect class="{kind}" x="{x:.1f}" y="{top}" width="{width:.1f}" height="{height}"'
            f' rx="2"><title>{escape(words)}</title></rect>'
        )
        letters = int((width - 6) / _LETTER_PX)
        if label and letters >= 3 and left_over:
            shown, left_over = left_over[:letters], left_over[letters:]
            yield f'<text class="in" x="{x + 3:.1f}" y="{top + 17}">{escape(shown)}</text>'


def _events(record: CallDocument) -> Iterator[str]:
    for at_ms in record.timeline.marks_ms:
        yield _line("mark", at_ms, _MARKS_Y, _MARKS_Y + 5)
    for at_ms in record.timeline.clears_ms:
        yield _line("clear", at_ms, 2, _ROW_HEIGHT - 18)
    for at_ms in record.timeline.truncations_ms:
        x, y = _x(at_ms), _y(at_ms) + _MARKS_Y
        yield f'<path class="cut" d="M{x:.1f} {y} l4 7 h-8 z"/>'
    for key in record.keys:
        x, y = _x(key.at_ms), _y(key.at_ms) + _CALLER_Y + 13
        yield f'<circle class="key" cx="{x:.1f}" cy="{y}" r="7"/>'
        yield f'<text class="in" x="{x - 3:.1f}" y="{y + 4}">{escape(key.key)}</text>'
    for tool in record.tools:
        x, y = _x(tool.started_ms), _y(tool.started_ms) + 34
        about = quoteattr(f"{tool.name} {tool.arguments}")
        yield f'<path class="tool" aria-label={about} d="M{x:.1f} {y} l5 5 l-5 5 l-5 -5 z"/>'
        yield f'<text x="{x + 8:.1f}" y="{y + 9}">{escape(tool.name)}</text>'


def _legend(height: int) -> Iterator[str]:
    y = height - 18
    entries = (
        ("caller", "caller"),
        ("sent", "sent to the phone"),
        ("heard", "heard"),
        ("made", "made and not heard"),
        ("mark", "mark returned"),
        ("clear", "clear"),
        ("cut", "truncation"),
        ("key", "key"),
        ("tool", "tool"),
    )
    x = _LEFT
    for kind, words in entries:
        if kind in ("mark", "clear"):
            yield f'<line class="{kind}" x1="{x + 6}" y1="{y - 9}" x2="{x + 6}" y2="{y + 2}"/>'
        else:
            yield f'<rect class="{kind}" x="{x}" y="{y - 9}" width="12" height="10" rx="2"/>'
        yield f'<text x="{x + 18}" y="{y}">{words}</text>'
        x += 34 + int(len(words) * _LETTER_PX)


def _line(kind: str, at_ms: int, from_y: int, to_y: int) -> str:
    x, top = _x(at_ms), _y(at_ms)
    return f'<line class="{kind}" x1="{x:.1f}" y1="{top + from_y}" x2="{x:.1f}" y2="{top + to_y}"/>'


def _x(at_ms: int) -> float:
    return _LEFT + at_ms % (_ROW_SECONDS * 1000) / 1000 * _PX_A_SECOND


def _y(at_ms: int) -> int:
    return _TOP + at_ms // (_ROW_SECONDS * 1000) * _ROW_HEIGHT
