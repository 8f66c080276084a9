"""`tenure doctor`: what is there, what is not, and what to do about it."""

import json
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from activities.ports.screening import ListEntry
from adapters.mail.catcher import MailCatcher, read_mails
from adapters.mail.relay_check import relay_trouble
from adapters.mail.transport import Security
from adapters.sql.store import SqlStore
from tests.makers import MONDAY
from tests.starter.conftest import Answered, Tenure
from tests.starter.test_accounts import THRESHOLDS, checked, registered
from tests.support.embedded import Background


@pytest.fixture
def store(store: SqlStore, monkeypatch: pytest.MonkeyPatch) -> SqlStore:
    """An empty one, and JP has a threshold."""
    monkeypatch.setenv(THRESHOLDS, '{"JP": 1000}')
    return store


@pytest.fixture
def catcher(tmp_path: Path) -> Iterator[MailCatcher]:
    with MailCatcher(tmp_path / "mails", port=0) as running:
        yield running


def statuses(answered: Answered) -> dict[str, str]:
    return {check["name"]: check["status"] for check in checked(answered, "doctor")["checks"]}


class TestDoctor:
    def test_with_everything_there_all_is_well_and_no_mail_was_sent(
        self, service: Background, tenure: Tenure, catcher: MailCatcher, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Warnings are no failure."""
        monkeypatch.setenv("TENURE_SMTP_PORT", str(catcher.port))
        monkeypatch.setenv("TENURE_CSM_ROSTER", "csm-1")
        regions = {"JP", *service.env.store.account_regions()}  # another test may have imported some
        monkeypatch.setenv(THRESHOLDS, json.dumps(dict.fromkeys(regions, 1000)))
        monkeypatch.setenv("TENURE_MAIL_FROM", "desk@vendor.example")
        answered = tenure("doctor", "--json")

        assert answered.code == 0, answered.out
        found = statuses(answered)
        warned = {name for name, status in found.items() if status == "warn"}
        assert warned <= {"accounts", "screening", "links", "hub weeks"}
        assert found["worker"] == found["mail relay"] == found["Temporal"] == found["store"] == "ok"
        assert list(read_mails(tmp_path / "mails")) == []

    def test_a_queue_that_nobody_polls_is_told(
        self, service: Background, tenure: Tenure, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("TENURE_TASK_QUEUE", "nobody-s")
        answered = tenure("doctor", "--json")

        assert answered.code == 7
        assert (statuses(answered)["Temporal"], statuses(answered)["worker"]) == ("ok", "fail")

    def test_with_nothing_there_each_thing_is_named_with_what_to_do(self, tenure: Tenure, in_vain: None) -> None:
        answered = tenure("doctor", "--json")

        assert answered.code == 7
        assert statuses(answered) == {
            "settings": "ok",
            "store": "fail",
            "large users": "warn",
            "Temporal": "fail",
            "mail relay": "fail",
            "links": "warn",
            "CSM roster": "warn",
        }
        assert all(check["remedy"] for check in answered.json["checks"] if check["status"] != "ok")
        assert answered.error["message"] == "not everything is there: store, Temporal, mail relay"

    def test_a_wrong_setting_is_all_that_is_looked_at(self, tenure: Tenure, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv(THRESHOLDS, '{"JP": 0}')
        monkeypatch.setenv("TENURE_SMTP_PORT", "none")
        answered = tenure("doctor", "--json")

        assert answered.code == 2
        assert [check["said"].partition(":")[0] for check in answered.json["checks"]] == [
            "TENURE_SMTP_PORT",
            THRESHOLDS,
        ]

    def test_what_the_store_knows_is_told(self, store: SqlStore, tenure: Tenure, in_vain: None) -> None:
        assert statuses(tenure("doctor", "--json"))["accounts"] == "warn"
        registered(store)
        answered = tenure("doctor", "--json")

        found = statuses(answered)
        assert (found["store"], found["accounts"], found["large users"]) == ("ok", "ok", "warn")
        (said,) = [check["said"] for check in answered.json["checks"] if check["name"] == "large users"]
        assert said.startswith("no threshold is set for EMEA")

    def test_forms_that_are_pages_of_ours_are_not_missed(
        self, tenure: Tenure, in_vain: None, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("TENURE_WEB__URL", "https://hub.example.com")
        monkeypatch.setenv("TENURE_WEB__SECRET", "known to nobody but to this very test")
        (check,) = [each for each in tenure("doctor", "--json").json["checks"] if each["name"] == "links"]

        assert check["said"] == "4 of 9 links in mails lead to example.com"
        assert "TENURE_LINKS__SUBSCRIPTION_PAGE" in check["remedy"]

    def test_without_a_list_nobody_can_be_screened_and_it_is_told(
        self, store: SqlStore, tenure: Tenure, in_vain: None
    ) -> None:
        """WHS-20."""
        assert statuses(tenure("doctor", "--json"))["screening"] == "warn"
        store.import_list("csl", [ListEntry(entry="1", source="EL", name="A")], digest="0", by="ops-7", now=MONDAY)
        assert statuses(tenure("doctor", "--json"))["screening"] == "ok"

    def test_a_store_of_an_older_release_is_told_with_what_to_do(
        self, store: SqlStore, tenure: Tenure, in_vain: None
    ) -> None:
        with store.engine.begin() as connection:
            connection.exec_driver_sql("UPDATE tenure_schema_version SET version_num = '0001'")
        (check,) = [each for each in tenure("doctor", "--json").json["checks"] if each["name"] == "store"]

        assert check["status"] == "fail"
        assert check["said"].endswith("was written by an older release (schema 0001)")
        assert check["remedy"] == "run tenure migrate, or start a worker"

    def test_people_get_a_line_each(self, tenure: Tenure, in_vain: None) -> None:
        lines = tenure("doctor").out.splitlines()

        assert lines[0].startswith("ok    settings")
        assert [line.split()[0] for line in lines[1:3]] == ["fail", "→"]


class TestRelay:
    def trouble(self, port: int, security: Security = Security.NONE, username: str | None = None) -> str | None:
        return relay_trouble("127.0.0.1", port, "mail.example.com", security, username, "secret", 5)

    def test_one_that_greets_us_is_no_trouble(self, catcher: MailCatcher) -> None:
        assert self.trouble(catcher.port) is None

    def test_one_that_is_not_there_is_told(self) -> None:
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            assert "refused" in (self.trouble(taken.getsockname()[1]) or "")

    def test_one_without_what_was_asked_for_is_told(self, catcher: MailCatcher) -> None:
        assert "does not offer it" in (self.trouble(catcher.port, Security.STARTTLS) or "")
        assert "does not offer it" in (self.trouble(catcher.port, username="somebody@example.com") or "")
        assert "TLS" in (self.trouble(catcher.port, Security.TLS) or "")

    def test_one_that_says_nothing_is_given_up_in_time(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as silent:
            port = silent.getsockname()[1]
            trouble = relay_trouble("127.0.0.1", port, "mail.example.com", "none", None, None, 0.2)
        assert "timed out" in (trouble or "")

    def test_words_name_nobody(self, catcher: MailCatcher) -> None:
        for username in ("somebody@example.com", "somebody"):
            assert "somebody" not in (self.trouble(catcher.port, username=username) or "")
