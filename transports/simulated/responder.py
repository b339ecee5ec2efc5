"""Which responses run: one at most on the default conversation, any number beside it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

from transports.simulated.brain import exact_words
from transports.simulated.brain_script import BrainRequest, Call, Output, Say
from transports.simulated.client_error import ClientError
from transports.simulated.generation import Generation
from transports.simulated.mind import MindFor
from transports.simulated.response_params import ResponseParams, response_params
from transports.simulated.session_state import SessionState
from transports.simulated.usage import UsageMeter

_COMMENTARY: Final = Say("Let me see.", "commentary")


class Responder:
    """Creates and cancels a session's responses.

    Attributes:
        responses: All of them, finished ones too, in order of creation.
        active: The one that writes to the default conversation, if any.
        fail_next: Error code with which the next response fails; for tests.
    """

    def __init__(
        self,
        state: SessionState,
        mind_for: MindFor,
        on_done: Callable[[Generation], None],
    ) -> None:
        self.responses: list[Generation] = []
        self.active: Generation | None = None
        self.fail_next: str | None = None
        self._state = state
        self._mind_for = mind_for
        self._on_done = on_done
        self._meter = UsageMeter()

    def create(self, wire: Any) -> Generation:
        """Begin a response, by the ``response`` of the client's event or by none.

        Raises:
            ClientError: It is malformed, or one is under way already.
        """
        params = response_params(wire, self._state)
        if not params.aside and self.active is not None:
            raise ClientError(
                "Conversation already has an active response in progress: "
                f"{self.active.id}. Wait until the response is finished before creating a new one.",
                "conversation_already_has_active_response",
            )
        usage = self._meter.read(params.segments())
        outputs, takes = self._answer(params)
        generation = Generation(self._state, params, outputs, usage, self._ended, takes)
        self.responses.append(generation)
        if not params.aside:
            self.active = generation
        failure = self._state.faults.failed_responses.get(len(self.responses), self.fail_next)
        if failure is not None:
            generation.fail_with(failure)
        self.fail_next = None
        generation.start()
        return generation

    def cancel(self, response_id: str | None) -> None:
        """Cancel the response of that id; without one, that on the default conversation.

        Raises:
            ClientError: There is none under way.
        """
        if response_id is None:
            found = self.active
        else:
            running = [r for r in self.responses if r.status == "in_progress"]
            found = next((r for r in running if r.id == response_id), None)
        if found is None:
            raise ClientError(
                "Cancellation failed: no active response found", "response_cancel_not_active"
            )
        found.cancel("client_cancelled")

    def interrupt(self) -> None:
        """The caller began to speak: cancel what writes to the default conversation, if anything.

        Out-of-band responses go on (OpenAI, Realtime API reference, ``interrupt_response``).
        """
        if self.active is not None:
            self.active.cancel("turn_detected")

    def _ended(self, generation: Generation) -> None:
        if self.active is generation:
            self.active = None
        self._on_done(generation)

    def _answer(self, params: ResponseParams) -> tuple[asyncio.Future[list[Output]], float | None]:
        """What the model puts out, and how many seconds that takes it (None: the usual).

        It can only be known when the caller's last words are made out.
        """
        if self._state.hearing:
            later = asyncio.create_task(self._heard(params), name="simulated model: answer")
            return later, None
        request = params.brain_request(self._state.senses)
        turn = self._state.options.turns.next(request)
        if turn is None:
            return self._thought(params, request), None
        outputs = list(turn.outputs)
        return self._state.senses.think(lambda: outputs), turn.takes

    async def _heard(self, params: ResponseParams) -> list[Output]:
        await asyncio.wait(set(self._state.hearing))
        outputs, takes = self._answer(params)
        await asyncio.sleep(takes or 0)
        return await outputs

    def _thought(
        self, params: ResponseParams, request: BrainRequest
    ) -> asyncio.Future[list[Output]]:
        instructions = self._state.settings.effective["instructions"]
        plain = not params.aside and exact_words(params.own_instructions) is None
        commented = self._state.options.commentary and plain

        def reply() -> list[Output]:
            """Ask the mind, and name the phases of what it says."""
            outputs = self._mind_for(instructions).reply(request)
            return _in_phases(outputs, commented=commented)

        return self._state.senses.think(reply)


def _in_phases(outputs: list[Output], *, commented: bool) -> list[Output]:
    """The outputs with a short commentary before them, if wanted, and their phases named."""
    if commented and not _has_commentary(outputs):
        outputs = [_COMMENTARY, *outputs]
    if not _has_commentary(outputs):
        return outputs
    return [
        replace(output, phase="final_answer")
        if isinstance(output, Say) and not output.phase
        else output
        for output in outputs
    ]


def _has_commentary(outputs: list[Output]) -> bool:
    return any(not isinstance(output, Call) and output.phase == "commentary" for output in outputs)
