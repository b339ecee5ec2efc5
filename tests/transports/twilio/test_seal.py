"""What travels sealed: unchanged, for one purpose, for a while."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from transports.twilio.seal import Seal, SealError


class Value(msgspec.Struct, array_like=True, frozen=True):
    text: str
    more: dict[str, str] = {}


VALUE = Value("Ana", {"topic": "Grüße"})
SEAL = Seal(Value, "secret", "test 1")
SEALED = SEAL.close(VALUE, 100)


def test_it_comes_back_as_it_was_in_any_process_with_the_secret() -> None:
    assert Seal(Value, "secret", "test 1").open(SEALED, 99) == VALUE


def test_it_can_stand_in_an_address() -> None:
    assert set(SEALED) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")


@pytest.mark.parametrize(
    "seal",
    [
        Seal(Value, "another", "test 1"),
        Seal(Value, "secret", "test 2"),
        Seal(Value, None, "test 1"),
    ],
    ids=["another secret", "another purpose", "no secret"],
)
def test_others_can_not_open_it(seal: Seal[Value]) -> None:
    with pytest.raises(SealError):
        seal.open(SEALED, 50)


def test_it_expires() -> None:
    with pytest.raises(SealError, match="expired"):
        SEAL.open(SEALED, 100)


@pytest.mark.parametrize("text", ["", "?", "AAAA", SEALED[:-1], SEALED + "A", SEALED.swapcase()])
def test_what_was_changed_is_refused(text: str) -> None:
    with pytest.raises(SealError):
        SEAL.open(text, 50)


@given(text=st.text(max_size=60))
def test_any_text_is_refused_in_good_order(text: str) -> None:
    with pytest.raises(SealError):
        SEAL.open(text, 50)
