from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transports.simulated.talk import phone_digits


@pytest.mark.parametrize(
    ("said", "number"),
    [
        ("five five five, oh one two three", "555-0123"),
        ("The best number is 555 010 0142.", "555-010-0142"),
        ("area code 212, triple five, double oh four two", "212-555-0042"),
        ("plus one 555 010 0142", "1-555-010-0142"),
        ("it's one eight hundred five five five 0 1 9 9", "1-800-555-0199"),
        ("fifty five, twenty three, ten eleven", "55231011"),
        ("five five five", ""),
        ("my number", ""),
    ],
)
def test_numbers_are_read_digit_by_digit(said: str, number: str) -> None:
    assert phone_digits.phone_in(said) == number


@pytest.mark.parametrize(
    ("said", "number"),
    [
        ("no, it ends in four three", "555-010-0143"),
        ("not four two, four three", "555-010-0143"),
        ("it's four three, not four two", "555-010-0143"),
        ("No, 0143", "555-010-0143"),
        ("it starts with two one three", "213-010-0142"),
        ("it's 555 999 8888", "555-999-8888"),
        ("no that's wrong", ""),
        ("one", ""),
    ],
)
def test_a_number_is_put_right_in_part(said: str, number: str) -> None:
    assert phone_digits.corrected("555-010-0142", said) == number


def test_a_number_is_read_out_in_groups() -> None:
    assert phone_digits.spoken("555-0123") == "five five five, zero one two three"


@given(st.from_regex(r"[2-9][0-9]{6,14}", fullmatch=True))
def test_what_is_read_out_is_understood_again(digits: str) -> None:
    assert phone_digits.digits_in(phone_digits.spoken(digits)) == digits
