"""deploy/mail/intake.sh: between a mail server's pipe and `tenure case intake`."""

import json
import os
import re
import shlex
import subprocess
from pathlib import Path

import pytest

from starter.answers.intake import ReplyAnswer
from starter.console.exits import Exit

MAIL = b"From: ken.sato@hikari.example.com\r\nMessage-ID: <1@hikari.example.com>\r\n\r\n\x00\xff\x1b$B\r\n"
DONE, LATER = 0, 75
"""All that a mail server ever sees; anything else it would answer with a bounce."""


def piped(
    root: Path, here: Path, code: int, *options: str, environment: str = "", says: str = ""
) -> "subprocess.CompletedProcess[bytes]":
    """One mail, where `tenure` ends with this code and keeps what it was given."""
    tenure, settings = here / "tenure", here / "intake.env"
    acts = (f'echo "$@" > {here}/asked', f'cat "$3" > {here}/read', 'echo "because" >&2', f"echo '{says}'")
    tenure.write_text("\n".join(["#!/bin/sh", *acts, f"exit {code}\n"]))
    tenure.chmod(0o755)
    settings.write_text(f"INTAKE_DIR={here}/kept\n{environment or f'TENURE={shlex.quote(str(tenure))}'}\n")
    given = {"PATH": os.environ["PATH"], "INTAKE_ENV": str(settings)}
    script = ["/bin/sh", str(root / "deploy/mail/intake.sh"), *options]
    return subprocess.run(script, input=MAIL, env=given, check=False, capture_output=True)


def kept(here: Path) -> dict[str, bytes]:
    """By ending: of a mail none, of what was said about it `.log`."""
    folder = here / "kept"
    files = sorted(folder.iterdir()) if folder.exists() else []
    return {file.name.removeprefix(file.name[: len("mail.") + 10]): file.read_bytes() for file in files}


@pytest.mark.parametrize("code", [Exit.OK, Exit.CLOSED])
def test_a_mail_that_is_a_case_is_done_and_nothing_is_left_of_it(root: Path, tmp_path: Path, code: Exit) -> None:
    """R9: the same mail again is the same case."""
    assert piped(root, tmp_path, code).returncode == DONE
    assert (tmp_path / "read").read_bytes() == MAIL
    assert kept(tmp_path) == {}


def test_what_answers_a_resolved_case_is_kept_for_somebody_to_look(root: Path, tmp_path: Path) -> None:
    """It reached its case as a note, and reopens nothing: nobody would see it otherwise."""
    answer = {"look": True, "stage": "resolved"}
    assert "look" in ReplyAnswer.model_fields
    assert piped(root, tmp_path, Exit.OK, says=json.dumps(answer)).returncode == DONE
    assert set(kept(tmp_path)) == {"", ".log"}


@pytest.mark.parametrize("code", [Exit.BAD_INPUT, Exit.REFUSED, Exit.CONFLICT])
def test_what_is_refused_is_kept_with_the_reason_and_never_bounced(root: Path, tmp_path: Path, code: Exit) -> None:
    assert piped(root, tmp_path, code).returncode == DONE
    assert kept(tmp_path) == {"": MAIL, ".log": b"because\n\n"}
    assert {file.stat().st_mode & 0o077 for file in (tmp_path / "kept").iterdir()} == {0}


@pytest.mark.parametrize("code", [Exit.UNEXPECTED, Exit.UNREACHABLE, Exit.INTERRUPTED, 126, 127])
def test_what_may_be_better_later_stays_with_the_mail_server(root: Path, tmp_path: Path, code: int) -> None:
    assert piped(root, tmp_path, code).returncode == LATER
    assert kept(tmp_path) == {}


def test_a_broken_environment_is_no_reason_for_a_bounce(root: Path, tmp_path: Path) -> None:
    assert piped(root, tmp_path, Exit.OK, environment="TENURE='unfinished\n").returncode == LATER
    assert piped(root, tmp_path, Exit.OK, environment="TENURE=/no/such/program\n").returncode == LATER


def test_its_own_variables_are_no_settings(root: Path) -> None:
    """`tenure` ends with 2 where it finds a TENURE_ variable that it does not know."""
    script = (root / "deploy/mail/intake.sh").read_text(encoding="utf-8")
    assert not re.findall(r"\bTENURE_\w+", script)


def test_every_exit_code_has_its_place() -> None:
    """A new one has to be thought of here, and in the script."""
    assert set(Exit) == {*range(8), Exit.INTERRUPTED}


def test_options_of_the_mail_server_s_line_are_handed_on(root: Path, tmp_path: Path) -> None:
    piped(root, tmp_path, Exit.OK, "--language", "ja", "--zone", "Asia/Tokyo")
    assert (tmp_path / "asked").read_text().split()[3:] == ["--json", "--language", "ja", "--zone", "Asia/Tokyo"]
