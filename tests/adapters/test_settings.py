"""Settings: every one from its variable, and a wrong one named at start, with what it accepts and never its value."""

import os
from datetime import timedelta

import pytest
from pydantic import NameEmail

from adapters.settings import LogFormat, Settings, SmtpSecurity, WrongSetting, load_settings

SECRET = "hunter2-hunter2"


@pytest.fixture(autouse=True)
def _an_empty_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.upper().startswith("TENURE_") or name.upper() == "DATABASE_URL":
            monkeypatch.delenv(name)


def loaded(monkeypatch: pytest.MonkeyPatch, **variables: str) -> Settings:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    return load_settings()


def refused(monkeypatch: pytest.MonkeyPatch, **variables: str) -> list[str]:
    with pytest.raises(WrongSetting) as wrong:
        loaded(monkeypatch, **variables)
    assert SECRET not in str(wrong.value)
    assert str(wrong.value).splitlines() == wrong.value.problems, "one line a problem"
    return wrong.value.problems


def test_an_empty_environment_is_the_embedded_installation() -> None:
    settings = load_settings()
    assert settings.database_url == "sqlite:///.tenure/tenure.db"
    assert settings.task_queue == "tenure"
    assert settings.graceful_shutdown == timedelta(seconds=20)
    assert settings.smtp_deadline < settings.graceful_shutdown
    assert settings.smtp_security is SmtpSecurity.NONE
    assert settings.log_format is LogFormat.AUTO
    assert all(str(link).startswith("https://example.com/") for link in dict(settings.links).values())


def test_a_variable_left_empty_is_a_variable_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    assert loaded(monkeypatch, DATABASE_URL="", TENURE_SMTP_USERNAME="") == load_settings()


@pytest.mark.parametrize(
    ("given", "used"),
    [
        ("sqlite:////var/lib/tenure.db", "sqlite:////var/lib/tenure.db"),
        ("postgresql+psycopg://u:p%40w@db:5432/tenure", "postgresql+psycopg://u:p%40w@db:5432/tenure"),
        ("postgresql://u:p%40w@db/tenure", "postgresql+psycopg://u:p%40w@db/tenure"),
        ("postgres://u@db/tenure", "postgresql+psycopg://u@db/tenure"),
        ("postgresql:///tenure", "postgresql+psycopg:///tenure"),
    ],
)
def test_postgresql_is_always_reached_by_psycopg(monkeypatch: pytest.MonkeyPatch, given: str, used: str) -> None:
    assert loaded(monkeypatch, DATABASE_URL=given).database_url == used


@pytest.mark.parametrize(
    "url",
    [
        f"mysql://u:{SECRET}@db/tenure",
        f"postgresql+asyncpg://u:{SECRET}@db/tenure",
        f"postgresql://u:{SECRET}@db",
        f"postgresql://u:{SECRET}@db:port/tenure",
        "sqlite://",
        "sqlite:///:memory:",
        SECRET,
    ],
)
def test_another_database_is_refused_without_showing_its_password(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    (problem,) = refused(monkeypatch, DATABASE_URL=url)
    assert problem.startswith("DATABASE_URL: ")
    assert "accepted: sqlite:///path/to/file.db or postgresql://" in problem


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("TENURE_SMTP_PORT", SECRET, "must be a whole number; accepted: a port, 1 to 65535"),
        ("TENURE_SMTP_PORT", "65536", "must be at most 65535; accepted: a port, 1 to 65535"),
        ("TENURE_SMTP_SECURITY", SECRET, "must be one of 'none', 'starttls' or 'tls'"),
        ("TENURE_SMTP_DEADLINE", SECRET, "must be a duration such as PT20S or P14D; accepted: seconds"),
        ("TENURE_GRACEFUL_SHUTDOWN", "0", "must be more than 0 seconds; accepted: seconds"),
        ("TENURE_MAIL_FROM", SECRET, "must be a mail address such as name@example.com; accepted: a mail address"),
        ("TENURE_LINKS__HELP_DESK", f"javascript:{SECRET}", "must be a web address starting with 'http' or 'https'"),
        ("TENURE_LINKS", SECRET, "is not valid JSON"),
        ("TENURE_LINKS", "[]", "must be a JSON object"),
        ("TENURE_CSM_ROSTER", f'["{SECRET}', "is not valid JSON; accepted: ids of customer success managers"),
        ("TENURE_CSM_ROSTER", "[1]", "must be text"),
        ("TENURE_LOG_LEVEL", SECRET, "must be one of 'debug', 'info', 'warning' or 'error'"),
        ("TENURE_TASK_QUEUE", f"{SECRET} queue", "; accepted: a name without spaces"),
        ("TENURE_SMTP_PASSWORD", SECRET, "set both or neither"),
    ],
)
def test_a_wrong_value_is_named_by_its_variable_with_what_it_accepts(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str, said: str
) -> None:
    (problem,) = refused(monkeypatch, **{variable: value})
    assert variable in problem
    assert said in problem


