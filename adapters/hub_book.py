"""The one place that pages and commands ask about the hub: rules of domain/hub, rows that the user may see. HUB-60."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Final

from adapters.collector import collector_paused
from adapters.hub_answers import CallingAnswer, CustomerAnswer, CustomerList, Overview, SectionAnswer
from adapters.hub_kept import KeptRows
from adapters.hub_reader import HubReading, LineKey, NotThere, basis_of, key_of
from adapters.hub_weeks import close_weeks
from adapters.sql.store import SqlStore
from domain.hub.as_of import NOW, AsOf, Basis, ClosedWeek
from domain.hub.calling import buyers, calling
from domain.hub.customer_list import listed
from domain.hub.customers import HubCustomer
from domain.hub.drill_down import UsageDay
from domain.hub.filters import Filter
from domain.hub.kpis import top_of
from domain.hub.lines import Line
from domain.hub.policy import HubPolicy
from domain.hub.products import MEASURED, Product
from domain.hub.section_rows import Row
from domain.hub.sections import Section, SectionKey, lines_of, section, section_of
from domain.hub.statuses import statuses
from domain.hub.tags import About
from domain.hub.trend import SHOWN, TrendPoint, point, trend_of_lines
from domain.hub.users import HubUser
from domain.hub.weeks import end_of, last_closed
from domain.lifecycle import Lifecycle
from domain.permissions import Right
from domain.reasons import Reason
from domain.values import Refused

EVERY_ROW: Final = slice(None)


class MayNotEditTags(Refused):
    """Everybody sees them, two roles edit them."""

    code = Reason.NOT_ALLOWED

    def __init__(self) -> None:
        super().__init__("tags are edited by full administrators and administrators of the partner (HUB-22)")


class HubBook:
    """Every question takes who asks; for what they may not know there is NotKnown, as for what does not exist.

    As of a week everything comes from the rows that were kept when it was closed, so the same question has the same
    answer for ever; else from what is known now. `partner` narrows what somebody of the vendor sees.
    """

    def __init__(self, store: SqlStore, policy: HubPolicy, catalogue: Mapping[str, str]) -> None:
        """`policy` and `catalogue`: `settings.hub.policy` and `settings.hub.products`."""
        self._store = store
        self._kept = KeptRows(store)
        self._policy = policy
        self._catalogue = catalogue

    def terms(self, as_of: AsOf) -> HubPolicy:
        """By what statuses and numbers are judged: as of a week, as it was when the week was closed."""
        return self._policy if as_of.week is None else self._terms(basis_of(self._store, as_of, end_of(as_of.week)))

    @property
    def products(self) -> tuple[str, ...]:
        """Those that a filter may name. HUB-31."""
        return tuple(dict.fromkeys((*Product, *sorted(self._catalogue.values()))))

    def catch_up(self, now: datetime) -> int:
        """Take in what happened to lifecycles since; cheap when nothing did. For how many it did. What pages were made
        of lately is read again, if it is other now: nobody waits for it when a page is asked for."""
        count = self._store.catch_up(self._catalogue, now)
        self._kept.read_again(now)
        return count

    def close_weeks(self, now: datetime, alive: Callable[[], None] = lambda: None) -> Iterator[ClosedWeek]:
        """Port HubWeeks."""
        self._store.catch_up(self._catalogue, now, lambda _count: alive())
        yield from close_weeks(self._store, now, self._policy, alive)

    def weeks(self) -> list[ClosedWeek]:
        """The newest first, each as its newest revision has it."""
        return self._store.weeks()

    def revisions(self, week: date) -> list[ClosedWeek]:
        """Of one week, the first one first; none, if it is not closed."""
        return self._store.revisions(week)

    @collector_paused()
    def overview(
        self,
        user: HubUser,
        product: str,
        *,
        now: datetime,
        as_of: AsOf = NOW,
        partner: str | None = None,
        shown: slice = EVERY_ROW,
    ) -> Overview:
        """HUB-50 to HUB-54, domain.md §6.8. `shown`: the rows of each section whose columns about weeks are wanted; of
        the others, as of now, these are empty. To look up few is much quicker."""
        reading = self._reading(user, now, as_of, partner)
        closed = reading.closed_weeks(SHOWN)
        if shown != EVERY_ROW and closed:
            reading = replace(reading, weeks=1)
        lines, at, policy = reading.lines(), reading.basis.at, self._terms(reading.basis)
        measured = [line for line in lines if line.product in MEASURED]
        found = {key: lines_of(key, measured, at, policy, reading.peers) for key in SectionKey}
        of_product = _of(product, lines)
        every = {key: section_of(key, _of(product, each), of_product, product, at) for key, each in found.items()}
        return Overview(
            basis=reading.basis,
            product=product,
            numbers=top_of(measured, found),
            trend=_trend(reading, closed, product),
            sections=_remembering(reading, every, shown),
        )

    @collector_paused()
    def lines(self, user: HubUser, *, now: datetime, as_of: AsOf = NOW, partner: str | None = None) -> Sequence[Line]:
        """What every number of `overview` is counted from: the end of a drill-down. As of now, of one week only."""
        return replace(self._reading(user, now, as_of, partner), weeks=1).lines()

    @collector_paused()
    def section(
        self,
        user: HubUser,
        product: str,
        key: SectionKey,
        *,
        now: datetime,
        as_of: AsOf = NOW,
        partner: str | None = None,
    ) -> SectionAnswer:
        """domain.md §6.8."""
        reading = self._reading(user, now, as_of, partner)
        policy = self._terms(reading.basis)
        found = section(key, reading.lines(), product, reading.basis.at, policy, reading.peers)
        return SectionAnswer(basis=reading.basis, section=found)

    @collector_paused()
    def calling(self, user: HubUser, *, now: datetime, as_of: AsOf = NOW, partner: str | None = None) -> CallingAnswer:
        """Of the last completed week; as of a week, of that one. HUB-60."""
        reading = replace(self._reading(user, now, as_of, partner), weeks=1)
        week = reading.basis.closed.week if reading.basis.closed else last_closed(now)
        found = calling(reading.calls(), week, buyers(reading.lines()), self._terms(reading.basis))
        return CallingAnswer(basis=reading.basis, calling=found)

    @collector_paused()
    def customers(
        self, user: HubUser, asked: Filter, *, now: datetime, as_of: AsOf = NOW, partner: str | None = None
    ) -> CustomerList:
        """HUB-10 to HUB-33."""
        reading = self._reading(user, now, as_of, partner)
        customers = reading.customers()
        tags = {tag for each in customers for tag in each.tags}
        on_subscriptions = {tag for each in customers for _, tag in each.subscription_tags}
        return CustomerList(
            basis=reading.basis,
            listed=listed(customers, asked, reading.basis.at, self._terms(reading.basis)),
            visible=len(customers),
            products=tuple(
                sorted(
                    {
                        product
                        for each in customers
                        for entitlement in each.entitlements
                        for product in entitlement.products
                    }
                )
            ),
            tags=tuple(sorted(tags | on_subscriptions)),
        )

    def customer(
        self, user: HubUser, partner_id: str, customer_id: str, *, now: datetime, as_of: AsOf = NOW
    ) -> CustomerAnswer:
        """HUB-40. Its invoices and what happened are told as of now only: a closed week keeps none of them."""
        reading = self._reading(user, now, as_of, partner_id)
        found = reading.customer(partner_id, customer_id)
        bought = _subscriptions(found) if reading.basis.now else []
        events = self._store.hub_events(partner_id, customer_id) if reading.basis.now else []
        return CustomerAnswer(
            basis=reading.basis,
            customer=found,
            statuses=statuses(found, reading.basis.at, self._terms(reading.basis)),
            lines=tuple(reading.lines_of(found)),
            invoices={subject: self._store.invoices(subject) for subject in bought},
            events=tuple(events),
        )

    def usage(
        self,
        user: HubUser,
        partner_id: str,
        customer_id: str,
        lifecycle: Lifecycle,
        subject: str,
        product: str,
        *,
        since: date,
        until: date,
        now: datetime,
    ) -> list[UsageDay]:
        """The days behind a line's numbers, in [since, until), as the last import has them."""
        found = self._reading(user, now, NOW, partner_id).customer(partner_id, customer_id)
        if (lifecycle, subject) not in {(each.lifecycle, each.subject) for each in found.entitlements}:
            raise NotThere
        return self._store.usage_rows(lifecycle, subject, product, since, until)

    def set_tags(
        self,
        user: HubUser,
        partner_id: str,
        customer_id: str,
        tags: Iterable[str],
        *,
        now: datetime,
        subscription: str | None = None,
    ) -> tuple[str, ...]:
        """Of the customer, or of one of its subscriptions: these and no others; as kept. Raises Refused. HUB-22."""
        found = self._reading(user, now, NOW, partner_id).customer(partner_id, customer_id)
        if not user.may_do(Right.EDIT_TAGS, partner_id, customer_id):
            raise MayNotEditTags
        if subscription is not None and subscription not in _subscriptions(found):
            raise NotThere
        tagged = (About.SUBSCRIPTION, subscription) if subscription is not None else (About.CUSTOMER, customer_id)
        return self._store.replace_tags(partner_id, *tagged, tags, by=user.user_id, now=now)

    def _terms(self, basis: Basis) -> HubPolicy:
        closed = basis.closed
        return (self._store.week_terms(closed) if closed else None) or self._policy

    def _reading(self, user: HubUser, now: datetime, as_of: AsOf, partner: str | None) -> HubReading:
        return HubReading.of(self._store, self._kept, user, now=now, as_of=as_of, partner=partner)


