"""The container's files fit what they are about: the sources, the settings, how a server stops.

No container engine is needed; what one would refuse is not found here.
"""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

import run
from pipeline.arguments import parser
from pipeline.drain import GOODBYE_SECONDS
from pipeline.settings import Settings

ROOT = Path(run.__file__).parent
DOCKERFILES = ("deploy/Dockerfile", "deploy/pipecat-cloud/Dockerfile")
OTHERS_NAMES = {
    "RECORDS_DIR",  # read by the call files
    "PATH",
    "PIP_NO_CACHE_DIR",
    "PIP_DISABLE_PIP_VERSION_CHECK",
    "PYTHONDONTWRITEBYTECODE",
    "PYTHONUNBUFFERED",
    "XDG_CACHE_HOME",
    "ORT_DISABLE_TELEMETRY",
}
Step = tuple[str, str]


def _steps(dockerfile: str) -> list[Step]:
    """Each instruction and its text, comments gone and lines joined."""
    lines = (ROOT / dockerfile).read_text(encoding="utf-8").splitlines()
    text = "\n".join(line for line in lines if not line.lstrip().startswith("#"))
    joined = re.sub(r"\\\n\s*", " ", text).splitlines()
    return [(word, rest) for word, _, rest in (line.partition(" ") for line in joined) if word]


def _all(word: str, steps: list[Step]) -> list[str]:
    return [rest for instruction, rest in steps if instruction == word]


def _final_stage() -> list[Step]:
    steps = _steps("deploy/Dockerfile")
    last = max(at for at, (word, _) in enumerate(steps) if word == "FROM")
    return steps[last:]


def _variables(steps: list[Step]) -> dict[str, str]:
    return dict(pair for rest in _all("ENV", steps) for pair in re.findall(r"(\w+)=(\S+)", rest))


def _from_the_context(dockerfile: str) -> list[str]:
    copied = [rest.split() for rest in _all("COPY", _steps(dockerfile))]
    return [
        source for words in copied if not words[0].startswith("--from=") for source in words[:-1]
    ]


def _yaml(path: str) -> Any:
    return YAML(typ="safe", pure=True).load(ROOT / path)


def _service() -> Any:
    return _yaml("deploy/compose.yaml")["services"]["callwright"]


def _seconds(duration: str) -> float:
    match = re.fullmatch(r"(?:(\d+)m)?(?:(\d+)s)?", duration)
    assert match is not None
    return 60.0 * int(match[1] or 0) + int(match[2] or 0)


@pytest.mark.parametrize("dockerfile", DOCKERFILES)
def test_what_is_copied_exists_and_is_let_through(dockerfile: str) -> None:
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    allowed = {line.removeprefix("!") for line in ignored if line.startswith("!")}
    copied = set(_from_the_context(dockerfile))

    assert "*" in ignored
    assert copied >= {"requirements.lock", "run.py", "pipeline", "processors", "transports"}
    assert [path for path in sorted(copied) if not (ROOT / path).exists()] == []
    assert copied <= allowed


def test_all_that_is_let_through_is_copied_by_somebody() -> None:
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    allowed = {line.removeprefix("!") for line in ignored if line.startswith("!")}

    assert allowed == {path for file in DOCKERFILES for path in _from_the_context(file)}


def test_the_image_has_every_package_that_a_wheel_has() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    packaged = project["tool"]["hatch"]["build"]["targets"]["wheel"]["only-include"]
    labels = _all("LABEL", _final_stage())[0]

    assert set(packaged) <= set(_from_the_context("deploy/Dockerfile"))
    assert f'version="{project["project"]["version"]}"' in labels
    assert f'licenses="{project["project"]["license"]}"' in labels
    assert _service()["image"] == f"callwright:{project['project']['version']}"


def test_the_test_tools_that_go_are_in_the_lock_and_needed_by_nobody_else() -> None:
    install = next(rest for rest in _all("RUN", _steps("deploy/Dockerfile")) if "uninstall" in rest)
    gone = set(install.partition("uninstall --yes")[2].partition("&&")[0].split())
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    needed_by = {
        entry.partition("==")[0]: set(re.findall(r"^    #(?: via|  ) ([\w.-]+)", entry, re.M))
        for entry in re.split(r"\n(?=\w)", lock)
    }

    assert "--require-hashes" in install
    assert {"pytest", "ruff", "mypy", "hypothesis"} <= gone <= needed_by.keys()
    assert {user for name in gone for user in needed_by[name]} - gone == {"callwright"}


