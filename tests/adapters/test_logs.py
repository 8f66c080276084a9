"""The log has our events and others' warnings, all in one form."""

import json
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
WRITES = """
import logging, sys, warnings
import structlog
from adapters.logs import configure_logs
from adapters.settings import LogFormat, LogLevel

for log_format in LogFormat:
    for level in LogLevel:
        held = configure_logs(log_format, level)
        print("#", log_format, level, file=sys.stderr)
        structlog.get_logger("tenure.mail").debug("mail.looked_at")
        structlog.get_logger("tenure.mail").info("mail.sent", mails=1)
        for name in ("fontTools.subset", "sqlalchemy.engine", "temporalio.workflow", "temporal.core"):
            logging.getLogger(name).debug("said a little")
            logging.getLogger(name).info("said something")
            logging.getLogger(name).warning("warned")
        warnings.warn("is going away", DeprecationWarning, stacklevel=1)
"""


@cache
def written() -> dict[str, str]:
    """Standard error by format and level; no terminal is there."""
    command = [sys.executable, "-W", "always", "-c", WRITES]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == ""
    parts = (part.partition("\n") for part in done.stderr.split("# ")[1:])
    return {title: lines for title, _, lines in parts}


def lines(level: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in written()[f"json {level}"].splitlines()]


@pytest.mark.parametrize(
    ("level", "of_ours", "of_others"),
    [
        ("debug", ["mail.looked_at", "mail.sent"], ["warned"]),
        ("info", ["mail.sent"], ["warned"]),
        ("warning", [], ["warned"]),
        ("error", [], []),
    ],
)
def test_the_level_is_that_of_our_events_and_others_only_warn(
    level: str, of_ours: list[str], of_others: list[str]
) -> None:
    found = lines(level)
    assert [each["event"] for each in found if each["logger"] == "tenure.mail"] == of_ours
    for other in ("fontTools.subset", "sqlalchemy.engine"):
        assert [each["event"] for each in found if each["logger"] == other] == of_others
    for sdk in ("temporalio.workflow", "temporal.core"):
        assert ("said something" in [each["event"] for each in found if each["logger"] == sdk]) is (len(of_ours) > 0)


def test_a_warning_of_python_is_one_line_of_json_like_the_others() -> None:
    (warned,) = [each for each in lines("info") if each["logger"] == "py.warnings"]
    assert "DeprecationWarning: is going away" in warned["event"]
    assert warned["level"] == "warning"
    assert set(warned) == {"event", "level", "logger", "timestamp"}


def test_on_a_terminal_the_same_is_readable() -> None:
    text = written()["console info"]
    assert "mail.sent" in text
    assert "DeprecationWarning: is going away" in text
    assert "said a little" not in text
    assert not text.lstrip().startswith("{")


def test_without_a_terminal_auto_is_json() -> None:
    assert all(json.loads(line) for line in written()["auto info"].splitlines())
    assert written()["auto info"].count("\n") == written()["json info"].count("\n") > 0
