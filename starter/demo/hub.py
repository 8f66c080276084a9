"""What the Partner Hub knows at the end of the demo: files are imported, and it is asked. HUB-10 to HUB-60."""

import hashlib
import io
import re
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Final

from rich.markup import escape
from rich.table import Table

from adapters.hub_book import HubBook
from adapters.setting_groups import Hub
from adapters.sql.store import SqlStore
from domain.hub.as_of import ClosedWeek
from domain.hub.customers import HubCustomer
from domain.hub.filters import LAST_PAGE, Filter, Sort
from domain.hub.imports import Imported, ImportProgress
from domain.hub.numbers import Number
from domain.hub.payments import PaymentNeed
from domain.hub.policy import WEEK
from domain.hub.products import Product
from domain.hub.statuses import Found, ends_on
from domain.hub.users import HubUser
from domain.lifecycle import Lifecycle, workflow_id
from domain.permissions import OPERATOR
from domain.subscription.states import SuspensionReason
from domain.values import Language
from starter.demo.acts import Act
from starter.demo.tables import NONE, demo_table
from starter.intake.hub_import import written
from starter.intake.hub_judge import Judge
from starter.intake.hub_report import NOUNS, Results
from starter.intake.hub_rows import FORMS, RowsFile

DAY: Final = re.compile(r"\b\d{4}-\d\d-\d\d")
BY: Final = "demo"
EVERYBODY: Final = HubUser(
    user_id=BY,
    partner_id=None,
    roles=(OPERATOR,),
    name=BY,
    email=None,
    language=Language.ENGLISH,
    zone="UTC",
    active=True,
    accepted_terms_at=None,
)
"""Sees the customers of all partners."""

SETTINGS: Final = Hub()
COLUMNS: Final = ("customer", "partner", "status", "ends")


@dataclass(frozen=True, kw_only=True)
class HubAtTheEnd:
    """What the hub answers, as of the newest event of any life."""

    at: datetime
    customers: Sequence[tuple[HubCustomer, Sequence[Found]]]
    numbers: Sequence[Number]
    """The first row of the dashboard. HUB-53."""


def import_files(store: SqlStore, directory: Path, now: datetime) -> list[PaymentNeed]:
    """Judged and written as the import commands do it; what follows for subscriptions. The lifecycles of a demo are
    ahead of the clock on the wall: `now` is that of the newest event, and the days in the files are moved to those
    before."""
    found = {kind: path for kind in Imported if (path := directory / f"{kind}.csv").is_file()}
    texts = {kind: path.read_text(encoding="utf-8") for kind, path in found.items()}
    for kind, text in moved(texts, now.date()).items():
        _import(store, kind, found[kind].name, text.encode(), now)
    return [need for need in store.payment_needs(now) if not need.over]


def moved(texts: dict[Imported, str], today: date) -> dict[Imported, str]:
    """All by as many weeks: none of their days is later than today, and a Sunday stays one."""
    days = [date.fromisoformat(day) for text in texts.values() for day in DAY.findall(text)]
    ahead = (today - max(days, default=today)) // WEEK * WEEK
    return {kind: DAY.sub(lambda day: str(date.fromisoformat(day[0]) + ahead), text) for kind, text in texts.items()}


def _import(store: SqlStore, kind: Imported, name: str, content: bytes, now: datetime) -> None:
    file = RowsFile(name, io.BytesIO(content), {}, FORMS[kind], NOUNS[kind])
    digest = hashlib.sha256(content).hexdigest()
    progress = ImportProgress(kind=kind, digest=digest, by=BY, begun_at=now)
    store.begin_import(progress)
    with closing(Judge(store, file, kind, now.date(), SETTINGS.products.values())) as judge:
        for some in judge.all_of(file.rows()):
            progress = written(store, progress, some, Results(), now)
    store.finish_import(progress, now)


def the_end(store: SqlStore, now: datetime) -> HubAtTheEnd:
    """Everybody's customers, and the first row of the dashboard."""
    book = HubBook(store, SETTINGS.policy, SETTINGS.products)
    book.catch_up(now)
    wanted = Filter(sort=Sort.NAME, size=LAST_PAGE)
    return HubAtTheEnd(
        at=now,
        customers=book.customers(EVERYBODY, wanted, now=now).listed.customers,
        numbers=book.overview(EVERYBODY, Product.MEETINGS, now=now).numbers,
    )


def hub_table(end: HubAtTheEnd) -> Table:
    """A line for each customer, its numbers below."""
    lines = (
        (escape(customer.name), customer.partner_id, _words(statuses), str(ends_on(customer) or NONE))
        for customer, statuses in end.customers
    )
    table = demo_table(f"What the Partner Hub says on {end.at:%Y-%m-%d}", COLUMNS, lines)
    table.caption = ", ".join(f"{number.key.replace('_', ' ')} {number.value}" for number in end.numbers)
    return table


def _words(statuses: Sequence[Found]) -> str:
    """In the order of display, with why it is suspended."""
    return ", ".join(
        f"{found.status} ({', '.join(found.reasons)})" if found.reasons else str(found.status) for found in statuses
    ).replace("_", " ")


def suspensions(needs: Sequence[PaymentNeed]) -> list[Act]:
    """What invoices ask of subscriptions; as the import of payments sends it. HUB-16, AMB-42."""
    why = SuspensionReason.UNPAID.value
    return [
        Act(
            at=timedelta(),
            to=workflow_id(Lifecycle.SUBSCRIPTION, need.subscription_id),
            update=need.update,
            message={"by": BY, "source": "import", "why": why, "reason": need.reason},
            note=f"{need.update.replace('_', ' ')}: {need.reason}",
        )
        for need in needs
    ]


def closed_weeks(store: SqlStore, now: datetime) -> Iterator[ClosedWeek]:
    """All that the lifecycles of the demo went through. HUB-60."""
    return HubBook(store, SETTINGS.policy, SETTINGS.products).close_weeks(now)
