"""The account's phone numbers at Twilio's REST API: which there are, and what answers them.

``GET`` and ``POST /2010-04-01/Accounts/{AC}/IncomingPhoneNumbers`` (Twilio, IncomingPhoneNumber
resource: ``VoiceUrl``, ``VoiceMethod``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

import aiohttp

from transports.twilio.rest import RestCredentials

_TIMEOUT: Final = aiohttp.ClientTimeout(total=10.0)


class NumbersError(Exception):
    """Twilio did not do it; the text says why, for a person."""


@dataclass(frozen=True, slots=True)
class PhoneNumber:
    """One number of the account.

    Attributes:
        sid: Twilio's id of it.
        number: E.164.
        voice_url: The webhook that answers a call; may be empty.
        voice_method: How it is asked.
    """

    sid: str
    number: str
    voice_url: str
    voice_method: str


class TwilioNumbers:
    """Asks for numbers and changes their webhook; made for a command line, not for a call."""

    def __init__(self, credentials: RestCredentials, *, api_url: str) -> None:
        """Set up.

        Args:
            credentials: Who asks; with the account's SID.
            api_url: The API's address.
        """
        self._credentials = credentials
        account = quote(credentials.account_sid, safe="")
        self._url = f"{api_url.rstrip('/')}/2010-04-01/Accounts/{account}/IncomingPhoneNumbers"

    async def find(self, number: str) -> PhoneNumber:
        """A number of the account.

        Raises:
            NumbersError: The account has no such number, or Twilio does not answer.
        """
        found = await self._ask("GET", f"{self._url}.json", params={"PhoneNumber": number})
        for one in found.get("incoming_phone_numbers") or ():
            if one.get("phone_number") == number:
                return _number(one)
        raise NumbersError(f"the account has no number {number}")

    async def answer_with(self, number: PhoneNumber, voice_url: str) -> PhoneNumber:
        """Have calls to a number answered by a webhook, asked by POST.

        Raises:
            NumbersError: Twilio refuses, or does not answer.
        """
        form = {"VoiceUrl": voice_url, "VoiceMethod": "POST"}
        return _number(await self._ask("POST", f"{self._url}/{number.sid}.json", data=form))

    async def _ask(
        self,
        method: str,
        url: str,
        *,
        params: dict[str, str] | None = None,
        data: dict[str, str] | None = None,
    ) -> dict[str, Any]:
        authorization = self._credentials.authorization(self._credentials.account_sid)
        try:
            async with (
                aiohttp.ClientSession(timeout=_TIMEOUT) as session,
                session.request(
                    method,
                    url,
                    params=params,
                    data=data,
                    headers={"Authorization": authorization},
                    allow_redirects=False,
                ) as response,
            ):
                if response.status >= 400:
                    raise NumbersError(f"Twilio answered {response.status}: {_why(response)}")
                answer: dict[str, Any] = await response.json(content_type=None)
                return answer
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            raise NumbersError(f"Twilio can't be asked: {error or type(error).__name__}") from error


def _why(response: aiohttp.ClientResponse) -> str:
    refused = {401: "wrong credentials", 403: "not allowed with these", 404: "no such account"}
    return refused.get(response.status, response.reason or "no reason given")


def _number(found: dict[str, Any]) -> PhoneNumber:
    return PhoneNumber(
        str(found.get("sid") or ""),
        str(found.get("phone_number") or ""),
        str(found.get("voice_url") or ""),
        str(found.get("voice_method") or ""),
    )
