"""Call files as written: environment, prompt files, ``extends``, and files that can't be read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.problem import ConfigError
from pipeline.source import MAX_FILE_BYTES, Source, load_source
from tests.pipeline.files import write


def read(folder: Path, text: str, **environment: str) -> Source:
    return load_source(write(folder, text), environment)


def data(folder: Path, text: str, **environment: str) -> dict[str, Any]:
    source = read(folder, text, **environment)
    assert [str(problem) for problem in source.problems] == []
    return source.data


def told(folder: Path, text: str, **environment: str) -> list[str]:
    """What is wrong with a file: ``line: key: message``."""
    prefix = f"{folder / 'call.yaml'}:"
    try:
        source = read(folder, text, **environment)
    except ConfigError as error:
        return [str(problem).removeprefix(prefix).strip() for problem in error.problems]
    return [str(problem).removeprefix(prefix).strip() for problem in source.problems]


# The environment


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("${A}", "1"),
        ("x${A}y${B}", "x1y"),
        ("${B:-no}", "no"),
        ("${C:-no}", "no"),
        ("${C:-}", ""),
        ("${A:-no}", "1"),
        ("$${A}", "${A}"),
        ("$A", "$A"),
        ("5 $", "5 $"),
        ("$$${A}", "$${A}"),
    ],
)
def test_the_environment_is_read(tmp_path: Path, written: str, meant: str) -> None:
    assert data(tmp_path, f"a: '{written}'\n", A="1", B="") == {"a": meant}


def test_what_comes_from_the_environment_is_not_read_again(tmp_path: Path) -> None:
    assert data(tmp_path, "a: '${A}'\n", A="${B} *x {c: 1}") == {"a": "${B} *x {c: 1}"}


def test_only_values_are_looked_up(tmp_path: Path) -> None:
    assert data(tmp_path, "'${A}': [{b: '${A}'}]\n", A="1") == {"${A}": [{"b": "1"}]}


def test_a_variable_that_is_not_set_is_told_with_line_and_key(tmp_path: Path) -> None:
    assert told(tmp_path, "a:\n  - b: ${NOPE}\n  - ${NEITHER}\n") == [
        "2: a[0].b: ${NOPE} is not set in the environment;"
        " set it, or give a default: ${NOPE:-text}",
        "3: a[1]: ${NEITHER} is not set in the environment;"
        " set it, or give a default: ${NEITHER:-text}",
    ]


@pytest.mark.parametrize("slip", ["${", "${A", "${1}", "${A-x}", "${A B}", "${}"])
def test_a_slip_of_the_pen_in_a_reference_is_told(tmp_path: Path, slip: str) -> None:
    (problem,) = told(tmp_path, f"a: 'x {slip}'\n", A="1")

    assert (
        problem == f"1: a: found {slip!r}; allowed: ${{NAME}}, ${{NAME:-default}}, or $${{ for ${{"
    )


# Secrets


def test_a_secret_in_the_file_is_refused_without_being_shown(tmp_path: Path) -> None:
    (problem,) = told(tmp_path, "a: {key: sk-proj-abcdefghijklmnop1234}\n")

    assert problem.startswith("1: a.key: found a secret key; put it into the environment")
    assert "abcdef" not in problem


def test_what_may_be_a_secret_is_warned_of(tmp_path: Path) -> None:
    source = read(tmp_path, "a: {api_key: x, auth_token: '${T}', tokens: 5}\n", T="1")

    assert [warning.path for warning in source.warnings] == [("a", "api_key")]


# Prompt files


def test_a_prompt_file_is_included_literally(tmp_path: Path) -> None:
    write(tmp_path, "You are ${X}.\n", "prompts/role.md")
    text = """\
        agent:
          role: {include: prompts/role.md}
          information: {facts: [{include: prompts/role.md}, b]}
    """

    assert data(tmp_path, text)["agent"] == {
        "role": "You are ${X}.",
        "information": {"facts": ["You are ${X}.", "b"]},
    }


def test_include_means_something_else_outside_the_agent(tmp_path: Path) -> None:
    assert data(tmp_path, "a: {include: x}\n") == {"a": {"include": "x"}}


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        ("nope.md", "can't read"),
        ("../other.md", "'../other.md' lies outside"),
        ("/etc/hostname", "'/etc/hostname' lies outside"),
        (".", "can't read"),
        ("[a]", "found a list; allowed: {include: file.md} and no more"),
        ("a.md, b: 1", "found other keys beside it; allowed: {include: file.md} and no more"),
        ('"a\\0b"', "can't read"),
        ("binary.md", "is not UTF-8: byte 0xff in line 2"),
        ("link.md", "'link.md' lies outside"),
        ("ring.md", "can't read"),
        ("'${NOPE}'", "${NOPE} is not set"),
    ],
)
def test_a_prompt_file_that_can_not_be_had_is_told(
    tmp_path: Path, value: str, problem: str
) -> None:
    folder = tmp_path / "calls"
    write(tmp_path, "secret", "other.md")
    write(folder, "").with_name("binary.md").write_bytes(b"ok\n\xff\n")
    (folder / "link.md").symlink_to("../other.md")
    (folder / "ring.md").symlink_to("ring.md")

    (found,) = told(folder, f"agent:\n  role: {{include: {value}}}\n")

    assert found.startswith("2: agent.role.include: ")
    assert problem in found


# Extending


def test_a_file_is_laid_over_the_one_that_it_extends(tmp_path: Path) -> None:
    write(tmp_path, "a: {b: 1, c: [1, 2]}\nnumbers: [1]\ndefault: true\nd: 4\n", "base.yaml")

    source = read(tmp_path, "extends: base.yaml\na:\n  c: [3]\n  e: 5\nd: null\n")

    assert source.data == {
        "extends": "base.yaml",
        "a": {"b": 1, "c": [3], "e": 5},
        "d": None,
    }
    assert str(source.place(("a", "b"))) == f"{tmp_path / 'base.yaml'}:1"
    assert str(source.place(("a", "e"))) == f"{tmp_path / 'call.yaml'}:4"


def test_extending_goes_through_folders_and_several_files(tmp_path: Path) -> None:
    write(tmp_path, "a: 1\nb: 1\nagent: {role: {include: role.md}}\n", "base/first.yaml")
    write(tmp_path, "I am.", "base/role.md")
    write(tmp_path, "extends: base/first.yaml\nb: 2\n", "second.yaml")

    found = data(tmp_path, "extends: second.yaml\n")

    assert (found["a"], found["b"], found["agent"]["role"]) == (1, 2, "I am.")


def test_files_that_extend_each_other_are_told(tmp_path: Path) -> None:
    write(tmp_path, "extends: call.yaml\n", "other.yaml")

    (problem,) = told(tmp_path, "extends: other.yaml\n")

    assert problem.endswith(
        "other.yaml:1: extends: the files extend each other:"
        " call.yaml -> other.yaml -> call.yaml; take one `extends` out"
    )


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        ("nope.yaml", "no such file or directory"),
        ("call.yaml", "the files extend each other: call.yaml -> call.yaml"),
        ("[a]", "found a list; allowed: the path of another call file"),
        ("5", "found 5; allowed: the path of another call file"),
        ('"a\\0b"', "can't read"),
        (".", "is a directory"),
        ("${NOPE}", "${NOPE} is not set"),
    ],
)
def test_a_file_that_can_not_be_extended_is_told(tmp_path: Path, value: str, problem: str) -> None:
    (found,) = told(tmp_path, f"a: 1\nextends: {value}\n")

    assert found.startswith("2: extends: ")
    assert problem in found


def test_problems_of_the_extended_file_name_that_file(tmp_path: Path) -> None:
    base = write(tmp_path, "a: 1\nb: ${NOPE}\n", "base.yaml")

    (problem,) = told(tmp_path, "extends: base.yaml\n")

    assert problem.startswith(f"{base}:2: b: ${{NOPE}} is not set")


# Files that can't be read


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "found an empty file; allowed: keys and values"),
        (b"# nothing\n", "found an empty file; allowed: keys and values"),
        (b"- a\n", "found a list; allowed: keys and values"),
        (b"hello\n", "found 'hello'; allowed: keys and values"),
        (b"name: caf\xe9\n", "is not UTF-8: byte 0xe9 in line 1"),
        (b"a: 1\xff\xfe", "is not UTF-8"),
        (b"#" * (MAX_FILE_BYTES + 1), "has more than 256 KiB"),
        (b"a: [\n", "not YAML"),
    ],
)
def test_a_file_that_is_no_call_file_is_told(tmp_path: Path, content: bytes, problem: str) -> None:
    path = tmp_path / "call.yaml"
    path.write_bytes(content)

    with pytest.raises(ConfigError, match=problem) as raised:
        load_source(path, {})

    assert str(raised.value).startswith(str(path))


def test_a_byte_order_mark_is_no_part_of_the_file(tmp_path: Path) -> None:
    (tmp_path / "call.yaml").write_bytes(b"\xef\xbb\xbfa: 1\n")

    assert load_source(tmp_path / "call.yaml", {}).data == {"a": 1}


def test_a_file_that_is_missing_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no such file"):
        load_source(tmp_path / "nope.yaml", {})


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    content=st.one_of(
        st.binary(max_size=60),
        st.text(st.sampled_from("ab:-[]{}&*!|'\"$%,?<\n "), max_size=60).map(str.encode),
        st.lists(
            st.sampled_from(
                [b"extends: ", b"agent:\n", b"  role: ", b"{include: a}\n", b"${A}", b"${", b"a: ",
                 b"\n", b"- ", b"call.yaml\n", b"&x ", b"*x\n", b"!t ", b"<<: ", b"\0", b"? "]
            ),
            max_size=12,
        ).map(b"".join),
    )
)  # fmt: skip
def test_any_bytes_are_read_or_refused_in_words(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "call.yaml"
    path.write_bytes(content)
    try:
        found = [str(problem) for problem in load_source(path, {"A": "1"}).problems]
    except ConfigError as error:
        found = str(error).splitlines()

    assert all(problem.startswith(str(path)) for problem in found)