@pytest.mark.parametrize(
    ("variable", "said"),
    [
        ("TENURE_SMPT_HOST", "is not a known setting, did you mean TENURE_SMTP_HOST?"),
        ("TENURE_LINKS__HELPDESK", "is not a known setting, did you mean TENURE_LINKS__HELP_DESK?"),
        ("TENURE_DATABASE_URL", "is not a known setting, did you mean DATABASE_URL?"),
        ("TENURE_ZZZ", "is not a known setting"),
    ],
)
def test_a_variable_nobody_knows_is_likely_a_typing_error(
    monkeypatch: pytest.MonkeyPatch, variable: str, said: str
) -> None:
    assert refused(monkeypatch, **{variable: SECRET})[0] == f"{variable}: {said}"


def test_every_problem_is_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    problems = refused(monkeypatch, TENURE_SMTP_PORT="x", TENURE_SMPT_HOST="x", DATABASE_URL="x", TENURE_LOG_FORMAT="x")
    assert {line.partition(":")[0] for line in problems} == {
        "TENURE_SMTP_PORT",
        "TENURE_SMPT_HOST",
        "DATABASE_URL",
        "TENURE_LOG_FORMAT",
    }


def test_a_password_never_travels_in_the_clear_to_another_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    relay = {"TENURE_SMTP_HOST": "mail.example.com", "TENURE_SMTP_USERNAME": "u", "TENURE_SMTP_PASSWORD": SECRET}
    (problem,) = refused(monkeypatch, **relay)
    assert problem.startswith("TENURE_SMTP_SECURITY: ")
    settings = loaded(monkeypatch, **relay, TENURE_SMTP_SECURITY="STARTTLS")
    assert settings.smtp_password is not None
    assert settings.smtp_password.get_secret_value() == SECRET
    assert SECRET not in repr(settings)


def test_a_mail_under_way_ends_within_a_graceful_shutdown(monkeypatch: pytest.MonkeyPatch) -> None:
    (problem,) = refused(monkeypatch, TENURE_SMTP_DEADLINE="PT20S")
    assert problem.startswith("TENURE_SMTP_DEADLINE: must be shorter than TENURE_GRACEFUL_SHUTDOWN")
    assert loaded(monkeypatch, TENURE_SMTP_DEADLINE="19.5").smtp_deadline == timedelta(seconds=19.5)


def test_what_people_write_is_understood(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = loaded(
        monkeypatch,
        TENURE_CSM_ROSTER="csm-1, csm-2,",
        TENURE_MAIL_FROM='"ACME, Inc" <orders@acme.example>',
        TENURE_LINKS__HELP_DESK="http://desk.example/help?x=1",
        TENURE_SMTP_SECURITY="TLS",
        tenure_log_level="debug",
    )
    assert settings.csm_roster == ["csm-1", "csm-2"]
    assert settings.mail_from == NameEmail("ACME, Inc", "orders@acme.example")
    assert str(settings.links.help_desk) == "http://desk.example/help?x=1"
    assert str(settings.links.port_terms).startswith("https://example.com/")
