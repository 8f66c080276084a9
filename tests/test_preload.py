"""No file is read and nothing is imported in a workflow task: a worker has loaded it all before. A2."""

import json
import subprocess
import sys
import time
from importlib.resources import files
from pathlib import Path
from typing import Any

import phonenumbers
import pycountry

from adapters.temporal.preload import preload
from workflows.registry import WORKFLOWS

ROOT = Path(__file__).parent.parent
DEADLOCK_DETECTED = 2
"""Seconds after which the SDK takes a workflow task for one that hangs."""

REGIONS = sorted(phonenumbers.SUPPORTED_REGIONS)
NUMBERS = [
    phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    for region in REGIONS
    if (number := phonenumbers.example_number(region))
]
ZONES = (files("tzdata") / "zones").read_text(encoding="utf-8").split()
VALUES = {
    "phone": [*NUMBERS, "+999123", "nothing"],
    "zone": [*(zone for zone in ZONES if zone != "Factory"), "Asia/Tokio", "right/Asia/Tokyo"],
    "country": [country.alpha_2 for country in pycountry.countries] + ["XX"],
    "language": ["ja", "pt-BR", "zh-Hant-TW", "fil", "xx-XX", "portuguese"],
    "email": ["a@b.example", "a@straße.example", "a@日本.example", "nobody"],
    "site": ["a.example", "nowhere"],
    "page": ["https://a.example/あ", "https://例え.example", "ftp://a.example"],
}


def driven(*words: str) -> dict[str, Any]:
    """What a fresh process said, whose workflow judged all of it."""
    ran = subprocess.run(
        [sys.executable, "-m", "tests.preloaded", *words],
        input=json.dumps(VALUES),
        capture_output=True,
        text=True,
        cwd=ROOT,
        timeout=600,
        check=True,
    )
    said: dict[str, Any] = json.loads(ran.stdout.splitlines()[-1])
    return said


def test_a_workflow_that_judges_everything_opens_nothing() -> None:
    said = driven()
    assert said["touched"] == []
    assert said["taken"] >= len(NUMBERS) + len(ZONES) + 200
    assert said["seconds"] < DEADLOCK_DETECTED


def test_without_the_preload_it_would() -> None:
    touched = driven("--without")["touched"]
    assert any("phonenumbers" in each for each in touched)
    assert any("zoneinfo" in each for each in touched)


def test_loading_takes_a_worker_little_time() -> None:
    began = time.monotonic()
    preload(WORKFLOWS)
    assert time.monotonic() - began < 60
