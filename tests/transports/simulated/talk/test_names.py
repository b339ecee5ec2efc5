from __future__ import annotations

import pytest

from transports.simulated.talk import names
from transports.simulated.talk.letters import read_out, spelled


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("My name is Jordan Lee.", "Jordan Lee"),
        ("Jordan Lee, and the best number is 555 010 0142.", "Jordan Lee"),
        ("anna smith", "Anna Smith"),
        ("Yes, this is Dr. Maria Lopez.", "Maria Lopez"),
        ("first name Anna, last name Smith", "Anna Smith"),
        ("I'm Pat McKay calling from home", "Pat McKay"),
        ("Jean-Luc O'Brien", "Jean-Luc O'Brien"),
        ("It is Anna Smith with a y.", "Anna Smyth"),
        ("Anna Smith, S M Y T H.", "Anna Smyth"),
        ("S-M-Y-T-H.", "Smyth"),
        ("Bo. L E E", "Bo Lee"),
        ("I need a plumber", ""),
        ("five five five", ""),
        ("no", ""),
    ],
)
def test_a_name_is_taken_out_of_what_leads_in_and_follows(said: str, name: str) -> None:
    assert names.name_in(said) == name


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("no, it's Smith with a y", "Anna Smyth"),
        ("It's Smyth with a Y.", "Anna Smyth"),
        ("no, Smyth, S M Y T H", "Anna Smyth"),
        ("No, it's Hannah.", "Hannah Smith"),
        ("last name is Schmidt", "Anna Schmidt"),
        ("the first name is Joan", "Joan Smith"),
        ("Anne with an e", "Anne Smith"),
        ("without the h", "Anna Smit"),
        ("it's with two t's", "Anna Smitth"),
        ("it's Anne not Anna", "Anne Smith"),
        ("No, my name is Mary Jones", "Mary Jones"),
        ("no that's wrong", ""),
    ],
)
def test_a_name_is_put_right_where_it_is_wrong(said: str, name: str) -> None:
    assert names.corrected("Anna Smith", said) == name


def test_the_letter_that_sounds_alike_gives_way() -> None:
    assert names.corrected("Carl Jones", "Karl with a K") == "Karl Jones"
    assert names.corrected("Catherine", "with a k") == "Katherine"
    assert names.corrected("Sarah", "Sara without an h") == "Sara"
    assert names.corrected("Ann", "it's with an e") == "Anne"


def test_only_a_name_that_is_introduced_is_offered() -> None:
    assert names.named_as_own("Hi, this is Anna Smith and I have a question") == "Anna Smith"
    assert names.named_as_own("It's Tuesday") == ""
    assert names.named_as_own("Jordan Lee") == ""
    assert names.named_as_own("My sink leaks. I'm Bo Lee.") == "Bo Lee"
    assert names.named_as_own("I'm looking for help") == ""
    assert names.named_as_own("I'm Tired") == ""


@pytest.mark.parametrize(
    ("said", "word"),
    [
        ("S M Y T H", "smyth"),
        ("that's S as in Sam, M like Mary, y", "smy"),
        ("double l, e, e", "llee"),
        ("november oscar", "no"),
        ("N as in Mary", ""),
        ("I am a dog", ""),
    ],
)
def test_letters_make_a_word(said: str, word: str) -> None:
    assert spelled(said) == word


def test_a_word_is_read_out_letter_by_letter() -> None:
    assert read_out("O'Neil") == "O, N, E, I, L"
