"""The page for upstream systems, tried: every block of code in it runs, in order, against a real service."""

import asyncio
import json
import os
import re
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from domain.order.states import Stage
from starter.service.service import Ports, Service, service
from tests.makers import some
from tools import contract, schemas

PAGE = (schemas.ROOT / contract.PAGE).read_text(encoding="utf-8")
FENCED = re.compile(r"^```(?P<language>.*)\n(?P<text>(?:.*\n)*?)```$", re.MULTILINE)
BLOCKS = [(found["language"], found["text"]) for found in FENCED.finditer(PAGE)]
RUN = {"python": [sys.executable, "-c"], "sh": ["sh", "-euc"]}
WITHIN = 300
"""Seconds for each block."""


async def ran(language: str, text: str, directory: Path, environment: dict[str, str]) -> str:
    """What it printed; it has to succeed."""
    process = await asyncio.create_subprocess_exec(
        *RUN[language],
        text,
        cwd=directory,
        env=environment,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        out, err = await asyncio.wait_for(process.communicate(), WITHIN)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert process.returncode == 0, f"exit {process.returncode} of\n{text}\n{out.decode()}\n{err.decode()}"
    return out.decode()


async def stage_of(running: Service, number: str) -> Any:
    """Where an order stands."""
    return (await running.client.get_workflow_handle(f"order-{number}").query("state", result_type=dict))["stage"]


async def test_every_example_of_the_page_runs(tmp_path: Path) -> None:
    shutil.copytree(schemas.ROOT / "examples", tmp_path / "examples")
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("TEMPORAL_", "TENURE_"))}
    path = os.pathsep.join([str(Path(sys.executable).parent), clean.get("PATH", "")])
    examples = [(language, text) for language, text in BLOCKS if language in RUN]
    assert [language for language, _ in examples] == ["sh", "python", "sh", "sh"]

    async with service(tmp_path / "service", Ports(temporal=0, ui=0, mail=0)) as running:
        environment = {**clean, "PATH": path, **running.environment}
        said = [await ran(language, text, tmp_path, environment) for language, text in examples]
        stages = [await stage_of(running, number) for number in ("SO-100001", "SO-100002", "SO-100003")]

    assert stages == [Stage.AWAITING_DETAILS] * 3
    assert "started before" in said[1]
    assert f"{Stage.AWAITING_DETAILS} waits for" in said[1]


def test_the_page_has_no_block_of_another_kind() -> None:
    assert {language for language, _ in BLOCKS} == {*RUN, "json"}


def test_every_message_on_the_page_is_valid() -> None:
    """Each fits the schemas linked in the paragraph above it."""
    for found in some(FENCED.finditer(PAGE)):
        if found["language"] == "json":
            above = PAGE[: found.start()].rstrip().rsplit("\n\n", 1)[-1]
            files = re.findall(r"\]\((schemas/.*?\.json)\)", above)
            assert files, above
            for file in files:
                schema = json.loads((schemas.ROOT / "docs" / file).read_text(encoding="utf-8"))
                Draft202012Validator(schema).validate(json.loads(found["text"]))


def test_every_link_of_the_page_leads_somewhere() -> None:
    links = re.findall(r"\]\((?!http)([^)#]+)\)", PAGE)
    assert [link for link in links if not (schemas.ROOT / "docs" / link).exists()] == []


@pytest.mark.parametrize("name", schemas.entries())
def test_the_page_tells_of_every_schema(name: str) -> None:
    assert contract.link(name) in PAGE
