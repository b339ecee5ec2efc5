"""The command line: what it prints, and how it ends."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as Xml

import pytest

import run
from tests.pipeline.files import MINIMAL, write

ROOT = Path(run.__file__).parent


def test_check_prints_the_pipeline_and_ends_well(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write(tmp_path, MINIMAL)

    assert run.main(["--check", str(path)]) == 0

    out, err = capsys.readouterr()
    assert out.startswith(f"{path}: OK\n")
    assert "7  twilio_serializer (out)  " in out
    assert err == ""


def test_check_tells_all_that_is_wrong_with_all_files(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good = write(tmp_path, MINIMAL, "good.yaml")
    bad = write(tmp_path, f"nam: x\n{MINIMAL}  - type: hangup\n    x: 1\n", "bad.yaml")

    assert run.main(["--check", str(bad), str(good), "nope"]) == 2

    out, err = capsys.readouterr()
    assert f"{good}: OK" in out
    assert [line.split(": found")[0] for line in err.splitlines()][:2] == [
        f"{bad}:1: nam",
        f"{bad}:9: pipeline[4].x",
    ]
    assert err.splitlines()[2].startswith("nope: no such call file")


def test_check_takes_the_file_from_config(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write(tmp_path, MINIMAL)

    assert run.main(["--check", "--config", str(path)]) == 0
    assert capsys.readouterr().out.startswith(f"{path}: OK\n")


def test_schema_prints_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert run.main(["--schema"]) == 0
    assert json.loads(capsys.readouterr().out)["title"] == "Callwright call file"


def test_schema_prints_that_of_a_record(capsys: pytest.CaptureFixture[str]) -> None:
    assert run.main(["--schema", "record"]) == 0
    schema = json.loads(capsys.readouterr().out)
    assert schema["title"] == "Callwright call record"
    assert schema["properties"]["version"]["const"] == 1
    for part in (schema, *schema["$defs"].values()):
        assert all(value.get("description") for value in part.get("properties", {}).values())


def test_show_prints_a_record_and_draws_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "call.json").write_text('{"call": {"call_sid": "CA1"}}')
    plot = tmp_path / "call.svg"

    assert run.main(["--show", str(tmp_path), "--plot", str(plot)]) == 0
    assert "CA1" in capsys.readouterr().out
    assert plot.read_text().startswith("<svg")

    assert run.main(["--show", str(tmp_path / "none.json")]) == 2
    assert capsys.readouterr().err.endswith("none.json: No such file or directory\n")
    assert run.main(["--show", str(tmp_path), "--plot", str(tmp_path / "no" / "call.svg")]) == 2
    assert "No such file" in capsys.readouterr().err


def test_show_says_what_a_folder_without_records_lacks(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run.main(["--show", str(tmp_path)]) == 2

    assert f"{tmp_path}: no call record (*.json) in this folder" in capsys.readouterr().err


def test_prompt_prints_what_the_model_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write(tmp_path, f'numbers: ["+15550100007"]\nagent: {{role: You are Kim.}}\n{MINIMAL}')

    assert run.main(["--prompt", str(path)]) == 0

    out = capsys.readouterr().out
    assert out.startswith("# Role\nYou are Kim.\n")
    assert "- The number that was called is +15550100007." in out


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ([], "--config FILE is needed"),
        (["--check"], "--check needs a FILE"),
        (["--conf", "x"], "unrecognized arguments: --conf"),
        (["--schema", "--check", "x"], "not allowed with argument"),
        (["--cost", "x", "--schema"], "not allowed with argument"),
        (["--minutes", "5"], "--minutes goes with --cost"),
        (["--cost", "x", "--minutes", "0"], "allowed: 1 to 240"),
        (["--config", "minimal", "--fast"], "--fast goes with --simulate"),
        (["--config", "minimal", "--play"], "--play goes with --simulate"),
        (["--config", "minimal", "--simulate", "--fast", "--play"], "and not with --fast"),
        (["--config", "minimal", "--save", "x"], "--save goes with --simulate"),
        (["--plot", "x.svg"], "--plot goes with --show"),
        (["--show", "x", "--plot", "x.png"], "a file whose name ends in .svg"),
        (["--simulate", "--save", __file__], f"no folder can be at {__file__}: File exists"),
        (["--scenarios", "--junit", "/"], "found /; allowed: a file"),
    ],
)
def test_arguments_that_make_no_sense_are_told(
    arguments: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        run.main(arguments)

    assert ended.value.code == 2
    assert told in capsys.readouterr().err


def test_what_can_not_be_written_is_told_before_anything_is_done(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "access", lambda _path, _mode: False)  # root may write everywhere

    for arguments in (
        ["--config", "minimal", "--simulate", "--save", str(tmp_path / "new")],
        ["--config", "minimal", "--scenarios", "--junit", str(tmp_path / "out.xml")],
    ):
        with pytest.raises(SystemExit) as ended:
            run.main(arguments)

        assert ended.value.code == 2
        assert "can't be written" in capsys.readouterr().err


@pytest.mark.parametrize("kind", ["recording", "call_record"])
@pytest.mark.parametrize("workers", ["1", "2"])
def test_no_call_is_answered_whose_record_could_not_be_kept(
    kind: str, workers: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "taken").touch()
    records = tmp_path / "taken" / "records"
    keeper = f"  - {{type: {kind}, records: {records}}}\n"
    after = "  - type: twilio_serializer\n"
    more = "" if kind == "recording" else "  - type: transcript\n"
    text = MINIMAL.replace(after, after + keeper) if not more else MINIMAL + more + keeper
    path = write(tmp_path, text)

    assert run.main(["--config", str(path), "--workers", workers]) == 2

    out, err = capsys.readouterr()
    assert out == ""
    assert f"{path}: records: found '{records}', where nothing can be kept" in err


def test_a_call_that_is_stopped_by_hand_ends_without_a_traceback(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def stopped(*_: object, **__: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr("pipeline.commands.simulate", stopped)

    assert run.main(["--config", "minimal", "--simulate"]) == 130


@pytest.mark.parametrize("task", [["--check"], ["--prompt"], ["--config"], ["--cost"]])
def test_a_file_that_can_not_be_used_ends_with_status_2_and_no_traceback(
    task: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write(tmp_path, "a: [\n")

    assert run.main([*task, str(path)]) == 2

    out, err = capsys.readouterr()
    assert err.startswith(f"{path}:2: not YAML: ")
    assert (out, len(err.splitlines())) == ("", 1)


def test_cost_prints_each_minute_and_draws_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write(tmp_path, MINIMAL)

    assert run.main(["--cost", str(path), "--minutes", "1", "--save", str(tmp_path)]) == 0

    assert "With it: " in capsys.readouterr().out
    assert (tmp_path / "call-cost.png").exists()


def test_help_says_all(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        run.main(["--help"])

    assert ended.value.code == 0
    out = capsys.readouterr().out
    for word in ("--config", "--check", "--schema", "--prompt", "--cost", "exit status"):
        assert word in out


def test_it_runs_from_anywhere_and_prints_nothing_but_the_answer(tmp_path: Path) -> None:
    ended = subprocess.run(
        [sys.executable, str(ROOT / "run.py"), "--check", "with_stock_processor"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )

    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout.splitlines()[0].endswith("with_stock_processor.yaml: OK")


SCENARIOS = """\
scenarios:
  - {name: good, caller: [listen, hang_up], expect: {ended: caller}}
  - {name: bad, caller: [listen, hang_up], expect: {ended: assistant}}
