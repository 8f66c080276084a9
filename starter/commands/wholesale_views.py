"""What is shown of a wholesale customer beside its page: its users, without names, and the certificate of its end."""

from collections.abc import Iterator
from datetime import datetime

from rich.table import Table
from rich.text import Text

from activities.ports.wholesale import StoredUser
from adapters.sql.store import SqlStore
from domain.wholesale.certificate import Certificate, digest_of
from domain.wholesale.row import WholesaleRow
from domain.working_time import clock_reading
from starter.answers.wholesale import CertificateAnswer, ListedUser, WholesaleUserListAnswer
from starter.console.exits import Exit, Stop
from starter.console.ids import Subject
from starter.console.tables import NOTHING, facts_table, list_table
from starter.console.terminal import shown, terminal
from starter.reach.store import answer_of

FORM = "certificate"


async def list_users(subject: Subject, package: str | None, after: str, limit: int) -> None:
    """By id, from the store."""

    def asked(store: SqlStore) -> list[StoredUser]:
        store.columns(*subject)
        return store.users(subject.id, after, limit + 1, package=package or "")

    found = await answer_of(asked, Stop(Exit.NOT_FOUND, f"there is no {subject}", "EXTERNAL_ID"))
    if len(found) > limit:
        terminal.warn(f"only the first {limit} are shown (--limit, --after {found[limit - 1].user_id})")
    users = tuple(map(_listed, found[:limit]))
    narrowed = " like that" if package or after else ""
    terminal.say(_users_table(users) if users else f"No users{narrowed}.")
    terminal.answer(WholesaleUserListAnswer(customer=subject.id, users=users))


def _listed(user: StoredUser) -> ListedUser:
    return ListedUser(user=user.user_id, changed_at=user.changed_at, **user.has.model_dump())


def _users_table(users: tuple[ListedUser, ...]) -> Table:
    rows: list[list[str | Text]] = [
        [
            each.user,
            each.package,
            ", ".join(each.add_ons) or NOTHING,
            "administrator" if each.administrator else NOTHING,
            clock_reading(each.changed_at, "UTC").in_words,
        ]
        for each in users
    ]
    return list_table(["user", "package", "add-ons", "role", "since (UTC)"], rows, kept=2)


async def show_certificate(subject: Subject) -> None:
    """As it was filed, and whether it is still what was filed."""
    row: WholesaleRow = await answer_of(
        lambda store: store.row(*subject), Stop(Exit.NOT_FOUND, f"there is no {subject}", "EXTERNAL_ID")
    )
    filed = row.forms.get(FORM)
    if filed is None:
        raise Stop(Exit.REFUSED, f"{subject} is {row.state.stage}: it has no certificate before it is deprovisioned")
    certificate = Certificate.model_validate(filed)
    genuine = digest_of(certificate) == certificate.digest
    terminal.say(Text(f"Certificate {shown(certificate.number)}", "bold"))
    terminal.say(f"Customer {certificate.external_id} and its users were deprovisioned (WHS-27).")
    for title, facts in _sections(certificate, row.state.zone):
        terminal.say("")
        terminal.say(Text(title, "bold"))
        terminal.say(facts_table(facts))
    if not genuine:
        terminal.warn("its digest is not that of its content: it was changed after it was filed")
    terminal.answer(CertificateAnswer(customer=subject.id, certificate=certificate, genuine=genuine))


def _sections(certificate: Certificate, zone: str) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    yield (
        "Asked for",
        [
            ("by", certificate.asked_by),
            ("why", certificate.reason),
            ("at", _at(certificate.asked_at, zone)),
            ("partner", certificate.partner_id),
            ("country", certificate.country),
        ],
    )
    if certificate.check_id:
        contacts = [(f"contact {n}", _at(each, zone)) for n, each in enumerate(certificate.contacts, start=1)]
        checked = [("check", certificate.check_id), ("list", certificate.list_version or NOTHING)]
        yield "Compliance", [*checked, *contacts]
    yield (
        "Removed",
        [
            (step.step.replace("_", " "), f"{step.removed:,} at {_at(step.at, zone)}{_digest(step.digest)}")
            for step in certificate.steps
        ],
    )
    yield f"Completed {_at(certificate.completed_at, zone)} ({zone})", [("sha256", certificate.digest)]


def _at(instant: datetime, zone: str) -> str:
    return clock_reading(instant, zone).in_words


def _digest(digest: str) -> str:
    return f"\nsha256 over the ids {digest}" if digest else ""
