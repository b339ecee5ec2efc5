from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from multidict import MultiDict
from twilio.request_validator import RequestValidator

from processors.state.journal import Entry, Journal
from transports.simulated.call_outcome import CallEnd, CallOutcome
from transports.simulated.gateway import Gateway
from transports.simulated.line import Line, Subscriber
from transports.simulated.phone_options import PhoneOptions
from transports.simulated.recording import Recording
from transports.simulated.signature import twilio_signature
from transports.simulated.stream_facts import StreamEnd
from transports.simulated.switchboard import Switchboard
from transports.simulated.twilio_rest import Fault, TwilioRest

TOKEN = "12345"
ACCOUNT = "AC0b"
PUBLIC = "https://voice.example.com"

OnStream = Callable[[web.WebSocketResponse], Awaitable[None]]


def connect(then: str = "", url: str = "wss://voice.example.com/media-stream?lost=1") -> str:
    return (
        f'<Response><Connect><Stream url="{url}"><Parameter name="session" value="t1"/></Stream>'
        f"</Connect>{then}</Response>"
    )


@dataclass
class World:
    """A server that answers calls as the test says, the phone company, and its REST API."""

    twiml: str = field(default_factory=connect)
    on_stream: OnStream | None = None
    documents: dict[str, str] = field(default_factory=dict)
    requests: list[tuple[str, str, list[tuple[str, str]], str]] = field(default_factory=list)
    upgrades: list[tuple[str, str]] = field(default_factory=list)
    starts: list[dict[str, Any]] = field(default_factory=list)
    asked: asyncio.Event = field(default_factory=asyncio.Event)
    line: Line = field(init=False)
    rest: TwilioRest = field(init=False)

    async def webhook(self, request: web.Request) -> web.Response:
        form = [(name, str(value)) for name, value in (await request.post()).items()]
        signature = request.headers.get("X-Twilio-Signature", "")
        self.requests.append((request.method, request.path_qs, form, signature))
        self.asked.set()
        if request.path == "/broken":
            return web.Response(status=500)
        return web.Response(
            text=self.documents.get(request.path, self.twiml), content_type="text/xml"
        )

    async def media_stream(self, request: web.Request) -> web.StreamResponse:
        self.upgrades.append((request.path_qs, request.headers.get("X-Twilio-Signature", "")))
        if self.on_stream is None:
            return web.Response(status=403)
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.receive()
        self.starts.append(json.loads((await socket.receive()).data)["start"])
        await self.on_stream(socket)
        return socket

    async def update(self, call_sid: str, secret: str = TOKEN, **form: str) -> tuple[int, int]:
        url = f"{self.rest.base_url}/2010-04-01/Accounts/{ACCOUNT}/Calls/{call_sid}.json"
        basic = base64.b64encode(f"{ACCOUNT}:{secret}".encode()).decode()
        async with (
            aiohttp.ClientSession() as session,
            session.post(url, data=form, headers={"Authorization": f"Basic {basic}"}) as answer,
        ):
            body = await answer.json()
            return answer.status, body.get("code", 0)

    async def call(self, **kwargs: object) -> CallOutcome:
        who = Subscriber("+15550100100", "+15550100001", **kwargs)  # type: ignore[arg-type]  # tests name the few fields they set
        return await self.line.call(who, call_sid="CA0c")


