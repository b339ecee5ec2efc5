"""The phone leg of a call, as a pipecat transport."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pipecat.transports.base_transport import BaseTransport

from processors.context import BothEnds, CallContext
from transports.socket import Socket
from transports.twilio.media_input import TwilioInput
from transports.twilio.media_output import TwilioOutput

if TYPE_CHECKING:
    from transports.twilio.config import TwilioSerializerConfig

PHONE_SOCKET: Final = "phone_socket"
"""Where ``CallContext.resources`` holds the phone's ``Socket``, its ``start`` already read."""


class TwilioTransport(BaseTransport):
    """A Twilio media stream that has begun: its input opens a pipeline, its output closes it.

    Event handlers available:

    - on_client_connected: Called with the socket once the pipeline has started.
    - on_client_disconnected: Called with the socket when the stream has ended.
    """

    def __init__(self, config: TwilioSerializerConfig, context: CallContext) -> None:
        super().__init__()
        self._socket: Socket = context.resources[PHONE_SOCKET]
        self._register_event_handler("on_client_connected")
        self._register_event_handler("on_client_disconnected")
        self._output = TwilioOutput(config, context, self._socket)
        self._input = TwilioInput(
            config,
            context,
            self._socket,
            mark_received=self._output.mark_received,
            stream_started=self._stream_started,
            stream_ended=self._stream_ended,
        )

    def input(self) -> TwilioInput:
        """The processor that reads from the phone."""
        return self._input

    def output(self) -> TwilioOutput:
        """The processor that writes to the phone."""
        return self._output

    def ends(self) -> BothEnds:
        """Both, for the entry of a call file that stands at two places."""
        return BothEnds(self._input, self._output)

    async def _stream_started(self) -> None:
        await self._call_event_handler("on_client_connected", self._socket)

    async def _stream_ended(self) -> None:
        await self._call_event_handler("on_client_disconnected", self._socket)
