"""Settings: every one from its variable, and a wrong one named at start, with what it accepts and never its value."""

import os
from datetime import timedelta
from email.headerregistry import Address
from pathlib import Path

import pytest
from pydantic import NameEmail

from adapters.mail.composer import JinjaComposer
from adapters.settings import LogFormat, Settings, SmtpSecurity, WrongSetting, check_paths, load_settings
from domain.account.doors import Doors
from domain.wholesale.catalogue import DEFAULT
from tests.adapters.test_mail_letters import LINKS

SECRET = "hunter2-hunter2"


@pytest.fixture(autouse=True)
def _an_empty_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.upper().startswith(("TENURE_", "PG")) or name.upper() == "DATABASE_URL":
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
        ("postgresql+psycopg://u:p%40w@127.0.0.1:5432/tenure", "postgresql+psycopg://u:p%40w@127.0.0.1:5432/tenure"),
        ("postgresql://u:p%40w@localhost/tenure", "postgresql+psycopg://u:p%40w@localhost/tenure"),
        ("postgres://u@[::1]/tenure", "postgresql+psycopg://u@[::1]/tenure"),
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
        (
            "TENURE_MAIL_FROM",
            "ü@vendor.example",
            "must have only ASCII characters before the @; accepted: a mail address",
        ),
        ("TENURE_MAIL_FROM", "De\tsk <desk@vendor.example>", "has a name with control characters; accepted"),
        ("TENURE_SMTP_EHLO_NAME", "box", "is a bare name or an address, where strict mail relays want the full name"),
        ("TENURE_SMTP_EHLO_NAME", "localhost", "is a bare name or an address, where strict mail relays want the full"),
        ("TENURE_SMTP_EHLO_NAME", "192.0.2.1", "is a bare name or an address, where strict mail relays want the full"),
        (
            "TENURE_SMTP_EHLO_NAME",
            "-x.example",
            "is not a host name; accepted: a full host name such as mail.example.com",
        ),
        ("TENURE_SMTP_EHLO_NAME", "a_b.example", "is not a host name; accepted"),
        ("TENURE_SMTP_EHLO_NAME", "a.example\r\nQUIT", "is not a host name; accepted"),
        ("TENURE_SMTP_EHLO_NAME", "[box]", "is not an address in brackets; accepted"),
        ("TENURE_LINKS__ORDER_DESK", f"javascript:{SECRET}", "must be a web address starting with 'http' or 'https'"),
        ("TENURE_LINKS", SECRET, "is not valid JSON"),
        ("TENURE_LINKS", "[]", "must be a JSON object"),
        ("TENURE_SUPPORT_DOORS__WIDGET_PAGES", SECRET, "PAGES: is not valid JSON"),
        ("TENURE_SUPPORT_DOORS__EMAIL_EU", SECRET, "must be a mail address such as name@example.com; accepted: web"),
        ("TENURE_SUPPORT_DOORS__PORTAL_EU", f"javascript:{SECRET}", "must be an http or https address"),
        ("TENURE_WHOLESALE__CATALOGUE", SECRET, "CATALOGUE: is not valid JSON"),
        (
            "TENURE_WHOLESALE__CATALOGUE",
            '{"packages": [{"name": "a", "level": 1}], "add_ons": [{"name": "b", "needs": ["c"]}]}',
            "add_ons: b needs what is no package: c; accepted: a JSON object with packages and add_ons",
        ),
        ("TENURE_WHOLESALE__LOCATIONS", '{"IE": "RU"}', "must be one of 'AMER', 'APAC', 'ANZ', 'EMEA' or 'EURO'"),
        (
            "TENURE_WHOLESALE__TELEPHONY",
            '{"SG": [{"number": "1", "code": "+65"}]}',
            "; accepted: a JSON object, country",
        ),
        ("TENURE_WHOLESALE", '{"nobody": 1}', "accepted: a JSON object"),
        ("TENURE_SCREENING__SERVICE", SECRET, "must be one of 'embedded' or 'watchman'"),
        ("TENURE_SCREENING__SERVICE", "watchman", "TENURE_SCREENING__URL: is required with"),
        ("TENURE_SCREENING__THRESHOLD", "49", "must be at least 50.0; accepted: a score, 50 to 100"),
        ("TENURE_SCREENING__URL", SECRET, "must be a web address such as https://example.com/page; accepted: a web"),
        (
            "TENURE_SCREENING__TIMEOUT",
            "301",
            "must be at most 5 minutes; accepted: seconds, or a duration such as PT10S",
        ),
        ("TENURE_LARGE_USER_THRESHOLDS", SECRET, "is not valid JSON"),
        (
            "TENURE_LARGE_USER_THRESHOLDS",
            '{"JP": 0}',
            "must be at least 1; accepted: a JSON object, region to licences",
        ),
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
        ("TENURE_SUPPORT_DOORS__EMAIL_UE", "is not a known setting, did you mean TENURE_SUPPORT_DOORS__EMAIL_EU?"),
        ("TENURE_SCREENING__TRESHOLD", "is not a known setting, did you mean TENURE_SCREENING__THRESHOLD?"),
        ("TENURE_LINKS__HELPDESK", "is not a known setting, did you mean TENURE_LINKS__ORDER_DESK?"),
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


