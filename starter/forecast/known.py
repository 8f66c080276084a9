"""What a start is about and only the store knows: a forecast's own store gets a copy of it, and the real one stays."""

from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from functools import partial
from tempfile import TemporaryDirectory
from typing import Any, Final, TypeVar

from activities.ports import RecordedMail
from adapters.sql.excerpts import copy_of
from adapters.sql.migrate import migrate
from adapters.sql.store import SqlStore, open_store
from domain.compliance.messages import StartCheck
from domain.compliance.row import CheckRow
from domain.compliance.standing import CUSTOMER
from domain.compliance.standing import NAME as CHECK
from domain.lifecycle import Lifecycle
from domain.mails import MailState
from domain.values import Message
from domain.wholesale.messages import OnboardCustomer
from domain.wholesale.row import WholesaleRow
from starter.console.exits import Exit, Stop
from starter.console.ids import Subject, kind_of, subject_of
from starter.reach.records import Records

R = TypeVar("R")

NOTHING: Final = Lifecycle("")
"""No lifecycle is left out of a copy."""


@contextmanager
def own_store() -> Iterator[SqlStore]:
    """An empty one, for this forecast alone."""
    with TemporaryDirectory(prefix="tenure-forecast-") as directory:
        url = f"sqlite:///{directory}/tenure.db"
        migrate(url)
        store = open_store(url)
        try:
            yield store
        finally:
            store.close()


async def take_over(start: Message, own: SqlStore) -> frozenset[str]:
    """Nothing for a start that stands by itself; then no store is opened. No mail of it had left."""
    kind = kind_of(start)
    if not (others := kind.stands_on(start)):
        return frozenset()
    async with _the_store() as records:
        for lifecycle, subject in others:
            await _ask(records, partial(copy_of, own=own, lifecycle=lifecycle, subject=subject, but=kind.name))
    return frozenset()


async def take_over_running(runs: Sequence[Message], own: SqlStore) -> frozenset[str]:
    """A customer with all its checks, each as far as it is; the keys of mails that had left of those that run."""
    assert isinstance(runs[0], StartCheck | OnboardCustomer)  # noqa: S101 - nothing else that runs is forecast
    copied = partial(copy_of, own=own, lifecycle=CUSTOMER, subject=runs[0].external_id, but=NOTHING)
    async with _the_store() as records:
        await _ask(records, copied)
        mails = [await _ask(records, partial(_mails, subject_of(each))) or [] for each in runs]
    return frozenset(mail.key for several in mails for mail in several if mail.state is MailState.SENT)


def _mails(subject: Subject, store: SqlStore) -> list[RecordedMail]:
    return store.mails(*subject)


async def running_check(check: Subject) -> tuple[StartCheck, OnboardCustomer]:
    """What a check that is open was started with, and its customer; a Stop if there is nothing to come."""
    async with _the_store() as records:
        row: CheckRow = await _open_row(records, check)
        customer = await _row(records, Subject(CUSTOMER, row.state.external_id))
    if customer is None or customer.placed is None:
        raise Stop(Exit.NOT_FOUND, f"the customer of {check} is not known")
    return row.placed, customer.placed


async def running_customer(customer: Subject) -> tuple[OnboardCustomer, tuple[StartCheck, ...]]:
    """What a customer that is open was onboarded with, and its newest check if that is open; a Stop if there is nothing
    to come."""
    async with _the_store() as records:
        row: WholesaleRow = await _open_row(records, customer)
        newest = row.state.newest_check
        check: CheckRow | None = await _row(records, Subject(CHECK, newest.check_id)) if newest else None
    if row.placed is None:
        raise Stop(Exit.NOT_FOUND, f"nobody knows any more what {customer} was started with")
    return row.placed, (check.placed,) if check and not check.state.closed else ()


async def _open_row(records: Records, subject: Subject) -> Any:
    row = await _row(records, subject)
    if row is None:
        raise Stop(Exit.NOT_FOUND, f"no {subject} is known")
    if row.state.closed:
        raise Stop(Exit.CLOSED, f"{subject} is {row.state.stage}: nothing is to come")
    return row


async def _row(records: Records, subject: Subject) -> Any:
    """As its lifecycle has rows; None: not known."""
    return await _ask(records, lambda store: store.row(*subject))


@asynccontextmanager
async def _the_store() -> AsyncIterator[Records]:
    """It is only read."""
    records = await Records.required()
    try:
        yield records
    finally:
        records.close()


async def _ask(records: Records, question: Callable[[SqlStore], R]) -> R | None:
    """None: not known."""
    answer = await records.ask(question)
    if records.problem:
        raise Stop(Exit.UNREACHABLE, f"store: {records.problem}")
    return answer
