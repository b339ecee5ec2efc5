"""The library computes what Twilio would send; one vector is Twilio's own, from its docs."""

import pytest
from starlette.datastructures import Headers
from twilio.request_validator import HMAC_SHA256, RequestValidator

from transports.twilio.signature import PublicAddress, Signature, SignatureCheck, is_loopback

TOKEN = "12345"
DOCUMENTED_URL = "https://mycompany.com/myapp.php?foo=1&bar=2"
DOCUMENTED_FORM = {
    "CallSid": ["CA1234567890ABCDE"],
    "Caller": ["+12349013030"],
    "Digits": ["1234"],
    "From": ["+12349013030"],
    "To": ["+18005551212"],
}
DOCUMENTED_SIGNATURE = "0/KCTR6DLpKmkAf8muzZqo1nDgQ="
STREAM = "wss://voice.example.com/media-stream"


def signed(signature: str, **more: str) -> Headers:
    return Headers({"X-Twilio-Signature": signature, **more})


def sign(url: str, form: dict[str, str] | None = None, secret: str = TOKEN) -> Headers:
    return signed(RequestValidator(secret).compute_signature(url, form or {}))


def test_the_documented_vector_is_valid() -> None:
    found = SignatureCheck(TOKEN).http(
        DOCUMENTED_URL, signed(DOCUMENTED_SIGNATURE), DOCUMENTED_FORM
    )

    assert found is Signature.VALID


@pytest.mark.parametrize(
    ("url", "form", "token"),
    [
        (DOCUMENTED_URL, {**DOCUMENTED_FORM, "Digits": ["1235"]}, TOKEN),
        (DOCUMENTED_URL, {}, TOKEN),
        ("http://mycompany.com/myapp.php?foo=1&bar=2", DOCUMENTED_FORM, TOKEN),
        ("https://mycompany.com/myapp.php?foo=1", DOCUMENTED_FORM, TOKEN),
        (DOCUMENTED_URL, DOCUMENTED_FORM, "54321"),
        (DOCUMENTED_URL, DOCUMENTED_FORM, ""),
    ],
)
def test_any_change_makes_it_invalid(url: str, form: dict[str, list[str]], token: str) -> None:
    found = SignatureCheck(token).http(url, signed(DOCUMENTED_SIGNATURE), form)

    assert found is Signature.INVALID


def test_no_header_is_told_from_a_wrong_one() -> None:
    check = SignatureCheck(TOKEN)

    assert check.http(DOCUMENTED_URL, Headers({})) is Signature.ABSENT
    assert check.http(DOCUMENTED_URL, signed("")) is Signature.INVALID
    assert check.http(DOCUMENTED_URL, signed("ÄÖÜ")) is Signature.INVALID
    assert check.handshake(STREAM, Headers({})) is Signature.ABSENT


def test_a_port_in_the_url_may_be_signed_or_not() -> None:
    check = SignatureCheck(TOKEN)
    bare, with_port = "https://voice.example.com/a", "https://voice.example.com:443/a"

    assert check.http(bare, sign(with_port)) is Signature.VALID
    assert check.http(with_port, sign(bare)) is Signature.VALID
    assert check.http(bare, sign("https://voice.example.com:8443/a")) is Signature.INVALID


def test_a_field_may_come_twice() -> None:
    form = {"Name": ["b", "a", "b"]}
    once_each = RequestValidator(TOKEN).compute_signature(
        DOCUMENTED_URL, {"Namea": "Nameb"}
    )  # each distinct value in order, behind its name: "NameaNameb"

    assert SignatureCheck(TOKEN).http(DOCUMENTED_URL, signed(once_each), form) is Signature.VALID


def test_a_shared_key_signs_with_what_its_header_says() -> None:
    key = "shared"
    signature = RequestValidator(key).compute_signature(DOCUMENTED_URL, {}, HMAC_SHA256)
    headers = signed(
        signature, **{"X-Twilio-Webhooks-Signature-Settings": "key=k1,algorithm=HMAC_SHA256"}
    )

    assert SignatureCheck(TOKEN, key).http(DOCUMENTED_URL, headers) is Signature.VALID
    assert SignatureCheck(TOKEN).http(DOCUMENTED_URL, headers) is Signature.INVALID
    assert SignatureCheck(TOKEN, key).http(DOCUMENTED_URL, signed(signature)) is Signature.INVALID


