from pathlib import Path

import pytest

from pipeline.settings import Settings, SettingsError, load_settings

NAMES = [
    "BUILT_IN_MODEL",
    "CALL_FILE",
    "DRAIN_SECONDS",
    "HOST",
    "LOG_FORMAT",
    "LOG_LEVEL",
    "MAX_CALLS",
    "MAX_LOOP_LAG_MS",
    "METRICS_KEY",
    "METRICS_PORT",
    "OPENAI_API_KEY",
    "OPENAI_BASE_URL",
    "PORT",
    "PUBLIC_URL",
    "REQUIRE_STREAM_SIGNATURE",
    "SHOW_TIMING_MATH",
    "STREAM_SECRET",
    "TRUST_PROXY",
    "TWILIO_ACCOUNT_SID",
    "TWILIO_API_KEY_SECRET",
    "TWILIO_API_KEY_SID",
    "TWILIO_API_URL",
    "TWILIO_AUTH_TOKEN",
    "TWILIO_WEBHOOK_SHARED_KEY",
    "WEBHOOK_SECRET",
]


@pytest.fixture(autouse=True)
def _empty_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)


def settings(monkeypatch: pytest.MonkeyPatch, **environment: str) -> Settings:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    return load_settings()


def test_the_names_are_the_documented_ones() -> None:
    assert sorted(name.upper() for name in Settings.model_fields) == NAMES


def test_an_empty_environment_is_a_local_server_with_the_built_in_model() -> None:
    found = load_settings()

    assert (found.host, found.port) == ("127.0.0.1", 5050)
    assert found.model_url == "https://api.openai.com/v1"
    assert found.twilio_api_url == "https://api.twilio.com"
    assert not found.has_model
    assert not found.checks_signatures
    assert found.listens_on_loopback
    assert found.token_secret is None
    assert found.rest_credentials is None


def test_an_empty_value_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    found = settings(monkeypatch, OPENAI_API_KEY="", TWILIO_AUTH_TOKEN="", PORT="", PUBLIC_URL="")

    assert not found.has_model
    assert not found.checks_signatures


def test_a_key_or_an_address_is_a_model(monkeypatch: pytest.MonkeyPatch) -> None:
    assert settings(monkeypatch, OPENAI_API_KEY="sk-1").has_model
    monkeypatch.delenv("OPENAI_API_KEY")
    found = settings(monkeypatch, OPENAI_BASE_URL="http://127.0.0.1:9/v1/")

    assert found.has_model
    assert found.model_url == "http://127.0.0.1:9/v1"


def test_the_auth_token_speaks_for_the_account_of_the_call(monkeypatch: pytest.MonkeyPatch) -> None:
    found = settings(monkeypatch, TWILIO_AUTH_TOKEN="t0")

    assert found.checks_signatures
    assert found.token_secret == "t0"
    assert found.rest_credentials is not None
    assert found.rest_credentials.authorization("AC7") == "Basic QUM3OnQw"  # AC7:t0


def test_an_api_key_goes_before_the_auth_token(monkeypatch: pytest.MonkeyPatch) -> None:
    found = settings(
        monkeypatch,
        TWILIO_ACCOUNT_SID="AC1",
        TWILIO_AUTH_TOKEN="t0",
        TWILIO_API_KEY_SID="SK1",
        TWILIO_API_KEY_SECRET="s1",
    )

    assert found.rest_credentials is not None
    assert found.rest_credentials.account_sid == "AC1"
    assert found.rest_credentials.authorization("AC1") == "Basic U0sxOnMx"  # SK1:s1


def test_an_api_key_alone_checks_no_signature_but_makes_tokens(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found = settings(monkeypatch, TWILIO_API_KEY_SID="SK1", TWILIO_API_KEY_SECRET="s1")

    assert not found.checks_signatures
    assert found.token_secret == "s1"


def test_no_secret_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    found = settings(monkeypatch, OPENAI_API_KEY="sk-hidden", TWILIO_AUTH_TOKEN="t-hidden")

    assert "hidden" not in f"{found!r} {found} {found.rest_credentials!r}"


@pytest.mark.parametrize(
    ("environment", "message"),
    [
        ({"PORT": "many"}, "PORT: found 'many'; "),
        ({"PORT": "70000"}, "PORT: found '70000'; "),
        ({"PUBLIC_URL": "voice.example.com"}, "PUBLIC_URL: found 'voice.example.com'; allowed: "),
        ({"PUBLIC_URL": "https://h/a?b=c"}, "PUBLIC_URL: found"),
        ({"PUBLIC_URL": "https://h:port"}, "PUBLIC_URL: found"),
        ({"OPENAI_BASE_URL": "ftp://h"}, "OPENAI_BASE_URL: found 'ftp://h'; allowed: "),
        ({"TRUST_PROXY": "perhaps"}, "TRUST_PROXY: found 'perhaps'; "),
        ({"LOG_LEVEL": "LOUD"}, "LOG_LEVEL: found 'LOUD'; "),
        ({"TWILIO_API_KEY_SID": "SK1"}, "TWILIO_API_KEY_SID and TWILIO_API_KEY_SECRET"),
        ({"TWILIO_API_KEY_SECRET": "s"}, "TWILIO_API_KEY_SID and TWILIO_API_KEY_SECRET"),
        ({"REQUIRE_STREAM_SIGNATURE": "1"}, "REQUIRE_STREAM_SIGNATURE needs TWILIO_AUTH_TOKEN"),
    ],
)
def test_an_error_names_the_variable_and_what_is_allowed(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], message: str
) -> None:
    with pytest.raises(SettingsError) as caught:
        settings(monkeypatch, **environment)

    assert str(caught.value).startswith(message)


def test_all_errors_are_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SettingsError) as caught:
        settings(monkeypatch, PORT="x", LOG_LEVEL="y")

    assert len(str(caught.value).splitlines()) == 2


def test_a_file_fills_in_what_the_environment_does_not_say(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "env"
    file.write_text("PORT=1234\nHOST=localhost\nUNKNOWN=1\n")
    monkeypatch.setenv("PORT", "4321")

    found = load_settings(file)

    assert (found.host, found.port) == ("localhost", 4321)
