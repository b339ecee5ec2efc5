import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiohttp import web
from loguru import logger

from tests.transports.twilio.line import ACCOUNT_SID, CALL_SID, Line
from transports.twilio.phone import CallPhone
from transports.twilio.rest import RestCredentials, RestPatience, TwilioRest
from transports.twilio.twiml import Spoken, say_and_hang_up

QUICK = RestPatience(attempt=0.15, total=0.6, first_pause=0.001)
WITH_TOKEN = RestCredentials("the-auth-token", account_sid="AC1")
WITH_KEY = RestCredentials("the-key-secret", key_sid="SK1")


class Api:
    """Twilio's REST API, which answers as it is told; the last answer stands."""

    def __init__(self, *answers: tuple[int, str] | None) -> None:
        self._answers = list(answers)
        self.requests: list[tuple[str, str, dict[str, str]]] = []
        self.url = ""

    async def answer(self, request: web.Request) -> web.StreamResponse:
        form = {name: str(value) for name, value in (await request.post()).items()}
        self.requests.append((request.path, request.headers["Authorization"], form))
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        if answer is None:  # hangs up without an answer
            assert request.transport is not None
            request.transport.abort()
            return web.Response()
        status, body = answer
        return web.Response(status=status, text=body, content_type="application/json")


@asynccontextmanager
async def serving(*answers: tuple[int, str] | None) -> AsyncIterator[Api]:
    api = Api(*answers)
    app = web.Application()
    app.router.add_post("/{path:.*}", api.answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    api.url = f"http://{host}:{port}"
    try:
        yield api
    finally:
        await runner.cleanup()


@asynccontextmanager
async def client(
    api: Api, credentials: RestCredentials = WITH_TOKEN, patience: RestPatience = QUICK
) -> AsyncIterator[TwilioRest]:
    rest = TwilioRest(credentials, api_url=api.url, patience=patience, jitter=lambda: 0.5)
    try:
        yield rest
    finally:
        await rest.close()


OK = (200, '{"sid":"CA1","status":"completed"}')


async def test_hang_up_completes_the_call() -> None:
    async with serving(OK) as api, client(api) as rest:
        assert await rest.complete("CA1")

    (request,) = api.requests
    basic = base64.b64encode(b"AC1:the-auth-token").decode()
    assert request == (
        "/2010-04-01/Accounts/AC1/Calls/CA1.json",
        f"Basic {basic}",
        {"Status": "completed"},
    )


async def test_an_api_key_asks_for_the_account_of_the_call() -> None:
    async with serving(OK) as api, client(api, WITH_KEY) as rest:
        assert await rest.complete("CA1", ACCOUNT_SID)

    path, authorization, _ = api.requests[0]
    assert path == f"/2010-04-01/Accounts/{ACCOUNT_SID}/Calls/CA1.json"
    assert base64.b64decode(authorization.split()[1]) == b"SK1:the-key-secret"


async def test_new_twiml_is_sent_as_it_is() -> None:
    twiml = "<Response><Say>Grüße &amp; more</Say></Response>"

    async with serving(OK) as api, client(api) as rest:
        assert await rest.update("CA1", twiml)

    assert api.requests[0][2] == {"Twiml": twiml}


@pytest.mark.parametrize(
    "answer", [(404, '{"code":20404,"message":"gone"}'), (400, '{"code":21220}')]
)
async def test_a_call_that_is_over_counts_as_hung_up_but_takes_no_twiml(
    answer: tuple[int, str],
) -> None:
    async with serving(answer) as api, client(api) as rest:
        assert await rest.complete("CA1")
        assert not await rest.update("CA1", "<Response/>")

    assert len(api.requests) == 2


@pytest.mark.parametrize(
    "answer", [(429, '{"code":20429}'), (500, "oops"), (503, ""), None], ids=str
)
async def test_a_busy_api_is_asked_again(answer: tuple[int, str] | None) -> None:
    async with serving(answer, answer, OK) as api, client(api) as rest:
        assert await rest.complete("CA1")

    assert len(api.requests) == 3


@pytest.mark.parametrize(
    "answer", [(401, '{"code":20003}'), (400, '{"code":21201}'), (404, "{}"), (302, "")], ids=str
)
async def test_a_refusal_is_final(answer: tuple[int, str]) -> None:
    async with serving(answer) as api, client(api) as rest:
        assert not await rest.complete("CA1")

    assert len(api.requests) == 1


async def test_trying_ends_in_time() -> None:
    patience = RestPatience(attempt=0.05, total=0.1, first_pause=0.02)

    async with serving((503, "")) as api, client(api, patience=patience) as rest:
        assert not await rest.complete("CA1")

    assert 2 <= len(api.requests) <= 4


async def test_an_api_that_is_not_there_hurts_nobody() -> None:
    rest = TwilioRest(WITH_TOKEN, api_url="http://127.0.0.1:9", patience=QUICK)

    assert not await rest.complete("CA1")
    await rest.close()


async def test_without_an_account_nothing_is_asked() -> None:
    async with serving(OK) as api, client(api, WITH_KEY) as rest:
        assert not await rest.complete("CA1")

    assert api.requests == []


async def test_no_secret_is_logged() -> None:
    lines: list[str] = []
    sink = logger.add(lines.append, level="DEBUG", format="{message} {extra}")
    try:
        async with serving((401, '{"code":20003}')) as api, client(api) as rest:
            await rest.complete("CA1")
    finally:
        logger.remove(sink)

    assert lines
    assert "the-auth-token" not in "".join(lines) + repr(WITH_TOKEN)


async def test_a_phone_hangs_up_and_redirects_by_rest() -> None:
    line = Line()

    async with serving(OK) as api, client(api) as rest:
        phone = CallPhone(rest, line, CALL_SID)
        assert await phone.say_and_hang_up("Sorry.")
        assert await phone.hang_up()

    assert [form for _, _, form in api.requests] == [
        {"Twiml": say_and_hang_up(Spoken("Sorry."))},
        {"Status": "completed"},
    ]
    assert line.closed_with is None


async def test_without_credentials_hanging_up_closes_the_stream() -> None:
    line = Line()
    phone = CallPhone(None, line, CALL_SID)

    assert not await phone.say_and_hang_up("Sorry.")
    assert line.closed_with is None
    assert not await phone.hang_up()
    assert line.closed_with == (1000, "")


async def test_when_the_api_fails_hanging_up_closes_the_stream() -> None:
    line = Line()

    async with serving((401, "{}")) as api, client(api) as rest:
        assert not await CallPhone(rest, line, CALL_SID).hang_up()

    assert line.closed_with == (1000, "")


async def test_somebody_is_called_and_their_leg_is_known() -> None:
    async with serving((201, '{"sid": "CA9", "status": "queued"}')) as api, client(api) as rest:
        sid = await rest.start_call({"To": "+1", "From": "+2", "Twiml": "<Response/>"})

    assert sid == "CA9"
    assert api.requests[0][0] == "/2010-04-01/Accounts/AC1/Calls.json"


@pytest.mark.parametrize("answer", [(400, '{"code": 21211}'), (201, "no json"), (201, "[]")])
async def test_a_call_that_is_not_made_has_no_sid(answer: tuple[int, str]) -> None:
    async with serving(answer) as api, client(api) as rest:
        assert await rest.start_call({"To": "+1"}) == ""


async def test_a_call_that_may_have_been_made_is_not_made_twice() -> None:
    calls = 0

    async def slow(url: str, form: object, headers: object) -> tuple[int, bytes]:
        nonlocal calls
        calls += 1
        raise TimeoutError

    rest = TwilioRest(WITH_TOKEN, patience=QUICK, jitter=lambda: 0.5, post=slow)

    assert await rest.start_call({"To": "+1"}) == ""
    assert not await rest.send_sms("+1", "+2", "hello")
    assert calls == 2


async def test_what_twilio_says_of_a_call() -> None:
    async def get(url: str, form: object, headers: object) -> tuple[int, bytes]:
        assert form is None
        assert url.endswith("/Calls/CA1.json")
        return 200, b'{"sid": "CA1", "status": "in-progress", "answered_by": "human", "x": 1}'

    rest = TwilioRest(WITH_TOKEN, post=get)
    status = await rest.call_status("CA1")

    assert status is not None
    assert (status.status, status.answered_by) == ("in-progress", "human")


async def test_a_text_message_is_cut_to_what_twilio_takes() -> None:
    async with serving((201, '{"sid": "SM1"}')) as api, client(api) as rest:
        assert await rest.send_sms("+1", "+2", "x" * 2000)

    path, _, form = api.requests[0]
    assert path == "/2010-04-01/Accounts/AC1/Messages.json"
    assert (form["To"], form["From"], len(form["Body"])) == ("+1", "+2", 1600)