def test_an_unknown_algorithm_is_invalid() -> None:
    headers = signed("x", **{"X-Twilio-Webhooks-Signature-Settings": "key=k,algorithm=ROT13"})

    assert SignatureCheck(TOKEN, "k").http(DOCUMENTED_URL, headers) is Signature.INVALID


@pytest.mark.parametrize("signed_url", [STREAM, STREAM + "/", STREAM.replace(".com", ".com:443")])
def test_a_handshake_is_signed_over_its_wss_url(signed_url: str) -> None:
    assert SignatureCheck(TOKEN).handshake(STREAM, sign(signed_url)) is Signature.VALID
    assert SignatureCheck(TOKEN).handshake(STREAM + "/", sign(signed_url)) is Signature.VALID


@pytest.mark.parametrize(
    "signed_url",
    [
        STREAM.replace("wss", "https"),
        STREAM + "//",
        STREAM + "?a=b",
        "wss://voice.example.com/other",
        "wss://other.example.com/media-stream",
    ],
)
def test_a_handshake_signed_over_anything_else_is_invalid(signed_url: str) -> None:
    assert SignatureCheck(TOKEN).handshake(STREAM, sign(signed_url)) is Signature.INVALID


@pytest.mark.parametrize("url", ["https://host:port/a", "https://[::1/a", "https://h:99999/a"])
def test_an_address_that_is_none_is_invalid(url: str) -> None:
    assert SignatureCheck(TOKEN).http(url, signed("x")) is Signature.INVALID


FORWARDED = Headers(
    {
        "host": "10.0.0.5:5050",
        "x-forwarded-host": "voice.example.com, inner",
        "x-forwarded-proto": "https,http",
    }
)


def test_the_configured_address_goes_before_all() -> None:
    address = PublicAddress("https://voice.example.com/callwright/", trust_proxy=True)
    headers = Headers({"host": "evil.example", "x-forwarded-host": "evil.example"})

    assert address.http("http", headers, "/incoming-call", "a=1") == (
        "https://voice.example.com/callwright/incoming-call?a=1"
    )
    assert address.websocket("ws", headers, "/media-stream") == (
        "wss://voice.example.com/callwright/media-stream"
    )


def test_a_proxy_is_believed_only_when_trusted() -> None:
    trusting, wary = PublicAddress(trust_proxy=True), PublicAddress()

    assert trusting.http("http", FORWARDED, "/a") == "https://voice.example.com/a"
    assert trusting.websocket("http", FORWARDED, "/m") == "wss://voice.example.com/m"
    assert wary.http("http", FORWARDED, "/a") == "http://10.0.0.5:5050/a"


def test_a_trusted_proxy_that_says_nothing_changes_nothing() -> None:
    headers = Headers({"host": "voice.example.com"})

    assert PublicAddress(trust_proxy=True).http("https", headers, "/a") == (
        "https://voice.example.com/a"
    )


@pytest.mark.parametrize(
    ("scheme", "host", "url"),
    [
        ("http", "127.0.0.1:5050", "ws://127.0.0.1:5050/m"),
        ("ws", "localhost:5050", "ws://localhost:5050/m"),
        ("http", "[::1]:5050", "ws://[::1]:5050/m"),
        ("http", "voice.example.com", "wss://voice.example.com/m"),
        ("https", "voice.example.com", "wss://voice.example.com/m"),
        ("wss", "localhost", "wss://localhost/m"),
        ("http", "[::1", "wss://[::1/m"),
    ],
)
def test_a_stream_is_secure_everywhere_but_on_loopback(scheme: str, host: str, url: str) -> None:
    assert PublicAddress().websocket(scheme, Headers({"host": host}), "/m") == url


@pytest.mark.parametrize(
    "host", ["localhost", "LOCALHOST", "127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"]
)
def test_loopback(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize("host", ["", "0.0.0.0", "::", "10.0.0.1", "example.com", "localhost.evil"])
def test_not_loopback(host: str) -> None:
    assert not is_loopback(host)
