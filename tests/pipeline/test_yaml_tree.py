"""YAML as a tree: what scalars mean, where things stand, what is refused."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.problem import ConfigError
from pipeline.yaml_tree import MAX_DEPTH, Mapping, Sequence, parse, plain, resolve


def read(text: str) -> Any:
    tree, problems = parse(text, "f")
    assert problems == []
    return plain(tree)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("5", 5),
        ("-5", -5),
        ("0", 0),
        ("0.5", 0.5),
        (".5", 0.5),
        ("1e3", 1000.0),
        ("true", True),
        ("False", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("yes", "yes"),
        ("off", "off"),
        ("+15550100001", "+15550100001"),
        ("0123", "0123"),
        ("2026-11-22", "2026-11-22"),
        ("12:30", "12:30"),
        ("1_000", "1_000"),
        ("0x1f", "0x1f"),
        (".", "."),
        ("-", "-"),
        (".inf", ".inf"),
        ("9" * 30, "9" * 30),
    ],
)
def test_a_plain_scalar_means_what_yaml_1_2_says_with_codes_as_text(
    written: str, meant: object
) -> None:
    assert resolve(written) == meant
    assert type(resolve(written)) is type(meant)


def test_quoted_and_tagged_text_stays_text() -> None:
    assert read("[\"5\", 'true', !!str 5, |-\n  null\n]".replace("|-\n  null\n", "'null'")) == [
        "5",
        "true",
        "5",
        "null",
    ]
    assert read("a: |\n  x\n  y\n") == {"a": "x\ny\n"}


def test_every_key_and_item_knows_its_line() -> None:
    tree, _ = parse("# c\na: 1\nb:\n  - x\n  - {c: 2,\n     d: 3}\n", "f")

    assert isinstance(tree, Mapping)
    items = tree.entries["b"]
    assert isinstance(items, Sequence)
    last = items.items[1]
    assert isinstance(last, Mapping)
    assert [tree.places[key].line for key in "ab"] == [2, 3]
    assert [item.place.line for item in items.items] == [4, 5]
    assert last.places["d"].line == 6


def test_an_alias_stands_for_what_was_named() -> None:
    assert read("a: &x {b: 1}\nc: *x\n") == {"a": {"b": 1}, "c": {"b": 1}}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a: 1\na: 2\n", "f:2: a: found the key a second time, first in line 1; allowed: once"),
        ("a:\n - {b: 1, b: 2}\n", "f:2: a[0].b: found the key a second time"),
        ("? [a]\n: 1\n", "f:1: found a list or mapping as a key; allowed: text"),
        ("a: &x {b: 1}\nc:\n  <<: *x\n", "f:3: c: found a merge key; use `extends: other.yaml`"),
        ("a: !include x.md\n", "f:1: a: found the tag '!include'; write {include: file.md}"),
        ("a: !!set {x}\n", "f:1: a: found the tag 'set'; allowed: plain YAML without tags"),
        ("a: 1\n---\nb: 2\n", "f:2: found a second document; allowed: one document a file"),
    ],
)
def test_what_call_files_have_no_use_for_is_told(text: str, told: str) -> None:
    _, problems = parse(text, "f")

    assert next(str(problem) for problem in problems).startswith(told)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a: b: c\n", "f:1: not YAML: mapping values are not allowed here"),
        ("a: 1\nb: [1, 2\n", "f:3: not YAML: "),
        ("a: 'x\n", "f:2: not YAML: found unexpected end of stream"),
        ("a:\n\t- b\n", "f:2: not YAML: found character '\\t' that cannot start any token"),
        ("a: *nobody\n", "f:1: not YAML: found *nobody, but nothing above is named &nobody"),
        ("a: &x [*x]\n", "f:1: not YAML: found *x"),
        ("a: \x01\n", "f: not YAML: "),
        ("[" * (MAX_DEPTH + 2), f"f:1: nested more than {MAX_DEPTH} deep"),
        ("%YAML 9.9\n---\na: 1\n", "f:1: not YAML: "),
    ],
)
def test_what_is_not_yaml_is_told_with_its_line(text: str, told: str) -> None:
    with pytest.raises(ConfigError) as raised:
        parse(text, "f")

    assert str(raised.value).startswith(told)


def test_aliases_of_aliases_can_not_grow_without_end() -> None:
    rows = ["a0: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]"]
    rows += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]

    with pytest.raises(ConfigError, match="too big for a call file"):
        parse("\n".join(rows), "f")


@given(
    st.text(alphabet=st.sampled_from("ab:-[]{}&*!|>'\"%@`#,?~<\n\t \0\x85\ufeff1.é"), max_size=40)
)
def test_any_text_is_read_or_refused_in_words(text: str) -> None:
    try:
        tree, _ = parse(text, "f")
    except ConfigError as error:
        told = str(error)
    else:
        told = f"f: {plain(tree)}"

    assert told.startswith("f:")
