"""What people expect of a command since gh, kubectl and temporal: completion, a version, files to source, a watch."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from adapters.sql.migrate import migrate
from adapters.sql.store import open_store
from domain.order.kind import ORDER
from domain.order.state import OrderState
from starter.answers.lifecycle import ShowAnswer
from starter.commands import watch
from starter.intake import report
from starter.intake.files import opened
from starter.intake.report import StartsReport, checked, watched
from starter.service import env_file
from tests.makers import MONDAY, an_order, cancelled
from tests.starter.conftest import Tenure
from tests.starter.test_csv import a_csv, a_row


@pytest.fixture
def offered(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tenure: Tenure) -> Any:
    """`offered("order", "sh")`: what bash is told may follow; the last word is under way."""

    def ask(*words: str) -> list[str]:
        monkeypatch.setenv("_TENURE_COMPLETE", "complete_bash")
        monkeypatch.setenv("COMP_WORDS", " ".join(("tenure", *words)))
        monkeypatch.setenv("COMP_CWORD", str(len(words)))
        with pytest.raises(SystemExit):
            tenure()
        return capsys.readouterr().out.split()

    return ask


class TestCompletion:
    @pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
    def test_a_shell_gets_its_script(
        self, shell: str, tenure: Tenure, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setenv("_TENURE_COMPLETE", f"source_{shell}")
        with pytest.raises(SystemExit):
            tenure()
        printed = capsys.readouterr().out
        assert "tenure" in printed
        assert f"complete_{shell}" in printed

    def test_commands_and_options_are_offered_after_global_options_too(self, offered: Any) -> None:
        assert offered("order", "sh") == ["show"]
        assert offered("order", "show", "--json", "--w") == ["--watch"]
        assert offered("-o", "yaml", "mail", "list", "--at") == ["--attention"]

    def test_ids_are_those_of_the_store(self, offered: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        url = f"sqlite:///{tmp_path}/ids.db"
        migrate(url)
        store = open_store(url)
        for number in ("SO-811", "SO-812", "SX-1"):
            store.open_order(an_order(number), OrderState.placed(an_order(number), MONDAY), f"run-{number}", MONDAY)
        store.close()
        monkeypatch.setenv("DATABASE_URL", url)

        assert offered("order", "show", "SO-8") == ["SO-811", "SO-812"]
        assert offered("order", "clear", "S") == ["SO-811", "SO-812", "SX-1"]
        assert offered("order", "show", "S%") == []
        assert offered("trial", "show", "SO-8") == []

        assert offered("forward", "SO-81") == ["SO-811", "SO-812"]
        assert offered("history", "SX") == ["SX-1"]

    def test_names_of_schemas_and_mails_are_offered(self, offered: Any) -> None:
        assert offered("schema", "order.st") == ["order.start"]
        assert offered("mail", "list", "--kind", "welc") == ["welcome"]

    def test_without_a_store_nothing_is_offered_and_nothing_is_said(
        self, offered: Any, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert offered("order", "show", "SO-8") == []
        assert capsys.readouterr().err == ""


@pytest.mark.parametrize("words", [("--help",), ("schema", "order.start"), ("schema",)])
def test_a_pipe_that_nobody_reads_to_its_end_is_no_error(words: tuple[str, ...]) -> None:
    unread, into = os.pipe()
    os.close(unread)
    ran = subprocess.run([sys.executable, "-m", "starter", *words], stdout=into, stderr=subprocess.PIPE, check=False)
    os.close(into)

    assert (ran.returncode, ran.stderr) == (0, b"")


def test_the_version_is_told(tenure: Tenure) -> None:
    assert tenure("--version").out.startswith("tenure ")


class TestMigrate:
    def test_a_store_is_made_and_a_second_time_nothing_happens(
        self, tenure: Tenure, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        place = tmp_path / ".tenure" / "tenure.db"
        monkeypatch.setenv("DATABASE_URL", f"sqlite:///{place}")
        missing = tenure("order", "list")
        assert (missing.code, missing.out) == (7, "")
        assert f"there is no store at {place} yet: run tenure migrate, or start a worker" in missing.err

        made, again = tenure("migrate", "--json"), tenure("migrate")

        assert (made.json["result"], made.json["schema_before"]) == ("created", None)
        assert again.out == f"{place} is up to date, schema {made.json['schema_now']}. Nothing was changed.\n"
        assert tenure("order", "list").out == "No orders.\n"
        assert place.parent.stat().st_mode & 0o077 == 0

    def test_a_store_of_an_older_release_is_told_by_every_command_that_asks_it(
        self, tenure: Tenure, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path}/old.db")
        now = tenure("migrate", "--json").json["schema_now"]
        monkeypatch.setattr("adapters.sql.migrate.known_revisions", lambda: ["9999", now])

        for words in (("order", "list"), ("mail", "list"), ("trial", "list", "--overdue-devices")):
            answered = tenure(*words)
            assert answered.code == 7
            assert f"was written by an older release (schema {now}): run tenure migrate" in answered.err

    def test_a_path_that_was_mistyped_is_not_made(
        self, tenure: Tenure, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path}/none/none/tenure.db")

        assert tenure("migrate").code == 7
        assert not (tmp_path / "none").exists()


class TestEnvironment:
    def test_a_shell_reads_it_as_it_was_written_and_nobody_else_does(self, tmp_path: Path) -> None:
        hard = {"DATABASE_URL": "sqlite:////it's here/$HOME/`id`.db", "TENURE_UI_URL": "http://127.0.0.1:1"}
        env_file.write(tmp_path, hard)

        sourced = subprocess.run(
            ["sh", "-c", f". {tmp_path}/env; printf '%s' \"$DATABASE_URL\""], capture_output=True, text=True, check=True
        )

        assert sourced.stdout == hard["DATABASE_URL"]
        assert env_file.beside(f"sqlite:///{tmp_path}/tenure.db") == hard
        assert (tmp_path / "env").stat().st_mode & 0o077 == 0

    def test_where_no_service_wrote_nothing_is_known(self, tmp_path: Path) -> None:
        assert env_file.beside(f"sqlite:///{tmp_path}/tenure.db") == {}
        assert env_file.beside("postgresql://host/name") == {}

    def test_the_desk_knows_where_the_service_listens(
        self, tenure: Tenure, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        assumed = tenure("desk", "--json").json
        assert "is assumed" in assumed["warnings"][0]

        env_file.write(tmp_path, {"TENURE_UI_URL": "http://127.0.0.1:4711"})  # DATABASE_URL is in the same directory
        assert tenure("desk", "--json").json["ui"] == "http://127.0.0.1:4711"
        monkeypatch.setenv("TENURE_UI_URL", "https://ui.example.com")
        assert tenure("desk", "--json").json["ui"] == "https://ui.example.com"
        assert tenure("desk", "--ui", "https://other.example.com", "--json").json["warnings"] == []


@pytest.fixture
def in_the_foreground() -> Iterator[None]:
    """A shell lets what it runs in the background ignore Ctrl-C, and so would we."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


