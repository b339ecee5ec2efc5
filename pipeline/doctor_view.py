"""What the doctor found, on a terminal, and the one thing that it changes when asked to."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table
from rich.text import Text

from pipeline.doctor import (
    WEBHOOK_PATH,
    Finding,
    Verdict,
    console_setting,
)
from pipeline.settings import Settings
from transports.twilio.numbers import NumbersError, TwilioNumbers

_STYLES = {Verdict.OK: "green", Verdict.NOTE: "yellow", Verdict.MISSING: "bold red"}


def print_findings(findings: list[Finding], settings: Settings, console: Console) -> bool:
    """Print all; whether a caller would be served."""
    table = Table(box=None, show_header=False, pad_edge=False)
    for finding in findings:
        told = Text(finding.found)
        if finding.advice:
            told.append(f"\n{finding.advice}", style="italic")
        table.add_row(Text(finding.verdict, style=_STYLES[finding.verdict]), finding.what, told)
    console.print(table)
    console.print(f"\n{console_setting(settings)}", markup=False, highlight=False)
    missing = sum(finding.verdict is Verdict.MISSING for finding in findings)
    if missing:
        things = "1 thing is" if missing == 1 else f"{missing} things are"
        console.print(f"\n{things} missing before a phone can ring here.", markup=False)
    return not missing


async def set_webhook(number: str, settings: Settings, console: Console) -> bool:
    """Have calls to a number of the account answered here; whether that was done."""
    credentials = settings.rest_credentials
    wanted = {
        "PUBLIC_URL": settings.public_url,
        "TWILIO_ACCOUNT_SID": settings.twilio_account_sid,
        "TWILIO_AUTH_TOKEN": credentials,
    }
    missing = [name for name, value in wanted.items() if not value]
    if missing or credentials is None:
        console.print(f"{number}: needs {', '.join(missing)}", markup=False)
        return False
    url = f"{settings.public_url}{WEBHOOK_PATH}"
    numbers = TwilioNumbers(credentials, api_url=settings.twilio_api_url)
    try:
        before = await numbers.find(number)
        after = await numbers.answer_with(before, url)
    except NumbersError as error:
        console.print(f"{number}: {error}", markup=False)
        return False
    console.print(
        f"{number}: was {before.voice_method} {before.voice_url or '(nothing)'}, "
        f"now {after.voice_method} {after.voice_url}",
        markup=False,
        soft_wrap=True,
    )
    return True
