"""Where results are kept: a dated file of each run, `latest.json` and the picture of the last whole one."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from bench.outcome import Outcome, as_json, significant
from bench.picture import svg
from bench.report import NOT_ASKED_FOR
from bench.targets import TARGETS

RESULTS: Final = Path(__file__).parent / "results"


def result(found: Outcome, circumstances: dict[str, Any]) -> dict[str, Any]:
    """One object: `figures` is flat, a number each or null; `spread` has least and most of those with rounds."""
    figures: dict[str, float | None] = {name: significant(value.median) for name, value in found.figures.items()}
    reasons = [NOT_ASKED_FOR] if circumstances["only"] else []
    why = " or ".join([*reasons, *(f"failed: {part}" for part in found.failed)])
    missing = [target.figure for target in TARGETS if target.figure not in figures]
    return {
        **circumstances,
        "figures": figures | dict.fromkeys(missing),
        "failed": found.failed,
        "left_out": dict.fromkeys(missing, why) | found.left_out,
        "spread": {name: as_json(value) for name, value in found.figures.items() if value.rounds > 1},
        "details": found.details,
    }


def kept(measured: dict[str, Any], began: datetime, *, whole: bool) -> Path:
    """Write the dated file; what is the latest is a run of everything."""
    RESULTS.mkdir(exist_ok=True)
    kind = "" if whole and not measured["quick"] else "-quick" if whole else "-partly"
    dated = RESULTS / f"{began:%Y-%m-%dT%H%M}{kind}.json"
    _write(dated, measured)
    if whole:
        _write(RESULTS / "latest.json", measured)
        (RESULTS / "latest.svg").write_text(svg(measured), encoding="utf-8")
    return dated


def _write(path: Path, measured: dict[str, Any]) -> None:
    path.write_text(json.dumps(measured, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
