"""The few TwiML documents that a call needs, built by Twilio's own package."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from twilio.twiml.voice_response import Connect, VoiceResponse

TOKEN_PARAMETER: Final = "token"  # noqa: S105 - the parameter's name
"""Name of the ``<Parameter>`` that brings the stream's token back in ``start``."""

SERVER_PARAMETER: Final = "server"
"""Name of the one that brings the address under which Twilio knows this server."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """Words in Twilio's own voice.

    Attributes:
        text: What is said; may be empty.
        language: Its language, like ``en-US``; empty: Twilio's default.
        voice: Twilio's name of the voice; None: the account's own.
    """

    text: str
    language: str = ""
    voice: str | None = None


def connect_stream(
    url: str,
    token: str,
    fallback: Spoken,
    server_url: str = "",
    more: Mapping[str, str] | None = None,
) -> str:
    """Connect the call to a media stream; say ``fallback`` and hang up if that ends first.

    What stands behind ``<Connect>`` runs when our side closes the socket, or can't be reached
    (Twilio, TwiML Stream): that is when the caller would else hear nothing.

    Args:
        url: ``wss://`` address of the media stream. It can't hold a query.
        token: Comes back in the stream's ``start``.
        fallback: What is said then.
        server_url: Scheme and host of this server, for webhooks that the call may need.
        more: What else is to come back in ``start``, by name.
    """
    response = VoiceResponse()
    connect = Connect()
    stream = connect.stream(url=url)
    named = {TOKEN_PARAMETER: token, SERVER_PARAMETER: server_url, **(more or {})}
    for name, value in named.items():
        if value:
            stream.parameter(name=name, value=value)
    response.append(connect)
    return _say_and_hang_up(response, fallback)


def say_and_hang_up(words: Spoken) -> str:
    """Say one thing and end the call: a refusal, or a last resort."""
    return _say_and_hang_up(VoiceResponse(), words)


def say_and_dial(words: Spoken, number: str, timeout: int) -> str:
    """Say one thing, if there is anything to say, and ring somebody else.

    Args:
        words: What is said before.
        number: Who is rung; they see the caller's number.
        timeout: Seconds until the call ends if nobody answers.
    """
    response = VoiceResponse()
    _say(response, words)
    response.dial(number, timeout=timeout)
    response.hangup()
    return str(response)


def _say_and_hang_up(response: VoiceResponse, words: Spoken) -> str:
    _say(response, words)
    response.hangup()
    return str(response)


def _say(response: VoiceResponse, words: Spoken) -> None:
    if words.text:
        response.say(words.text, language=words.language or None, voice=words.voice)
