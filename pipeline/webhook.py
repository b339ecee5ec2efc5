"""What every webhook of Twilio's has to go through: size, form, signature."""

from __future__ import annotations

from typing import Final
from urllib.parse import parse_qs

from loguru import logger
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response

from pipeline.gate import Gate

MAX_BODY_BYTES: Final = 64 * 1024
MAX_FIELDS: Final = 200

Fields = dict[str, list[str]]


class RefusedError(Exception):
    """A request that is not answered as it wants."""

    def __init__(self, status: int) -> None:
        super().__init__(str(status))
        self.response = _no(status)


async def read_webhook(request: Request, gate: Gate) -> Fields:
    """The fields of a webhook, of its form or of its query, once its signature was checked.

    Raises:
        RefusedError: It is too large, unreadable, or not from Twilio.
    """
    try:
        form = await _form(request) if request.method == "POST" else None
        fields = _fields(request.url.query) if form is None else form
    except ClientDisconnect as error:
        raise RefusedError(400) from error
    except _TooLargeError as error:
        raise RefusedError(413) from error
    except ValueError as error:  # not UTF-8, or too many fields
        raise RefusedError(400) from error
    refused = gate.refuses_webhook(request.scope, form)
    if refused is not None:
        logger.warning("Webhook refused: {reason}", reason=refused)
        raise RefusedError(403)
    return fields


def one(fields: Fields, name: str) -> str:
    """A field's first value; empty if it is not there."""
    return fields.get(name, [""])[0]


def twiml(document: str) -> Response:
    """An answer that Twilio carries out."""
    return Response(document, media_type="text/xml")


class _TooLargeError(Exception):
    """A body of more than a webhook has."""


async def _form(request: Request) -> Fields:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY_BYTES:
            raise _TooLargeError
    content_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if content_type != "application/x-www-form-urlencoded":
        return {}
    return _fields(body.decode("utf-8"))


def _fields(text: str) -> Fields:
    # Blank values count: Twilio signs them, too.
    return parse_qs(text, keep_blank_values=True, max_num_fields=MAX_FIELDS)


def _no(status: int) -> Response:
    words = {400: "Bad request", 403: "Forbidden", 413: "Too large"}
    return PlainTextResponse(words[status], status)
