"""docker-compose.yml keeps its rules, and each rule is seen to fail on a file that breaks it."""

import copy
import json
import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from adapters.settings import Settings

Project = dict[str, Any]
Rule = Callable[[Project], Iterator[str]]
Breakage = Callable[[Project], object]

SCHEMA = Draft202012Validator(json.loads((Path(__file__).parent / "compose-spec.json").read_text()))

MAY_SHARE_A_NETWORK_WITH = {"store": {"worker", "web"}, "temporal-postgresql": {"temporal-schema", "temporal"}}
"""Who may talk to a database, by database."""


def services(project: Project) -> Iterator[tuple[str, dict[str, Any]]]:
    yield from project["services"].items()


def is_job(service: dict[str, Any]) -> bool:
    return service.get("restart") == "no"


def dependencies(project: Project) -> Iterator[tuple[str, str, str]]:
    for name, service in services(project):
        for other, terms in service.get("depends_on", {}).items():
            yield name, other, terms["condition"]


def seconds(duration: str) -> float:
    units = {"h": 3600, "m": 60, "s": 1}
    return sum(float(number) * units[unit] for number, unit in re.findall(r"([\d.]+)([hms])", duration))


def fits_the_compose_specification(project: Project) -> Iterator[str]:
    for error in SCHEMA.iter_errors(project):
        yield f"{error.json_path}: {error.message}"


def everything_that_stays_up_has_a_health_check(project: Project) -> Iterator[str]:
    for name, service in services(project):
        if not is_job(service) and not service.get("healthcheck", {}).get("test"):
            yield name


def every_job_is_awaited(project: Project) -> Iterator[str]:
    """Else `docker compose up --wait` takes its end for a failure."""
    awaited = {other for _, other, condition in dependencies(project) if condition == "service_completed_successfully"}
    yield from (name for name, service in services(project) if is_job(service) and name not in awaited)


def every_dependency_can_be_satisfied(project: Project) -> Iterator[str]:
    for name, other, condition in dependencies(project):
        service = project["services"].get(other)
        wanted = "service_completed_successfully" if service and is_job(service) else "service_healthy"
        if service is None or condition != wanted:
            yield f"{name} waits for {other} to be {condition}"


def every_host_port_is_this_machines_own(project: Project) -> Iterator[str]:
    for name, service in services(project):
        for port in service.get("ports", []):
            if not str(port).startswith("127.0.0.1:"):
                yield f"{name} {port}"


def browsers_come_in_through_the_proxy_alone(project: Project) -> Iterator[str]:
    for name, service in services(project):
        if service.get("ports") and name not in {"proxy", "temporal"}:
            yield name


def every_image_is_one_release(project: Project) -> Iterator[str]:
    for name, service in services(project):
        released = re.fullmatch(r"[a-z0-9./-]+:v?\d+\.\d+(\.\d+)?(-[a-z-]+)?", service["image"])
        if "build" not in service and not released:
            yield f"{name} {service['image']}"


def no_image_is_retired(project: Project) -> Iterator[str]:
    yield from (name for name, service in services(project) if "auto-setup" in service["image"])


def databases_are_reached_by_their_own_alone(project: Project) -> Iterator[str]:
    for database, allowed in MAY_SHARE_A_NETWORK_WITH.items():
        networks = set(project["services"][database].get("networks", ["default"]))
        if not all((project["networks"][network] or {}).get("internal") for network in networks):
            yield f"{database} is on a network that leads out"
        for name, service in services(project):
            if name != database and networks & set(service.get("networks", ["default"])) and name not in allowed:
                yield f"{name} reaches {database}"


def data_is_kept_in_named_volumes(project: Project) -> Iterator[str]:
    for name, service in services(project):
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            if not source.startswith("./deploy/") and source not in project["volumes"]:
                yield f"{name} {volume}"


def what_needs_no_rights_has_none(project: Project) -> Iterator[str]:
    for name, service in services(project):
        if service["image"].startswith("postgres:"):
            continue  # its image starts as root, to hand the data over to the user it then becomes
        if service.get("cap_drop") != ["ALL"] or service.get("security_opt") != ["no-new-privileges:true"]:
            yield name


