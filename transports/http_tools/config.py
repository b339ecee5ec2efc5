"""The call file's ``http`` tools: a request to a business's own system, without code."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final, Literal
from urllib.parse import urlencode, urlsplit

from pipecat.services.llm_service import FunctionCallParams
from pydantic import Field, SecretStr, ValidationInfo, field_validator

from processors.call_tool import Tool, ToolArgumentsError, ToolConfig, ToolError
from processors.context import CallContext
from processors.fields import NUMERIC, Seconds, Shape
from processors.state.detail_values import DetailField
from transports.http_tools.arguments import BadArgumentError, Parameter, checked, schema
from transports.http_tools.asking import SAFE, Asking
from transports.http_tools.exchange import HTTP_EXCHANGE, HttpAnswer, HttpExchange, HttpRequest
from transports.http_tools.result import JsonPath, shortened, told
from transports.http_tools.template import filled, filled_pairs, filled_url, names_in

_OF_THE_CALL: Final = ("call.caller", "call.called", "call.sid")
"""What a request may hold of the call itself."""

ToolName = Annotated[str, Shape("[a-zA-Z_][a-zA-Z0-9_-]{0,63}", "letters, digits, _ and -")]


class HttpTool(ToolConfig):
    """A request to a system of yours that the model may make. `{name}` stands for a parameter."""

    type: Literal["http"]
    """Names this kind of tool."""

    name: ToolName
    """What the model calls it by."""

    description: Annotated[str, Field(min_length=1)]
    """When the model is to call it, and what it gets."""

    parameters: dict[ToolName, Parameter] = Field(default_factory=dict)
    """What the model gives, by name. Beside them there are {call.caller}, {call.called} and
    {call.sid}."""

    method: Literal["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"] = "GET"
    """The request's method."""

    private: bool = False
    """Whether it may go to this machine and to private networks, and without encryption."""

    hosts: tuple[Annotated[str, Field(min_length=1)], ...] = ()
    """The hosts that redirects may lead to, beside the one of `url`."""

    url: Annotated[str, Field(min_length=1)]
    """Where it goes, as in https://api.example.com/slots/{day}."""

    query: dict[str, str] = Field(default_factory=dict)
    """What follows the ? of the address."""

    headers: dict[str, SecretStr] = Field(default_factory=dict)
    """Its headers; keys belong into the environment, as in {Authorization: "Bearer ${TOKEN}"}."""

    body: dict[str, Any] | list[Any] | None = None
    """What it sends, as JSON. A parameter that was not given leaves its key out."""

    form: dict[str, str] | None = None
    """What it sends, as a form."""

    result: JsonPath | dict[str, JsonPath] | None = None
    """What the model is told of the answer: a JSONPath, or several under names. null: all of it."""

    retries: Annotated[int, Field(ge=0, le=5), NUMERIC] = 2
    """How often GET and HEAD are tried again when no answer comes."""

    timeout: Seconds = 8.0
    """How long it may take, s, all attempts together; then the model is told that it failed."""

    max_chars: Annotated[int, Field(ge=100, le=16_000), NUMERIC] = 2000
    """How much of the answer the model is told at most, in characters."""

    max_bytes: Annotated[int, Field(ge=1000), NUMERIC] = 262_144
    """How long an answer may be at most, in bytes."""

    @field_validator("url")
    @classmethod
    def _is_an_address(cls, url: str, info: ValidationInfo) -> str:
        parts = urlsplit(url)
        host, _, _ = parts.netloc.rpartition("@")
        allowed = ("https", "http") if info.data.get("private") else ("https",)
        if parts.scheme not in allowed or not parts.hostname or host or "{" in parts.netloc:
            schemes = " or ".join(f"{scheme}://" for scheme in allowed)
            raise ValueError(f"allowed: {schemes} and a host that is no parameter")
        return url

    @field_validator("form")
    @classmethod
    def _is_alone(cls, form: dict[str, str] | None, info: ValidationInfo) -> dict[str, str] | None:
        if form is not None and info.data.get("body") is not None:
            raise ValueError("allowed: `body` or `form`, not both")
        return form

    @field_validator("url", "query", "body", "form")
    @classmethod
    def _knows_its_names(cls, template: Any, info: ValidationInfo) -> Any:
        parameters: Mapping[str, Parameter] = info.data.get("parameters") or {}
        for name in names_in(template):
            if name not in parameters and name not in _OF_THE_CALL:
                known = ", ".join((*parameters, *_OF_THE_CALL))
                raise ValueError(f"allowed: {{{name}}} only if it is one of {known}")
            if info.field_name == "url" and name in parameters and not parameters[name].required:
                raise ValueError(f"allowed: {{{name}}} only if it is `required`")
        return template

    def tools(self, details: Sequence[DetailField] = ()) -> tuple[Tool, ...]:
        """Make the function."""
        return (
            Tool(
                self.name,
                self.description,
                schema(self.parameters),
                self._run,
                self.timeout,
                self.filler,
            ),
        )

    async def _run(self, params: FunctionCallParams) -> None:
        call: CallContext = params.app_resources
        exchange: HttpExchange | None = call.resources.get(HTTP_EXCHANGE)
        if exchange is None:
            raise ToolError("can't be used on this call")
        try:
            request = self._request(checked(self.parameters, params.arguments), call)
        except BadArgumentError as error:
            raise ToolArgumentsError(f"was not run: {error}") from error
        attempts = 1 + (self.retries if self.method in SAFE else 0)
        asking = Asking(
            exchange,
            frozenset(host.lower() for host in (urlsplit(self.url).hostname or "", *self.hosts)),
            retries=self.retries,
            attempt_timeout=0.8 * self.timeout / attempts,  # the rest is for the pauses
        )
        await params.result_callback(self._told(await asking.ask(self.name, request)))

    def _request(self, arguments: Mapping[str, Any], call: CallContext) -> HttpRequest:
        info = call.info
        facts = zip(_OF_THE_CALL, (info.caller, info.called, info.call_sid), strict=True)
        values = {**arguments, **dict(facts)}
        url = filled_url(self.url, values)
        query = filled_pairs(self.query, values)
        if query:
            url += ("&" if "?" in url else "?") + urlencode(query)
        headers = {name: value.get_secret_value() for name, value in self.headers.items()}
        body: bytes | None = None
        if self.body is not None:
            body = json.dumps(filled(self.body, values)).encode()
            headers = {"Content-Type": "application/json", **headers}
        elif self.form is not None:
            body = urlencode(filled_pairs(self.form, values)).encode()
            headers = {"Content-Type": "application/x-www-form-urlencoded", **headers}
        return HttpRequest(self.method, url, headers, body, self.private, self.max_bytes)

    def _told(self, answer: HttpAnswer) -> str:
        if answer.status >= 400:
            said = "not found" if answer.status in (404, 410) else "refused"
            return shortened({"error": said, "status": answer.status}, self.max_chars)
        if answer.too_long:
            raise ToolError("got an answer that is too long")
        try:
            result = told(answer, self.result)
        except ValueError as error:
            raise ToolError("got an answer that can't be read") from error
        return shortened(result, self.max_chars)
