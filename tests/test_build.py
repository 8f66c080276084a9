"""Tenure is an application that runs from its tree: it says so, and nothing else is built from it."""

import tomllib
from pathlib import Path

import pytest

from tools import build_backend

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())


def test_no_wheel_is_built_and_who_tries_is_told_what_to_do() -> None:
    assert PROJECT["build-system"]["build-backend"] == "build_backend"
    assert PROJECT["build-system"]["backend-path"] == ["tools"]
    for build in (build_backend.build_wheel, build_backend.build_sdist):
        with pytest.raises(SystemExit, match="an application, not a package: clone it and run `make demo`"):
            build("/tmp/out", None)


def test_the_readme_says_so() -> None:
    assert "Tenure is an application, not a package" in (ROOT / "README.md").read_text()


def test_the_licence_is_named_as_spdx_names_it() -> None:
    assert PROJECT["project"]["license"] == "MIT"
    assert PROJECT["project"]["license-files"] == ["LICENSE"]
    assert (ROOT / "LICENSE").read_text().startswith("MIT License")
