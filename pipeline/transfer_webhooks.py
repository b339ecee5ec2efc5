"""The webhooks of transfers: a person's key, a machine that answered, a dialled leg that is over.

They keep nothing. What they must know travels sealed in their addresses, so that any process may
be asked; a call of this very process is told at once.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from loguru import logger
from starlette.requests import Request
from starlette.responses import Response

from pipeline.gate import Gate
from pipeline.incoming_call import CallFile
from pipeline.webhook import RefusedError, one, read_webhook, twiml
from processors.state.transfer import is_machine
from transports.twilio.returned_call import returned_parameters
from transports.twilio.seal import Seal, SealError
from transports.twilio.token import StreamClaims, StreamTokens
from transports.twilio.transfer_twiml import ACCEPTS, join
from transports.twilio.transfers import ColdState, TransferOffice, room_of
from transports.twilio.twiml import Spoken, connect_stream, say_and_hang_up

SEALED = "t"
"""The query's field with what was sealed."""

_TAKEN = frozenset({"completed", "answered"})
"""``DialCallStatus`` of a leg that somebody took (Twilio, TwiML Dial)."""

StateT = TypeVar("StateT")


class TransferWebhooks:
    """Answers ``POST /transfer/answer``, ``/transfer/machine`` and ``/transfer/after``."""

    def __init__(
        self,
        office: TransferOffice,
        gate: Gate,
        tokens: StreamTokens,
        *,
        find_file: Callable[[str], CallFile | None],
    ) -> None:
        """Set up.

        Args:
            office: Hands calls over.
            gate: Checks signatures.
            tokens: Lets a call that comes back in.
            find_file: A call file by its name; None: it is not served any more.
        """
        self._office = office
        self._gate = gate
        self._tokens = tokens
        self._find_file = find_file

    async def answered(self, request: Request) -> Response:
        """The person who was called pressed a key, or none."""
        try:
            fields = await read_webhook(request, self._gate)
            state = self._open(self._office.seals.warm, request)
        except RefusedError as error:
            return error.response
        office = self._office
        if one(fields, "Digits") != ACCEPTS:
            office.board.tell(state.call_sid, "declined")
            return twiml(say_and_hang_up(Spoken("")))
        document = join(room_of(state.call_sid))
        log = logger.bind(call_sid=state.call_sid)
        if not await office.rest.update(state.call_sid, document, state.account_sid):
            log.info("A person took the call, and the caller is gone")
            return twiml(say_and_hang_up(Spoken(state.gone, state.language, state.voice or None)))
        log.info("A person took the call")
        office.board.tell(state.call_sid, "accepted")
        return twiml(document)

    async def machine_detected(self, request: Request) -> Response:
        """Twilio found out what answered the person's telephone."""
        try:
            fields = await read_webhook(request, self._gate)
            state = self._open(self._office.seals.warm, request)
        except RefusedError as error:
            return error.response
        if is_machine(one(fields, "AnsweredBy")):
            self._office.board.tell(state.call_sid, "machine")
            await self._office.rest.complete(one(fields, "CallSid"), state.account_sid)
        return Response(status_code=204)

    async def dial_ended(self, request: Request) -> Response:
        """The caller's leg has dialled: they talked to somebody, or come back to the assistant."""
        try:
            fields = await read_webhook(request, self._gate)
            state = self._open(self._office.seals.cold, request)
        except RefusedError as error:
            return error.response
        status = one(fields, "DialCallStatus")
        file = self._find_file(state.file_name)
        if status in _TAKEN or file is None:
            return twiml(say_and_hang_up(Spoken("")))
        return twiml(self._back(request, state, status.replace("-", "_") or "failed", file))

    def _back(self, request: Request, state: ColdState, outcome: str, file: CallFile) -> str:
        """Connect the caller to the assistant again, with what is remembered."""
        now = int(self._office.wall_clock())
        claims = StreamClaims(
            state.call_sid, state.called, state.caller, state.file_name, state.account_sid
        )
        retry_of = request.headers.get("i-twilio-idempotency-token", "")
        logger.bind(call_sid=state.call_sid).info("The caller comes back: {}", outcome)
        return connect_stream(
            self._gate.stream_url(request.scope),
            self._tokens.issue(claims, now, retry_of=retry_of),
            Spoken(file.fallback, file.twiml_language, file.twiml_voice),
            self._gate.server_url(request.scope),
            returned_parameters(self._office.seals, state, outcome, now),
        )

    def _open(self, seal: Seal[StateT], request: Request) -> StateT:
        try:
            return seal.open(request.query_params.get(SEALED, ""), int(self._office.wall_clock()))
        except SealError as error:
            logger.warning("Transfer's webhook refused: {}", error)
            raise RefusedError(403) from error
