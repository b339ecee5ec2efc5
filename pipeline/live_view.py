"""A simulated call as it happens, in the terminal: words, cuts, marks, latencies.

On a terminal the words appear as they are said, over a line of running figures; what was not
heard is struck out. Without one there is a plain line for each event, good for a log. It only
shows: what it shows comes from journals and from what phone and tap have counted.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.table import Table
from rich.text import Text

from pipeline.call_story import CallStory
from pipeline.story_line import Speech, StoryLine, Who
from pipeline.wording import clock
from processors.state.journal import Entry, Journal
from transports.simulated.stream_facts import StreamFacts

_FRAME: Final = 0.1
"""Seconds between two pictures: words come at some three a second."""
_STYLES: Final = {
    Who.CALLER: "cyan",
    Who.ASSISTANT: "green",
    Who.TWILIO: "magenta",
    Who.EVENT: "dim",
    Who.HEARD: "dim",
    Who.WARNING: "yellow",
}
_NAMES: Final = {Who.EVENT: "", Who.HEARD: "", Who.WARNING: "note"}
_NAME_WIDTH: Final = 9
_UNHEARD_STYLE: Final = "strike dim"


@dataclass(frozen=True, slots=True)
class Stage:
    """One processor of the pipeline, for the header.

    Attributes:
        name: Its name.
        audio: Whether audio visits it.
    """

    name: str
    audio: bool


class LiveView:
    """Shows one call."""

    def __init__(
        self,
        console: Console,
        story: CallStory,
        clock: Callable[[], float],
        facts: Callable[[], StreamFacts | None],
        *,
        moving: bool = True,
    ) -> None:
        """Begin with an empty picture.

        Args:
            console: Where to.
            story: Tells the call in lines.
            clock: The loop's time; now is the call's zero.
            facts: What the phone has counted so far, once there is a stream.
            moving: Show words as they are said, on a terminal; False: only lines.
        """
        self._console = console
        self._story = story
        self._clock = clock
        self._facts = facts
        self._began_at = clock()
        self._live = (
            Live(console=console, auto_refresh=False, transient=True)
            if console.is_terminal and moving
            else None
        )

    @property
    def now(self) -> float:
        """Seconds since the call began."""
        return self._clock() - self._began_at

    def header(self, title: str, subtitle: str, stages: Sequence[Stage]) -> None:
        """Show what is going to happen, and the pipeline; what audio visits stands out."""
        row = Text(" → ").join(
            Text(stage.name, style="bold" if stage.audio else "dim") for stage in stages
        )
        visited = ", ".join(stage.name for stage in stages if stage.audio)
        self._console.print(Text(title, style="bold"))
        self._console.print(Text(subtitle, style="dim"), soft_wrap=True)
        self._console.print(row, soft_wrap=not self._console.is_terminal)
        self._console.print(Text(f"audio visits: {visited}", style="dim"), soft_wrap=True)
        self._console.print()

    def listen(self, journal: Journal) -> None:
        """Show what this journal is told from now on."""
        journal.listen(self._on_entry)

    async def run(self) -> None:
        """Keep the picture moving until cancelled."""
        if self._live is not None:
            self._live.start()
        try:
            while True:
                self.refresh()
                await asyncio.sleep(_FRAME)
        finally:
            if self._live is not None:
                self._live.stop()

    def refresh(self) -> None:
        """Draw the picture as it is now."""
        for line in self._story.tick(self.now):
            self._print(line)
        if self._live is not None:
            self._live.update(self._footer(), refresh=True)

    def end(self) -> None:
        """The call is over: show what was still being said."""
        for line in self._story.end(self.now):
            self._print(line)

    def note(self, message: str) -> None:
        """Show a remark that is in no journal, such as a warning of the log."""
        self._print(StoryLine(self.now, Who.WARNING, message.strip()))

    def _on_entry(self, entry: Entry) -> None:
        for line in self._story.tell(self.now, entry):
            self._print(line)

    def _print(self, line: StoryLine) -> None:
        if self._console.is_terminal:
            self._console.print(_row(line.at, line.who, _words(line)))
        else:
            self._console.print(_plain(line), soft_wrap=True)

    def _footer(self) -> RenderableType:
        now = self.now
        speeches = sorted(self._story.speaking.values(), key=lambda speech: speech.began_at)
        return Group(*(self._speech(speech, now) for speech in speeches), self._figures(now))

    def _speech(self, speech: Speech, now: float) -> RenderableType:
        said = Text(self._story.heard_so_far(speech, now))
        return _row(speech.began_at, speech.who, said + Text("▏", style=_STYLES[speech.who]))

    def _figures(self, now: float) -> Text:
        figures = [clock(now)]
        facts = self._facts()
        if facts is not None:
            queued_ms = facts.playout.queued_bytes / 8
            figures += [
                f"queued at the phone {queued_ms / 1000:4.1f} s",
                f"marks {facts.marks_returned}/{facts.marks_received}",
                f"to the phone {facts.playout.accepted_bytes / 1000:,.0f} kB",
                f"from it {facts.media_sent * 0.16:,.0f} kB",
            ]
        return Text("  ·  ".join(figures), style="dim", no_wrap=True, overflow="ellipsis")


def _name(who: Who) -> str:
    return _NAMES.get(who, who.value)


def _row(at: float, who: Who, words: Text) -> Table:
    grid = Table.grid(padding=(0, 2))
    grid.add_column(no_wrap=True)
    grid.add_column(no_wrap=True, min_width=_NAME_WIDTH)
    grid.add_column(overflow="fold")
    grid.add_row(Text(clock(at), style="dim"), Text(_name(who), style=_STYLES[who]), words)
    return grid


def _words(line: StoryLine) -> Text:
    quiet = line.who in (Who.EVENT, Who.HEARD)
    words = Text(line.text, style="dim" if quiet else "")
    words.append(line.unheard, style=_UNHEARD_STYLE)
    if line.note:
        words.append(f"   {line.note}", style="dim italic")
    return words


def _plain(line: StoryLine) -> Text:
    words = line.text
    if line.unheard:
        words += f" [not heard: {line.unheard.strip()}]"
    if line.note:
        words += f"  ({line.note})"
    return Text(f"{clock(line.at)}  {_name(line.who):<{_NAME_WIDTH}}  {words}")
