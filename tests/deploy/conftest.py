"""What the deployment tests read: the Compose file as Compose does, the Dockerfile as a list of instructions."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]


def interpolated(text: str) -> str:
    """`${NAME:-default}` with nothing set in the environment, and `$$` for a dollar."""
    return re.sub(r"\$(?:(\$)|\{\w+:-([^}]*)\})", lambda found: found[1] or found[2], text)


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def project() -> dict[str, Any]:
    project: dict[str, Any] = yaml.safe_load(interpolated((ROOT / "docker-compose.yml").read_text()))
    return project


@pytest.fixture(scope="session")
def worker(project: dict[str, Any]) -> dict[str, Any]:
    service: dict[str, Any] = project["services"]["worker"]
    return service


@pytest.fixture(scope="session")
def instructions() -> list[tuple[str, str]]:
    """Each instruction of the Dockerfile and what it says, in order."""
    lines = [line for line in (ROOT / "Dockerfile").read_text().splitlines() if not line.startswith("#")]
    joined = re.sub(r"\\\n\s*", " ", "\n".join(lines))
    return [(word, rest.strip()) for word, _, rest in (line.partition(" ") for line in joined.splitlines()) if word]
