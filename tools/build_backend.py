"""How pip installs this checkout: in place, and no other way. Tenure is an application that runs from its tree.

A wheel would put `domain`, `worker` and `starter` beside everybody's packages, without the examples they name.
"""

from typing import NoReturn

from setuptools.build_meta import (  # type: ignore[import-untyped]
    build_editable,
    get_requires_for_build_editable,
    prepare_metadata_for_build_editable,
)

__all__ = [
    "build_editable",
    "build_sdist",
    "build_wheel",
    "get_requires_for_build_editable",
    "prepare_metadata_for_build_editable",
]

HOW = "Tenure is an application, not a package: clone it and run `make demo`, or build its image (see README.md)"


def build_wheel(*_: object, **__: object) -> NoReturn:
    """Called by pip for `pip install .` and `pip wheel .`."""
    raise SystemExit(HOW)


build_sdist = build_wheel
