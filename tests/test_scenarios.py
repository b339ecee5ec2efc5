"""The scenarios that come with Callwright: every call goes as its file says."""

from __future__ import annotations

import pytest

from pipeline.catalog import CONFIGS, Catalog, call_files, load_catalog
from pipeline.scenario_file import FOLDER, Scenario, scenarios_of
from pipeline.scenario_report import failure
from pipeline.scenario_run import run_scenario

CATALOGS = [
    load_catalog(str(path), {})
    for path in call_files(CONFIGS)
    if (CONFIGS / FOLDER / path.name).is_file()
]
CALLS = [
    pytest.param(catalog, scenario, id=f"{catalog.path.stem}: {scenario.name}")
    for catalog in CATALOGS
    for scenario in scenarios_of(catalog.files[0]).all
]


@pytest.mark.parametrize(("catalog", "scenario"), CALLS)
def test_it_goes_as_expected(catalog: Catalog, scenario: Scenario) -> None:
    result = run_scenario(catalog, scenario)

    assert not result.failed, failure(result)


def test_every_scenario_file_belongs_to_a_call_file_and_names_its_schema() -> None:
    files = {path.name: path for path in call_files(CONFIGS / FOLDER)}

    assert set(files) == {catalog.path.name for catalog in CATALOGS}
    for path in files.values():
        first = path.read_text(encoding="utf-8").splitlines()[0]
        assert first == "# yaml-language-server: $schema=schema.json"
