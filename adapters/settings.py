"""What an installation says about itself, from the environment; how the business works is policy and not here.

Temporal's own address, namespace, TLS and API key are Temporal's own settings (TEMPORAL_*, see temporal/client.py).
"""

import difflib
import json
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Final, Self

from pydantic import (
    AfterValidator,
    AnyHttpUrl,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    NameEmail,
    SecretStr,
    ValidationError,
    model_validator,
)
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict, SettingsError
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from adapters.loopback import is_this_machine
from adapters.mail.names import full_host_name, sender_in_ascii
from adapters.private import private_directory
from adapters.setting_groups import Hub, Screening, ScreeningService, Web, Wholesale, seconds, small
from adapters.temporal import phrases
from domain.account.account import Region
from domain.account.doors import Doors

PREFIX: Final = "TENURE_"
NESTED: Final = "__"


class WrongSetting(Exception):
    """Settings that cannot be used: a line for each, naming the variable and what it accepts, never its value."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class SmtpSecurity(StrEnum):
    """How the connection to the mail relay is protected."""

    NONE = "none"
    STARTTLS = "starttls"
    TLS = "tls"


class WithoutTls(StrEnum):
    """What may go to another machine as it is, because somebody said so."""

    SMTP = "smtp"
    POSTGRESQL = "postgresql"
    WATCHMAN = "watchman"


class LogFormat(StrEnum):
    """`auto` is `console` on a terminal and `json` elsewhere."""

    AUTO = "auto"
    JSON = "json"
    CONSOLE = "console"


class LogLevel(StrEnum):
    """The least that is logged."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


def _supported_database(url: str) -> str:
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        raise ValueError("is not a database URL") from None
    if parsed.drivername in {"postgres", "postgresql"}:
        parsed = parsed.set(drivername="postgresql+psycopg")
    if parsed.drivername not in {"sqlite", "postgresql+psycopg"}:
        raise ValueError("names a database or driver that is not supported")
    if parsed.drivername == "sqlite" and parsed.database in {None, "", ":memory:"}:
        raise ValueError("names no file: a database in memory forgets")
    if parsed.drivername != "sqlite" and not parsed.database:
        raise ValueError("names no database")
    return parsed.render_as_string(hide_password=False)


def _listed(value: Any) -> Any:
    """`a, b` or `["a", "b"]`."""
    if not isinstance(value, str):
        return value
    if value.lstrip().startswith("["):
        try:
            return json.loads(value)
        except ValueError:
            raise ValueError("is not valid JSON") from None
    return [item.strip() for item in value.split(",") if item.strip()]


Wait = Annotated[timedelta, Field(gt=timedelta(0), le=timedelta(hours=1)), BeforeValidator(seconds)]
Port = Annotated[int, Field(ge=1, le=65535)]
Name = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^\S+$")]


