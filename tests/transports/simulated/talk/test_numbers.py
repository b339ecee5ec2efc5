from __future__ import annotations

import pytest

from transports.simulated.talk import money
from transports.simulated.talk.numbers import first_number, in_figures, numbers_in


@pytest.mark.parametrize(
    ("said", "values"),
    [
        ("four hundred and fifty thousand", [450_000]),
        ("two and a half million", [2_500_000]),
        ("450k", [450_000]),
        ("half a million", [500_000]),
        ("a hundred and twenty", [120]),
        ("twenty four hundred", [2400]),
        ("four fifty", [450]),
        ("nineteen eighty eight", [1988]),
        ("three point five", [3.5]),
        ("one thousand two hundred", [1200]),
        ("a thousand and five", [1005]),
        ("1,850.5", [1850.5]),
        ("one two three", [1, 2, 3]),
        ("twenty zero", [20, 0]),
        ("two hundred and", [200]),
        ("a dog and half the garden", []),
    ],
)
def test_numbers_are_read_in_words_and_in_figures(said: str, values: list[float]) -> None:
    assert [number.value for number in numbers_in(said)] == values


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("under four hundred fifty thousand dollars", "under 450,000 dollars"),
        ("two bedrooms and one bath", "two bedrooms and one bath"),
        ("built in 1988, for 2000 dollars", "built in 1988, for 2000 dollars"),
        ("twenty one point five", "21.5"),
    ],
)
def test_numbers_from_ten_on_are_written_in_figures(said: str, written: str) -> None:
    assert in_figures(said) == written


def test_the_first_number_or_none() -> None:
    assert first_number("at seven or eight") == 7
    assert first_number("no idea") is None


@pytest.mark.parametrize(
    ("said", "amount"),
    [
        ("Up to 2400 dollars a month.", "up to 2400 dollars a month"),
        ("between three and four hundred thousand", "between 300,000 and 400,000"),
        ("300 to 350 thousand", "300,000 to 350,000"),
        ("between five and twelve thousand", "between 5,000 and 12,000"),
        ("between 200 and 250 dollars", "between 200 and 250 dollars"),
        ("it is $450,000", "$450,000"),
        ("My limit is half a million dollars.", "500,000 dollars"),
        ("no idea", ""),
    ],
)
def test_an_amount_keeps_its_limit_and_its_unit(said: str, amount: str) -> None:
    assert money.amount_in(said) == amount


@pytest.mark.parametrize(
    ("before", "said", "after"),
    [
        ("under 2,400 a month", "make it twenty six hundred", "under 2,600 a month"),
        ("under 2,400 a month", "up to three thousand", "up to 3,000"),
        ("2,400", "no", ""),
    ],
)
def test_a_figure_alone_changes_only_the_figure(before: str, said: str, after: str) -> None:
    assert money.corrected(before, said) == after
