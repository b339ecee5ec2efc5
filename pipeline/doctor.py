"""Looks at what a server needs before a phone rings: environment, address, signature, port, files.

Each finding says what is there, and what to do if that is not enough. Nothing is changed, but for
a number's webhook when that is asked for.
"""

from __future__ import annotations

import re
import shutil
import socket
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from enum import StrEnum
from typing import Final
from urllib.parse import urlsplit

import aiohttp
from starlette.types import Scope
from twilio.request_validator import RequestValidator

from pipeline.catalog import Catalog, load_catalog
from pipeline.gate import Gate
from pipeline.problem import ConfigError
from pipeline.settings import Settings
from transports.twilio.signature import host_of, is_loopback

WEBHOOK_PATH: Final = "/incoming-call"

_ACCOUNT_SID: Final = re.compile(r"AC[0-9a-f]{32}")
_LEAST_FREE_GB: Final = 1
_MOST_SKEW: Final = 30.0
"""Seconds by which a clock may be wrong; a stream's token lives for 60."""

_PATIENCE: Final = aiohttp.ClientTimeout(total=5.0)


class Verdict(StrEnum):
    """What a finding means for a call."""

    OK = "ok"
    NOTE = "note"  # it works, but not as a business wants it
    MISSING = "missing"  # no caller would be served


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at.

    Attributes:
        verdict: What it means.
        what: What was looked at.
        found: What is there; no secrets.
        advice: What to do; empty: nothing.
    """

    verdict: Verdict
    what: str
    found: str
    advice: str = ""


async def diagnose(
    config: str | None,
    settings: Settings,
    environment: Mapping[str, str],
    *,
    wall_clock: Callable[[], datetime],
) -> list[Finding]:
    """Look at everything, in the order in which a call needs it.

    Args:
        config: A call file or a folder of them; None: none was named.
        settings: The environment.
        environment: What ``${NAME}`` in a call file reads.
        wall_clock: This machine's date and time, with zone.
    """
    findings = [*_machine(), *_model(settings), *_twilio(settings), *_address(settings)]
    findings += [_signature(settings), _port(settings)]
    findings += _files(config, environment)
    findings.append(await _clock(settings, wall_clock))
    return findings


def console_setting(settings: Settings) -> str:
    """What to enter in Twilio's console, word for word."""
    url = (settings.public_url or "https://YOUR-PUBLIC-ADDRESS") + WEBHOOK_PATH
    return (
        "In Twilio's console, under Phone Numbers, your number, Voice configuration:\n"
        f"  A call comes in: Webhook, {url}, HTTP POST\n"
        f"  Primary handler fails: leave empty, or a TwiML Bin that says you will call back"
    )


def _machine() -> Iterator[Finding]:
    yield Finding(Verdict.OK, "Python", ".".join(map(str, sys.version_info[:3])))
    free_gb = shutil.disk_usage(".").free / 1e9
    yield Finding(
        Verdict.OK if free_gb >= _LEAST_FREE_GB else Verdict.NOTE,
        "disk",
        f"{free_gb:.1f} GB free",
        "" if free_gb >= _LEAST_FREE_GB else "records and recordings need room: 1 MB a minute",
    )


def _model(settings: Settings) -> Iterator[Finding]:
    if settings.openai_base_url is not None:
        yield Finding(Verdict.OK, "OPENAI_BASE_URL", settings.model_url)
    if settings.openai_api_key is not None:
        key = settings.openai_key
        if key.strip() != key or " " in key:
            yield Finding(
                Verdict.MISSING, "OPENAI_API_KEY", "has spaces", "copy it again, without spaces"
            )
        else:
            yield Finding(Verdict.OK, "OPENAI_API_KEY", f"set, {len(key)} characters")
    elif settings.openai_base_url is None:
        yield Finding(
            Verdict.NOTE,
            "OPENAI_API_KEY",
            "not set: the built-in model answers",
            "make a key under API keys at platform.openai.com, put it into .env",
        )


def _twilio(settings: Settings) -> Iterator[Finding]:
    sid = settings.twilio_account_sid
    if not sid:
        yield Finding(
            Verdict.NOTE,
            "TWILIO_ACCOUNT_SID",
            "not set: taken from each call",
            "copy it from the front page of Twilio's console into .env",
        )
    elif not _ACCOUNT_SID.fullmatch(sid):
        yield Finding(
            Verdict.MISSING,
            "TWILIO_ACCOUNT_SID",
            f"{sid[:2]}..., {len(sid)} characters",
            "an account's SID is AC and 32 hexadecimal digits (an API key's begins with SK)",
        )
    else:
        yield Finding(Verdict.OK, "TWILIO_ACCOUNT_SID", f"{sid[:6]}...")
    if settings.checks_signatures:
        yield Finding(Verdict.OK, "TWILIO_AUTH_TOKEN", "set: signatures are checked")
    else:
        yield Finding(
            Verdict.MISSING,
            "TWILIO_AUTH_TOKEN",
            "not set: only this machine may call",
            "reveal it on the front page of Twilio's console, put it into .env",
        )
    if settings.rest_credentials is None:
        yield Finding(
            Verdict.NOTE,
            "Twilio REST",
            "no credentials: calls can't be hung up or transferred",
            "set TWILIO_AUTH_TOKEN, or TWILIO_API_KEY_SID and TWILIO_API_KEY_SECRET",
        )