def the_worker_may_finish_what_it_does(project: Project) -> Iterator[str]:
    """SIGKILL comes after the worker's own patience, with time to close."""
    grace: timedelta = Settings.model_fields["graceful_shutdown"].default
    given = project["services"]["worker"].get("stop_grace_period", "10s")
    if seconds(given) < grace.total_seconds() + 10:
        yield f"{given} for a worker that takes up to {grace.total_seconds():g} s"


def a_stop_reaches_the_worker_before_it_polls(project: Project) -> Iterator[str]:
    if project["services"]["worker"].get("init") is not True:
        yield "PID 1 without a handler ignores SIGTERM"


def _of(name: str, **changes: Any) -> Breakage:
    return lambda project: project["services"][name].update(changes)


def _without(name: str, key: str) -> Breakage:
    return lambda project: project["services"][name].pop(key)


def _waiting(name: str, **others: str) -> Breakage:
    return _of(name, depends_on={other: {"condition": condition} for other, condition in others.items()})


BROKEN: list[tuple[Rule, Breakage]] = [
    (fits_the_compose_specification, _of("worker", stop_grace="45s")),
    (fits_the_compose_specification, _waiting("worker", store="service_well")),
    (everything_that_stays_up_has_a_health_check, _without("temporal", "healthcheck")),
    (every_job_is_awaited, _waiting("worker", store="service_healthy")),
    (every_dependency_can_be_satisfied, _waiting("worker", nobody="service_healthy")),
    (every_dependency_can_be_satisfied, _waiting("worker", store="service_completed_successfully")),
    (every_dependency_can_be_satisfied, _waiting("temporal", **{"temporal-schema": "service_healthy"})),
    (every_dependency_can_be_satisfied, _waiting("worker", store="service_started")),
    (every_host_port_is_this_machines_own, _of("temporal", ports=["7233:7233"])),
    (every_host_port_is_this_machines_own, _of("proxy", ports=["0.0.0.0:8233:8233"])),
    (browsers_come_in_through_the_proxy_alone, _of("temporal-ui", ports=["127.0.0.1:8080:8080"])),
    (every_image_is_one_release, _of("mail", image="axllent/mailpit:latest")),
    (every_image_is_one_release, _of("mail", image="axllent/mailpit")),
    (every_image_is_one_release, _of("mail", image="axllent/mailpit:v1")),
    (no_image_is_retired, _of("temporal", image="temporalio/auto-setup:1.29.1")),
    (databases_are_reached_by_their_own_alone, _of("temporal", networks=["default", "store"])),
    (databases_are_reached_by_their_own_alone, _without("store", "networks")),
    (databases_are_reached_by_their_own_alone, lambda project: project["networks"].update(store=None)),
    (data_is_kept_in_named_volumes, _of("store", volumes=["/var/lib/postgresql/data"])),
    (what_needs_no_rights_has_none, _without("worker", "cap_drop")),
    (the_worker_may_finish_what_it_does, _of("worker", stop_grace_period="20s")),
    (the_worker_may_finish_what_it_does, _without("worker", "stop_grace_period")),
    (a_stop_reaches_the_worker_before_it_polls, _without("worker", "init")),
]

RULES = list(dict.fromkeys(rule for rule, _ in BROKEN))


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_file_keeps_the_rule(project: Project, rule: Rule) -> None:
    assert list(rule(project)) == []


@pytest.mark.parametrize(("rule", "breakage"), BROKEN, ids=lambda part: getattr(part, "__name__", ""))
def test_a_file_that_breaks_the_rule_is_found_out(project: Project, rule: Rule, breakage: Breakage) -> None:
    broken = copy.deepcopy(project)
    breakage(broken)
    assert list(rule(broken)) != []


def test_no_password_is_written_down_without_a_way_to_set_another(root: Path) -> None:
    secret = re.compile(r"(PASSWORD|PWD): (?!\$\{\w+:-)")
    assert not secret.findall((root / "docker-compose.yml").read_text())
