"""Twilio's REST API, as far as a runtime calls it: change or look up a call, make one, send a text.

``POST /2010-04-01/Accounts/{AC}/Messages.json`` sends a text message: ``To``, ``From``, ``Body`` of
at most 1600 characters (Twilio, REST: Create a Message resource).
``POST /2010-04-01/Accounts/{AC}/Calls/{CA}.json`` with ``Status=completed``, ``Twiml=`` or
``Url=`` (Twilio, REST: Modify calls in progress). A call that is over or was never there is 404
with code 20404; wrong credentials are 401 with 20003. Refusals and slow answers come on demand.
It is reached at a port, or in memory by ``post``.
"""

from __future__ import annotations

import asyncio
import base64
import json
import re
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlsplit

from aiohttp import web

from transports.simulated.switchboard import CallSids, Switchboard
from transports.simulated.twiml import Redirect

_PATH: Final = re.compile(
    r"/2010-04-01/Accounts/(?P<account_sid>[^/]+)/"
    r"(?:Calls/(?P<call_sid>[^/]+)|(?P<list>Calls|Messages))\.json"
)
_MESSAGE: Final = frozenset({"To", "From", "Body"})
_LONGEST_MESSAGE: Final = 1600
_FIELDS: Final = frozenset(
    {"Twiml", "Url", "Method", "FallbackUrl", "FallbackMethod", "StatusCallback"}
    | {"StatusCallbackMethod", "TimeLimit"}
)
_MOST_TWIML: Final = 4000
_CODES: Final = {400: 20001, 401: 20003, 404: 20404, 429: 20429, 500: 20500, 503: 20503}


@dataclass(frozen=True, slots=True)
class Fault:
    """How one request goes wrong.

    Attributes:
        status: The HTTP status that it gets; 0: none of its own, it is only slow.
        delay: Seconds until it is answered.
        code: Twilio's error code, if not the usual one of that status.
    """

    status: int = 0
    delay: float = 0.0
    code: int = 0


@dataclass(frozen=True, slots=True)
class RestRequest:
    """One request that came in.

    Attributes:
        at: Loop time.
        call_sid: The call it is about.
        form: Its fields.
        status: The HTTP status that it got.
    """

    at: float
    call_sid: str
    form: dict[str, str]
    status: int


@dataclass(slots=True)
class RestOptions:
    """How the API behaves.

    Attributes:
        faults: For the next requests, one each, in order.
        gone: Status and code for a call that is over (Twilio has been seen to use 400 and 21220).
    """

    faults: deque[Fault] = field(default_factory=deque)
    gone: tuple[int, int] = (404, 20404)


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    body: dict[str, Any]