"""


def test_scenarios_prints_a_table_and_writes_junit(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write(tmp_path, MINIMAL + "agent: {greeting: Hello.}\n")
    write(tmp_path, SCENARIOS, "scenarios/call.yaml")
    junit = tmp_path / "out.xml"

    assert run.main(["--config", str(path), "--scenarios", "good"]) == 0
    assert "1 call, all as expected" in capsys.readouterr().out
    assert run.main(["--config", str(path), "--scenarios", "--junit", str(junit)]) == 1

    out = capsys.readouterr().out
    assert "FAILED  ended by assistant: by caller" in out
    assert "1 of 2 calls failed" in out
    suite = Xml.parse(junit).getroot()[0]
    assert (suite.get("tests"), suite.get("failures")) == ("2", "1")
    assert [(case.get("name"), len(case)) for case in suite] == [("good", 0), ("bad", 1)]


def test_scenarios_can_be_watched(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write(tmp_path, MINIMAL + "agent: {greeting: Hello.}\n")
    write(tmp_path, SCENARIOS, "scenarios/call.yaml")
    watching = ["--config", str(path), "--watch", "--fast", "--scenarios"]

    assert run.main([*watching, "good"]) == 0
    assert "kept  ended by caller" in capsys.readouterr().out
    assert run.main([*watching]) == 1
    assert "ended by assistant" in capsys.readouterr().out
    with pytest.raises(SystemExit):
        run.main(["--config", str(path), "--watch"])


@pytest.mark.parametrize(
    "arguments", [["--simulate", "--fast"], ["--scenarios"], ["--watch", "--fast", "--scenarios"]]
)
def test_virtual_time_is_not_for_a_model_with_sockets_of_its_own(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run.main(["--config", "with_pipecat_model", *arguments]) == 2

    told = capsys.readouterr().err
    assert "with_pipecat_model.yaml: no call in virtual time" in told
    assert "allowed: --simulate without --fast" in told


def test_scenarios_that_cannot_be_used(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write(tmp_path, MINIMAL)

    assert run.main(["--config", str(path), "--scenarios"]) == 2
    assert "scenarios/call.yaml: no such file" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        run.main(["--config", str(path), "--junit", "out.xml"])


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--port", "9000", "--config", "x"], "--host and --port go with --serve-model"),
        (["--host", "::1", "--config", "x"], "--host and --port go with --serve-model"),
        (["--serve-model", "--port", "high"], "found 'high'; allowed: 0 to 65535"),
        (["--serve-model", "--port", "65536"], "found '65536'; allowed: 0 to 65535"),
        (["--serve-model", "--simulate"], "not allowed with argument"),
    ],
)
def test_serving_the_model_has_arguments_of_its_own(
    arguments: list[str], complaint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        run.main(arguments)

    assert ended.value.code == 2
    assert complaint in capsys.readouterr().err


def test_a_model_for_a_file_that_is_not_there_is_not_served(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run.main(["--serve-model", "--config", "nope"]) == 2
    assert "nope: no such call file" in capsys.readouterr().err


def test_open_to_all_no_worker_starts_without_a_way_to_check_signatures(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write(tmp_path, MINIMAL)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOST", "0.0.0.0")
    for name in ("TWILIO_AUTH_TOKEN", "TWILIO_WEBHOOK_SHARED_KEY"):
        monkeypatch.delenv(name, raising=False)

    for workers in ([], ["--workers", "2"]):
        assert run.main(["--config", str(path), *workers]) == 2
        assert "HOST: found '0.0.0.0'" in capsys.readouterr().err


def test_nothing_reports_to_others_unless_it_is_told_to() -> None:
    asked = "import os, run; print(os.environ['ORT_DISABLE_TELEMETRY'])"
    environment = {k: v for k, v in os.environ.items() if k != "ORT_DISABLE_TELEMETRY"}

    told = subprocess.run(
        [sys.executable, "-c", asked], cwd=ROOT, env=environment, capture_output=True, check=True
    )

    assert told.stdout.strip() == b"1"
