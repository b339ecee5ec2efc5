"""What Kubernetes is told fits together, fits its schemas, and fits the program."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Final

import kubernetes_validate
import pytest
from ruamel.yaml import YAML

from pipeline.catalog import load_catalog
from pipeline.drain import GOODBYE_SECONDS
from pipeline.metrics import CallMetrics
from pipeline.settings import Settings
from tests.pipeline.caller import http, server

ROOT: Final = Path(__file__).parents[2]
FOLDER: Final = ROOT / "deploy" / "kubernetes"
FILES: Final = sorted(path for path in FOLDER.rglob("*.yaml") if path.parent.name != "calls")
OF_OTHERS: Final = ("kustomize.config.k8s.io", "keda.sh")
"""Not Kubernetes' own kinds: it has no schema of them."""
VARIABLE: Final = re.compile(r"\$\{(\w+)")


def read(name: str) -> Any:
    return YAML(typ="safe").load(FOLDER / name)


DEPLOYMENT: Final = read("deployment.yaml")
POD: Final = DEPLOYMENT["spec"]["template"]["spec"]
CONTAINER: Final = POD["containers"][0]
KUSTOMIZATION: Final = read("kustomization.yaml")
CONFIG_MAPS: Final = {one["name"]: one for one in KUSTOMIZATION["configMapGenerator"]}
ENVIRONMENT: Final = dict(
    literal.split("=", 1) for literal in CONFIG_MAPS["callwright-env"]["literals"]
)
PORTS: Final = {port["name"]: port["containerPort"] for port in CONTAINER["ports"]}


@pytest.mark.parametrize("version", ["1.30", "1.37"])
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_kubernetes_knows_every_key(path: Path, version: str) -> None:
    resource = read(str(path.relative_to(FOLDER)))
    assert resource["kind"]
    if not resource["apiVersion"].startswith(OF_OTHERS):
        kubernetes_validate.validate(resource, version, strict=True)


def test_the_schemas_find_a_wrong_key() -> None:
    wrong = read("deployment.yaml")
    wrong["spec"]["template"]["spec"]["containers"][0]["livelinessProbe"] = {}
    with pytest.raises(kubernetes_validate.ValidationError, match="livelinessProbe"):
        kubernetes_validate.validate(wrong, "1.37", strict=True)


def test_every_file_is_listed_or_named_as_the_alternative() -> None:
    listed = {*KUSTOMIZATION["resources"], "kustomization.yaml"}
    assert {path.name for path in FOLDER.glob("*.yaml")} - listed == {
        "hpa.yaml",
        "secret.example.yaml",
    }


def test_a_pod_has_time_for_its_calls() -> None:
    pause = CONTAINER["lifecycle"]["preStop"]["sleep"]["seconds"]
    readiness = CONTAINER["readinessProbe"]
    drain = float(ENVIRONMENT["DRAIN_SECONDS"])

    assert POD["terminationGracePeriodSeconds"] > pause + drain + GOODBYE_SECONDS
    assert pause > readiness["periodSeconds"] * readiness["failureThreshold"]
    assert DEPLOYMENT["spec"]["strategy"]["rollingUpdate"]["maxUnavailable"] == 0


@pytest.mark.parametrize("probe", ["startupProbe", "readinessProbe", "livenessProbe"])
async def test_probes_ask_what_is_answered(probe: str) -> None:
    asked = CONTAINER[probe]["httpGet"]

    async with http(server()) as client:
        assert (await client.get(asked["path"])).status_code == 200

    assert asked["port"] == "http"
    assert asked["path"] == ("/healthz" if probe == "livenessProbe" else "/readyz")


def test_every_variable_is_read_by_something() -> None:
    secrets = read("secret.example.yaml")["stringData"]
    known = {name.upper() for name in Settings.model_fields}
    files = [*(ROOT / "configs").rglob("*.yaml"), *(FOLDER / "calls").glob("*.yaml")]
    asked = {name for file in files for name in VARIABLE.findall(file.read_text("utf-8"))}

    assert {*ENVIRONMENT, *secrets} <= known | asked
    assert not any(secrets.values())
    assert not secrets.keys() & ENVIRONMENT.keys()


