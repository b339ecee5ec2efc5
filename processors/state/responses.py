"""Which response the model may begin, which one it is in, and whose audio may be heard.

The Realtime API allows one response at a time on the conversation; a second ``response.create``
is refused (``conversation_already_has_active_response``). Out-of-band responses run beside it on
the same socket and must never be heard. After an interruption audio of the cancelled response may
still arrive. All of that is told apart here, by response id (OpenAI, Realtime conversations
guide; ``openai`` package, ``realtime/response_create_event.py``).
"""

from __future__ import annotations

from collections import OrderedDict, deque
from dataclasses import replace
from typing import Final

from processors.state.playback import Purpose
from processors.state.playback_items import PASSING
from processors.state.response import Response, ResponseRequest

ANSWER_WAIT: Final = 5.0
"""Seconds after a turn's commit in which the model must begin the answer that it owes."""

RETRIES: Final = 3
"""Failed responses in a row that are tried again; one more, and no answer is to be had."""

RETRY_AFTER: Final = 0.5
"""Seconds before a failed response is tried again; more after each failure."""

_ENDED_REMEMBERED: Final = 64


class ResponseLedger:
    """Lets one response run at a time, holds the others, and knows whose audio counts."""

    def __init__(self) -> None:
        self._held: deque[ResponseRequest] = deque()
        self._sent: OrderedDict[str, ResponseRequest] = OrderedDict()
        self._active: Response | None = None
        self._asked: ResponseRequest | None = None  # for the newest response; None: nobody
        self._cut: OrderedDict[str, None] = OrderedDict()
        self._out_of_band: OrderedDict[str, None] = OrderedDict()
        self._purposes: OrderedDict[str, Purpose] = OrderedDict()
        self._caller_speaking = False
        self._answer_due: float | None = None
        self._not_before: float | None = None
        self._failures = 0
        self._next_key = 0
        self._unheard: dict[str, list[str]] = {}  # items without audio so far, by response
        self._last_heard_item = ""
        self._last_speaking = ""  # the response

    # What is wanted.

    def request(
        self,
        purpose: Purpose = "answer",
        *,
        instructions: str | None = None,
        exact_words: str | None = None,
    ) -> None:
        """Want a response; ``take_request`` hands it out when it may be sent.

        What fills a silence is not held: there is none, if it can't be said at once.
        """
        if purpose in PASSING and not self.quiet:
            return
        wanted = ResponseRequest(self._new_key(), purpose, instructions, exact_words)
        if not (wanted.is_plain and self._holds_plain):
            self._held.append(wanted)

    def take_request(self, now: float) -> ResponseRequest | None:
        """The next request to send now, or None while a response or the caller has the floor."""
        if not self._held or self._active is not None or self._sent:
            return None
        if self._not_before is not None and now < self._not_before:
            return None
        if self._caller_speaking or self._answer_due is not None:
            return None
        wanted = self._held.popleft()
        self._sent[wanted.key] = wanted
        return wanted

    # What happened.

    def created(
        self, response_id: str, key: str | None, *, on_conversation: bool
    ) -> Response | None:
        """The model began a response.

        Args:
            response_id: Its id.
            key: What its metadata carry of ours, if anything.
            on_conversation: False: it is out of band, and never heard.

        Returns:
            The response now active on the conversation, or None for an out-of-band one.
        """
        if not on_conversation:
            _remember(self._out_of_band, response_id)
            return None
        wanted = self._sent.pop(key, None) if key is not None else None
        if wanted is None:
            # The model's own answer to a turn sees all that a plain one would have seen.
            self._held = deque(held for held in self._held if not held.is_plain)
        self._asked = wanted
        self._answer_due = None
        purpose: Purpose = "answer" if wanted is None else wanted.purpose
        self._active = Response(response_id, purpose, wanted is not None)
        if wanted is not None and (wanted.is_plain or wanted.is_passing) and self._caller_speaking:
            # Asked for just before the caller began to speak: their turn will be answered.
            _remember(self._cut, response_id)
        self._purposes[response_id] = purpose
        while len(self._purposes) > _ENDED_REMEMBERED:
            self._purposes.popitem(last=False)
        return self._active

    def item_added(self, response_id: str, item_id: str) -> None:
        """A response began a message."""
        self._unheard.setdefault(response_id, []).append(item_id)

    def audio_passed(self, response_id: str, item_id: str) -> None:
        """Audio of a message went out to the phone."""
        if item_id != self._last_heard_item:
            self._last_heard_item = item_id
            self._last_speaking = response_id
            unheard = self._unheard.get(response_id)
            if unheard is not None and item_id in unheard:
                unheard.remove(item_id)

    def ended(self, response_id: str) -> list[str]:
        """The model ended a response: it completed, failed or was cancelled.

        Returns:
            Its messages that the caller can't have heard anything of, because the response was
            cut first: the model must forget them.
        """
        if self._active is not None and self._active.response_id == response_id:
            self._active = None
        unheard = self._unheard.pop(response_id, [])
        return unheard if response_id in self._cut else []

    def over(self, response_id: str) -> None:
        """All of an ended response was taken: what still comes of it is late, and never played.

        The model cancelled it while the phone played on, say, and counts no such audio as said.
        """
        _remember(self._cut, response_id)

    def completed(self) -> None:
        """A response went well."""
        self._failures = 0

    def failed(self, now: float, key: str | None = None) -> bool:
        """A response failed as another try may mend; it is asked for again in a while.

        Args:
            now: The time.
            key: Of a request that came to no response at all; None: the newest response failed.

        Returns:
            Whether there is hope: not after too many failures in a row.
        """
        asked = self._asked if key is None else self._sent.pop(key, None)
        if key is not None and asked is None:
            return True
        self._failures += 1
        if self._failures > RETRIES:
            return False
        self._not_before = now + RETRY_AFTER * self._failures
        again = replace(asked or ResponseRequest(""), key=self._new_key())
        if not (again.is_plain and self._holds_plain):
            self._held.appendleft(again)
        return True

    def refused(self, key: str, *, again: bool) -> None:
        """The model refused a request; ``again``: only because another response is active."""
        wanted = self._sent.pop(key, None)
        if wanted is not None and again:
            self._held.appendleft(wanted)

    def interrupted(self) -> Response | None:
        """The caller took the floor: nothing of the active response is to be heard any more.

        Returns:
            The response that was active and, unless the model does so itself, is to be cancelled.
        """
        self._held = deque(held for held in self._held if not held.is_plain)
        if self._active is not None:
            _remember(self._cut, self._active.response_id)
        return self._active

    def caller_started(self) -> None:
        """The caller began to speak: no response is begun before their turn is committed."""
        self._caller_speaking = True
        self._held = deque(held for held in self._held if not held.is_passing)

    def turn_committed(self, now: float, *, answered_by_server: bool) -> None:
        """The caller's turn is in the conversation; the model answers it, or we do."""
        self._caller_speaking = False
        if answered_by_server and self._active is None:
            self._answer_due = now + ANSWER_WAIT

    def timer_fired(self, now: float) -> None:
        """Want the answer that the model owes and did not begin; end a pause after a failure."""
        if self._answer_due is not None and now >= self._answer_due:
            self._answer_due = None
            self.request()
        if self._not_before is not None and now >= self._not_before:
            self._not_before = None

    def session_lost(self) -> bool:
        """The model's session is gone with all its responses; requests stay.

        Returns:
            Whether somebody was waiting for an answer, so that the next session must give one.
        """
        waiting = self._active is not None or self._answer_due is not None
        if self._active is not None and self._asked is not None and not self._asked.is_plain:
            if not self._asked.is_passing:
                self._held.appendleft(self._asked)  # in its own words, once more
            waiting = False
        for wanted in reversed(self._sent.values()):
            if not wanted.is_passing:
                self._held.appendleft(wanted)
        self._sent.clear()
        self._active = None
        self._answer_due = None
        self._caller_speaking = False
        self._unheard.clear()
        return waiting

    # What is known.

    @property
    def active(self) -> Response | None:
        """The response that runs on the conversation."""
        return self._active

    @property
    def quiet(self) -> bool:
        """Whether the caller does not speak and no response runs or is about to."""
        return not (
            self._active is not None
            or self._sent
            or self._held
            or self._caller_speaking
            or self._answer_due is not None
        )

    def audible(self, response_id: str) -> bool:
        """Whether audio of this response may go to the phone."""
        return response_id not in self._cut and response_id not in self._out_of_band

    def on_conversation(self, response_id: str) -> bool:
        """Whether a response belongs to the conversation, cut or not."""
        return response_id not in self._out_of_band

    def spoke(self, response_id: str) -> bool:
        """Whether the newest response, if it is this one, gave any audio."""
        return response_id == self._last_speaking

    def purpose_of(self, response_id: str) -> Purpose:
        """What a response was for."""
        return self._purposes.get(response_id, "answer")

    def deadline(self) -> float | None:
        """When to call ``timer_fired``."""
        due = [at for at in (self._answer_due, self._not_before) if at is not None]
        return min(due, default=None)

    @property
    def _holds_plain(self) -> bool:
        return any(held.is_plain for held in self._held)

    def _new_key(self) -> str:
        self._next_key += 1
        return f"r{self._next_key}"


def _remember(known: OrderedDict[str, None], response_id: str) -> None:
    known[response_id] = None
    while len(known) > _ENDED_REMEMBERED:
        known.popitem(last=False)