class Links(BaseModel):
    """Where our mails and documents send people. The pages move, so links are configuration (ORD-34)."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True)

    provisioning_form: AnyHttpUrl = AnyHttpUrl("https://example.com/provisioning")
    port_terms: AnyHttpUrl = AnyHttpUrl("https://example.com/port-terms")
    audio_terms: AnyHttpUrl = AnyHttpUrl("https://example.com/audio-terms")
    graduation_form: AnyHttpUrl = AnyHttpUrl("https://example.com/graduation")
    subscription_page: AnyHttpUrl = AnyHttpUrl("https://example.com/subscription")
    trial_consent: AnyHttpUrl = AnyHttpUrl("https://example.com/trial-consent")
    control_hub: AnyHttpUrl = AnyHttpUrl("https://example.com/control-hub")
    order_desk: AnyHttpUrl = AnyHttpUrl("https://example.com/order-desk")
    technical_desk: AnyHttpUrl = AnyHttpUrl("https://example.com/technical-desk")


class Settings(BaseSettings):
    """Every setting; its environment variable is `TENURE_` and its name, its description what it accepts.

    A group without a description has parts that say it each.
    """

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_nested_delimiter=NESTED,
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,
        populate_by_name=True,
    )

    database_url: Annotated[str, AfterValidator(_supported_database)] = Field(
        default="sqlite:///.tenure/tenure.db",
        validation_alias="DATABASE_URL",
        repr=False,
        description="sqlite:///path/to/file.db or postgresql://user:password@host/database",
    )
    task_queue: Name = Field(default="tenure", description="a name without spaces")

    smtp_host: Name = Field(default="127.0.0.1", description="the host name of a mail relay")
    smtp_port: Port = Field(default=1025, description="a port, 1 to 65535")
    smtp_username: str | None = Field(default=None, description="the relay's user name")
    smtp_password: SecretStr | None = Field(default=None, description="the relay's password")
    smtp_security: Annotated[SmtpSecurity, BeforeValidator(small)] = Field(
        default=SmtpSecurity.NONE, description="none, starttls or tls"
    )
    allow_no_tls: Annotated[list[Annotated[WithoutTls, BeforeValidator(small)]], NoDecode, BeforeValidator(_listed)] = (
        Field(default=[], description="some of smtp, postgresql, watchman: what may go to another machine without TLS")
    )
    smtp_ehlo_name: Annotated[str, AfterValidator(full_host_name)] | None = Field(
        default=None,
        description="a full host name such as mail.example.com, or [192.0.2.1]; without one, the domain of the sender",
    )
    """Whom we say we are. Strict relays refuse a bare host name, and with it every mail."""

    smtp_deadline: Wait = Field(
        default=timedelta(seconds=12),
        description="seconds, or a duration such as PT12S, shorter than graceful shutdown",
    )
    """From the first connection attempt to the relay's last answer: however it hangs, a mail takes no longer."""

    mail_from: Annotated[NameEmail, AfterValidator(sender_in_ascii)] = Field(
        default=NameEmail("Tenure", "no-reply@example.com"),
        description="a mail address, with a name if you like: Tenure <no-reply@example.com>",
    )
    documents_dir: Path = Field(default=Path(".tenure/documents"), description="a directory")
    links: Links = Field(default=Links(), description="web addresses, https:// or http://")
    csm_roster: Annotated[list[str], NoDecode, BeforeValidator(_listed)] = Field(
        default=[], description="ids of customer success managers, such as csm-1, csm-2"
    )
    large_user_thresholds: dict[Region, Annotated[int, Field(ge=1)]] = Field(
        default={}, description='a JSON object, region to licences, such as {"JP": 1000}'
    )
    """From how many user licences on an account is a large-user account; no region has one by itself. AMB-32."""

    support_doors: Doors = Field(default=Doors(), description="web addresses, https:// or http://, and mail addresses")
    """Where partners should send cases, by channel and data centre. SUP-30 to SUP-37."""

    wholesale: Wholesale = Field(default=Wholesale())
    screening: Screening = Field(default=Screening())
    hub: Hub = Field(default=Hub())
    web: Web = Field(default=Web())

    log_format: Annotated[LogFormat, BeforeValidator(small)] = Field(
        default=LogFormat.AUTO, description="auto, json or console"
    )
    log_level: Annotated[LogLevel, BeforeValidator(small)] = Field(
        default=LogLevel.INFO, description="debug, info, warning or error"
    )
    graceful_shutdown: Wait = Field(
        default=timedelta(seconds=20), description="seconds, or a duration such as PT20S, at most an hour"
    )
    """From SIGTERM: what is under way may end, so that a deploy repeats nothing."""

    retention: Annotated[timedelta, Field(ge=timedelta(days=1))] = Field(
        default=timedelta(days=400), description="a duration such as P400D, at least a day"
    )
    """How long the namespace keeps closed workflows: longer than a year's term, so that last year can be looked at."""

    ui_url: AnyHttpUrl | None = Field(default=None, description="a web address: where Temporal's Web UI is")
    """For links: `tenure desk`."""

    heartbeat_file: Path | None = Field(default=None, description="a file to touch every few seconds while working")

    @model_validator(mode="after")
    def _fit_together(self) -> Self:
        if (self.smtp_username is None) != (self.smtp_password is None):
            raise ValueError("TENURE_SMTP_USERNAME and TENURE_SMTP_PASSWORD: set both or neither")
        in_clear = self.smtp_security == SmtpSecurity.NONE and not is_this_machine(self.smtp_host)
        if self.smtp_password and in_clear:
            raise ValueError(
                "TENURE_SMTP_SECURITY: none would send the password in the clear; accepted: starttls or tls"
            )
        if in_clear and WithoutTls.SMTP not in self.allow_no_tls:
            raise ValueError(
                "TENURE_SMTP_SECURITY: none would send mails in the clear to another machine; set starttls or tls, "
                "or TENURE_ALLOW_NO_TLS=smtp if that is meant"
            )
        if WithoutTls.POSTGRESQL not in self.allow_no_tls and _leaves_in_clear(self.database_url):
            raise ValueError(
                "DATABASE_URL: the store is on another machine and may be reached without TLS; add "
                "?sslmode=verify-full (or require), or set TENURE_ALLOW_NO_TLS=postgresql if that is meant"
            )
        if self.smtp_deadline >= self.graceful_shutdown:
            raise ValueError(
                "TENURE_SMTP_DEADLINE: must be shorter than TENURE_GRACEFUL_SHUTDOWN, else a deploy cuts a mail off"
            )
        return self

    @model_validator(mode="after")
    def _screened_somewhere(self) -> Self:
        url = self.screening.url
        if self.screening.service == ScreeningService.WATCHMAN and url is None:
            raise ValueError("TENURE_SCREENING__URL: is required with TENURE_SCREENING__SERVICE=watchman")
        in_clear = url is not None and url.scheme == "http" and not is_this_machine((url.host or "").strip("[]"))
        if in_clear and WithoutTls.WATCHMAN not in self.allow_no_tls:
            raise ValueError(
                "TENURE_SCREENING__URL: http would send names and addresses in the clear to another machine; take "
                "https, or set TENURE_ALLOW_NO_TLS=watchman if that is meant"
            )
        return self


