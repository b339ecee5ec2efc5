"""The webhooks of transfers: who may ask, what they get, and what nobody can forge."""

from __future__ import annotations

from urllib.parse import urlencode
from xml.etree import ElementTree

import httpx
import pytest

from tests.pipeline.caller import CALL_SID, OPEN, PUBLIC_URL, SIGNED, http, server, sign
from transports.twilio.rest import RestCredentials, TwilioRest
from transports.twilio.returned_call import returned_call
from transports.twilio.seal import SealError
from transports.twilio.transfers import (
    ColdState,
    TransferBoard,
    TransferOffice,
    TransferSeals,
    WarmState,
)

NOW = 1_000_000
SECRET = "the-auth-token"
SEALS = TransferSeals(SECRET)
WARM = WarmState(CALL_SID, "AC1", "The caller has gone.", "en-US", "")
MEMORY = {"topic": "a flat", "fields": {"name": {"value": "Ana " * 150, "confirmed": True}}}
COLD = ColdState(CALL_SID, "AC1", "call.yaml", "+15550100042", "+15550100001", MEMORY)


class Rest:
    """Takes REST requests; the caller may be gone."""

    def __init__(self, *, caller_is_there: bool = True) -> None:
        self.caller_is_there = caller_is_there
        self.forms: list[dict[str, str]] = []

    async def __call__(self, url: str, form: object, headers: object) -> tuple[int, bytes]:
        assert isinstance(form, dict)
        self.forms.append({"call": url.rpartition("/")[2].removesuffix(".json"), **form})
        return (200, b"{}") if self.caller_is_there else (404, b'{"code": 20404}')


class Desk:
    """A server with transfers, and what its board was told."""

    def __init__(self, rest: Rest, *, signed: bool = False) -> None:
        self.told: list[str] = []
        self.board = TransferBoard()
        office = TransferOffice(
            TwilioRest(RestCredentials("x", account_sid="AC1"), post=rest),
            SEALS,
            self.board,
            wall_clock=lambda: NOW,
        )
        self.server = server(
            settings=SIGNED if signed else OPEN, transfers=office, wall_clock=lambda: NOW
        )

    async def post(
        self, path: str, sealed: str, headers: dict[str, str] | None = None, **form: str
    ) -> httpx.Response:
        address = f"{path}?{urlencode({'t': sealed})}"
        with self.board.listening(CALL_SID, self.told.append):
            async with http(self.server) as client:
                return await client.post(address, data=form, headers=headers)


def warm(expires_at: int = NOW + 60) -> str:
    return SEALS.warm.close(WARM, expires_at)


def verbs(response: httpx.Response) -> list[str]:
    return [element.tag for element in ElementTree.fromstring(response.text).iter()][1:]


async def test_a_person_who_presses_one_and_the_caller_meet_in_a_room() -> None:
    rest = Rest()
    desk = Desk(rest)

    response = await desk.post("/transfer/answer", warm(), Digits="1")

    (form,) = rest.forms
    assert form["call"] == CALL_SID
    assert form["Twiml"] == response.text, "both go to the same room"
    assert verbs(response) == ["Dial", "Conference"]
    assert f">callwright-{CALL_SID}<" in response.text
    assert desk.told == ["accepted"]


@pytest.mark.parametrize("digits", ["2", "", "11"])
async def test_any_other_key_leaves_the_callers_leg_alone(digits: str) -> None:
    rest = Rest()
    desk = Desk(rest)

    response = await desk.post("/transfer/answer", warm(), Digits=digits)

    assert rest.forms == []
    assert verbs(response) == ["Hangup"]
    assert desk.told == ["declined"]


async def test_a_person_who_accepts_too_late_is_told_that_the_caller_is_gone() -> None:
    desk = Desk(Rest(caller_is_there=False))

    response = await desk.post("/transfer/answer", warm(), Digits="1")

    assert verbs(response) == ["Say", "Hangup"]
    assert "The caller has gone." in response.text
    assert desk.told == []


@pytest.mark.parametrize(("answered_by", "told"), [("machine_start", ["machine"]), ("human", [])])
async def test_a_machine_is_hung_up_on(answered_by: str, told: list[str]) -> None:
    rest = Rest()
    desk = Desk(rest)

    response = await desk.post(
        "/transfer/machine", warm(), AnsweredBy=answered_by, CallSid="CAperson"
    )

    assert response.status_code == 204
    assert desk.told == told
    assert rest.forms == ([{"call": "CAperson", "Status": "completed"}] if told else [])


@pytest.mark.parametrize("status", ["busy", "no-answer", "failed", "canceled", ""])
async def test_a_dial_that_fails_brings_the_caller_back_with_all_that_is_known(status: str) -> None:
    sealed = SEALS.cold.close(COLD, NOW + 60)

    response = await Desk(Rest()).post("/transfer/after", sealed, DialCallStatus=status)

    parameters = {
        parameter.attrib["name"]: parameter.attrib["value"]
        for parameter in ElementTree.fromstring(response.text).iter("Parameter")
    }
    assert set(parameters) >= {"token", "server", "returned0"}
    assert max(map(len, parameters.values())) <= 480
    returned = returned_call(SEALS, parameters, CALL_SID, NOW)
    assert returned is not None
    assert returned.outcome == (status.replace("-", "_") or "failed")
    assert returned.memory.topic == "a flat"
    assert returned.memory.known["name"].value == "Ana " * 150


async def test_a_dial_that_somebody_took_ends_the_call() -> None:
    sealed = SEALS.cold.close(COLD, NOW + 60)

    response = await Desk(Rest()).post("/transfer/after", sealed, DialCallStatus="completed")

    assert verbs(response) == ["Hangup"]


@pytest.mark.parametrize("path", ["/transfer/answer", "/transfer/machine", "/transfer/after"])
@pytest.mark.parametrize(
    "sealed",
    ["", "forged", warm(NOW), TransferSeals("other").warm.close(WARM, NOW + 60)],
    ids=["none", "forged", "expired", "another secret"],
)
async def test_what_is_not_sealed_by_us_is_refused(path: str, sealed: str) -> None:
    rest = Rest()

    response = await Desk(rest).post(path, sealed, Digits="1", AnsweredBy="fax")

    assert response.status_code == 403
    assert rest.forms == []


async def test_a_seal_is_good_for_its_own_webhook_only() -> None:
    response = await Desk(Rest()).post("/transfer/after", warm(), DialCallStatus="busy")

    assert response.status_code == 403


@pytest.mark.parametrize("path", ["/transfer/answer", "/transfer/machine", "/transfer/after"])
async def test_a_webhook_without_twilios_signature_is_refused(path: str) -> None:
    response = await Desk(Rest(), signed=True).post(path, warm(), Digits="1")

    assert response.status_code == 403


async def test_a_signature_covers_the_sealed_query() -> None:
    rest = Rest()
    desk, form = Desk(rest, signed=True), {"Digits": "1"}
    address = f"{PUBLIC_URL}/transfer/answer?{urlencode({'t': warm()})}"

    right = await desk.post("/transfer/answer", warm(), sign(address, form), **form)
    wrong = await desk.post("/transfer/answer", warm(NOW + 61), sign(address, form), **form)

    assert (right.status_code, wrong.status_code) == (200, 403)
    assert len(rest.forms) == 1


def test_what_a_call_brings_along_is_its_own() -> None:
    sealed = {"returned0": "forged"}

    assert returned_call(SEALS, {}, CALL_SID, NOW) is None
    with pytest.raises(SealError):
        returned_call(SEALS, sealed, CALL_SID, NOW)