class TwilioRest:
    """Serves the API, in memory and, once started, on a free port of this machine.

    Attributes:
        options: How it behaves; may be changed while it runs.
    """

    def __init__(
        self,
        switchboard: Switchboard,
        credentials: dict[str, str],
    ) -> None:
        """Make it; nothing listens yet.

        Args:
            switchboard: The calls in progress.
            credentials: User names (an account's SID or an API key's) and their secrets.
        """
        self.options = RestOptions()
        self.requests: list[RestRequest] = []
        self.messages: list[dict[str, str]] = []
        self._switchboard = switchboard
        self._authorizations = {
            "Basic " + base64.b64encode(f"{user}:{secret}".encode()).decode("ascii")
            for user, secret in credentials.items()
        }
        self._runner: web.AppRunner | None = None
        self.base_url = "https://api.twilio.test"

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> None:
        """Listen; ``base_url`` says where."""
        application = web.Application()
        application.router.add_post("/{path:.*}", self._posted)
        application.router.add_get("/{path:.*}", self._posted)
        self._runner = web.AppRunner(application, access_log=None, shutdown_timeout=1.0)
        await self._runner.setup()
        await web.TCPSite(self._runner, host, port).start()
        self.base_url = f"http://{host}:{self._runner.addresses[0][1]}"

    async def stop(self) -> None:
        """Stop listening; harmless when it does not."""
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def post(
        self, url: str, form: Mapping[str, str] | None, headers: Mapping[str, str]
    ) -> tuple[int, bytes]:
        """Take one request without any port; the answer's status and body."""
        posted = None if form is None else dict(form)
        answer = await self._answer(urlsplit(url).path, headers.get("Authorization", ""), posted)
        return answer.status, json.dumps(answer.body).encode()

    async def _posted(self, request: web.Request) -> web.Response:
        form: dict[str, str] | None = None
        if request.method == "POST":
            posted = await request.post()
            form = {name: value for name, value in posted.items() if isinstance(value, str)}
        answer = await self._answer(request.path, request.headers.get("Authorization", ""), form)
        return web.json_response(answer.body, status=answer.status)

    async def _answer(self, path: str, authorization: str, form: dict[str, str] | None) -> _Answer:
        called = _PATH.fullmatch(path)
        if called is None:
            return _refusal(404, 0, "The requested resource was not found")
        sids = CallSids(called["account_sid"], called["call_sid"] or "")
        fault = self.options.faults.popleft() if self.options.faults else Fault()
        if fault.delay:
            await asyncio.sleep(fault.delay)
        if fault.status:
            answer = _refusal(fault.status, fault.code, "as the test asked")
        elif authorization not in self._authorizations:
            answer = _refusal(401, 0, "Authenticate")
        elif form is None:
            return self._look_up(sids)  # asked again and again; nobody counts that
        elif called["list"] == "Calls":
            answer = self._create_call(form)
        elif called["list"] == "Messages":
            answer = self._send_message(form)
        else:
            answer = self._carry_out(sids, form)
        now = asyncio.get_running_loop().time()
        self.requests.append(RestRequest(now, sids.call_sid, form or {}, answer.status))
        return answer

    def _look_up(self, sids: CallSids) -> _Answer:
        leg = self._switchboard.leg(sids.call_sid)
        if leg is not None:
            return _Answer(200, _resource(leg.sid, leg.status, leg.answered_by))
        live = self._switchboard.find(sids)
        ended = live is None or live.completed_by_rest
        return _Answer(200, _resource(sids.call_sid, "completed" if ended else "in-progress"))

    def _create_call(self, form: dict[str, str]) -> _Answer:
        if not {"To", "From"} <= set(form) or ("Twiml" in form) == ("Url" in form):
            return _refusal(400, 0, "Give To, From, and either Url or Twiml")
        if len(form.get("Twiml", "")) > _MOST_TWIML:
            return _refusal(400, 0, "Twiml is too long")
        leg = self._switchboard.call_person(form)
        return _Answer(201, _resource(leg.sid, leg.status))

    def _send_message(self, form: dict[str, str]) -> _Answer:
        """Take a text message; ``messages`` has it."""
        if form.keys() != _MESSAGE or not 0 < len(form["Body"]) <= _LONGEST_MESSAGE:
            return _refusal(400, 21602, "To, From and a Body of at most 1600 characters")
        self.messages.append(form)
        sid = f"SM{len(self.messages):032}"
        return _Answer(
            201, {"sid": sid, "status": "queued", "to": form["To"], "from": form["From"]}
        )

    def _carry_out(self, sids: CallSids, form: dict[str, str]) -> _Answer:
        leg = self._switchboard.leg(sids.call_sid)
        if leg is not None and form.get("Status") == "completed":
            leg.complete()
            return _Answer(200, _resource(leg.sid, leg.status))
        call = self._switchboard.find(sids)
        if call is None:
            status, code = self.options.gone
            return _refusal(status, code, "The requested resource was not found")
        if "Status" in form:
            if form["Status"] not in {"completed", "canceled"}:
                return _refusal(400, 0, "Status is not valid")
            # Canceled only ends a call that is still ringing; one in progress ignores it.
            if form["Status"] == "completed":
                call.complete()
        elif ("Twiml" in form) == ("Url" in form) or not _FIELDS.issuperset(form):
            return _refusal(400, 0, "Give either Url or Twiml")
        elif "Twiml" in form:
            call.update(form["Twiml"])
        else:
            call.update(Redirect(form["Url"], form.get("Method", "POST")))
        status_now = "completed" if call.completed_by_rest else "in-progress"
        return _Answer(
            200, {"sid": sids.call_sid, "account_sid": sids.account_sid, "status": status_now}
        )


def _resource(sid: str, status: str, answered_by: str | None = None) -> dict[str, Any]:
    return {"sid": sid, "status": status, "answered_by": answered_by}


def _refusal(status: int, code: int, message: str) -> _Answer:
    number = code or _CODES.get(status, 20001)
    return _Answer(
        status,
        {
            "code": number,
            "message": message,
            "more_info": f"https://www.twilio.com/docs/errors/{number}",
            "status": status,
        },
    )
