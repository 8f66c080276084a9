"""What docker-compose.yml and the Dockerfile run of ours, run here: health check, worker, jobs, settings."""

import os
import re
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from adapters.settings import PREFIX, load_settings
from adapters.temporal.dev_server import DevServer

Service = dict[str, Any]

BIN = Path(sys.executable).parent

TOOL = """#!/bin/sh
echo "$SQL_PLUGIN $SQL_USER@$SQL_HOST:$SQL_PORT/$SQL_DATABASE $*" >> "$CALLS"
test "$1" != "$FAILS"
"""
"""Stands in for temporal-sql-tool, which is in Temporal's image."""


def health(worker: Service, file: Path) -> "subprocess.CompletedProcess[str]":
    kind, command = worker["healthcheck"]["test"]
    assert kind == "CMD-SHELL"
    environment = {**os.environ, "TENURE_HEARTBEAT_FILE": str(file)}
    return subprocess.run(["/bin/sh", "-c", command], env=environment, check=False, capture_output=True, text=True)


def healthy(worker: Service, file: Path) -> bool:
    return health(worker, file).returncode == 0


@pytest.mark.parametrize(("age", "expected"), [(0, True), (30, True), (70, False), (3600, False)])
def test_a_worker_is_healthy_while_its_sign_of_life_is_fresh(
    worker: Service, tmp_path: Path, age: int, expected: bool
) -> None:
    file = tmp_path / "heart beat"
    file.touch()
    os.utime(file, (time.time() - age,) * 2)
    assert healthy(worker, file) is expected


def test_what_an_operator_has_to_mend_stands_in_the_health_checks_log(worker: Service, tmp_path: Path) -> None:
    (tmp_path / "beat").write_text("mails wait: why\n")
    asked = health(worker, tmp_path / "beat")
    assert (asked.returncode, asked.stdout) == (0, "mails wait: why\n")


def test_a_worker_that_never_polled_is_not_healthy(worker: Service, tmp_path: Path) -> None:
    assert not healthy(worker, tmp_path / "none")


def test_a_fresh_sign_of_life_outlasts_several_beats() -> None:
    worker = pytest.importorskip("worker")
    assert timedelta(seconds=worker.BEAT) * 3 < timedelta(minutes=1)


def test_image_and_compose_ask_the_same_health_check(worker: Service, instructions: list[tuple[str, str]]) -> None:
    (asked,) = [rest for word, rest in instructions if word == "HEALTHCHECK"]
    options, _, command = asked.partition("CMD ")
    assert command == worker["healthcheck"]["test"][1]
    for key in ("interval", "timeout", "retries", "start_period"):
        assert f"--{key.replace('_', '-')}={worker['healthcheck'][key]}" in options.split()


def test_the_worker_starts_by_the_images_command(worker: Service, instructions: list[tuple[str, str]]) -> None:
    """Which does start it: tests/deploy/test_image.py."""
    assert not {"command", "entrypoint"} & worker.keys()
    assert "ENTRYPOINT" not in dict(instructions)


