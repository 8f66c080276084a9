"""What a process keeps of the hub in memory is never another answer than the store's, on every database."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import delete

from adapters import hub_kept
from adapters.hub_book import HubBook
from adapters.sql.hub_schema import DerivedRecord
from adapters.sql.schema import LifecycleRecord
from adapters.sql.store import SqlStore
from domain.hub.as_of import AsOf
from domain.hub.filters import Filter
from domain.hub.sections import SectionKey
from domain.hub.users import HubUser
from domain.order.messages import Offering
from domain.permissions import PartnerRole
from domain.subscription.messages import TerminateSubscription
from tests.contracts.databases import ONE_IS_ENOUGH
from tests.hub_lives import HOUR, bought, record
from tests.hub_rows import MIDNIGHT, SUNDAY, a_hub_user
from tests.hub_world import BEGAN, LATE, POLICY, a_book, a_subscription, closed, invoiced, signed_in, used
from tests.makers import a_customer, a_partner, an_order, days, some
from tests.support.kept_store import KeptStore

FULL = a_hub_user()
LATER = MIDNIGHT + days(3) + 9 * HOUR
A_MOMENT = timedelta(microseconds=1)


@pytest.fixture(scope="module")
def first_answers(small_hub: KeptStore) -> list[Any]:
    return asked(a_book(small_hub.put_back()))


@pytest.fixture
def book(store: SqlStore, small_hub: KeptStore, first_answers: list[Any]) -> HubBook:
    """Of a small hub; somebody looked at everything."""
    book = a_book(small_hub.put_back())
    assert asked(book) == first_answers
    return book


def asked(book: HubBook, user: HubUser = FULL, at: Any = LATER, **narrowed: Any) -> list[Any]:
    """Whatever pages are made of."""
    return [
        book.customers(user, Filter(), now=at, **narrowed),
        *(book.overview(user, product, now=at, **narrowed) for product in ("meetings", "calling")),
        *(book.section(user, "meetings", key, now=at, **narrowed) for key in SectionKey),
        book.lines(user, now=at, **narrowed),
        book.calling(user, now=at, **narrowed),
    ]


def another_order(store: SqlStore) -> None:
    a_subscription(store, "SO-100009", "ebisu")


def a_termination(store: SqlStore) -> None:
    state = bought_by_ebisu(store)
    state.terminate(TerminateSubscription(by="ops-7", reason="moved away"), LATER - days(1))
    record(store, state, LATER - days(1))


def bought_by_ebisu(store: SqlStore) -> Any:
    placed = an_order("SO-100008", customer=a_customer(id="ebisu"), ordering_partner=a_partner("hikari"))
    return bought(store, placed, BEGAN)


CALLS_BY_NAME = {an_order("SO-1", Offering.NAMED_HOST).items[0].part_number: "calling"}
"""What the installation says that the part number is, from now on."""

CHANGES: dict[str, Callable[[SqlStore, HubBook], Any]] = {
    "a new subscription": lambda store, _: another_order(store),
    "an end": lambda store, _: a_termination(store),
    "licences corrected": lambda store, _: used(store, "sub-SO-100001", LATE, assigned=21, in_use=16),
    "licences": lambda store, _: used(store, "sub-SO-100001", LATER.date() - days(1), assigned=90, in_use=80),
    "a sign-in": lambda store, _: signed_in(store, "akasaka", LATER.date() - days(1)),
    "an invoice": lambda store, _: invoiced(store, LATE, LATER, auto_renew=True),
    "a tag": lambda store, book: book.set_tags(FULL, "hikari", "akasaka", ["VIP"], now=LATER),
    "a tag of a subscription": lambda store, book: book.set_tags(
        FULL, "hikari", "akasaka", ["VIP"], now=LATER, subscription="sub-SO-100001"
    ),
    "a closed week": lambda store, book: closed(book),
    "other products": lambda store, _: store.catch_up(CALLS_BY_NAME, LATER),
}


def test_whatever_changes_the_next_answer_has_it(store: SqlStore, book: HubBook) -> None:
    """Also if another process changes it: the book that keeps rows hears of nothing. One change after the other."""
    before = asked(book)
    for change, happens in some(CHANGES.items()):
        happens(store, HubBook(store, POLICY, {}))
        if change != "other products":
            HubBook(store, POLICY, {}).catch_up(LATER)

        now = asked(book)
        assert now == asked(HubBook(store, POLICY, {})), change
        assert now != before, change
        before = now


@ONE_IS_ENOUGH
def test_what_a_rebuild_leaves_out_is_gone(store: SqlStore, book: HubBook) -> None:
    """It comes from no life any more; somebody looks before the rebuild ends."""
    with store.engine.begin() as connection:
        for record in (LifecycleRecord, DerivedRecord):
            connection.execute(delete(record).where(record.subject == "sub-SO-100001"))

    def look(_count: int) -> None:
        asked(book)

    store.rebuild({}, LATER, look)

    assert asked(book) == asked(HubBook(store, POLICY, {}))


@ONE_IS_ENOUGH
def test_a_tag_that_is_taken_away_is_gone(store: SqlStore, book: HubBook) -> None:
    book.set_tags(FULL, "hikari", "akasaka", ["VIP"], now=LATER)
    assert asked(book)[0].tags == ("VIP",)
    HubBook(store, POLICY, {}).set_tags(FULL, "hikari", "akasaka", [], now=LATER)
    assert asked(book)[0].tags == ()


@ONE_IS_ENOUGH
def test_what_comes_by_itself_is_there_at_its_instant(store: SqlStore, book: HubBook) -> None:
    """An order that ships later, a day that begins, and instants that are asked for out of order."""
    a_subscription(store, "SO-100009", "ebisu", at=LATER + days(8) - HOUR)
    book.catch_up(LATER)
    used(store, "sub-SO-100001", LATER.date() + days(1), assigned=77, in_use=70)
    instants = [LATER + days(1) + step for step in (-A_MOMENT, 0 * A_MOMENT, A_MOMENT)]
    midnights = [MIDNIGHT + days(4) + step for step in (-A_MOMENT, 0 * A_MOMENT, A_MOMENT)]

    for at in (*instants, *midnights, *reversed(instants), *reversed(midnights)):
        assert asked(book, at=at) == asked(HubBook(store, POLICY, {}), at=at), at

    seen = [[each.customer_id for each, _ in asked(book, at=at)[0].listed.customers] for at in instants]
    assert ["ebisu" in ids for ids in seen] == [False, True, True]


@ONE_IS_ENOUGH
def test_nobody_is_answered_by_what_somebody_else_sees(store: SqlStore, book: HubBook) -> None:
    """Rows are kept by partner; who sees few of them sees few."""
    users = (
        FULL,
        a_hub_user(partner_id="umi"),
        a_hub_user(PartnerRole.ADMINISTRATOR, assigned=("akasaka",)),
        a_hub_user(PartnerRole.ADMINISTRATOR),
        a_hub_user("operator", partner_id=None),
    )
    closed(book)
    for as_of in (AsOf(), AsOf(SUNDAY)):
        alone = [asked(HubBook(store, POLICY, {}), user, as_of=as_of) for user in users]
        for user, answers in (*zip(users, alone, strict=True), *zip(users, alone, strict=True)):
            assert asked(book, user, as_of=as_of) == answers, user


@ONE_IS_ENOUGH
def test_each_revision_of_a_week_is_kept_apart(store: SqlStore, book: HubBook) -> None:
    closed(book)
    asked(book, as_of=AsOf(SUNDAY))
    used(store, "sub-SO-100001", LATE, assigned=3, in_use=2)
    assert closed(book) == [(SUNDAY, 2)]
    for as_of in (AsOf(SUNDAY), AsOf(SUNDAY, 1), AsOf(SUNDAY, 2)):
        assert asked(book, as_of=as_of) == asked(HubBook(store, POLICY, {}), as_of=as_of)


@pytest.fixture
def reads(store: SqlStore, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was read of all customers, and when."""
    said: list[str] = []
    real = store.hub_customers

    def told(partner_id: str | None, at: Any) -> Any:
        said.append(str(at.date()))
        return real(partner_id, at)

    monkeypatch.setattr(store, "hub_customers", told)
    return said


