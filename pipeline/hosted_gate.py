"""Who may have a call where another host took the stream: pipecat's runner, or Pipecat Cloud.

There the webhook is not ours, so no token of ours need come with the stream. What lets a stream in:

* a token of our own webhook, if one answers for this host: signed, for one stream of one call;
* ``STREAM_SECRET``, which the host's TwiML hands over as the ``<Parameter>`` named ``token``. It is
  the same for all calls: who has it can have calls answered, so it must be long and stay in TwiML;
* a handshake that Twilio signed, where the host passes its headers on;
* nothing of that, if nothing could check any of it and the peer is on this machine.
"""

from __future__ import annotations

import hmac

from starlette.types import Scope

from pipeline.gate import Gate, Handshake
from pipeline.settings import Settings
from transports.twilio.messages import Start
from transports.twilio.token import StreamClaims, StreamTokens, TokenRefusal, TokenRefusedError
from transports.twilio.twiml import TOKEN_PARAMETER

NO_WAY: str = (
    "it shows no token; give STREAM_SECRET to this host and to the TwiML as "
    '<Parameter name="token">'
)


class HostedGate:
    """Says of each stream on a foreign host why it is refused, or whose it is."""

    def __init__(self, settings: Settings) -> None:
        self._gate = Gate(settings)
        self._tokens = StreamTokens(settings.token_secret) if settings.token_secret else None
        self._secret = settings.stream_key
        self._checks = settings.checks_signatures or bool(self._secret)

    def admit(self, scope: Scope, start: Start, now: int) -> StreamClaims | str:
        """Judge a stream.

        Args:
            scope: Of its handshake.
            start: Its first message.
            now: Wall-clock time, seconds.

        Returns:
            What is known of the call, or why it is not let in.
        """
        token = start.custom_parameters.get(TOKEN_PARAMETER, "")
        if self._secret and hmac.compare_digest(token.encode(), self._secret.encode()):
            return _claims(start)
        refusal = TokenRefusal.MISSING
        if self._tokens is not None and token:
            try:
                return self._tokens.redeem(token, start.call_sid, now)
            except TokenRefusedError as error:
                refusal = error.refusal
        if token:
            return f"token {refusal.value}"
        if not self._checks:
            return self._gate.refuses_stream(scope) or _claims(start)
        if self._gate.handshake(scope) is Handshake.SIGNED:
            return _claims(start)
        return NO_WAY


def _claims(start: Start) -> StreamClaims:
    """What the TwiML says of a call, by the names that pipecat uses for it."""
    given = start.custom_parameters
    return StreamClaims(
        call_sid=start.call_sid,
        called=given.get("to_number", ""),
        caller=given.get("from_number", ""),
        account_sid=start.account_sid,
    )