def _address(settings: Settings) -> Iterator[Finding]:
    url = str(settings.public_url)
    advice = (
        "make the port reachable over https, as with `ngrok http 5050` or `cloudflared tunnel`, "
        "and set PUBLIC_URL to the address that it prints"
    )
    if not url:
        yield Finding(Verdict.MISSING, "PUBLIC_URL", "not set", advice)
        return
    parts = urlsplit(url)
    host = host_of(url)
    if parts.scheme != "https":
        yield Finding(Verdict.MISSING, "PUBLIC_URL", url, "Twilio opens media over wss only: https")
    elif is_loopback(host) or "." not in host:
        yield Finding(Verdict.MISSING, "PUBLIC_URL", url, f"Twilio can't reach {host}; {advice}")
    elif parts.path not in ("", "/"):
        yield Finding(
            Verdict.NOTE,
            "PUBLIC_URL",
            url,
            "it has a path: right only if a proxy takes that path away again",
        )
    else:
        yield Finding(Verdict.OK, "PUBLIC_URL", url)


def _signature(settings: Settings) -> Finding:
    """Sign a webhook as Twilio does, with Twilio's library, and see if it is let in."""
    what = "signature"
    token, url = settings.auth_token, str(settings.public_url)
    if not token or not url:
        return Finding(Verdict.NOTE, what, "not tried: needs TWILIO_AUTH_TOKEN and PUBLIC_URL", "")
    form = {"CallSid": "CA" + "0" * 32, "From": "+15550100042", "To": "+15550100001"}
    signed: str = RequestValidator(token).compute_signature(url + WEBHOOK_PATH, form)
    scope: Scope = {
        "type": "http",
        "scheme": "http",
        "path": WEBHOOK_PATH,
        "raw_path": WEBHOOK_PATH.encode(),
        "query_string": b"",
        "headers": [
            (b"host", urlsplit(url).netloc.encode()),
            (b"x-twilio-signature", signed.encode()),
        ],
        "client": ("127.0.0.1", 1),
    }
    why = Gate(settings).refuses_webhook(scope, {name: [value] for name, value in form.items()})
    if why is None:
        return Finding(Verdict.OK, what, f"a webhook signed for {url}{WEBHOOK_PATH} is let in")
    return Finding(Verdict.MISSING, what, why, "PUBLIC_URL must be the address that Twilio calls")


def _port(settings: Settings) -> Finding:
    where = f"{settings.host}:{settings.port}"
    try:
        family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((settings.host, settings.port))
    except OSError as error:
        why = error.strerror or str(error)
        return Finding(
            Verdict.MISSING, "port", f"{where}: {why}", "stop what listens there, or set PORT"
        )
    return Finding(Verdict.OK, "port", f"{where} is free")


def _files(config: str | None, environment: Mapping[str, str]) -> Iterator[Finding]:
    if config is None:
        yield Finding(Verdict.NOTE, "call file", "none named", "add --config FILE")
        return
    try:
        catalog = load_catalog(config, environment)
    except ConfigError as error:
        count = len(error.problems)
        yield Finding(
            Verdict.MISSING,
            "call file",
            f"{config}: {count} mistake{'s' * (count != 1)}",
            f"see run.py --check {config}",
        )
        return
    yield Finding(Verdict.OK, "call file", f"{config}: {_numbers(catalog)}")


def _numbers(catalog: Catalog) -> str:
    numbers = [number for loaded in catalog.files for number in loaded.call.numbers]
    return f"answers {', '.join(numbers)}" if numbers else "answers every number"


async def _clock(settings: Settings, wall_clock: Callable[[], datetime]) -> Finding:
    """Compare the clock with Twilio's: a stream's token is worth nothing in another minute."""
    now = wall_clock()
    try:
        async with (
            aiohttp.ClientSession(timeout=_PATIENCE) as session,
            session.head(settings.twilio_api_url, allow_redirects=False) as response,
        ):
            theirs = parsedate_to_datetime(response.headers["Date"])
    except (aiohttp.ClientError, TimeoutError, KeyError, ValueError) as error:
        return Finding(
            Verdict.NOTE,
            "clock",
            f"{now:%Y-%m-%d %H:%M:%S %Z}; Twilio can't be asked ({type(error).__name__})",
            "let this machine reach Twilio's API: calls are hung up through it",
        )
    skew = abs((wall_clock() - theirs).total_seconds())
    found = f"{skew:.0f} s apart from Twilio's"
    if skew <= _MOST_SKEW:
        return Finding(Verdict.OK, "clock", found)
    return Finding(Verdict.MISSING, "clock", found, "set it by NTP")
