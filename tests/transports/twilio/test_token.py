import pytest
from hypothesis import given
from hypothesis import strategies as st

from transports.twilio.token import (
    MAX_TOKEN_CHARS,
    StreamClaims,
    StreamTokens,
    TokenRefusal,
    TokenRefusedError,
)

CALL = "CA" + 32 * "0"
CLAIMS = StreamClaims(
    CALL, "+15550100001", "+15550100002", "Acme Realty front desk", "AC" + 32 * "1"
)
NOW = 1_800_000_000


def refusal(tokens: StreamTokens, token: str, call_sid: str = CALL, now: int = NOW) -> TokenRefusal:
    with pytest.raises(TokenRefusedError) as caught:
        tokens.redeem(token, call_sid, now)
    return caught.value.refusal


def test_a_token_carries_its_claims() -> None:
    tokens = StreamTokens("secret")

    assert tokens.redeem(tokens.issue(CLAIMS, NOW), CALL, NOW + 59) == CLAIMS


def test_any_process_with_the_secret_takes_it() -> None:
    token = StreamTokens("secret").issue(CLAIMS, NOW)

    assert StreamTokens("secret").redeem(token, CALL, NOW) == CLAIMS


def test_it_is_good_for_one_stream() -> None:
    tokens = StreamTokens("secret")
    token = tokens.issue(CLAIMS, NOW)
    tokens.redeem(token, CALL, NOW)

    assert refusal(tokens, token) is TokenRefusal.USED


def test_two_tokens_of_one_call_are_two() -> None:
    tokens = StreamTokens("secret")
    one, other = tokens.issue(CLAIMS, NOW), tokens.issue(CLAIMS, NOW)
    tokens.redeem(one, CALL, NOW)

    assert tokens.redeem(other, CALL, NOW) == CLAIMS


def test_a_retried_webhook_lets_in_one_stream() -> None:
    tokens = StreamTokens("secret")
    first = tokens.issue(CLAIMS, NOW, retry_of="i-1")
    again = tokens.issue(CLAIMS, NOW + 3, retry_of="i-1")
    later = tokens.issue(CLAIMS, NOW + 9, retry_of="i-2")
    tokens.redeem(again, CALL, NOW + 4)

    assert refusal(tokens, first, now=NOW + 5) is TokenRefusal.USED
    assert tokens.redeem(later, CALL, NOW + 10) == CLAIMS


def test_it_expires_after_60_seconds() -> None:
    tokens = StreamTokens("secret")

    assert refusal(tokens, tokens.issue(CLAIMS, NOW), now=NOW + 60) is TokenRefusal.EXPIRED


def test_it_is_bound_to_its_call() -> None:
    tokens = StreamTokens("secret")
    token = tokens.issue(CLAIMS, NOW)

    assert refusal(tokens, token, call_sid="CA" + 32 * "9") is TokenRefusal.WRONG_CALL
    assert tokens.redeem(token, CALL, NOW) == CLAIMS  # the attempt did not use it up


def test_another_secret_makes_another_key() -> None:
    token = StreamTokens("secret").issue(CLAIMS, NOW)

    assert refusal(StreamTokens("other"), token) is TokenRefusal.FORGED


def test_without_a_secret_only_this_process_takes_it() -> None:
    tokens = StreamTokens()
    token = tokens.issue(CLAIMS, NOW)

    assert refusal(StreamTokens(), token) is TokenRefusal.FORGED
    assert tokens.redeem(token, CALL, NOW) == CLAIMS


def test_no_changed_character_gets_through() -> None:
    tokens = StreamTokens("secret")
    token = tokens.issue(CLAIMS, NOW)

    for place in range(0, len(token) - 1, 7):
        other = "A" if token[place] != "A" else "B"
        changed = token[:place] + other + token[place + 1 :]
        assert refusal(tokens, changed) is TokenRefusal.FORGED


def test_no_token_is_its_own_reason() -> None:
    assert refusal(StreamTokens("secret"), "") is TokenRefusal.MISSING


@pytest.mark.parametrize("token", ["A", "====", "not a token", "ÄÖÜ", "AAAA", "A" * 5000, "\x00"])
def test_what_is_no_token_says_so(token: str) -> None:
    assert refusal(StreamTokens("secret"), token) is TokenRefusal.MALFORMED


@given(st.text(max_size=600))
def test_junk_never_raises_anything_else(junk: str) -> None:
    with pytest.raises(TokenRefusedError):
        StreamTokens("secret").redeem(junk, CALL, NOW)


@pytest.mark.parametrize("character", ["a", '"', "\x00", "ü", "𝄞", "\ud800"])
def test_it_fits_a_parameter_whatever_the_addresses_are(character: str) -> None:
    long = "sip:" + character * 500
    tokens = StreamTokens("secret")

    token = tokens.issue(StreamClaims("C" * 40, long, long, long, long), NOW)

    assert len(token) <= MAX_TOKEN_CHARS
    claims = tokens.redeem(token, "C" * 40, NOW)
    assert claims.caller.startswith("sip:")


def test_a_call_files_long_name_is_carried_whole() -> None:
    tokens = StreamTokens("secret")
    claims = StreamClaims(CALL, "+15550100001", "+15550100002", "x" * 123 + ".yaml", "AC" * 17)

    assert tokens.redeem(tokens.issue(claims, NOW), CALL, NOW) == claims


def test_usual_addresses_and_names_are_carried_whole() -> None:
    sip = "sip:reception.desk.of.acme@acme-realty.sip.twilio.com"
    claims = StreamClaims(CALL, sip, "anonymous", "Acme Realty, Köln: Empfang", "AC" + 32 * "1")
    tokens = StreamTokens("secret")

    assert tokens.redeem(tokens.issue(claims, NOW), CALL, NOW) == claims
