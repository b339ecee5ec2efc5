"""The TwiML of transfers: what a person hears who is to take a call, and where both then meet."""

from __future__ import annotations

from collections.abc import Sequence

from twilio.twiml.voice_response import Dial, Gather, VoiceResponse

from transports.twilio.twiml import Spoken

ACCEPTS = "1"
"""The key with which a person takes a call."""


def whisper(words: Spoken, answer_url: str, decide_seconds: int) -> str:
    """Tell a person what a call is about, and have them press a key; without one, hang up.

    Args:
        words: What they hear.
        answer_url: Is asked what becomes of the call, with the key as ``Digits``.
        decide_seconds: How long they have after the words.
    """
    response = VoiceResponse()
    gather = Gather(
        action=answer_url, method="POST", num_digits=1, timeout=decide_seconds, input="dtmf"
    )
    gather.say(words.text, language=words.language or None, voice=words.voice)
    response.append(gather)
    response.hangup()
    return str(response)


def join(room: str) -> str:
    """Bring a leg into the room in which caller and person meet; who leaves it ends it.

    Nobody hears a beep, and who comes first hears nothing (Twilio, TwiML Conference).
    """
    response = VoiceResponse()
    dial = Dial()
    dial.conference(
        room,
        beep="false",
        start_conference_on_enter=True,
        end_conference_on_exit=True,
        wait_url="",
        max_participants=2,
    )
    response.append(dial)
    return str(response)


def dial(numbers: Sequence[str], caller_id: str, ring_seconds: int, after_url: str) -> str:
    """Let the caller's own leg ring numbers, all at once; what follows is asked at ``after_url``.

    With an ``action`` nothing behind ``<Dial>`` is carried out (Twilio, TwiML Dial).
    """
    response = VoiceResponse()
    verb = Dial(action=after_url, method="POST", timeout=ring_seconds, caller_id=caller_id or None)
    for number in numbers:
        verb.number(number)
    response.append(verb)
    return str(response)