ELSEWHERE = ("mail.example.com", "127.evil.example", "localhost.evil.example", "127.1", "10.0.0.1", "::ffff:10.0.0.1")
HERE = ("localhost", "LOCALHOST", "127.0.0.1", "127.9.8.7", "::1")


@pytest.mark.parametrize("host", ELSEWHERE)
def test_mails_go_to_another_machine_without_tls_only_when_that_is_asked_for_by_name(
    monkeypatch: pytest.MonkeyPatch, host: str
) -> None:
    (problem,) = refused(monkeypatch, TENURE_SMTP_HOST=host)
    assert problem.startswith("TENURE_SMTP_SECURITY: none would send mails in the clear to another machine; set ")
    assert refused(monkeypatch, TENURE_ALLOW_NO_TLS="postgresql") == [problem], "what was named is something else"
    assert loaded(monkeypatch, TENURE_ALLOW_NO_TLS="SMTP").smtp_host == host
    monkeypatch.delenv("TENURE_ALLOW_NO_TLS")
    assert loaded(monkeypatch, TENURE_SMTP_SECURITY="tls").smtp_host == host


@pytest.mark.parametrize("host", HERE)
def test_on_this_machine_nobody_is_asked(monkeypatch: pytest.MonkeyPatch, host: str) -> None:
    assert loaded(monkeypatch, TENURE_SMTP_HOST=host).smtp_security is SmtpSecurity.NONE


@pytest.mark.parametrize("host", ELSEWHERE[:-1])
@pytest.mark.parametrize(
    "url", ["//u:p@{}/tenure", "/tenure?host={}", "/tenure?host=localhost:1,{}:2", "//u@localhost/tenure?hostaddr={}"]
)
def test_a_store_elsewhere_is_reached_by_tls_unless_its_absence_is_asked_for_by_name(
    monkeypatch: pytest.MonkeyPatch, host: str, url: str
) -> None:
    given = f"postgresql:{url.format(host)}" if url.startswith("//") else f"postgresql://{url.format(host)}"
    (problem,) = refused(monkeypatch, DATABASE_URL=given)
    assert problem.startswith("DATABASE_URL: the store is on another machine and may be reached without TLS; add ")
    assert refused(monkeypatch, TENURE_ALLOW_NO_TLS="smtp") == [problem], "what was named is something else"
    assert loaded(monkeypatch, TENURE_ALLOW_NO_TLS="smtp, postgresql")
    monkeypatch.delenv("TENURE_ALLOW_NO_TLS")
    mark = "&" if "?" in given else "?"
    for weak in ("disable", "allow", "prefer"):
        assert refused(monkeypatch, DATABASE_URL=f"{given}{mark}sslmode={weak}") == [problem]
    for strong in ("require", "verify-ca", "verify-full"):
        assert loaded(monkeypatch, DATABASE_URL=f"{given}{mark}sslmode={strong}")


@pytest.mark.parametrize(
    "url",
    [
        "postgresql:///tenure",
        "postgresql:///tenure?host=/var/run/postgresql",
        *(f"postgresql://u@{h}/t" for h in HERE[:4]),
    ],
)
def test_a_store_on_this_machine_needs_no_tls(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    assert loaded(monkeypatch, DATABASE_URL=url)


def test_what_libpq_takes_from_the_environment_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    assert refused(monkeypatch, DATABASE_URL="postgresql:///tenure", PGHOST="db.example.com")
    assert loaded(monkeypatch, PGSSLMODE="verify-full")


@pytest.mark.parametrize("host", ["watchman.example.com", "127.evil.example", "10.0.0.1", "[2001:db8::1]"])
def test_customers_go_to_a_watchman_elsewhere_by_tls_unless_its_absence_is_asked_for_by_name(
    monkeypatch: pytest.MonkeyPatch, host: str
) -> None:
    (problem,) = refused(monkeypatch, TENURE_SCREENING__URL=f"http://u:{SECRET}@{host}:8084")
    assert problem.startswith("TENURE_SCREENING__URL: http would send names and addresses in the clear to another")
    assert refused(monkeypatch, TENURE_ALLOW_NO_TLS="smtp, postgresql") == [problem], "what was named is something else"
    settings = loaded(monkeypatch, TENURE_ALLOW_NO_TLS="watchman")
    assert SECRET not in repr(settings), "an address may hold a password"
    monkeypatch.delenv("TENURE_ALLOW_NO_TLS")
    assert loaded(monkeypatch, TENURE_SCREENING__URL=f"https://{host}:8084").screening.url


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "[::1]"])
def test_a_watchman_on_this_machine_needs_no_tls(monkeypatch: pytest.MonkeyPatch, host: str) -> None:
    settings = loaded(monkeypatch, TENURE_SCREENING__SERVICE="Watchman", TENURE_SCREENING__URL=f"http://{host}:8084")
    assert settings.screening.service == "watchman"


