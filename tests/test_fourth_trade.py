"""README's fourth trade: under 40 lines, valid, and good for a whole call."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

import run
from pipeline.catalog import CONFIGS

README = Path(run.__file__).parent / "README.md"


@pytest.fixture
def trade(tmp_path: Path) -> Path:
    """The file that README shows, beside the base that it extends."""
    text = README.read_text(encoding="utf-8").partition("### A fourth trade")[2]
    shown = re.search(r"```yaml\n(.*?)```", text, re.DOTALL)
    assert shown is not None
    shutil.copytree(CONFIGS / "base", tmp_path / "base")
    path = tmp_path / "vet.yaml"
    path.write_text(shown[1], encoding="utf-8")
    return path


def test_it_has_under_40_lines_and_nothing_is_left_to_chance(
    trade: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert len(trade.read_text(encoding="utf-8").splitlines()) < 40

    assert run.main(["--check", str(trade)]) == 0

    out = capsys.readouterr().out
    assert "Paws and Claws" in out
    assert "warning" not in out


def test_it_answers_a_call(trade: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run.main(["--config", str(trade), "--simulate", "--fast"]) == 0

    out = capsys.readouterr().out
    assert "Paws and Claws, this is Max." in out
    assert re.search(r"All \d+ promises kept", out)


def test_its_scenarios_are_written_as_quickly(
    trade: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    scenarios = trade.parent / "scenarios" / "vet.yaml"
    scenarios.parent.mkdir()
    scenarios.write_text(
        """\
scenarios:
  - name: a limping dog
    caller:
      - say: Hello, my dog is limping.
      - answer: {name: Kim Ortiz., contact: 555 010 0123., animal: "A spaniel, nine years old."}
      - say: That is all. Goodbye.
    expect:
      captured: {name: Kim Ortiz, animal: spaniel}
      confirmed: [name, contact]
      ended: assistant
""",
        encoding="utf-8",
    )

    assert run.main(["--config", str(trade), "--scenarios"]) == 0
    assert "1 call, all as expected" in capsys.readouterr().out