GROUPS: Final[dict[str, type[BaseModel]]] = {
    "links": Links,
    "support_doors": Doors,
    "wholesale": Wholesale,
    "screening": Screening,
    "hub": Hub,
    "web": Web,
}
"""Settings with a variable for each of their parts."""


def load_settings() -> Settings:
    """The settings in the environment. `WrongSetting` names every variable that is wrong or that nobody knows."""
    problems = dict(_unknown_variables())
    try:
        settings = Settings()
    except SettingsError as wrong:
        field = re.search(r'field "(\w+)"', str(wrong))
        problems[_not_json(field[1]) if field else f"{PREFIX}*"] = "is not valid JSON"
    except ValidationError as wrong:
        for detail in wrong.errors():
            problems.setdefault(*_problem(detail))
    if problems:
        raise WrongSetting([f"{name}: {what}" if name else what for name, what in problems.items()])
    return settings


def variable(*way: str) -> str:
    """The environment variable of a setting: `variable("links", "order_desk")` is TENURE_LINKS__ORDER_DESK."""
    alias = Settings.model_fields[way[0]].validation_alias if way[0] in Settings.model_fields else None
    return alias if isinstance(alias, str) else PREFIX + NESTED.join(way).upper()


def accepts(name: str, part: str | None = None) -> str:
    """What a setting accepts, in words: those of its group, else of the part itself."""
    words = Settings.model_fields[name].description
    field = GROUPS[name].model_fields.get(part) if words is None and part is not None else None
    return words or (field and field.description) or "a JSON object"


def _known_variables() -> set[str]:
    nested = {variable(name, part) for name, model in GROUPS.items() for part in model.model_fields}
    return {variable(name) for name in Settings.model_fields} | nested


def _unknown_variables() -> Iterator[tuple[str, str]]:
    known = {name.removeprefix(PREFIX): name for name in _known_variables()}
    for name in sorted(os.environ):
        if name.upper().startswith(PREFIX) and name.upper() not in known.values():
            close = difflib.get_close_matches(name.upper().removeprefix(PREFIX), known, n=1)
            yield name, "is not a known setting" + (f", did you mean {known[close[0]]}?" if close else "")


def _not_json(name: str) -> str:
    """The variable at fault: of a group the library names no part, so the first one that nobody can read."""
    model = GROUPS.get(name)
    parts = model.model_fields if model else {}
    lists = [
        variable(name, part) for part, field in parts.items() if isinstance(field.default, dict | tuple | BaseModel)
    ]
    given = {key.upper(): value for key, value in os.environ.items()}
    return next((part for part in lists if given.get(part) and not _is_json(given[part])), variable(name))


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def _problem(detail: ErrorDetails) -> tuple[str, str]:
    """The variable and what is wrong with it; no variable if several don't fit together."""
    match detail["loc"]:
        case ():
            return "", phrases.said(detail)
        case (str(group), str(part), *_) if group in GROUPS:
            way = [group, part]
        case (first, *_):
            way = [next((known for known in Settings.model_fields if variable(known) == first), str(first))]
    accepted = f"; accepted: {accepts(*way)}"
    return variable(*way), phrases.said(detail) + ("" if detail["type"] == "enum" else accepted)


def check_paths(settings: Settings) -> None:
    """Can a worker write where its settings say? Raises WrongSetting; asked at its start, not at its first mail."""
    problems: list[str] = []
    with _refused("documents_dir", problems):
        private_directory(settings.documents_dir)
    with _refused("heartbeat_file", problems):
        if settings.heartbeat_file:
            settings.heartbeat_file.touch()
    if problems:
        raise WrongSetting(problems)


@contextmanager
def _refused(setting: str, problems: list[str]) -> Iterator[None]:
    try:
        yield
    except OSError as refused:
        problems.append(f"{variable(setting)}: cannot be used: {(refused.strerror or 'refused').lower()}")


def _leaves_in_clear(database_url: str) -> bool:
    """A server elsewhere without TLS demanded: libpq's own default falls back to none without a word."""
    url = make_url(database_url)
    if url.get_backend_name() != "postgresql":
        return False
    said = {**os.environ, **{f"PG{name.upper()}": value for name, value in url.query.items()}}
    hosts = [*_every(url.host or said.get("PGHOST", "")), *_every(said.get("PGHOSTADDR", ""))]
    hosts += _every(url.query.get("host", ""))
    local = all(host.startswith(("/", "@")) or is_this_machine(host) for host in hosts)
    return not local and said.get("PGSSLMODE") not in {"require", "verify-ca", "verify-full"}


def _every(hosts: str | tuple[str, ...]) -> list[str]:
    """libpq tries one after the other: `db1:5432,db2` or several parameters."""
    joined = hosts if isinstance(hosts, str) else ",".join(hosts)
    return [re.sub(r":[0-9]+$", "", host) if host.count(":") == 1 else host for host in joined.split(",") if host]