class TestWatch:
    @pytest.fixture
    def seen(self, monkeypatch: pytest.MonkeyPatch) -> list[ShowAnswer]:
        """What there is to see, one after the other."""
        answers: list[ShowAnswer] = []

        async def observe(_subject: Any) -> ShowAnswer:
            return answers.pop(0)

        monkeypatch.setattr(watch, "observe", observe)
        monkeypatch.setattr(watch, "AGAIN", watch.AGAIN * 0)
        return answers

    def answer(self, status: str = "running", *, minutes: int = 0) -> ShowAnswer:
        state = OrderState.placed(an_order("SO-821"), MONDAY)
        if status == "completed":
            state.cancel(cancelled(), MONDAY)
        return ShowAnswer(
            workflow_id="order-SO-821",
            workflow_status=status,
            told_by="workflow",
            zone="Asia/Tokyo",
            state=ORDER.view(state, MONDAY.replace(minute=minutes)),
        )

    def test_each_change_is_a_line_until_it_is_over(self, tenure: Tenure, seen: list[ShowAnswer]) -> None:
        """That time has passed is no change."""
        seen += [self.answer(), self.answer(minutes=1), self.answer("completed", minutes=2)]

        watched = tenure("order", "show", "SO-821", "--watch")

        assert watched.code == 0
        assert [line.split()[0] for line in watched.out.splitlines()] == [
            "2026-06-01T01:00:00Z",
            "2026-06-01T01:02:00Z",
        ]
        assert "order SO-821: cancelled" in watched.out.splitlines()[-1]
        assert seen == []

    def test_for_programs_each_change_is_a_document(self, tenure: Tenure, seen: list[ShowAnswer]) -> None:
        seen += [self.answer(), self.answer("completed")]

        watched = tenure("order", "show", "SO-821", "--watch", "--json")

        assert [line["workflow_status"] for line in watched.lines] == ["running", "completed"]

    @pytest.mark.usefixtures("in_the_foreground")
    def test_ctrl_c_is_the_usual_end(
        self, tenure: Tenure, monkeypatch: pytest.MonkeyPatch, seen: list[ShowAnswer]
    ) -> None:
        async def pressed(_seconds: float) -> None:
            signal.raise_signal(signal.SIGINT)
            await asyncio.sleep(60)
            pytest.fail("went on")

        seen += [self.answer()]
        monkeypatch.setattr(watch, "asyncio", SimpleNamespace(sleep=pressed, CancelledError=asyncio.CancelledError))

        watched = tenure("order", "show", "SO-821", "--watch")

        assert (watched.code, watched.err) == (0, "")


class TestProgress:
    @pytest.fixture
    def file(self, tmp_path: Path) -> Iterator[Any]:
        path = tmp_path / "orders.csv"
        path.write_text(a_csv(*(a_row(f"SO-{number}") for number in range(801, 806))), encoding="utf-8")
        with opened(path, {}, ORDER) as found:
            yield found

    def test_on_a_terminal_the_total_is_known_before_the_first_line(
        self, file: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setattr(sys.stderr, "isatty", lambda: True)

        assert checked(file, StartsReport(50, ORDER)) == 5
        assert "/5" in capsys.readouterr().err

    def test_an_interrupt_ends_the_bar_before_the_sum_and_says_how_to_go_on(
        self, tenure: Tenure, file: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        async def interrupted(file: Any, report: StartsReport, **_: Any) -> None:
            with watched(file, "starting") as rows:
                report.became(next(rows).line, "SO-801", "started", "", "")
                raise KeyboardInterrupt

        monkeypatch.setattr("starter.intake.batch.start_all", interrupted)

        ended = tenure("order", "import", tmp_path / "orders.csv")

        assert ended.code == 130
        assert ended.out.splitlines()[-1] == "1 order: 1 started"
        assert ended.err == "Error: interrupted. Run it again to go on: nothing is started twice.\n"

    def test_elsewhere_nothing_is_said_of_it(
        self, file: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setattr(report, "Progress", None)

        assert checked(file, StartsReport(50, ORDER)) == 5
        assert capsys.readouterr() == ("", "")