def test_the_workers_environment_is_one_it_accepts(worker: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith(PREFIX) or name == "DATABASE_URL":
            monkeypatch.delenv(name)
    for name, value in worker["environment"].items():
        monkeypatch.setenv(name, value)
    settings = load_settings()
    assert settings.database_url.endswith("@store:5432/tenure")
    assert settings.smtp_host == "mail"
    assert str(settings.heartbeat_file).startswith("/tmp/")
    assert worker["volumes"] == [f"documents:{settings.documents_dir}"]


def test_temporal_is_the_release_these_tests_run_against(project: dict[str, Any]) -> None:
    told = subprocess.run([BIN / "temporal", "--version"], capture_output=True, text=True, check=True).stdout
    releases = re.search(r"Server (\S+), UI (\S+)\)", told)
    assert releases
    images = {name: service["image"] for name, service in project["services"].items()}
    assert images["temporal"] == f"temporalio/server:{releases[1]}"
    assert images["temporal-schema"] == images["temporal-namespace"] == f"temporalio/admin-tools:{releases[1]}"
    assert images["temporal-ui"] == f"temporalio/ui:{releases[2]}"


def job(root: Path, service: Service, **environment: str) -> "subprocess.CompletedProcess[str]":
    """Run a job's script with its own environment, changed where a test says so."""
    (mount,) = service["volumes"]
    here, there, _ = mount.split(":")
    shell, script = service["entrypoint"]
    return subprocess.run(
        [shell, str(root / script.replace(there, here))],
        env={"PATH": os.environ["PATH"], **service["environment"], **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


def can_be_used(namespace: str, environment: dict[str, str]) -> bool:
    command = [str(BIN / "temporal"), "workflow", "count", "--namespace", namespace]
    return subprocess.run(command, env=environment, capture_output=True, check=False).returncode == 0


async def test_the_namespace_is_made_once_and_can_be_used_at_once(
    root: Path, project: dict[str, Any], tmp_path: Path
) -> None:
    service = project["services"]["temporal-namespace"]
    async with DevServer(tmp_path, port=0, ui_port=0) as server:
        reach = {"PATH": f"{BIN}:{os.environ['PATH']}", "TEMPORAL_ADDRESS": server.address, "HOME": str(tmp_path)}
        first = job(root, service, TEMPORAL_NAMESPACE="partners", **reach)
        at_once = can_be_used("partners", reach)
        again = job(root, service, TEMPORAL_NAMESPACE="partners", **reach)
        there = job(root, service, **reach)
    assert [first.returncode, again.returncode, there.returncode] == [0, 0, 0]
    assert at_once
    assert "registered" in first.stdout
    assert "registered" not in again.stdout + there.stdout


def a_tool(directory: Path) -> dict[str, str]:
    tool = directory / "temporal-sql-tool"
    tool.write_text(TOOL)
    tool.chmod(0o755)
    return {"PATH": f"{directory}:{os.environ['PATH']}", "CALLS": str(directory / "calls"), "FAILS": ""}


def test_both_databases_are_made_and_brought_to_the_release(
    root: Path, project: dict[str, Any], tmp_path: Path
) -> None:
    done = job(root, project["services"]["temporal-schema"], **a_tool(tmp_path))
    assert done.returncode == 0, done.stderr
    server = "postgres12 temporal@temporal-postgresql:5432"
    assert (tmp_path / "calls").read_text().splitlines() == [
        f"{server}/temporal create-database",
        f"{server}/temporal setup-schema --version 0.0",
        f"{server}/temporal update-schema --schema-name postgresql/v12/temporal",
        f"{server}/temporal_visibility create-database",
        f"{server}/temporal_visibility setup-schema --version 0.0",
        f"{server}/temporal_visibility update-schema --schema-name postgresql/v12/visibility",
    ]


def test_a_schema_that_cannot_be_brought_up_to_date_stops_the_server_from_starting(
    root: Path, project: dict[str, Any], tmp_path: Path
) -> None:
    done = job(root, project["services"]["temporal-schema"], **{**a_tool(tmp_path), "FAILS": "update-schema"})
    assert done.returncode != 0
    assert len((tmp_path / "calls").read_text().splitlines()) == 3
    assert project["services"]["temporal"]["depends_on"] == {
        "temporal-schema": {"condition": "service_completed_successfully"}
    }


def test_the_databases_the_schema_job_makes_are_the_ones_the_server_opens(project: dict[str, Any]) -> None:
    made, opened = (project["services"][name]["environment"] for name in ("temporal-schema", "temporal"))
    assert (made["SQL_HOST"], made["SQL_PORT"], made["SQL_USER"], made["SQL_PASSWORD"]) == (
        opened["POSTGRES_SEEDS"],
        opened["DB_PORT"],
        opened["POSTGRES_USER"],
        opened["POSTGRES_PWD"],
    )