@asynccontextmanager
async def world(**kwargs: object) -> AsyncIterator[World]:
    made = World(**kwargs)  # type: ignore[arg-type]  # the same
    application = web.Application()
    application.router.add_get("/media-stream", made.media_stream)
    application.router.add_route("*", "/{path:.*}", made.webhook)
    runner = web.AppRunner(application, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    switchboard = Switchboard()
    address = f"http://127.0.0.1:{runner.addresses[0][1]}"
    gateway = Gateway(address, account_sid=ACCOUNT, auth_token=TOKEN, public_url=PUBLIC)
    made.line = Line(gateway, switchboard)
    made.rest = TwilioRest(switchboard, {ACCOUNT: TOKEN, "SK1": "s"})
    await made.rest.start()
    try:
        yield made
    finally:
        await made.rest.stop()
        await runner.cleanup()


async def close_soon(socket: web.WebSocketResponse) -> None:
    await socket.receive()
    await socket.close()


async def listen(socket: web.WebSocketResponse) -> None:
    async for _ in socket:
        pass


def test_signature_is_the_one_of_twilios_own_library() -> None:
    form = [
        ("CallSid", "CA1234567890ABCDE"),
        ("Caller", "+12349013030"),
        ("Digits", "1234"),
        ("From", "+12349013030"),
        ("To", "+18005551212"),
    ]

    signature = twilio_signature(TOKEN, "https://mycompany.com/myapp.php?foo=1&bar=2", form)

    assert signature == "0/KCTR6DLpKmkAf8muzZqo1nDgQ="


def test_repeated_form_fields_sign_each_distinct_value_once() -> None:
    form = [("A", "2"), ("A", "1"), ("A", "2"), ("B", "")]

    signature = twilio_signature(TOKEN, "https://h.example/x", form)

    validator = RequestValidator(TOKEN)
    assert validator.compute_signature("https://h.example/x", MultiDict(form)) == signature


async def test_webhook_is_a_signed_form_that_twilios_library_accepts() -> None:
    async with world(twiml="<Response><Hangup/></Response>") as w:
        outcome = await w.call()

    [(method, path, form, signature)] = w.requests
    assert (method, path) == ("POST", "/incoming-call")
    assert dict(form) == {
        "CallSid": "CA0c",
        "AccountSid": ACCOUNT,
        "From": "+15550100100",
        "Caller": "+15550100100",
        "To": "+15550100001",
        "Called": "+15550100001",
        "CallStatus": "ringing",
        "Direction": "inbound",
        "ApiVersion": "2010-04-01",
    }
    assert RequestValidator(TOKEN).validate(PUBLIC + "/incoming-call", dict(form), signature)
    assert outcome.ended_by is CallEnd.TWIML
    assert outcome.webhook_status == 200


async def test_stream_is_dialled_without_query_and_signed_over_its_wss_address() -> None:
    async with world(on_stream=close_soon) as w:
        await w.call()

    [(path, signature)] = w.upgrades
    assert path == "/media-stream"
    assert RequestValidator(TOKEN).validate("wss://voice.example.com/media-stream", {}, signature)
    [start] = w.starts
    assert start["callSid"] == "CA0c"
    assert start["customParameters"] == {"session": "t1"}


async def test_server_closing_the_socket_goes_on_with_the_next_verb() -> None:
    entries: list[Entry] = []
    journal = Journal(0.0)
    journal.listen(entries.append)
    twiml = connect("<Say>We are   <b>closed</b>.</Say><Dial>+1555</Dial>")
    async with world(twiml=twiml, on_stream=close_soon) as w:
        outcome = await w.call(journal=journal)

    assert outcome.spoken == ["We are closed."]
    assert outcome.verbs == ["Connect", "Say", "Dial"]
    assert outcome.errors == {31921: 1}
    assert outcome.streams[0].end is StreamEnd.CLOSED_BY_SERVER
    assert entries[-1].private == {"text": "We are closed."}


async def test_redirect_fetches_the_next_document() -> None:
    async with world(
        twiml='<Response><Redirect method="GET">after?x=1</Redirect><Say>never</Say></Response>',
        documents={"/after": "<Response><Say>hello</Say></Response>"},
    ) as w:
        outcome = await w.call()

    method, path, _, signature = w.requests[1]
    assert method == "GET"
    assert path.startswith("/after?x=1&CallSid=CA0c&")
    assert RequestValidator(TOKEN).validate(PUBLIC + path, {}, signature)
    assert outcome.spoken == ["hello"]


@pytest.mark.parametrize(
    ("twiml", "error"),
    [
        ("<Response><Redirect>/broken</Redirect></Response>", 11200),
        ("no xml", 12100),
        ("<Other/>", 12100),
        ("<Response><Connect/></Response>", 12100),
    ],
)
async def test_a_document_that_does_not_work_ends_the_call(twiml: str, error: int) -> None:
    async with world(twiml=twiml) as w:
        outcome = await w.call()

    assert outcome.errors == {error: 1}
    assert outcome.streams == []


async def test_a_refused_handshake_goes_on_with_the_next_verb() -> None:
    async with world(twiml=connect("<Say>sorry</Say>")) as w:
        outcome = await w.call()

    assert outcome.errors == {31920: 1}
    assert outcome.spoken == ["sorry"]


async def test_nobody_listening_at_the_streams_address_is_31901() -> None:
    async with world(twiml=connect("<Say>sorry</Say>", "ws://127.0.0.1:9/x")) as w:
        outcome = await w.call()

    assert outcome.errors == {31901: 1}
    assert outcome.spoken == ["sorry"]


async def test_rest_completes_the_call() -> None:
    async def complete(socket: web.WebSocketResponse) -> None:
        assert await w.update("CA0c", Status="completed") == (200, 0)
        await listen(socket)

    async with world(on_stream=complete, twiml=connect("<Say>never</Say>")) as w:
        outcome = await w.call()
        after = await w.update("CA0c", Status="completed")

    assert outcome.ended_by is CallEnd.REST
    assert outcome.streams[0].end is StreamEnd.COMPLETED_BY_REST
    assert outcome.spoken == []
    assert after == (404, 20404)
    assert [request.status for request in w.rest.requests] == [200, 404]
    assert w.rest.requests[0].form == {"Status": "completed"}


@pytest.mark.parametrize(
    "form",
    [
        {"Twiml": "<Response><Say>transferring</Say></Response>"},
        {"Url": PUBLIC + "/transfer", "Method": "POST"},
    ],
)
async def test_rest_replaces_the_document_and_the_stream_stops(form: dict[str, str]) -> None:
    events: list[str] = []

    async def update(socket: web.WebSocketResponse) -> None:
        await w.update("CA0c", **form)
        events.extend([json.loads(message.data)["event"] async for message in socket])

    async with world(on_stream=update, twiml=connect("<Say>never</Say>")) as w:
        w.documents["/transfer"] = "<Response><Say>transferring</Say></Response>"
        outcome = await w.call()

    assert events[-1] == "stop"
    assert outcome.spoken == ["transferring"]
    assert outcome.streams[0].end is StreamEnd.REDIRECTED


async def test_rest_ends_a_pause_early() -> None:
    async with world(twiml='<Response><Pause length="30"/><Say>never</Say></Response>') as w:
        answered = asyncio.Event()
        journal = Journal(0.0)

        def phone_says(entry: Entry) -> None:
            if entry.kind == "webhook_answered":
                answered.set()

        journal.listen(phone_says)
        calling = asyncio.create_task(w.call(journal=journal))
        await answered.wait()
        await w.update("CA0c", Status="completed")
        outcome = await calling

    assert outcome.ended_by is CallEnd.REST
    assert outcome.spoken == []


async def test_rest_refuses_as_twilio_does() -> None:
    async with world() as w:
        assert await w.update("CA0c", Status="completed") == (404, 20404)
        assert await w.update("CA0c", secret="wrong", Status="completed") == (401, 20003)
        w.rest.options.gone = (400, 21220)
        assert await w.update("CA0c", Status="completed") == (400, 21220)
        w.rest.options.faults.extend([Fault(429), Fault(503, delay=0.03)])
        assert await w.update("CA0c", Status="completed") == (429, 20429)
        asked_at = asyncio.get_running_loop().time()
        assert await w.update("CA0c", Status="completed") == (503, 20503)
        assert asyncio.get_running_loop().time() - asked_at >= 0.029


async def test_rest_wants_one_change_at_a_time() -> None:
    async def ask(socket: web.WebSocketResponse) -> None:
        answers.append(await w.update("CA0c", Twiml="<Response/>", Url="https://h.example"))
        answers.append(await w.update("CA0c", Status="busy"))
        answers.append(await w.update("CA0c", Status="canceled"))
        await socket.close()

    answers: list[tuple[int, int]] = []
    async with world(on_stream=ask) as w:
        await w.call()

    assert answers == [(400, 20001), (400, 20001), (200, 0)]


async def test_caller_hang_up_ends_the_call_and_the_recording(tmp_path: Path) -> None:
    async def speak(socket: web.WebSocketResponse) -> None:
        payload = base64.b64encode(b"\x11" * 8000).decode()
        stream_sid = w.starts[-1]["streamSid"]
        await socket.send_json(
            {"event": "media", "streamSid": stream_sid, "media": {"payload": payload}}
        )
        await listen(socket)

    path = tmp_path / "call.wav"
    async with world(on_stream=speak, twiml=connect("<Say>never</Say>")) as w:
        outcome = await w.call(
            options=PhoneOptions(hang_up_after=0.12), recorder=lambda _: Recording(path)
        )

    assert outcome.ended_by is CallEnd.CALLER
    assert outcome.verbs == ["Connect"]
    data = path.read_bytes()
    assert len(data) - 58 >= 2 * 960
    assert set(data[58::2]) == {0xFF}
    assert data[58 + 1 :: 2].count(b"\x11") == outcome.streams[0].playout.heard_bytes


async def test_a_torn_line_reaches_the_server_as_an_abnormal_closure() -> None:
    closed: asyncio.Future[int | None] = asyncio.get_running_loop().create_future()

    async def note(socket: web.WebSocketResponse) -> None:
        await listen(socket)
        closed.set_result(socket.close_code)

    async with world(on_stream=note) as w:
        await w.call(options=PhoneOptions(hang_up_after=0.06, sends_stop=False))
        code = await closed

    assert code == 1006
