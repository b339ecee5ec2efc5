"""The few TwiML documents that a call needs, built by Twilio's own package."""

from __future__ import annotations

from typing import Final

from twilio.twiml.voice_response import Connect, VoiceResponse

TOKEN_PARAMETER: Final = "token"  # noqa: S105 - the parameter's name
"""Name of the ``<Parameter>`` that brings the stream's token back in ``start``."""


def connect_stream(
    url: str, token: str, fallback: str, language: str = "", voice: str | None = None
) -> str:
    """Connect the call to a media stream; say ``fallback`` and hang up if that ends first.

    What stands behind ``<Connect>`` runs when our side closes the socket, or can't be reached
    (Twilio, TwiML Stream): that is when the caller would else hear nothing.

    Args:
        url: ``wss://`` address of the media stream. It can't hold a query.
        token: Comes back in the stream's ``start``.
        fallback: What Twilio's own voice says.
        language: Language of that voice, like ``en-US``; empty: Twilio's default.
        voice: Its name, like ``Polly.Joanna-Neural``; None: the account's own.
    """
    response = VoiceResponse()
    connect = Connect()
    connect.stream(url=url).parameter(name=TOKEN_PARAMETER, value=token)
    response.append(connect)
    return _say_and_hang_up(response, fallback, language, voice)


def say_and_hang_up(text: str, language: str = "", voice: str | None = None) -> str:
    """Say one thing in Twilio's own voice and end the call: a refusal, or a last resort."""
    return _say_and_hang_up(VoiceResponse(), text, language, voice)


def _say_and_hang_up(response: VoiceResponse, text: str, language: str, voice: str | None) -> str:
    if text:
        response.say(text, language=language or None, voice=voice)
    response.hangup()
    return str(response)
