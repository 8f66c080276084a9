"""docs/deployment.md lists every setting with its default, and says the ports and times that are true."""

import json
import mmap
import os
import re
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from adapters.settings import GROUPS, PREFIX, Settings, accepts, load_settings, variable

ROW = re.compile(r"^\| `(\w+)` \| (?:`([^`]*)`)? ?\| (.*) \|$", re.MULTILINE)


@pytest.fixture(scope="module")
def page(root: Path) -> str:
    return (root / "docs" / "deployment.md").read_text()


@pytest.fixture(scope="module")
def table(page: str) -> dict[str, tuple[str, str]]:
    """Default and what is accepted, by variable."""
    return {name: (default, accepted) for name, default, accepted in ROW.findall(page)}


def every_setting() -> dict[str, str]:
    """What each variable accepts, by variable."""
    own = {variable(name): accepts(name) for name in Settings.model_fields if name not in GROUPS}
    parts = [(name, part) for name, group in GROUPS.items() for part in group.model_fields]
    return own | {variable(*way): accepts(*way) for way in parts}


def test_the_page_lists_every_setting_and_what_it_accepts(table: dict[str, tuple[str, str]]) -> None:
    assert {name: accepted for name, (_, accepted) in table.items()} == every_setting()


def test_the_defaults_on_the_page_set_as_they_stand_change_nothing(
    table: dict[str, tuple[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in list(os.environ):
        if name.startswith(PREFIX) or name == "DATABASE_URL":
            monkeypatch.delenv(name)
    without = load_settings()
    for name, (default, _) in table.items():
        monkeypatch.setenv(name, default)
    assert load_settings() == without


def test_a_setting_without_a_default_on_the_page_has_none(table: dict[str, tuple[str, str]]) -> None:
    empty = {name for name, (default, _) in table.items() if not default}
    own = {variable(name) for name, field in Settings.model_fields.items() if not field.default}
    parts = [(name, part, field) for name, group in GROUPS.items() for part, field in group.model_fields.items()]
    assert empty == own | {variable(name, part) for name, part, field in parts if not field.default}


def test_ports_and_times_on_the_page_are_those_of_the_files(
    page: str, project: dict[str, Any], worker: dict[str, Any], instructions: list[tuple[str, str]]
) -> None:
    services = project["services"]
    for name, port in [("proxy", "8080"), ("proxy", "8233"), ("proxy", "8025"), ("temporal", "7233")]:
        assert f"127.0.0.1:{port}:{port}" in services[name]["ports"]
        assert f"localhost:{port}" in page
    assert f"`stop_grace_period: {worker['stop_grace_period']}`" in page
    environment = " ".join(rest for word, rest in instructions if word == "ENV")
    for name in ("TENURE_DOCUMENTS_DIR", "TENURE_HEARTBEAT_FILE"):
        (value,) = re.findall(rf"{name}=(\S+)", environment)
        assert worker["environment"][name] == value
        assert f"`{name}` to `{value}`" in page


def test_every_order_file_the_page_hands_in_exists(root: Path, page: str) -> None:
    named = set(re.findall(r"examples/[\w.-]+", page))
    assert named
    assert all(isinstance(json.loads((root / name).read_text()), dict) for name in named)


def test_the_variables_of_the_server_that_the_page_names_are_ones_it_reads(page: str) -> None:
    """The embedded server is the same program and carries the same template of its configuration."""
    named = set(re.findall(r"`((?:TEMPORAL_(?:TLS|AUTH|JWT)|SQL|NUM)_[A-Z0-9_]+)", page))
    ours = {"TEMPORAL_AUTH_ENABLED", "TEMPORAL_AUTH_PROVIDER_URL"}  # the Web UI's
    program = Path(sys.executable).parent / "temporal"
    with program.resolve().open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as text:
        unread = {name for name in named - ours if text.find(name.encode()) < 0}
    assert unread == set()


MUTUAL = {
    "TEMPORAL_TLS_FRONTEND_CERT",
    "TEMPORAL_TLS_FRONTEND_KEY",
    "TEMPORAL_TLS_CLIENT1_CA_CERT",
    "TEMPORAL_TLS_REQUIRE_CLIENT_AUTH",
    "TEMPORAL_TLS_SERVER_CERT",
    "TEMPORAL_TLS_SERVER_KEY",
    "TEMPORAL_TLS_SERVER_CA_CERT",
    "TEMPORAL_TLS_INTERNODE_SERVER_NAME",
    "TEMPORAL_TLS_FRONTEND_SERVER_NAME",
}
"""With the first four alone no process of server 1.32.0 starts (tried on a cluster of six)."""


def test_the_recipe_for_client_certificates_is_whole(page: str) -> None:
    recipe = page.partition("### Client certificates (mTLS)")[2].partition("\n## ")[0]
    rows = [row for row in recipe.splitlines() if row.startswith("| `")]
    assert set(re.findall(r"TEMPORAL_TLS_[A-Z0-9_]+", "\n".join(rows))) == MUTUAL


def test_the_heartbeat_file_is_not_offered_as_a_liveness_probe(page: str, project: dict[str, Any]) -> None:
    paragraph = next(part for part in page.split("\n\n") if "TENURE_HEARTBEAT_FILE` every ten seconds" in part)
    assert "readiness, not liveness" in paragraph
    assert "no liveness probe" in paragraph
    assert "restart" not in str(project["services"]["worker"]["healthcheck"])


def test_compose_allows_more_lists_a_second_than_the_server_by_itself(root: Path, page: str) -> None:
    settings = yaml.safe_load((root / "deploy" / "temporal" / "dynamicconfig.yaml").read_text())
    assert settings["frontend.namespaceRPS.visibility"] == [{"value": 50}]
    assert "`frontend.namespaceRPS.visibility`; Compose has 50" in page
