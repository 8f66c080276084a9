"""What another process needs to reach the service, as a file for shells: `source .tenure/env`."""

import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from adapters.private import opened

NAME: Final = "env"
WEB_UI: Final = "TENURE_UI_URL"
WEB: Final = "TENURE_WEB__URL"


def write(directory: Path, environment: Mapping[str, str]) -> None:
    """For the eyes of its owner only: a database's address may hold a password."""
    lines = [f"export {name}={shlex.quote(value)}\n" for name, value in environment.items()]
    with opened(directory / NAME, "wb") as file:
        file.write("".join(lines).encode())


def beside(database_url: str) -> dict[str, str]:
    """What the service wrote that keeps its store there; nothing if none did."""
    kind, _, path = database_url.partition(":///")
    try:
        words = shlex.split((Path(path).parent / NAME).read_text(encoding="utf-8")) if kind == "sqlite" else []
    except (OSError, ValueError):
        return {}
    return dict(word.split("=", 1) for word in words if "=" in word)
