"""Who asks the hub from a terminal, and as of when; what it refuses becomes an exit."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Final, TypedDict

from activities.ports.store import NotKnown
from adapters.hub_book import HubBook
from adapters.hub_reader import NotThere
from adapters.sql.store import SqlStore
from domain.hub.as_of import NOW, AsOf, Basis, ClosedWeek, NotAWeek
from domain.hub.users import HubUser
from domain.permissions import OPERATOR, PartnerRole
from domain.reasons import Reason
from domain.values import Language, Refused
from starter.answers.hub import HubWeek, fields_of
from starter.console.exits import Exit, Stop, bad
from starter.console.options import you
from starter.console.terminal import terminal
from starter.reach import gate
from starter.reach.store import opened

OPTIONS: Final = {"as_of": "--as-of", "q": "--search", "tags": "--tag"}
"""Fields of the hub that have another name on the command line."""


class Narrowed(TypedDict):
    """What every question of the book is given."""

    now: datetime
    as_of: AsOf
    partner: str | None


@dataclass(frozen=True)
class Asked:
    """Somebody's question."""

    book: HubBook
    store: SqlStore
    user: HubUser
    narrowed: Narrowed

    @property
    def now(self) -> datetime:
        """The instant of the question."""
        return self.narrowed["now"]

    @property
    def as_of(self) -> AsOf:
        """Of which week the answer shall be."""
        return self.narrowed["as_of"]

    def partner_of(self, customer_id: str) -> str:
        """Who has this customer, of those that the user sees: named by --partner where several have."""
        if (partner := self.narrowed["partner"] or self.user.partner_id) is not None:
            return partner
        of_it = [each for each in self.store.hub_partners(customer_id) if self._has(each, customer_id)]
        if len(of_it) > 1:
            raise bad(f"several partners have this customer: {', '.join(of_it)}", "--partner")
        if not of_it:
            raise NotThere
        return of_it[0]

    def _has(self, partner_id: str, customer_id: str) -> bool:
        try:
            self.book.customer(self.user, partner_id, customer_id, now=self.now, as_of=self.as_of)
        except NotKnown:
            return False
        return True


@contextmanager
def asking(
    user: str | None = None,
    partner: str | None = None,
    as_of: str | None = None,
    revision: int | None = None,
    *,
    by: str | None = None,
) -> Iterator[Asked]:
    """With the store open, and what happened to lives taken in."""
    settings, now = gate.settings(), present()
    wanted = _as_of(as_of, revision)
    with opened() as store, _refusals():
        book = HubBook(store, settings.hub.policy, settings.hub.products)
        book.catch_up(now)
        who = store.hub_user(user) if user else _whoever_has_the_store(by or you())
        yield Asked(book, store, who, {"now": now, "as_of": wanted, "partner": partner})


def present() -> datetime:
    """The clock."""
    return datetime.now(UTC)


def _whoever_has_the_store(by: str) -> HubUser:
    """They could read every row without us."""
    return HubUser(
        user_id=by,
        partner_id=None,
        roles=(OPERATOR, PartnerRole.FULL_ADMINISTRATOR),
        name=by,
        email=None,
        language=Language.ENGLISH,
        zone="UTC",
        active=True,
        accepted_terms_at=None,
    )


def _as_of(text: str | None, revision: int | None) -> AsOf:
    if text is None:
        if revision is not None:
            raise bad("is of a week: say which by --as-of", "--revision")
        return NOW
    try:
        found = AsOf.read(text)
    except NotAWeek as wrong:
        raise bad(str(wrong), "--as-of") from None
    return AsOf(found.week, revision) if revision is not None else found


@contextmanager
def _refusals() -> Iterator[None]:
    try:
        yield
    except NotKnown as unknown:
        raise Stop(Exit.NOT_FOUND, str(unknown.problem.message), _option(unknown)) from None
    except Refused as refused:
        exit_ = Exit.REFUSED if refused.code is Reason.NOT_ALLOWED else Exit.BAD_INPUT
        raise Stop(exit_, str(refused.problem.message), _option(refused), problems=[refused.problem]) from None


def _option(refused: Refused) -> str:
    field = (refused.field or "").partition("[")[0]
    return OPTIONS.get(field, f"--{field}" if field else "")


def say_basis(basis: Basis) -> None:
    """The first line of every answer: of when it is."""
    closed = basis.closed
    if closed is None:
        terminal.say(f"As of now ({_at(basis.at)}).")
        return
    revised = f", revised {_at(closed.closed_at)}" if closed.revised else ""
    which = f", revision {closed.revision} of {closed.revisions}" if closed.revisions > 1 else ""
    terminal.say(f"As of the week that ended on Sunday {closed.week}, 00:00 UTC{which}.")
    terminal.say(f"Closed {_at(closed.first_closed_at)}{revised}.")
    if closed.late_since is not None:
        terminal.warn("rows came late since: if they change this week, the next closing revises it (tenure hub close)")


def answered(basis: Basis, **more: Any) -> dict[str, Any]:
    """Keys that all answers have, and more."""
    return {"at": basis.at, "as_of": week_of(basis.closed) if basis.closed else None} | more


def week_of(closed: ClosedWeek) -> HubWeek:
    """As it is answered."""
    return HubWeek(**fields_of(closed, HubWeek))


def _at(instant: datetime) -> str:
    return f"{instant:%Y-%m-%d %H:%M} UTC"


def day(text: str, option: str) -> date:
    """Of an option."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise bad("must be a date such as 2026-11-22", option) from None