def test_nothing_is_read_twice_while_nothing_changes(store: SqlStore, book: HubBook, reads: list[str]) -> None:
    for step in range(3):
        asked(book, at=LATER + A_MOMENT * step)
        book.catch_up(LATER + A_MOMENT * step)
    assert reads == []


def test_a_change_is_read_before_somebody_asks_and_only_for_who_asked_lately(
    store: SqlStore, book: HubBook, reads: list[str]
) -> None:
    signed_in(store, "akasaka", date(2026, 11, 1))
    book.catch_up(LATER + timedelta(minutes=14))
    assert len(reads) == 1
    asked(book, at=LATER + timedelta(minutes=14, seconds=1))
    assert len(reads) == 1

    signed_in(store, "akasaka", date(2026, 11, 2))
    book.catch_up(LATER + timedelta(minutes=40))
    assert len(reads) == 1


@ONE_IS_ENOUGH
def test_memory_is_bounded(store: SqlStore, book: HubBook, reads: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """What was asked for longest ago goes first; an answer that is larger than all of it is answered, and not kept."""
    monkeypatch.setattr(hub_kept, "MOST", 4)
    others = HubBook(store, POLICY, {})
    for _ in range(2):
        assert others.customers(FULL, Filter(), now=LATER).visible == 3
    assert len(reads) == 1
    others.customers(a_hub_user(partner_id="umi"), Filter(), now=LATER)
    others.customers(FULL, Filter(), now=LATER)
    assert len(reads) == 3

    monkeypatch.setattr(hub_kept, "MOST", 1)
    for _ in range(3):
        assert others.customers(FULL, Filter(), now=LATER).visible == 3
    assert len(reads) == 5
