"""What the environment says: secrets, addresses, and how the server listens."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from pipeline.logs import LogFormat
from transports.twilio.rest import RestCredentials
from transports.twilio.signature import is_loopback

OPENAI_BASE_URL = "https://api.openai.com/v1"
TWILIO_API_URL = "https://api.twilio.com"


class SettingsError(Exception):
    """The environment can't be used; the text names each variable and what is allowed."""


def _web_address(url: str) -> str:
    try:
        parts = urlsplit(url)
        valid = parts.scheme in ("http", "https") and bool(parts.hostname)
        _ = parts.port
    except ValueError:
        valid = False
    if not valid or parts.query or parts.fragment:
        raise ValueError("allowed: an address that begins with https:// (or http://), no ? or #")
    return url.rstrip("/")


WebAddress = Annotated[str, AfterValidator(_web_address)]


class Settings(BaseSettings):
    """The environment's variables, each under its own name.

    Attributes:
        openai_api_key: The key of the Realtime API.
        openai_base_url: The API's address; its socket is ``/realtime`` under the same.
        twilio_account_sid: The account; each call also brings it.
        twilio_auth_token: Checks signatures, and speaks for the account at the REST API.
        twilio_api_key_sid: An API key, for REST instead of the auth token.
        twilio_api_key_secret: Its secret.
        twilio_webhook_shared_key: Checks signatures where Twilio signs with a shared key.
        twilio_api_url: Where the REST API is.
        webhook_secret: Signs what is posted to ``on_call_end``.
        public_url: The address under which Twilio reaches this server.
        host: Where to listen.
        port: Where to listen; 0: any free port.
        trust_proxy: Whether to believe ``X-Forwarded-Proto`` and ``-Host``.
        require_stream_signature: Whether a media stream needs a signed handshake, too. Not all
            of Twilio's do; the token is always needed.
        max_calls: So many calls at once in a process; 0: as many as come.
        max_loop_lag_ms: No new call while a process's event loop runs later than that; 0:
            whatever it is.
        stream_secret: What a media stream must show that some other host's TwiML opened.
        call_file: The call file, or the folder of them, where another host runs the calls.
        drain_seconds: How long live calls may go on once the server was told to stop.
        built_in_model: How the model talks that answers where no other is named: in speech, or
            in tones, which take no memory and only a simulated caller understands.
        log_level: The least that is logged.
        log_format: ``text`` for people, ``json`` for a collector.
        show_timing_math: Whether to log how each truncation was computed.
        metrics_port: Where Prometheus is answered, at ``HOST``; 0: nowhere.
        metrics_key: Lets whoever shows it as a bearer token read ``/metrics`` at ``PORT``.
    """

    model_config = SettingsConfigDict(extra="ignore", env_ignore_empty=True, frozen=True)

    openai_api_key: SecretStr | None = None
    openai_base_url: WebAddress | None = None
    twilio_account_sid: str = ""
    twilio_auth_token: SecretStr | None = None
    twilio_api_key_sid: str = ""
    twilio_api_key_secret: SecretStr | None = None
    twilio_webhook_shared_key: SecretStr | None = None
    twilio_api_url: WebAddress = TWILIO_API_URL
    webhook_secret: SecretStr | None = None
    public_url: WebAddress | Literal[""] = ""
    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 5050
    trust_proxy: bool = False
    require_stream_signature: bool = False
    stream_secret: Annotated[SecretStr, Field(min_length=16)] | None = None
    call_file: str = ""
    max_calls: Annotated[int, Field(ge=0)] = 100
    max_loop_lag_ms: Annotated[float, Field(ge=0, allow_inf_nan=False)] = 100.0
    drain_seconds: Annotated[float, Field(ge=0, allow_inf_nan=False)] = 300.0
    built_in_model: Literal["speech", "tones"] = "speech"
    log_level: Literal["TRACE", "DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    log_format: LogFormat = "text"
    show_timing_math: bool = False
    metrics_port: Annotated[int, Field(ge=0, le=65535)] = 0
    metrics_key: SecretStr | None = None

    @model_validator(mode="after")
    def _key_is_whole(self) -> Settings:
        if bool(self.twilio_api_key_sid) != (self.twilio_api_key_secret is not None):
            raise ValueError("TWILIO_API_KEY_SID and TWILIO_API_KEY_SECRET go together: set both")
        if self.require_stream_signature and not self.checks_signatures:
            raise ValueError("REQUIRE_STREAM_SIGNATURE needs TWILIO_AUTH_TOKEN to check with")
        return self

    @property
    def model_url(self) -> str:
        """The Realtime API's address, whether given or not."""
        return self.openai_base_url or OPENAI_BASE_URL

    @property
    def has_model(self) -> bool:
        """Whether there is a model to dial; without one the built-in model answers."""
        return self.openai_api_key is not None or self.openai_base_url is not None

    @property
    def openai_key(self) -> str:
        """The model's key, or nothing."""
        return _reveal(self.openai_api_key)

    @property
    def auth_token(self) -> str:
        """The auth token, or nothing."""
        return _reveal(self.twilio_auth_token)

    @property
    def shared_key(self) -> str:
        """The webhooks' shared key, or nothing."""
        return _reveal(self.twilio_webhook_shared_key)

    @property
    def webhook_key(self) -> str:
        """What signs our own webhooks, or nothing."""
        return _reveal(self.webhook_secret)

    @property
    def stream_key(self) -> str:
        """What streams on another host must show, or nothing."""
        return _reveal(self.stream_secret)

    @property
    def metrics_secret(self) -> str:
        """What ``/metrics`` asks for, or nothing."""
        return _reveal(self.metrics_key)

    @property
    def has_metrics(self) -> bool:
        """Whether anybody can read the calls' metrics."""
        return bool(self.metrics_port or self.metrics_secret)

    @property
    def checks_signatures(self) -> bool:
        """Whether it can be told if a request is from Twilio."""
        return bool(self.auth_token or self.shared_key)

    @property
    def listens_on_loopback(self) -> bool:
        """Whether only this machine can connect."""
        return is_loopback(self.host)

    @property
    def token_secret(self) -> str | None:
        """What every process that serves the same calls knows; None: each is on its own."""
        key_secret = _reveal(self.twilio_api_key_secret)
        return self.auth_token or key_secret or self.shared_key or None

    @property
    def rest_credentials(self) -> RestCredentials | None:
        """Who speaks to Twilio's REST API; None: nobody can."""
        key_secret = _reveal(self.twilio_api_key_secret)
        if key_secret:
            return RestCredentials(key_secret, self.twilio_api_key_sid, self.twilio_account_sid)
        if self.auth_token:
            return RestCredentials(self.auth_token, account_sid=self.twilio_account_sid)
        return None


def load_settings(env_file: Path | None = None) -> Settings:
    """Read the environment, and a file of ``NAME=value`` lines for what it does not have.

    Raises:
        SettingsError: With everything that is wrong, in one line each.
    """
    try:
        return Settings(_env_file=env_file)
    except ValidationError as error:
        raise SettingsError("\n".join(map(_explain, error.errors()))) from None


def _explain(problem: Any) -> str:
    """One line: variable, what was found unless it is a secret, what is allowed."""
    if not problem["loc"]:
        return str(problem["msg"]).removeprefix("Value error, ")
    name = str(problem["loc"][0]).upper()
    found = "" if _is_secret(name) else f"found {problem['input']!r}; "
    message = str(problem["msg"]).removeprefix("Value error, ")
    return f"{name}: {found}{message[:1].lower()}{message[1:]}"


def _is_secret(name: str) -> bool:
    return name.endswith(("_KEY", "_TOKEN", "_SECRET"))


def _reveal(secret: SecretStr | None) -> str:
    return "" if secret is None else secret.get_secret_value()
