"""One response, from ``response.created`` to ``response.done``."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from typing import Any, Final, Literal

from loguru import logger

from transports.simulated.brain_script import Call, Output
from transports.simulated.output_item import FunctionCall, OutputItem, Step, WrittenMessage
from transports.simulated.response_params import ResponseParams
from transports.simulated.senses import BusyError
from transports.simulated.session_state import SessionState
from transports.simulated.spoken_message import SpokenMessage
from transports.simulated.usage import ASSISTANT_MS_PER_TOKEN, UsageMeter, usage
from transports.simulated.wire import Timer

ResponseStatus = Literal["in_progress", "completed", "cancelled", "failed", "incomplete"]
CancelReason = Literal["turn_detected", "client_cancelled"]

_TOKENS_A_MINUTE: Final = 800_000
_FAILURES: Final = {
    "insufficient_quota": (
        "insufficient_quota",
        "You exceeded your current quota, please check your plan and billing details.",
    ),
    "rate_limit_exceeded": ("rate_limit_exceeded", "Rate limit reached. Please try again later."),
}
_SERVER_ERROR: Final = (
    "server_error",
    "The server had an error while processing your request. Sorry about that!",
)


class Generation:
    """Generates one response: sends its items one after the other, until it ends or is cut off.

    Attributes:
        id: ``resp_...``.
        params: What it is made with.
        status: How it stands.
        items: What it put out so far.
    """

    def __init__(
        self,
        state: SessionState,
        params: ResponseParams,
        outputs: asyncio.Future[list[Output]],
        input_usage: dict[str, Any],
        on_done: Callable[[Generation], None],
        takes: float | None = None,
    ) -> None:
        """Prepare a response; ``start`` announces it.

        Args:
            state: The session's.
            params: What it is made with.
            outputs: What it puts out, in order.
            input_usage: What the model read for it.
            on_done: Told of its end.
            takes: Seconds until its first output; None: as the model's options have it.
        """
        self.id = state.wire.new_id("resp")
        self.params = params
        self.status: ResponseStatus = "in_progress"
        self.items: list[OutputItem] = []
        self._details: dict[str, Any] | None = None
        self._state = state
        self._outputs = outputs
        self._input_usage = input_usage
        self._on_done = on_done
        self._first_output = state.options.first_delta if takes is None else takes
        self._open: OutputItem | None = None
        self._steps = self._run()
        self._timer: Timer | None = None

    @property
    def audio_ms(self) -> float:
        """How much audio it put out."""
        return sum(item.audio_ms for item in self.items)

    @property
    def text_tokens(self) -> int:
        """How much text it put out."""
        return sum(item.text_tokens for item in self.items)

    def start(self) -> None:
        """Announce the response; its output comes after the model's first-output delay."""
        wire = self._state.wire
        wire.emit("response.created", response=self.render())
        tokens = sum(self._input_usage[kind] for kind in ("text_tokens", "audio_tokens"))
        wire.emit("rate_limits.updated", rate_limits=_rate_limits(tokens))
        self._timer = wire.later(self._first_output, self._advance)

    def fail_with(self, code: str) -> None:
        """Fail instead of answering: the error stands in ``response.done`` and nowhere else."""
        self._failure(code)
        self._outputs.cancel()
        self._input_usage = UsageMeter().read([])

    def cancel(self, reason: CancelReason) -> None:
        """Stop here: close the item that is open, then the response."""
        if self._timer is not None:
            self._timer.cancel()
        self._outputs.cancel()
        cut = self._open
        self._details = {"type": "cancelled", "reason": reason}
        self._finish("cancelled")
        if isinstance(cut, SpokenMessage):
            cut.send_late_deltas()

    def render(self) -> dict[str, Any]:
        """The response object; its keys are always there, also when null."""
        done = self.status != "in_progress"
        params = self.params
        voice = params.voice["id"] if isinstance(params.voice, dict) else params.voice
        return {
            "object": "realtime.response",
            "id": self.id,
            "status": self.status,
            "status_details": self._details if done else None,
            "output": [item.render() for item in self.items] if done else [],
            "conversation_id": None if params.aside else self._state.conversation.id,
            "output_modalities": [params.modality],
            "max_output_tokens": params.max_output_tokens,
            "audio": {"output": {"format": params.audio_format.to_wire(), "voice": voice}},
            "usage": (usage(self._input_usage, self.text_tokens, self.audio_ms) if done else None),
            "metadata": params.metadata,
        }

    def _advance(self) -> None:
        """Go on to the next pause; pauses of no length are none."""
        for step in self._steps:
            if isinstance(step, asyncio.Future):
                if not step.done():
                    step.add_done_callback(self._resume)
                    return
                if self._broke(step):
                    return
            elif step:
                self._timer = self._state.wire.later(step, self._advance)
                return

    def _resume(self, made: asyncio.Future[Any]) -> None:
        """Go on with what was waited for, unless the response is over by now."""
        if self.status == "in_progress" and not self._broke(made):
            self._advance()

    def _broke(self, made: asyncio.Future[Any]) -> bool:
        """Fail if what was waited for can't be had: better than to leave a caller in silence."""
        error = made.exception()
        if error is None:
            return False
        logger.error("The simulated model can't answer: {!r}", error)
        self._failure("rate_limit_exceeded" if isinstance(error, BusyError) else "server_error")
        self._finish("failed")
        return True

    def _failure(self, code: str) -> None:
        if code == "content_filter":
            self._details = {"type": "incomplete", "reason": code}
            return
        kind, message = _FAILURES.get(code, _SERVER_ERROR)
        error = {"type": kind, "code": code, "message": message}
        self._details = {"type": "failed", "error": error}

    def _run(self) -> Iterator[Step]:
        if self._details is not None:
            self._finish(self._details["type"])
            return
        yield self._outputs
        for output in self._outputs.result():
            item = self._item(output)
            self.items.append(item)
            self._open = item
            item.open()
            left = self.params.token_limit - self._tokens()
            yield from item.steps(left)
            if not item.whole():
                self._details = {"type": "incomplete", "reason": "max_output_tokens"}
                self._finish("incomplete")
                return
            self._open = None
            item.close("completed")
        self._finish("completed")

    def _item(self, output: Output) -> OutputItem:
        place = self._state, self.id, len(self.items)
        aside = self.params.aside
        if isinstance(output, Call):
            return FunctionCall(*place, output, aside=aside)
        if self.params.modality == "text":
            return WrittenMessage(*place, output, aside=aside)
        return SpokenMessage(*place, output, self.params.audio_format, aside=aside)

    def _tokens(self) -> float:
        return self.text_tokens + self.audio_ms / ASSISTANT_MS_PER_TOKEN

    def _finish(self, status: ResponseStatus) -> None:
        self.status = status
        if self._open is not None:
            self._open.close("incomplete")
            self._open = None
        self._state.wire.emit("response.done", response=self.render())
        self._on_done(self)


def _rate_limits(tokens: int) -> list[dict[str, Any]]:
    left = max(0, _TOKENS_A_MINUTE - tokens)
    reset_seconds = tokens / _TOKENS_A_MINUTE * 60
    return [
        {"name": "requests", "limit": 10_000, "remaining": 9_999, "reset_seconds": 0.006},
        {
            "name": "tokens",
            "limit": _TOKENS_A_MINUTE,
            "remaining": left,
            "reset_seconds": reset_seconds,
        },
    ]