def test_the_environment_makes_settings_that_may_listen(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {**ENVIRONMENT, "TWILIO_AUTH_TOKEN": "x"}.items():
        monkeypatch.setenv(name, value)

    settings = Settings(_env_file=None)

    assert settings.checks_signatures
    assert not settings.listens_on_loopback
    assert {"http": settings.port, "metrics": settings.metrics_port} == PORTS


def test_ports_and_names_agree() -> None:
    service, ingress = read("service.yaml"), read("ingress.yaml")
    (rule,) = ingress["spec"]["rules"]
    (path,) = rule["http"]["paths"]
    (port,) = service["spec"]["ports"]
    annotations = DEPLOYMENT["spec"]["template"]["metadata"]["annotations"]

    assert port["targetPort"] in PORTS
    assert path["backend"]["service"] == {
        "name": service["metadata"]["name"],
        "port": {"name": port["name"]},
    }
    assert ENVIRONMENT["PUBLIC_URL"] == f"https://{rule['host']}"
    assert ingress["spec"]["tls"][0]["hosts"] == [rule["host"]]
    assert annotations["prometheus.io/port"] == str(PORTS["metrics"])


def test_everything_means_the_same_pods() -> None:
    labels = DEPLOYMENT["spec"]["template"]["metadata"]["labels"]
    selectors = [
        DEPLOYMENT["spec"]["selector"]["matchLabels"],
        read("service.yaml")["spec"]["selector"],
        read("pdb.yaml")["spec"]["selector"]["matchLabels"],
        *(one["labelSelector"]["matchLabels"] for one in POD["topologySpreadConstraints"]),
    ]
    target = {"apiVersion": "apps/v1", "kind": "Deployment", "name": DEPLOYMENT["metadata"]["name"]}

    assert all(selector == labels for selector in selectors)
    assert read("scaledobject.yaml")["spec"]["scaleTargetRef"] == target
    assert read("hpa.yaml")["spec"]["scaleTargetRef"] == target


def test_references_are_made_here() -> None:
    secret = read("secret.example.yaml")["metadata"]["name"]
    sources = [source for entry in CONTAINER["envFrom"] for source in entry.values()]
    volumes = {volume["name"]: volume for volume in POD["volumes"]}

    assert {source["name"] for source in sources} == {"callwright-env", secret}
    assert volumes["calls"]["configMap"]["name"] in CONFIG_MAPS
    assert {mount["name"] for mount in CONTAINER["volumeMounts"]} == volumes.keys()
    assert CONTAINER["image"] in {image["name"] for image in KUSTOMIZATION["images"]}


def test_the_call_files_answer_and_are_all_mounted() -> None:
    listed = {FOLDER / file for file in CONFIG_MAPS["callwright-calls"]["files"]}
    mount = next(mount for mount in CONTAINER["volumeMounts"] if mount["name"] == "calls")
    catalog = load_catalog(str(FOLDER / "calls"), {})

    assert {Path(loaded.path) for loaded in catalog.files} == listed
    assert catalog.warnings == ()
    assert mount["mountPath"] == f"/app/{FOLDER.joinpath('calls').relative_to(ROOT)}"
    assert CONTAINER["args"] == ["--config", str((FOLDER / "calls").relative_to(ROOT))]


def test_both_autoscalers_ask_for_live_calls_alike() -> None:
    keda, hpa = read("scaledobject.yaml")["spec"], read("hpa.yaml")["spec"]
    (trigger,), (metric,) = keda["triggers"], hpa["metrics"]
    told = {family.name for family in CallMetrics().registry.collect()}
    (asked,) = re.findall(r"callwright_\w+", trigger["metadata"]["query"])

    assert asked == metric["pods"]["metric"]["name"]
    assert asked in told
    assert f'namespace="{KUSTOMIZATION["namespace"]}"' in trigger["metadata"]["query"]
    assert trigger["metadata"]["threshold"] == metric["pods"]["target"]["averageValue"]
    assert int(trigger["metadata"]["threshold"]) < int(ENVIRONMENT["MAX_CALLS"])
    assert keda["advanced"]["horizontalPodAutoscalerConfig"]["behavior"] == hpa["behavior"]
    assert (keda["minReplicaCount"], keda["maxReplicaCount"]) == (
        hpa["minReplicas"],
        hpa["maxReplicas"],
    )


def test_nothing_in_it_may_do_more_than_answer_calls() -> None:
    assert POD["securityContext"]["runAsNonRoot"]
    assert POD["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert not POD["automountServiceAccountToken"]
    assert CONTAINER["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert "cpu" not in CONTAINER["resources"]["limits"]  # throttling is heard
