"""Text messages by Twilio's REST API."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest

from tests.virtual_loop import virtual
from transports.twilio.rest import RestCredentials
from transports.twilio.text_messages import MOST_LETTERS, TwilioMessages

TO, SENDER = "+12125550142", "+12125550100"


@dataclass
class Api:
    """Answers in turn: a status, a way to fail, or seconds without an answer."""

    answers: list[int | OSError | float]
    posts: list[tuple[str, dict[str, str], dict[str, str]]] = field(default_factory=list)

    async def __call__(
        self, url: str, form: Mapping[str, str] | None, headers: Mapping[str, str]
    ) -> tuple[int, bytes]:
        self.posts.append((url, dict(form or {}), dict(headers)))
        answer = self.answers.pop(0)
        if isinstance(answer, OSError):
            raise answer
        if isinstance(answer, float):
            await asyncio.sleep(answer)
            return 201, b""
        return answer, b"{}"


def messages(api: Api, account_sid: str = "AC1") -> TwilioMessages:
    credentials = RestCredentials("word", account_sid=account_sid)
    return TwilioMessages(credentials, jitter=lambda: 0.5, post=api)


@virtual
async def test_message_is_posted_once() -> None:
    api = Api([201])

    assert await messages(api).send_sms(TO, SENDER, "x" * 2000)

    ((url, form, headers),) = api.posts
    assert url == "https://api.twilio.com/2010-04-01/Accounts/AC1/Messages.json"
    assert form == {"To": TO, "From": SENDER, "Body": "x" * MOST_LETTERS}
    assert headers["Authorization"].startswith("Basic ")


@pytest.mark.parametrize(
    ("answers", "sent", "posts"),
    [
        ([429, ConnectionResetError(), 201], True, 3),
        ([429, 429, 429, 201], False, 3),
        ([400], False, 1),
        ([503], False, 1),  # it may have gone out
        ([60.0], False, 1),
    ],
)
def test_message_that_may_have_gone_out_is_not_sent_again(
    answers: list[int | OSError | float], sent: bool, posts: int
) -> None:
    @virtual
    async def send() -> None:
        api = Api(answers)
        outbox = messages(api)

        assert await outbox.send_sms(TO, SENDER, "Hello.") is sent
        assert len(api.posts) == posts
        await outbox.close()

    send()


async def test_account_may_be_the_calls() -> None:
    api = Api([201])

    assert not await messages(api, "").send_sms(TO, SENDER, "Hello.")
    assert await messages(api, "").send_sms(TO, SENDER, "Hello.", "AC2")
    assert "/AC2/" in api.posts[0][0]
