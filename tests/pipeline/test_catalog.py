"""Which call file answers: by path, by bare name, or from a folder by the called number."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.catalog import CONFIGS, Catalog, Refusal, find, load_catalog
from pipeline.config import Loaded
from pipeline.problem import ConfigError
from tests.pipeline.files import MINIMAL, write


def numbered(number: str, more: str = "") -> str:
    return f'numbers: ["{number}"]\n{more}{MINIMAL}'


def folder(path: Path, **files: str) -> Path:
    for name, text in files.items():
        write(path, text, f"{name}.yaml")
    return path


def name_of(answer: Loaded | Refusal) -> str:
    return answer.call.name if isinstance(answer, Loaded) else "refused"


def wrong(config: Path | str) -> str:
    with pytest.raises(ConfigError) as raised:
        load_catalog(str(config), {})
    return str(raised.value)


def test_a_path_a_name_and_a_stem_are_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path / "here", MINIMAL, "mine.yaml")
    monkeypatch.chdir(tmp_path)

    assert find(str(path)) == path
    assert find("here/mine.yaml") == Path("here/mine.yaml")
    assert find("minimal.yaml") == find("minimal") == CONFIGS / "minimal.yaml"


def test_a_file_here_is_taken_before_one_in_configs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, MINIMAL, "minimal.yaml")
    monkeypatch.chdir(tmp_path)

    assert find("minimal.yaml") == Path("minimal.yaml")


def test_what_is_found_below_here_is_named_from_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(CONFIGS.parent)

    assert find("minimal") == Path("configs/minimal.yaml")


@pytest.mark.parametrize("config", ["nope", "nope.yaml", "no/such.yaml", "", "x" * 300, "a\0b"])
def test_what_is_not_there_is_told(config: str) -> None:
    assert "no such call file" in wrong(config)


def test_known_names_are_told_with_a_bare_name_that_is_not_there() -> None:
    assert wrong("realestat").startswith("realestat: no such call file here or in configs/;")
    assert "realestate" in wrong("realestat").split("there are")[1]


def test_a_single_file_answers_every_number(tmp_path: Path) -> None:
    path = write(tmp_path, numbered("+15550100001"))

    catalog = load_catalog(str(path), {})

    assert name_of(catalog.pick("+15550100009")) == "call"


@pytest.fixture
def three(tmp_path: Path) -> Catalog:
    path = folder(
        tmp_path,
        a=numbered("+15550100001"),
        b=numbered("+15550100002", "refusal: Wrong number.\ntwiml_language: en-GB\n"),
        _base=MINIMAL.replace("twilio", "nobody"),
    )
    return load_catalog(str(path), {})


def test_the_called_number_picks_the_file_of_a_folder(three: Catalog) -> None:
    assert [name_of(three.pick(f"+1555010000{n}")) for n in (1, 2)] == ["a", "b"]


def test_a_file_is_found_again_by_the_name_in_a_token(three: Catalog) -> None:
    assert three.by_name("b.yaml").call.name == "b"
    with pytest.raises(KeyError):
        three.by_name("_base.yaml")


def test_an_unknown_number_is_refused_in_the_words_of_the_folder(three: Catalog) -> None:
    assert three.pick("+15550100003") == Refusal("Wrong number.", "en-GB", None)
    assert three.pick("") == three.refusal


def test_a_default_answers_what_no_other_does(tmp_path: Path) -> None:
    path = folder(tmp_path, a=numbered("+15550100001"), b=f"default: true\n{MINIMAL}")

    catalog = load_catalog(str(path), {})

    assert name_of(catalog.pick("+15550100009")) == "b"
    assert catalog.default is not None
    assert catalog.warnings == ()


def test_everything_wrong_in_a_folder_is_told_at_once(tmp_path: Path) -> None:
    one = numbered("+15550100001", "default: true\n")
    path = folder(tmp_path, a=one, b=one, c="nam: x\n", d=f"x: 1\n{MINIMAL}")

    told = [line.removeprefix(f"{path}/") for line in wrong(path).splitlines()]

    assert [line.split("; allowed")[0] for line in told] == [
        "c.yaml: pipeline: is missing; add it: The call's processors, from the phone on.",
        "c.yaml:1: nam: found an unknown key",
        "d.yaml:1: x: found an unknown key",
        "b.yaml:1: numbers[0]: a.yaml answers +15550100001 already",
        "b.yaml:2: default: a.yaml is the default already",
    ]


def test_a_folder_without_call_files_is_told(tmp_path: Path) -> None:
    write(tmp_path, MINIMAL, "_base.yaml")

    assert "no call file in this folder" in wrong(tmp_path)


def test_a_file_that_no_call_reaches_is_warned_of(tmp_path: Path) -> None:
    path = folder(
        tmp_path,
        a=numbered("+15550100001", "refusal: One.\n"),
        b=numbered("+15550100002", "refusal: Other.\n"),
        c=MINIMAL,
    )

    told = [str(warning) for warning in load_catalog(str(path), {}).warnings]

    assert told == [
        f"{path / 'c.yaml'}: no call reaches it: it has no numbers and is not default",
        f"{path / 'b.yaml'}:2: refusal: unknown numbers hear the refusal of a.yaml;"
        " keep it in one file",
    ]
