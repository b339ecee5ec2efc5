"""What the doctor sees, and the webhook that it sets when asked to."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from io import StringIO
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from pydantic import SecretStr
from rich.console import Console

from pipeline import doctor
from pipeline.doctor import Finding, Verdict
from pipeline.doctor_view import print_findings, set_webhook
from pipeline.settings import Settings
from tests.pipeline.files import write
from tests.pipeline.whole_call import CALL_FILE

TOKEN = "0123456789abcdef0123456789abcdef"
ACCOUNT = "AC" + "0" * 32
NUMBER = "+15550100001"
NUMBERS = f"/2010-04-01/Accounts/{ACCOUNT}/IncomingPhoneNumbers"


def settings(**values: object) -> Settings:
    usual: dict[str, object] = {
        "openai_api_key": SecretStr("sk-test"),
        "twilio_account_sid": ACCOUNT,
        "twilio_auth_token": SecretStr(TOKEN),
        "public_url": "https://calls.example.com",
        "twilio_api_url": "http://127.0.0.1:9",
        "port": 0,
    }
    return Settings.model_construct(**Settings().model_dump() | usual | values)


async def diagnose(config: str | None, found: Settings) -> list[Finding]:
    return await doctor.diagnose(config, found, {}, wall_clock=lambda: datetime.now(UTC))


@asynccontextmanager
async def twilio(*, late: float = 0.0) -> AsyncIterator[tuple[str, list[str]]]:
    """Twilio's API, as far as the doctor asks it, and what it was asked."""
    asked: list[str] = []
    voice_url = "https://demo.example.com"

    async def head(request: web.Request) -> web.Response:
        theirs = datetime.now(UTC) + timedelta(seconds=late)
        return web.Response(headers={"Date": format_datetime(theirs, usegmt=True)})

    async def listed(request: web.Request) -> web.Response:
        asked.append(f"GET {request.query['PhoneNumber']} {request.headers['Authorization'][:6]}")
        mine = [number()] if request.query["PhoneNumber"] == NUMBER else []
        return web.json_response({"incoming_phone_numbers": mine})

    async def changed(request: web.Request) -> web.Response:
        nonlocal voice_url
        form = await request.post()
        voice_url = str(form["VoiceUrl"])
        asked.append(" ".join(("POST", voice_url, str(form["VoiceMethod"]))))
        return web.json_response(number())

    def number() -> dict[str, str]:
        return {
            "sid": "PN1", "phone_number": NUMBER, "voice_url": voice_url, "voice_method": "POST",
        }  # fmt: skip

    app = web.Application()
    app.router.add_get("/", head)
    app.router.add_get(f"{NUMBERS}.json", listed)
    app.router.add_post(f"{NUMBERS}/PN1.json", changed)
    async with TestServer(app) as server:
        yield str(server.make_url("")).rstrip("/"), asked


def by_name(findings: list[Finding]) -> dict[str, Finding]:
    return {finding.what: finding for finding in findings}


async def test_a_whole_environment_is_found_whole(tmp_path: Path) -> None:
    file = write(tmp_path, CALL_FILE)
    async with twilio() as (url, _):
        findings = await diagnose(str(file), settings(twilio_api_url=url))

    assert {finding.verdict for finding in findings} == {Verdict.OK}
    assert {"signature", "port", "call file", "clock", "PUBLIC_URL"} <= set(by_name(findings))
    assert TOKEN not in str(findings)
    assert "sk-test" not in str(findings)


@pytest.mark.parametrize(
    ("values", "what", "verdict"),
    [
        ({"openai_api_key": None}, "OPENAI_API_KEY", Verdict.NOTE),
        ({"openai_api_key": SecretStr("sk test")}, "OPENAI_API_KEY", Verdict.MISSING),
        ({"twilio_account_sid": "SK" + "0" * 32}, "TWILIO_ACCOUNT_SID", Verdict.MISSING),
        ({"twilio_account_sid": ""}, "TWILIO_ACCOUNT_SID", Verdict.NOTE),
        ({"twilio_auth_token": None}, "TWILIO_AUTH_TOKEN", Verdict.MISSING),
        ({"twilio_auth_token": None}, "Twilio REST", Verdict.NOTE),
        ({"public_url": ""}, "PUBLIC_URL", Verdict.MISSING),
        ({"public_url": "http://calls.example.com"}, "PUBLIC_URL", Verdict.MISSING),
        ({"public_url": "https://localhost:5050"}, "PUBLIC_URL", Verdict.MISSING),
        ({"public_url": "https://calls.example.com/a"}, "PUBLIC_URL", Verdict.NOTE),
    ],
)
async def test_what_is_missing_is_named_with_what_to_do(
    values: dict[str, object], what: str, verdict: Verdict
) -> None:
    found = by_name(await diagnose(None, settings(**values)))[what]

    assert found.verdict is verdict
    assert found.advice


async def test_a_port_in_use_bad_files_and_a_wrong_clock_are_seen(tmp_path: Path) -> None:
    bad = write(tmp_path, "pipeline: 3\n")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        async with twilio(late=600) as (url, _):
            found = by_name(await diagnose(str(bad), settings(port=port, twilio_api_url=url)))

    assert {found[what].verdict for what in ("port", "call file", "clock")} == {Verdict.MISSING}
    assert "600 s" in found["clock"].found or "599 s" in found["clock"].found


def test_findings_are_told_with_the_setting_for_the_console() -> None:
    screen = StringIO()
    findings = [
        Finding(Verdict.OK, "port", "free"),
        Finding(Verdict.MISSING, "PUBLIC_URL", "not set", "set it"),
    ]

    served = print_findings(findings, settings(), Console(file=screen, width=100))

    assert not served
    assert "Webhook, https://calls.example.com/incoming-call, HTTP POST" in screen.getvalue()
    assert "1 thing is missing" in screen.getvalue()


async def test_a_numbers_webhook_is_set_when_asked() -> None:
    screen = StringIO()
    async with twilio() as (url, asked):
        done = await set_webhook(
            NUMBER, settings(twilio_api_url=url), Console(file=screen, width=200)
        )

    assert done
    assert asked == [
        f"GET {NUMBER} Basic ",
        "POST https://calls.example.com/incoming-call POST",
    ]
    assert "was POST https://demo.example.com, now POST https://calls" in screen.getvalue()


@pytest.mark.parametrize(
    ("number", "values", "why"),
    [
        ("+15550199999", {}, "the account has no number +15550199999"),
        (NUMBER, {"twilio_account_sid": "AC" + "1" * 32}, "Twilio answered 404"),
        (NUMBER, {"twilio_api_url": "http://127.0.0.1:9"}, "Twilio can't be asked"),
        (NUMBER, {"public_url": "", "twilio_auth_token": None}, "PUBLIC_URL, TWILIO_AUTH_TOKEN"),
    ],
)
async def test_a_webhook_that_cannot_be_set_is_told_in_words(
    number: str, values: dict[str, object], why: str
) -> None:
    screen = StringIO()
    async with twilio() as (url, _):
        wanted = settings(**{"twilio_api_url": url} | values)
        done = await set_webhook(number, wanted, Console(file=screen, width=200))

    assert not done
    assert why in screen.getvalue()