def _subscriptions(customer: HubCustomer) -> list[str]:
    return [each.subject for each in customer.entitlements if each.lifecycle == Lifecycle.SUBSCRIPTION]


def _of(product: str, lines: Iterable[Line]) -> list[Line]:
    return [line for line in lines if line.product == product]


def _remembering(
    reading: HubReading, sections: Mapping[SectionKey, Section], shown: slice
) -> Mapping[SectionKey, Section]:
    """The shown rows with all the weeks of their lines."""
    few = [row.line for each in sections.values() for row in each.rows[shown]]
    known = reading.remembering(few)
    return {
        key: replace(each, rows=tuple(_with_weeks(each.rows, known, reading.basis.at)))
        for key, each in sections.items()
    }


def _with_weeks(rows: Iterable[Row], known: Mapping[LineKey, Line], at: datetime) -> Iterator[Row]:
    return (Row(line=known[key], at=at) if (key := key_of(row.line)) in known else row for row in rows)


def _trend(reading: HubReading, weeks: Sequence[ClosedWeek], product: str) -> tuple[TrendPoint, ...]:
    """Weeks as they were closed; as of now, and now. HUB-54."""
    if not weeks:
        return trend_of_lines(reading.lines(), product, reading.basis.at)
    points = [reading.point(each, product) for each in weeks]
    if reading.basis.now:
        points.append(point(reading.lines(), product, reading.basis.at.date()))
    return tuple(points[-SHOWN:])