def test_it_runs_as_nobody_in_particular_and_stops_when_told() -> None:
    stage = _final_stage()
    arguments = json.loads(_all("ENTRYPOINT", stage)[0]) + json.loads(_all("CMD", stage)[0])

    user, group = _all("USER", stage)[0].split(":")
    assert int(user) > 0
    assert int(group) > 0
    assert f"--uid {user}" in _all("RUN", stage)[0]
    assert _all("STOPSIGNAL", stage) == ["SIGTERM"]
    assert arguments[:2] == ["python", "run.py"]
    assert parser().parse_args(arguments[2:]).config == "realestate"
    assert parser().parse_args(_service()["command"]).workers == 2


def test_the_health_check_asks_the_servers_own_port() -> None:
    stage = _final_stage()
    check = _all("HEALTHCHECK", stage)[0]
    command = json.loads(check[check.index("[") :])
    port = _variables(stage)["PORT"]

    compile(command[-1], "health check", "exec")
    assert command[:2] == ["python", "-c"]
    assert "/healthz" in command[-1]
    assert f"or '{port}'" in command[-1]
    assert _all("EXPOSE", stage) == [port] == [str(Settings.model_fields["port"].default)]


def test_records_go_to_the_volume() -> None:
    stage = _final_stage()
    service = _service()
    folder = _variables(stage)["RECORDS_DIR"]

    assert _all("VOLUME", stage) == [folder] == [service["environment"]["RECORDS_DIR"]]
    assert f"records:{folder}" in service["volumes"]
    assert "records" in _yaml("deploy/compose.yaml")["volumes"]


def test_variables_are_settings() -> None:
    known = {name.upper() for name in Settings.model_fields} | OTHERS_NAMES
    image = _variables(_steps("deploy/Dockerfile"))
    service = _service()["environment"]

    assert {*image, *service} <= known
    settings = Settings(**{name.lower(): value for name, value in service.items()})
    assert not settings.listens_on_loopback


def test_compose_waits_until_the_last_goodbye() -> None:
    service = _service()
    drain = float(service["environment"]["DRAIN_SECONDS"])

    assert drain == Settings.model_fields["drain_seconds"].default
    assert _seconds(service["stop_grace_period"]) > drain + GOODBYE_SECONDS


def test_compose_gives_no_more_than_needed() -> None:
    services = _yaml("deploy/compose.yaml")["services"].values()

    for service in services:
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]
        assert all(str(port).startswith("127.0.0.1:") for port in service["ports"])
    assert any(mount.startswith("/tmp:") for mount in _service()["tmpfs"])


def test_compose_finds_its_files() -> None:
    compose = ROOT / "deploy" / "compose.yaml"
    build = _service()["build"]
    prometheus = _yaml("deploy/compose.yaml")["services"]["prometheus"]
    mounted = [mount.split(":")[0] for mount in prometheus["volumes"]]

    assert (compose.parent / build["context"]).resolve() == ROOT
    assert (ROOT / build["dockerfile"]).is_file()
    assert (compose.parent / _service()["env_file"]).resolve() == ROOT / ".env"
    assert all((compose.parent / path).is_file() for path in mounted if path.startswith("."))


def test_prometheus_asks_the_metrics_port_of_the_service() -> None:
    port = _service()["environment"]["METRICS_PORT"]
    jobs = _yaml("deploy/prometheus.yml")["scrape_configs"]

    targets = [
        target for job in jobs for each in job["static_configs"] for target in each["targets"]
    ]
    assert targets == [f"callwright:{port}"]
    assert port in _service()["expose"]
    assert all("metrics_path" not in job for job in jobs)


def test_images_are_short_names_of_a_version() -> None:
    stages = [rest.split()[0] for rest in _all("FROM", _steps("deploy/Dockerfile"))]
    services = _yaml("deploy/compose.yaml")["services"].values()

    for image in (*stages, *(service["image"] for service in services)):
        name, _, tag = image.partition(":")
        assert re.match(r"v?\d", tag), image
        assert "." not in name, image
        assert name.count("/") <= 1, image