def test_wholesale_is_offered_by_the_table_of_this_release_unless_configuration_says_otherwise(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """AMB-28, AMB-31, WHS-33."""
    assert load_settings().wholesale.catalogue == DEFAULT
    assert load_settings().wholesale.locations == {}
    settings = loaded(
        monkeypatch,
        TENURE_WHOLESALE__CATALOGUE='{"packages": [{"name": "only", "level": 1}]}',
        TENURE_WHOLESALE__LOCATIONS='{"IE": "EURO"}',
        TENURE_WHOLESALE__TELEPHONY='{"SG": [{"number": "+65 6123 4567", "code": "+65"}]}',
    )
    assert list(settings.wholesale.catalogue.levels) == ["only"]
    assert settings.wholesale.locations == {"IE": "EURO"}
    assert settings.wholesale.telephony["SG"][0].available


@pytest.mark.parametrize("variable", ["TENURE_DOCUMENTS_DIR", "TENURE_HEARTBEAT_FILE"])
def test_a_path_that_cannot_be_written_is_named_at_start(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, variable: str
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.chdir(tmp_path)
    with pytest.raises(WrongSetting) as wrong:
        check_paths(loaded(monkeypatch, **{variable: str(tmp_path / "file" / "below")}))
    assert wrong.value.problems == [f"{variable}: cannot be used: not a directory"]
    monkeypatch.setenv(variable, str(tmp_path / "free"))
    check_paths(load_settings())


def test_a_mail_under_way_ends_within_a_graceful_shutdown(monkeypatch: pytest.MonkeyPatch) -> None:
    (problem,) = refused(monkeypatch, TENURE_SMTP_DEADLINE="PT20S")
    assert problem.startswith("TENURE_SMTP_DEADLINE: must be shorter than TENURE_GRACEFUL_SHUTDOWN")
    assert loaded(monkeypatch, TENURE_SMTP_DEADLINE="19.5").smtp_deadline == timedelta(seconds=19.5)


@pytest.mark.parametrize(
    ("given", "used"),
    [
        ("mail.example.com", "mail.example.com"),
        ("MAIL.Example.com.", "mail.example.com"),
        ("straße.example", "xn--strae-oqa.example"),
        ("日本.example", "xn--wgv71a.example"),
        ("[192.0.2.1]", "[192.0.2.1]"),
        ("[2001:db8::1]", "[IPv6:2001:db8::1]"),
        ("[IPv6:2001:DB8::1]", "[IPv6:2001:db8::1]"),
    ],
)
def test_a_relay_hears_a_full_name_in_ascii(monkeypatch: pytest.MonkeyPatch, given: str, used: str) -> None:
    assert loaded(monkeypatch, TENURE_SMTP_EHLO_NAME=given).smtp_ehlo_name == used


@pytest.mark.parametrize(
    ("given", "used"),
    [
        ("Vertrieb <desk@straße.example>", NameEmail("Vertrieb", "desk@xn--strae-oqa.example")),
        ("日本 <desk@日本.example>", NameEmail("日本", "desk@xn--wgv71a.example")),
        ("Desk <desk@xn--wgv71a.example>", NameEmail("Desk", "desk@xn--wgv71a.example")),
        ("株式会社\u3000東 <desk@vendor.example>", NameEmail("株式会社\u3000東", "desk@vendor.example")),
        ("no-reply@vendor.example", NameEmail("", "no-reply@vendor.example")),
    ],
)
def test_the_senders_domain_is_kept_in_ascii(monkeypatch: pytest.MonkeyPatch, given: str, used: NameEmail) -> None:
    """It stands in the envelope, in From and in every Message-ID."""
    settings = loaded(monkeypatch, TENURE_MAIL_FROM=given)
    assert settings.mail_from == used
    assert JinjaComposer(Address(used.name, addr_spec=settings.mail_from.email), LINKS)


def test_what_people_write_is_understood(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = loaded(
        monkeypatch,
        TENURE_CSM_ROSTER="csm-1, csm-2,",
        TENURE_MAIL_FROM='"ACME, Inc" <orders@acme.example>',
        TENURE_LINKS__ORDER_DESK="http://desk.example/help?x=1",
        TENURE_SMTP_SECURITY="TLS",
        TENURE_LARGE_USER_THRESHOLDS='{"jp": 1000}',
        TENURE_SUPPORT_DOORS__WIDGET_PAGES='["https://desk.example/widget"]',
        tenure_log_level="debug",
    )
    assert settings.large_user_thresholds == {"JP": 1000}
    assert settings.support_doors.widget_pages == ("https://desk.example/widget",)
    assert settings.support_doors.email_eu == Doors().email_eu
    assert settings.csm_roster == ["csm-1", "csm-2"]
    assert settings.mail_from == NameEmail("ACME, Inc", "orders@acme.example")
    assert str(settings.links.order_desk) == "http://desk.example/help?x=1"
    assert str(settings.links.port_terms).startswith("https://example.com/")
